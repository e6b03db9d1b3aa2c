import { formatTable, say } from '../gateway/report.ts';
import type { Latency, Measured, Plan } from './measure.ts';
import type { Phase } from './phase.ts';
import type { Result } from './run.ts';

const several = (...values: number[]) =>
  values.map((value) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)).join(' / ');

/** Figures of a phase, by name. */
const phaseRows: [name: string, read: (phase: Phase & Latency) => string][] = [
  ['updates / deliveries', ({ updates, deliveries }) => `${updates} / ${deliveries}`],
  ['deliveries/s', ({ deliveries, seconds }) => (deliveries / seconds).toFixed(0)],
  ['ms from commit, p50 / p95 / p99', ({ p50, p95, p99 }) => several(p50, p95, p99)],
  ['CPU µs/delivery, gateway / networks', ({ cpu }) => several(cpu.gateway, cpu.networks)],
  ['CPU µs/delivery, other subgraphs', ({ cpu }) => several(cpu.others)],
  ['SQL/update of networks, reading updates / other', ({ reads, otherStatements }) => several(reads, otherStatements)],
  ['fetches/update', ({ requests }) => several(requests)],
];

/** A column for each gateway. */
export function printTable(results: readonly Result[], plan: Omit<Plan, 'rate'>): void {
  const { subscribers } = plan;
  say(
    `\n${subscribers} subscribers with ${plan.filters} filters; ${plan.seconds} s a phase after ${2 * plan.warm} s to warm up; node ${process.version}\n`,
  );
  const rows: string[][] = [];
  for (const [i, { selection, rate }] of (results[0]?.rows ?? []).entries()) {
    const add = (name: string, read: (measured: Measured) => string) =>
      rows.push([name, ...results.map((result) => read(result.rows[i]!.measured))]);
    rows.push([`**${selection}**`, ...results.map(() => '')]);
    add('s until all stood', ({ opening }) => several(opening));
    add('subscriptions at networks', ({ upstreams }) => `${upstreams}`);
    for (const [name, read] of phaseRows) add(`${rate}/s: ${name}`, ({ steady }) => read(steady));
    for (const [name, read] of phaseRows) add(`in turn: ${name}`, ({ inTurn }) => read(inTurn));
    for (const part of ['gateway', 'networks'] as const) {
      add(`MB of ${part}, before / with subscribers`, ({ held: { before, after } }) =>
        several(before[part].resident, after[part].resident),
      );
      add(`kB of ${part} a subscriber, resident / heap`, ({ held: { before, after } }) =>
        [after[part].resident - before[part].resident, after[part].heap - before[part].heap]
          .map((more) => ((more / subscribers) * 1_000).toFixed(1))
          .join(' / '),
      );
      add(`MB of ${part}, begin / end of ${rate}/s`, ({ steady }) => several(...steady.memory[part]));
      add(`MB of ${part}, begin / end of in turn`, ({ inTurn }) => several(...inTurn.memory[part]));
    }
    add('deliveries due', ({ verdict }) => `${verdict.due}`);
    add('missed / reordered / doubled / leaked', ({ verdict: { missed, reordered, doubled, leaked } }) =>
      [missed, reordered, doubled, leaked].join(' / '),
    );
  }
  say(formatTable(['', ...results.map(({ peer }) => peer)], rows));
  for (const { peer, rows: all } of results)
    for (const { selection, measured } of all)
      for (const fault of measured.faults) say(`${peer}, ${selection}: ${fault}`);
}
