import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  type DocumentNode,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  validate,
} from 'graphql';
import { type Budgets, defaultBudgets } from '../../gateway/demand/budgets.ts';
import { evaluate, type Variables } from '../../gateway/demand/cost.ts';
import { compileCost, introspectionCost } from '../../gateway/demand/operation-cost.ts';
import { readWeights } from '../../gateway/demand/weights.ts';
import { findOperation } from '../../gateway/execute/operation.ts';
import { composeSupergraph } from '../../gateway/supergraph/compose.ts';
import { createGraph } from '../../gateway/supergraph/graph.ts';
import { rateLimits, readConfig } from '../../kit/config.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

/** A function that says what an operation costs on the supergraph of one subgraph with this SDL. */
function weigher(sdl: string) {
  const link =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", { name: "@cost", as: "@price" }, "@listSize"])';
  const supergraph = composeSupergraph([{ name: 'all', sdl: `${link} ${sdl}`, url: '' }]);
  // Composers other than ours let a path through.
  const { schema, costs } = createGraph(supergraph.replace('["n"]', '["by.first"]'));
  const of = (document: DocumentNode, variables: Variables) => evaluate(costs.of(document, undefined), variables);
  const valid = (text: string, variables: Variables = {}) => {
    const document = parse(text);
    expect(validate(schema, document)).toEqual([]);
    return of(document, variables);
  };
  return Object.assign(valid, { of });
}

