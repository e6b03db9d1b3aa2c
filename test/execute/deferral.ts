import { type DocumentNode, type ExecutionResult, Kind, parse, print, type SelectionSetNode, visit } from 'graphql';
import { executeIncrementally, type SubsequentResult } from '../../gateway/deferred/execute.ts';
import type { Send } from '../../gateway/execute/index.ts';
import type { Standing } from '../../gateway/planner.ts';
import type { Graph } from './graph.ts';
import type { Random } from './random-operation.ts';

export interface Pieces {
  initial: ExecutionResult;
  later: SubsequentResult[];
  /** All pieces joined as a client would. */
  whole: ExecutionResult;
}

/** Runs an operation for a client that takes it in pieces. */
export async function runInPieces(
  { planner, send, sent }: Graph,
  operation: string,
  variables: Record<string, unknown> = {},
  options: { standing?: Standing; send?: Send<unknown> } = {},
): Promise<Pieces> {
  sent.length = 0;
  const { standing } = options;
  const planned = planner.plan(operation, undefined, standing && { standing });
  const results = await executeIncrementally({ planned, variables, send: options.send ?? send, context: {} });
  const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value));
  if (!('initial' in results)) return { initial: plain(results), later: [], whole: plain(results) };
  const later: SubsequentResult[] = [];
  for await (const result of results.subsequent) later.push(plain(result));
  return { initial: plain(results.initial), later, whole: join(plain(results.initial), plain(later)) };
}

export function join(initial: ExecutionResult, later: readonly SubsequentResult[]): ExecutionResult {
  const whole = structuredClone(initial) as { data: Record<string, unknown>; errors?: unknown[] };
  for (const { data, path, errors } of later.flatMap(({ incremental }) => incremental ?? [])) {
    let at: unknown = whole.data;
    for (const key of path) at = (at as Record<string | number, unknown>)[key];
    if (data) assign(at as Record<string, unknown>, data);
    if (errors) whole.errors = [...(whole.errors ?? []), ...errors];
  }
  return whole as ExecutionResult;
}

function assign(into: Record<string, unknown>, from: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(from)) {
    const held = into[key];
    if (held && value && typeof held === 'object' && typeof value === 'object')
      assign(held as Record<string, unknown>, value as Record<string, unknown>);
    else into[key] = value;
  }
}

/** The operation with some of its selections deferred, 10 at most. */
export function deferSome(operation: string, random: Random): string {
  let left = 10;
  const mayDefer = () => left > 0 && random.chance(0.25) && left-- > 0;
  const defer = { kind: Kind.DIRECTIVE as const, name: { kind: Kind.NAME as const, value: 'defer' } };
  const document: DocumentNode = visit(parse(operation), {
    InlineFragment: (node) => (mayDefer() ? { ...node, directives: [...(node.directives ?? []), defer] } : undefined),
    FragmentSpread: (node) => (mayDefer() ? { ...node, directives: [...(node.directives ?? []), defer] } : undefined),
    SelectionSet: {
      leave: (node): SelectionSetNode | undefined => {
        if (node.selections.length < 2 || !mayDefer()) return undefined;
        const [first, ...rest] = node.selections;
        const selectionSet = { kind: Kind.SELECTION_SET as const, selections: rest };
        const fragment = { kind: Kind.INLINE_FRAGMENT as const, directives: [defer], selectionSet };
        return { ...node, selections: first ? [first, fragment] : [fragment] };
      },
    },
  });
  return print(document);
}
