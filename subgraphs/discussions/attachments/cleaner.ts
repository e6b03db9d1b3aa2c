import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CleanFile } from './clean.ts';
import { allowed, type KindName, readText, sniff } from './kinds.ts';
import { Refusal } from './refusal.ts';

const program = fileURLToPath(new URL('./program.ts', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));
const patience = 30_000; // ms for one file
const atOnce = 2; // processes
const mostWaiting = 20;
const heap = 512; // MiB of JavaScript
const memory = 1_536; // MiB in all: what a small file unpacks to lies outside that heap
const mostKept = 20 * 1024 * 1024; // bytes of a file as it is kept

export interface Cleaner {
  /** @throws Refusal for a file that is not taken; it may be sent again if it was taken for too long */
  clean(bytes: Uint8Array): Promise<CleanFile>;
  /** Ends what is under way. Safe to call twice. */
  stop(): void;
}

const stopping = () => new Refusal('The platform is stopping: finish the upload again in a moment.');

/** Cleans each file but plain text in a process of its own, which gets no settings and no secrets of ours. */
export function createCleaner(): Cleaner {
  const running = new Set<ReturnType<typeof spawn>>();
  const waiting: (() => void)[] = [];
  let busy = 0;
  let isStopped = false;

  async function enter(): Promise<void> {
    if (busy < atOnce) {
      busy += 1;
      return;
    }
    if (waiting.length >= mostWaiting)
      throw new Refusal('Too many files are being looked at: finish this one again in a minute.');
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else busy -= 1;
  }

  function run(bytes: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (isStopped) return reject(stopping());
      const node = [process.execPath, `--max-old-space-size=${heap}`, '--import', 'tsx', program];
      // The shell gives way to node, which keeps its bound; where a system knows none of that kind it is as good as unset.
      const child = spawn('/bin/sh', ['-c', 'ulimit -d "$0" 2>/dev/null; exec "$@"', `${memory * 1024}`, ...node], {
        cwd: root,
        env: {},
        stdio: ['pipe', 'pipe', 'ignore'],
        timeout: patience,
        killSignal: 'SIGKILL',
      });
      running.add(child);
      const chunks: Buffer[] = [];
      let size = 0;
      child.stdout.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > mostKept) child.kill('SIGKILL');
        else chunks.push(chunk);
      });
      child.stdin.on('error', () => {}); // it has ended before it took everything: `close` tells
      child.once('error', reject);
      child.once('close', (code, signal) => {
        running.delete(child);
        if (code === 0) resolve(Buffer.concat(chunks));
        else if (isStopped) reject(stopping());
        else if (size > mostKept) reject(new Refusal('The file would be larger than 20 MiB once it is cleaned.'));
        else
          reject(
            new Refusal(
              signal
                ? 'The file takes too long to clean: make it simpler.'
                : 'The file is damaged, or too large to clean.',
            ),
          );
      });
      child.stdin.end(bytes);
    });
  }

  return {
    async clean(bytes) {
      // For what nothing has to be taken apart, no process is needed.
      const kind = sniff(bytes);
      if (kind === undefined) throw new Refusal(`This kind of file is not taken: ${allowed} are.`);
      if (kind === 'text') return { kind, bytes: new TextEncoder().encode(readText(bytes)) };
      await enter();
      try {
        const answer = await run(bytes);
        const end = answer.indexOf('\n');
        const said = JSON.parse(answer.subarray(0, end).toString()) as { kind: KindName } | { refusal: string };
        if ('refusal' in said) throw new Refusal(said.refusal);
        return { kind: said.kind, bytes: answer.subarray(end + 1) };
      } finally {
        leave();
      }
    },
    stop() {
      isStopped = true;
      for (const child of running) child.kill('SIGKILL');
    },
  };
}