describe('an operation costs', () => {
  const cost = weigher(`
    type Query {
      thing: Thing
      things: [Thing!]! @listSize(assumedSize: 7)
      some: [Thing!]!
      page(first: Int = 20, last: Int): Page @listSize(slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)
      slice(by: Slice, n: Int): [Thing!] @listSize(assumedSize: 3, slicingArguments: ["n"], requireOneSlicingArgument: false)
      exact(first: Int, last: Int): [Thing!] @listSize(slicingArguments: ["first", "last"])
      any: [Any!] @listSize(assumedSize: 2)
      named: Named
      report: Report
      search(text: String @price(weight: 4), filter: Filter): Thing
    }
    input Slice { first: Int more: Slice }
    input Filter { text: Text and: [Filter!] dear: String @price(weight: 3) }
    scalar Text @price(weight: 2)
    type Mutation { make(input: Slice): Thing }
    type Subscription { made(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false) }
    interface Named { name: String }
    type Thing implements Named { name: String text: Text score: Int @price(weight: 5) thing: Thing things: [Thing] @listSize(assumedSize: 4) named: Named }
    type Other implements Named { name: String things: [Thing] @listSize(assumedSize: 6) named: Named }
    union Any = Thing | Other
    type Report @price(weight: 9) { lines: [Report] @listSize(assumedSize: 2) }
    type Page { edges: [Edge!]! nodes: [Thing!]! total: Int }
    type Edge { node: Thing! }
  `);
  const fragments = 'fragment E on Page { ...F } fragment F on Page { edges { node { name } } }';

  test.each<[string, string, number, Variables?]>([
    ['1 for an object, nothing for what it holds', '{ thing { name } }', 1],
    ['1 for each object on the way', '{ thing { thing { thing { name } } } }', 3],
    ['as often as it is asked for by alias', '{ a: thing { name } b: thing { name } }', 2],
    ['a list as many times its item as assumed', '{ things { name } }', 7],
    ['lists in lists multiplied', '{ things { things { thing { name } } } }', 7 * (1 + 4 * 2)],
    ['ten items where nothing is said', '{ some { name } }', 10],
    ['what the default of an argument says', '{ page { edges { node { name } } } }', 1 + 20 * 2],
    ['what an argument says', '{ page(first: 3) { edges { node { name } } } }', 1 + 3 * 2],
    ['the larger of two', '{ page(first: 3, last: 5) { edges { node { name } } } }', 1 + 5 * 2],
    ['the page only, where none of its items is asked for', '{ page(first: 100) { total } }', 1],
    [
      'each list that the argument sizes',
      '{ page(first: 3) { edges { node { name } } nodes { name } } }',
      1 + 3 * 2 + 3,
    ],
    ['the same in fragments', `{ page(first: 3) { ...E } } ${fragments}`, 1 + 3 * 2],
    ['what a variable says', 'query ($n: Int) { page(first: $n) { edges { node { name } } } }', 1 + 8 * 2, { n: 8 }],
    [
      'what a default of a variable says',
      'query ($n: Int = 6) { page(first: $n) { edges { node { name } } } }',
      1 + 6 * 2,
    ],
    ['the default of the argument for no variable', 'query ($n: Int) { page(first: $n) { nodes { name } } }', 1 + 20],
    ['and for null', 'query ($n: Int) { page(first: $n) { nodes { name } } }', 1 + 20, { n: null }],
    ['also where it is written', '{ page(first: null) { nodes { name } } }', 1 + 20],
    ['and for what is not a number', 'query ($n: Int) { page(first: $n) { nodes { name } } }', 1 + 20, { n: '9' }],
    ['what an input object says', 'query ($n: Int) { slice(by: { first: $n }) { name } }', 1 + 4, { n: 4 }],
    ['what an input in a variable says', 'query ($by: Slice) { slice(by: $by) { name } }', 1 + 5, { by: { first: 5 } }],
    ['the assumed size without', 'query ($by: Slice) { slice(by: $by) { name } }', 2 + 3, { by: { more: {} } }],
    [
      'the dearest of a union',
      '{ any { ... on Thing { thing { name } } ... on Other { things { name } } } }',
      2 * (1 + 6),
    ],
    ['the dearest of an interface', '{ named { name ... on Thing { thing { name } score } } }', 1 + 1 + 5],
    ['a field by its weight', '{ thing { score } }', 1 + 5],
    ['a scalar by its weight', '{ thing { text } }', 1 + 2],
    ['a type by its weight', '{ report { lines { __typename } } }', 9 + 2 * 9],
    ['an argument by its weight', '{ search(text: "x") { name } }', 4 + 1],
    [
      'an input by what it holds',
      'query ($f: Filter) { search(filter: $f) { name } }',
      1 + 1 + 2 + (1 + 3) + 1,
      { f: { text: 'x', and: [{ dear: 'y' }, {}] } },
    ],
    ['nothing for what is skipped', '{ thing @skip(if: true) { name } things @include(if: false) { name } }', 0],
    [
      'nothing for what a variable skips',
      'query ($a: Boolean!, $b: Boolean = true) { thing @include(if: $a) { name } ... @skip(if: $b) { things { name } } }',
      1,
      { a: true },
    ],
    [
      'the same for a variable with a name that every object knows',
      'query ($toString: Boolean! = true, $constructor: Int = 6) { page(first: $constructor) @include(if: $toString) { nodes { name } } }',
      1 + 6,
    ],
    [
      'what such a variable says',
      'query ($valueOf: Boolean = true, $hasOwnProperty: Int) { page(first: $hasOwnProperty) { nodes { name } } thing @skip(if: $valueOf) { name } }',
      1 + 8 + 1,
      { valueOf: false, hasOwnProperty: 8 },
    ],
    ['ten for a mutation', 'mutation { make { name } }', 10 + 1],
    ['ten for each of several', 'mutation { a: make { name } b: make(input: { first: 1 }) { name } }', 11 + 12],
    [
      'what one event costs',
      'subscription ($n: Int) { made(first: $n) { edges { node { name } } } }',
      1 + 2 * 2,
      { n: 2 },
    ],
    ['nothing for __typename', '{ __typename }', 0],
    [
      'so much for introspection',
      '{ __schema { types { name } } __type(name: "Thing") { name } }',
      2 * introspectionCost,
    ],
  ])('%s', (_name, text, expected, variables = {}) => {
    expect(cost(text, variables)).toBe(expected);
  });

  test('nothing, but is refused, where exactly one size is wanted', () => {
    expect(cost('{ exact(first: 2) { name } }')).toBe(2);
    for (const args of ['', '(first: 2, last: 2)', '(first: null)'])
      expect(() => cost(`{ exact${args} { name } }`)).toThrow(
        /Query.exact: give exactly one of the arguments first, last/,
      );
  });

  test('more than any budget for a page without end', () => {
    const text = 'query ($n: Int) { page(first: $n) { nodes { things { things { name } } } } }';
    for (const n of [2 ** 31, 1e300, Number.POSITIVE_INFINITY]) {
      expect(cost(text, { n })).toBeGreaterThan(1e9);
    }
  });

  test('little to work out, however types are nested in types', () => {
    const types = Array.from(
      { length: 40 },
      (_, i) =>
        `type T${i} implements I { i(first: Int): [I] @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false) n: Int }`,
    );
    const nested = weigher(`type Query { i: I } interface I { i(first: Int): [I] n: Int } ${types.join('\n')}`);
    const text = `query ($n: Int) { i ${'{ n i(first: $n) '.repeat(11)} { n } ${'}'.repeat(11)} }`;
    nested(text, { n: 1 });
    // The least of five, each a document of its own: the process's time holds that of a compiler and a collector at work.
    const times = Array.from({ length: 5 }, () => {
      const document = parse(text);
      const { user } = process.cpuUsage();
      expect(nested.of(document, { n: 2 })).toBe(2 ** 12 - 1);
      return (process.cpuUsage().user - user) / 1_000;
    });
    expect(Math.min(...times)).toBeLessThan(50); // ms; one by one it would be 40^11
  });

  test('an input that is all objects in objects is refused before the stack ends', () => {
    let f: unknown = {};
    for (let i = 0; i < 50_000; i += 1) f = { and: f };
    expect(() => cost('query ($f: Filter) { search(filter: $f) { name } }', { f })).toThrow(/more than 60 objects/);
  });
});

