import type { ExecutionResult } from 'graphql';
import { QueueOverflow } from '../../kit/queue.ts';
import type { SubgraphResponse } from '../execute/index.ts';
import type { LiveEvent } from './event.ts';
import type { Reader } from './reader.ts';
import { Recent } from './recent.ts';

/** What a branch asks of the stream that it belongs to; it may change while the branch lives. */
export interface Trunk {
  /** @param after where to begin; undefined: from now. The iterable's `return` ends it at once. */
  open(after: string | undefined): AsyncIterable<SubgraphResponse>;
  /** Runs the plan, once for everybody. */
  run(event: SubgraphResponse): Promise<LiveEvent>;
  /** The last word of a stream that cannot go on. */
  explain(reason: unknown): Promise<ExecutionResult>;
  /** An event has gone to all readers of the branch. */
  onEvent(branch: Branch): void;
  onEnd(branch: Branch): void;
}

export interface Patience {
  /** ms without the subgraph after which a stream ends. */
  total: number;
  /** ms before the first attempt to open it again, at most; doubled with each. */
  first: number;
  /** ms between two attempts, at most. */
  longest: number;
}

const steady = 5_000; // ms after which a subscription counts as one that stood

/**
 * One subscription at a subgraph, and those who read it. All of them stand at the same place. When the subgraph is lost it is asked
 * again after that place, with jittered back-off: readers notice nothing but the time it takes.
 */
export class Branch {
  readonly readers = new Set<Reader>();
  readonly recent: Recent;
  /** Whether it began from now or has met one that did: somebody who wants what comes from now on may join. */
  isAtHead: boolean;
  #upstream: AsyncIterator<SubgraphResponse> | undefined;
  #isEnded = false;
  #isReopening = false;
  #wake = () => {};
  #goOn = () => {};

  constructor(
    private readonly trunk: Trunk,
    after: string | undefined,
    private readonly patience: Patience,
  ) {
    this.isAtHead = after === undefined;
    this.recent = new Recent(after);
  }

  /** Whether it goes at the pace of a reader who has not taken yet what came last. */
  get isWaitedFor(): boolean {
    const [reader] = this.readers;
    return !this.isAtHead && this.readers.size === 1 && reader?.isBehind === true;
  }

  /** @param events that the reader has not got yet */
  admit(reader: Reader, events: readonly LiveEvent[] = []): void {
    this.readers.add(reader);
    for (const event of events) reader.push(event);
    this.#goOn();
  }

