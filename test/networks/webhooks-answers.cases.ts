import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openSender, type Sender, type SenderOptions } from '../../subgraphs/networks/webhooks/sender.ts';
import { makeCertificate } from './certificate.ts';

/** Endpoints that answer in ways that no server does, over bare sockets. */
const message = { id: '1', headers: {}, body: Buffer.from('{}') };
const servers = new Set<Server>();
const sockets = new Set<Socket>();
const senders = new Set<Sender>();
afterEach(() => {
  for (const sender of senders) sender.close();
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  for (const all of [senders, sockets, servers]) all.clear();
});

/** @param speak is given each connection, and how many there were. @returns undefined where somebody else has the port */
async function listen(speak: (socket: Socket, count: number) => void, host = '127.0.0.1', port = 0) {
  let count = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    speak(socket, ++count);
  });
  servers.add(server);
  return once(server.listen(port, host), 'listening').then(
    () => (server.address() as AddressInfo).port,
    () => undefined,
  );
}

function open(url: string, options: Partial<SenderOptions> = {}) {
  const sender = openSender(url, { allowLoopback: true, timeoutMs: 30_000, now: Date.now, ...options });
  senders.add(sender);
  return () => sender.send(message, [], new AbortController().signal);
}

/** Says this to each request, and then the same thing again and again where there is one. */
const saying = (text: string, again: string | null) => (socket: Socket) =>
  socket.once('data', () => {
    socket.write(text);
    if (again === null) return;
    const more = () => {
      while (socket.write(again));
    };
    socket.on('drain', more);
    more();
  });

const ok = 'HTTP/1.1 200 OK\r\n';
const early = 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100);
const letters = 'y'.repeat(900);

describe('an answer', () => {
  test.each([
    ['101, to go on otherwise', 'HTTP/1.1 101 Go\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', null, 'STATUS', 101],
    ['of ever more interim ones', early, early, 'CONNECTION_FAILED', null],
    ['of endless headers', ok, `x: ${letters}\r\n`, 'CONNECTION_FAILED', null],
    ['of an endless status line', 'HTTP/1.1 200 ', letters, 'CONNECTION_FAILED', null],
    ['of endless trailers', `${ok}transfer-encoding: chunked\r\n\r\n0\r\n`, `x: ${letters}\r\n`, null, 200],
    ['of no status line', '<html>taken</html>\r\n\r\n', null, 'CONNECTION_FAILED', null],
    ['of two lengths', `${ok}content-length: 0\r\ncontent-length: 5\r\n\r\n`, null, 'CONNECTION_FAILED', null],
    ['of no status', 'HTTP/1.1 000 OK\r\ncontent-length: 0\r\n\r\n', null, 'STATUS', 0],
    ['that would be huge', `${ok}content-encoding: gzip\r\ncontent-length: 99999\r\n\r\n`, letters, null, 200],
    ['after two interim ones', `HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 103 Early\r\n\r\n${ok}\r\n`, letters, null, 200],
  ] as const)('%s', async (_, text, again, failure, status) => {
    const outcome = open(`http://127.0.0.1:${await listen(saying(text, again))}/`)();
    const isWaiting = new Promise((resolve) => setTimeout(resolve, 60_000, 'still waiting').unref());
    expect(await Promise.race([outcome, isWaiting])).toEqual({ failure, status, retryAfter: null });
  });

  test('that comes late, or a letter at a time, is none', async () => {
    const late = (socket: Socket) => {
      const text = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
      let said = 0;
      const timer = setInterval(() => socket.write(text[said++] ?? ''), 20);
      socket.on('close', () => clearInterval(timer));
    };
    const send = open(`http://127.0.0.1:${await listen(late)}/`, { timeoutMs: 300 });
    expect(await send()).toEqual({ failure: 'TIMEOUT', status: null, retryAfter: null });
  });
});

describe('a connection', () => {
  test('that was closed after an answer, without a word, is made anew: nothing is held to have failed', async () => {
    let closed = 0;
    const port = await listen((socket) =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
        socket.once('data', () => {
          closed += 1;
          socket.resetAndDestroy();
        });
      }),
    );
    const send = open(`http://127.0.0.1:${port}/`);
    for (let sent = 0; sent < 5; sent += 1) expect(await send()).toMatchObject({ failure: null, status: 200 });
    expect(closed).toBe(4);
  });

  test('that is closed in the middle of an attempt was a failure, and nothing is sent twice in it', async () => {
    let asked = 0;
    const port = await listen((socket) =>
      socket.on('data', () => {
        asked += 1;
        socket.resetAndDestroy();
      }),
    );
    expect(await open(`http://127.0.0.1:${port}/`)()).toMatchObject({ failure: 'CONNECTION_FAILED' });
    expect(asked).toBe(1);
  });

  test('with a certificate of nobody known is refused, whatever the environment says; and no proxy of it is asked', async () => {
    const server = createHttpsServer(makeCertificate('self.example.org'), (_, response) => void response.end());
    servers.add(server);
    const isThere = await once(server.listen(8443, '127.0.0.5'), 'listening').then(
      () => true,
      () => false, // somebody else has the port
    );
    const program = fileURLToPath(new URL('webhook-attempt.ts', import.meta.url));
    const args = ['--import', 'tsx', program, 'https://self.example.org:8443/'];
    const proxies = { HTTPS_PROXY: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1', NODE_USE_ENV_PROXY: '1' };
    const env = { ...process.env, ...proxies, NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    expect(JSON.parse(stdout)).toEqual([isThere ? 'TLS_FAILED' : 'CONNECTION_FAILED', null]);
  });

  test('to one of several addresses where nobody speaks does not keep it from the others', async () => {
    const asked: string[] = [];
    const silent = await listen(() => asked.push('silent'), '127.0.0.3', 8443);
    const other = await listen(
      (socket) => {
        asked.push('other');
        socket.end('no TLS');
      },
      '127.0.0.4',
      8443,
    );
    const resolve = async () => ['127.0.0.4', '127.0.0.3'];
    const outcome = await open('https://two.example.org:8443/', { resolve, timeoutMs: 2_000 })(); // half of it for each
    if (!silent || !other) return expect(outcome.failure).not.toBeNull(); // somebody else has the port
    expect([outcome.failure, asked]).toEqual(['TLS_FAILED', ['silent', 'other']]);
  });
});
