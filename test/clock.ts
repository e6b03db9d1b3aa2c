import { afterAll } from '@jest/globals';

const tick = 10; // ms
const longest = 2 * tick; // that a tick counts for, however late it comes
let timer: NodeJS.Timeout | undefined;
let counted = 0;
let last = 0;

function count(): number {
  const now = performance.now();
  counted += Math.min(now - last, longest);
  last = now;
  return counted;
}

afterAll(() => clearInterval(timer));

/**
 * Time as this process was given it, for what must come "within a second": a machine that is busy with other suites and gives this one no turn makes a tick
 * late, and a late tick counts as two at most. What waits for a timer, an answer or a lock is counted in full.
 * @returns ms since the call
 */
export function startClock(): () => number {
  if (!timer) {
    last = performance.now();
    timer = setInterval(count, tick).unref();
  }
  const from = count();
  return () => count() - from;
}

/** Waits where no sign tells that something is over: so long as `startClock` counts, so not while this process is given no turn. */
export async function rest(ms: number): Promise<void> {
  for (const passed = startClock(); passed() < ms; ) await new Promise((resolve) => setTimeout(resolve, tick));
}

/**
 * CPU that this process takes for what computes without a pause: a clock would count the turns of other processes in, too. Of three tries the one that took
 * least, since a compiler and a collector of garbage work in the same process; one that took less than `enough` is not tried again.
 * @returns ms
 */
export async function measureCpu(work: () => unknown, enough = 0): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3 && least >= enough; tries += 1) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}
