import { type DocumentNode, Kind, type TypeNode } from 'graphql';

/** What the executor asks about types that the client's schema may not show: @inaccessible ones take part in joins too. */
export interface TypeIndex {
  /** Whether `name` is an object type, not an interface or union (or unknown). */
  isObject(name: string): boolean;
  /** Whether an object whose __typename is `name` meets `... on condition`. */
  satisfies(name: string, condition: string): boolean;
  /** Whether the field can never be null. False for fields that are not known. */
  isNonNull(type: string, field: string): boolean;
}

/** What planning asks besides. */
export interface SchemaIndex extends TypeIndex {
  /** Whether any type has a field of this name. */
  isFieldName(name: string): boolean;
  /** The object types behind an interface or union, with those that clients may not see. */
  objectsOf(name: string): string[];
}

export function indexTypes(supergraph: DocumentNode): SchemaIndex {
  const objects = new Set<string>();
  const members = new Map<string, Set<string>>();
  const fieldNames = new Set<string>();
  const nonNull = new Map<string, Set<string>>();

  const join = (condition: string, name: string) => {
    const set = members.get(condition);
    if (set) set.add(name);
    else members.set(condition, new Set([name]));
  };
  const isNonNull = (type: TypeNode) => type.kind === Kind.NON_NULL_TYPE;

  for (const definition of supergraph.definitions) {
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION) {
      const name = definition.name.value;
      if (definition.kind === Kind.OBJECT_TYPE_DEFINITION) objects.add(name);
      for (const parent of definition.interfaces ?? []) join(parent.name.value, name);
      for (const field of definition.fields ?? []) fieldNames.add(field.name.value);
      const fields = definition.fields?.filter((field) => isNonNull(field.type)).map((field) => field.name.value);
      nonNull.set(name, new Set(fields));
    } else if (definition.kind === Kind.UNION_TYPE_DEFINITION) {
      for (const member of definition.types ?? []) join(definition.name.value, member.name.value);
    }
  }

  return {
    isObject: (name) => objects.has(name),
    satisfies: (name, condition) => name === condition || members.get(condition)?.has(name) === true,
    isNonNull: (type, field) => nonNull.get(type)?.has(field) === true,
    isFieldName: (name) => fieldNames.has(name),
    objectsOf: (name) => [...(members.get(name) ?? [])].filter((member) => objects.has(member)),
  };
}
