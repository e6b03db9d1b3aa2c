import {
  type ConstDirectiveNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  type TypeNode,
  type UnionTypeDefinitionNode,
} from 'graphql';

/** The subgraph that stands for "an entity that has been read already": it knows nothing but keys, and nobody can ask it for more. */
export const entrySubgraph = '_deferred';
const graph = 'DEFERRED_';

/** The root field of that subgraph that leads to entities of a type. */
export const entryField = (type: string): string => `_entry_${type}`;

export interface Entries {
  /** The supergraph with one more subgraph. */
  readonly sdl: string;
  /** Object types with keys, and interfaces and unions of nothing else. */
  readonly types: ReadonlySet<string>;
}

type Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/**
 * The planner plans from the root only. So that it can plan what is to be read later of entities that are at hand, every entity gets a
 * root field in a subgraph that does not exist; the executor answers for it. @returns undefined if there are no entities
 */
export function addEntries(supergraph: DocumentNode): Entries | undefined {
  const composites = new Map<string, Composite>();
  const unions = new Map<string, UnionTypeDefinitionNode>();
  for (const definition of supergraph.definitions) {
    if (isComposite(definition)) composites.set(definition.name.value, definition);
    if (definition.kind === Kind.UNION_TYPE_DEFINITION) unions.set(definition.name.value, definition);
  }
  const keys = new Map<string, string[]>();
  for (const [name, definition] of composites) {
    const found = new Set(graphArguments(definition, 'join__type').flatMap(({ key }) => key ?? []));
    if (found.size > 0) keys.set(name, [...found]);
  }

  // What the subgraph can say: the fields of keys, and the types on their way.
  const known = new Map<string, Set<string>>();
  const leaves = new Set<string>();
  const learn = (type: string, set: SelectionSetNode): void => {
    const fields = known.get(type) ?? new Set<string>();
    known.set(type, fields);
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT)
        learn(selection.typeCondition?.name.value ?? type, selection.selectionSet);
      if (selection.kind !== Kind.FIELD) continue;
      const field = composites.get(type)?.fields?.find(({ name }) => name.value === selection.name.value);
      if (!field) continue;
      fields.add(field.name.value);
      if (selection.selectionSet) learn(namedType(field.type), selection.selectionSet);
      else leaves.add(namedType(field.type));
    }
  };
  for (const [type, sets] of keys) for (const set of sets) learn(type, parseFieldSet(set));

  const types = new Set([...keys.keys()].filter((name) => composites.get(name)?.kind === Kind.OBJECT_TYPE_DEFINITION));
  if (types.size === 0) return undefined;
  const abstract = new Map<string, string[]>([...unions].map(([name, { types }]) => [name, namesOf(types)]));
  for (const [name, definition] of composites) {
    if (definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    const members = [...composites.values()].filter((one) => namesOf(one.interfaces).includes(name));
    abstract.set(
      name,
      members.flatMap((one) => (one.kind === Kind.OBJECT_TYPE_DEFINITION ? one.name.value : [])),
    );
  }
  for (const [name, members] of abstract)
    if (members.length > 0 && members.every((member) => types.has(member))) types.add(name);

  const root = rootTypeOf(supergraph);
  const definitions = supergraph.definitions.map((definition) => {
    if (definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph')
      return addGraph(definition);
    if (definition.kind === Kind.ENUM_TYPE_DEFINITION && leaves.has(definition.name.value)) return addEnum(definition);
    if (definition.kind === Kind.SCALAR_TYPE_DEFINITION && leaves.has(definition.name.value))
      return { ...definition, directives: [...(definition.directives ?? []), directive('join__type')] };
    if (definition.kind === Kind.UNION_TYPE_DEFINITION && types.has(definition.name.value)) {
      const members = namesOf(definition.types).map((member) => directive('join__unionMember', { member }));
      return { ...definition, directives: [...(definition.directives ?? []), directive('join__type'), ...members] };
    }
    if (!isComposite(definition)) return definition;
    const name = definition.name.value;
    const isRoot = name === root;
    if (!isRoot && !known.has(name) && !types.has(name)) return definition;
    const marks = keys.get(name)?.map((key) => directive('join__type', { key }, false)) ?? [directive('join__type')];
    const interfaces = namesOf(definition.interfaces).filter((one) => known.has(one) || types.has(one));
    const fields = (definition.fields ?? []).map((field) => place(field, definition, known.get(name)));
    return {
      ...definition,
      directives: [
        ...(definition.directives ?? []),
        ...marks,
        ...interfaces.map((one) => directive('join__implements', { interface: one })),
      ],
      fields: isRoot ? [...fields, ...[...types].map(rootField)] : fields,
    };
  });
  return { sdl: print({ ...supergraph, definitions }), types };
}

const isComposite = (definition: { kind: string }): definition is Composite =>
  definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION;

/** A field that names no subgraph is one of all that have its type: it stays with those that had it, unless it is part of a key. */
function place(
  field: FieldDefinitionNode,
  type: Composite,
  known: ReadonlySet<string> | undefined,
): FieldDefinitionNode {
  const isPlaced = field.directives?.some(({ name }) => name.value === 'join__field') === true;
  const isKnown = known?.has(field.name.value) === true;
  if (isPlaced === !isKnown) return field;
  const graphs = new Set(graphArguments(type, 'join__type').map((one) => one.graph as string));
  const places = isKnown ? [graph] : [...graphs];
  return {
    ...field,
    directives: [...(field.directives ?? []), ...places.map((one) => directive('join__field', {}, true, one))],
  };
}

const rootField = (type: string): FieldDefinitionNode => ({
  kind: Kind.FIELD_DEFINITION,
  name: { kind: Kind.NAME, value: entryField(type) },
  type: { kind: Kind.LIST_TYPE, type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } } },
  directives: [directive('join__field')],
});

