import { ApiError } from '../errors.ts';
import type { Hints } from '../hints.ts';
import { describeError, type Log } from '../log.ts';
import { BoundedQueue, QueueOverflow } from '../queue.ts';
import { feedChannel } from './publish.ts';
import {
  type FeedFilter,
  matches,
  type Place,
  type Query,
  type RecordedEvent,
  readEvents,
  readHeads,
  readPage,
  type Step,
} from './read.ts';
import { covers, type FeedCursors, merge, type Vector } from './vector.ts';

/** What a reader of the live feed gets. `vector` is where it stands after this message. */
export type FeedMessage =
  | ({ kind: 'event' } & Step)
  | { kind: 'heartbeat'; vector: Vector }
  | { kind: 'resync'; reason: string; oldest: Vector; vector: Vector }
  | { kind: 'closing'; reason: string; retryAfterMs: number; vector: Vector };

export interface FeedReader {
  /** Absent: from now, and the first message is a heartbeat. A place that cannot be resumed: a resync message, then the same. */
  place?: Place;
  filter: FeedFilter;
  /** The reader's rights, asked for each event before it is queued for this reader. */
  accepts(event: RecordedEvent): boolean;
}

/** The one reader of new events in a process; everyone who follows the live feed hangs on it. */
export interface Tail {
  /**
   * Everything after the reader's place: first out of the log, at the reader's own pace, then live; without gap or
   * double. Nothing is read before the first `next`; `return` ends it at once.
   * @throws ApiError RESYNC_REQUIRED from `next`, with `extensions.cursor`, when the reader stood still for longer than
   * `patienceMs` while more came than its queue holds
   */
  follow(reader: FeedReader): AsyncIterableIterator<FeedMessage>;
  /** Says `closing` to every reader, lets them take it, then ends. Safe to call twice. */
  stop(): Promise<void>;
}

export interface TailOptions {
  query: Query;
  cursors: FeedCursors;
  hints: Hints;
  log: Log;
  /** Where somebody may begin who must start anew; the beginning of the log. */
  oldest?: () => Promise<Vector>;
  /** The installation's epoch as it is in the database. Absent: only a log that stands before what was read of it counts as set back. */
  readEpoch?: () => Promise<number>;
  /** Called when another epoch has begun, and cursors are of it. */
  onEpoch?: () => void;
  /** Look for new events this often without any hint. Milliseconds; 2,000. */
  pollMs?: number;
  /** Say where the reader stands this often. Milliseconds; 20,000. */
  heartbeatMs?: number;
  /** Messages that wait for one reader; 256. */
  capacity?: number;
  /** How long a reader with a full queue may stand still before it is sent away. Milliseconds; 5,000. */
  patienceMs?: number;
  /** How long `stop` waits for readers to take their last message. Milliseconds; 1,000. */
  graceMs?: number;
  now?: () => number;
}

const batch = 100; // rows a statement, for the tail and for a reader that catches up
const retryAfterMs = 1_000;

interface Live {
  queue: BoundedQueue<FeedMessage>;
  wants(event: RecordedEvent): boolean;
}

