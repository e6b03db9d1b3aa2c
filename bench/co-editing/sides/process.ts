import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const projectRoot = fileURLToPath(new URL('../../..', import.meta.url));
export const benchRoot = fileURLToPath(new URL('../..', import.meta.url));

export interface Program {
  pid: number;
  /** @throws with its output when it ends first */
  says(pattern: RegExp): Promise<RegExpMatchArray>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

export function run(command: string, args: readonly string[], env: Record<string, string>, cwd: string): Program {
  const { PATH = '', HOME = '/' } = process.env;
  const child: ChildProcess = spawn(command, args, {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end); // nothing stays when a measurement fails
  child.once('exit', () => process.off('exit', end));
  let output = '';
  let look = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000);
      look();
    });
  }
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid ?? 0,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          const found = output.match(pattern);
          if (found) resolve(found);
        };
        look();
        void ended.then(() => reject(new Error(`${command} ${args.join(' ')} ended:\n${output}`)));
        setTimeout(() => reject(new Error(`${args.join(' ')} did not say ${pattern}:\n${output}`)), 60_000).unref();
      }),
    async kill(signal) {
      child.kill(signal);
      await ended;
    },
  };
}

const ticks = 10_000; // µs a tick of /proc, at Linux's 100 Hz

/** CPU time of processes so far, µs. */
export function cpuOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) * ticks;
  }, 0);
}

/** Resident memory of processes, bytes. */
export function memoryOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return sum + Number(line?.[1] ?? 0) * 1024;
  }, 0);
}
