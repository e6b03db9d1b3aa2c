import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Parts } from './conditions.ts';
import type { SchemaIndex } from './types.ts';

const known = new WeakMap<GraphQLSchema, Set<GraphQLNamedType>>();

/** Interfaces and unions with types behind them that clients may not see. */
function findPartlyHidden(schema: GraphQLSchema, types: SchemaIndex): Set<GraphQLNamedType> {
  let found = known.get(schema);
  if (!found) {
    const hides = (name: string) => types.objectsOf(name).some((object) => !schema.getType(object));
    found = new Set(Object.values(schema.getTypeMap()).filter((type) => isAbstractType(type) && hides(type.name)));
    known.set(schema, found);
  }
  return found;
}

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * The operation with `__typename` asked for where the answer depends on it and the planner (0.0.38) does not see it: wherever an object may
 * be of an @inaccessible type, else one that is asked only for fields of its interface would be shown; and beside fragments, else an
 * interface object that is asked only for fields of the interface in a fragment on one of its types would stay without its type.
 */
export function askForTypes(parts: Parts, schema: GraphQLSchema, types: SchemaIndex): Parts {
  const partlyHidden = findPartlyHidden(schema, types);
  const info = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(info, {
    SelectionSet(set: SelectionSetNode): SelectionSetNode | undefined {
      const type = info.getParentType();
      if (!isAbstractType(type)) return undefined;
      const hasFragments = set.selections.some(({ kind }) => kind !== Kind.FIELD);
      if (!partlyHidden.has(type) && !(hasFragments && types.isInterfaceObject(type.name))) return undefined;
      return { ...set, selections: [typename, ...set.selections] };
    },
  });
  return {
    definition: visit(parts.definition, visitor),
    fragments: new Map([...parts.fragments].map(([name, fragment]) => [name, visit(fragment, visitor)])),
  };
}
