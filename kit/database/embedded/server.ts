import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { spawnAs } from './account.ts';
import type { Binaries } from './binaries.ts';
import type { Place } from './place.ts';
import { readLockFile, starterSetting, stopPatience } from './postmaster.ts';
import { describeThisProcess, formatStarter } from './process.ts';

/** Bytes of server.log above which a start begins it anew. */
export const logLimit = 10 * 1024 * 1024;

/** Milliseconds until ready; recovering after a crash of the machine is part of it. */
const startPatience = 120_000;

/** A start that came to nothing; `lines` are the last of what the server said. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
  constructor(
    readonly lines: string,
    what: string,
  ) {
    super(`${what}. Its last lines:\n${lines}`);
  }
}

/**
 * A postmaster that accepts connections, in a process group of its own: Ctrl-C goes to ours, and the server must
 * outlive our drain.
 *
 * @throws ServerStartError
 */
export async function launchServer(
  { dataDirectory, account }: Place,
  binaries: Binaries,
  port: number,
  stalePid: number | undefined,
): Promise<ChildProcess> {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '64MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // A query of ours is never large enough to earn its compilation.
    jit: 'off',
    [starterSetting]: formatStarter(describeThisProcess()),
  };
  // NOFOLLOW: we may be root, and the folder is another account's.
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
  const log = await open(join(dataDirectory, 'server.log'), flags, 0o600);
  try {
    if (account) await log.chown(account.uid, account.gid);
    if ((await log.stat()).size > logLimit) await log.truncate(0);
    const { size } = await log.stat();
    const run = spawnAs(account);
    const list = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(join(binaries.directory, 'postgres'), ['-D', dataDirectory, ...list], {
      ...run,
      // Postgres asks whether the pid of a left-over lock file lives, not whose it is. This is its own way to be told
      // that a pid, though alive, is no postmaster; it goes on to look for workers in shared memory.
      env: { ...run.env, ...(stalePid && { PG_GRANDPARENT_PID: String(stalePid) }) },
      cwd: '/',
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    const failure = await waitUntilReady(child, dataDirectory);
    if (failure === undefined) return child;
    const { size: end } = await log.stat();
    const start = Math.max(size, end - 8192);
    const { buffer } = await log.read(Buffer.alloc(end - start), 0, end - start, start);
    throw new ServerStartError(buffer.toString().trim().split('\n').slice(-20).join('\n'), failure);
  } finally {
    await log.close();
  }
}

/** Undefined when ready, or why it is not. */
async function waitUntilReady(child: ChildProcess, dataDirectory: string): Promise<string | undefined> {
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = `Postgres cannot be run: ${error.message}`;
  });
  child.once('exit', (code, signal) => {
    ended ??= `Postgres on ${dataDirectory} ended at its start with ${signal ?? `status ${code}`}`;
  });
  for (const deadline = Date.now() + startPatience; Date.now() < deadline; await pause(10)) {
    if (ended) return ended;
    const lines = await readLockFile(dataDirectory);
    if (lines?.[0] === String(child.pid) && lines[7]?.trim() === 'ready') return undefined;
  }
  await stopServer(child);
  return `Postgres on ${dataDirectory} was not ready after ${startPatience / 1000} s`;
}

/** A fast shutdown; after 10 s an immediate one, which loses nothing either: the next start recovers. */
export async function stopServer(child: ChildProcess, patience = stopPatience): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const exited = once(child, 'exit');
    child.kill(signal);
    const timer = new AbortController();
    await Promise.race([exited, pause(patience, undefined, { signal: timer.signal }).catch(() => undefined)]);
    timer.abort();
  }
}

export async function isFree(port: number): Promise<boolean> {
  return (await findPort(port).catch(() => undefined)) === port;
}

/** A port that is free now on 127.0.0.1: the one asked for, or any for 0. */
export async function findPort(asked = 0): Promise<number> {
  const server = createServer().listen(asked, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
