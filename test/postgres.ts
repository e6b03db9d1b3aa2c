import { chmod, mkdtemp, realpath, rm, statfs } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../kit/database/embedded.ts';

/**
 * Jest's global setup: one real Postgres for the run (the embedded one, or TEST_DATABASE_URL), in which each world makes its own database; and a place
 * for the compiled platform (test/compiled.ts) and what hosts it (test/hosted.ts).
 */
export default async function setup(): Promise<void> {
  const place = await mkdtemp(join(await realpath(tmpdir()), 'net4u-compiled-'));
  await chmod(place, 0o755); // other accounts run it too
  process.env.TEST_COMPILED = join(place, 'platform');
  process.env.TEST_RUN = `${process.pid}`;
  if (process.env.TEST_DATABASE_URL) return;
  const dataDir = await mkdtemp(join(await findFolder(), 'net4u-test-'));
  const postgres = await startEmbeddedPostgres({ dataDir });
  process.env.TEST_DATABASE_URL = postgres.url;
  (globalThis as Record<string, unknown>).stopPostgres = async () => {
    await postgres.stop();
    await rm(postgres.dataDirectory, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  };
}

const memory = '/dev/shm';
const enough = 4 * 2 ** 30; // bytes; a run takes a third of that

/**
 * In memory where there is plenty: the same Postgres with the same settings, whose every commit, and every database made and dropped, waits for no
 * disk. What survives a crash is tried on clusters of their own, on disk (crash.test.ts, embedded-postgres.test.ts).
 */
async function findFolder(): Promise<string> {
  const { bavail, bsize } = await statfs(memory).catch(() => ({ bavail: 0, bsize: 0 }));
  return Math.min(bavail * bsize, freemem()) > enough ? memory : tmpdir();
}
