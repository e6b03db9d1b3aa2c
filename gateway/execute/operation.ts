import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  getOperationAST,
  Kind,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Parts } from './conditions.ts';

/** Throws OPERATION_RESOLUTION_FAILURE if the document has no such operation, or several and no name is given. */
export function findOperation(document: DocumentNode, operationName: string | undefined): Parts {
  const definition = getOperationAST(document, operationName);
  if (!definition) {
    const message = operationName
      ? `Unknown operation named "${operationName}".`
      : 'Must provide operation name if the document holds several.';
    throw new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } });
  }
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  return { definition, fragments };
}

/** What subgraphs answer of an operation: all but `__typename`, `__schema` and `__type` at the root. Undefined if that is nothing. */
export function readDataPart(parts: Parts): string | undefined {
  const document = keepAtRoot(parts, (name) => !name.startsWith('__'));
  return document && print(document);
}

/** `__schema` and `__type` at the root, as an operation of its own. */
export function readIntrospection(parts: Parts): DocumentNode | undefined {
  return keepAtRoot(parts, (name) => name === '__schema' || name === '__type');
}

/** Fragments spread at the root are replaced by what is kept of them; each is read once, however often it is spread. */
function keepAtRoot({ definition, fragments }: Parts, keep: (field: string) => boolean): DocumentNode | undefined {
  const kept = new Map(fragments);
  const done = new Set<string>();

  const reduceFragment = (name: string): boolean => {
    const fragment = kept.get(name);
    if (fragment && !done.has(name)) {
      done.add(name);
      const selectionSet = reduce(fragment.selectionSet);
      if (selectionSet) kept.set(name, { ...fragment, selectionSet });
      else kept.delete(name);
    }
    return kept.has(name);
  };
  const reduce = (set: SelectionSetNode): SelectionSetNode | undefined => {
    const selections = set.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return keep((selection satisfies FieldNode).name.value) ? [selection] : [];
      if (selection.kind === Kind.FRAGMENT_SPREAD) return reduceFragment(selection.name.value) ? [selection] : [];
      const selectionSet = reduce(selection.selectionSet);
      return selectionSet ? [{ ...selection, selectionSet }] : [];
    });
    return selections.length > 0 ? { ...set, selections } : undefined;
  };

  const selectionSet = reduce(definition.selectionSet);
  return selectionSet && { kind: Kind.DOCUMENT, definitions: [{ ...definition, selectionSet }, ...kept.values()] };
}
