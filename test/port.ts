import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port of loopback for a process that is started next. Below those that Linux and macOS give to connections: one of theirs could go to a connection
 * between this look and the start.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer();
    const heard = once(server, 'listening');
    server.listen(20_000 + Math.floor(Math.random() * 12_000), '127.0.0.1');
    const isFree = await heard.then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    return port;
  }
}
