import { expect, jest, test } from '@jest/globals';
import { play } from './schedule.ts';

/*
 * Schedules of two to five people who edit one plan while everything around them fails: the real client session, the real guard, log, rooms and followers
 * of one or two instances of working-plans, in virtual time over tables in memory. Requests and answers are lost, late and doubled, streams are cut,
 * hints lost, late and doubled, tabs reloaded, crashed with their last writing lost, and copied with their profile; instances killed between a commit and
 * its answer; plans frozen and redacted into a new epoch, with snapshots all along. Then all is healed, and must settle: see check.ts.
 *
 * A schedule depends on its seed alone. A failure names its seed; this plays that one only, in any of the files, and tells what happened:
 *
 *     SEED=1234 npm run -s jest -- test/convergence/schedules-1.test.ts
 */
export const seedsInAFile = 2_500;

export function testSeeds(part: number): void {
  // Yjs says on the console what a session must expect, and handles: that another tab uses its client id.
  jest.spyOn(console, 'log').mockImplementation(() => {});

  if (process.env.SEED) {
    test(`seed ${process.env.SEED}`, async () => {
      const { notes, failures } = await play(Number(process.env.SEED), { trace: true });
      process.stderr.write(`${notes.join('\n')}\n`);
      expect(failures).toEqual([]);
    });
    return;
  }

  const first = (part - 1) * seedsInAFile;
  test(`seeds ${first} to ${first + seedsInAFile - 1}: all converge, and nothing acknowledged is lost`, async () => {
    const counts: Record<string, number> = {};
    const failed: string[] = [];
    for (let seed = first; seed < first + seedsInAFile && failed.length < 5; seed++) {
      const outcome = await play(seed);
      for (const [name, count] of Object.entries(outcome.counts)) counts[name] = (counts[name] ?? 0) + count;
      if (outcome.failures.length > 0) failed.push(`SEED=${seed}: ${outcome.failures.slice(0, 3).join('; ')}`);
    }
    expect(failed).toEqual([]);
    // It is not for want of trouble.
    for (const [name, least] of Object.entries({
      committed: 5_000,
      'is acknowledged': 5_000,
      'goes offline': 500,
      reloads: 300,
      crashes: 400,
      'copies the profile': 50,
      'instance is killed': 400,
      'a new epoch begins': 80,
      'plan is UNDER_REVIEW': 50,
      'drops a copy (EPOCH_CHANGED)': 50,
      'drops a copy (FORBIDDEN)': 50,
      'drops a copy (PLAN_FROZEN)': 10,
    })) {
      expect({ [name]: (counts[name] ?? 0) >= least, counts }).toEqual({ [name]: true, counts });
    }
  }, 600_000);
}
