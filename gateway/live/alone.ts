import type { Actor } from '../../kit/context.ts';
import { coerceVariables, findVariant } from '../execute/execute.ts';
import { pickVariables } from '../execute/execution.ts';
import type { PlannedOperation } from '../execute/index.ts';
import type { Prepared } from '../operations.ts';
import type { Standing } from '../planner.ts';
import type { Graph } from '../supergraph/graph.ts';

/** What a subscription asks of a subgraph, as text; undefined if it does not. */
function sourceOf(planned: PlannedOperation, variables: Readonly<Record<string, unknown>>): string | undefined {
  const coerced = coerceVariables(planned, variables);
  if ('errors' in coerced) return undefined;
  const variant = findVariant(planned, coerced.values);
  if ('errors' in variant || !variant.source) return undefined;
  const { subgraph, query, variables: names } = variant.source.fetch;
  return JSON.stringify([subgraph, query, pickVariables(names, coerced.values)]);
}

/**
 * Whether a subscription that is nobody else's, and cannot be resumed, may go on under another supergraph as it began: it is still
 * valid there for who asks, and the subgraph would be asked the same.
 */
export function mayGoOn(graph: Graph, { document, planned, variables }: Prepared, standing: Standing): boolean {
  try {
    const anew = graph.planner.plan(document, planned.definition.name?.value, { standing });
    return sourceOf(anew, variables) === sourceOf(planned, variables);
  } catch {
    return false;
  }
}

/** An operation and who asks it: what a plan depends on. */
export interface Asked {
  readonly prepared: Prepared;
  readonly actor: Actor;
}
