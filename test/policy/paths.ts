import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLObjectType,
  getNamedType,
  isObjectType,
  isRequiredArgument,
  Kind,
  parse,
} from 'graphql';
import { isOfViewer } from '../../gateway/live/viewer.ts';
import { schema } from './send.ts';
import { type Edge, edgesOf, fingerprint, type Given, keyOf, select, type Way } from './walk.ts';

/** How much one operation may hold: words and signs of its text, selections with its fragments spread in, and root fields. */
const most = { tokens: 1_900, selections: 950, ways: 20 };
const tokensOf = (text: string) => text.match(/[\w"]+|[^\s\w,]/g)!.length;
const wordsOf = (text: string) => text.match(/\w+/g)!.length;

/** What refuses whoever is no other installation, and with it all that is asked for beside it. */
const refusal = /^(auditHeads|replicatedPlans)\(/;

const fragmentOn = (type: GraphQLObjectType, fields: string) => `fragment F${type.name} on ${type.name} { ${fields} }`;

/** Whether it leads to a record, or to something else that is not looked at with the record it belongs to. */
const leadsOn = ({ parent, field, targets }: Edge) =>
  !keyOf.has(parent.name) || field.args.some(isRequiredArgument) || targets.some(({ name }) => keyOf.has(name));

/** What is asked at the end of one way: an edge, and what is looked at of one type that it leads to. */
interface Stop {
  text: string;
  steps: readonly string[];
  target: GraphQLObjectType;
  fields: string;
  /** Not to be asked beside others. */
  isAlone: boolean;
}

/** @param occurring types that are met at the end of an edge which leads to one of several */
function stopsOn(parent: GraphQLObjectType, way: Way, given: Given, occurring: Map<string, Set<string>>): Stop[] {
  const edges = edgesOf(parent).filter(leadsOn);
  return edges.flatMap((edge) => {
    // Types of one union have fields of one name and different types, which one operation cannot select.
    const isOfUnion = edge.targets.length > 1 || way.isOfUnion;
    const targets = edge.targets.filter(({ name }) => edge.targets.length === 1 || occurring.get(edge.name)?.has(name));
    return targets.map((target) => {
      const text = way.to(select(edge, given, edge.within(target, `...F${target.name}`)));
      const steps = [...way.steps, edge.name];
      return {
        text,
        steps,
        target,
        fields: fingerprint(target, { given }),
        isAlone: isOfUnion || refusal.test(text),
      };
    });
  });
}

/** Whether one goes on from where the other looks at a record: it would look there at more than elsewhere. */
const isOnWay = (one: Stop, other: Stop): boolean => {
  const [short, long] = one.steps.length < other.steps.length ? [one, other] : [other, one];
  return short.steps.length < long.steps.length && short.steps.every((step, place) => step === long.steps[place]);
};

/** Operations that walk all edges of these types, as few as fit the limits of an operation. */
export function operationsFor(
  types: GraphQLObjectType[],
  ways: Map<string, Way>,
  given: Given,
  occurring: Map<string, Set<string>>,
): string[] {
  const operations: Stop[][] = [];
  const textOf = (stops: Stop[]) => {
    const fragments = new Map(stops.map(({ target, fields }) => [target.name, fragmentOn(target, fields)]));
    return `query { ${stops.map(({ text }) => text).join(' ')} } ${[...fragments.values()].join(' ')}`;
  };
  const fits = (stops: Stop[], next: Stop) =>
    stops.length <= most.ways &&
    !stops.some((one) => one.isAlone || isOnWay(one, next)) &&
    tokensOf(textOf(stops)) < most.tokens &&
    wordsOf(textOf(stops)) + stops.reduce((sum, { fields }) => sum + wordsOf(fields), 0) < most.selections;
  for (const stop of types.flatMap((type) => stopsOn(type, ways.get(type.name)!, given, occurring))) {
    const beside = operations.find((one) => fits([...one, stop], stop));
    if (beside) beside.push(stop);
    else operations.push([stop]);
  }
  return operations.map(textOf);
}

/** Edges that lead to one of several types, and what asks which; as `asking`, by the edge's name. */
export const unionsOf = (types: GraphQLObjectType[], ways: Map<string, Way>, given: Given) =>
  types.flatMap((type) =>
    edgesOf(type)
      .filter(({ targets }) => targets.length > 1)
      .map((edge) => ({
        name: edge.name,
        asking: `query { ${ways.get(type.name)!.to(select(edge, given, '__typename'))} }`,
      })),
  );

/** The root field that answers one record of a type by its key. */
export const rootOf = (type: string): Edge | undefined =>
  edgesOf(schema.getQueryType()!).find(
    ({ field }) => getNamedType(field.type).name === type && field.args.some(({ name }) => name === keyOf.get(type)),
  );

/** Asks for records of a type by its own root field: as `r0`, `r1` ... of each operation, in the order of the keys. */
export function operationsByKey(
  name: string,
  keys: readonly string[],
  given: Given,
): { text: string; keys: string[] }[] {
  const type = schema.getType(name) as GraphQLObjectType;
  const { field } = rootOf(name)!;
  const fields = fingerprint(type, { given });
  const atOnce = Math.max(1, Math.min(20, Math.floor(most.selections / wordsOf(fields))));
  const operations: { text: string; keys: string[] }[] = [];
  for (let from = 0; from < keys.length; from += atOnce) {
    const some = keys.slice(from, from + atOnce);
    const selections = some.map(
      (key, place) => `r${place}: ${field.name}(${keyOf.get(name)}: "${key}") { ...F${name} }`,
    );
    operations.push({ text: `query { ${selections.join(' ')} } ${fragmentOn(type, fields)}`, keys: some });
  }
  return operations;
}

/**
 * A stream of the records it leads to, with all that rights alone decide on, so that one run serves all of equal rights.
 * @param own with what depends on the reader too, so that the run is the reader's own
 */
export function subscriptionOn(edge: Edge, given: Given, own: boolean): string {
  const look = own ? { given } : { given, leaveOut: isOfViewer };
  const fragments = new Map<string, string>();
  const take = (target: GraphQLObjectType, depth: number): string => {
    if (keyOf.has(target.name)) {
      fragments.set(target.name, fragmentOn(target, fingerprint(target, look)));
      return `...F${target.name}`;
    }
    const inner = edgesOf(target).filter(({ targets }) => depth > 0 && targets.length === 1);
    return ['__typename', ...inner.map((one) => select(one, given, fill(one, depth - 1)))].join(' ');
  };
  const fill = (one: Edge, depth: number): string =>
    one.targets.map((target) => one.within(target, take(target, depth))).join(' ');
  const head = select(edge, given, fill(edge, 2));
  return `subscription { ${head} } ${[...fragments.values()].join(' ')}`;
}

/** Asks for a record as a query does: by its own root field where there is one, else on the way to such records. */
export function readAgain(record: Record<string, unknown>, ways: Map<string, Way>, given: Given): string {
  const name = String(record.__typename);
  if (rootOf(name)) return operationsByKey(name, [String(record[keyOf.get(name)!])], given)[0]!.text;
  return `query { ${ways.get(name)!.to(fingerprint(schema.getType(name) as GraphQLObjectType, { given }))} }`;
}

/**
 * Types that a subgraph can be asked for by reference, with those of its own fields that it can tell from the key alone.
 * `isRooted` where it answers the root field of the type too.
 */
export function referable(name: string, given: Given): { type: string; selection: string; isRooted: boolean }[] {
  const sdl = readFileSync(new URL(`../../schema/${name}.graphql`, import.meta.url), 'utf8');
  const own = buildSchema(sdl, { assumeValidSDL: true });
  return parse(sdl).definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || !keyOf.has(definition.name.value)) return [];
    const resolvable = definition.directives?.some(
      ({ name: { value }, arguments: args = [] }) =>
        value === 'key' && !args.some((one) => one.value.kind === Kind.BOOLEAN && !one.value.value),
    );
    const type = own.getType(definition.name.value);
    if (!resolvable || !isObjectType(type)) return [];
    const hidden = new Set(
      definition.fields?.flatMap(({ name: field, directives = [] }) =>
        directives.some((one) => ['external', 'inaccessible', 'requires'].includes(one.name.value))
          ? [`${type.name}.${field.value}`]
          : [],
      ),
    );
    const selection = fingerprint(type, { given, leaveOut: (of, field) => hidden.has(`${of}.${field}`) });
    const isRooted = (rootOf(type.name)?.field.name ?? '') in (own.getQueryType()?.getFields() ?? {});
    // A stub that says no more than what it was asked by has nothing to compare.
    return selection === `__typename ${keyOf.get(type.name)}` ? [] : [{ type: type.name, selection, isRooted }];
  });
}
