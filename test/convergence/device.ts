import { createMemoryShelf, type Kept, type Shelf, type Writing } from '../../web/co-editing/shelf.ts';
import type { Clock, Dice } from './clock.ts';

/** A tab's place in the browser's storage: writings take effect late, whole and in order; a crash of the tab loses those that have not. */
export class SlowShelf implements Shelf {
  readonly #store: ReturnType<typeof createMemoryShelf>;
  readonly #intended: ReturnType<typeof createMemoryShelf>;
  #last = 0;
  #crashed = false;
  #taken: SlowShelf[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly dice: Dice,
    kept?: Kept,
    /** Places of the same person on this device that no tab holds. */
    private readonly free: SlowShelf[] = [],
    private readonly isStray = false,
  ) {
    this.#store = createMemoryShelf(kept);
    this.#intended = createMemoryShelf(kept);
  }

  /** What is there. */
  peek = (): Kept | undefined => this.#store.peek();
  /** What would be there once all that was asked for has taken effect. */
  intended = (): Kept | undefined => this.#intended.peek();
  /** The tab is gone: what it has asked for and was not done is lost, and others may take the places that it held. */
  crash(): void {
    this.#crashed = true;
    for (const stray of this.#taken.splice(0)) stray.pass();
  }
  private pass(): void {
    const kept = this.peek();
    if (!kept || this.#crashed || this.free.includes(this)) return;
    this.#crashed = true;
    this.free.push(new SlowShelf(this.clock, this.dice, kept, this.free, true));
  }

  load = async () => this.#store.load();
  write(writing: Writing): Promise<void> {
    void this.#intended.write(writing);
    return this.#later(() => this.#store.write(writing));
  }
  clear(): Promise<void> {
    void this.#intended.clear();
    return this.#later(() => this.#store.clear());
  }
  strays = async () => {
    const found = this.free.splice(0);
    this.#taken.push(...found);
    return found;
  };
  /** A stray that was not cleared is there for whoever looks next; a tab's own place is opened again by the tab that follows it. */
  release = () => {
    if (this.isStray && this.peek() && !this.#crashed) this.free.push(this);
  };
  /** Whether this tab holds places of closed ones that it has not emptied. */
  get holdsStrays(): boolean {
    return this.#taken.some((stray) => stray.peek() !== undefined && !this.free.includes(stray));
  }

  #later(act: () => Promise<void>): Promise<void> {
    const delay = this.dice.chance(0.05) ? this.dice.between(20, 800) : this.dice.between(0, 3);
    this.#last = Math.max(this.#last, this.clock.now + delay);
    return new Promise((resolve) => {
      this.clock.after(this.#last - this.clock.now, () => {
        if (!this.#crashed) void act().then(resolve);
      });
    });
  }
}
