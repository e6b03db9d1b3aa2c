import { createServer, type RequestListener } from 'node:http';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocketServer } from 'ws';
import { listen } from '../kit/server.ts';
import { startClock } from './clock.ts';
import { type SmallWorld, startSmallWorld } from './gateway.ts';
import type { Member } from './people.ts';

const ticks = 'subscription { ticks { n cursor } }';

/** Follows a subgraph that goes silent with every connection open, and one that accepts connections and says nothing. */
async function followSilence() {
  const pipes = new Set<Socket>();
  let silent = false;
  let target = 0;
  const proxy = createTcpServer((client) => {
    pipes.add(client.on('error', () => {}));
    if (silent) return;
    const server = connect(target, '127.0.0.1').on('error', () => {});
    pipes.add(server);
    client.pipe(server).pipe(client);
  });
  const port = await listen(proxy as never, 0, '127.0.0.1');
  const world = await startSmallWorld({ urls: { networks: `http://127.0.0.1:${port}/graphql` } });
  target = Number(new URL(world.subgraphs.networks.url).port);
  const ana = await world.member();
  const stream = ana.follow(ticks);
  await stream.next();
  silent = true;
  for (const socket of pipes) socket.unpipe().pause();
  const end = async (following = stream) => {
    const passed = startClock();
    const { errors } = await following.next();
    return { code: errors?.[0]?.extensions.code, after: passed() };
  };
  const [lost, refused] = [await end(), await end(ana.follow(ticks))];
  await ana.leave();
  for (const socket of pipes) socket.destroy();
  proxy.close();
  await world.stop();
  return { lost, refused };
}
let silence: ReturnType<typeof followSilence>;
beforeAll(() => {
  silence = followSilence(); // takes 20 s, beside the rest
});

