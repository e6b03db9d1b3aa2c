import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readPartnerKey } from '../../issuer/keys.ts';
import { signToken } from '../../issuer/sign.ts';
import { assertionHeader, createAssertionSigner } from '../../kit/assertion.ts';
import { type Actor, gatewayActor } from '../../kit/context.ts';
import { hashPartnerKey, makePartnerKey } from '../../kit/secrets.ts';
import { type Remote, startProcess } from '../gateway/process.ts';
import { type HiveSetting, personaHeader } from '../standard/persona.ts';
import { type Party, parties } from './audience.ts';
import type { Counts } from './count.ts';

export const secret = 'gateway-0123456789-abcdefghijklmnop';
export type Peer = 'ours' | 'Hive Gateway';
export const peers: readonly Peer[] = ['ours', 'Hive Gateway'];
const collecting = ['--import', 'tsx', '--import', new URL('./collect.ts', import.meta.url).href];
const semiSpace = '--max-semi-space-size=64'; // as in package.json and the Dockerfile

/** A process of which CPU and memory are read. */
export interface Part {
  remote: Remote;
  pid: number;
  /** What the system calls it. */
  title: string;
}

/** The subgraphs and one gateway over them, on a database of their own. */
export interface Platform {
  /** Where subscribers connect. */
  url: string;
  gateway: Part;
  networks: Part;
  /** The three other subgraphs, in one process. */
  others: Part;
  /** What a socket is opened with by who signs in as this party. */
  parameters(party: Party): Record<string, string>;
  counts(): Promise<{ networks: Counts; others: Counts }>;
  stop(): Promise<void>;
}

/** @param profile a folder for a CPU profile of the gateway and of the networks subgraph */
export async function startPlatform(
  peer: Peer,
  databaseUrl: string,
  redisUrl: string,
  profile: string | undefined,
): Promise<Platform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'net4u-subscribers-'));
  const ending: (() => Promise<unknown>)[] = [() => rm(dataDir, { recursive: true, force: true })];
  const stop = async () => {
    for (const end of ending.splice(0).toReversed()) await end();
  };
  const begin = async (file: string, name: string, isOurs: boolean): Promise<Part> => {
    const title = `net4u-subscribers-${name}-${process.pid}-${Date.now()}`;
    const profiling = profile && name !== 'others' ? ['--cpu-prof', '--cpu-prof-dir', join(profile, name)] : [];
    const nodeArguments = [`--title=${title}`, ...collecting, ...(isOurs ? [semiSpace] : []), ...profiling];
    const remote = await startProcess(file, { mayRunAnywhere: true, nodeArguments });
    ending.push(remote.stop);
    return { remote, title, pid: await findProcess(title) };
  };
  try {
    const env = {
      ...{ NODE_ENV: 'test', DATA_DIR: dataDir, PORT: '0', GATEWAY_SECRET: secret, REGION: 'bench' },
      ...{ DATABASE_URL: databaseUrl, CURSOR_SECRET: 'cursors-0123456789-abcdefghijklmnop', REDIS_URL: redisUrl },
      OIDC_ISSUER: 'http://127.0.0.1:9', // subgraphs ask none
    };
    const [networks, others] = await Promise.all([
      begin('../subscribers/service.ts', 'networks', true),
      begin('../subscribers/service.ts', 'others', true),
    ]);
    const rest = ['members', 'working-plans', 'discussions'];
    const urls: Record<string, string> = {
      ...(await networks.remote.call('start', { services: ['networks'], env })),
      ...(await others.remote.call('start', { services: rest, env })),
    };
    const keys = await issueKeys(databaseUrl, await readPartnerKey(dataDir));
    const shared = { networks, others, stop };
    const counts = async () => {
      const [of, elsewhere] = await Promise.all([networks.remote.call('counts'), others.remote.call('counts')]);
      return { networks: of, others: elsewhere };
    };

    if (peer === 'Hive Gateway') {
      const actors = Object.fromEntries(
        await Promise.all(
          parties.map(async ({ name }) => [name, await whoIs(urls, name, keys.get(name))] as [string, Actor]),
        ),
      );
      const gateway = await begin('../standard/hive.ts', 'hive', false);
      const supergraph = await readFile(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8');
      const setting: HiveSetting = { supergraph, subgraphs: urls, secret, actors, planner: 'JS' };
      const url: string = await gateway.remote.call('start', setting);
      return { ...shared, counts, url, gateway, parameters: ({ name }) => ({ [personaHeader]: name }) };
    }
    const gateway = await begin('../subscribers/service.ts', 'gateway', true);
    const started = await gateway.remote.call('start', {
      services: ['gateway'],
      env: {
        ...{ NODE_ENV: 'test', DATA_DIR: dataDir, PORT: '0', GATEWAY_SECRET: secret },
        // counted as always, and never reached
        RATE_LIMITS: 'operations=100000,cost=1000000000,sockets=100000,streams=100000,addressSockets=100000',
        ...Object.fromEntries(
          Object.entries(urls).map(([name, at]) => [`${name.toUpperCase().replace('-', '_')}_URL`, at]),
        ),
      },
    });
    const tokens = new Map<string, string>();
    for (const { name } of parties) tokens.set(name, keys.get(name) ?? (await signToken({ dataDir, persona: name })));
    return {
      ...{ ...shared, counts, gateway, url: `${started.gateway}/graphql` },
      parameters: ({ name }) => ({ authorization: `Bearer ${tokens.get(name)}` }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The pid of the process with this title, as Linux lists it. */
async function findProcess(title: string): Promise<number> {
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(title)) return Number(pid);
    } catch {
      // it has ended meanwhile
    }
  }
  throw new Error(`There is no process ${title}.`);
}

/** A key for each partner that is made for the measurement. @returns by party */
async function issueKeys(databaseUrl: string, sample: string): Promise<Map<string, string>> {
  const keys = new Map([['partner', sample]]);
  const client = new pg.Client(databaseUrl);
  await client.connect();
  for (const { name, partner } of parties) {
    if (!partner) continue;
    const key = makePartnerKey('bench', name.replace(':', '-'));
    keys.set(name, key);
    await client.query(
      `INSERT INTO networks.partner (id, name, status, scopes, network_ids, max_visibility, provenance)
       VALUES ($1, $1, 'ACTIVE', '{updates:read}', $2, $3, 'SAMPLE')`,
      [name, partner.networkIds, partner.maxVisibility],
    );
    await client.query(
      `INSERT INTO networks.partner_token (id, partner_id, key_sha256, label, expires_at)
       VALUES ($1, $2, $3, 'bench', now() + interval '1 day')`,
      [`token:${name}`, name, hashPartnerKey(key)],
    );
  }
  await client.end();
  return keys;
}

/** Who this party is, as our gateway would be told. */
async function whoIs(urls: Record<string, string>, name: string, key: string | undefined): Promise<Actor> {
  const signer = createAssertionSigner(secret);
  const [subgraph, query, of] = key
    ? ['networks', 'query ($of: String!) { actor: resolvePartner(keyHash: $of) }', hashPartnerKey(key)]
    : ['members', 'query ($of: String!) { actor: resolveActor(subject: $of) }', `persona:${name}`];
  const response = await fetch(urls[subgraph as string] as string, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [assertionHeader]: await signer.sign(gatewayActor, subgraph as string),
    },
    body: JSON.stringify({ query, variables: { of } }),
  });
  const { data, errors } = (await response.json()) as { data?: { actor: Actor | null }; errors?: unknown };
  if (!data?.actor) throw new Error(`Nobody is known as ${name}: ${JSON.stringify(errors)}`);
  return data.actor;
}
