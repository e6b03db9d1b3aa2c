import { orAborted } from './abort.ts';
import { checkKey, type Door, readKey, toGraphUrl } from './address.ts';
import { backOff, rest } from './back-off.ts';
import { type GraphError, isAskedBack, isFinal, nonsense, UpdatesError } from './errors.ts';
import type { Batch, UpdateEvent, UpdateFilter, UpdateNode } from './events.ts';
import { checkCursor, toUpdate, updateFields } from './events.ts';
import { Inbox } from './inbox.ts';
import { Order } from './order.ts';
import type { CursorStore } from './stores.ts';
import { openStream, type Stream } from './stream.ts';

export interface FollowOptions extends Door {
  filter?: UpdateFilter;
  /** What more to read of each update, in GraphQL: `network { slug status }`. It comes as `selected`. */
  selection?: string;
  store: CursorStore;
  /** Ends the iteration, quietly. What was given out and not acknowledged comes again next time. */
  signal?: AbortSignal;
  /** Told whenever the stream was lost, with ms until the next attempt; for a log. */
  onInterruption?: (reason: UpdatesError, delayMs: number) => void;
  /** Events that wait for the reader before the socket is not read any more; 256. */
  capacity?: number;
  /** ms without a message after which a connection is held to be dead; 45,000. The feed says something every 20,000. */
  silenceMs?: number;
  random?: () => number;
}

export interface Followed<Selected> extends AsyncIterable<UpdateEvent<Selected>> {
  /** The same, all that has come at each step, up to `most` (100): for many updates in one transaction. */
  batches(most?: number): AsyncGenerator<Batch<UpdateEvent<Selected>>, void, void>;
}

const steady = 5_000; // ms after which a stream counts as one that stood
const handshakeMs = 10_000;

const subscription = (selection: string) => `subscription Updates($after: Cursor, $filter: NetworkUpdateFilter) {
  networkUpdates(after: $after, filter: $filter) {
    __typename
    ... on NetworkUpdate { ${updateFields} ${selection} }
    ... on Heartbeat { at cursor }
    ... on ResyncRequired { reason oldestAvailable snapshotQuery }
    ... on StreamClosing { reason retryAfterMs cursor }
  }
}`;

type Message =
  | ({ __typename: 'NetworkUpdate' } & UpdateNode)
  | { __typename: 'Heartbeat'; at: string; cursor: string }
  | { __typename: 'ResyncRequired'; reason: string; oldestAvailable: string; snapshotQuery: string }
  | { __typename: 'StreamClosing'; reason: string; retryAfterMs: number; cursor: string };

/**
 * The updates after the store's cursor, each once, in order for each network, then live, for as long as it is iterated; nothing is connected before. A
 * step forward says that what was given out before has been handled: its cursor is saved, then the next is given. Leaving the loop by `break` or an
 * error acknowledges nothing. Lost connections are made again, from where the stream stood.
 *
 * @throws UpdatesError, by the iteration, when coming back does not help: UNAUTHENTICATED (the key is refused, expired or revoked), FORBIDDEN, CURSOR_INVALID
 * (the store's cursor is not of this installation), OUT_OF_ORDER, ADDRESS_INVALID, or a selection or filter that the platform refuses; what the store or
 * the key's function throws
 */
export function followUpdates<Selected = unknown>(options: FollowOptions): Followed<Selected> {
  async function* batches(most = 100): AsyncGenerator<Batch<UpdateEvent<Selected>>, void, void> {
    for (const [name, count] of Object.entries({ most, capacity: options.capacity ?? 256 }))
      if (!(count >= 1)) throw new RangeError(`${name}: at least 1, not ${count}`);
    const inbox = new Inbox<Selected>(options.capacity ?? 256);
    const left = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, left.signal]) : left.signal;
    if (signal.aborted) inbox.end();
    signal.addEventListener('abort', () => inbox.end());
    const following = fill(inbox, options, signal);
    try {
      for (;;) {
        const events = await inbox.take(most);
        const cursor = events.at(-1)?.cursor;
        if (cursor === undefined) return;
        yield { events, cursor };
        await options.store.save?.(cursor);
      }
    } finally {
      left.abort();
      await following;
    }
  }
  return {
    batches,
    async *[Symbol.asyncIterator]() {
      for await (const { events } of batches(1)) yield* events;
    },
  };
}

