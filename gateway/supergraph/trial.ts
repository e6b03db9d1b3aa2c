import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Draft } from './source.ts';

export interface TrialOptions {
  /** Names of the subgraphs that have an address. */
  readonly addresses: readonly string[];
  /** Documents that clients rely on, by name. */
  readonly operations?: Record<string, string>;
  /** ms until it is given up. Default 60,000: a busy machine takes its time. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

export interface Tried {
  /** The supergraph, composed. */
  readonly sdl: string;
  /** What clients rely on and can no longer be answered, each with its reason. */
  readonly broken: readonly string[];
}

/** What the trial's process is given on stdin, and each line of JSON that it says on stdout. */
export type TrialRequest = Pick<TrialOptions, 'addresses' | 'operations'> & { readonly draft: Draft };
export type TrialLine = { readonly doing: string } | { readonly refused: string } | Tried;

const program = fileURLToPath(new URL('trial-process.ts', import.meta.url));

/**
 * Composes, reads and plans with a supergraph in a process of its own: the native planner ends the process it runs in on some
 * that are none, and composing takes time that requests under way should not wait for.
 * @throws Error that says what is wrong with it
 */
export async function tryOut(draft: Draft, options: TrialOptions): Promise<Tried> {
  const { timeout = 60_000, signal, ...rest } = options;
  signal?.throwIfAborted();
  // from this folder, where tsx is found wherever the gateway was started; and with nothing of its environment, secrets least
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: {},
    stdio: 'pipe',
  });
  let said = '';
  let complained = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complained = (complained + text).slice(-100_000);
  });
  child.stdin.on('error', () => {}); // it ended before it had read all: how, its end says
  child.stdin.end(JSON.stringify({ ...rest, draft } satisfies TrialRequest));
  try {
    if (child.pid) setPriority(child.pid, 5); // requests under way come first
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
  const end = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, name) => resolve(name ?? `exit code ${code}`));
  });
  clearTimeout(timer);
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();

  const lines = said.split('\n').slice(0, -1);
  const last = lines.length > 0 ? (JSON.parse(lines.at(-1) as string) as TrialLine) : { doing: 'starting' };
  if ('sdl' in last) return last;
  if ('refused' in last) throw new Error(last.refused);
  if (late) throw new Error(`It was given up after ${timeout} ms of ${last.doing}.`);
  throw new Error(`It ended the process that tried it (${end}), ${last.doing}${reasonIn(complained)}`);
}

/** What a Rust panic, or an error that nobody caught, says of itself. */
function reasonIn(complaint: string): string {
  const [, reason] = /panicked at [^\n]*\n([^\n]+)/.exec(complaint) ?? /^(\w*Error: [^\n]+)/m.exec(complaint) ?? [];
  return reason ? `: ${reason}` : '.';
}
