import { type DirectiveNode, type DocumentNode, type FieldDefinitionNode, Kind, type TypeNode } from 'graphql';

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
  /** Whether any @requires asks for a field of this name with arguments. */
  isRequiredWithArguments(name: string): boolean;
  /** Whether any subgraph knows this interface as an interface object. */
  isInterfaceObject(name: string): boolean;
  /** The object types behind an interface or union, with those that clients may not see. */
  objectsOf(name: string): string[];
}

export function indexTypes(supergraph: DocumentNode): SchemaIndex {
  const objects = new Set<string>();
  const members = new Map<string, Set<string>>();
  const fieldNames = new Set<string>();
  const withArguments = new Set<string>();
  const interfaceObjects = new Set<string>();
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
      else if (definition.directives?.some(isForObject)) interfaceObjects.add(name);
      for (const parent of definition.interfaces ?? []) join(parent.name.value, name);
      for (const field of definition.fields ?? []) {
        fieldNames.add(field.name.value);
        for (const name of readRequiredWithArguments(field)) withArguments.add(name);
      }
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
    isRequiredWithArguments: (name) => withArguments.has(name),
    isInterfaceObject: (name) => interfaceObjects.has(name),
    objectsOf: (name) => [...(members.get(name) ?? [])].filter((member) => objects.has(member)),
  };
}

/** `@join__type(isInterfaceObject: true)`. */
const isForObject = (directive: DirectiveNode): boolean =>
  directive.name.value === 'join__type' &&
  directive.arguments?.some(
    ({ name, value }) => name.value === 'isInterfaceObject' && value.kind === Kind.BOOLEAN && value.value,
  ) === true;

/** Names of the fields that stand with arguments in what `@join__field` says that a field requires. */
function readRequiredWithArguments({ directives }: FieldDefinitionNode): string[] {
  const values = directives?.flatMap((directive) =>
    directive.name.value === 'join__field' ? (directive.arguments ?? []) : [],
  );
  return (values ?? []).flatMap(({ name, value }) =>
    name.value === 'requires' && value.kind === Kind.STRING
      ? [...value.value.matchAll(/(\w+)\s*\(/g)].map((found) => String(found[1]))
      : [],
  );
}
