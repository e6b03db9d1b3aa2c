import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '../../kit/database/embedded.ts';
import { startProcess } from '../gateway/process.ts';
import { describeLoad, formatTable, say } from '../gateway/report.ts';
import type { Deletion, Seen, Setting, Verdict } from './driver.ts';
import { growPlan } from './grow.ts';
import { startPlatform } from './platform.ts';

/*
 * People at their keyboards: N editors on one plan, through the gateway, for some minutes. How long until a keystroke stands in another's copy, how long
 * until it is acknowledged, and whether at the end every copy is the same and nothing acknowledged is missing.
 *
 * Two of them have a process to themselves, as everybody has in life: what they wait for is the platform. The others share processes in which thirty documents
 * take every edit in turn, and what they see holds that too.
 *
 *     npm run editors                                       24 editors on 120 activities, then 60 on 500; ten minutes each
 *     npm run editors -- --seconds 20 --loads 24x120
 *
 * DATABASE_URL: an empty database; absent: an embedded Postgres.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    loads: { type: 'string', default: '24x120,60x500' },
    drivers: { type: 'string', default: '2' },
  },
});
const seconds = Number(values.seconds);
const apart = 2;
const personas = ['americas-editor', 'americas-coordinator'];
const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

const ending: (() => Promise<unknown>)[] = [];
let failures = 0;
try {
  let databaseUrl = process.env.DATABASE_URL;
  if (!databaseUrl) {
    const dataDir = await mkdtemp(join(tmpdir(), 'net4u-editors-postgres-'));
    ending.push(() => rm(dataDir, { recursive: true, force: true }));
    const postgres = await startEmbeddedPostgres({ dataDir, onProgress: () => {} });
    ending.push(postgres.stop);
    databaseUrl = postgres.url;
  }
  const platform = await startPlatform(databaseUrl);
  ending.push(platform.stop);
  const tokens = await Promise.all(personas.map((persona) => platform.token(persona)));

  for (const load of values.loads.split(',')) {
    const [count, activities] = load.split('x').map(Number) as [number, number];
    const planId = await growPlan(platform.url, tokens[0]!, activities);
    const crowds = Number(values.drivers);
    const everybody = Array.from({ length: count }, (_, editor) => editor);
    const shares = [
      ...Array.from({ length: crowds }, (_, n) => everybody.slice(apart).filter((editor) => editor % crowds === n)),
      everybody.slice(0, apart),
    ];
    const drivers = await Promise.all(
      shares.map(() =>
        startProcess('../editors/driver.ts', { mayRunAnywhere: true, nodeArguments: ['--max-semi-space-size=64'] }),
      ),
    );
    const each = <T>(name: string, argument?: unknown): Promise<T[]> =>
      Promise.all(drivers.map((driver) => driver.call(name, argument)));
    for (const [n, driver] of drivers.entries()) {
      const own = shares[n]!.map((editor) => tokens[editor % tokens.length]!);
      await driver.call('open', {
        url: platform.url,
        planId,
        tokens: own,
        observers: 2,
        givesWay: n < crowds,
      } satisfies Setting);
    }
    const before = { ...platform.cpu(), editors: await sum(drivers) };
    await each('start');
    await new Promise((end) => setTimeout(end, seconds * 1_000));
    const after: Record<string, number> = { ...platform.cpu(), editors: await sum(drivers) };
    await each('settle');
    const deletions = (await each<Deletion[]>('deletions')).flat();
    const verdicts = await each<Verdict>('check', deletions);
    const seen = await each<Seen>('report');
    report(count, activities, seen, verdicts);
    const cores = Object.entries(before).map(([name, at]) => [
      name,
      `${((after[name]! - at) / seconds / 10).toFixed(0)} %`,
    ]);
    say(`\n${formatTable(['process', 'of a core'], cores as string[][])}\n`);
    await each('stop');
    for (const driver of drivers) await driver.stop();
  }
} finally {
  for (const end of ending.toReversed()) await end();
}
say(describeLoad());
process.exit(failures === 0 ? 0 : 1);

async function sum(drivers: { cpu(): Promise<number> }[]): Promise<number> {
  const all = await Promise.all(drivers.map((driver) => driver.cpu()));
  return all.reduce((total, microseconds) => total + microseconds / 1_000, 0);
}

/** ms from each keystroke of these editors to where it arrived in another document of theirs */
function measureTravel(seen: Seen[]): number[] {
  const typed = new Map(seen.flatMap((each) => each.typed));
  return seen.flatMap(({ arrived }) =>
    arrived.flatMap((arrivals) =>
      arrivals.flatMap(([id, at]) => {
        const start = typed.get(id);
        return start === undefined ? [] : [at - start];
      }),
    ),
  );
}

function report(editors: number, activities: number, seen: Seen[], verdicts: Verdict[]): void {
  const own = seen.slice(-1); // of those who share their process with nobody
  const crowd = seen.slice(0, -1);
  const keystrokes = seen.reduce((total, each) => total + each.keystrokes, 0);
  say(
    `\n${editors} editors on a plan of ${activities} activities for ${seconds} s: ${(keystrokes / seconds).toFixed(0)} keystrokes/s\n`,
  );
  const rows = [
    ["keystroke to another's document", measureTravel(own)],
    ['keystroke to its acknowledgement', own.flatMap(({ saves }) => saves)],
    ['push to its acknowledgement', own.flatMap(({ pushes }) => pushes)],
    ["in a shared process: to another's document", measureTravel(crowd)],
    ['in a shared process: to its acknowledgement', crowd.flatMap(({ saves }) => saves)],
  ] as const;
  const at = (sorted: Float64Array, share: number) => ms(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN);
  say(
    formatTable(
      ['', 'p50', 'p95', 'p99', 'longest', 'of'],
      rows.map(([name, list]) => {
        const sorted = Float64Array.from(list).sort();
        return [name, at(sorted, 0.5), at(sorted, 0.95), at(sorted, 0.99), at(sorted, 1), `${sorted.length}`];
      }),
    ),
  );
  const lost = verdicts.reduce((total, each) => total + each.lost, 0);
  const acknowledged = verdicts.reduce((total, each) => total + each.acknowledged, 0);
  const diverged = verdicts.flatMap((each) => each.diverged);
  const refused = seen.reduce((total, each) => total + each.refused, 0);
  say(
    `\nacknowledged characters lost: ${lost} of ${acknowledged}; copies that differ: ${diverged.length} (all the same ${Math.max(...verdicts.map(({ took }) => took))} ms after the last acknowledgement); edits refused: ${refused}`,
  );
  for (const line of diverged) say(`  ${line}`);
  failures += lost + diverged.length + refused;
}
