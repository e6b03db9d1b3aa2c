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
  const over = ({ subgraph }: SubgraphRequest) =>
    new NotAsked(`${subgraph} was not waited for any longer: the operation has had its time.`, 'deadline');

  const bounded: Send<C> = (request, context) => {
    const at = performance.now();
    const endsAt = context.endsAt ?? at + operationTime;
    if (at >= endsAt) return Promise.reject(over(request));
    const controller = endsAt - at < longestFetch + lookEvery ? new AbortController() : undefined;
    return new Promise<SubgraphResponse>((resolve, reject) => {
      const entry = { endsAt, controller, reject: () => reject(over(request)) };
      running.add(entry);
      send(controller ? { ...request, signal: join(controller, request.signal) } : request, context).then(
        (answer) => {
          running.delete(entry);
          resolve(answer);
        },
        (error) => {
          running.delete(entry);
          reject(error);
        },
      );
    });
  };

  const timer = setInterval(() => {
    const at = performance.now();
    for (const entry of running) {
      if (at < entry.endsAt) continue;
      running.delete(entry);
      entry.reject();
      entry.controller?.abort();
    }
  }, lookEvery);
  timer.unref();
  return { send: bounded, stop: () => clearInterval(timer) };
}

const join = ({ signal }: AbortController, other: AbortSignal | undefined): AbortSignal =>
  other ? AbortSignal.any([signal, other]) : signal;
