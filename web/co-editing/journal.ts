import * as Y from 'yjs';
import { cutUpdate } from './cut.ts';
import { Outbox, type Pending, type Push } from './outbox.ts';
import type { Entry, Kept, PlanState, Refused, Shelf, Writing } from './shelf.ts';
import { systemTimers, type Timers } from './timers.ts';
import type { Resume } from './wire.ts';

/** After so many entries the whole document is written instead. */
const MOST_ENTRIES = 1_000;
/** And after as many bytes as the base has, or this many if it has fewer: writing it costs as much as they did, however busy the plan is. */
const LEAST_TAIL = 64 * 1024;
/** What others write is kept at the latest after this, ms: it can be had again from the server, unlike what is typed here. */
const LAZY = 1_000;

const nothing: PlanState = { epoch: 0, cursor: '', clientId: null, refused: [] };
const emptyDocument = () => Y.encodeStateAsUpdateV2(new Y.Doc());

/**
 * A plan as this device holds it: a base, and every update since in the order the document took them. An edit stands on what was there when
 * it was typed, so an edit is never on the shelf before what it stands on, and a document restored from it has no gap.
 */
export class Journal {
  outbox: Outbox;
  #state: PlanState = nothing;
  #n = 0;
  #entries = 0;
  /** Bytes of the base, and of the updates since. */
  #base = 0;
  #tail = 0;
  /** Remote updates that are not on the shelf yet; they go there as one. */
  #late: Uint8Array[] = [];
  #timer: unknown;
  /** What was typed and is not on the shelf (yet): how many changes, by `n`. */
  #unshelved = new Map<number, number>();
  #failing = false;
  #closed = false;
  /** What is on the shelf could not be read: nothing is written over it. */
  #unread = false;

  /** @param onShelved after each attempt to put something typed on the shelf */
  constructor(
    private readonly shelf: Shelf,
    private readonly createId?: () => string,
    private readonly onShelved: () => void = () => {},
    private readonly timers: Timers = systemTimers,
  ) {
    this.outbox = new Outbox([], createId);
  }

  get state(): PlanState {
    return this.#state;
  }

