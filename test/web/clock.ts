import type { Timers } from '../../web/co-editing/timers.ts';

/** A clock that stands until it is moved. Between two timers, whatever has been promised is given. */
export interface Clock extends Timers {
  now(): number;
  /** ms */
  pass(time: number): Promise<void>;
  /** Timers that wait. */
  waiting(): number;
}

export function createClock(): Clock {
  const timers = new Map<number, { at: number; run: () => void }>();
  let now = 0;
  let last = 0;
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    setTimeout(run, delay) {
      timers.set(++last, { at: now + delay, run });
      return last;
    },
    clearTimeout: (timer) => void timers.delete(timer as number),
    now: () => now,
    waiting: () => timers.size,
    async pass(time) {
      const end = now + time;
      for (;;) {
        await settle();
        const due = [...timers].filter(([, { at }]) => at <= end).sort(([m, a], [n, b]) => a.at - b.at || m - n)[0];
        if (!due) break;
        const [id, { at, run }] = due;
        timers.delete(id);
        now = at;
        run();
      }
      now = end;
    },
  };
}
