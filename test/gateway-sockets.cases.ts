import { type AddressInfo, connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { makeServer } from 'graphql-ws';
import WebSocket, { WebSocketServer } from 'ws';
import { attachSocket, handleProtocols } from '../gateway/socket.ts';
import { createLog } from '../kit/log.ts';
import { startClock } from './clock.ts';
import { type SmallWorld, startSmallWorld, until } from './gateway.ts';

describe('gateway sockets', () => {
  let world: SmallWorld;
  let token: string;
  beforeAll(async () => {
    world = await startSmallWorld();
    token = await world.sign();
  });
  afterAll(() => world.stop());

  // biome-ignore lint/suspicious/noExplicitAny: payloads are asserted on field by field
  type Message = { type: string; id?: string; payload?: any };

  interface Wire {
    socket: WebSocket;
    /** Everything received, parsed. */
    got: Message[];
    closed: Promise<{ code: number; reason: string }>;
    send(message: unknown): void;
    subscribe(id: string, query: string): void;
    of(id: string): Message[];
  }

  interface Opening extends Omit<WebSocket.ClientOptions, 'protocol'> {
    init?: boolean;
    url?: string;
    protocol?: string | string[];
  }

  const sockets: WebSocket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.terminate();
  });

  /** A bare socket: what it sends is up to the test. @param init false: without signing in */
  async function open({
    init = true,
    url = world.gateway.url,
    protocol = 'graphql-transport-ws',
    ...options
  }: Opening = {}) {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocol, options);
    const got: Wire['got'] = [];
    socket.on('message', (data) => got.push(JSON.parse(String(data))));
    socket.on('error', () => {});
    const closed = new Promise<{ code: number; reason: string }>((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
    const send = (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    const subscribe = (id: string, query: string) => send({ type: 'subscribe', id, payload: { query } });
    sockets.push(socket);
    await new Promise((resolve) => socket.once('open', resolve));
    const of = (id: string) => got.filter((message) => message.id === id);
    const wire: Wire = { socket, got, closed, send, subscribe, of };
    if (init) {
      send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
      await until(() => got.length > 0);
    }
    return wire;
  }

  const ticks = 'subscription { ticks { n cursor text } }';
  const opened = {
    get size() {
      return world.subgraphs.opened.size;
    },
  };

  describe('a socket that does not speak the protocol is closed with the code that says so', () => {
    let complaints: jest.SpiedFunction<typeof console.error>;
    beforeAll(() => {
      complaints = jest.spyOn(console, 'error');
    });
    afterAll(() => complaints.mockRestore());
    const init = { type: 'connection_init', payload: {} };
    const subscribe = { type: 'subscribe', id: '1', payload: { query: ticks } };
    const nested = `{"type":"ping","payload":{"a":${'['.repeat(60_000)}${']'.repeat(60_000)}}}`;
    test.each<[string, boolean, unknown[], number]>([
      ['subscribes before it signs in', false, [subscribe], 4401],
      ['signs in without a token', false, [init], 4403],
      ['signs in twice', true, [init], 4429],
      ['signs in a hundred times at once', false, Array(100).fill(init), 4429],
      ['sends no JSON', true, ['{'], 4400],
      ['sends JSON that is no message', true, ['[]'], 4400],
      ['sends a message of unknown type', true, [{ type: 'start' }], 4400],
      ["sends a server's message", true, [{ type: 'connection_ack' }], 4400],
      ['sends results', true, [{ type: 'next', id: '1', payload: {} }], 4400],
      ['sends no id', true, [{ type: 'subscribe', payload: { query: ticks } }], 4400],
      ['sends variables that are none', true, [{ ...subscribe, payload: { query: ticks, variables: 1 } }], 4400],
      ['uses an id twice', true, [subscribe, subscribe], 4409],
      ['sends a ping of lists in lists', true, [nested], 4400],
      ['sends more than 256 KiB', true, [{ type: 'ping', payload: { text: 'x'.repeat(262_144) } }], 1009],
    ])('%s', async (_name, signedIn, messages, code) => {
      const wire = await open({ init: signedIn });
      for (const message of messages) wire.send(message);
      expect((await wire.closed).code).toBe(code);
      await until(() => opened.size === 0);
    });

    test('sends binary frames', async () => {
      const wire = await open();
      wire.socket.send(Buffer.from(JSON.stringify({ type: 'ping' })), { binary: true });
      expect((await wire.closed).code).toBe(4400);
    });

    test('speaks another protocol', async () => {
      const wire = await open({ init: false, protocol: [] });
      expect((await wire.closed).code).toBe(4406);
    });

    test('and nothing of it is in the log, which anybody could fill', () => {
      expect([world.logged, complaints.mock.calls]).toEqual([[], []]);
    });
  });

  describe('operations', () => {
    test('an id that would be repeated with every event is short', async () => {
      const wire = await open();
      wire.subscribe('x'.repeat(300), ticks);
      await until(() => wire.got.length === 2);
      expect(wire.got[1]?.payload[0].extensions.code).toBe('BAD_REQUEST');
      expect(opened.size).toBe(0);
      wire.socket.close();
    });

    test('fifty run at once on one socket, also where the client has completed them', async () => {
      const wire = await open();
      for (let i = 0; i < 60; i += 1) wire.subscribe(`s${i}`, ticks);
      await until(() => wire.got.filter(({ type }) => type === 'error').length === 10);
      expect(wire.got.find(({ type }) => type === 'error')?.payload[0].extensions.code).toBe('OPERATION_TOO_LARGE');
      await until(() => opened.size === 50);
      for (let i = 0; i < 60; i += 1) wire.send({ type: 'complete', id: `s${i}` });
      await until(() => opened.size === 0);
      for (let i = 0; i < 60; i += 1) {
        wire.subscribe(`q${i}`, '{ slow(ms: 300) }');
        wire.send({ type: 'complete', id: `q${i}` });
      }
      wire.subscribe('last', '{ tick { n } }');
      await until(() => wire.of('last').length > 0);
      expect(wire.of('last')[0]?.payload[0].extensions.code).toBe('OPERATION_TOO_LARGE');
      // Nothing is said of those that were completed: asked again until the slow ones have been answered and make room.
      let last = 'last';
      for (let n = 0; wire.of(last)[0]?.type === 'error'; n += 1) {
        last = `after${n}`;
        wire.subscribe(last, '{ tick { n } }');
        await until(() => wire.of(last).some(({ type }) => type === 'error' || type === 'complete'));
        await new Promise((resolve) => setTimeout(resolve, 20)); // a few times, not a thousand
      }
      expect(wire.of(last)[0]?.payload).toEqual({ data: { tick: { n: 7 } } });
      expect(wire.got.filter(({ id }) => id?.startsWith('q'))).toEqual([]);
      wire.socket.close();
    });

    test('a subscription ends with its socket, whatever was done with its id', async () => {
      const wire = await open();
      for (const id of ['a', 'b', 'c']) {
        wire.subscribe(id, '{ slow(ms: 100) }');
        wire.send({ type: 'complete', id });
        wire.subscribe(id, ticks); // the query's end makes graphql-ws forget this one
      }
      wire.subscribe('d', ticks);
      wire.send({ type: 'complete', id: 'd' });
      wire.subscribe('d', ticks);
      await until(() => opened.size >= 4);
      await new Promise((resolve) => setTimeout(resolve, 200)); // until the queries are answered
      wire.socket.close();
      await until(() => opened.size === 0);
    });

    test('1,000 subscriptions opened and closed leave nothing behind', async () => {
      const wire = await open();
      for (let round = 0; round < 40; round += 1) {
        for (let i = 0; i < 25; i += 1) wire.subscribe(`${round}.${i}`, ticks);
        await until(() => opened.size === 25);
        for (let i = 0; i < 25; i += 1) wire.send({ type: 'complete', id: `${round}.${i}` });
        await until(() => opened.size === 0);
      }
      wire.subscribe('one more', ticks);
      await until(() => wire.of('one more').length === 1);
      wire.socket.close();
      await until(() => opened.size === 0);
    });

    test('aliases and errors of a subscription', async () => {
      const wire = await open();
      wire.subscribe('a', 'subscription { mine: ticks(count: 1) { n } }');
      wire.subscribe('b', 'subscription { ticks(count: "x") { n } }');
      wire.send({ type: 'subscribe', id: 'c', payload: { query: ticks, operationName: 'none' } });
      await until(() => wire.of('a').length === 2 && wire.of('b').length === 1 && wire.of('c').length === 1);
      expect(wire.of('a')[0]?.payload).toEqual({ data: { mine: { n: 1 } } });
      expect(wire.of('b')[0]?.payload[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
      expect(wire.of('c')[0]?.payload[0].extensions.code).toBe('OPERATION_RESOLUTION_FAILURE');
      wire.socket.close();
    });
  });

  describe('a client that does not read', () => {
    test('is told to come back from the last cursor it was given, and its events wait in bounded queues', async () => {
      const wire = await open();
      wire.subscribe('1', ticks);
      await until(() => opened.size === 1 && wire.got.length === 2);
      wire.socket.pause();
      for (let n = 2; n < 1_500; n += 1) {
        world.subgraphs.tick(n, 'x'.repeat(32 * 1024));
        if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve)); // lets the sockets take it
      }
      await until(() => opened.size === 0); // 48 MB: more than the kernel holds for a socket
      wire.socket.resume();
      await until(() => wire.got.at(-1)?.type === 'complete');
      const results = wire.of('1').filter(({ type }) => type === 'next');
      const last = results.pop();
      expect(results.map(({ payload }) => payload.data.ticks.n)).toEqual(results.map((_, index) => index + 1));
      expect(last?.payload.errors[0].extensions).toEqual({ code: 'RESYNC_REQUIRED', cursor: `c${results.length}` });
      wire.socket.close();
    });

    test('is not read from', async () => {
      const socket = connect(Number(new URL(world.gateway.url).port), '127.0.0.1');
      socket.on('error', () => {});
      socket.write(
        [
          'GET /graphql HTTP/1.1',
          'Host: x',
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
          'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
        ].join('\r\n'),
      );
      await new Promise((resolve) => socket.once('data', resolve));
      socket.pause();
      // Pings are answered with what they bring, also before the sign-in.
      const payload = Buffer.from(JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(200_000) } }));
      const head = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // masked with zeros
      head.writeUInt32BE(payload.length, 6);
      const frame = Buffer.concat([head, payload]);
      for (let i = 0; i < 250; i += 1) socket.write(frame); // 50 MB
      let before = -1;
      while (before !== socket.writableLength) {
        before = socket.writableLength;
        await new Promise((resolve) => setTimeout(resolve, 300)); // until the gateway takes no more
      }
      expect(socket.writableLength).toBeGreaterThan(25e6);
      socket.destroy();
    });
  });

  test('200 sockets that are silent are each closed by 3.5 s', async () => {
    const lives = Array.from({ length: 200 }, async () => {
      const { closed } = await open({ init: false });
      const passed = startClock(); // its own clock: that of the first would count the opening of all the others
      const { code } = await closed;
      return { code, took: passed() };
    });
    for (const { code, took } of await Promise.all(lives)) {
      expect(code).toBe(4408);
      expect(took).toBeLessThan(3_500);
    }
  });

  test('a socket whose client does not answer pings is ended, one that does stays', async () => {
    const server = new WebSocketServer({ port: 0, handleProtocols });
    const protocol = makeServer({ onConnect: () => true });
    let pongs = 0;
    server.on('connection', (socket) => {
      attachSocket(protocol, socket, {}, createLog('test', 'error'), 200);
      socket.on('pong', () => {
        pongs += 1;
      });
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // The time of pings is the test's: on a busy machine an answer may take longer than there is between two of them.
    const others = [
      'Date',
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'setTimeout',
    ] as const;
    jest.useFakeTimers({ doNotFake: [...others, 'clearImmediate', 'clearTimeout'] });
    try {
      const [dead, alive] = [await open({ url, autoPong: false }), await open({ url })];
      for (const answers of [1, 2, 3]) {
        jest.advanceTimersByTime(200);
        await until(() => pongs === answers);
        if (answers === 2) expect((await dead.closed).code).toBe(1006);
      }
      jest.advanceTimersByTime(200);
      expect(alive.socket.readyState).toBe(WebSocket.OPEN);
    } finally {
      jest.useRealTimers();
      server.close();
    }
  });

  test('a gateway that stops tells everybody, finishes what is under way, and is gone within 5 s', async () => {
    const stopping = await startSmallWorld();
    token = await stopping.sign();
    const { url } = stopping.gateway;
    const sockets = await Promise.all(Array.from({ length: 200 }, () => open({ url })));
    for (const wire of sockets) wire.subscribe('1', ticks);
    await until(() => sockets.every((wire) => wire.of('1').length === 1));
    const [first] = sockets as [Wire];
    first.subscribe('slow', '{ slow(ms: 800) }');
    const stuck = await open({ url });
    stuck.socket.pause(); // never answers the close
    const auth = { authorization: `Bearer ${token}` };
    const answered = stopping.post({ query: '{ slow(ms: 800) }' }, auth);
    const hanging = stopping.post({ query: '{ tick { n } slow(ms: 60000) }' }, auth);
    const events = fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { ...auth, accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({ query: ticks }),
    }).then((response) => response.text());
    await until(() => stopping.subgraphs.opened.size === 201 && stopping.subgraphs.slow.asked === 3);
    const passed = startClock();
    await Promise.all([stopping.gateway.stop(), stopping.gateway.stop()]);
    expect(passed()).toBeLessThan(5_000);
    for (const wire of sockets) {
      expect(await wire.closed).toEqual({ code: 1001, reason: 'This gateway is stopping' });
      expect(wire.of('1').map(({ type }) => type)).toEqual(['next', 'next', 'complete']);
      const { code, cursor, retryAfterMs } = (wire.of('1')[1] as Message).payload.errors[0].extensions;
      expect([code, cursor, retryAfterMs > 0]).toEqual(['SERVICE_STOPPING', 'c1', true]);
    }
    expect(first.of('slow')[0]?.payload).toEqual({ data: { slow: 800 } });
    expect((await answered).body).toEqual({ data: { slow: 800 } });
    const partial = await hanging;
    expect(partial.body.errors?.[0]?.extensions.code).toBe('SUBGRAPH_UNAVAILABLE');
    expect(await events).toMatch(/SERVICE_STOPPING[\s\S]*event: complete/);
    await expect(fetch(`${url}/health`)).rejects.toThrow();
    stuck.socket.terminate();
    await stopping.stop();
  });

  test('an upgrade that is asked for while the gateway stops is refused, and keeps it from nothing', async () => {
    const stopping = await startSmallWorld();
    const asking = connect(Number(new URL(stopping.gateway.url).port), '127.0.0.1');
    asking.on('error', () => {});
    try {
      const ended = new Promise((resolve) => asking.once('close', resolve));
      let got = '';
      asking.on('data', (bytes) => {
        got += bytes;
      });
      // Half a request: its connection is not idle, so the stop waits for it.
      asking.write('GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n');
      await stopping.post({ query: '{ __typename }' }); // what came before it has been read
      const stopped = stopping.gateway.stop();
      const passed = startClock();
      await new Promise((resolve) => setTimeout(resolve, 200)); // no sign tells that all sockets have been closed
      asking.write('Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
      await ended;
      expect(got).toMatch(/^HTTP\/1\.1 503 /);
      await stopped;
      expect(passed()).toBeLessThan(3_000);
    } finally {
      asking.destroy();
      await stopping.stop();
    }
  });
});
