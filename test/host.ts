import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { start } from '../start.ts';

/*
 * A program that starts and stops the platform as often as it is asked, for one worker of a test run (test/world.ts): most of what a start costs is
 * the loading of its modules, and here they are loaded once. `POST /start` takes StartOptions as JSON and answers with `{ id, url }`, `POST /stop/<id>`
 * with `{}`; what was thrown comes as `{ error }`. It ends with the run, whose process id is its only argument.
 */
const run = Number(process.argv[2]);
const running = new Map<number, () => Promise<void>>();
let count = 0;

async function answer(path: string, body: string): Promise<object> {
  if (path === '/start') {
    const { url, stop } = await start(JSON.parse(body));
    count += 1;
    running.set(count, stop);
    return { id: count, url };
  }
  const id = Number(path.slice('/stop/'.length));
  await running.get(id)?.();
  running.delete(id);
  return {};
}

const server = createServer(async (request, response) => {
  const answered = answer(request.url ?? '', await text(request));
  response.end(JSON.stringify(await answered.catch((error: Error) => ({ error: error.stack ?? String(error) }))));
});
// A worker that is busy with a test asks again after a while: not on a connection that is just being closed.
server.keepAliveTimeout = 75_000; // ms
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as { port: number }).port}\n`);
});
// A run that was killed tells nobody.
setInterval(() => {
  try {
    process.kill(run, 0);
  } catch {
    process.exit();
  }
}, 1_000);
