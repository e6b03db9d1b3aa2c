import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { StartOptions } from '../start.ts';
import { compilePlatform } from './compiled.ts';

export interface Hosted {
  url: string;
  stop(): Promise<void>;
}

/** `start` of start.ts in the process that hosts this worker's platforms (test/host.ts), compiled before. @throws what it threw there */
export async function startHosted(options: Pick<StartOptions, 'env' | 'page'>): Promise<Hosted> {
  const host = await findHost();
  const { id, url } = await call(host, '/start', options);
  return { url, stop: async () => void (await call(host, `/stop/${id}`)) };
}

interface Host {
  port: number;
  /** What it has written to its log. */
  log: string;
}

async function call({ port, log }: Host, path: string, body: object = {}) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: JSON.stringify(body) }).catch(
    async (error) => {
      const end = (await readFile(log, 'utf8').catch(() => '')).slice(-4_000);
      throw new Error(`The process that hosts the platform does not answer (${log}):\n${end}`, { cause: error });
    },
  );
  const answer = (await response.json()) as { id: number; url: string; error?: string };
  if (answer.error) throw new Error(answer.error);
  return answer;
}

/** That of this worker, which is there from its first world to the end of the run, whatever files the worker goes through. */
async function findHost(): Promise<Host> {
  const { TEST_COMPILED, TEST_RUN = '', JEST_WORKER_ID } = process.env;
  const place = `${TEST_COMPILED}.host-${JEST_WORKER_ID}`;
  const log = `${place}.log`;
  const known = { port: Number(await readFile(place, 'utf8').catch(() => 0)), log };
  if (known.port > 0 && (await fetch(`http://127.0.0.1:${known.port}/`).catch(() => undefined))) return known;
  const folder = await compilePlatform(fileURLToPath(new URL('..', import.meta.url)));
  const output = openSync(log, 'a');
  const child = spawn(process.execPath, [join(folder, 'test/host.js'), TEST_RUN], {
    detached: true, // a Ctrl-C is the run's, with which it ends
    stdio: ['ignore', 'pipe', output],
  });
  closeSync(output);
  const { stdout } = child as ChildProcessByStdio<null, Readable, null>;
  for await (const port of createInterface({ input: stdout })) {
    await writeFile(place, port);
    stdout.destroy();
    child.unref();
    return { port: Number(port), log };
  }
  throw new Error(`The process that hosts the platform does not start:\n${await readFile(log, 'utf8')}`);
}
