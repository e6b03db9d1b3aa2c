import * as Y from 'yjs';
import { type PlanTree, readPlan } from '../document/read.ts';
import { load } from '../document/state.ts';
import { PlanEdits, PlanReset } from '../entities/live.ts';
import type { Plan } from '../entities/plan.ts';
import { Seat, stub } from '../entities/stubs.ts';
import { type Edit, SYSTEM_SEAT } from '../log.ts';
import { RoomDocument } from './document.ts';
import type { Reading } from './read.ts';

/** Where a reader of a plan stands: it has all edits up to `seq` of `epoch`. */
export interface Position {
  epoch: number;
  seq: number;
}
export type PlanEventValue = PlanEdits | PlanReset;
export interface Listener {
  /** @returns false once it wants no more */
  tell(position: Position, event: PlanEventValue): boolean;
  /** The room ends; `failed`: because it could not apply an edit, and is made again. */
  close(failed: boolean): void;
}

export const toBase64 = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/**
 * A plan with people in it, in this process: its document with every edit up to `seq`, applied strictly in the log's order. A room is never the truth:
 * it can be dropped at any time and made again from the log.
 */
export class Room {
  plan: Plan;
  objectiveNetworks: Record<string, string[]>;
  seq: number;
  epoch: number;
  /** The latest snapshot known to be stored. */
  snapshotSeq: number;
  /** When a snapshot was last stored from here; ms, 0 if never. */
  snapshotAt = 0;
  /** When this process last committed an edit to it; ms, 0 if never. */
  editedAt = 0;
  /** When the read began that `plan` is from; ms. */
  checkedAt: number;
  /** When someone last asked for it; ms. */
  usedAt: number;
  /** How many readers hold it. */
  readers = 0;
  /** Roughly what the document takes, in bytes: the last snapshot and the edits since. */
  bytes: number;
  /** Client ids known to be issued for this plan, with their seats. */
  readonly clients = new Map<number, string>();
  /** It takes no more edits: do not hold on to it. */
  closed = false;
  /** Its document cannot be made of what it holds: it is to be closed, and made again from the log. */
  isBroken = false;
  #document: RoomDocument;
  readonly #listeners = new Set<Listener>();
  readonly #waiting = new Set<() => void>();
  #tree: PlanTree | undefined;

  constructor(
    reading: Reading,
    startedAt: number,
    private readonly encodeCursor: (position: Position) => string,
    private readonly now: () => number = Date.now,
  ) {
    this.plan = reading.plan;
    this.objectiveNetworks = reading.objectiveNetworks;
    this.#document = this.#from(reading);
    this.seq = reading.plan.seq;
    this.epoch = reading.plan.epoch;
    this.snapshotSeq = reading.snapshot?.seq ?? 0;
    this.bytes = sizeOf(reading);
    this.checkedAt = startedAt;
    this.usedAt = startedAt;
  }

  get id(): string {
    return this.plan.id;
  }
  get position(): Position {
    return { epoch: this.epoch, seq: this.seq };
  }
  get cursor(): string {
    return this.encodeCursor(this.position);
  }

  /** The typed tree at `seq`; kept until the next edit. */
  get tree(): PlanTree {
    this.#tree ??= readPlan(this.doc);
    return this.#tree;
  }

  /** The document at `seq`: not to be held across an `await`. */
  get doc(): Y.Doc {
    try {
      return this.#document.doc;
    } catch (error) {
      this.isBroken = true;
      throw error;
    }
  }

  get stateVector(): Uint8Array {
    return this.#document.stateVector;
  }

  /** The whole document in V2. */
  get whole(): Uint8Array {
    return this.#document.bytes;
  }

  /** What a holder of this state vector lacks, in V2. @throws when it is none */
  since(stateVector: Uint8Array): Uint8Array {
    return this.#document.since(stateVector);
  }

