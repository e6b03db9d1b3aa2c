import { type GraphQLCompositeType, type GraphQLError, isCompositeType, type SelectionSetNode } from 'graphql';
import { answerKey, withAnswerKeys } from '../execute/aliases.ts';
import { compilePlan } from '../execute/compile.ts';
import type { Parts } from '../execute/conditions.ts';
import type { Step } from '../execute/execution.ts';
import { askForTypes } from '../execute/hidden-types.ts';
import { readDataPart, readIntrospection } from '../execute/operation.ts';
import type { Planning, Variant } from '../execute/planned.ts';
import { compileShape, type Shape } from '../execute/shape.ts';
import type { TypeIndex } from '../execute/types.ts';
import { markDefers } from './mark.ts';
import { type PartPlan, partition } from './plan.ts';
import { type Fragment, split } from './split.ts';

/** An operation that is answered in several pieces. */
export interface Incremental {
  readonly primary: Variant;
  readonly parts: readonly DeferredPart[];
  readonly types: TypeIndex;
}

/** A deferred fragment, ready to run for all the objects that it stands on. */
export interface DeferredPart extends Pick<Fragment, 'path' | 'conditions' | 'type'>, Pick<PartPlan, 'entry'> {
  readonly label: string | undefined;
  readonly steps: Step | undefined;
  readonly shape: Shape;
  /** What was taken out before it was planned. Paths begin at the root. */
  readonly withheld: readonly GraphQLError[];
  /** What is deferred within it: read once this has been answered. */
  readonly parts: readonly DeferredPart[];
}

/**
 * @param parts of the operation, @skip and @include settled
 * @returns undefined if nothing of it is deferred, or can be
 */
export function planDeferred(
  planning: Planning,
  parts: Parts,
  variables: Readonly<Record<string, unknown>>,
): Incremental | undefined {
  const { schema, types } = planning;
  const { operation, name } = parts.definition;
  const root = schema.getRootType(operation);
  const marked = operation === 'subscription' ? undefined : markDefers(parts, variables);
  if (!marked || !root) return undefined;
  const withheld = planning.withhold?.(marked.parts);
  const kept = withheld ? withheld.kept : marked.parts;
  if (!kept) return undefined;

  const planRoot = (text: string) => planning.planFetches(text, undefined);
  const keyed = askForTypes(withAnswerKeys(kept, types), schema, types);
  const { primary, plans } = partition(schema, keyed, planning.entries(), planRoot);
  if (plans.size === 0) return undefined;
  const text = readDataPart(primary);
  const plan = text === undefined ? undefined : planning.planFetches(text, name?.value);
  if (text !== undefined && !plan) return undefined;

  const keyOf = (field: Parameters<typeof answerKey>[0]) => answerKey(field, types);
  const splitUp = ({ definition }: Parts) =>
    split(schema, root.name, definition.selectionSet, keyOf, (number) => plans.has(number));
  const all = splitUp(marked.parts);
  const left = withheld && splitUp(kept);
  const leftOf = new Map<number, SelectionSetNode>();
  const collect = (fragments: readonly Fragment[]): void => {
    for (const fragment of fragments) {
      leftOf.set(fragment.number, fragment.set);
      collect(fragment.fragments);
    }
  };
  if (left) collect(left.fragments);

  const shapeOf = (type: GraphQLCompositeType, set: SelectionSetNode, keptSet: SelectionSetNode | undefined): Shape =>
    compileShape(
      { schema, fragments: marked.parts.fragments, keyOf },
      type,
      set,
      withheld && { fragments: kept.fragments, set: keptSet },
    );
  const compile = (fragments: readonly Fragment[], above: readonly string[]): DeferredPart[] =>
    fragments.map((fragment) => {
      const { number, path, conditions, type, set } = fragment;
      const { plan, entry } = plans.get(number) as PartPlan;
      const at = [...above, ...path.flatMap(({ key, lists }) => [key, ...new Array<string>(lists).fill('@')])];
      const composite = schema.getType(type);
      return {
        ...{ path, conditions, type, entry, label: marked.labels[number] },
        steps: plan && compilePlan(plan, types),
        shape: shapeOf(isCompositeType(composite) ? composite : root, set, leftOf.get(number)),
        withheld: withheld?.errorsIn(type, set, at) ?? [],
        parts: compile(fragment.fragments, at),
      };
    });

  const now = left?.set ?? all.set;
  const errors = withheld?.errorsIn(root.name, all.set, []) ?? [];
  return {
    types,
    parts: compile(all.fragments, []),
    primary: {
      plan,
      steps: plan && compilePlan(plan, types),
      source: undefined,
      introspection: readIntrospection({ ...kept, definition: { ...kept.definition, selectionSet: now } }),
      shape: shapeOf(root, all.set, left?.set),
      withheld: errors.length > 0 ? errors : undefined,
    },
  };
}
