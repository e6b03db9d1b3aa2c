import { setTimeout as pause } from 'node:timers/promises';
import { ulid } from 'ulid';
import { clock, type Remote } from '../gateway/process.ts';
import type { Counts } from './count.ts';
import type { Crowd } from './crowd.ts';
import { sampleMemory } from './memory.ts';
import type { Platform } from './platform.ts';
import { makeEvent, type Writer } from './writer.ts';

/** What was measured while updates were written. */
export interface Phase {
  updates: number;
  deliveries: number;
  /** Until the last delivery. */
  seconds: number;
  /** By update: ms on the clock of all processes here, when its commit was acknowledged. */
  commits: Record<string, number>;
  /** µs of CPU a delivery, by process. */
  cpu: Record<'gateway' | 'networks' | 'others', number>;
  /** For an update: SQL statements of the networks subgraph that read updates, its other ones, and requests over HTTP to all subgraphs. */
  reads: number;
  otherStatements: number;
  requests: number;
  /** MB of resident memory, in the first and in the last quarter. */
  memory: Record<'gateway' | 'networks', [first: number, last: number]>;
}

const patience = 30_000; // ms for an update to reach all

/** Writes updates, and waits for all that is due of them. */
export function createPhases(platform: Platform, readers: readonly Remote[], writer: Writer, crowd: Crowd) {
  const { gateway, networks, others } = platform;
  let made = 0;
  let due = 0;
  const all = <T>(name: string, argumentOf: (process: number) => unknown): Promise<T[]> =>
    Promise.all(readers.map((reader, process) => reader.call(name, argumentOf(process))));

  /** @param isAwaited the readers are told of it before it is written */
  async function write(commits: Record<string, number>, isAwaited: boolean): Promise<void> {
    const event = makeEvent(made);
    made += 1;
    const ids = event.networkIds.map(() => ulid());
    const counts = event.networkIds.map((networkId) => crowd.count({ ...event, networkId }));
    due += counts.flat().reduce((sum, count) => sum + count, 0);
    if (isAwaited) await all('expect', (process) => ids.map((id, i) => [id, counts[i]![process]]));
    for (const { id, at } of await writer.write(event, ids)) commits[id] = at;
  }

  /** Waits until all that is due has come, or nothing more comes. */
  async function settle(): Promise<void> {
    for (let [before, since] = [-1, clock()]; ; ) {
      const now = (await all<number>('received', () => undefined)).reduce((sum, count) => sum + count, 0);
      if (now >= due || (now === before && clock() - since > patience)) return;
      if (now !== before) since = clock();
      before = now;
      await pause(20);
    }
  }

  async function readCpu(): Promise<Phase['cpu']> {
    const [a, b, c] = await Promise.all([gateway, networks, others].map(({ remote }) => remote.cpu()));
    return { gateway: a!, networks: b!, others: c! };
  }

  return {
    /** @param rate transactions a second; absent: each as soon as all have the one before */
    async run(seconds: number, rate?: number): Promise<Phase> {
      const commits: Phase['commits'] = {};
      const memory = sampleMemory({ gateway, networks });
      const [before, counted, dueBefore, start] = [await readCpu(), await platform.counts(), due, clock()];
      for (let n = 0; clock() < start + seconds * 1_000; n += 1) {
        if (rate === undefined) {
          await write(commits, true);
          if ((await all<boolean>('arrival', () => patience)).includes(false)) break; // what is missing is said by the verdict
        } else {
          const ahead = start + (n / rate) * 1_000 - clock();
          if (ahead > 0) await pause(ahead);
          await write(commits, false);
        }
      }
      await settle();
      const took = (clock() - start) / 1_000;
      const [after, now] = [await readCpu(), await platform.counts()];
      const updates = Object.keys(commits).length;
      const deliveries = due - dueBefore;
      const ofNetworks = (name: keyof Counts) => (now.networks[name] - counted.networks[name]) / updates;
      const cpuOf = (name: keyof Phase['cpu']) => (after[name] - before[name]) / deliveries;
      return {
        ...{ updates, deliveries, seconds: took, commits },
        cpu: { gateway: cpuOf('gateway'), networks: cpuOf('networks'), others: cpuOf('others') },
        reads: ofNetworks('reads'),
        otherStatements: ofNetworks('others'),
        requests: ofNetworks('requests') + (now.others.requests - counted.others.requests) / updates,
        memory: memory.stop(),
      };
    },
  };
}
