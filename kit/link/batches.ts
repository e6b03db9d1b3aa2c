/**
 * Between a writer that cannot wait and one reader that takes all that has come, up to `most` at a time. Past `capacity` unread items the writer is let go
 * (`onClose`) and the reader, once it has taken what is there, finds the end: nothing is lost, as it knows where it stands.
 */
export class Batches<T> implements AsyncIterableIterator<T[]> {
  readonly #items: T[] = [];
  #wake: (() => void) | undefined;
  #ended = false;
  #failure: Error | undefined;

  constructor(
    readonly most: number,
    readonly capacity: number,
    readonly onClose: () => void,
  ) {}

  push(item: T): void {
    if (this.#ended) return;
    this.#items.push(item);
    if (this.#items.length >= this.capacity) this.#close();
    this.#wake?.();
  }

  end(): void {
    this.#close();
    this.#wake?.();
  }

  /** What has come is still read; then `next` throws. */
  fail(error: Error): void {
    if (this.#ended) return;
    this.#failure = error;
    this.end();
  }

  async next(): Promise<IteratorResult<T[]>> {
    while (this.#items.length === 0) {
      const failure = this.#failure;
      this.#failure = undefined;
      if (failure) throw failure;
      if (this.#ended) return { value: undefined, done: true };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    return { value: this.#items.splice(0, this.most), done: false };
  }

  async return(): Promise<IteratorResult<T[]>> {
    this.#items.length = 0;
    this.end();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #close(): void {
    if (this.#ended) return;
    this.#ended = true;
    // not within the writer's call: graphql-ws may not have given the caller its way to stop yet
    queueMicrotask(this.onClose);
  }
}
