import { type DirectiveNode, type DocumentNode, Kind, type TypeNode, valueFromASTUntyped } from 'graphql';

/** Names of grants: `authenticated`, `scope:<scope>`, `policy:<policy>`. Of one alternative all are needed; one alternative is enough. */
export type Requirement = readonly (readonly string[])[];

/** What @authenticated, @requiresScopes and @policy of a supergraph ask of those who read. */
export interface Guard {
  /**
   * All that must be met to read `field` of an object that the operation knows as `type`: what the type, the field and the type that the
   * field returns ask for and, on an interface, what each object type behind it asks for.
   */
  requirementsOf(type: string, field: string): readonly Requirement[];
}

/** Undefined if nothing in the supergraph is guarded. */
export function readGuard(supergraph: DocumentNode): Guard | undefined {
  const names = readDirectiveNames(supergraph);
  const types = new Map<string, GuardedType>();
  const objectsOf = new Map<string, string[]>();
  let guarded = false;
  const read = (directives: readonly DirectiveNode[] | undefined): Requirement[] => {
    const requirements = (directives ?? []).flatMap((directive) => readRequirement(names, directive));
    guarded ||= requirements.length > 0;
    return requirements;
  };

  for (const definition of supergraph.definitions) {
    if (!('name' in definition) || !definition.name || !('directives' in definition)) continue;
    const name = definition.name.value;
    const fields = new Map<string, GuardedField>();
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION) {
      for (const field of definition.fields ?? []) {
        fields.set(field.name.value, {
          own: read(field.directives),
          returns: namedType(field.type),
          isBorrowed: field.directives?.some(isBorrowed) === true,
        });
      }
      for (const parent of definition.kind === Kind.OBJECT_TYPE_DEFINITION ? (definition.interfaces ?? []) : []) {
        const objects = objectsOf.get(parent.name.value);
        if (objects) objects.push(name);
        else objectsOf.set(parent.name.value, [name]);
      }
    }
    const interfaces = 'interfaces' in definition ? (definition.interfaces ?? []) : [];
    const parents = interfaces.map((parent) => parent.name.value);
    types.set(name, { own: read(definition.directives), fields, parents });
  }
  if (!guarded) return undefined;

  const collect = (name: string, field: string): readonly Requirement[] => {
    const type = types.get(name);
    const known = type?.fields.get(field);
    if (!type || !known) return type?.own ?? [];
    // What an interface object adds to each type behind it is guarded where it is declared.
    const lenders = known.isBorrowed ? type.parents.flatMap((parent) => types.get(parent) ?? []) : [];
    return [
      ...type.own,
      ...known.own,
      ...(types.get(known.returns)?.own ?? []),
      ...lenders.flatMap((lender) => [...lender.own, ...(lender.fields.get(field)?.own ?? [])]),
    ];
  };
  const memo = new Map<string, readonly Requirement[]>();
  return {
    requirementsOf(type, field) {
      const key = `${type}.${field}`;
      let requirements = memo.get(key);
      if (!requirements) {
        const all = [type, ...(objectsOf.get(type) ?? [])].flatMap((name) => collect(name, field));
        requirements = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
        memo.set(key, requirements);
      }
      return requirements;
    },
  };
}

interface GuardedType {
  readonly own: readonly Requirement[];
  readonly fields: ReadonlyMap<string, GuardedField>;
  readonly parents: readonly string[];
}

interface GuardedField {
  readonly own: readonly Requirement[];
  readonly returns: string;
  /** No subgraph defines it on this type: it comes from an interface object. */
  readonly isBorrowed: boolean;
}

const specifications = ['authenticated', 'requiresScopes', 'policy'] as const;
type Specification = (typeof specifications)[number];

/** What the directives are called in this supergraph: @link may give them other names. */
export function readDirectiveNames(supergraph: DocumentNode): ReadonlyMap<string, Specification> {
  const names = new Map<string, Specification>(specifications.map((name) => [name, name]));
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const directive of definition.directives ?? []) {
      const { url, as, import: imports } = argumentsOf(directive);
      const [, name] = /\/([A-Za-z]+)\/v\d+\.\d+\/?$/.exec(String(url)) ?? [];
      const specification = specifications.find((one) => one === name);
      if (directive.name.value !== 'link' || !specification) continue;
      if (typeof as === 'string') names.set(as, specification);
      for (const one of Array.isArray(imports) ? imports : []) {
        if (one?.name === `@${specification}` && typeof one.as === 'string') names.set(one.as.slice(1), specification);
      }
    }
  }
  return names;
}

function readRequirement(names: ReadonlyMap<string, Specification>, directive: DirectiveNode): readonly Requirement[] {
  switch (names.get(directive.name.value)) {
    case 'authenticated':
      return [[['authenticated']]];
    case 'requiresScopes':
      return [alternatives(argumentsOf(directive).scopes, 'scope')];
    case 'policy':
      return [alternatives(argumentsOf(directive).policies, 'policy')];
    default:
      return [];
  }
}

/** A list of one may be written without its brackets. */
function alternatives(value: unknown, kind: string): Requirement {
  const list = (one: unknown): unknown[] => (Array.isArray(one) ? one : [one]);
  return list(value ?? []).map((all) => list(all).map((name) => `${kind}:${String(name)}`));
}

const argumentsOf = (directive: DirectiveNode): Record<string, unknown> =>
  Object.fromEntries((directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));

const isBorrowed = (directive: DirectiveNode): boolean =>
  directive.name.value === 'join__field' && !directive.arguments?.some(({ name }) => name.value === 'graph');

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type));
