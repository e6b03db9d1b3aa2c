import { describe, expect, test } from '@jest/globals';
import { createProcessHints } from '../kit/hints.ts';
import { startRounds } from '../kit/rounds.ts';

/** Work that goes on until it is let go. */
function slowWork() {
  const begun: (() => void)[] = [];
  let most = 0;
  let under = 0;
  const work = async () => {
    under += 1;
    most = Math.max(most, under);
    await new Promise<void>((resolve) => begun.push(resolve));
    under -= 1;
  };
  return { begun, work, most: () => most };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));
const never = 3_600_000; // ms
const failed = (error: unknown) => {
  throw error;
};

describe('rounds', () => {
  test('one begins at the start; whoever asks during one gets exactly one more after it, however many ask', async () => {
    const { begun, work, most } = slowWork();
    const rounds = startRounds(work, { everyMs: never, failed });
    await settle();
    expect(begun).toHaveLength(1);
    for (let n = 0; n < 5; n += 1) rounds.ask();
    await settle();
    expect(begun).toHaveLength(1);
    begun[0]!();
    await settle();
    expect(begun).toHaveLength(2);
    begun[1]!();
    await settle();
    expect(begun).toHaveLength(2);
    rounds.ask();
    await settle();
    expect(begun).toHaveLength(3);
    expect(most()).toBe(1);
    begun[2]!();
    await rounds.stop();
  });

  test('who asks at the very moment when one ends is not forgotten', async () => {
    let count = 0;
    const rounds = startRounds(
      async () => {
        count += 1;
        if (count === 1) void Promise.resolve().then(() => Promise.resolve().then(() => rounds.ask()));
      },
      { everyMs: never, failed },
    );
    await settle();
    expect(count).toBe(2);
    await rounds.stop();
  });

  test('one that fails is told of, and the next comes: by time, and by a hint', async () => {
    const told: unknown[] = [];
    const hints = createProcessHints();
    const start = (everyMs: number) =>
      startRounds(() => Promise.reject(new Error('down')), {
        ...{ everyMs, failed: (error: unknown) => told.push(error), on: { hints, channel: 'any' } },
      });
    const hinted = start(never);
    await settle();
    expect(told).toHaveLength(1);
    hints.publish('any', '');
    await settle();
    expect(told).toHaveLength(2);
    await hinted.stop();
    const timed = start(20);
    while (told.length < 5) await new Promise((resolve) => setTimeout(resolve, 5)); // one at its start, and two by time
    await timed.stop();
    const before = told.length;
    hints.publish('any', '');
    await new Promise((resolve) => setTimeout(resolve, 50)); // two rounds' time
    expect(told).toHaveLength(before);
  });

  test('`stop` lets the one under way end, and no other begins', async () => {
    const { begun, work } = slowWork();
    const rounds = startRounds(work, { everyMs: 5, failed });
    await settle();
    rounds.ask();
    let isStopped = false;
    const stopping = Promise.all([rounds.stop(), rounds.stop()]).then(() => {
      isStopped = true;
    });
    await settle();
    expect(isStopped).toBe(false);
    begun[0]!();
    await stopping;
    rounds.ask();
    await settle();
    expect(begun).toHaveLength(1);
  });
});
