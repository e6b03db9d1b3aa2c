import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { readManifests } from '../../gateway/demand/manifests.ts';
import { createRequestReader, sha256 } from '../../gateway/demand/persisted.ts';
import { connect } from '../../web/co-editing/connection.ts';
import { type SmallWorld, startSmallWorld, until } from '../gateway.ts';
import type { Answer } from '../people.ts';

describe('persisted', () => {
  let world: SmallWorld;
  let auth: { authorization: string };
  beforeAll(async () => {
    world = await startSmallWorld();
    auth = { authorization: `Bearer ${await world.sign()}` };
  });
  afterAll(() => world.stop());

  const byHash = (text: string, hash = sha256(text)) => ({
    extensions: { persistedQuery: { version: 1, sha256Hash: hash } },
  });
  const codeOf = (body: Answer) => body.errors?.[0]?.extensions.code;
  const url = () => `${world.gateway.url}/graphql`;

  /** One operation over each transport; what came first. */
  const transports: Record<string, (payload: Record<string, unknown>) => Promise<Answer>> = {
    POST: async (payload) => (await world.post(payload, auth)).body,
    async GET(payload) {
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries(payload)) {
        search.set(name, typeof value === 'string' ? value : JSON.stringify(value));
      }
      return (await fetch(`${url()}?${search}`, { headers: auth })).json() as Promise<Answer>;
    },
    async SSE(payload) {
      const response = await fetch(url(), {
        method: 'POST',
        headers: { ...auth, 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify(payload),
      });
      return JSON.parse(/data: (.*)/.exec(await response.text())?.[1] as string);
    },
    async WebSocket(payload) {
      const client = createClient({
        url: url().replace('http', 'ws'),
        webSocketImpl: WebSocket,
        connectionParams: auth,
        retryAttempts: 0,
      });
      try {
        return await new Promise((resolve, reject) => {
          client.subscribe({ query: '', ...payload } as never, {
            next: (answer) => resolve(answer as Answer),
            error: (error) => (Array.isArray(error) ? resolve({ errors: error as never }) : reject(error)),
            complete: () => {},
          });
        });
      } finally {
        await client.dispose();
      }
    },
  };

  describe.each(Object.keys(transports))('over %s', (name) => {
    const ask = transports[name] as (typeof transports)[string];

    test('an unknown hash asks for the text; sent with it once, it is enough', async () => {
      const query = `query Tick { tick { n } } # over ${name}`;
      const unknown = await ask(byHash(query));
      expect(unknown.errors?.[0]?.message).toBe('PersistedQueryNotFound');
      expect([codeOf(unknown), unknown.data]).toEqual(['PERSISTED_QUERY_NOT_FOUND', undefined]);
      const answer = { data: { tick: { n: 7 } } };
      expect(await ask({ query, ...byHash(query) })).toEqual(answer);
      expect(await ask(byHash(query))).toEqual(answer);
      expect(await ask({ operationName: 'Tick', ...byHash(query, sha256(query).toUpperCase()) })).toEqual(answer);
      expect(await ask({ documentId: `sha256:${sha256(query)}` })).toEqual(answer);
      expect(codeOf(await ask({ operationName: 'Tock', ...byHash(query) }))).toBe('OPERATION_RESOLUTION_FAILURE');
    });

    test('variables travel with the hash', async () => {
      const query = `query ($ms: Int!) { slow(ms: $ms) } # over ${name}`;
      await ask({ query, variables: { ms: 1 }, ...byHash(query) });
      expect(await ask({ variables: { ms: 2 }, ...byHash(query) })).toEqual({ data: { slow: 2 } });
    });

    test('a hash of something else is refused, and nothing is kept', async () => {
      const [query, other] = [`{ tick { n } } # ${name} a`, `{ tick { n } } # ${name} b`];
      expect(codeOf(await ask({ query, ...byHash(other) }))).toBe('BAD_REQUEST');
      expect(codeOf(await ask(byHash(other)))).toBe('PERSISTED_QUERY_NOT_FOUND');
      expect(codeOf(await ask(byHash(query)))).toBe('PERSISTED_QUERY_NOT_FOUND');
    });

    test('what is refused for what it says is not kept', async () => {
      for (const query of [`{ nodde } # ${name}`, `{ a # ${name}`, `{ tick { ${'n '.repeat(1_100)} } } # ${name}`]) {
        expect(codeOf(await ask({ query, ...byHash(query) }))).toMatch(/GRAPHQL|TOO_LARGE/);
        expect(codeOf(await ask(byHash(query)))).toBe('PERSISTED_QUERY_NOT_FOUND');
      }
    });
  });

  test('an unknown hash is answered 200, and by GET no mutation is run by its hash', async () => {
    expect((await world.post(byHash('{ me { id } }'), auth)).status).toBe(200);
    const query = 'mutation { setRole(role: "MEMBER_EDITOR") }';
    expect((await world.post({ query, ...byHash(query) }, auth)).body.data).toHaveProperty('setRole');
    expect(codeOf((await transports.GET?.(byHash(query))) as Answer)).toBe('BAD_REQUEST');
  });

  test('nobody registers or finds anything without signing in', async () => {
    const query = '{ tick { n } } # anonymous';
    expect((await world.post({ query, ...byHash(query) })).status).toBe(401);
    expect(codeOf((await world.post(byHash(query), auth)).body)).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  test('what clients register is forgotten when others use more', () => {
    const read = createRequestReader({}, 10_000);
    const texts = Array.from({ length: 20 }, (_, i) => `{ a${i} } ${'#'.repeat(900)}`);
    for (const query of texts) read({ query, ...byHash(query) }).keep?.();
    const known = texts.filter((text) => {
      try {
        return read(byHash(text)).text === text;
      } catch {
        return false;
      }
    });
    expect(known).toEqual(texts.slice(-4));
  });

  test("the page's client sends the text where its hash is not known", async () => {
    const graph = connect({ url: world.gateway.url, token: await world.sign(), webSocket: WebSocket });
    const answers: unknown[] = [];
    for (const count of [1, 2]) {
      const ended = new Promise((resolve) => {
        graph.subscribe(
          'subscription Ticks($count: Int) { ticks(count: $count) { n } }',
          { count },
          {
            opened: () => {},
            next: (answer: unknown) => answers.push(answer),
            ended: resolve,
          },
        );
      });
      expect(await ended).toBeUndefined();
    }
    expect(answers).toEqual([1, 1, 2].map((n) => ({ data: { ticks: { n } } })));
    graph.close();
  });

  describe('with registered operations only', () => {
    let closed: SmallWorld;
    const known = 'query Known { tick { n } }';
    beforeAll(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'net4u-operations-'));
      await writeFile(join(folder, 'known.graphql'), `${known}\n`);
      await writeFile(join(folder, 'notes.txt'), '{ me { id } }');
      closed = await startSmallWorld({ production: false, demand: { onlyPersisted: true, folder } });
    });
    afterAll(() => closed.stop());
    const ask = async (payload: unknown) =>
      (await closed.post(payload, { authorization: `Bearer ${await closed.sign()}` })).body;

    test('those are run, whole or by hash', async () => {
      for (const payload of [{ query: known }, byHash(known), byHash(`${known}\n`), { query: known, ...byHash(known) }])
        expect(await ask(payload)).toEqual({ data: { tick: { n: 7 } } });
    });

    test('nothing else is: not what differs by a blank, no introspection, nothing that a client registers', async () => {
      for (const query of [`${known} `, '{ me { id } }', '{ __schema { types { name } } }', '{ __typename }']) {
        expect(codeOf(await ask({ query }))).toBe('OPERATION_NOT_PERSISTED');
        expect(codeOf(await ask({ query, ...byHash(query) }))).toBe('OPERATION_NOT_PERSISTED');
        expect(codeOf(await ask(byHash(query)))).toBe('PERSISTED_QUERY_NOT_FOUND');
      }
    });

    test('over a socket neither', async () => {
      const member = await closed.member();
      expect(await member.follow(known).next()).toEqual({ data: { tick: { n: 7 } } });
      const refused = (await member.follow('subscription { ticks { n } }').ended) as Answer['errors'];
      expect(refused?.[0]?.extensions.code).toBe('OPERATION_NOT_PERSISTED');
      await until(() => closed.subgraphs.opened.size === 0);
      await member.leave();
    });

    test('a folder that is not there, or holds none, is told at the start', async () => {
      const empty = await mkdtemp(join(tmpdir(), 'net4u-operations-'));
      for (const folder of [empty, join(empty, 'none')])
        await expect(readManifests(undefined, folder)).rejects.toThrow(/PERSISTED_OPERATIONS/);
    });
  });
});
