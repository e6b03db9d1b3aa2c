import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Actor } from '../kit/context.ts';
import { ApiError } from '../kit/errors.ts';
import type { Actors } from './actors.ts';
import { type Principal, sessionOf } from './auth.ts';
import type { Rates } from './demand/rates.ts';
import type { GatewayContext } from './wire/wire.ts';

/** The cursor in a subscription's result, wherever its one root field carries one. */
function cursorOf(result: ExecutionResult): string | undefined {
  const event = Object.values(result.data ?? {})[0] as { cursor?: unknown } | null | undefined;
  return typeof event?.cursor === 'string' ? event.cursor : undefined;
}

export interface Stream extends AsyncIterableIterator<ExecutionResult> {
  /** Ends the stream with a last result that holds this error and, in `extensions.cursor`, the last cursor delivered. */
  fail(code: ApiError['code'], message: string, extensions?: Record<string, unknown>): void;
  /** While held, nothing more is handed to the reader; what comes waits. */
  hold(isHeld: boolean): void;
}

/**
 * A subscription's results for one reader, with an end that can be called from outside while the reader waits. Errors
 * after which the reader is to come back carry the last cursor delivered.
 */
export function createStream(source: AsyncIterableIterator<ExecutionResult>, onEnd: () => void): Stream {
  const over: IteratorResult<ExecutionResult> = { done: true, value: undefined };
  let last: IteratorResult<ExecutionResult> | undefined;
  let cursor: string | undefined;
  let settle: ((step: IteratorResult<ExecutionResult>) => void) | undefined;
  let ended = false;
  let isHeld = false;
  /** Hands over what came while the stream was held. */
  let release: (() => void) | undefined;
  const takeLast = () => {
    const step = last ?? over;
    last = undefined;
    return step;
  };
  const end = () => {
    if (ended) return;
    ended = true;
    onEnd();
    source.return?.().catch(() => {}); // the reader has had its end; nobody is left to be told
    settle?.(takeLast());
  };
  const take = (step: IteratorResult<ExecutionResult>): IteratorResult<ExecutionResult> => {
    if (step.done) {
      end();
      return step;
    }
    const value = withCursor(step.value, cursor);
    cursor = cursorOf(value) ?? cursor;
    return { done: false, value };
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    // Not a race of promises: one that never settles would keep every event ever delivered.
    next() {
      if (ended) return Promise.resolve(takeLast());
      return new Promise((resolve, reject) => {
        settle = resolve;
        source.next().then(
          (step) => {
            release = () => {
              release = undefined;
              if (ended) return;
              settle = undefined;
              resolve(take(step));
            };
            if (!isHeld) release();
          },
          (error) => {
            if (ended) return;
            settle = undefined;
            end();
            reject(error);
          },
        );
      });
    },
    async return() {
      end();
      last = undefined;
      return over;
    },
    async throw(error) {
      end();
      last = undefined;
      throw error;
    },
    fail(code, message, extensions = {}) {
      if (ended) return;
      const error = new ApiError(code, message, { ...(cursor !== undefined && { cursor }), ...extensions });
      last = { done: false, value: { errors: [error] } };
      end();
    },
    hold(value) {
      isHeld = value;
      if (!isHeld) release?.();
    },
  };
}

const comeBack = new Set<unknown>(['RESYNC_REQUIRED', 'SUBGRAPH_UNAVAILABLE']);

/** An upstream's last word, with where to go on from unless it says so itself. */
export function withCursor(result: ExecutionResult, cursor: string | undefined): ExecutionResult {
  if (cursor === undefined || !result.errors || Object.values(result.data ?? {}).some((event) => event !== null))
    return result;
  return {
    ...result,
    errors: result.errors.map((error) => {
      const { message, path, extensions } = error;
      if (!comeBack.has(extensions.code) || extensions.cursor !== undefined) return error;
      return new GraphQLError(message, { path, extensions: { ...extensions, cursor } });
    }),
  };
}

/** All live streams of this gateway: each is watched for its actor's rights and ends with its sign-in; all are told when the process stops. */
export interface Streams {
  /**
   * @param source is closed when the stream ends, for whatever reason; then `onEnd` is called, once
   * @throws ApiError RATE_LIMITED when the principal has too many already; the source is closed
   */
  add(
    source: AsyncIterableIterator<ExecutionResult>,
    principal: Principal,
    context: GatewayContext,
    onEnd?: () => void,
  ): Stream;
  /** Watches a stream that is made elsewhere. @returns to be called when it has ended @throws ApiError RATE_LIMITED, and ends it */
  watch(stream: Stream, principal: Principal, context: GatewayContext): () => void;
  /** The reader has signed in anew: the stream lives on as long as this sign-in, and ends with this session. */
  renew(stream: Stream, principal: Principal): void;
  /** Ends every stream with SERVICE_STOPPING. */
  stop(): void;
}

const farthestTimer = 2 ** 31 - 1; // ms; setTimeout holds no more

/** Calls `onExpiry` at that time, if there is one. @returns what clearTimeout takes */
export const expireAt = (expires: number | undefined, onExpiry: () => void): NodeJS.Timeout | undefined =>
  expires === undefined ? undefined : setTimeout(onExpiry, Math.min(Math.max(0, expires - Date.now()), farthestTimer));

export function createStreams(
  actors: Actors,
  rates: Pick<Rates, 'openStream'> = { openStream: () => () => {} },
): Streams {
  interface Watched {
    expiry: NodeJS.Timeout | undefined;
    unwatch: () => void;
    principal: Principal;
    actor: Actor;
  }
  const live = new Map<Stream, Watched>();
  const expire = (stream: Stream, expires: number | undefined) =>
    expireAt(expires, () => stream.fail('UNAUTHENTICATED', 'Your sign-in has expired: sign in again.'));
  const enter = (stream: Stream, subject: string) => {
    try {
      return rates.openStream(subject);
    } catch (error) {
      void stream.return?.();
      throw error;
    }
  };
  const follow = (stream: Stream, principal: Principal, actor: Actor) =>
    actors.watch(
      principal,
      actor,
      () => stream.fail('RIGHTS_CHANGED', 'Your rights have changed: subscribe again.'),
      (isChecking) => stream.hold(isChecking),
    );
  const watch: Streams['watch'] = (stream, principal, { actor }) => {
    const leave = enter(stream, actor.subject);
    const unwatch = follow(stream, principal, actor);
    const watched: Watched = { expiry: expire(stream, principal.expires), unwatch, principal, actor };
    live.set(stream, watched);
    return () => {
      leave();
      watched.unwatch();
      clearTimeout(watched.expiry);
      live.delete(stream);
    };
  };
  return {
    watch,
    add(source, principal, context, onEnd) {
      let unwatch = () => {};
      const stream = createStream(source, () => {
        onEnd?.();
        unwatch();
      });
      unwatch = watch(stream, principal, context);
      return stream;
    },
    renew(stream, principal) {
      const watched = live.get(stream);
      if (!watched) return;
      clearTimeout(watched.expiry);
      watched.expiry = expire(stream, principal.expires);
      if (sessionOf(principal) === sessionOf(watched.principal)) return;
      watched.unwatch();
      watched.principal = principal;
      watched.unwatch = follow(stream, principal, watched.actor);
    },
    stop() {
      for (const stream of [...live.keys()]) {
        const retryAfterMs = 500 + Math.floor(Math.random() * 2_500); // spread over time, or all come back in one tick
        stream.fail('SERVICE_STOPPING', 'This gateway is stopping: subscribe again.', { retryAfterMs });
      }
    },
  };
}
