import { type DocumentNode, Kind, parse, type SelectionSetNode } from 'graphql';

/** Response keys of the root fields of `query` or, given `alias`, of the fields of the root field of that name. */
export function responseKeys(query: string, alias?: string): ReadonlySet<string> {
  const document = parse(query, { noLocation: true });
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)!;
  const roots = fields(operation.selectionSet, document);
  const chosen = alias === undefined ? roots : roots.filter(({ key }) => key === alias);
  if (alias === undefined) return new Set(chosen.map(({ key }) => key));
  return new Set(
    chosen.flatMap(({ selections }) => (selections ? fields(selections, document) : [])).map(({ key }) => key),
  );
}

function fields(
  set: SelectionSetNode,
  document: DocumentNode,
): { key: string; selections: SelectionSetNode | undefined }[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) {
      return [{ key: selection.alias?.value ?? selection.name.value, selections: selection.selectionSet }];
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) return fields(selection.selectionSet, document);
    const { value } = selection.name;
    return document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === value
        ? fields(definition.selectionSet, document)
        : [],
    );
  });
}
