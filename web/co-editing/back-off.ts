import { systemTimers, type Timers } from './timers.ts';

export interface Waits {
  /** ms */
  shortest?: number | undefined;
  /** ms */
  longest?: number | undefined;
  /** From 0 to 1. */
  random?: (() => number) | undefined;
  timers?: Timers | undefined;
}

/**
 * Waits between attempts: longer after each failure, up to `longest` ms, spread at random so that many clients do not come back at one moment.
 * `wake` ends the wait under way, for instance when the browser says that it is online.
 */
export class BackOff {
  #failures = 0;
  #wake: (() => void) | undefined;
  readonly #shortest: number;
  readonly #longest: number;
  readonly #random: () => number;
  readonly #timers: Timers;

  constructor({ shortest = 400, longest = 20_000, random = Math.random, timers = systemTimers }: Waits = {}) {
    this.#shortest = shortest;
    this.#longest = longest;
    this.#random = random;
    this.#timers = timers;
  }

  succeed(): void {
    this.#failures = 0;
  }

  /** @param least what the server asked for, ms */
  wait(least = 0): Promise<void> {
    const most = Math.min(this.#longest, this.#shortest * 2 ** this.#failures++);
    return new Promise((resolve) => {
      const end = () => {
        this.#timers.clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = this.#timers.setTimeout(end, least + most * (0.5 + this.#random() / 2));
      this.#wake = end;
    });
  }

  wake(): void {
    this.#failures = 0;
    this.#wake?.();
  }
}
