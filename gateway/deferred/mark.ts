import {
  type DirectiveNode,
  GraphQLError,
  type InlineFragmentNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Parts } from '../execute/conditions.ts';

/** How many fragments of one operation may be deferred. */
export const mostDefers = 10;

/**
 * An operation in which each deferred fragment is an inline fragment with a number of its own, whatever it was before: `@defer(label: "<number>")`.
 * Fragments within which something is deferred are spread in, so that every place has its own.
 */
export interface Marked {
  readonly parts: Parts;
  /** The client's labels, by number. */
  readonly labels: readonly (string | undefined)[];
}

/** @returns undefined if, with these variables, nothing is deferred */
export function markDefers(
  { definition, fragments }: Parts,
  variables: Readonly<Record<string, unknown>>,
): Marked | undefined {
  const holders = findHolders(fragments);
  const labels: (string | undefined)[] = [];

  const expand = (set: SelectionSetNode): SelectionSetNode => ({
    ...set,
    selections: set.selections.map((selection): SelectionNode => {
      if (selection.kind === Kind.FIELD)
        return selection.selectionSet ? { ...selection, selectionSet: expand(selection.selectionSet) } : selection;
      const defer = selection.directives?.find(isDefer);
      const directives: DirectiveNode[] = selection.directives?.filter((directive) => directive !== defer) ?? [];
      if (defer && isActive(defer, variables)) directives.push(mark(labels.push(labelOf(defer)) - 1));
      if (selection.kind === Kind.INLINE_FRAGMENT)
        return { ...selection, directives, selectionSet: expand(selection.selectionSet) };
      const fragment = fragments.get(selection.name.value);
      if (!fragment || !(defer || holders.has(selection.name.value))) return { ...selection, directives };
      const { typeCondition, selectionSet } = fragment;
      return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet: expand(selectionSet) };
    }),
  });

  const selectionSet = expand(definition.selectionSet);
  return labels.length > 0 ? { parts: { definition: { ...definition, selectionSet }, fragments }, labels } : undefined;
}

/** The number of a marked fragment. */
export function markOf({ directives }: InlineFragmentNode): number | undefined {
  const defer = directives?.find(isDefer);
  return defer && Number(labelOf(defer));
}

/** Names of the variables that decide what is deferred; undefined if nothing ever is. */
export function deferVariables({ definition, fragments }: Parts): string[] | undefined {
  const names = new Set<string>();
  let found = false;
  for (const { selectionSet } of [definition, ...fragments.values()]) {
    visitDefers(selectionSet, (defer) => {
      found = true;
      const value = argument(defer, 'if');
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
    });
  }
  return found ? [...names] : undefined;
}

/**
 * What validation does not know of @defer.
 * @throws GraphQLError GRAPHQL_VALIDATION_FAILED, or OPERATION_TOO_LARGE when more than 10 fragments are deferred
 */
export function checkDefers({ definition, fragments }: Parts): void {
  const labels = new Set<string>();
  let found = false;
  for (const { selectionSet } of [definition, ...fragments.values()]) {
    visitDefers(selectionSet, (defer) => {
      found = true;
      const label = argument(defer, 'label');
      if (label === undefined || label.kind === Kind.NULL) return;
      if (label.kind !== Kind.STRING) throw invalid('The label of @defer must be a string, not a variable.', defer);
      if (labels.has(label.value)) throw invalid('Each label of @defer may be used once.', defer);
      labels.add(label.value);
    });
  }
  if (!found) return;
  const counted = new Map<string, number>();
  const countFragment = (name: string, isRoot: boolean): number => {
    const key = `${isRoot} ${name}`;
    const known = counted.get(key);
    if (known !== undefined) return known;
    const fragment = fragments.get(name);
    const count = fragment ? countIn(fragment.selectionSet, isRoot) : 0;
    counted.set(key, count);
    return count;
  };
  const countIn = (set: SelectionSetNode, isRoot: boolean): number => {
    let count = 0;
    for (const selection of set.selections) {
      const defer = selection.directives?.find(isDefer);
      if (defer && isRoot && definition.operation !== 'query')
        throw invalid(`@defer cannot stand at the root of a ${definition.operation}.`, defer);
      if (defer) count += 1;
      const isStillRoot = isRoot && selection.kind !== Kind.FIELD;
      if (selection.kind === Kind.FRAGMENT_SPREAD) count += countFragment(selection.name.value, isStillRoot);
      else if (selection.selectionSet) count += countIn(selection.selectionSet, isStillRoot);
    }
    return count;
  };
  const count = countIn(definition.selectionSet, true);
  if (count <= mostDefers) return;
  const extensions = { code: 'OPERATION_TOO_LARGE', limit: 'deferred fragments', maximum: mostDefers };
  const message = `This operation has too many deferred fragments: ${count}, at most ${mostDefers}.`;
  throw new GraphQLError(message, { extensions });
}

function invalid(message: string, node: DirectiveNode): GraphQLError {
  return new GraphQLError(message, { nodes: node, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}

function visitDefers(set: SelectionSetNode, visit: (defer: DirectiveNode) => void): void {
  for (const selection of set.selections) {
    const defer = selection.directives?.find(isDefer);
    if (defer) visit(defer);
    if (selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet) visitDefers(selection.selectionSet, visit);
  }
}

/** Names of the fragments within which, however deep, something is deferred. */
function findHolders(fragments: Parts['fragments']): ReadonlySet<string> {
  const holders = new Set<string>();
  const holds = (set: SelectionSetNode): boolean =>
    set.selections.some(
      (selection) =>
        selection.directives?.some(isDefer) ||
        (selection.kind === Kind.FRAGMENT_SPREAD
          ? holders.has(selection.name.value)
          : selection.selectionSet !== undefined && holds(selection.selectionSet)),
    );
  // each round finds at least one more, or is the last
  for (let before = -1; before !== holders.size; ) {
    before = holders.size;
    for (const [name, { selectionSet }] of fragments) if (!holders.has(name) && holds(selectionSet)) holders.add(name);
  }
  return holders;
}

const isDefer = ({ name }: DirectiveNode): boolean => name.value === 'defer';

const argument = (directive: DirectiveNode, name: string) =>
  directive.arguments?.find((one) => one.name.value === name)?.value;

function labelOf(directive: DirectiveNode): string | undefined {
  const value = argument(directive, 'label');
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function isActive(directive: DirectiveNode, variables: Readonly<Record<string, unknown>>): boolean {
  const value = argument(directive, 'if');
  if (value?.kind === Kind.VARIABLE) return variables[value.name.value] === true;
  return value?.kind !== Kind.BOOLEAN || value.value;
}

const mark = (number: number): DirectiveNode => ({
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: 'defer' },
  arguments: [
    {
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: 'label' },
      value: { kind: Kind.STRING, value: String(number) },
    },
  ],
});
