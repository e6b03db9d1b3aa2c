/** Thrown inside an async iteration when its reader fell behind by more than the queue holds. */
export class QueueOverflow extends Error {
  override readonly name = 'QueueOverflow';
}

/** A second bound of a queue: the sum of what the unread items weigh, e.g. in bytes. */
export interface Weight<T> {
  capacity: number;
  /** Asked only of items that have to wait. */
  of(item: T): number;
}

/**
 * A bounded queue between a writer that must not wait and one `for await` reader. Past `capacity` unread items, or past
 * the capacity of `weight` (one item alone may weigh more), the queue empties itself and the reader gets QueueOverflow:
 * nothing is dropped silently. `onClose` runs once, whoever ends it.
 */
export class BoundedQueue<T> implements AsyncIterableIterator<T> {
  readonly #items: { item: T; weight: number }[] = [];
  #weight = 0;
  #waiting: { resolve: (r: IteratorResult<T>) => void; reject: (e: unknown) => void } | undefined;
  #ended = false;
  #failure: unknown;

  constructor(
    readonly capacity: number,
    readonly onClose: () => void = () => {},
    readonly weight?: Weight<T>,
  ) {}

  /** @returns false once the queue has ended: the writer may forget it */
  push(item: T): boolean {
    if (this.#ended) return false;
    if (this.#waiting) {
      const { resolve } = this.#waiting;
      this.#waiting = undefined;
      resolve({ value: item, done: false });
      return true;
    }
    if (this.#items.length >= this.capacity) {
      this.fail(new QueueOverflow(`reader fell behind by ${this.capacity} items`));
      return false;
    }
    const weight = this.weight?.of(item) ?? 0;
    if (this.weight && this.#items.length > 0 && this.#weight + weight > this.weight.capacity) {
      this.fail(new QueueOverflow(`reader fell behind by a weight of ${this.weight.capacity}`));
      return false;
    }
    this.#items.push({ item, weight });
    this.#weight += weight;
    return true;
  }

  /** Ends at once with an error; unread items are dropped, the reader is told why. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#drop();
    this.#close();
    if (this.#waiting) this.#waiting.reject(error);
    else this.#failure = error;
    this.#waiting = undefined;
  }

  /** Ends after what is queued has been read. */
  end(): void {
    if (this.#ended) return;
    this.#close();
    this.#waiting?.resolve({ value: undefined, done: true });
    this.#waiting = undefined;
  }

  async next(): Promise<IteratorResult<T>> {
    const first = this.#items.shift();
    if (first) {
      this.#weight -= first.weight;
      return { value: first.item, done: false };
    }
    if (this.#failure !== undefined) {
      const failure = this.#failure;
      this.#failure = undefined;
      throw failure;
    }
    if (this.#ended) return { value: undefined, done: true };
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  async return(): Promise<IteratorResult<T>> {
    this.#drop();
    this.end();
    return { value: undefined, done: true };
  }

  async throw(error: unknown): Promise<IteratorResult<T>> {
    this.#drop();
    this.end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #drop(): void {
    this.#items.length = 0;
    this.#weight = 0;
  }

  #close(): void {
    this.#ended = true;
    this.onClose();
  }
}