  /** The user's changes that are not saved and would outlive this tab: their writing has ended well. */
  get kept(): number {
    let kept = this.outbox.changes;
    for (const changes of this.#unshelved.values()) kept -= changes;
    return kept;
  }

  /** The device has refused to keep something, and has not taken the whole document since. */
  get isFailing(): boolean {
    return this.#failing;
  }

  /** @returns null when the device holds no document; throws nothing that is not the shelf's */
  async restore(): Promise<Y.Doc | null> {
    let kept: Kept | undefined;
    try {
      kept = await this.shelf.load();
    } catch (error) {
      this.#unread = this.#failing = true;
      throw error;
    }
    if (!kept) return null;
    this.#state = kept.state;
    for (const { n } of kept.entries) this.#n = Math.max(this.#n, n); // more than a call takes arguments
    this.#entries = kept.entries.length;
    this.#base = kept.base.byteLength;
    this.#tail = countBytes(kept.entries);
    this.outbox = new Outbox(kept.entries, this.createId);
    if (kept.state.cursor === '') return null;
    const doc = rebuild(kept);
    // Unseen so far; the server's copy is whole, and the outbox is sent all the same.
    return doc.store.pendingStructs || doc.store.pendingDs ? null : doc;
  }

  async setState(change: Partial<PlanState>): Promise<void> {
    this.#state = { ...this.#state, ...change };
    // What others wrote may not be there now, and what is typed next may stand on it: then the whole document is written.
    await this.#write({ state: this.#state, ...this.#takeLate() }).catch(() => {
      this.#failing = true;
    });
  }

  /** Something typed is not on the shelf. */
  get isUnkept(): boolean {
    return this.#unshelved.size > 0;
  }

  /** @param update of one transaction; a long one goes out in several pushes */
  type(update: Uint8Array, clientId: number): void {
    const { put = [], ...state } = this.#takeLate(); // it comes before what is typed upon it
    const pieces = cutUpdate(update);
    // One change of the user's, saved once its last piece is.
    const entries = pieces.map(
      (piece, index): Pending => ({
        n: ++this.#n,
        update: piece,
        unsaved: { clientId, changes: index === pieces.length - 1 ? 1 : 0 },
      }),
    );
    this.#entries += entries.length;
    this.#tail += update.byteLength;
    for (const entry of entries) {
      this.outbox.add(entry);
      this.#unshelved.set(entry.n, entry.unsaved.changes);
    }
    const ns = entries.map(({ n }) => n);
    void this.#shelve({ ...state, put: [...put, ...entries] }, ns);
  }

  /** What the server must hold of the id that was typed with last, for it to be gone on with. */
  resume(doc: Y.Doc): Resume | undefined {
    const { clientId } = this.#state;
    // Yjs chose another: somebody else has written under it.
    if (clientId === null || doc.clientID !== clientId) return undefined;
    const outboxEnd = Y.getState(doc.store, clientId);
    let nextClock = outboxEnd;
    for (const { update, unsaved } of this.outbox.entries) {
      const start = unsaved.clientId === clientId ? Y.parseUpdateMeta(update).from.get(clientId) : undefined;
      if (start !== undefined) nextClock = Math.min(nextClock, start);
    }
    return { clientId, nextClock, outboxEnd };
  }

  receive(update: Uint8Array, cursor: string, doc: Y.Doc): void {
    this.#state = { ...this.#state, cursor };
    this.#late.push(update);
    this.#tail += update.byteLength;
    if (this.#entries > MOST_ENTRIES || this.#tail > Math.max(LEAST_TAIL, this.#base))
      void this.compact(doc).catch(() => {});
    else this.#timer ??= this.timers.setTimeout(() => void this.setState({}), LAZY);
  }

  /** @returns the next push, once it is on the shelf as it will be sent */
  async prepare(): Promise<Push | undefined> {
    const next = this.outbox.next();
    if (!next) return undefined;
    if (next.put.length > 0) {
      const { put, remove } = next;
      for (const n of remove) this.#unshelved.delete(n);
      for (const { n, unsaved } of put) this.#unshelved.set(n, unsaved.changes);
      await this.#shelve(
        { put, remove },
        put.map(({ n }) => n),
      );
    }
    return next.push;
  }

  acknowledge(n: number): void {
    const entry = this.outbox.acknowledge(n);
    this.#unshelved.delete(n);
    if (entry) void this.#write({ put: [entry] }).catch(() => {});
  }

  /** Writes the whole document as the base, and with it where it stands. */
  async compact(doc: Y.Doc | null, change: Partial<PlanState> = {}): Promise<void> {
    this.#state = { ...this.#state, ...change };
    // Nothing to write, but what was asked for before is written first: the text of a copy that was just given up.
    if (!doc || this.#state.cursor === '' || this.#unread) return this.#write({});
    this.#dropLate();
    this.#entries = this.outbox.entries.length;
    const base = Y.encodeStateAsUpdateV2(doc);
    const put = [...this.outbox.entries];
    this.#base = base.byteLength;
    this.#tail = countBytes(put);
    try {
      await this.#write({ state: this.#state, base, remove: 'all', put });
    } catch (error) {
      this.#failing = true;
      throw error;
    }
    this.#failing = false;
    for (const { n } of put) this.#unshelved.delete(n);
    this.onShelved();
  }

  /** Forgets the document and what was not saved. */
  restart(refused: Refused[]): void {
    this.#dropLate();
    this.#state = { ...nothing, refused };
    this.outbox = new Outbox([], this.createId);
    this.#entries = this.#base = this.#tail = 0;
    this.#unshelved.clear();
    void this.#write({ state: this.#state, base: emptyDocument(), remove: 'all' }).catch(() => {});
  }

  /** Gives the shelf up: the next writing may be that of another tab which has taken the place. */
  close(): void {
    this.#dropLate();
    this.#closed = true;
    this.shelf.release();
  }

  /** Whether the document holds edits, not in the outbox, that the server has not: it was set back to an earlier time. */
  isAhead(doc: Y.Doc, serverVector: Uint8Array): boolean {
    const known = Y.decodeStateVector(serverVector);
    const own = new Set(this.outbox.entries.map(({ unsaved }) => unsaved.clientId));
    return [...doc.store.clients.keys()].some(
      (client) => !own.has(client) && Y.getState(doc.store, client) > (known.get(client) ?? 0),
    );
  }

  async #shelve(writing: Writing, ns: number[]): Promise<void> {
    try {
      await this.#write(writing);
      for (const n of ns) this.#unshelved.delete(n);
    } catch {
      this.#failing = true; // full, or taken away by the user: the tab still has it, and says so
    }
    this.onShelved();
  }

  async #write(writing: Writing): Promise<void> {
    if (this.#unread) throw new Error('what is on the shelf has not been read');
    if (!this.#closed) await this.shelf.write(writing);
  }

  #dropLate(): Uint8Array[] {
    this.timers.clearTimeout(this.#timer);
    this.#timer = undefined;
    const late = this.#late;
    this.#late = [];
    return late;
  }

  #takeLate(): { state?: PlanState; put?: Entry[] } {
    const late = this.#dropLate();
    if (late.length === 0) return {};
    const update = late.length === 1 ? late[0]! : Y.mergeUpdates(late);
    this.#entries++;
    return { state: this.#state, put: [{ n: ++this.#n, update }] };
  }
}

const countBytes = (entries: readonly Entry[]): number =>
  entries.reduce((total, { update }) => total + update.byteLength, 0);

/** The document as a shelf holds it. */
export function rebuild({ base, entries, state }: Kept): Y.Doc {
  const doc = new Y.Doc();
  Y.applyUpdateV2(doc, base);
  for (const { update } of entries) Y.applyUpdate(doc, update);
  if (state.clientId !== null) doc.clientID = state.clientId;
  return doc;
}
