import type { DataSource } from 'typeorm';
import { ApiError } from '../../../kit/errors.ts';
import { BoundedQueue, QueueOverflow } from '../../../kit/queue.ts';
import type { Edit } from '../log.ts';
import { readEdits } from './read.ts';
import { type PlanEventValue, type Position, type Room, toReset } from './room.ts';
import type { Rooms } from './rooms.ts';

const pageSize = 200; // edits read at a time while catching up
const capacity = 1_024; // live events a reader may be behind

/**
 * A reader of a plan: what it missed, from the log, then live, each edit once and in order. The room is listened to from the very moment at which the log has
 * been read up to it, so nothing falls between.
 *
 * `next` throws ApiError RESYNC_REQUIRED (with the cursor of the last event given) when the reader is too slow, RIGHTS_CHANGED when it may no longer read.
 */
export class Follower implements AsyncIterableIterator<PlanEventValue> {
  #room: Room;
  #position: Position;
  #page: Edit[] = [];
  #live: BoundedQueue<{ position: Position; event: PlanEventValue }> | undefined;
  #ended = false;

  constructor(
    private readonly source: DataSource,
    private readonly rooms: Rooms,
    room: Room,
    after: Position | null,
    private readonly mayRead: (room: Room) => boolean,
  ) {
    this.#room = room;
    this.#position = after ?? room.position;
    room.readers += 1;
    this.#join();
  }

  async next(): Promise<IteratorResult<PlanEventValue>> {
    try {
      const event = await this.#take();
      if (!event) return this.return();
      if (!this.mayRead(this.#room)) {
        throw new ApiError(
          'RIGHTS_CHANGED',
          'You may no longer read this plan: subscribe again if that should change.',
        );
      }
      return { value: event, done: false };
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  /** Ends at once, also while `next` waits. */
  async return(): Promise<IteratorResult<PlanEventValue>> {
    if (!this.#ended) {
      this.#ended = true;
      this.#room.readers -= 1;
      await this.#live?.return();
    }
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #take(): Promise<PlanEventValue | undefined> {
    while (!this.#ended) {
      if (this.#room.closed && !this.#live) throw this.#tooFarBehind();
      const event = this.#live ? await this.#takeLive() : await this.#takeFromLog();
      if (event !== 'look again') return event;
    }
    return undefined;
  }

  async #takeLive(): Promise<PlanEventValue | undefined | 'look again'> {
    try {
      const { value, done } = await this.#live!.next();
      if (done) return undefined;
      const { position, event } = value;
      // What waited in the queue when a redaction came holds what was redacted.
      const old = position.epoch < this.#room.epoch;
      if (old || (position.epoch === this.#position.epoch && position.seq <= this.#position.seq)) return 'look again';
      this.#position = position;
      return event;
    } catch (error) {
      if (!(error instanceof QueueOverflow)) throw error;
      throw this.#tooFarBehind();
    }
  }

  #tooFarBehind(): ApiError {
    const cursor = this.rooms.cursors(this.#room.id).encode(this.#position);
    return new ApiError('RESYNC_REQUIRED', 'You fell too far behind: subscribe again after this cursor.', { cursor });
  }

  async #takeFromLog(): Promise<PlanEventValue | 'look again'> {
    if (this.#position.epoch !== this.#room.epoch) {
      this.#position = this.#room.position;
      this.#page = [];
      this.#join();
      return toReset(this.#room.epoch);
    }
    if (this.#page.length === 0) {
      const { epoch, seq } = this.#position;
      this.#page = await readEdits(this.source, this.#room.id, epoch, seq, pageSize);
      // None although the room is ahead: the epoch was purged between, and the room is about to learn it.
      if (this.#page.length === 0 && !this.#join()) await this.rooms.open([this.#room.id]);
      if (this.#page.length === 0) return 'look again';
    }
    const edit = this.#page.shift()!;
    this.#position = { epoch: edit.epoch, seq: edit.seq };
    const event = this.#room.toEvent(edit);
    if (this.#page.length === 0) this.#join();
    return event;
  }

  /** Goes live once the log has been read up to where the room stands. No await between the comparison and listening. */
  #join(): boolean {
    const { epoch, seq } = this.#room.position;
    if (this.#live || epoch !== this.#position.epoch || seq > this.#position.seq) return this.#live !== undefined;
    const queue = new BoundedQueue<{ position: Position; event: PlanEventValue }>(capacity, () => stop());
    const stop = this.#room.listen({
      tell: (position, event) => queue.push({ position, event }),
      close: (failed) => (failed ? queue.fail(this.#tooFarBehind()) : queue.end()),
    });
    this.#live = queue;
    return true;
  }
}
