import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A living process. `started` tells it from a later process of the same pid; it holds only letters, digits and dots. */
export interface LivingProcess {
  readonly started: string;
  readonly command: string;
}

/** Who started a Postgres: written on its command line, so that it is known from the first moment the server exists. */
export interface Starter {
  readonly pid: number;
  readonly started: string;
}

export const formatStarter = (starter: Starter) => `${starter.pid}-${starter.started}`;

export function parseStarter(text: string): Starter | undefined {
  const [, pid, started] = /^(\d+)-([\w.]+)$/.exec(text) ?? [];
  return pid && started ? { pid: Number(pid), started } : undefined;
}

/** The process of this pid, or undefined when there is none, or only a zombie whose parent never asked for it. */
export function findProcess(pid: number): LivingProcess | undefined {
  return process.platform === 'linux' ? readProc(pid) : readPs(pid);
}

function readProc(pid: number): LivingProcess | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may itself hold spaces and brackets: count the fields from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return { started: `${readBoot()}.${fields[19]}`, command };
  } catch {
    return undefined;
  }
}

/** The start is counted in ticks since boot, so a start means nothing without its boot. */
function readBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
  } catch {
    return 'boot';
  }
}

/** The same by ps, where there is no /proc (macOS). */
export function readPs(pid: number): LivingProcess | undefined {
  try {
    const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    const options = { encoding: 'utf8' as const, env, stdio };
    const line = execFileSync('ps', ['-ww', '-o', 'stat=,lstart=,command=', '-p', String(pid)], options);
    const [, state, date, command] = /^\s*(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\d{4})\s+(.*)/.exec(line) ?? [];
    if (!state || !date || state.startsWith('Z')) return undefined;
    return { started: date.replace(/\W+/g, '.'), command: `${command} ` };
  } catch {
    return undefined;
  }
}

export const isAlive = (starter: Starter) => findProcess(starter.pid)?.started === starter.started;

export function describeThisProcess(): Starter {
  const started = findProcess(process.pid)?.started;
  if (!started) throw new Error(`The start time of process ${process.pid} cannot be read from /proc or ps`);
  return { pid: process.pid, started };
}
