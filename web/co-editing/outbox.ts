import * as Y from 'yjs';
import type { Entry, Unsaved } from './shelf.ts';

/** Bytes of a push that holds several changes. The server takes 64 KiB; the rest is room for what merging adds. */
export const MERGE_CAP = 32 * 1024;

export type Pending = Entry & { unsaved: Unsaved };
export type Push = Pending & { unsaved: { editId: string } };

/**
 * What was typed here and is not acknowledged, in order. Not one change leaves it before the server has committed it.
 */
export class Outbox {
  #pending: Pending[] = [];
  #changes = 0;

  constructor(
    entries: readonly Entry[] = [],
    private readonly createId: () => string = () => crypto.randomUUID(),
  ) {
    for (const entry of entries) if (entry.unsaved) this.add(entry as Pending);
  }

  /** The user's changes that are not saved. */
  get changes(): number {
    return this.#changes;
  }

  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  get entries(): readonly Pending[] {
    return this.#pending;
  }

  add(entry: Pending): void {
    this.#pending.push(entry);
    this.#changes += entry.unsaved.changes;
  }

  /**
   * What to send next. The first attempt fixes editId and bytes: a retry, also after a reload, sends the very same, so that the server can tell
   * it from a new edit. Changes of two client ids are never merged, since the second may build on the first.
   * @returns what must be on the shelf before it is sent
   */
  next(): { push: Push; put: Pending[]; remove: number[] } | undefined {
    const head = this.#pending[0];
    if (!head) return undefined;
    if (head.unsaved.editId) return { push: head as Push, put: [], remove: [] };
    let bytes = 0;
    let count = 0;
    for (const { update, unsaved } of this.#pending) {
      bytes += update.length;
      if (count > 0 && (bytes > MERGE_CAP || unsaved.editId || unsaved.clientId !== head.unsaved.clientId)) break;
      count++;
    }
    const taken = this.#pending.slice(0, count);
    const push: Push = {
      n: head.n,
      update: count === 1 ? head.update : Y.mergeUpdates(taken.map(({ update }) => update)),
      unsaved: {
        clientId: head.unsaved.clientId,
        editId: this.createId(),
        changes: taken.reduce((sum, { unsaved }) => sum + unsaved.changes, 0),
      },
    };
    this.#pending.splice(0, count, push);
    return { push, put: [push], remove: taken.slice(1).map(({ n }) => n) };
  }

  /** The server has committed it. @returns the entry as a part of the document like any other */
  acknowledge(n: number): Entry | undefined {
    const index = this.#pending.findIndex((entry) => entry.n === n);
    const [entry] = index < 0 ? [] : this.#pending.splice(index, 1);
    this.#changes -= entry?.unsaved.changes ?? 0;
    return entry && { n: entry.n, update: entry.update };
  }
}
