import {
  type DirectiveNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** An operation and the fragments it may spread. */
export interface Parts {
  readonly definition: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/**
 * The operation as it reads once the variables of @skip and @include have their values: without these directives and without what they
 * take out. Each setting is planned by itself. A plan for all settings at once would ask for less than it could leave out: the planner
 * (0.0.38) drops conditions from nested fetches, and a field that was to be skipped can then fail.
 */
export function settleConditions({ definition, fragments }: Parts, values: Readonly<Record<string, unknown>>): Parts {
  const settled = new Map<string, FragmentDefinitionNode>();
  const seen = new Set<string>();

  const settleFragment = (name: string): boolean => {
    const fragment = fragments.get(name);
    if (fragment && !seen.has(name)) {
      seen.add(name);
      const selectionSet = settle(fragment.selectionSet);
      if (selectionSet.selections.length > 0) settled.set(name, { ...fragment, selectionSet });
    }
    return settled.has(name);
  };
  // A field may be left with an empty selection: its answer is an object without fields. A fragment may not.
  const settle = (set: SelectionSetNode): SelectionSetNode => ({
    ...set,
    selections: set.selections.flatMap((selection): SelectionNode[] => {
      if (!isIncluded(selection.directives, values)) return [];
      const directives = selection.directives?.filter((directive) => !isCondition(directive));
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        return settleFragment(selection.name.value) ? [{ ...selection, directives }] : [];
      }
      if (!selection.selectionSet) return [{ ...selection, directives }];
      const selectionSet = settle(selection.selectionSet);
      if (selection.kind === Kind.INLINE_FRAGMENT && selectionSet.selections.length === 0) return [];
      return [{ ...selection, directives, selectionSet }];
    }),
  });
  return { definition: { ...definition, selectionSet: settle(definition.selectionSet) }, fragments: settled };
}

/** Names of the variables that @skip and @include read, or undefined if there is no such directive at all. */
export function conditionVariables({ definition, fragments }: Parts): string[] | undefined {
  const names = new Set<string>();
  let found = false;
  for (const part of [definition, ...fragments.values()]) {
    visit(part, {
      Directive(directive) {
        if (!isCondition(directive)) return;
        found = true;
        for (const { value } of directive.arguments ?? [])
          if (value.kind === Kind.VARIABLE) names.add(value.name.value);
      },
    });
  }
  return found ? [...names] : undefined;
}

function isCondition({ name }: DirectiveNode): boolean {
  return name.value === 'skip' || name.value === 'include';
}

function isIncluded(
  directives: readonly DirectiveNode[] | undefined,
  values: Readonly<Record<string, unknown>>,
): boolean {
  for (const directive of directives ?? []) {
    if (!isCondition(directive)) continue;
    const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
    const truth =
      value?.kind === Kind.VARIABLE ? values[value.name.value] === true : value?.kind === Kind.BOOLEAN && value.value;
    if (truth === (directive.name.value === 'skip')) return false;
  }
  return true;
}
