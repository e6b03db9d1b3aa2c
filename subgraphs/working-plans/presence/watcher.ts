/**
 * One reader of what is only worth reading while it is new: what comes replaces what has not been read yet, so nothing ever queues.
 * @param mayRead asked just before anything is handed over; throws to end it
 * @param onEnd called once, whoever ends it
 */
export class Watcher<T> implements AsyncIterableIterator<T> {
  #newest: T | undefined;
  #waiting: { resolve(step: IteratorResult<T>): void; reject(error: unknown): void } | undefined;
  #failure: unknown;
  #ended = false;
  /** Whether it has been given anything yet. */
  begun = false;

  constructor(
    private readonly mayRead: () => void,
    private readonly onEnd: () => void,
  ) {}

  push(value: T): void {
    if (this.#ended) return;
    this.begun = true;
    this.#newest = value;
    this.#settle();
  }

  fail(error: unknown): void {
    if (this.#ended) return;
    this.#failure = error;
    this.#end();
  }

  next(): Promise<IteratorResult<T>> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#settle();
    });
  }

  /** Ends at once, also while `next` waits. */
  async return(): Promise<IteratorResult<T>> {
    this.#end();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#newest = undefined;
    this.onEnd();
    this.#settle();
  }

  #settle(): void {
    const waiting = this.#waiting;
    if (!waiting || (!this.#ended && this.#newest === undefined)) return;
    this.#waiting = undefined;
    if (this.#failure !== undefined) {
      waiting.reject(this.#failure);
      this.#failure = undefined;
    } else if (this.#ended) waiting.resolve({ value: undefined, done: true });
    else {
      const value = this.#newest as T;
      this.#newest = undefined;
      try {
        this.mayRead();
        waiting.resolve({ value, done: false });
      } catch (error) {
        this.#end();
        waiting.reject(error);
      }
    }
  }
}
