import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { isIncluded } from './collect-fields.ts';

/** A client's operation, taken apart into what subgraphs answer and what the gateway answers itself. */
export interface Operation {
  readonly definition: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** What is to be planned: without `__typename`, `__schema` and `__type` at the root. Undefined if nothing is left. */
  readonly toPlan: string | undefined;
  /** `__schema` and `__type`, as an operation of its own. */
  readonly introspection: DocumentNode | undefined;
}

/** Throws OPERATION_RESOLUTION_FAILURE if the document has no such operation, or several and no name is given. */
export function readOperation(document: DocumentNode, operationName: string | undefined): Operation {
  const definition = getOperationAST(document, operationName);
  if (!definition) {
    const message = operationName
      ? `Unknown operation named "${operationName}".`
      : 'Must provide operation name if the document holds several.';
    throw new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } });
  }
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);

  const part = (keep: (field: FieldNode) => boolean): DocumentNode | undefined => {
    const kept = new Map(fragments);
    const selectionSet = keepRootFields(definition.selectionSet, keep, kept);
    if (!selectionSet) return undefined;
    return { kind: Kind.DOCUMENT, definitions: [{ ...definition, selectionSet }, ...kept.values()] };
  };
  const data = part((field) => !field.name.value.startsWith('__'));
  return {
    definition,
    fragments,
    toPlan: data && print(data),
    introspection: part((field) => field.name.value === '__schema' || field.name.value === '__type'),
  };
}

/**
 * The root selections with only some fields, and without those that a literal @skip or @include takes out. Fragments spread at the root
 * are replaced in `fragments` by what is kept of them; each is read once, however often it is spread.
 */
function keepRootFields(
  set: SelectionSetNode,
  keep: (field: FieldNode) => boolean,
  fragments: Map<string, FragmentDefinitionNode>,
  done: Set<string> = new Set(),
): SelectionSetNode | undefined {
  const selections = set.selections.flatMap((selection): SelectionNode[] => {
    if (isNeverIncluded(selection)) return [];
    if (selection.kind === Kind.FIELD) return keep(selection) ? [selection] : [];
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const selectionSet = keepRootFields(selection.selectionSet, keep, fragments, done);
      return selectionSet ? [{ ...selection, selectionSet }] : [];
    }
    const name = selection.name.value;
    const fragment = fragments.get(name);
    if (fragment && !done.has(name)) {
      done.add(name);
      const selectionSet = keepRootFields(fragment.selectionSet, keep, fragments, done);
      if (selectionSet) fragments.set(name, { ...fragment, selectionSet });
      else fragments.delete(name);
    }
    return fragments.has(name) ? [selection] : [];
  });
  return selections.length > 0 ? { ...set, selections } : undefined;
}

function isNeverIncluded({ directives }: SelectionNode): boolean {
  const literal = directives?.filter(({ arguments: args }) => args?.some(({ value }) => value.kind === Kind.BOOLEAN));
  return !isIncluded(literal, {});
}
