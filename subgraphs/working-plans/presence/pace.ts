/** Work that is done soon after it is asked for, and at most once in a while, however often it is asked for. */
export class Pace {
  #timer: NodeJS.Timeout | undefined;
  #dueAt = 0;
  #lastAt = Number.NEGATIVE_INFINITY;

  /** @param interval ms between two runs; asked each time */
  constructor(
    private readonly work: () => void,
    private readonly interval: () => number,
    private readonly now: () => number,
  ) {}

  ask(): void {
    const time = this.now();
    const dueAt = Math.max(time, this.#lastAt + this.interval());
    if (this.#timer && this.#dueAt <= dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#lastAt = this.now();
      this.work();
    }, dueAt - time);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