describe('a subgraph', () => {
  let world: SmallWorld;
  let ana: Member;
  let answer: RequestListener;
  let event: unknown;
  const stand = createServer((request, response) => {
    if (request.url !== '/graphql') return void response.end('{}');
    answer(request, response);
  });
  const sockets = new WebSocketServer({
    server: stand,
    path: '/graphql',
    handleProtocols: () => 'graphql-transport-ws',
  });
  sockets.on('connection', (socket) => {
    socket.on('message', (data) => {
      const { type, id } = JSON.parse(String(data));
      if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (type === 'subscribe') socket.send(JSON.stringify({ type: 'next', id, payload: event }));
    });
  });
  beforeAll(async () => {
    const url = `http://127.0.0.1:${await listen(stand, 0, '127.0.0.1')}/graphql`;
    world = await startSmallWorld({ urls: { networks: url } });
    ana = await world.member();
  });
  afterAll(async () => {
    await ana.leave();
    await world.stop();
    sockets.close();
    stand.closeAllConnections();
    stand.close();
  });

  const answers: [string, number, string, string][] = [
    ['with a page', 200, '<html>', 'SUBGRAPH_UNAVAILABLE'],
    ['with nothing', 200, '', 'SUBGRAPH_UNAVAILABLE'],
    ['500', 500, '{"message":"out of order"}', 'SUBGRAPH_UNAVAILABLE'],
    ['401', 401, '{"errors":[{"message":"no","extensions":{"code":"UNAUTHENTICATED"}}]}', 'SUBGRAPH_UNAVAILABLE'],
    ['null', 200, 'null', 'SUBGRAPH_UNAVAILABLE'],
    ['a number', 200, '5', 'SUBGRAPH_UNAVAILABLE'],
    ['a list', 200, '[{"data":{"tick":{"n":1}}}]', 'SUBGRAPH_UNAVAILABLE'],
    ['data that is a text', 200, '{"data":"tick"}', 'SUBGRAPH_UNAVAILABLE'],
    ['data that is a list', 200, '{"data":[1]}', 'SUBGRAPH_UNAVAILABLE'],
    ['errors that are a text', 200, '{"data":{"tick":null},"errors":"out of order"}', 'SUBGRAPH_UNAVAILABLE'],
    ['an error that is null', 200, '{"data":{"tick":null},"errors":[null]}', 'SUBGRAPH_UNAVAILABLE'],
    ['an error without a message', 200, '{"data":null,"errors":[{}]}', 'SUBGRAPH_UNAVAILABLE'],
    ['a path that is none', 200, '{"data":null,"errors":[{"message":"no","path":"tick"}]}', 'SUBGRAPH_UNAVAILABLE'],
    ['an error with SQL in it', 200, '{"data":null,"errors":[{"message":"SELECT x FROM y"}]}', 'INTERNAL'],
    ['a field of a wrong type', 200, '{"data":{"tick":"one"}}', 'INVALID_SUBGRAPH_VALUE'],
  ];
  test.each(answers)(
    'that answers %s: the rest is answered, over HTTP and WebSocket',
    async (_name, status, text, code) => {
      answer = (_request, response) =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(text);
      const query = '{ tick { n } me { id } }';
      const overSocket = ana.follow(query);
      for (const { data, errors } of [await ana.ask(query), await overSocket.next()]) {
        expect(data).toEqual({ tick: null, me: { id: 'seat:1' } });
        expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
        expect(JSON.stringify(errors)).not.toMatch(/SELECT|html|out of order|127\.0/);
      }
    },
  );

  test.each<[string, unknown]>([
    ['null', null],
    ['a text', 'tick'],
    ['errors that are none', { data: { ticks: null }, errors: [null] }],
    ['data that is none', { data: [1] }],
  ])('whose event is %s ends the subscription alone', async (_name, payload) => {
    event = payload;
    const stream = ana.follow(ticks);
    expect((await stream.next()).errors?.[0]?.extensions.code).toBe('SUBGRAPH_UNAVAILABLE');
    await stream.ended;
    event = { data: { ticks: { n: 1, cursor: null } } };
    const again = ana.follow(ticks);
    expect((await again.next()).data.ticks.n).toBe(1);
    again.close();
  });

  test('that closes the connection in the middle of its answer', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
      response.write('{"data":{"tick":');
      setImmediate(() => response.destroy());
    };
    expect((await ana.ask('{ tick { n } me { id } }')).errors?.[0]?.extensions.code).toBe('SUBGRAPH_UNAVAILABLE');
  });

  test('that hangs is waited for 10 s by each of 300 requests, and delays no others', async () => {
    answer = () => {};
    const passed = startClock();
    let ended = 0;
    const hanging = Array.from({ length: 300 }, async () => {
      const { errors } = await ana.ask('{ tick { n } }');
      ended += 1;
      return [errors?.[0]?.extensions.code, passed()] as const;
    });
    expect((await ana.ask('{ me { id } }')).data.me.id).toBe('seat:1');
    expect(ended).toBe(0);
    for (const [code, took] of await Promise.all(hanging)) {
      expect(code).toBe('SUBGRAPH_UNAVAILABLE');
      expect(took).toBeLessThan(13_000);
    }
  });
});

