import { readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ConfigurationError } from '../../errors.ts';
import { findProcess, isAlive, parseStarter } from './process.ts';

/** The setting on a postmaster's command line that names its starter. */
export const starterSetting = 'net4u.starter';

/** Milliseconds a postmaster gets for each of: a fast shutdown, then an immediate one (the next start recovers). */
export const stopPatience = 10_000;

const pollInterval = 20;

/** The lines of postmaster.pid: pid, data directory, start, port, socket folder, address, memory key, state. */
export async function readLockFile(dataDirectory: string): Promise<string[] | undefined> {
  try {
    return (await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8')).split('\n');
  } catch {
    return undefined;
  }
}

/**
 * Makes way for a new postmaster on this data directory: stops one whose starter is dead, refuses one whose starter
 * lives.
 *
 * @returns the pid in a left-over lock file, which may by now be that of any process. Postgres has to be told so. The
 * file stays, because by its memory key Postgres finds workers that outlived their postmaster.
 * @throws ConfigurationError when a living process runs Postgres on this directory.
 */
export async function clearPostmaster(
  dataDir: string,
  dataDirectory: string,
  report: (step: string) => void,
): Promise<number | undefined> {
  const pid = await readPid(dataDirectory);
  if (pid === undefined) return undefined;
  const starter = findStarter(pid, dataDirectory);
  if (starter === undefined) return pid;
  const running = `Postgres (process ${pid}) is running on ${dataDirectory}`;
  if (starter === 'unknown') {
    const advice = `Stop it with "kill -INT ${pid}", or give this start a DATA_DIR of its own.`;
    throw new ConfigurationError(`DATA_DIR ${dataDir} is in use: ${running}, started by something else. ${advice}`);
  }
  if (isAlive(starter)) {
    const who = starter.pid === process.pid ? `this process (${starter.pid})` : `process ${starter.pid}`;
    const advice = `Stop ${who} first, or give this start a DATA_DIR of its own.`;
    throw new ConfigurationError(`DATA_DIR ${dataDir} is in use by ${who}: its ${running}. ${advice}`);
  }
  report(`stopping the Postgres (process ${pid}) left behind by process ${starter.pid}, which is dead`);
  await stopOrphan(pid, dataDirectory);
  return undefined;
}

/** An empty lock file belongs to a server that is just starting or, when it stays empty, to a crash of the machine. */
async function readPid(dataDirectory: string): Promise<number | undefined> {
  for (const deadline = Date.now() + 2000; ; await pause(pollInterval)) {
    const lines = await readLockFile(dataDirectory);
    if (!lines) return undefined;
    const pid = Math.abs(Number.parseInt(lines[0] ?? '', 10));
    if (pid > 0) return pid;
    if (Date.now() < deadline) continue;
    await unlink(join(dataDirectory, 'postmaster.pid'));
    return undefined;
  }
}

/** Undefined when the process of this pid is not a postmaster of this directory. */
function findStarter(pid: number, dataDirectory: string) {
  const command = findProcess(pid)?.command;
  if (!command?.includes(` -D ${dataDirectory} `)) return undefined;
  const setting = command.split(' ').find((argument) => argument.startsWith(`${starterSetting}=`));
  return parseStarter(setting?.slice(starterSetting.length + 1) ?? '') ?? ('unknown' as const);
}

/** Not a child of ours, so there is no event to wait for: look again and again. */
async function stopOrphan(pid: number, dataDirectory: string): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    for (const deadline = Date.now() + stopPatience; Date.now() < deadline; await pause(pollInterval)) {
      if (findStarter(pid, dataDirectory) === undefined) return;
      // Again at each look: a postmaster that has only just been spawned drops signals.
      process.kill(pid, signal);
    }
  }
  throw new Error(`Postgres (process ${pid}) on ${dataDirectory} does not stop: look at it, then "kill -9 ${pid}"`);
}
