import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { memoryOf } from '../co-editing/sides/process.ts';
import type { Part } from './platform.ts';

/** MB, of a process that has collected its garbage. */
export interface Held {
  resident: number;
  /** Of JavaScript, with what lies beside its heap: buffers. */
  heap: number;
}

const residentOf = (pid: number): number => memoryOf([pid]) / 1e6;

/** What a process holds; it was started with collect.ts. */
export async function readHeld({ pid, title }: Part): Promise<Held> {
  const file = join(tmpdir(), title);
  await rm(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  await pause(2_000); // pages are given back a while after
  const { heapUsed, external } = JSON.parse(await readFile(file, 'utf8')) as NodeJS.MemoryUsage;
  await rm(file, { force: true });
  return { resident: residentOf(pid), heap: (heapUsed + external) / 1e6 };
}

/** Looks twice a second at what is resident. `stop` gives the means of the first and of the last quarter. */
export function sampleMemory<Name extends string>(parts: Record<Name, Part>) {
  const names = Object.keys(parts) as Name[];
  const samples: Record<string, number>[] = [];
  const look = () => samples.push(Object.fromEntries(names.map((name) => [name, residentOf(parts[name].pid)])));
  look();
  const timer = setInterval(look, 500);
  return {
    stop(): Record<Name, [first: number, last: number]> {
      clearInterval(timer);
      look();
      const quarter = Math.ceil(samples.length / 4);
      const mean = (name: Name, some: typeof samples) => some.reduce((sum, one) => sum + one[name]!, 0) / some.length;
      return Object.fromEntries(
        names.map((name) => [name, [mean(name, samples.slice(0, quarter)), mean(name, samples.slice(-quarter))]]),
      ) as Record<Name, [number, number]>;
    },
  };
}
