import { once } from 'node:events';
import { createServer } from 'node:net';

/*
 * Below those that Linux and macOS give to connections, and to whoever asks for any: one of theirs could go to somebody else between the look and the start
 * of the process that is to have it. Each worker of a test run has a part of its own, for it cannot know what another has found free and not begun to use;
 * for the same reason none is given twice.
 */
const part = 1_000;
const from = 20_000 + part * (Number(process.env.JEST_WORKER_ID ?? 0) % 12);
let given = 0;
const first = Math.floor(Math.random() * part);

/** A port of loopback for a process that is started next, and no other that asks here before a thousand have. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = from + ((first + given) % part);
    given += 1;
    const server = createServer();
    const heard = once(server, 'listening');
    server.listen(port, '127.0.0.1');
    const isFree = await heard.then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