export async function startTail(options: TailOptions): Promise<Tail> {
  const { query, cursors, log, capacity = 256, patienceMs = 5_000, graceMs = 1_000, now = Date.now } = options;
  const live = new Set<Live>();
  let head = await readHeads(query);
  /** Where the log stood when it was found to have been set back, the last time; how often it was. */
  let restored: { times: number; head: Vector; oldest: Vector } = { times: 0, head, oldest: {} };
  let stopping: Promise<void> | undefined;

  let reading: Promise<void> | undefined;
  let woken = false;
  let isDoubted = false;
  /** One read at a time; a wake during it, even in its last moment, is followed by another. */
  function wake(): void {
    woken = true;
    reading ??= readNew()
      .catch((error) => log.warn('the feed cannot be read; trying again', describeError(error)))
      .finally(() => {
        reading = undefined;
        if (woken && !stopping) wake();
      });
  }
  async function readNew(): Promise<void> {
    while (woken && !stopping) {
      woken = false;
      if (isDoubted) await checkHead();
      const events = await readEvents(query, { after: head, limit: batch });
      for (const event of events) {
        head = { ...head, [event.networkId]: event.position };
        const message: FeedMessage = { kind: 'event', event, vector: head };
        for (const reader of live) if (reader.wants(event)) reader.queue.push(message);
      }
      if (events.length === batch) woken = true;
    }
  }

  /**
   * A log that stands before what was read of it has been restored under the running process: its positions name other events now. So do those of a log
   * of another epoch, wherever it stands. The epoch is read first: whoever began it did so after the log was there.
   */
  async function checkHead(): Promise<void> {
    const epoch = (await options.readEpoch?.()) ?? cursors.epoch;
    const heads = await readHeads(query);
    const isOther = epoch !== cursors.epoch;
    if (isOther || !covers(heads, head)) {
      const oldest = (await options.oldest?.()) ?? {};
      if (isOther) cursors.begin(epoch);
      restored = { times: restored.times + 1, head: heads, oldest };
      head = heads;
      log.warn('the feed has been set back; its readers are told to start anew', { heads, epoch });
      for (const { queue } of live) queue.push(resync());
      if (isOther) options.onEpoch?.();
    }
    isDoubted = false;
  }
  const resync = (): FeedMessage => {
    const { oldest, head: vector } = restored;
    return { kind: 'resync', reason: 'EPOCH_CHANGED', oldest, vector };
  };

  const unsubscribe = options.hints.subscribe(feedChannel, wake);
  async function doubt(): Promise<void> {
    isDoubted = true;
    wake();
    await reading;
  }
  const poll = setInterval(doubt, options.pollMs ?? 2_000);
  const heartbeat = setInterval(() => {
    for (const reader of live) reader.queue.push({ kind: 'heartbeat', vector: head });
  }, options.heartbeatMs ?? 20_000);

  const closing = (vector: Vector): FeedMessage => ({
    kind: 'closing',
    reason: 'SERVICE_STOPPING',
    retryAfterMs,
    vector,
  });

  /** Readers that have begun and not ended. */
  const running = new Set<Promise<void>>();

  async function* read(reader: FeedReader, control: { live?: Live; ended: boolean }): AsyncGenerator<FeedMessage> {
    const { filter, accepts, place } = reader;
    let at: Vector;
    if (place && 'after' in place) at = place.after;
    else {
      if (place) await doubt();
      at = await readHeads(query);
      if (place) yield { kind: 'resync', reason: place.resync, oldest: place.oldest, vector: at };
      yield { kind: 'heartbeat', vector: at };
    }
    let times = restored.times;
    while (!control.ended) {
      if (times !== restored.times) {
        times = restored.times;
        at = restored.head;
        yield resync();
        yield { kind: 'heartbeat', vector: at };
      }
      // Joins before it reads: what commits before the read is in the page, what commits after it is in the queue.
      let overflowedAt = 0;
      const queue = new BoundedQueue<FeedMessage>(capacity, () => {
        live.delete(joined);
        overflowedAt = now();
      });
      const joined: Live = { queue, wants: (event) => matches(event, filter) && accepts(event) };
      control.live = joined;
      live.add(joined);
      try {
        if (stopping) {
          yield closing(at);
          return;
        }
        const page = await readPage(query, { after: at, filter, accepts, first: batch });
        for (const { event, vector } of page.steps) {
          at = vector;
          yield { kind: 'event', event, vector };
        }
        at = page.end;
        // After a long page more may be queued than it is worth to keep: read on, join near the head.
        if (page.hasMore) continue;
        for await (const message of queue) {
          if (times !== restored.times) break;
          if (message.kind === 'event' && message.event.position <= (at[message.event.networkId] ?? 0)) continue;
          at = merge(at, message.vector);
          yield { ...message, vector: at };
        }
        if (times !== restored.times) continue;
        return;
      } catch (error) {
        if (!(error instanceof QueueOverflow)) throw error;
        // A burst is read from the log; a reader that takes nothing is told where to come back.
        if (now() - overflowedAt >= patienceMs) {
          throw new ApiError(
            'RESYNC_REQUIRED',
            `You fell behind by ${capacity} updates: subscribe again after the cursor.`,
            {
              cursor: cursors.encode(at),
            },
          );
        }
      } finally {
        queue.end();
      }
    }
  }

  return {
    follow(reader) {
      const control: { live?: Live; ended: boolean } = { ended: false };
      const messages = read(reader, control);
      let finish: (() => void) | undefined;
      const end = () => {
        control.ended = true;
        finish?.();
      };
      return {
        async next() {
          if (!finish && !control.ended) {
            const done = new Promise<void>((resolve) => {
              finish = resolve;
            });
            running.add(done);
            void done.then(() => running.delete(done));
          }
          try {
            const result = await messages.next();
            if (result.done) end();
            return result;
          } catch (error) {
            end();
            throw error;
          }
        },
        async return() {
          end();
          // A generator that waits for its queue would answer `return` only after the next message.
          await control.live?.queue.return();
          return messages.return(undefined);
        },
        async throw(error) {
          end();
          await control.live?.queue.return();
          return messages.throw(error);
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };

  async function stop(): Promise<void> {
    unsubscribe();
    clearInterval(poll);
    clearInterval(heartbeat);
    for (const { queue } of [...live]) {
      queue.push(closing(head));
      queue.end();
    }
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([Promise.all(running), grace]);
    clearTimeout(timer);
    // Whoever serves the readers has been told that they ended; let it pass that on before it is stopped itself.
    await new Promise((resolve) => setImmediate(resolve));
    await reading;
  }
}
