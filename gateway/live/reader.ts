import type { ExecutionResult } from 'graphql';
import { ApiError } from '../../kit/errors.ts';
import { type Stream, withCursor } from '../streams.ts';
import type { LiveEvent } from './event.ts';
import type { Outlet } from './outlet.ts';

const queued = 256; // events that may wait for one client
const queuedBytes = 1024 * 1024; // of them

/** What is added to as events are given, and when a client has fallen too far behind. */
export interface DeliveryCounters {
  deliveries: number;
  overflows: number;
}

const over: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * One client's operation on a live stream. Events go to its outlet as they are, without passing through the iteration: whoever
 * iterates begins the delivery, and is given only the last word, if there is one. What the outlet does not take waits in a bounded
 * queue; a client that falls further behind is sent away with RESYNC_REQUIRED and the last cursor it was given.
 */
export class Reader implements Stream {
  readonly #queue: LiveEvent[] = [];
  #bytes = 0;
  #cursor: string | undefined;
  #isStarted = false;
  #isHeld = false;
  #isEnded = false;
  /** Begun, not held, not ended, and nothing waits: what comes is written at once. */
  #isFlowing = false;
  /** The source has ended: so does the reader, once it has what waits. */
  #finish: (() => void) | undefined;
  #last: ExecutionResult | undefined;
  /** Called once nothing waits any more, or it has ended. */
  #onRoom = () => {};
  #settle: ((step: IteratorResult<ExecutionResult>) => void) | undefined;

  /**
   * @param after the cursor the client came with
   * @param onEnd called once, whoever ends it
   */
  constructor(
    private readonly outlet: Outlet,
    private readonly head: string,
    after: string | undefined,
    private readonly onEnd: () => void,
    private readonly counters: DeliveryCounters = { deliveries: 0, overflows: 0 },
  ) {
    this.#cursor = after;
  }

  push(event: LiveEvent): void {
    if (this.#isFlowing && this.outlet.take(this.head, event, this.#flush)) {
      this.counters.deliveries += 1;
      if (event.cursor !== undefined) this.#cursor = event.cursor;
      return;
    }
    if (this.#isEnded) return;
    this.#isFlowing = false;
    const bytes = event.body.length;
    if (this.#queue.length >= queued || (this.#queue.length > 0 && this.#bytes + bytes > queuedBytes)) {
      this.resync();
      return;
    }
    this.#queue.push(event);
    this.#bytes += bytes;
  }

  /** Whether something waits for the client. */
  get isBehind(): boolean {
    return this.#queue.length > 0;
  }

  /** @param onRoom called when nothing waits any more, or the reader has ended */
  whenRoom(onRoom: () => void): void {
    this.#onRoom = onRoom;
  }

  /** Sent away: what comes next is still in the log. */
  resync(): void {
    this.fail('RESYNC_REQUIRED', 'You fell too far behind: subscribe again from the cursor.');
  }

  /** Ends after what waits has been given. @param last the source's last word, told with the cursor to come back with */
  finish(last?: ExecutionResult): void {
    this.#finish ??= () => this.#end(last && withCursor(last, this.#cursor));
    this.#flush();
  }

  fail(code: ApiError['code'], message: string, extensions: Record<string, unknown> = {}): void {
    const cursor = this.#cursor;
    this.#end({ errors: [new ApiError(code, message, { ...(cursor !== undefined && { cursor }), ...extensions })] });
  }

  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#isFlowing = false;
    this.#flush();
  }

  next(): Promise<IteratorResult<ExecutionResult>> {
    if (!this.#isStarted) {
      this.#isStarted = true;
      this.#flush();
    }
    if (this.#isEnded) return Promise.resolve(this.#takeLast());
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    this.#end(undefined);
    this.#last = undefined;
    return over;
  }

  async throw(error: unknown): Promise<IteratorResult<ExecutionResult>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  readonly #flush = (): void => {
    if (!this.#isStarted || this.#isHeld || this.#isEnded) return;
    for (let event = this.#queue[0]; event !== undefined; event = this.#queue[0]) {
      if (!this.outlet.take(this.head, event, this.#flush)) return;
      this.counters.deliveries += 1;
      this.#queue.shift();
      this.#bytes -= event.body.length;
      if (event.cursor !== undefined) this.#cursor = event.cursor;
    }
    this.#isFlowing = true;
    this.#onRoom();
    this.#finish?.();
  };

  #takeLast(): IteratorResult<ExecutionResult> {
    const last = this.#last;
    this.#last = undefined;
    return last ? { done: false, value: last } : over;
  }

  #end(last: ExecutionResult | undefined): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#isFlowing = false;
    if (last?.errors?.[0]?.extensions.code === 'RESYNC_REQUIRED') this.counters.overflows += 1;
    this.#last = last;
    this.#queue.length = 0;
    this.onEnd();
    this.#onRoom();
    this.#settle?.(this.#takeLast());
  }
}
