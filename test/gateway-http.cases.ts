import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startClock } from './clock.ts';
import { type SmallWorld, startSmallWorld, until } from './gateway.ts';

describe('gateway http', () => {
  let world: SmallWorld;
  let auth: { authorization: string };
  beforeAll(async () => {
    world = await startSmallWorld();
    auth = { authorization: `Bearer ${await world.sign()}` };
  });
  afterAll(() => world.stop());

  const get = async (search: string, headers: Record<string, string> = { 'apollo-require-preflight': 'yes' }) => {
    const response = await fetch(`${world.gateway.url}/graphql?${search}`, { headers: { ...auth, ...headers } });
    return { status: response.status, text: await response.text() };
  };
  const codeOf = (text: string) => JSON.parse(text).errors[0].extensions.code;
  const events = (body: unknown, accept = 'text/event-stream', signal?: AbortSignal) =>
    fetch(`${world.gateway.url}/graphql`, {
      method: 'POST',
      headers: { ...auth, accept, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });

  /** Who accepts this gets a status that says what went wrong; application/json alone gets 200 for a document that cannot be run. */
  const graphqlJson = 'application/graphql-response+json';

  describe('GET', () => {
    test('answers queries, with variables, to pages of no other origin', async () => {
      const variables = encodeURIComponent('{"ms":3}');
      const query = encodeURIComponent('query ($ms: Int!) { slow(ms: $ms) }');
      expect(await get(`query=${query}&variables=${variables}`)).toEqual({
        status: 200,
        text: '{"data":{"slow":3}}\n',
      });
    });

    test('runs no mutation and no subscription', async () => {
      for (const query of ['mutation{setRole(role:"OBSERVER")}', 'subscription{ticks{n}}']) {
        expect((await get(`query=${query}`)).status).toBe(405);
      }
      const ana = await world.member();
      expect((await ana.ask('{ me { roles } }')).data.me.roles).toEqual(['MEMBER_EDITOR']);
    });

    test('is held to the limits also behind a thousand other parameters', async () => {
      const bomb = `{${'a{'.repeat(60)}b${'}'.repeat(61)}`;
      expect(codeOf((await get(`query=${bomb}`)).text)).toBe('OPERATION_TOO_LARGE');
      expect(codeOf((await get(`${'&'.repeat(1_100)}query=${bomb}`)).text)).toBe('OPERATION_TOO_LARGE');
      expect((await get(`query={tick{n}}&query=${bomb}`)).status).toBe(400);
    });
  });

  test.each(['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'])('%s is no method of GraphQL', async (method) => {
    const headers = { ...auth, origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const response = await fetch(`${world.gateway.url}/graphql`, { method, headers });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });

  test('no page of another origin may read an answer', async () => {
    for (const origin of ['https://evil.example', 'https://net4u.example', 'null']) {
      const { headers } = await world.post({ query: '{ tick { n } }' }, { ...auth, origin });
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  test('only /graphql is GraphQL', async () => {
    const ask = async (path: string) => {
      const body = '{"query":"{ tick { n } }"}';
      const headers = { ...auth, 'content-type': 'application/json' };
      return (await fetch(`${world.gateway.url}${path}`, { method: 'POST', headers, body })).status;
    };
    expect([await ask('/graphql'), await ask('/graphql/'), await ask('/graphql/more'), await ask('/graphqlx')]).toEqual(
      [200, 200, 404, 404],
    );
  });

  test('who asks is said by the token alone', async () => {
    const forged = Buffer.from(JSON.stringify({ actor: { kind: 'SYSTEM' } })).toString('base64url');
    world.subgraphs.seen.length = 0;
    const { body } = await world.post({ query: '{ me { id } }' }, { ...auth, 'x-net4u-actor': `a.${forged}.b` });
    expect([body.data, world.subgraphs.seen.map((actor) => actor.subject)]).toEqual([
      { me: { id: 'seat:1' } },
      ['ana'],
    ]);
  });

  describe('a request', () => {
    const tick = '{"query":"{ tick { n } }"}';
    test.each<[string, number]>([
      ['application/json', 200],
      ['application/json; charset=utf-8', 200],
      ['application/json; charset=latin1', 415],
      ['application/json; charset=utf-16', 400],
      ['application/graphql', 400],
      ['text/plain', 400],
      ['application/x-www-form-urlencoded', 400],
      ['multipart/form-data; boundary=x', 400],
    ])('of type %s: %i', async (type, status) => {
      const answer = await world.post(tick, { ...auth, 'content-type': type });
      expect(answer.status).toBe(status);
      if (status !== 200) expect(answer.body.errors?.[0]?.extensions.code).toBe('BAD_REQUEST');
    });

    test('may be compressed, up to 256 KiB of what it unpacks to', async () => {
      const post = async (body: Buffer) => {
        const headers = { ...auth, 'content-type': 'application/json', 'content-encoding': 'gzip' };
        return (await fetch(`${world.gateway.url}/graphql`, { method: 'POST', headers, body: new Uint8Array(body) }))
          .status;
      };
      expect(await post(gzipSync(tick))).toBe(200);
      expect(await post(gzipSync(Buffer.alloc(200 * 1024 * 1024, 32)))).toBe(413);
      expect(await post(Buffer.from('not gzip'))).toBe(400);
    });

    test.each<[string, object, number, string]>([
      ['an unknown operation name', { operationName: 'x' }, 400, 'OPERATION_RESOLUTION_FAILURE'],
      ['an empty operation name', { operationName: '' }, 400, 'OPERATION_RESOLUTION_FAILURE'],
      ['an operation name that is none', { operationName: 5 }, 400, 'BAD_REQUEST'],
      [
        'several operations and no name',
        { query: 'query a{tick{n}} query b{tick{n}}' },
        400,
        'OPERATION_RESOLUTION_FAILURE',
      ],
      ['variables in a string', { variables: '{}' }, 400, 'BAD_REQUEST'],
      ['variables in a list', { variables: [] }, 400, 'BAD_REQUEST'],
      [
        'a variable of a wrong type',
        { query: 'query($a:Int!){slow(ms:$a)}', variables: { a: {} } },
        400,
        'BAD_USER_INPUT',
      ],
      ['a variable that is missing', { query: 'query($a:Int!){slow(ms:$a)}', variables: null }, 400, 'BAD_USER_INPUT'],
      ['an unused variable', { query: 'query($a:Int){tick{n}}' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
      ['one field with two arguments', { query: '{slow(ms:1) slow(ms:2)}' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
      ['a subscription', { query: 'subscription{ticks{n}}' }, 400, 'BAD_REQUEST'],
      [
        'two roots of a subscription',
        { query: 'subscription{a:ticks{n} b:ticks{n}}' },
        400,
        'GRAPHQL_VALIDATION_FAILED',
      ],
      ['a document that is none', { query: 5 }, 400, 'BAD_REQUEST'],
      ['extensions that are none', { extensions: 5 }, 400, 'BAD_REQUEST'],
      ['a hash that is none', { extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }, 400, 'BAD_REQUEST'],
      [
        'persisted queries of another version',
        { extensions: { persistedQuery: { version: 2, sha256Hash: 'x' } } },
        200,
        'PERSISTED_QUERY_NOT_SUPPORTED',
      ],
    ])('with %s', async (_name, body, status, code) => {
      const answer = await world.post({ query: '{tick{n}}', ...body }, { ...auth, accept: graphqlJson });
      expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([status, code]);
      expect(answer.body).not.toHaveProperty('data');
    });

    test('reaches no prototype, by alias, variable or value', async () => {
      for (const query of [
        '{ __proto__: me { polluted: name } }',
        '{ me { id } ...F } fragment F on Query { __proto__: me { polluted: name } }',
        'query ($__proto__: Int = 1) { slow(ms: $__proto__) }',
      ]) {
        const { body } = await world.post({ query }, auth);
        expect(body.errors?.[0]?.extensions.code).toBe('BAD_REQUEST');
      }
      const query = 'query ($input: Input) { text(kib: 1, input: $input) }';
      await world.post(
        `{"query":"${query}","variables":{"input":{"__proto__":{"polluted":1}},"__proto__":{"polluted":1}}}`,
        auth,
      );
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    });

    test("nested deep in its variables is the sender's mistake", async () => {
      const deep = `${'{"and":['.repeat(20_000)}${']}'.repeat(20_000)}`;
      const query = 'query ($input: Input) { text(kib: 1, input: $input) }';
      const { status, body } = await world.post(`{"query":"${query}","variables":{"input":${deep}}}`, {
        ...auth,
        accept: graphqlJson,
      });
      expect([status, body.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    });

    test('with headers over 16 KiB is refused, an answer of 4 MiB is given', async () => {
      expect((await world.post(tick, { ...auth, 'x-more': 'x'.repeat(20_000) })).status).toBe(431);
      const { body } = await world.post({ query: '{ text(kib: 4096) }' }, auth);
      expect(body.data.text).toHaveLength(4 * 1024 * 1024);
    });
  });

  describe('event streams', () => {
    const query = '{ tick { n } }';
    const subscription = 'subscription { ticks(count: 1) { n } }';
    test.each<[string, string, string]>([
      ['*/*', query, 'application/json'],
      ['application/json', query, 'application/json'],
      ['text/event-stream', query, 'text/event-stream'],
      ['TEXT/Event-Stream', query, 'text/event-stream'],
      ['text/event-stream', subscription, 'text/event-stream'],
      ['text/event-stream, */*', subscription, 'text/event-stream'],
      ['application/json, text/event-stream', query, 'application/json'],
      ['application/json, text/event-stream', subscription, 'text/event-stream'],
      ['text/event-stream;q=0, */*', subscription, 'application/json'],
      ['*/*', subscription, 'application/json'],
    ])('accept %s and %s: %s', async (accept, text, type) => {
      const response = await events({ query: text }, accept);
      expect(response.headers.get('content-type')).toMatch(type);
      await response.text();
    });

    test('say what is wrong with a document, as an event', async () => {
      for (const [text, code] of [
        ['{ nope }', 'GRAPHQL_VALIDATION_FAILED'],
        ['{ tick', 'GRAPHQL_PARSE_FAILED'],
        [`{ ${'a{'.repeat(60)}`, 'GRAPHQL_PARSE_FAILED'],
      ]) {
        const response = await events({ query: text });
        expect([response.status, await response.text()]).toEqual([
          200,
          expect.stringMatching(`event: next\n.*${code}.*\n\nevent: complete`),
        ]);
      }
    });

    test('end upstream when the client goes away', async () => {
      const leave = new AbortController();
      const response = await events({ query: 'subscription { ticks { n } }' }, 'text/event-stream', leave.signal);
      await response.body?.getReader().read();
      await until(() => world.subgraphs.opened.size === 1);
      leave.abort();
      await until(() => world.subgraphs.opened.size === 0);
    });

    test('a client that does not read is not written to; then it is told to come back from its last cursor', async () => {
      const socket = connect(Number(new URL(world.gateway.url).port), '127.0.0.1');
      const body = JSON.stringify({ query: 'subscription { ticks { n cursor text } }' });
      const head = [
        'POST /graphql HTTP/1.1',
        'host: x',
        `authorization: ${auth.authorization}`,
        'accept: text/event-stream',
      ];
      const more = ['content-type: application/json', `content-length: ${body.length}`];
      socket.write(`${[...head, ...more].join('\r\n')}\r\n\r\n${body}`);
      await until(() => world.subgraphs.opened.size === 1);
      socket.pause();
      for (let n = 2; n < 1_500; n += 1) {
        world.subgraphs.tick(n, 'x'.repeat(32 * 1024));
        if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve)); // lets the sockets take it
      }
      await until(() => world.subgraphs.opened.size === 0); // 48 MB: more than the kernel holds for a socket
      let text = '';
      socket.on('data', (data) => {
        text += data.toString();
      });
      socket.resume();
      await until(() => text.includes('event: complete'));
      socket.destroy();
      const seen = [...text.matchAll(/"n":(\d+)/g)].map(([, n]) => Number(n));
      expect(seen).toEqual(seen.map((_, index) => index + 1));
      const [, last] = /"RESYNC_REQUIRED","cursor":"(c\d+)"/.exec(text) ?? [];
      expect(last).toBe(`c${seen.length}`);
    });

    test('end when rights change', async () => {
      const response = await events({ query: 'subscription { ticks { n cursor } }' });
      await until(() => world.subgraphs.opened.size === 1);
      const ana = await world.member();
      await ana.ask('mutation { setRole(role: "OBSERVER") }');
      expect(await response.text()).toMatch(/"code":"RIGHTS_CHANGED","cursor":"c1".*\n\nevent: complete/);
      await ana.ask('mutation { setRole(role: "MEMBER_EDITOR") }');
    });
  });

  test('500 clients that send their headers slowly do not delay the others, and are closed after 10 s', async () => {
    const port = Number(new URL(world.gateway.url).port);
    const lasted = startClock();
    let open = 0;
    const slow = Array.from({ length: 500 }, () => {
      open += 1;
      const socket = connect(port, '127.0.0.1', () => socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\nx-slow: '));
      const drip = setInterval(() => socket.write('x'), 500);
      return socket
        .on('error', () => {})
        .on('data', () => {})
        .on('close', () => {
          clearInterval(drip);
          open -= 1;
        });
    });
    await until(() => slow.every((socket) => !socket.connecting));
    const passed = startClock();
    expect((await world.post({ query: '{ tick { n } }' }, auth)).status).toBe(200);
    expect(passed()).toBeLessThan(1_000);
    await until(() => open === 0);
    expect(lasted()).toBeLessThan(14_000);
  });
});
