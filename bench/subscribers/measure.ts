import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { clock, type Remote } from '../gateway/process.ts';
import type { Told } from './audience.ts';
import { createCrowd } from './crowd.ts';
import type { Verdict } from './judge.ts';
import { type Held, readHeld } from './memory.ts';
import { createPhases, type Phase } from './phase.ts';
import type { Platform } from './platform.ts';
import type { Judged } from './readers.ts';
import type { Writer } from './writer.ts';

export interface Plan {
  subscribers: number;
  filters: number;
  /** Transactions a second while updates come steadily. */
  rate: number;
  /** Of each phase, and of each before that which is not measured. */
  seconds: number;
  warm: number;
}

/** ms from the commit to a subscriber's process. */
export interface Latency {
  p50: number;
  p95: number;
  p99: number;
}

/** One subscription on all sockets. */
export interface Measured {
  /** s until all stood. */
  opening: number;
  /** Subscriptions at the networks subgraph. */
  upstreams: number;
  /** Before there was a subscriber, and once all stood. */
  held: Record<'before' | 'after', Record<'gateway' | 'networks', Held>>;
  /** At a steady rate. */
  steady: Phase & Latency;
  /** Each update as soon as all had the one before. */
  inTurn: Phase & Latency;
  verdict: Verdict;
  faults: string[];
}

export async function measure(
  platform: Platform,
  tools: { readers: readonly Remote[]; writer: Writer; databaseUrl: string },
  query: string,
  plan: Plan,
): Promise<Measured> {
  const { readers, writer, databaseUrl } = tools;
  const crowd = createCrowd({ ...plan, processes: readers.length }, platform.parameters);
  const known = new Set((await readLog(databaseUrl)).map(({ id }) => id));
  const readBoth = async () => {
    const [gateway, networks] = await Promise.all([readHeld(platform.gateway), readHeld(platform.networks)]);
    return { gateway, networks };
  };
  const before = await readBoth();
  const began = clock();
  const open = (reader: Remote, n: number) =>
    reader.call('open', { url: platform.url, query, asking: crowd.shares[n] });
  await Promise.all(readers.map(open));
  const opening = (clock() - began) / 1_000;
  const held = { before, after: await readBoth() };
  const upstreams = (await platform.counts()).networks.subscriptions;

  const phases = createPhases(platform, readers, writer, crowd);
  await phases.run(plan.warm);
  await phases.run(plan.warm, plan.rate);
  const steady = await phases.run(plan.seconds, plan.rate);
  const inTurn = await phases.run(plan.seconds);

  const due = crowd.due((await readLog(databaseUrl)).filter(({ id }) => !known.has(id)));
  const commits = [steady.commits, inTurn.commits];
  const judged: Judged[] = await Promise.all(readers.map((reader) => reader.call('judge', { due, commits })));
  await Promise.all(readers.map((reader) => reader.call('close')));
  for (const until = clock() + 20_000; (await platform.counts()).networks.subscriptions > 0 && clock() < until; )
    await pause(50);
  const latencyOf = (phase: number) => quantiles(judged.flatMap(({ latencies }) => latencies[phase] as number[]));
  const verdict: Verdict = { due: 0, missed: 0, reordered: 0, doubled: 0, leaked: 0 };
  for (const name of Object.keys(verdict) as (keyof Verdict)[])
    verdict[name] = judged.reduce((sum, one) => sum + one[name], 0);
  return {
    ...{ opening, upstreams, held, verdict },
    steady: { ...steady, ...latencyOf(0) },
    inTurn: { ...inTurn, ...latencyOf(1) },
    faults: judged.flatMap((one) => one.faults.map(([fault, times]) => `${times} times: ${fault}`)),
  };
}

function quantiles(values: readonly number[]): Latency {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** The updates of all networks, each network's in its order: from the database, not from what any program says of it. */
async function readLog(databaseUrl: string): Promise<(Told & { id: string })[]> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const { rows } = await client.query(
    `SELECT id, network_id AS "networkId", type, visibility, body_ids AS "bodyIds", thematic_areas AS "thematicAreas", countries
     FROM feed.event ORDER BY network_id, position`,
  );
  await client.end();
  return rows;
}
