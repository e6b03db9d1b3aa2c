import { readFileSync } from 'node:fs';
import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  Kind,
  parse,
} from 'graphql';
import { schema } from './send.ts';

type Field = GraphQLField<unknown, unknown>;

/** Types that have a key, so that a record of one may be come by on several paths; by the key's field. */
export const keyOf = new Map<string, string>();
for (const definition of parse(readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8'))
  .definitions) {
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
  const names = definition.fields?.map(({ name }) => name.value) ?? [];
  const keyed = definition.directives?.some(({ arguments: given }) => given?.some(({ name }) => name.value === 'key'));
  const key = ['id', 'code'].find((name) => names.includes(name));
  if (keyed && key) keyOf.set(definition.name.value, key);
}

/** Arguments of fields, by `Type.field`. */
export type Given = Record<string, string>;

/** Values that are another each time they are read, although nothing has changed. */
const opaque = new Set(['Cursor', 'Base64']);
/** Fields that tell the hour. */
const restless = new Set(['Session.lastSeenAt', 'PartnerKey.lastUsedAt', 'Partner.readings']);

const takesNothing = ({ args }: Field) => !args.some(isRequiredArgument);
const isText = (type: GraphQLNamedType) => type.name === 'LocalizedText';
const isPage = ({ name }: GraphQLNamedType) => name === 'PageInfo' || name.endsWith('Connection');

/** How a record is looked at. */
export interface Look {
  given: Given;
  /** Fields that are not asked for. */
  leaveOut?: (type: string, field: string) => boolean;
}

/**
 * What of a record is compared: all its plain fields and texts, the keys of the records that it names, and as much of what
 * belongs to it and has no key of its own.
 * @param within of how many such objects, one in the other, the fields are told
 */
export function fingerprint(type: GraphQLObjectType, look: Look, within = 1): string {
  const { given, leaveOut = () => false } = look;
  const parts = Object.values(type.getFields()).flatMap((field) => {
    const of = getNamedType(field.type);
    const name = `${type.name}.${field.name}`;
    if (opaque.has(of.name) || restless.has(name) || leaveOut(type.name, field.name)) return [];
    const args = given[name];
    const asked = args ? `${field.name}(${args})` : field.name;
    if (isLeafType(of)) return takesNothing(field) || args ? [asked] : [];
    // What needs arguments is asked of one record, whose they are: see `select`.
    if (!takesNothing(field)) return [];
    if (isText(of)) return [`${asked} { text }`];
    if (isAbstractType(of)) return [`${asked} { __typename }`];
    const key = keyOf.get(of.name);
    if (key) return [`${asked} { ${key} }`];
    return isObjectType(of) && !isPage(of) && within > 0 ? [`${asked} { ${fingerprint(of, look, within - 1)} }`] : [];
  });
  return ['__typename', ...parts].join(' ');
}

/** Fields of a type that are compared only with arguments which `given` does not have. */
export const untold = (type: GraphQLObjectType, given: Given): string[] =>
  Object.values(type.getFields()).flatMap((field) => {
    const name = `${type.name}.${field.name}`;
    return takesNothing(field) || name in given ? [] : [name];
  });

/** A field that leads to objects; where it answers in pages, to those on them. */
export interface Edge {
  name: string;
  parent: GraphQLObjectType;
  field: Field;
  targets: readonly GraphQLObjectType[];
  /** What is selected of a target, as it stands in the field's own selection. */
  within(target: GraphQLObjectType, selection: string): string;
}

function edgeOf(parent: GraphQLObjectType, field: Field): Edge | undefined {
  const type = getNamedType(field.type);
  const named = { name: `${parent.name}.${field.name}`, parent, field };
  if (isAbstractType(type)) {
    const within: Edge['within'] = (target, selection) => `... on ${target.name} { ${selection} }`;
    return { ...named, targets: schema.getPossibleTypes(type), within };
  }
  if (!isObjectType(type) || isText(type) || type.name === 'PageInfo') return undefined;
  if (!type.name.endsWith('Connection'))
    return { ...named, targets: [type], within: (_target, selection) => selection };
  const pages = getNamedType(type.getFields().edges!.type) as GraphQLObjectType;
  const node = edgeOf(pages, pages.getFields().node!)!;
  return {
    ...named,
    targets: node.targets,
    within: (target, selection) => `edges { node { ${node.within(target, selection)} } }`,
  };
}

export const edgesOf = (parent: GraphQLObjectType): Edge[] =>
  Object.values(parent.getFields()).flatMap((field) => edgeOf(parent, field) ?? []);

/** Object types that a client can come to, in the order of how far they are. */
export function typesFrom(root: GraphQLObjectType): GraphQLObjectType[] {
  const found = new Set([root]);
  for (const type of found) for (const { targets } of edgesOf(type)) for (const target of targets) found.add(target);
  return [...found];
}

/** `field(arguments) { ... }`; @throws where it needs arguments that `given` does not have */
export function select(edge: Edge, given: Given, inner: string): string {
  const args = given[edge.name];
  if (args === undefined && !takesNothing(edge.field)) {
    const needed = edge.field.args.filter(isRequiredArgument).map(({ name }) => name);
    throw new Error(`how is ${edge.name} walked? It needs ${needed.join(', ')}`);
  }
  return `${edge.field.name}${args ? `(${args})` : ''} { ${inner} }`;
}

/** How an operation comes to a type. */
export interface Way {
  /** Puts around a selection on the type what leads there from the root. */
  to(selection: string): string;
  /** Names of the edges that it goes along. */
  steps: readonly string[];
  /** Whether it goes through a field that leads to one of several types. */
  isOfUnion: boolean;
}

/**
 * A way from the root to each type: the shortest, if it can be, on which each field leads to one type alone, or one that is preferred.
 * @param preferred edges from the root on, by the type they lead to
 */
export function waysFrom(root: GraphQLObjectType, given: Given, preferred: Record<string, string[]>): Map<string, Way> {
  const types = typesFrom(root);
  const known = new Map(types.flatMap(edgesOf).map((edge) => [edge.name, edge]));
  const ways = new Map<string, Way>([[root.name, { to: (selection) => selection, steps: [], isOfUnion: false }]]);
  const follow = (way: Way, edge: Edge, target: GraphQLObjectType): Way => ({
    to: (selection) => way.to(select(edge, given, edge.within(target, selection))),
    steps: [...way.steps, edge.name],
    isOfUnion: way.isOfUnion || edge.targets.length > 1,
  });
  for (const [name, path] of Object.entries(preferred)) {
    let way: Way = ways.get(root.name)!;
    path.forEach((step, place) => {
      const edge = known.get(step);
      if (!edge) throw new Error(`there is no ${step}`);
      const next = known.get(path[place + 1] ?? '')?.parent.name ?? name;
      way = follow(way, edge, edge.targets.find((target) => target.name === next)!);
    });
    ways.set(name, way);
  }
  for (const most of [1, Number.POSITIVE_INFINITY]) {
    // Those found on the way are gone on from in their turn.
    const reached = new Set([root, ...types.filter(({ name }) => ways.has(name))]);
    for (const type of reached) {
      for (const edge of edgesOf(type).filter(({ targets }) => targets.length <= most)) {
        for (const target of edge.targets) {
          if (!ways.has(target.name)) ways.set(target.name, follow(ways.get(type.name)!, edge, target));
          reached.add(target);
        }
      }
    }
  }
  return ways;
}

/** Every record in an answer that was asked for its fingerprint, so that it names its type and has a key; and where it stands. */
export function recordsIn(answer: unknown): { path: string; record: Record<string, unknown> }[] {
  const found: { path: string; record: Record<string, unknown> }[] = [];
  const search = (value: unknown, path: string): void => {
    if (Array.isArray(value)) for (const one of value) search(one, path);
    else if (value !== null && typeof value === 'object') {
      const record = value as Record<string, unknown>;
      const key = keyOf.get(String(record.__typename));
      if (key && record[key] !== undefined) found.push({ path, record });
      else for (const [name, inner] of Object.entries(record)) search(inner, path ? `${path}.${name}` : name);
    }
  };
  search(answer, '');
  return found;
}
