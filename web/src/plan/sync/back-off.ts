/**
 * Waits between attempts: longer after each failure, up to `longest` ms, spread at random so that many clients do not come back at one moment.
 * `wake` ends the wait under way, for instance when the browser says that it is online.
 */
export class BackOff {
  #failures = 0;
  #wake: (() => void) | undefined;

  constructor(
    private readonly shortest = 400,
    private readonly longest = 20_000,
    private readonly random: () => number = Math.random,
  ) {}

  succeed(): void {
    this.#failures = 0;
  }

  wait(): Promise<void> {
    const most = Math.min(this.longest, this.shortest * 2 ** this.#failures++);
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(end, most * (0.5 + this.random() / 2));
      this.#wake = end;
    });
  }

  wake(): void {
    this.#failures = 0;
    this.#wake?.();
  }
}