describe('subscriptions', () => {
  let world: SmallWorld;
  beforeAll(async () => {
    world = await startSmallWorld();
  });
  afterAll(() => world.stop());

  test('whose subgraph dies end with the last cursor, and are served again once it is back', async () => {
    const ana = await world.member();
    const stream = ana.follow(ticks);
    expect((await stream.next()).data.ticks.cursor).toBe('c1');
    await world.subgraphs.networks.stop();
    const last = await stream.next();
    expect(last.errors?.[0]?.extensions).toEqual({ code: 'SUBGRAPH_UNAVAILABLE', service: 'networks', cursor: 'c1' });
    await stream.ended;
    expect((await ana.follow(ticks).next()).errors?.[0]?.extensions.code).toBe('SUBGRAPH_UNAVAILABLE');
    await world.subgraphs.restartNetworks();
    const again = ana.follow(ticks);
    expect((await again.next()).data.ticks.n).toBe(1);
    await ana.leave();
  });

  test('a large one is no reason to end the others', async () => {
    const ana = await world.member();
    const other = ana.follow(ticks);
    await other.next();
    // 250 kB of a client's are 1.3 MB on the way to the subgraph
    const numbers = `[${'1e20,'.repeat(49_000)}1]`;
    const body = `{"query":"subscription ($list: [Float!]) { ticks(list: $list) { n } }","variables":{"list":${numbers}}}`;
    const response = await fetch(`${world.gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${ana.token}`,
      },
      body,
    });
    const reader = response.body?.getReader();
    let text = '';
    while (!text.includes('event: next')) text += Buffer.from((await reader?.read())?.value ?? []).toString();
    expect(text).toContain('{"data":{"ticks":{"n":1}}}');
    await reader?.cancel();
    world.subgraphs.tick(2);
    expect((await other.next()).data.ticks.n).toBe(2);
    await ana.leave();
  });

  test('whose subgraph goes silent, or never greets, end', async () => {
    const { lost, refused } = await silence;
    expect(lost.code).toBe('SUBGRAPH_UNAVAILABLE');
    expect(lost.after).toBeLessThan(16_500);
    expect(refused.code).toBe('SUBGRAPH_UNAVAILABLE');
    expect(refused.after).toBeLessThan(6_500);
  });
});

describe('the issuer', () => {
  let world: SmallWorld;
  beforeAll(async () => {
    world = await startSmallWorld();
  });
  afterAll(() => world.stop());
  const ask = async (token: string) => {
    const { status, body } = await world.post({ query: '{ tick { n } }' }, { authorization: `Bearer ${token}` });
    return [status, body.errors?.[0]?.extensions.code];
  };

  test('may be away at the first token, and later', async () => {
    world.issuer.setDown(true);
    const first = await world.sign();
    expect(await ask(first)).toEqual([503, 'ISSUER_UNAVAILABLE']);
    world.issuer.setDown(false);
    expect(await ask(first)).toEqual([200, undefined]);
    world.issuer.setDown(true);
    expect(await ask(await world.sign({ jti: 'another' }))).toEqual([200, undefined]);
    world.issuer.setDown(false);
  });

  test('may rotate its keys under load, also while others present keys that are nobody’s', async () => {
    const unknown = await world.sign({}, { kid: 'nobody' });
    expect(await ask(unknown)).toEqual([401, 'UNAUTHENTICATED']);
    const [fetches, began] = [world.issuer.fetches(), performance.now()];
    const flood = Array.from({ length: 100 }, () => ask(unknown));
    const old = await world.sign({ jti: 'old' });
    await world.issuer.rotate('k2');
    const tokens = await Promise.all(Array.from({ length: 50 }, (_, i) => world.sign({ jti: `${i}` })));
    const answers = await Promise.all([old, ...tokens].map(ask));
    expect(answers.filter(([status]) => status !== 200)).toEqual([]);
    for (const answer of await Promise.all(flood)) expect(answer).toEqual([401, 'UNAUTHENTICATED']);
    const seconds = Math.ceil((performance.now() - began) / 1_000);
    expect(world.issuer.fetches() - fetches).toBeLessThanOrEqual(2 * (seconds + 1)); // two for each look, and one look a second
    expect(seconds).toBeLessThan(100); // or 150 tokens that each looked would be no more than that
    // a key that is taken back vouches for nothing any more, also for tokens seen before
    world.issuer.retire('k1');
    await ask(await world.sign({}, { kid: 'nobody' }));
    expect(await ask(old)).toEqual([401, 'UNAUTHENTICATED']);
    expect(await ask(tokens[0] as string)).toEqual([200, undefined]);
  });
});
