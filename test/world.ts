import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StartOptions } from '../start.ts';
import { freshDatabase } from './database.ts';
import { type Hosted, startHosted } from './hosted.ts';
import { createPeople, type People } from './people.ts';
import { freePort } from './port.ts';

export interface World {
  /** The gateway's address, e.g. http://localhost:40123. */
  url: string;
  dataDir: string;
  databaseUrl: string;
  people: People;
  /** Stops the platform but keeps its database and data, so that it can be started again. */
  halt(): Promise<void>;
  /** Starts it again on the same port, database and data. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * @param page whether the page is built and served too
 *
 * The whole platform in this process, on a port of its own and a fresh database with the sample records: what `npm start`
 * runs, except that the database is the test run's Postgres.
 */
export async function startWorld(env: Record<string, string> = {}, page = false): Promise<World> {
  const { start } = await import('../start.ts');
  return openWorld(start, env, page);
}

/**
 * The same in another process, which is there already when this worker has had such a world before (test/host.ts): where a test asks only from outside,
 * this saves what most of a start costs, the loading of the platform. Not for what must come within a second: test/clock.ts knows nothing of that process.
 */
export function startWorldApart(env: Record<string, string> = {}, page = false): Promise<World> {
  return openWorld(startHosted, env, page);
}

async function openWorld(
  start: (options: Pick<StartOptions, 'env' | 'page'>) => Promise<Hosted>,
  env: Record<string, string>,
  page: boolean,
): Promise<World> {
  const database = await freshDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'net4u-world-'));
  // Not 0: the platform learns its port first, and listens when all else has begun; and `resume` finds it as it was left.
  const own = { PORT: `${await freePort()}`, DATABASE_URL: database.url, DATA_DIR: dataDir };
  const settings = { NODE_ENV: 'test', ...own, ...env };
  let running = await start({ env: settings, page });
  const { url } = running;
  const people = createPeople(url, dataDir);
  return {
    url,
    dataDir,
    databaseUrl: database.url,
    people,
    halt: () => running.stop(),
    async resume() {
      running = await start({ env: settings, page });
    },
    async stop() {
      await people.leave();
      await running.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
