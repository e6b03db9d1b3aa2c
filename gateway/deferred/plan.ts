import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Parts } from '../execute/conditions.ts';
import { readDataPart, readIntrospection } from '../execute/operation.ts';
import type { Fetch, PlanNode } from '../execute/plan.ts';
import { entryField, entrySubgraph } from './entries.ts';
import { markOf } from './mark.ts';
import { fieldType } from './split.ts';

/** Plans what is to be read of entities that are at hand. */
export interface EntryPlanner {
  /** Whether entities of this type can be read by their keys. */
  has(type: string): boolean;
  /** @param text begins at an `entryField`. Throws when no subgraph can answer it. */
  planFetches(text: string): PlanNode | undefined;
}

/** What a plan asks of entities that are at hand. */
export interface Entry {
  /** The response key of it all. */
  readonly key: string;
  readonly keys: SelectionSetNode;
  /** The type of all of them, unless it is abstract: then each says its own. */
  readonly type: string | undefined;
}

/** How one deferred fragment is read. */
export interface PartPlan {
  /** Undefined if there is nothing to ask. */
  readonly plan: PlanNode | undefined;
  /** Undefined for fields of the root. */
  readonly entry: Entry | undefined;
}

export interface Partition {
  /** What is not deferred, with the keys that deferred fragments begin with. */
  readonly primary: Parts;
  /** By number. A fragment that has none is not to be deferred: its fields are in the part around it. */
  readonly plans: ReadonlyMap<number, PartPlan>;
}

/**
 * Takes a marked operation, its fields under their answer keys, apart into what can be planned by itself: fields of the root, and of
 * entities. Anything else, and what no subgraph can answer by itself, stays where it is.
 */
export function partition(
  schema: GraphQLSchema,
  { definition, fragments }: Parts,
  entries: EntryPlanner | undefined,
  planRoot: (text: string) => PlanNode | undefined,
): Partition {
  const plans = new Map<number, PartPlan>();
  const queryOf = (selectionSet: SelectionSetNode): OperationDefinitionNode => {
    const operation = 'query' as OperationTypeNode;
    return { ...definition, operation, name: undefined, directives: [], selectionSet };
  };

  const planPart = (
    type: GraphQLNamedType | undefined,
    set: SelectionSetNode,
    isRoot: boolean,
  ): PartPlan | undefined => {
    if (isRoot) {
      const parts = { definition: queryOf(set), fragments };
      if (readIntrospection(parts)) return undefined;
      const text = readDataPart(parts);
      return { plan: text === undefined ? undefined : planRoot(text), entry: undefined };
    }
    if (!type || !entries?.has(type.name)) return undefined;
    const name = { kind: Kind.NAME as const, value: entryField(type.name) };
    const field: FieldNode = { kind: Kind.FIELD, name, selectionSet: set };
    const query = queryOf({ kind: Kind.SELECTION_SET, selections: [field] });
    const plan = entries.planFetches(print({ kind: Kind.DOCUMENT, definitions: [query, ...fragments.values()] }));
    const fetch = plan && findEntry(plan);
    if (!fetch) return undefined;
    const [operation] = parse(fetch.query, { noLocation: true }).definitions as [OperationDefinitionNode];
    const [asked] = operation.selectionSet.selections as [FieldNode];
    const key = asked.alias?.value ?? asked.name.value;
    const entry = {
      key,
      keys: asked.selectionSet as SelectionSetNode,
      type: isObjectType(type) ? type.name : undefined,
    };
    return { plan, entry };
  };

  const walk = (set: SelectionSetNode, type: GraphQLNamedType | undefined, isRoot: boolean): SelectionSetNode => ({
    ...set,
    selections: set.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
      if (selection.kind === Kind.FIELD) {
        if (!selection.selectionSet) return [selection];
        const below = fieldType(type, selection);
        const inner = walk(selection.selectionSet, below && getNamedType(below), false);
        return [
          { ...selection, selectionSet: inner.selections.length > 0 ? inner : { ...inner, selections: [typename] } },
        ];
      }
      const condition = selection.typeCondition;
      const below = condition ? schema.getType(condition.name.value) : type;
      const inner = walk(selection.selectionSet, below, isRoot);
      const number = markOf(selection);
      const part = number === undefined ? undefined : attempt(() => planPart(below, inner, isRoot));
      if (number === undefined || !part) {
        const directives = number === undefined ? selection.directives : [];
        return inner.selections.length > 0 ? [{ ...selection, directives, selectionSet: inner }] : [];
      }
      plans.set(number, part);
      return part.entry ? [{ ...selection, directives: [], selectionSet: hide(part.entry.keys, part.entry.type) }] : [];
    }),
  });

  const root = schema.getRootType(definition.operation) ?? undefined;
  const selectionSet = walk(definition.selectionSet, root, definition.operation === 'query');
  return { primary: { definition: { ...definition, selectionSet }, fragments }, plans };
}

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** A part that cannot be planned by itself is not deferred. */
function attempt<T>(plan: () => T): T | undefined {
  try {
    return plan();
  } catch {
    return undefined;
  }
}

function findEntry(plan: PlanNode): Fetch | undefined {
  if (plan.kind === 'Fetch') return plan.subgraph === entrySubgraph ? plan : undefined;
  if (plan.kind !== 'Sequence' && plan.kind !== 'Parallel') return undefined;
  for (const node of plan.nodes) {
    const found = findEntry(node);
    if (found) return found;
  }
  return undefined;
}

/** The key under which a part keeps the value of a key's field for a deferred fragment: no client can ask for it. */
export const hiddenKey = (field: string, type: string | undefined): string => `_key_${type ?? ''}_${field}`;

/** The fields of keys, under names that are in nobody's way: types of one union may differ in what a field of theirs is. */
function hide(keys: SelectionSetNode, type: string | undefined): SelectionSetNode {
  const selections = keys.selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const inner = selection.typeCondition?.name.value ?? type;
      return [{ ...selection, selectionSet: hide(selection.selectionSet, inner) }];
    }
    if (selection.kind !== Kind.FIELD || selection.name.value === '__typename') return [];
    return [{ ...selection, alias: { kind: Kind.NAME, value: hiddenKey(selection.name.value, type) } }];
  });
  return { kind: Kind.SELECTION_SET, selections: [typename, ...selections] };
}
