import type { ExecutionResult } from 'graphql';
import type { Live } from '../live/live.ts';
import type { Streams } from '../streams.ts';
import type { Counters } from './counters.ts';
import type { Observer } from './observe.ts';

/** The same streams, counted; of those that are nobody else's, their events too. */
export function observeStreams(streams: Streams, counters: Counters): Streams {
  const begin = () => {
    counters.streams += 1;
    counters.streamsBegun += 1;
  };
  return {
    ...streams,
    watch(stream, principal, context) {
      begin();
      const unwatch = streams.watch(stream, principal, context);
      let isWatched = true;
      return () => {
        if (isWatched) counters.streams -= 1;
        isWatched = false;
        unwatch();
      };
    },
    add(source, principal, context, onEnd) {
      begin();
      return streams.add(countEvents(source, counters), principal, context, () => {
        counters.streams -= 1;
        onEnd?.();
      });
    },
  };
}

function countEvents(
  source: AsyncIterableIterator<ExecutionResult>,
  counters: Counters,
): AsyncIterableIterator<ExecutionResult> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const step = await source.next();
      if (step.done) return step;
      if (step.value.errors?.[0]?.extensions.code === 'RESYNC_REQUIRED') counters.overflows += 1;
      else counters.deliveries += 1;
      return step;
    },
    return: async () => (await source.return?.()) ?? { done: true, value: undefined },
    throw: async (error) => (await source.throw?.(error)) ?? { done: true, value: undefined },
  };
}

/** The same shared streams; what is begun there is an operation like others. */
export function observeLive(live: Live, observer: Observer): Live {
  return {
    ...live,
    subscribe(prepared, context, destination, onEnd) {
      const answer = live.subscribe(prepared, context, destination, onEnd);
      if (answer) observer.answered(prepared, context, answer);
      return answer;
    },
  };
}
