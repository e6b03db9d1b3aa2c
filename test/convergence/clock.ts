/*
 * Virtual time. Everything a schedule does happens in an entry of one queue, ordered by time and then by when it was asked for; between two entries all
 * promises are let run to their end. So a schedule depends on its seed alone, and a minute takes some milliseconds.
 */

const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
const { nextTick } = process;

interface Entry {
  at: number;
  order: number;
  run: () => void;
  /** Of something that is repeated for ever: nobody waits for it. */
  idle: boolean;
}

/** As much of a Node timer as the code under test uses. */
class Timer {
  #entry: Entry | undefined;
  constructor(
    private readonly clock: Clock,
    private readonly delay: number,
    private readonly run: () => void,
    private readonly again: boolean,
  ) {
    this.refresh();
  }
  refresh(): this {
    this.cancel();
    this.#entry = this.clock.after(
      this.delay,
      () => {
        this.#entry = undefined;
        if (this.again) this.refresh();
        this.run();
      },
      this.again,
    );
    return this;
  }
  cancel(): void {
    if (this.#entry) this.clock.cancel(this.#entry);
    this.#entry = undefined;
  }
  unref(): this {
    return this;
  }
  ref(): this {
    return this;
  }
}

export class Clock {
  now = 0;
  #queue: Entry[] = [];
  #order = 0;

  after(delay: number, run: () => void, idle = false): Entry {
    const entry = { at: this.now + Math.max(0, delay), order: this.#order++, run, idle };
    let [low, high] = [0, this.#queue.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#queue[middle]!.at <= entry.at) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, entry);
    return entry;
  }

  cancel(entry: Entry): void {
    const index = this.#queue.indexOf(entry);
    if (index >= 0) this.#queue.splice(index, 1);
  }

  wait(delay: number): Promise<void> {
    return new Promise((resolve) => this.after(delay, resolve));
  }

  /** Runs until `done` holds between two entries. @returns whether it did before the time `until` */
  async run(until: number, done: () => boolean = () => false): Promise<boolean> {
    for (;;) {
      await settle();
      if (done()) return true;
      const next = this.#queue[0];
      if (!next || next.at > until) {
        this.now = until;
        return false;
      }
      this.#queue.shift();
      this.now = next.at;
      next.run();
    }
  }

  /** Puts this clock in the place of the global timers. @returns puts them back */
  install(): () => void {
    const make =
      (again: boolean) =>
      (run: (...args: unknown[]) => void, delay = 0, ...args: unknown[]) =>
        new Timer(this, delay, () => run(...args), again);
    const cancel = (timer?: Timer) => timer?.cancel();
    Object.assign(globalThis, {
      setTimeout: make(false),
      setInterval: make(true),
      clearTimeout: cancel,
      clearInterval: cancel,
    });
    return () => void Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval });
  }
}

/**
 * All that has been resolved runs to its end first: a tick comes when no promise can go on. Nothing under this clock waits for more than promises and
 * timers; a turn of the event loop for each entry would cost more than most entries do.
 */
const settle = (): Promise<void> => new Promise((resolve) => nextTick(resolve));

/** Chance, from a seed (mulberry32). */
export class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1);
  }
  /** 0 up to 1. */
  roll = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  below = (count: number): number => Math.floor(this.roll() * count);
  chance = (probability: number): boolean => this.roll() < probability;
  between = (least: number, most: number): number => least + this.roll() * (most - least);
  pick = <T>(list: readonly T[]): T => list[this.below(list.length)]!;
}