/** Keeps a stream open, and the inbox filled, until the signal or an error that stays. Never rejects. */
async function fill<Selected>(inbox: Inbox<Selected>, options: FollowOptions, signal: AbortSignal): Promise<void> {
  const { onInterruption = () => {}, random } = options;
  const order = new Order();
  try {
    let cursor = (await orAborted(Promise.resolve(options.store.load()), signal)) ?? undefined;
    /** Whether the key at hand, or the one before it, has been let in. */
    let wasLetIn = true;
    const onCursor = (moved: string) => {
      cursor = moved;
      wasLetIn = true;
    };
    for (let failures = 0; !signal.aborted; ) {
      await new Promise<void>((resolve) => inbox.whenRoom(resolve));
      const key = await readKey(options, signal);
      const began = performance.now(); // not set by anybody
      const reason = await follow({ inbox, order, key, after: cursor, onCursor, options, signal });
      if (signal.aborted) break;
      if (performance.now() - began > steady) failures = 0;
      // A key that was replaced meanwhile, or a token that has been renewed, may be good. Of two in a row that are not, the second is told.
      const isRefused = reason.code === 'UNAUTHENTICATED';
      const isOther = isRefused && wasLetIn && (await readKey(options, signal)) !== key;
      if (isRefused) wasLetIn = false;
      if (isFinal(reason) && !isOther) throw reason;
      const atOnce = failures === 0 && (isAskedBack(reason) || isOther);
      const delay = (reason.retryAfterMs ?? 0) + (atOnce ? 0 : backOff(failures, random));
      failures += 1;
      onInterruption(reason, delay);
      await rest(delay, signal);
    }
  } catch (error) {
    inbox.end(error as Error);
  }
}

/** One stream, until it ends. @returns why */
async function follow<Selected>(session: {
  inbox: Inbox<Selected>;
  order: Order;
  key: string;
  after: string | undefined;
  onCursor(cursor: string): void;
  options: FollowOptions;
  signal: AbortSignal;
}): Promise<UpdatesError> {
  const { inbox, order, options, signal, onCursor } = session;
  /** It carries no cursor: the heartbeat after it says from where the stream goes on. */
  let resync: Extract<Message, { __typename: 'ResyncRequired' }> | undefined;

  const put = (event: UpdateEvent<Selected>) => {
    onCursor(checkCursor(event.cursor));
    inbox.push(event);
    if (!inbox.isFull) return;
    stream.pause();
    inbox.whenRoom(() => stream.resume());
  };
  function take(message: Message, errors: readonly GraphError[] | undefined): void {
    switch (message.__typename) {
      case 'NetworkUpdate': {
        if (resync)
          throw new UpdatesError('DISCONNECTED', 'an update came where the place to go on from was to be said');
        const update = toUpdate<Selected>(message, errors);
        if (order.admit(update)) put(update);
        return;
      }
      case 'ResyncRequired':
        resync = message;
        order.forget();
        return;
      case 'Heartbeat': {
        const { at, cursor } = message;
        const { reason, oldestAvailable, snapshotQuery } = resync ?? {};
        resync = undefined;
        if (reason === undefined) put({ kind: 'heartbeat', at, cursor });
        else put({ kind: 'resync', reason, cursor, oldestAvailable, snapshotQuery } as UpdateEvent<Selected>);
        return;
      }
      case 'StreamClosing': {
        const { reason, retryAfterMs, cursor } = message;
        onCursor(checkCursor(cursor));
        throw new UpdatesError(reason, 'the platform is stopping', { retryAfterMs });
      }
      default:
        // what there will be one day is passed over
        if (typeof (message as Partial<Message>).__typename !== 'string') throw nonsense();
    }
  }

  const url = toGraphUrl(options, 'ws');
  try {
    checkKey(session.key);
  } catch (error) {
    return error as UpdatesError;
  }
  const stream: Stream = openStream({
    url,
    key: session.key,
    query: subscription(options.selection ?? ''),
    variables: { after: session.after, filter: options.filter },
    handshakeMs,
    silenceMs: options.silenceMs ?? 45_000,
    onData(data, errors) {
      const { networkUpdates: message } = data as { networkUpdates?: Message };
      if (!message) throw nonsense();
      take(message, errors);
    },
  });
  const onAbort = () => stream.close(new UpdatesError('DISCONNECTED', 'ended by the reader'));
  signal.addEventListener('abort', onAbort);
  try {
    return await stream.ended;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
