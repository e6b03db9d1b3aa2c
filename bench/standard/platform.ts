import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPartnerKey } from '../../issuer/keys.ts';
import { signToken } from '../../issuer/sign.ts';
import { assertionHeader, createAssertionSigner } from '../../kit/assertion.ts';
import { type Actor, gatewayActor } from '../../kit/context.ts';
import { startEmbeddedPostgres } from '../../kit/database/embedded.ts';
import { subgraphNames } from '../../kit/database/subgraphs.ts';
import { hashPartnerKey } from '../../kit/secrets.ts';
import { start } from '../../start.ts';

const secret = 'a secret that both gateways sign with, of 32 characters or more';

export interface Platform {
  /** Our gateway's address. */
  gateway: string;
  /** Where each subgraph answers, by name. */
  subgraphs: Record<string, string>;
  secret: string;
  /** The composed supergraph that both serve. */
  supergraph: string;
  /** A token or key that our gateway knows this persona by. */
  token(persona: string): Promise<string>;
  /** Who this persona is, as our gateway would be told. */
  actor(persona: string): Promise<Actor>;
  stop(): Promise<void>;
}

/** The platform as `npm start` runs it, with its sample records, each service on a port of its own. @param databaseUrl of an empty database; absent: an embedded Postgres */
export async function startPlatform(databaseUrl: string | undefined): Promise<Platform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'net4u-standard-'));
  const ending: (() => Promise<void>)[] = [() => rm(dataDir, { recursive: true, force: true })];
  const stop = async () => {
    for (const end of ending.splice(0).toReversed()) await end();
  };
  try {
    let url = databaseUrl;
    if (!url) {
      const postgres = await startEmbeddedPostgres({ dataDir, onProgress: () => {} });
      ending.push(postgres.stop);
      url = postgres.url;
    }
    const shared = {
      NODE_ENV: 'test',
      DATA_DIR: dataDir,
      DATABASE_URL: url,
      GATEWAY_SECRET: secret,
      OIDC_ISSUER: 'http://127.0.0.1:9',
    };
    const run = async (
      service: (typeof subgraphNames)[number] | 'gateway',
      env: Record<string, string | undefined>,
    ) => {
      const running = await start({ env, services: [service], page: false });
      ending.push(running.stop);
      return running.url;
    };
    const subgraphs: Record<string, string> = {};
    for (const name of subgraphNames) subgraphs[name] = await run(name, { ...shared, PORT: '0' });
    const urls = Object.entries(subgraphs).map(([name, at]) => [`${name.toUpperCase().replace('-', '_')}_URL`, at]);
    const gateway = await run('gateway', { ...shared, ...Object.fromEntries(urls), PORT: '0', OIDC_ISSUER: undefined });

    const signer = createAssertionSigner(secret);
    const ask = async (subgraph: string, query: string, variables: Record<string, unknown>): Promise<Actor> => {
      const response = await fetch(subgraphs[subgraph] as string, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [assertionHeader]: await signer.sign(gatewayActor, subgraph) },
        body: JSON.stringify({ query, variables }),
      });
      const { data } = (await response.json()) as { data: { actor: Actor } };
      return data.actor;
    };
    const token = (persona: string) =>
      persona === 'partner' ? readPartnerKey(dataDir) : signToken({ dataDir, persona });
    return {
      gateway: `${gateway}/graphql`,
      subgraphs,
      secret,
      supergraph: await readFile(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8'),
      token,
      actor: async (persona) =>
        persona === 'partner'
          ? ask('networks', 'query ($of: String!) { actor: resolvePartner(keyHash: $of) }', {
              of: hashPartnerKey(await token(persona)),
            })
          : ask('members', 'query ($of: String!) { actor: resolveActor(subject: $of) }', { of: `persona:${persona}` }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
