import type { Person } from './presence.ts';

/** Cursors that are remembered: who stands further back than all of them is not known to have seen anything. */
const MOST = 4_096;

/** The order in which the plan's stream gave its cursors here: so cursors, which are opaque, can be compared. */
export class Seen {
  #order = new Map<string, number>();
  #count = 0;
  /** Of the last saved change of this tab. */
  #own: string | null = null;

  /** The document holds everything up to this cursor, and everything up to those before it. */
  pass(cursor: string): void {
    if (this.#order.has(cursor)) return;
    this.#order.set(cursor, this.#count++);
    if (this.#order.size > MOST) this.#order.delete(this.#order.keys().next().value!);
  }

  save(cursor: string): void {
    this.#own = cursor;
  }

  forget(): void {
    this.#order.clear();
    this.#own = null;
  }

  /**
   * How many other seats stand at or past the last saved change; null when that cannot be told yet. A cursor that the stream has not given
   * here may lie behind as well as ahead: it counts as not having seen.
   */
  countOthers(others: readonly Person[] | null): number | null {
    const mine = this.#own === null ? undefined : this.#order.get(this.#own);
    if (!others || mine === undefined) return null;
    const seats = new Set<string>();
    for (const { key, seat, at } of others) {
      const place = at === null ? undefined : this.#order.get(at);
      if (place !== undefined && place >= mine) seats.add(seat ?? key);
    }
    return seats.size;
  }
}
