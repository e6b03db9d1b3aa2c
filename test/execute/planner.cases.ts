import { describe, expect, test } from '@jest/globals';
import { type DocumentNode, parse } from 'graphql';
import { createPlanner } from '../../gateway/planner.ts';
import { buildGraph } from './graph.ts';
import { buildShop } from './shop.ts';

const codeOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return (error as { extensions?: { code?: string } }).extensions?.code;
  }
  return 'nothing was thrown';
};

describe('a planner', () => {
  test('knows the subgraphs by the names the supergraph gives them', () => {
    const { planner } = buildShop();
    expect(Object.fromEntries(planner.subgraphs)).toEqual({
      catalogue: 'http://catalogue.invalid',
      reviews: 'http://reviews.invalid',
      accounts: 'http://accounts.invalid',
    });
  });

  test('shows clients nothing of federation, and nothing inaccessible', () => {
    const { planner } = buildGraph({
      a: { typeDefs: 'type Query { seen: Int hidden: Secret @inaccessible } type Secret @inaccessible { x: Int }' },
    });
    const names = Object.keys(planner.schema.getTypeMap()).filter((name) => !name.startsWith('__'));
    expect(names.sort()).toEqual(['Boolean', 'Int', 'Query', 'String']);
    expect(Object.keys(planner.schema.getQueryType()!.getFields())).toEqual(['seen']);
  });

  test.each([
    ['not GraphQL', 'type {', /not valid GraphQL/],
    ['no supergraph', 'type Query { a: Int }', /names no subgraphs/],
    ['empty', '', /not valid GraphQL/],
  ])('refuses what is %s', (_, sdl, message) => {
    expect(() => createPlanner(sdl)).toThrow(message);
  });

  test('says what is wrong with an operation', () => {
    const { planner } = buildShop();
    expect(codeOf(() => planner.plan('{ me {'))).toBe('GRAPHQL_PARSE_FAILED');
    expect(codeOf(() => planner.plan('{ nobody }'))).toBe('GRAPHQL_VALIDATION_FAILED');
    const circle = '{ me { ...A } } fragment A on User { ...B } fragment B on User { ...A }';
    expect(codeOf(() => planner.plan(circle))).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(codeOf(() => planner.plan('query A { me { id } } query B { me { id } }'))).toBe(
      'OPERATION_RESOLUTION_FAILURE',
    );
    expect(codeOf(() => planner.plan('query A { me { id } }', 'C'))).toBe('OPERATION_RESOLUTION_FAILURE');
  });

  test('says so when a field cannot be reached from the subgraph that has the object', () => {
    const { planner } = buildGraph({
      a: { typeDefs: 'interface Node @key(fields: "id") { id: ID! } type Query { a: Node }' },
      b: {
        typeDefs: `type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID! field: String }
          type Query { b: Node }`,
      },
    });
    expect(planner.plan('{ b { field } }').variantFor({}).plan).toMatchObject({ kind: 'Fetch', subgraph: 'b' });
    expect(codeOf(() => planner.plan('{ a { field } }'))).toBe('QUERY_PLANNING_FAILED');
  });

  test('plans a text once, however it is laid out, and forgets what was not used for longest', () => {
    const { supergraph } = buildShop();
    const planner = createPlanner(supergraph, { cacheSize: 4 });
    const first = planner.plan('{ me { id } }');
    expect(planner.plan('{ me { id } }')).toBe(first);
    expect(planner.plan('# a comment\n{ me { id, } }')).toBe(first);
    const document = parse('query { me { id } }');
    expect(planner.plan(document)).toBe(planner.plan(document));
    for (const field of ['name', 'nick', 'reviewCount']) planner.plan(`{ me { ${field} } }`);
    expect(planner.plan('{ me { id } }')).not.toBe(first);
  });

  test('plans each operation of a document by its name', async () => {
    const { planner } = buildShop();
    const document: DocumentNode = parse('query A { me { id } } query B { products { id } }');
    expect(planner.plan(document, 'A').variantFor({}).plan).toMatchObject({ kind: 'Fetch', subgraph: 'accounts' });
    expect(planner.plan(document, 'B').variantFor({}).plan).toMatchObject({ kind: 'Fetch', subgraph: 'catalogue' });
  });
});
