import type { ExecutionResult } from 'graphql';
import { coerceVariables, findVariant, finish, startExecution } from './execute.ts';
import { pickVariables, unavailable } from './execution.ts';
import type { PlannedOperation } from './planned.ts';
import type { Send, SubgraphResponse, SubscriptionRequest } from './send.ts';

/** A subscription with its variables, apart from any one run: for a layer that opens it again, and runs each event for many. */
export interface Source<C> {
  /** What the answers are made of, as data: sources of equal identity ask the same and answer the same. */
  readonly identity: string;
  /** What is asked of the one subgraph. @param more variables, by the names that the operation gives them */
  request(more: Readonly<Record<string, unknown>>): SubscriptionRequest;
  /** Joins and shapes one event. The event itself is not written to. */
  run(event: SubgraphResponse, context: C): Promise<ExecutionResult>;
  /** The last result of a stream whose subgraph is lost. */
  fail(reason: unknown, context: C): Promise<ExecutionResult>;
}

/** @returns a result, with errors, if the variables are wrong or nothing of it may be answered */
export function prepareSource<C>(
  planned: PlannedOperation,
  variables: Readonly<Record<string, unknown>> | null | undefined,
  send: Send<C>,
  signal?: AbortSignal,
): Source<C> | ExecutionResult {
  if (planned.kind !== 'subscription') throw new TypeError('Only a subscription can be subscribed to.');
  const coerced = coerceVariables(planned, variables);
  if ('errors' in coerced) return coerced;
  const { values } = coerced;
  const variant = findVariant(planned, values);
  if ('errors' in variant) return variant;
  const { source, steps, plan } = variant;
  if (!source) return finish(variant, startExecution(values, send, undefined as C)); // none of it may be read
  const { subgraph, query, operationName, variables: names } = source.fetch;
  const run = async (event: SubgraphResponse, context: C): Promise<ExecutionResult> => {
    const execution = startExecution(values, send, context, signal);
    // An event may be run again for somebody else.
    source.absorb(execution, { ...event, shared: true });
    const running = steps?.(execution);
    if (running) await running;
    return finish(variant, execution);
  };
  return {
    get identity() {
      return JSON.stringify([plan, values, variant.withheld]);
    },
    request(more) {
      const picked = pickVariables(names, { ...values, ...more });
      return {
        ...{ subgraph, query, operationKind: 'subscription' },
        ...(operationName !== undefined && { operationName }),
        ...(picked && { variables: picked }),
        ...(signal && { signal }),
      };
    },
    run,
    fail: (reason, context) => run({ errors: [unavailable(subgraph, reason)] }, context),
  };
}
