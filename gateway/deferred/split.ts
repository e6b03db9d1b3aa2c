import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { markOf } from './mark.ts';

/** A way from one object of an answer to others below it. */
export interface Way {
  /** The client's key. */
  readonly key: string;
  /** The same field's key in the joined data. */
  readonly source: string;
  /** Levels of lists. */
  readonly lists: number;
  /** Types that the object must be of for this field to be asked of it. */
  readonly conditions: readonly string[];
}

/** A deferred fragment by itself. */
export interface Fragment {
  readonly number: number;
  /** From the object that the part around it stands on, to the objects that it stands on itself. */
  readonly path: readonly Way[];
  /** The type of those objects, as the operation knows it without this fragment. */
  readonly on: string;
  /** Types that an object must be of for the fragment to apply. */
  readonly conditions: readonly string[];
  /** On what type its fields are read. */
  readonly type: string;
  /** Without what is deferred within it. */
  readonly set: SelectionSetNode;
  readonly fragments: readonly Fragment[];
}

export interface Split {
  /** What is not deferred. May be empty. */
  readonly set: SelectionSetNode;
  readonly fragments: readonly Fragment[];
}

/** Takes a marked operation apart. Fragments that are not to be deferred stay where they are. */
export function split(
  schema: GraphQLSchema,
  root: string,
  set: SelectionSetNode,
  keyOf: (field: FieldNode) => string,
  isDeferred: (number: number) => boolean,
): Split {
  const part = (of: SelectionSetNode, type: string): Split => {
    const fragments: Fragment[] = [];
    const walk = (
      inner: SelectionSetNode,
      at: { type: string; on: string; path: readonly Way[]; conditions: readonly string[] },
    ): SelectionSetNode => ({
      ...inner,
      selections: inner.selections.flatMap((selection): SelectionNode[] => {
        if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
        if (selection.kind === Kind.FIELD) {
          if (!selection.selectionSet) return [selection];
          const field = fieldType(schema.getType(at.type), selection);
          if (!field) return [selection];
          const key = selection.alias?.value ?? selection.name.value;
          const below = getNamedType(field).name;
          const way = { key, source: keyOf(selection), lists: listsOf(field), conditions: at.conditions };
          const path = [...at.path, way];
          return [
            {
              ...selection,
              selectionSet: walk(selection.selectionSet, { type: below, on: below, path, conditions: [] }),
            },
          ];
        }
        const condition = selection.typeCondition?.name.value;
        const conditions = condition === undefined ? at.conditions : [...at.conditions, condition];
        const type = condition ?? at.type;
        const number = markOf(selection);
        if (number !== undefined && isDeferred(number)) {
          const { set, fragments: inner } = part(selection.selectionSet, type);
          fragments.push({ number, path: at.path, on: at.on, conditions, type, set, fragments: inner });
          return [];
        }
        const directives = number === undefined ? selection.directives : [];
        return [{ ...selection, directives, selectionSet: walk(selection.selectionSet, { ...at, type, conditions }) }];
      }),
    });
    return { set: walk(of, { type, on: type, path: [], conditions: [] }), fragments };
  };
  return part(set, root);
}

export function fieldType(parent: GraphQLNamedType | undefined, field: FieldNode): GraphQLType | undefined {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[field.name.value]?.type : undefined;
}

function listsOf(type: GraphQLType): number {
  if (isNonNullType(type)) return listsOf(type.ofType);
  return isListType(type) ? 1 + listsOf(type.ofType) : 0;
}
