import { describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { readGuard } from '../../gateway/authorization/requirements.ts';
import { buildGraph } from '../execute/graph.ts';

const read = (sdl: string) => readGuard(parse(sdl));

describe('requirements are read from a supergraph', () => {
  test('without any, there is nothing to guard', () => {
    expect(read('type Query { a: Int } directive @authenticated on FIELD_DEFINITION')).toBeUndefined();
  });

  test('by whatever name @link gives the directives', () => {
    const guard = read(`
      schema @link(url: "https://specs.apollo.dev/authenticated/v0.1", as: "signedIn", for: SECURITY)
        @link(url: "https://specs.apollo.dev/policy/v0.1", import: [{ name: "@policy", as: "@rule" }]) { query: Query }
      type Query { a: Int @signedIn  b: Int @rule(policies: [["p", "q"], ["r"]])  c: Int @other }
    `);
    expect(guard?.requirementsOf('Query', 'a')).toEqual([[['authenticated']]]);
    expect(guard?.requirementsOf('Query', 'b')).toEqual([[['policy:p', 'policy:q'], ['policy:r']]]);
    expect(guard?.requirementsOf('Query', 'c')).toEqual([]);
    expect(guard?.requirementsOf('Query', 'unknown')).toEqual([]);
  });

  test('a list of one without brackets is a list; an empty one lets nobody pass', () => {
    const guard = read('type Query { a: Int @requiresScopes(scopes: "one")  b: Int @requiresScopes(scopes: []) }');
    expect(guard?.requirementsOf('Query', 'a')).toEqual([[['scope:one']]]);
    expect(guard?.requirementsOf('Query', 'b')).toEqual([[]]);
  });

  test('an interface asks for what each type behind it asks for, also where composition has not said so', () => {
    const guard = read(`
      type Query { node: Node }
      interface Node { id: ID! }
      type A implements Node @policy(policies: [["a"]]) { id: ID! }
      type B implements Node { id: ID! @authenticated }
      type C { id: ID! @policy(policies: [["c"]]) }
    `);
    expect(guard?.requirementsOf('Node', 'id')).toEqual([[['policy:a']], [['authenticated']]]);
    expect(guard?.requirementsOf('B', 'id')).toEqual([[['authenticated']]]);
    expect(guard?.requirementsOf('Query', 'node')).toEqual([]);
  });
});

test('what an interface object adds is guarded on each type behind it, however the types are reached', async () => {
  const { run } = buildGraph({
    media: {
      typeDefs: `interface Media @key(fields: "id") { id: ID! }
        type Book implements Media @key(fields: "id") { id: ID! }
        type Query { book: Book media: Media }`,
      resolvers: { Query: { book: () => ({ id: 'b' }), media: () => ({ __typename: 'Book', id: 'b' }) } },
    },
    reviews: {
      typeDefs: 'type Media @key(fields: "id") @interfaceObject { id: ID! score: Int @authenticated stars: Int }',
      resolvers: { Media: { __resolveReference: (media: object) => media, score: () => 5, stars: () => 4 } },
    },
  });
  const { data, errors } = await run('{ book { id score stars } media { id score ... on Book { s: score } } }');
  expect(data).toEqual({ book: { id: 'b', score: null, stars: 4 }, media: { id: 'b', score: null, s: null } });
  expect(errors?.map(({ path }) => path?.join('.'))).toEqual(['book.score', 'media.score', 'media.s']);
});
