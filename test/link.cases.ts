import { createServer, type Socket, connect as tcp } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Link, type LinkOptions, openLink } from './link.ts';

describe('link', () => {
  /** Answers each byte with the same byte, and keeps what it got. */
  let echo: { port: number; received: () => string };
  const sockets = new Set<Socket>();
  beforeAll(async () => {
    let received = '';
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        received += bytes;
        socket.write(bytes);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    server.unref();
    echo = { port: (server.address() as { port: number }).port, received: () => received };
  });

  const links: Link[] = [];
  afterEach(async () => {
    for (const link of links.splice(0)) await link.stop();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  });

  async function enter(options: Omit<LinkOptions, 'to'> = {}) {
    const link = await openLink({ to: { port: echo.port }, ...options });
    links.push(link);
    const socket = tcp(link.port, '127.0.0.1');
    let text = '';
    const look = new Set<() => void>();
    socket.on('data', (bytes) => {
      text += bytes;
      for (const one of look) one();
    });
    const failed = new Promise<string>((resolve) =>
      socket.on('error', (error) => resolve((error as { code?: string }).code ?? '')),
    );
    const until = (wanted: string) =>
      new Promise<number>((resolve) => {
        const one = () => text.endsWith(wanted) && resolve(Date.now());
        look.add(one);
        one();
      });
    return { link, socket, until, failed, text: () => text };
  }

  describe('a link', () => {
    test('takes its latency each way, and the handshake once more both', async () => {
      const { socket, until } = await enter({ latency: 40 });
      const begun = Date.now();
      socket.write('a');
      expect((await until('a')) - begun).toBeGreaterThanOrEqual(120);
      const second = Date.now();
      socket.write('b');
      expect((await until('b')) - second).toBeGreaterThanOrEqual(79);
    });

    test('loses nothing and keeps the order, whatever is lost on the way: it only waits', async () => {
      let lost = 0;
      const random = () => (lost++ % 3 === 0 ? 0 : 1); // the first attempt of each segment is lost
      const { socket, until, text } = await enter({ loss: 0.05, random });
      const begun = Date.now();
      socket.write('first ');
      socket.write('second ');
      expect((await until('second ')) - begun).toBeGreaterThanOrEqual(200);
      expect(text()).toBe('first second ');
    });

    test('a cut leaves connections open and holds what is written until it heals, one way or both', async () => {
      const { link, socket, until, text } = await enter();
      socket.write('1');
      await until('1');
      link.cut('down');
      const before = echo.received();
      socket.write('2');
      while (echo.received() === before) await new Promise((resolve) => setTimeout(resolve, 5)); // the server has no event of ours
      expect(text()).toBe('1');
      link.heal();
      await until('12');
      link.cut();
      socket.write('3');
      link.heal();
      await until('123');
      expect(link.open()).toBe(1);
    });

    test('a reset breaks both ends and loses what was under way; new connections may be refused', async () => {
      const { link, socket, failed } = await enter({ latency: 50 });
      const before = echo.received();
      socket.write('lost');
      while (link.open() === 0) await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setTimeout(resolve, 20)); // it is under way, not there
      link.reset();
      expect(await failed).toBe('ECONNRESET');
      expect(echo.received()).toBe(before);
      link.refusing = true;
      const again = tcp(link.port, '127.0.0.1');
      expect(await new Promise((resolve) => again.on('error', resolve))).toMatchObject({ code: 'ECONNRESET' });
    });

    test('what is more than a window under way slows the sender, and arrives whole', async () => {
      const { socket, until, text } = await enter({ latency: 5 });
      const much = 'x'.repeat(2_000_000);
      socket.write(`${much}.`);
      await until('.');
      expect(text().length).toBe(2_000_001);
    });
  });
});
