import type { ExecutionResult } from 'graphql';
import { ApiError } from '../kit/errors.ts';
import type { Actors } from './actors.ts';
import type { Principal } from './auth.ts';
import type { GatewayContext } from './send.ts';

/** The cursor in a subscription's result, wherever its one root field carries one. */
function cursorOf(result: ExecutionResult): string | undefined {
  const event = Object.values(result.data ?? {})[0] as { cursor?: unknown } | null | undefined;
  return typeof event?.cursor === 'string' ? event.cursor : undefined;
}

export interface Stream extends AsyncIterableIterator<ExecutionResult> {
  /** Ends the stream with a last result that holds this error and, in `extensions.cursor`, the last cursor delivered. */
  fail(code: ApiError['code'], message: string, extensions?: Record<string, unknown>): void;
}

/** A subscription's results, with an end that can be called from outside while the reader waits. */
export function createStream(source: AsyncIterableIterator<ExecutionResult>, onEnd: () => void): Stream {
  const over: IteratorResult<ExecutionResult> = { done: true, value: undefined };
  let last: IteratorResult<ExecutionResult> | undefined;
  let cursor: string | undefined;
  let interrupt = () => {};
  const interrupted = new Promise<void>((resolve) => {
    interrupt = resolve;
  });
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    onEnd();
    void source.return?.();
  };
  const takeLast = (): IteratorResult<ExecutionResult> => {
    const result = last ?? over;
    last = undefined;
    return result;
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (ended) return takeLast();
      const step = await Promise.race([source.next(), interrupted]);
      // ended meanwhile: the source's own end may win the race, and the last word must not be lost with it
      if (ended || !step) return takeLast();
      if (step.done) end();
      else cursor = cursorOf(step.value) ?? cursor;
      return step;
    },
    async return() {
      end();
      return over;
    },
    async throw(error) {
      end();
      throw error;
    },
    fail(code, message, extensions = {}) {
      if (ended) return;
      const error = new ApiError(code, message, { ...(cursor !== undefined && { cursor }), ...extensions });
      last = { done: false, value: { errors: [error] } };
      end();
      interrupt();
    },
  };
}

/** All live streams of this gateway: each is watched for its actor's rights and ends with its sign-in; all are told when the process stops. */
export interface Streams {
  /** @param source is closed when the stream ends, for whatever reason */
  add(source: AsyncIterableIterator<ExecutionResult>, principal: Principal, context: GatewayContext): Stream;
  /** Ends every stream with SERVICE_STOPPING. */
  stop(): void;
}

export const farthestTimer = 2 ** 31 - 1; // ms; setTimeout holds no more

export function createStreams(actors: Actors): Streams {
  const live = new Set<Stream>();
  return {
    add(source, principal, { actor }) {
      const stream = createStream(source, () => {
        unwatch();
        clearTimeout(expiry);
        live.delete(stream);
      });
      const unwatch = actors.watch(principal, actor, () => {
        stream.fail('RIGHTS_CHANGED', 'Your rights have changed: subscribe again.');
      });
      const expiry =
        principal.expires === undefined
          ? undefined
          : setTimeout(
              () => stream.fail('UNAUTHENTICATED', 'Your sign-in has expired: sign in again.'),
              Math.min(Math.max(0, principal.expires - Date.now()), farthestTimer),
            );
      live.add(stream);
      return stream;
    },
    stop() {
      for (const stream of live) {
        const retryAfterMs = 500 + Math.floor(Math.random() * 2_500); // spread over time, or all come back in one tick
        stream.fail('SERVICE_STOPPING', 'This gateway is stopping: subscribe again.', { retryAfterMs });
      }
    },
  };
}
