import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '../../kit/database/embedded.ts';
import { createDatabase } from '../database.ts';
import { startProcess } from '../gateway/process.ts';
import { describeLoad, formatTable, say } from '../gateway/report.ts';
import { countLost } from './rows/crash.ts';
import { measureFanOut } from './rows/fan-out.ts';
import { measureLatency } from './rows/latency.ts';
import { measureMemory, measureOpening } from './rows/open.ts';
import { measurePlans } from './rows/plans.ts';
import { replay } from './rows/replay.ts';
import { startHocuspocus } from './sides/hocuspocus.ts';
import { startOurs } from './sides/ours.ts';
import { startRedis } from './sides/redis.ts';
import type { Side } from './sides/side.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: 'lost,latency,two,fanout,plans,replay,open,memory' },
    only: { type: 'string' },
    seconds: { type: 'string', default: '20' },
    readers: { type: 'string', default: '100,500,1000' },
    plans: { type: 'string', default: '200' },
    edits: { type: 'string', default: '100000' },
  },
});
const seconds = Number(values.seconds);
const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

type Row = (side: Side) => Promise<string>;
const rows: Record<string, { title: string; instances?: number; together?: boolean; row: Row }[]> = {
  lost: [{ title: 'acked edits lost on SIGKILL, of 200', row: async (side) => `${await countLost(side)}` }],
  latency: [
    {
      title: 'A -> B, one instance, 20 edits/s: p50, p99',
      row: async (side) => {
        const { p50, p99 } = await measureLatency(side, seconds);
        return `${ms(p50)}, ${ms(p99)}`;
      },
    },
    {
      title: 'the same, all our services in one process',
      together: true,
      row: async (side) => {
        const { p50, p99 } = await measureLatency(side, seconds);
        return `${ms(p50)}, ${ms(p99)}`;
      },
    },
  ],
  two: [
    {
      title: 'A -> B, two instances through Redis: p50, p99',
      instances: 2,
      row: async (side) => {
        const { p50, p99 } = await measureLatency(side, seconds, 2);
        return `${ms(p50)}, ${ms(p99)}`;
      },
    },
  ],
  fanout: values.readers.split(',').map((count) => ({
    title: `fan-out to ${count} at 20/s: p99, cores, CPU a delivery`,
    row: async (side) => {
      const readers = await startProcess('../co-editing/readers.ts');
      const { p99, busy, cost } = await measureFanOut(side, readers, Number(count), seconds / 2);
      await readers.stop();
      return `${ms(p99)}, ${(busy * 100).toFixed(0)} %, ${cost.toFixed(1)} µs`;
    },
  })),
  plans: [
    {
      title: `${values.plans} plans x 2 people, one types 2/s: p50, p99, cores`,
      row: async (side) => {
        const { p50, p99, cores } = await measurePlans(side, Number(values.plans), 2, seconds / 2);
        return `${ms(p50)}, ${ms(p99)}, ${(cores * 100).toFixed(0)} %`;
      },
    },
  ],
  replay: [
    {
      title: 'replay of two writers, batched as clients do: keystrokes/s, CPU each',
      row: async (side) => {
        await replay(side); // to warm it up
        const { perSecond, cpu, pushes, total } = await replay(side);
        const batch = pushes > 0 ? ` (${(total / pushes).toFixed(1)} a push)` : '';
        return `${perSecond.toFixed(0)}/s, ${cpu.toFixed(0)} µs${batch}`;
      },
    },
    {
      title: 'the same, each keystroke acknowledged before the next (4,000 of them)',
      row: async (side) => {
        const keystrokes = { perKeystroke: true, keystrokes: 4_000 };
        await replay(side, keystrokes);
        const { perSecond, cpu } = await replay(side, keystrokes);
        return `${perSecond.toFixed(0)}/s, ${cpu.toFixed(0)} µs`;
      },
    },
  ],
  open: [
    {
      title: `open 500 activities after ${Number(values.edits).toLocaleString('en')} edits: cold, warm`,
      row: async (side) => {
        const { cold, warm } = await measureOpening(side, Number(values.edits));
        return `${ms(cold)}, ${ms(warm)}`;
      },
    },
  ],
  memory: [
    {
      title: 'memory of an open plan of 100 activities: of the first 100, of the next 200',
      row: async (side) => {
        const { first, next } = await measureMemory(side, 100);
        return `${(first / 1e6).toFixed(2)} MB, ${(next / 1e6).toFixed(2)} MB`;
      },
    },
  ],
};

const folder = await mkdtemp(join(tmpdir(), 'net4u-bench-'));
const postgres = await startEmbeddedPostgres({ dataDir: folder, onProgress: () => {} });
const redis = await startRedis();
let databases = 0;
function freshDatabase(): Promise<string> {
  databases += 1;
  return createDatabase(postgres.url, `bench_${databases}`);
}

/** Both sides in turn for each row, so that a machine that slows down slows both. */
const starts: Record<string, (instances: number, together: boolean) => Promise<Side>> = {
  hocuspocus: async (instances) =>
    startHocuspocus({
      databaseUrl: await freshDatabase(),
      instances,
      ...(instances > 1 && { redisUrl: redis.url }),
    }),
  ours: async (instances, together) =>
    startOurs({
      databaseUrl: await freshDatabase(),
      instances,
      together,
      ...(instances > 1 && { redisUrl: redis.url }),
    }),
};
const sides = Object.keys(starts).filter((name) => !values.only || values.only.split(',').includes(name));
const table: string[][] = [];
say(`before: ${describeLoad()}`);
for (const { title, instances = 1, together = false, row } of values.rows
  .split(',')
  .flatMap((name) => rows[name] ?? [])) {
  const cells: string[] = [];
  for (const name of sides) {
    const side = await starts[name]!(instances, together);
    try {
      cells.push(await row(side).catch((error) => `failed: ${error}`));
    } finally {
      await side.stop();
    }
  }
  table.push([title, ...cells]);
  say(`${title}: ${cells.join(' | ')}`);
}
say(`\n${formatTable(['work', ...sides], table)}\n\nafter: ${describeLoad()}`);
await redis.program.kill('SIGTERM');
await postgres.stop();
await rm(folder, { recursive: true, force: true });
process.exit(0);
