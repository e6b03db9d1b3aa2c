import { readFile } from 'node:fs/promises';
import { expect } from '@jest/globals';
import { type Client, createClient } from 'graphql-ws';
import pg from 'pg';
import WebSocket from 'ws';
import { assertionHeader, createAssertionSigner } from '../kit/assertion.ts';
import { type Actor, createSystemActor, type Role, type Visibility } from '../kit/context.ts';
import { type Database, openDatabase } from '../kit/database/open.ts';
import { createProcessHints } from '../kit/hints.ts';
import { hashPartnerKey, makePartnerKey } from '../kit/secrets.ts';
import type { RunningServer } from '../kit/server.ts';
import { type NetworksOptions, start } from '../subgraphs/networks/server.ts';
import { freshDatabase } from './database.ts';

export const seat = (role: Role, networkId: string | null, bodyId: string | null = null): Actor => ({
  kind: 'SEAT',
  subject: `persona:${role}`,
  seatId: `seat:${role}:${networkId}`,
  organisationId: 'org:s01',
  networks: networkId ? [networkId] : [],
  roles: [{ role, networkId, bodyId }],
  rightsVersion: 1,
});
export const partner = (
  networkIds: string[],
  maxVisibility: Visibility = 'PARTNERS',
  scopes = ['updates:read'],
): Actor => ({
  kind: 'PARTNER',
  subject: 'partner:sample',
  networks: networkIds,
  roles: [],
  partner: { id: 'partner:sample', networkIds, maxVisibility, scopes },
  rightsVersion: 1,
});
export const coordinator = seat('COORDINATOR', 'net:americas');
export const representative = seat('MEMBER_REP', 'net:africa');
export const observer = seat('OBSERVER', 'net:africa');
export const operator: Actor = {
  kind: 'PERSON',
  subject: 'persona:operator',
  networks: [],
  roles: [{ role: 'PLATFORM_OPERATOR', networkId: null, bodyId: null }],
  rightsVersion: 1,
};

// biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, field by field
export type Answer = { data?: any; errors?: readonly { message: string; extensions: any }[] };
export const codesOf = ({ errors }: Answer) => errors?.map((error) => error.extensions.code);

export interface NetworksWorld {
  options: NetworksOptions;
  /** The sample partner's key, and its sha256. */
  key: string;
  keyHash: string;
  server: RunningServer;
  /** The database as its owner. */
  owner: pg.Client;
  /** Another subgraph's part of it, which publishes into the same feed. */
  plans: Database;
  /** Runs `work` and counts the subgraph's SQL statements. */
  count<T>(work: () => Promise<T>): Promise<{ result: T; count: number }>;
  ask(
    actor: Actor,
    query: string,
    variables?: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** The answer's data; fails on any error. */
  get(actor: Actor, query: string, variables?: Record<string, unknown>): Promise<Answer['data']>;
  entities(actor: Actor, representations: object[], selection: string): Promise<Answer['data']>;
  /** A subscription. Ends when `return` is called; an `error` message is thrown as the list of errors. */
  follow(actor: Actor, query: string, variables?: Record<string, unknown>): Promise<AsyncIterableIterator<Answer>>;
  stop(): Promise<void>;
}

/** The networks subgraph alone with its shipped records, in a fresh database, asked as the gateway asks. */
export async function startNetworks(
  feed: NetworksOptions['feed'] = {},
  webhooks: NetworksOptions['webhooks'] = {},
): Promise<NetworksWorld> {
  const secret = 'networks-test-secret';
  const signer = createAssertionSigner(secret);
  const hints = createProcessHints();
  const key = makePartnerKey('local', 'sample');
  const keyHash = hashPartnerKey(key);
  let statements = 0;
  const fresh = await freshDatabase();
  const options: NetworksOptions = {
    database: { url: fresh.url, secret, hints, onStatement: () => (statements += 1) },
    secret,
    cursorSecret: 'cursor-secret',
    region: 'local',
    regionNumber: 1,
    log: {
      debug() {},
      info() {},
      warn() {},
      error: (message, fields) => void process.stderr.write(`${message} ${fields?.error}\n`),
    },
    load: {
      system: createSystemActor(),
      records: JSON.parse(await readFile(new URL('../seed/networks.json', import.meta.url), 'utf8')),
      refuseSamples: false,
    },
    samplePartnerKey: { partnerId: 'partner:sample', sha256: keyHash },
    feed,
    webhooks,
  };
  const server = await start(options);
  const plans = await openDatabase({
    ...{ url: fresh.url, secret, hints, entities: [], migrations: [] },
    subgraph: 'working-plans',
  });
  const owner = new pg.Client(fresh.url);
  await owner.connect();
  const clients: Client[] = [];

  async function ask(
    actor: Actor,
    query: string,
    variables: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const assertion = await signer.sign(actor, 'networks');
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [assertionHeader]: assertion, ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  }
  async function get(actor: Actor, query: string, variables: Record<string, unknown> = {}) {
    const { data, errors } = await ask(actor, query, variables);
    expect(errors).toBeUndefined();
    return data;
  }
  return {
    ...{ options, key, keyHash, server, owner, plans, ask, get },
    async count(work) {
      statements = 0;
      const result = await work();
      return { result, count: statements };
    },
    entities: (actor, representations, selection) =>
      get(actor, `query ($r: [_Any!]!) { _entities(representations: $r) { ${selection} } }`, { r: representations }),
    async follow(actor, query, variables = {}) {
      const client = createClient({
        url: server.url.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        retryAttempts: 0,
      });
      clients.push(client);
      const extensions = { actor: await signer.sign(actor, 'networks') };
      return client.iterate({ query, variables, extensions }) as AsyncIterableIterator<Answer>;
    },
    async stop() {
      for (const client of clients) await client.dispose();
      await server.stop();
      await plans.stop();
      await owner.end();
      await fresh.drop();
    },
  };
}
