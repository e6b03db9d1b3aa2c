import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

/** A query for all fields of a type, wherever the type stands in a list. */
export interface FieldsQuery {
  type: string;
  /** Where its instances are: names of fields, and types behind `...`. */
  path: readonly string[];
  query: string;
}

/** Arguments that a field must have, by their name; a field that must have others is about one thing, and not asked. */
const given: Readonly<Record<string, string>> = {
  slug: '"net4u-americas"',
  networkId: '"net:americas"',
  text: '"reviews"',
  locale: '"en"',
  timeZone: '"America/Lima"',
};

/** Where many of the main types are found; from these and from the roots of Query the others are reached. */
const wellsprings: readonly (readonly string[])[] = [
  ['networks'],
  ['organisations(first: 100)', 'edges', 'node'],
  ['network(slug: "net4u-americas")', 'memberships(first: 100)', 'edges', 'node'],
  ['network(slug: "net4u-americas")', 'memberships(first: 100)', 'edges', 'node', 'seats'],
  ['membershipApplications(networkId: "net:americas")'],
  ['membershipApplications(networkId: "net:americas")', 'sponsorships'],
  ['workingPlans'],
  ['workingPlans', 'objectives'],
  ['workingPlans', 'objectives', 'outcomes'],
  ['workingPlans', 'objectives', 'outcomes', 'activities'],
  ['activities(first: 100)', 'edges', 'node'],
  ['inbox(first: 100)', 'edges', 'node'],
  ['inbox(first: 100)', 'edges', 'node', 'posts(first: 5)', 'edges', 'node'],
  ['network(slug: "net4u-americas")', 'meetings'],
  ['network(slug: "net4u-americas")', 'decisions(first: 100)', 'edges', 'node'],
  ['network(slug: "net4u-americas")', 'statements(first: 100)', 'edges', 'node'],
  ['network(slug: "net4u-americas")', 'knowledge(first: 100)', 'edges', 'node'],
  ['countryReviews'],
  ['countryReviews', 'engagements(first: 100)', 'edges', 'node'],
  ['networks', 'bodies'],
  ['networks', 'charterProposals(first: 100)', 'edges', 'node'],
];

const deepest = 10; // levels of fields above a type's own; the gateway takes 12 in all

interface Place {
  type: GraphQLObjectType;
  path: readonly string[];
  /** Whether a list was passed on the way: only there can one statement become many. */
  inList: boolean;
}

/** For each object type that stands in a list somewhere, a query for all its fields at once, with children as their `__typename`. */
export function queriesOfFields(schema: GraphQLSchema): FieldsQuery[] {
  const query = schema.getQueryType() as GraphQLObjectType;
  const places = wellsprings.map((path) => follow(schema, query, path));
  const found = places.map(ask);
  const known = new Set(places.map(nameOf));
  const waiting: Place[] = [...places, { type: query, path: [], inList: false }];
  for (let at = waiting.shift(); at; at = waiting.shift()) {
    for (const field of Object.values(at.type.getFields())) {
      const segment = segmentOf(field, true);
      if (!segment) continue;
      for (const place of step(schema, at, field, segment)) {
        const isDeep = place.path.filter((one) => !one.startsWith('...')).length > deepest;
        if (isDeep || known.has(nameOf(place)) || known.has(place.type.name)) continue;
        known.add(nameOf(place));
        waiting.push(place);
        if (place.inList) found.push(ask(place));
      }
    }
  }
  return found;
}

const nameOf = ({ type, inList }: Place): string => (inList ? type.name : `one ${type.name}`);

function follow(schema: GraphQLSchema, query: GraphQLObjectType, path: readonly string[]): Place {
  let at: Place = { type: query, path: [], inList: false };
  for (const segment of path) {
    const field = at.type.getFields()[segment.split('(')[0]!];
    if (!field) throw new Error(`${at.type.name} has no field ${segment}: mend the list of wellsprings.`);
    at = step(schema, at, field, segment)[0]!;
  }
  return at;
}

/** Where a field leads: to one type, or to each that an interface or union may be. */
function step(schema: GraphQLSchema, at: Place, field: GraphQLField<unknown, unknown>, segment: string): Place[] {
  const type = getNamedType(field.type);
  const inList = at.inList || hasList(field.type);
  const path = [...at.path, segment];
  if (isObjectType(type)) return [{ type, path, inList }];
  if (!isAbstractType(type)) return [];
  return schema.getPossibleTypes(type).map((one) => ({ type: one, path: [...path, `... on ${one.name}`], inList }));
}

const hasList = (type: GraphQLOutputType): boolean => isListType(getNullableType(type));

/** The field with the arguments that it must have; undefined where one of them is not ours to give. @param whole pages as long as they may be */
function segmentOf(field: GraphQLField<unknown, unknown>, whole: boolean): string | undefined {
  const args: string[] = [];
  for (const arg of field.args) {
    if (whole && arg.name === 'first' && !isNonNullType(arg.type)) args.push('first: 100');
    // `network` takes an id or a slug, and neither is required
    if (arg.name !== 'slug' && (!isNonNullType(arg.type) || arg.defaultValue !== undefined)) continue;
    const value = given[arg.name];
    if (value === undefined) return undefined;
    args.push(`${arg.name}: ${value}`);
  }
  return args.length > 0 ? `${field.name}(${args.join(', ')})` : field.name;
}

function ask({ type, path }: Place): FieldsQuery {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const segment = segmentOf(field, false);
    return segment ? [isLeafType(getNamedType(field.type)) ? segment : `${segment} { __typename }`] : [];
  });
  const query = path.reduceRight(
    (inner, segment) => `{ ${segment} ${inner} }`,
    `{ ${['__typename', ...fields].join(' ')} }`,
  );
  return { type: type.name, path, query };
}

/** How many instances of its type the answer to a query holds. */
export function countInstances(data: unknown, { path, type }: FieldsQuery): number {
  let at: unknown[] = [data];
  for (const segment of path) {
    if (segment.startsWith('...')) continue;
    const name = segment.split('(')[0]!;
    at = at.flatMap((one) => (one as Record<string, unknown> | null)?.[name] ?? []);
  }
  return at.filter((one) => (one as { __typename?: string } | null)?.__typename === type).length;
}
