import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { listen } from '../kit/server.ts';
import { startClock } from './clock.ts';
import { type SmallWorld, startSmallWorld, until } from './gateway.ts';

describe('gateway exchange', () => {
  /** networks is a stand that each test lets answer as it likes; it gets the text that was asked. */
  let world: SmallWorld;
  let authorization: string;
  let answer: (text: string, response: ServerResponse) => void;
  let asked: string[];
  const listener: RequestListener = async (request, response) => {
    if (request.url !== '/graphql') return void response.end('{}');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    if (text.includes('RightsVersion')) return void response.end('{"data":{"partnersRightsVersion":1}}');
    asked.push(text);
    answer(text, response);
  };
  const stand = createServer(listener);
  beforeAll(async () => {
    const url = `http://127.0.0.1:${await listen(stand, 0, '127.0.0.1')}/graphql`;
    world = await startSmallWorld({ urls: { networks: url } });
    authorization = `Bearer ${await world.sign()}`;
  });
  afterAll(async () => {
    await world.stop();
    stand.closeAllConnections();
    stand.close();
  });
  const tick = '{"data":{"tick":{"n":1}}}';
  beforeEach(() => {
    asked = [];
    answer = (_, response) => void response.end(tick);
  });

  /** A POST of which only the head is written; `received` is all that has come back. */
  function open(headers: Record<string, string | number>): { socket: Socket; received(): string } {
    const socket = connect(Number(new URL(world.gateway.url).port), '127.0.0.1').on('error', () => {});
    let text = '';
    socket.on('data', (data) => {
      text += data.toString();
    });
    const all = { host: 'x', authorization, 'content-type': 'application/json', ...headers };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
    socket.write(`${['POST /graphql HTTP/1.1', ...lines].join('\r\n')}\r\n\r\n`);
    return { socket, received: () => text };
  }

  describe('a body', () => {
    const query = 'query ($text: String) { tick { n } text(kib: 1, input: { n: 1 }) a: __typename @skip(if: true) }';

    test('may come byte by byte, also within a character', async () => {
      const document = '{ tick { n } } # žluťoučký kůň 🐎';
      const bytes = Buffer.from(JSON.stringify({ query: document }));
      const { socket, received } = open({ 'content-length': bytes.length });
      for (const byte of bytes) {
        socket.write(Uint8Array.of(byte));
        await sleep(1); // so that each travels by itself
      }
      await until(() => received().includes(tick));
      expect(received()).toMatch(/^HTTP\/1.1 200 /);
      socket.destroy();
    });

    test('may be sent in pieces of unknown number, until it is over 256 KiB', async () => {
      const fine = open({ 'transfer-encoding': 'chunked' });
      fine.socket.write('a\r\n{"query":"\r\ne\r\n{ tick { n } }\r\n2\r\n"}\r\n0\r\n\r\n');
      await until(() => fine.received().includes(tick));
      fine.socket.destroy();

      const endless = open({ 'transfer-encoding': 'chunked' });
      for (let sent = 0; sent < 5; sent += 1) endless.socket.write(`10000\r\n${' '.repeat(65_536)}\r\n`);
      await until(() => endless.received().includes('256 KiB'));
      expect(endless.received()).toMatch(/^HTTP\/1.1 413 /);
      endless.socket.destroy();
      // announced: refused before any of it has come
      const large = open({ 'content-length': 300_000 });
      await until(() => large.received().includes('256 KiB'));
      expect(large.received()).toMatch(/^HTTP\/1.1 413 /);
      large.socket.destroy();
      expect(asked).toHaveLength(1);
    });

    test('that never ends does no harm, and is forgotten with its sender', async () => {
      const slow = Array.from({ length: 100 }, () => open({ 'content-length': 1_000 }));
      for (const { socket } of slow) socket.write('{"query":');
      expect((await world.post({ query: '{ tick { n } }' }, { authorization })).body).toEqual(JSON.parse(tick));
      for (const { socket } of slow) socket.destroy();
      expect((await world.post({ query: '{ tick { n } }' }, { authorization })).status).toBe(200);
      expect(world.logged).toEqual([]);
    });

    const mark = '\u{feff}';
    test.each<[string, string | Uint8Array<ArrayBuffer>, Record<string, string>, number]>([
      ['after a byte order mark', `${mark}{"query":"{ tick { n } }"}`, {}, 200],
      [
        'after a byte order mark, compressed',
        new Uint8Array(gzipSync(`${mark}{"query":"{ tick { n } }"}`)),
        { 'content-encoding': 'gzip' },
        200,
      ],
      [
        'in UTF-8 that is said in capitals',
        '{"query":"{ tick { n } }"}',
        { 'content-type': 'Application/JSON;charset="UTF-8"' },
        200,
      ],
      [
        'in UTF-16 that is said',
        new Uint8Array(Buffer.from('{"query":"{ tick { n } }"}', 'utf16le')),
        { 'content-type': 'application/json; charset=utf-16le' },
        200,
      ],
      ['in UTF-16 that is not', new Uint8Array(Buffer.from('{"query":"{ tick { n } }"}', 'utf16le')), {}, 400],
      ['that is a number', '5', {}, 400],
      ['that is a text', '"{ tick { n } }"', {}, 400],
      ['that is null', 'null', {}, 400],
      ['that is empty', '', {}, 400],
      ['that is blank', '  ', {}, 400],
      ['with more behind it', '{"query":"{ tick { n } }"} {}', {}, 400],
      ['in an encoding that is not known', '{}', { 'content-encoding': 'zip' }, 415],
    ])('%s', async (_name, body, headers, status) => {
      const response = await fetch(`${world.gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization, ...headers },
        body,
      });
      const text = await response.text();
      expect([response.status, status === 200 ? text : JSON.parse(text).errors[0].extensions.code]).toEqual([
        status,
        status === 200 ? `${tick}\n` : 'BAD_REQUEST',
      ]);
    });

    test('nothing of it is read before it is known who asks', async () => {
      const { socket, received } = open({ 'content-length': 1_000, authorization: 'Bearer no' });
      await until(() => received().includes('UNAUTHENTICATED'));
      expect(received()).toMatch(/^HTTP\/1.1 401 /);
      socket.destroy();
    });

    test('what is asked of a subgraph reads the same however it is written', async () => {
      const text = 'line\nbreak, "quotes", \\ and 🐎';
      const document = `query A($n: Int) { text(kib: 1, input: { n: $n }) } # ${query.length}`;
      answer = (_, response) => void response.end(JSON.stringify({ data: { text } }));
      for (const variables of [{ n: 1 }, { n: 2 }, undefined, { n: null }]) {
        const { body } = await world.post({ query: document, variables }, { authorization });
        expect(body.data).toEqual({ text });
      }
      const [one, two, none, empty] = asked.map((sent) => JSON.parse(sent));
      expect([one.variables, two.variables, none.variables ?? {}, empty.variables]).toEqual([
        { n: 1 },
        { n: 2 },
        {},
        { n: null },
      ]);
      expect(new Set([one, two, none, empty].map((sent) => sent.query)).size).toBe(1);
    });
  });

  describe('an answer of a subgraph', () => {
    const text = 'žluťoučký kůň 🐎 '.repeat(20);
    const whole = Buffer.from(JSON.stringify({ data: { text } }));

    test.each([1, 2, 3, 7, 64])('may come in pieces of %i bytes, also within a character', async (size) => {
      answer = async (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
        response.socket?.setNoDelay(true);
        for (let at = 0; at < whole.length; at += size) {
          response.write(whole.subarray(at, at + size));
          if (at % 8 < size) await new Promise((resolve) => setImmediate(resolve)); // so that they do not travel together
        }
        response.end();
      };
      const { body } = await world.post({ query: '{ text(kib: 1) }' }, { authorization });
      expect(body).toEqual({ data: { text } });
    });

    test('may begin with a byte order mark', async () => {
      answer = (_, response) => void response.end(`\u{feff}${whole}`);
      expect((await world.post({ query: '{ text(kib: 1) }' }, { authorization })).body).toEqual({ data: { text } });
    });

    test('may come after a word that it will', async () => {
      answer = (_, response) => {
        response.writeProcessing();
        response.end(whole);
      };
      expect((await world.post({ query: '{ text(kib: 1) }' }, { authorization })).body).toEqual({ data: { text } });
    });
  });

  describe('a client that goes away', () => {
    /** Asks, waits until the subgraph was asked, and leaves. @returns ms until the subgraph's connection ended */
    async function leave(body: object, headers: Record<string, string> = {}): Promise<number> {
      let isEnded = false;
      let response: ServerResponse | undefined;
      answer = (_, running) => {
        response = running.on('close', () => {
          isEnded = true;
        });
      };
      const gone = new AbortController();
      const asking = fetch(`${world.gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization, ...headers },
        body: JSON.stringify(body),
        signal: gone.signal,
      }).then((answered) => answered.text());
      await until(() => response !== undefined);
      const passed = startClock();
      gone.abort();
      await expect(asking).rejects.toThrow('aborted');
      await until(() => isEnded);
      return passed();
    }

    test('ends its query at the subgraph, whatever it accepts', async () => {
      expect(await leave({ query: '{ tick { n } }' })).toBeLessThan(1_000);
      expect(await leave({ query: '{ tick { n } }' }, { accept: 'text/event-stream' })).toBeLessThan(1_000);
    });

    test('with 200 queries leaves room for others, also where they waited for a connection', async () => {
      const running: ServerResponse[] = [];
      answer = (_, response) => void running.push(response);
      const gone = new AbortController();
      const asking = Array.from({ length: 200 }, () =>
        fetch(`${world.gateway.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization },
          body: '{"query":"{ tick { n } }"}',
          signal: gone.signal,
        }).catch(() => undefined),
      );
      await until(() => running.length === 64); // the connections there are
      gone.abort();
      await Promise.all(asking);
      answer = (_, response) => void response.end(tick);
      // Waits for a connection: those that have gone would hold all of them until their deadline, and this one would have no data.
      expect((await world.post({ query: '{ tick { n } }' }, { authorization })).body).toEqual(JSON.parse(tick));
      await until(() => running.every((response) => response.closed));
    });

    test('leaves nothing behind of requests that it sent before the first was answered', async () => {
      const port = Number(new URL(world.gateway.url).port);
      const body = '{"query":"{ tick { n } }"}';
      const head = ['POST /graphql HTTP/1.1', 'host: x', `authorization: ${authorization}`];
      const one = [...head, 'content-type: application/json', `content-length: ${body.length}`, '', body].join('\r\n');
      const running: ServerResponse[] = [];
      answer = (_, response) => void running.push(response);
      const socket = connect(port, '127.0.0.1', () => socket.write(one.repeat(5)));
      let received = '';
      socket.on('data', (data) => {
        received += data;
      });
      for (const n of [1, 2]) {
        await until(() => running.length === n);
        running.at(-1)?.end(tick.replace('1', `${n}`));
        await until(() => received.includes(`"n":${n}`));
      }
      await until(() => running.length === 3); // in turn, each after the one before
      socket.destroy();
      await until(() => running[2]?.closed === true);
      await sleep(200); // in which the fourth would have begun
      expect(asked).toHaveLength(3);
      answer = (_, response) => void response.end(tick);
      expect((await world.post({ query: '{ tick { n } }' }, { authorization })).body).toEqual(JSON.parse(tick));
    });

    test('is no failure of ours', () => {
      expect(world.logged).toEqual([]);
    });
  });

  test('a mutation that has begun is brought to its end without its client', async () => {
    const actor = { kind: 'SEAT', subject: 'ana', seatId: 'seat:1', networks: [], roles: [], rightsVersion: 1 };
    let setting: ServerResponse | undefined;
    let isEnded = false;
    const members = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      if (text.includes('resolveActor')) return void response.end(JSON.stringify({ data: { resolveActor: actor } }));
      if (!text.includes('setRole')) return void response.end('{"data":{"membersRightsVersion":1}}');
      setting = response.on('close', () => {
        isEnded = true;
      });
    });
    const url = `http://127.0.0.1:${await listen(members, 0, '127.0.0.1')}/graphql`;
    const small = await startSmallWorld({ urls: { members: url } });
    try {
      const gone = new AbortController();
      const asking = fetch(`${small.gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await small.sign()}` },
        body: '{"query":"mutation { setRole(role: \\"OBSERVER\\") }"}',
        signal: gone.signal,
      });
      await until(() => setting !== undefined);
      gone.abort();
      await expect(asking).rejects.toThrow('aborted');
      await sleep(300); // a query would have been ended by now
      expect(isEnded).toBe(false);
      setting?.end('{"data":{"setRole":2}}');
      await until(() => isEnded);
      expect(setting?.writableFinished).toBe(true);
      expect(small.logged).toEqual([]);
    } finally {
      await small.stop();
      members.closeAllConnections();
      members.close();
    }
  });
});