function addGraph(definition: EnumTypeDefinitionNode): EnumTypeDefinitionNode {
  const { values = [] } = parse(`enum join__Graph { ${graph} @join__graph(name: "${entrySubgraph}", url: "") }`)
    .definitions[0] as EnumTypeDefinitionNode;
  return { ...definition, values: [...(definition.values ?? []), ...values] };
}

function addEnum(definition: EnumTypeDefinitionNode): EnumTypeDefinitionNode {
  const values = definition.values?.map((value) => ({
    ...value,
    directives: [...(value.directives ?? []), directive('join__enumValue')],
  }));
  return { ...definition, values, directives: [...(definition.directives ?? []), directive('join__type')] };
}

function directive(
  name: string,
  strings: Readonly<Record<string, string>> = {},
  resolvable = true,
  at = graph,
): ConstDirectiveNode {
  const args = Object.entries(strings).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  if (!resolvable) args.push('resolvable: false');
  const document = parse(`type T @${name}(${[`graph: ${at}`, ...args].join(', ')})`, { noLocation: true });
  return (document.definitions[0] as ObjectTypeDefinitionNode).directives?.[0] as ConstDirectiveNode;
}

/** The arguments of each such directive, as texts. */
function graphArguments(definition: Composite, name: string): Record<string, string | undefined>[] {
  return (definition.directives ?? [])
    .filter((one) => one.name.value === name)
    .map((one) =>
      Object.fromEntries(
        (one.arguments ?? []).map(({ name: key, value }) => [
          key.value,
          'value' in value ? String(value.value) : undefined,
        ]),
      ),
    );
}

function parseFieldSet(text: string): SelectionSetNode {
  const [operation] = parse(`{ ${text} }`, { noLocation: true }).definitions;
  return (operation as { selectionSet: SelectionSetNode }).selectionSet;
}

const namesOf = (types: readonly { name: { value: string } }[] | undefined): string[] =>
  (types ?? []).map(({ name }) => name.value);

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type));

function rootTypeOf(supergraph: DocumentNode): string {
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION) continue;
    const query = definition.operationTypes.find(({ operation }) => operation === 'query');
    if (query) return query.type.name.value;
  }
  return 'Query';
}
