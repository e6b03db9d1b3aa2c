import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { say } from '../gateway/report.ts';
import { install, type Victim } from './installation.ts';
import { countMirrored, countSaid, judge } from './judge.ts';
import { write } from './writers.ts';

/*
 * A partner mirrors the networks while what it hangs on is killed again and again: its own process, the gateway, the networks subgraph, Postgres (its own tables
 * are there too) and Redis. In the end its tables are compared with the log: nothing may be missing, out of order or there twice. Exit code 1 otherwise.
 *
 *     npm run updates                                    # 200,000 updates, 200 kills
 *     npm run updates -- --updates 10000 --kills 20 --per-second 200
 */
const { values } = parseArgs({
  options: {
    updates: { type: 'string', default: '200000' },
    kills: { type: 'string', default: '200' },
    writers: { type: 'string', default: '4' },
    'per-second': { type: 'string', default: '250' },
    seed: { type: 'string', default: '1' },
  },
});
const [count, kills] = [Number(values.updates), Number(values.kills)];

/** The same numbers for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = createRandom(Number(values.seed));
/** Of ten kills: the client four, gateway and networks two each, Postgres and Redis one each. */
const hat: Victim[] = [
  'client',
  'client',
  'client',
  'client',
  'gateway',
  'gateway',
  'networks',
  'networks',
  'postgres',
  'redis',
];

const installation = await install();
try {
  const began = Date.now();
  const killed = new Map<Victim, number>();
  let due = 0;
  let isOver = false;
  async function killNow(): Promise<void> {
    for (let done = 0; done < kills; ) {
      if (done >= due && !isOver) {
        await pause(20);
        continue;
      }
      const victim = hat[Math.floor(random() * hat.length)] as Victim;
      await installation.kill(victim);
      killed.set(victim, (killed.get(victim) ?? 0) + 1);
      done += 1;
      await pause(random() * 500);
    }
  }
  const killing = killNow();
  killing.catch(() => {}); // told below
  const written = await write(installation, {
    ...{ count, writers: Number(values.writers), perSecond: Number(values['per-second']), random },
    // kills are spread over the updates, at random places
    onProgress: ({ acknowledged }) => {
      if (random() < 0.5) due = Math.floor((acknowledged / count) * kills);
    },
  });
  isOver = true;
  await killing;
  const said = await countSaid(installation);
  for (const deadline = Date.now() + 180_000; (await countMirrored(installation)) < said && Date.now() < deadline; )
    await pause(200);
  const verdict = await judge(installation);
  const seconds = Math.round((Date.now() - began) / 1_000);
  say(`${written.acknowledged} updates acknowledged, ${written.unknown} commits of which nobody knows, ${seconds} s`);
  say(`killed: ${[...killed].map(([victim, times]) => `${victim} ${times}`).join(', ')}`);
  say(`ended by themselves, and were started again: ${installation.failures.length}`);
  for (const failure of new Set(installation.failures)) say(`  ${failure}`);
  const { missed, reordered, doubled, leaked } = verdict;
  say(
    `of ${verdict.said} that partners may see: ${missed} missed, ${reordered} reordered, ${doubled} doubled, ${leaked} leaked`,
  );
  if (missed + reordered + doubled + leaked > 0) process.exitCode = 1;
} finally {
  await installation.stop();
}
