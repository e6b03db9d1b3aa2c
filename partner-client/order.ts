import { UpdatesError } from './errors.ts';
import type { Update } from './events.ts';

interface Passed {
  /** The last ones, oldest first, with their places. */
  ids: Map<string, bigint>;
  last: bigint;
  /** Older ones have been forgotten. */
  isCut: boolean;
}

/** Tells an update that has come before, by `source` and `id`, and holds the feed to its word: the order of each network. */
export class Order {
  readonly #passed = new Map<string, Passed>();

  /** @param remembered ids of each network */
  constructor(private readonly remembered = 1_000) {}

  /**
   * @returns false for one that has come before
   * @throws UpdatesError OUT_OF_ORDER
   */
  admit({ source, id, sequence }: Pick<Update, 'source' | 'id' | 'sequence'>): boolean {
    const place = BigInt(sequence);
    const passed = this.#passed.get(source) ?? { ids: new Map(), last: place - 1n, isCut: false };
    this.#passed.set(source, passed);
    if (passed.ids.has(id)) return false;
    const [oldest] = passed.ids.values();
    if (place <= passed.last) {
      if (passed.isCut && oldest !== undefined && place < oldest) return false; // longer ago than we remember
      const message = `${source} said update ${sequence} (${id}) after ${passed.last}.`;
      throw new UpdatesError('OUT_OF_ORDER', message);
    }
    passed.last = place;
    passed.ids.set(id, place);
    if (passed.ids.size > this.remembered) {
      const [first] = passed.ids.keys();
      passed.ids.delete(first as string);
      passed.isCut = true;
    }
    return true;
  }

  /** After a restore from backup places are given out anew. */
  forget(): void {
    this.#passed.clear();
  }
}
