import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ask, followUpdates, MemoryStore, readUpdates, type Update, UpdatesError } from './index.ts';

const usage = `Prints the updates after a cursor as CloudEvents 1.0, one JSON object a line, each with the cursor to go on after.

  --after CURSOR     a cursor, "oldest" or "newest"; left out: oldest, and newest with --follow
  --follow           stay, and print what comes
  --network NET      an id or slug, as often as you like; left out: all that you may read
  --type TYPE        as in PLAN_ADOPTED, as often as you like; left out: all
  --url URL          the platform's address; http://localhost:4000
  --key-file FILE    where the partner's key, or a member's token, is
  --key KEY          the key itself; others on this machine can read it there
  --wait SECONDS     how long to try when the platform cannot be reached; 5, with --follow without end

Exit codes: 0 all is printed, or nobody reads on; 1 failed; 2 called wrongly; 3 the key is refused; 4 the cursor cannot be
resumed: begin anew; 5 the platform cannot be reached; 130 interrupted. The last line on stderr says where to go on.
`;

class UsageError extends Error {}

const codes: Record<string, number> = {
  UNAUTHENTICATED: 3,
  FORBIDDEN: 3,
  CURSOR_INVALID: 4,
  RESYNC_REQUIRED: 4,
  BAD_USER_INPUT: 2,
  ADDRESS_INVALID: 2,
  DISCONNECTED: 5,
  SUBGRAPH_UNAVAILABLE: 5,
  SERVICE_STOPPING: 5,
};

const say = (line: string) => process.stderr.write(`${line.replace(/\s*\n\s*/g, ' ')}\n`);
/** Aborted with the exit code. */
const stopping = new AbortController();
const { signal } = stopping;
const stop = (code: number) => stopping.abort(code);
process.once('SIGINT', () => stop(130));
process.once('SIGTERM', () => stop(143));
process.stderr.on('error', () => {});
/** Why the output ended before its end: then nobody knows how much of it was read. */
let cut: string | undefined;
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  cut ??= code === 'EPIPE' ? 'nobody reads on' : message;
  stop(code === 'EPIPE' ? 0 : 1);
});
const readerPatience = 1_000; // ms for one that has stopped reading, when we are to stop

function readOptions() {
  const list = { type: 'string', multiple: true } as const;
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const single = { after: text, url: text, key: text, 'key-file': text, wait: text } as const;
  const options = { ...single, network: list, type: list, follow: flag, help: flag } as const;
  const isOption = (arg: string) => arg.startsWith('--') && arg.slice(2).replace(/=.*/s, '') in options;
  const args = process.argv.slice(2);
  // a cursor may begin with a dash, which is no option then
  const at = args.indexOf('--after');
  const cursor = at < 0 ? undefined : args[at + 1];
  if (cursor?.startsWith('-') && !isOption(cursor)) args.splice(at, 2, `--after=${cursor}`);
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function readKeyOf({ key, 'key-file': file }: ReturnType<typeof readOptions>): Promise<string> {
  if (key !== undefined) return key;
  if (file === undefined) throw new UsageError('Say whose key: --key-file FILE, or --key KEY.');
  return readFile(file, 'utf8').catch((error) => {
    throw new UsageError(`--key-file: ${file} cannot be read (${error.code}).`);
  });
}

/** @throws UsageError, since a filter of what is not there would only be silent */
async function findNetworks(door: { url: string; key: string }, names: readonly string[]): Promise<string[]> {
  const { networks } = await ask<{ networks: { id: string; slug: string }[] }>(door, '{ networks { id slug } }');
  return names.map((name) => {
    const found = networks.find(({ id, slug }) => id === name || slug === name);
    if (!found) throw new UsageError(`--network: ${name} is none of ${networks.map(({ slug }) => slug).join(', ')}.`);
    return found.id;
  });
}

let cursor: string | undefined;
let printed = 0;

async function print(updates: readonly Update[]): Promise<void> {
  for (const { cloudEvent, cursor: place } of updates) {
    signal.throwIfAborted();
    // a reader that is slow is waited for, and so is the platform
    if (!process.stdout.write(`${JSON.stringify({ ...cloudEvent, cursor: place })}\n`))
      await once(process.stdout, 'drain', { signal });
    cursor = place;
    printed += 1;
  }
}

async function run(): Promise<void> {
  const options = readOptions();
  if (options.help) return void process.stdout.write(usage);
  const { url = 'http://localhost:4000', follow, network, type, wait } = options;
  const key = await readKeyOf(options);
  const patienceMs =
    (wait === undefined ? (follow ? Number.POSITIVE_INFINITY : 5) : Number(wait.trim() || Number.NaN)) * 1_000;
  if (!(patienceMs >= 0)) throw new UsageError('--wait: a number of seconds.');
  if (options.after === '') throw new UsageError('--after: a cursor, oldest or newest; this one is empty.');
  const tell = ({ code, message }: UpdatesError, delay: number) => say(`${code}: ${message}; again in ${delay} ms`);
  const door = { url, key, patienceMs, signal, onInterruption: tell };
  const filter = {
    ...(network && { networks: await findNetworks(door, network) }),
    ...(type && { types: type }),
  };
  const after = options.after ?? (follow ? 'newest' : 'oldest');

  if (!follow) {
    if (after === 'newest') throw new UsageError('--after newest: nothing is after it yet; add --follow.');
    for await (const page of readUpdates({ ...door, filter, ...(after !== 'oldest' && { after }) })) {
      await print(page.events);
      cursor = page.cursor;
    }
    return;
  }
  const store = new MemoryStore(after === 'newest' ? undefined : after);
  if (after === 'oldest') store.cursor = await findOldest(door);
  let lostAt: number | undefined;
  const onInterruption = (reason: UpdatesError, delay: number) => {
    tell(reason, delay);
    lostAt ??= performance.now();
    if (performance.now() + delay - lostAt > patienceMs) stop(5);
  };
  for await (const event of followUpdates({ ...door, filter, store, signal, onInterruption })) {
    lostAt = undefined;
    if (event.kind === 'resync')
      throw new UpdatesError('RESYNC_REQUIRED', `${event.reason}: the oldest there is: ${event.oldestAvailable}`);
    if (event.kind === 'heartbeat') {
      if (cursor === undefined) say(`following; go on with --after ${event.cursor}`);
      cursor = event.cursor;
    } else await print([event]);
  }
}

async function findOldest(door: { url: string; key: string; patienceMs: number }): Promise<string | undefined> {
  for await (const { oldestAvailable } of readUpdates({ ...door, first: 1 })) return oldestAvailable;
}

try {
  await run();
  process.exitCode = signal.aborted ? Number(signal.reason) : 0;
} catch (error) {
  const { name, message, code } = error as UpdatesError;
  process.exitCode = signal.aborted ? Number(signal.reason) : error instanceof UsageError ? 2 : (codes[code] ?? 1);
  if (!signal.aborted) say(name === 'UpdatesError' ? `${code}: ${message}` : message);
}
if (signal.aborted && process.stdout.writableLength > 0) {
  await Promise.race([once(process.stdout, 'drain'), pause(readerPatience)]).catch(() => {}); // its end has been told
  if (process.stdout.writableLength > 0) cut ??= 'the reader has stopped reading';
}
if (cut !== undefined) say(`${cut}; go on with --after and the cursor of the last whole line that was read`);
else if (cursor !== undefined) say(`${printed} updates; go on with --after ${cursor}`);
if (cut !== undefined) process.exit(); // what nobody takes would keep it
