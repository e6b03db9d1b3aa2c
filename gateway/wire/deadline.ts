import type { Send, SubgraphRequest, SubgraphResponse } from '../execute/index.ts';
import { NotAsked } from './failure.ts';

/** ms from an operation's arrival until it gets what has come until then. */
export const operationTime = 30_000;
const longestFetch = 10_000; // ms until the transport itself gives up on a subgraph that says nothing
const lookEvery = 250; // ms

interface Running {
  endsAt: number;
  /** Ends the request itself; of one that may end in time by itself there is none. */
  controller: AbortController | undefined;
  reject: () => void;
}

/**
 * Lets no request outlive its operation (`endsAt`, ms of performance.now()), to a quarter of a second. One look over all requests instead
 * of a timer and a signal for each, which would cost more than all other layers together.
 */
export function createDeadlines<C extends { endsAt?: number | undefined }>(
  send: Send<C>,
): { send: Send<C>; stop(): void } {
  const running = new Set<Running>();
  const late = ({ subgraph }: SubgraphRequest) =>
    new NotAsked(`${subgraph} was not waited for any longer: the operation has had its time.`, 'deadline');

  /**
   * As it comes and goes, a set leaves former tables of its own behind, each holding what was in it. Once those are old, they keep what
   * they hold until the next full collection: cut loose, an entry no longer holds all that its operation has read.
   */
  const end = (entry: Running) => {
    running.delete(entry);
    entry.reject = nothing;
    entry.controller = undefined;
  };

  const bounded: Send<C> = (request, context) => {
    const at = performance.now();
    const endsAt = context.endsAt ?? at + operationTime;
    if (at >= endsAt) return Promise.reject(late(request));
    const controller = endsAt - at < longestFetch + lookEvery ? new AbortController() : undefined;
    return new Promise<SubgraphResponse>((resolve, reject) => {
      const entry: Running = { endsAt, controller, reject: () => reject(late(request)) };
      running.add(entry);
      send(controller ? { ...request, signal: join(controller, request.signal) } : request, context).then(
        (answer) => {
          end(entry);
          resolve(answer);
        },
        (error) => {
          end(entry);
          reject(error);
        },
      );
    });
  };

  const timer = setInterval(() => {
    const at = performance.now();
    for (const entry of running) {
      if (at < entry.endsAt) continue;
      const { reject, controller } = entry;
      end(entry);
      reject();
      controller?.abort();
    }
  }, lookEvery);
  timer.unref();
  return { send: bounded, stop: () => clearInterval(timer) };
}

const nothing = () => {};

const join = ({ signal }: AbortController, other: AbortSignal | undefined): AbortSignal =>
  other ? AbortSignal.any([signal, other]) : signal;
