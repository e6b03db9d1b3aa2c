import { setTimeout as sleep } from 'node:timers/promises';
import type { Send, SubgraphRequest } from '../execute/index.ts';
import { type Outcome, outcomeOf } from './failure.ts';

const mostTries = 3;
const pauses = [25, 100]; // ms, the shortest before each further try; up to twice as long
const share = 0.2; // of a try that each request earns
const reserve = 10; // tries that a subgraph with few requests may have
const most = 100; // tries that may be saved up

/** What one subgraph's requests have earned and spent. */
export interface Budget {
  left: number;
  /** Further tries, and those that the budget did not allow. */
  tries: number;
  denied: number;
}

/**
 * Tries again what failed on the way: queries whose connection was refused or broke before there was an answer, and a mutation only when
 * its connection was refused, since then nothing can have happened. Twice at most, with a pause between 25 and 200 ms, while the
 * operation has time and its client is there. Each subgraph's further tries are a fifth of its requests, so that an outage is not
 * multiplied.
 */
export function createRetries<C extends { endsAt?: number | undefined; trip?: { tries: number } | undefined }>(
  send: Send<C>,
  subgraphs: Iterable<string>,
  random: () => number = Math.random,
): { send: Send<C>; budgets: ReadonlyMap<string, Readonly<Budget>> } {
  const budgets = new Map<string, Budget>();
  for (const name of subgraphs) budgets.set(name, { left: reserve, tries: 0, denied: 0 });

  async function tryAgain(failure: unknown, request: SubgraphRequest, context: C) {
    let error = failure;
    const budget = budgets.get(request.subgraph);
    for (let tries = 1; tries < mostTries; tries += 1) {
      if (!budget || !mayRepeat(request, outcomeOf(error, request.signal))) break;
      const pause = (pauses[tries - 1] as number) * (1 + random());
      if (context.endsAt !== undefined && performance.now() + pause >= context.endsAt) break;
      if (budget.left < 1) {
        budget.denied += 1;
        break;
      }
      budget.left -= 1;
      await sleep(pause);
      if (request.signal?.aborted) break;
      budget.tries += 1;
      if (context.trip) context.trip.tries += 1;
      try {
        return await send(request, context);
      } catch (next) {
        error = next;
      }
    }
    throw error;
  }

  return {
    budgets,
    send: (request, context) => {
      const budget = budgets.get(request.subgraph);
      if (budget && budget.left < most) budget.left += share;
      return send(request, context).catch((error) => tryAgain(error, request, context));
    },
  };
}

const mayRepeat = ({ operationKind }: SubgraphRequest, outcome: Outcome): boolean =>
  outcome === 'refused' || (outcome === 'failed' && operationKind === 'query');