  /** Gives up what can be made again, once nobody has needed it for so many ms. */
  rest(idle: number): void {
    if (this.#document.rest(idle)) this.#tree = undefined;
  }

  /** Takes a newer reading in. @returns false when it does not reach what the room has: read again */
  refresh(reading: Reading, startedAt: number): boolean {
    if (reading.plan.epoch < this.epoch) return true;
    if (startedAt >= this.checkedAt) {
      this.plan = reading.plan;
      this.objectiveNetworks = reading.objectiveNetworks;
      this.checkedAt = startedAt;
    }
    if (reading.plan.epoch === this.epoch) return this.advance(reading.edits);
    this.#document.destroy();
    this.#document = this.#from(reading);
    this.epoch = reading.plan.epoch;
    this.seq = reading.plan.seq;
    this.snapshotSeq = reading.snapshot?.seq ?? 0;
    this.bytes = sizeOf(reading);
    this.clients.clear();
    this.#tree = undefined;
    this.#tell(this.position, toReset(this.epoch));
    return true;
  }

  /**
   * Applies those of `edits` (in order) that come next, and tells the readers.
   * @returns false when one is missing before them
   * @throws when the log cannot be applied: the room must be closed and made again
   */
  advance(edits: readonly Edit[]): boolean {
    const next: Edit[] = [];
    for (const edit of edits) {
      if (edit.epoch < this.epoch || (edit.epoch === this.epoch && edit.seq <= this.seq + next.length)) continue;
      if (edit.epoch > this.epoch || edit.seq !== this.seq + next.length + 1) return false;
      next.push(edit);
    }
    if (next.length === 0) return true;
    this.#apply(next);
    for (const edit of next) {
      this.seq = edit.seq;
      if (this.#listeners.size > 0) this.#tell({ epoch: edit.epoch, seq: edit.seq }, this.toEvent(edit));
    }
    return true;
  }

  /** Hears every event after the room's present position. @returns stop */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Waits until the document has these clients up to these clocks, as long as each next step takes less than `patience` ms. */
  async reach(clocks: ReadonlyMap<number, number>, patience: number): Promise<void> {
    const missing = () => {
      let clocksMissing = 0;
      for (const [client, clock] of clocks) clocksMissing += Math.max(0, clock - Y.getState(this.doc.store, client));
      return this.closed ? 0 : clocksMissing;
    };
    let left = missing();
    if (left === 0) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      const timer = setTimeout(done, patience);
      const look = () => {
        const now = missing();
        if (now === 0) done();
        else if (now < left) timer.refresh();
        left = now;
      };
      this.#waiting.add(look);
    });
  }

  close(failed: boolean): void {
    this.closed = true;
    for (const look of [...this.#waiting]) look();
    for (const listener of [...this.#listeners]) listener.close(failed);
    this.#listeners.clear();
    this.#document.destroy();
  }

  toEvent(edit: Edit): PlanEdits {
    return Object.assign(new PlanEdits(), {
      cursor: this.encodeCursor({ epoch: edit.epoch, seq: edit.seq }),
      update: toBase64(edit.update),
      seat: edit.seatId === SYSTEM_SEAT ? null : stub(Seat, { id: edit.seatId }),
      region: edit.region,
      originSequence: edit.originSeq ?? edit.seq,
      at: edit.at,
    });
  }

  #apply(edits: readonly Edit[]): void {
    this.#tree = undefined;
    this.#document.apply(edits.map((edit) => edit.update));
    for (const edit of edits) this.bytes += edit.update.byteLength;
    for (const look of [...this.#waiting]) look();
  }

  #from(reading: Reading): RoomDocument {
    const { snapshot, edits } = checkReading(reading);
    return new RoomDocument(
      snapshot,
      edits.map((edit) => edit.update),
      this.now,
    );
  }

  #tell(position: Position, event: PlanEventValue): void {
    for (const listener of [...this.#listeners]) if (!listener.tell(position, event)) this.#listeners.delete(listener);
  }
}

export const toReset = (epoch: number): PlanReset =>
  Object.assign(new PlanReset(), {
    epoch,
    reason: 'text was redacted: drop the local document and open the plan again',
  });

const sizeOf = ({ snapshot: stored, edits }: Reading) =>
  edits.reduce((size, edit) => size + edit.update.byteLength, stored?.bytes.byteLength ?? 0);

/** @throws Error when edits are missing between the snapshot and the plan's counter */
function checkReading(reading: Reading): Reading {
  const { plan, snapshot, edits } = reading;
  const first = (snapshot?.seq ?? 0) + 1;
  const whole = edits.every((edit, index) => edit.seq === first + index) && first + edits.length - 1 === plan.seq;
  if (!whole) throw new Error(`the log of ${plan.id} has a hole after ${first - 1}`);
  return reading;
}

/** @throws Error when edits are missing between the snapshot and the plan's counter */
export function openDocument(reading: Reading): Y.Doc {
  const { snapshot, edits } = checkReading(reading);
  return load(
    snapshot?.bytes ?? null,
    edits.map((edit) => edit.update),
  );
}
