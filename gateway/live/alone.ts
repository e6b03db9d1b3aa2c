import type { Actor } from '../../kit/context.ts';
import { coerceVariables, findVariant } from '../execute/execute.ts';
import { pickVariables } from '../execute/execution.ts';
import type { PlannedOperation } from '../execute/index.ts';
import type { Prepared } from '../operations.ts';
import type { Standing } from '../planner.ts';
import type { Graph } from '../supergraph/graph.ts';

/** What a subscription asks of a subgraph and what of it may not be read, as text; undefined if it does not ask. */
function read(planned: PlannedOperation, variables: Readonly<Record<string, unknown>>) {
  const coerced = coerceVariables(planned, variables);
  if ('errors' in coerced) return undefined;
  const variant = findVariant(planned, coerced.values);
  if ('errors' in variant) return undefined;
  const withheld = JSON.stringify(variant.withheld ?? []);
  if (!variant.source) return { withheld, source: undefined };
  const { subgraph, query, variables: names } = variant.source.fetch;
  return { withheld, source: JSON.stringify([subgraph, query, pickVariables(names, coerced.values)]) };
}

/**
 * What becomes under another supergraph of a subscription that is nobody else's, and cannot be resumed. It goes on as it began if it is
 * still valid there for who asks, and the subgraph would be asked the same. It ends at once if other parts of it are withheld from who
 * asks: it would go on to read them.
 */
export function judge(
  graph: Graph,
  { document, planned, variables }: Prepared,
  standing: Standing,
): 'GOES_ON' | 'ENDS' | 'ENDS_AT_ONCE' {
  try {
    const before = read(planned, variables);
    const anew = read(graph.planner.plan(document, planned.definition.name?.value, { standing }), variables);
    if (anew?.withheld !== before?.withheld) return 'ENDS_AT_ONCE';
    return anew?.source === before?.source ? 'GOES_ON' : 'ENDS';
  } catch {
    return 'ENDS';
  }
}

/** An operation and who asks it: what a plan depends on. */
export interface Asked {
  readonly prepared: Prepared;
  readonly actor: Actor;
}
