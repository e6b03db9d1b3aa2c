import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Jest's global teardown. */
export default async function teardown(): Promise<void> {
  await ((globalThis as Record<string, unknown>).stopPostgres as (() => Promise<void>) | undefined)?.();
  if (process.env.TEST_COMPILED) await rm(dirname(process.env.TEST_COMPILED), { recursive: true, force: true });
}
