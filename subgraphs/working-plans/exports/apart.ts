import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ServedFile } from '../../../kit/files.ts';
import type { SheetRows } from '../imports/spreadsheet.ts';
import type { ExportSource } from './model.ts';
import { type ExportFormat, renderPlan } from './render.ts';

/** What the program is given on stdin, and each line of JSON that it says on stdout. */
export type Task =
  | { kind: 'render'; source: ExportSource; format: ExportFormat }
  | { kind: 'read' /** base64 */; bytes: string };
export type TaskLine =
  | { part: number }
  | { done: Partial<ServedFile>; size: number }
  | { failed: string /** of the error */; name: string };

/** The task itself could not be done: the message says why, and holds nothing of the plan's. */
export class TaskError extends Error {
  override readonly name = 'TaskError';
}

export interface ApartOptions {
  /** ms. Default 60,000. */
  timeout?: number;
  signal?: AbortSignal;
  /** Told how much is done, 0..1. */
  onProgress?: (part: number) => void;
}

const program = fileURLToPath(new URL('program.ts', import.meta.url));
const memory = 384; // MiB: a spreadsheet that unpacks to more ends its process, not this one
const largestFile = 64 * 1024 * 1024; // bytes

const texts: ReadonlySet<ExportFormat> = new Set(['CSV', 'MARKDOWN', 'JSON', 'ICS']);
const smallPlan = 200_000; // characters of its content

/**
 * Writes a plan as a file, in a process of its own: it takes a second or more, for which nobody's typing should wait. Only the text of a plan that is not large,
 * some milliseconds' work, is written here.
 */
export async function renderApart(
  source: ExportSource,
  format: ExportFormat,
  options: ApartOptions,
): Promise<ServedFile> {
  if (texts.has(format) && JSON.stringify(source.content).length <= smallPlan)
    return renderPlan(source, format, options.onProgress);
  const { about, bytes } = await runApart({ kind: 'render', source, format }, options);
  return { ...about, bytes } as ServedFile;
}

const mostReaders = 3; // processes at once: each may need all the memory it gets
let readers = 0;

/** Too many files are being read at once: it may be sent again. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}

/** Reads the cells of a spreadsheet that somebody sent, in a process of its own that may end by it. @throws TaskError, BusyError */
export async function readApart(file: Uint8Array, options: ApartOptions): Promise<SheetRows[]> {
  if (readers >= mostReaders) throw new BusyError(`${readers} files are being read`);
  readers += 1;
  try {
    const { bytes } = await runApart({ kind: 'read', bytes: Buffer.from(file).toString('base64') }, options);
    return JSON.parse(bytes.toString('utf8')) as SheetRows[];
  } finally {
    readers -= 1;
  }
}

async function runApart(
  task: Task,
  { timeout = 60_000, signal, onProgress = () => {} }: ApartOptions,
): Promise<{ about: Partial<ServedFile>; bytes: Buffer }> {
  signal?.throwIfAborted();
  // from this folder, where tsx is found wherever this was started; and with nothing of its environment, secrets least
  const child = spawn(process.execPath, [`--max-old-space-size=${memory}`, '--import', 'tsx', program], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: {},
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, name) => resolve(name ?? `exit code ${code}`));
  });
  let size = 0;
  const chunks: Buffer[] = [];
  let told = 0; // bytes of whole lines
  const lines: TaskLine[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.byteLength;
    if (size > largestFile) return void child.kill('SIGKILL');
    chunks.push(chunk);
    if (lines.some((line) => 'done' in line)) return;
    const all = Buffer.concat(chunks);
    chunks.splice(0, chunks.length, all);
    for (let end = all.indexOf(10, told); end >= 0; end = all.indexOf(10, told)) {
      const line = JSON.parse(all.toString('utf8', told, end)) as TaskLine;
      told = end + 1;
      lines.push(line);
      if ('part' in line) onProgress(line.part);
      else break;
    }
  });
  child.stdin.on('error', () => {}); // it ended before it had read all: how, its end says
  child.stdin.end(JSON.stringify(task));
  try {
    if (child.pid) setPriority(child.pid, 5); // who types comes first
  } catch {
    // it has ended already
  }
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, timeout);
  const stop = () => void child.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  const end = await ended;
  clearTimeout(timer);
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();

  const last = lines.at(-1);
  const bytes = Buffer.concat(chunks).subarray(told);
  if (last && 'done' in last && bytes.byteLength === last.size) return { about: last.done, bytes };
  if (last && 'failed' in last) throw new TaskError(last.failed);
  if (size > largestFile) throw new TaskError('It would be larger than 64 MiB.');
  throw new TaskError(
    late ? `It took longer than ${timeout / 1_000} s.` : `It ended the process that did it (${end}).`,
  );
}
