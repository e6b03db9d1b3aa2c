import type { Send } from '../execute/index.ts';
import type { FetchCounters } from '../telemetry/counters.ts';
import { outcomeOf } from './failure.ts';

/** Counts each single request to a subgraph, how it ended and how long it took. */
export function measured<C>(send: Send<C>, fetches: ReadonlyMap<string, FetchCounters>): Send<C> {
  return (request, context) => {
    const counters = fetches.get(request.subgraph);
    if (!counters) return send(request, context);
    const began = performance.now();
    return send(request, context).then(
      (answer) => {
        counters.duration.observe((performance.now() - began) / 1000);
        counters.outcomes[answer.errors?.length ? 'errors' : 'ok'] += 1;
        return answer;
      },
      (error) => {
        counters.duration.observe((performance.now() - began) / 1000);
        counters.outcomes[outcomeOf(error, request.signal)] += 1;
        throw error;
      },
    );
  };
}