  /** Reads until it ends; never rejects. */
  async follow(): Promise<void> {
    let attempts = 0;
    let lostAt: number | undefined;
    while (!this.#isEnded) {
      const openedAt = Date.now();
      this.#isReopening = false;
      const reason = await this.#read();
      if (this.#isEnded) return;
      if (reason === complete) return this.#finish(undefined);
      // Nothing is lost: the log has it.
      if (this.recent.isResumable && (this.#isReopening || reason instanceof QueueOverflow)) continue;
      if (!this.recent.isResumable || reason instanceof Unexplained) return this.#explain(reason);
      if (Date.now() - openedAt > steady) {
        attempts = 0;
        lostAt = undefined;
      }
      lostAt ??= Date.now();
      const wait = Math.min(this.patience.longest, this.patience.first * 2 ** attempts) * (0.5 + Math.random() / 2);
      attempts += 1;
      if (Date.now() + wait - lostAt > this.patience.total) return this.#explain(reason);
      await this.#pause(wait);
    }
  }

  /** Opens the subscription again where it stands, as the trunk now has it. */
  reopen(): void {
    if (this.#isEnded) return;
    this.#isReopening = true;
    void this.#upstream?.return?.();
    this.#wake();
  }

  /** The readers go on elsewhere, or there are none. */
  close(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    void this.#upstream?.return?.();
    this.#wake();
    this.#goOn();
    this.trunk.onEnd(this);
  }

  /** @returns why it ended: `complete`, or what was thrown */
  async #read(): Promise<unknown> {
    try {
      const upstream = this.trunk.open(this.recent.position)[Symbol.asyncIterator]();
      this.#upstream = upstream;
      try {
        return await this.#pass(upstream);
      } finally {
        void upstream.return?.();
      }
    } catch (error) {
      return error;
    }
  }

  /**
   * Gives out what comes, in the order in which it comes. Plans of the next events are begun while one is on its way, or a stream whose events are joined
   * would bring no more of them in a second than there are round trips.
   * @returns why it ended, once all that came before has been given out
   */
  async #pass(upstream: AsyncIterator<SubgraphResponse>): Promise<unknown> {
    const begun: Promise<LiveEvent>[] = [];
    const ask = () => {
      const step = upstream.next();
      step.catch(() => {}); // nobody may wait for it any more
      return step;
    };
    let coming = ask();
    let end: { reason: unknown } | undefined;
    for (;;) {
      const [first] = begun;
      if (end && !first) return end.reason;
      const isFull = begun.length >= ahead;
      const step = end || isFull ? undefined : await soonest(coming, first);
      if (this.#isEnded || this.#isReopening) return undefined;
      if (step && 'thrown' in step) end = { reason: step.thrown };
      else if (step?.done) end = { reason: complete };
      else if (step && this.recent.isResumable && isSentAway(step.value))
        end = { reason: new Error('The subgraph sent the gateway away.') };
      else if (step) {
        const running = this.trunk.run(step.value);
        running.catch(() => {}); // told when its turn comes
        begun.push(running);
        coming = ask();
      } else if (first) {
        await this.#deliver(first);
        begun.shift();
        await this.#waitForReader();
        if (this.#isEnded || this.#isReopening) return undefined;
      }
    }
  }

  async #deliver(running: Promise<LiveEvent>): Promise<void> {
    const event = await running.catch((error) => {
      throw new Unexplained('An event could not be run.', { cause: error });
    });
    if (this.#isEnded) return;
    if (event.isClosing && this.recent.isResumable) throw new Error('The subgraph is stopping.'); // no affair of the readers
    this.recent.add(event);
    // Who joins from here on finds the event in `recent`.
    const readers = this.readers.size >= atOnce ? [...this.readers] : this.readers;
    let given = 0;
    for (const reader of readers) {
      if (readers === this.readers || this.readers.has(reader)) reader.push(event);
      given += 1;
      if (given % atOnce === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    if (!this.#isEnded) this.trunk.onEvent(this);
  }

  /**
   * One who catches up alone is read to at his own pace: a long log is no reason to send him away. What comes meanwhile may overflow the
   * queue upstream, and is then read from the log again. Where there are others, or the head has been reached, nobody is waited for.
   */
  async #waitForReader(): Promise<void> {
    if (!this.isWaitedFor) return;
    const [reader] = [...this.readers] as [Reader];
    await new Promise<void>((resolve) => {
      const stalled = setTimeout(() => reader.resync(), stalledAfter);
      this.#goOn = () => {
        clearTimeout(stalled);
        resolve();
      };
      reader.whenRoom(() => this.#goOn());
    });
  }

  async #explain(reason: unknown): Promise<void> {
    const last = await this.trunk.explain(reason instanceof Unexplained ? reason.cause : reason);
    if (!this.#isEnded) this.#finish(last);
  }

  #finish(last: ExecutionResult | undefined): void {
    const readers = [...this.readers];
    this.readers.clear();
    this.close();
    for (const reader of readers) reader.finish(last);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

type Step = { done?: boolean; value: SubgraphResponse } | { done?: false; thrown: unknown };

/** The next step, or undefined when the event that was begun first is ready before it. */
const soonest = (coming: Promise<IteratorResult<SubgraphResponse>>, first: Promise<LiveEvent> | undefined) =>
  Promise.race<Step | undefined>([
    coming.catch((thrown: unknown) => ({ thrown })),
    ...(first ? [first.then(nothing, nothing)] : []),
  ]);
const nothing = () => undefined;

const ahead = 32; // events whose plans run at a time
const atOnce = 500; // readers given an event before others in this process have a turn
const stalledAfter = 30_000; // ms in which a reader that catches up takes nothing
const complete = Symbol('complete');

class Unexplained extends Error {}

/** For falling behind: the gateway comes back, and the clients need not. */
const isSentAway = ({ errors }: SubgraphResponse): boolean =>
  errors?.some((error) => error.extensions?.code === 'RESYNC_REQUIRED') === true;
