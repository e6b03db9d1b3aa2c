/** Something that a reader is given, and when it was read. */
interface Page<T> {
  items: T[];
  at: number;
}

const fresh = 1_000; // ms; what was read earlier may have been taken out since, and is read again

/**
 * A reader who is given what there is and then what comes, in order. Nothing is queued for him: he is only woken, and reads on from where he
 * stands, so that he can be as slow as he likes.
 */
export class Following<T> implements AsyncIterableIterator<T> {
  #page: Page<T> = { items: [], at: 0 };
  #isDue: boolean;
  #isEnded = false;
  #wake = () => {};
  readonly #leave: () => void;

  /**
   * @param read what comes next, first things first; empty: nothing yet
   * @param onGive the reader now stands after this
   * @param listen calls `wake` whenever there may be more @returns stop
   * @param isDue whether there may be something already
   */
  constructor(
    private readonly read: () => Promise<T[]>,
    private readonly onGive: (item: T) => void,
    listen: (wake: () => void, end: () => void) => () => void,
    isDue = true,
  ) {
    this.#isDue = isDue;
    this.#leave = listen(
      () => {
        this.#isDue = true;
        this.#wake();
      },
      () => void this.return(),
    );
  }

  async next(): Promise<IteratorResult<T>> {
    try {
      for (;;) {
        if (this.#isEnded) return { value: undefined, done: true };
        if (Date.now() - this.#page.at > fresh) {
          this.#isDue ||= this.#page.items.length > 0;
          this.#page.items = [];
        }
        const [item] = this.#page.items;
        if (item !== undefined) {
          this.#page.items.shift();
          this.onGive(item);
          return { value: item, done: false };
        }
        if (!this.#isDue) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          continue;
        }
        this.#isDue = false; // before reading: what comes meanwhile is looked for again
        const items = await this.read();
        this.#isDue ||= items.length > 0;
        this.#page = { items, at: Date.now() };
      }
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<T>> {
    if (!this.#isEnded) {
      this.#isEnded = true;
      this.#leave();
      this.#wake();
    }
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