describe('on our graph', () => {
  const supergraph = read('schema/supergraph.graphql');
  const { schema } = createGraph(supergraph);
  const weights = readWeights(parse(supergraph));

  /** Who is meant to run it, and with what. */
  const contract: Record<string, [(keyof Budgets)[], Variables]> = {
    Unified: [['seat', 'partner', 'person'], { slug: 'net4u-africa' }],
    OpenPlan: [['seat'], { id: 'plan:1' }],
    JoinPlan: [['seat'], { planId: 'plan:1' }],
    PushPlanEdits: [['seat'], { planId: 'plan:1', epoch: 1, editId: 'e', update: '' }],
    PlanEdits: [['seat', 'partner'], { planId: 'plan:1' }],
    NetworkUpdates: [['seat', 'partner', 'person'], {}],
    NetworkUpdatesPage: [['seat', 'partner', 'person'], { first: 100, filter: { types: ['x'] } }],
    StartThread: [['seat'], { input: { title: 'x', body: 'y' } }],
  };

  test('every operation of the contract passes at the lowest budget of those who are meant to run it', () => {
    const names: string[] = [];
    for (const file of readdirSync(new URL('../../schema/operations', import.meta.url))) {
      const document = parse(read(`schema/operations/${file}`));
      for (const definition of document.definitions) {
        if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
        const name = definition.name?.value as string;
        const [kinds, variables] = contract[name] as [(keyof Budgets)[], Variables];
        const cost = evaluate(compileCost(schema, weights, findOperation(document, name)), variables);
        expect(cost).toBeGreaterThan(0);
        expect(cost).toBeLessThanOrEqual(Math.min(...kinds.map((kind) => defaultBudgets[kind])));
        names.push(name);
      }
    }
    expect(names.sort()).toEqual(Object.keys(contract).sort());
  });

  test('demand.md says what its example costs, and what the settings allow', () => {
    const page = read('schema/demand.md');
    const [, text = ''] = /```graphql\n([\s\S]*?)```/.exec(page) ?? [];
    const [, said] = /(\d+) of this one/.exec(page) ?? [];
    const cost = compileCost(schema, weights, findOperation(parse(text), undefined));
    expect(Number(said)).toBe(evaluate(cost, { slug: 'a' }));
    expect(readConfig({}).COST_BUDGETS).toEqual(defaultBudgets);
    for (const amount of [...Object.values(defaultBudgets), ...Object.values(rateLimits)]) {
      expect(page).toContain(Number(amount).toLocaleString('en'));
    }
  });

  test('every list of objects is part of a page of at most 100, or says how long it is taken to be', () => {
    const types = Object.values(schema.getTypeMap()).filter(
      (type) => isObjectType(type) && !type.name.startsWith('__'),
    );
    const fields = types.flatMap((type) =>
      (isObjectType(type) ? Object.values(type.getFields()) : []).map((field) => ({ type, field })),
    );
    const pages = fields.filter(
      ({ type, field }) => (weights.lists.get(`${type.name}.${field.name}`)?.sizedFields.length ?? 0) > 0,
    );
    const paged = new Set<string>();
    for (const { type, field } of pages) {
      const { slicingArguments, sizedFields } = weights.lists.get(`${type.name}.${field.name}`) as never as Record<
        string,
        string[]
      >;
      expect(slicingArguments).toEqual(['first']);
      const first = field.args.find(({ name }) => name === 'first');
      expect(first?.defaultValue).toBeLessThanOrEqual(100);
      for (const name of sizedFields as string[]) paged.add(`${getNamedType(field.type).name}.${name}`);
    }
    expect(pages.length).toBeGreaterThanOrEqual(7);
    const unsized = fields.flatMap(({ type, field }) => {
      const inner = isNonNullType(field.type) ? field.type.ofType : field.type;
      const coordinate = `${type.name}.${field.name}`;
      // a list of scalars is a part of its object, and costs nothing
      if (!isListType(inner) || !isCompositeType(getNamedType(inner)) || paged.has(coordinate)) return [];
      return weights.lists.get(coordinate)?.assumedSize === undefined ? [coordinate] : [];
    });
    expect(unsized).toEqual([]);
  });
});
