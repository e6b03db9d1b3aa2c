import { freePort } from '../../../test/port.ts';
import { type Program, run } from './process.ts';

/** A Redis that keeps nothing, for both sides. */
export async function startRedis(): Promise<{ url: string; program: Program }> {
  const port = await freePort();
  const program = run('redis-server', ['--port', `${port}`, '--save', '', '--appendonly', 'no'], {}, '/');
  await program.says(/Ready to accept connections/);
  return { url: `redis://127.0.0.1:${port}`, program };
}
