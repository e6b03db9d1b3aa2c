import type { Stream } from '../streams.ts';

/** Ends streams that a new supergraph does not know any more. */
export interface Leaving {
  /** Each at a moment of its own within `within` ms: all at once they would all come back at once. 0: now. */
  sendAway(streams: readonly Stream[], within?: number): void;
  stop(): void;
}

/** @param spread ms, the usual `within` */
export function createLeaving(spread: number): Leaving {
  const timers = new Set<NodeJS.Timeout>();
  const end = (stream: Stream) => stream.fail('SUPERGRAPH_CHANGED', 'The graph has changed: subscribe again.');
  return {
    sendAway(streams, within = spread) {
      for (const stream of streams) {
        if (within === 0) {
          end(stream);
          continue;
        }
        const timer = setTimeout(() => {
          timers.delete(timer);
          end(stream);
        }, Math.random() * within);
        timers.add(timer);
      }
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
