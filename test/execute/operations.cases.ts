import { describe, expect, test } from '@jest/globals';
import { buildGraph, errorPaths } from './graph.ts';

describe('mutations', () => {
  test('run in the order of the client, across subgraphs', async () => {
    const log: string[] = [];
    const note =
      (name: string) =>
      (_: unknown, { n }: { n: number }) => {
        log.push(`${name}${n}`);
        return n;
      };
    const graph = buildGraph({
      a: {
        typeDefs: 'type Query { a: Int } type Mutation { addA(n: Int!): Int }',
        resolvers: { Mutation: { addA: note('a') } },
      },
      b: {
        typeDefs: 'type Query { b: Int } type Mutation { addB(n: Int!): Int }',
        resolvers: { Mutation: { addB: note('b') } },
      },
    });
    const { data } = await graph.run(
      'mutation { __typename one: addA(n: 1) two: addB(n: 2) three: addA(n: 3) addB(n: 4) }',
    );
    expect(data).toEqual({ __typename: 'Mutation', one: 1, two: 2, three: 3, addB: 4 });
    expect(log).toEqual(['a1', 'b2', 'a3', 'b4']);
    expect(graph.sent.map((request) => request.operationKind)).toEqual(Array(4).fill('mutation'));
  });

  test('go on after one that failed', async () => {
    const graph = buildGraph({
      a: {
        typeDefs: 'type Query { a: Int } type Mutation { fail: Int }',
        resolvers: { Mutation: { fail: () => Promise.reject(new Error('no')) } },
      },
      b: { typeDefs: 'type Query { b: Int } type Mutation { go: Int }', resolvers: { Mutation: { go: () => 1 } } },
    });
    const result = await graph.run('mutation { fail go }');
    expect(result.data).toEqual({ fail: null, go: 1 });
    expect(errorPaths(result)).toEqual(['fail']);
  });
});

describe('variables', () => {
  const graph = buildGraph({
    a: {
      typeDefs: `
        scalar JSON
        enum Size { S L }
        input Inner { size: Size = L list: [Int!] }
        input Filter { id: ID inner: Inner any: JSON }
        type Thing @key(fields: "id") { id: ID! }
        type Query {
          echo(filter: Filter, ids: [ID!], size: Size, n: Float, flag: Boolean, text: String = "subgraph default"): JSON
          thing: Thing
        }
      `,
      resolvers: { Query: { echo: (_: unknown, args: unknown) => args, thing: () => ({ id: 't' }) } },
    },
    b: {
      typeDefs: 'type Thing @key(fields: "id") { id: ID! repeat(text: String, times: Int = 2): String }',
      resolvers: {
        Thing: { repeat: (_: unknown, { text, times }: { text: string; times: number }) => text.repeat(times) },
      },
    },
  });

  test('of every kind reach the subgraph', async () => {
    const { data, errors } = await graph.run(
      `query ($filter: Filter, $ids: [ID!], $size: Size, $n: Float, $flag: Boolean, $text: String) {
        echo(filter: $filter, ids: $ids, size: $size, n: $n, flag: $flag, text: $text)
      }`,
      {
        filter: { id: 7, inner: { list: 3 }, any: { deep: [1, null, { x: 'y' }] } },
        ids: 'one',
        size: 'S',
        n: 1,
        flag: false,
        text: null,
      },
    );
    expect(errors).toBeUndefined();
    expect(data?.echo).toEqual({
      filter: { id: '7', inner: { size: 'L', list: [3] }, any: { deep: [1, null, { x: 'y' }] } },
      ids: ['one'],
      size: 'S',
      n: 1,
      flag: false,
      text: null,
    });
  });

  test('that are absent stay absent, so that defaults hold; those of the operation count too', async () => {
    const text = 'query ($text: String, $n: Float = 2.5) { echo(text: $text, n: $n) }';
    expect((await graph.run(text)).data?.echo).toEqual({ text: 'subgraph default', n: 2.5 });
    expect(graph.sent[0]?.variables).toEqual({ n: 2.5 });
  });

  test('are sent only to the subgraph whose fetch uses them', async () => {
    const { data } = await graph.run(
      'query ($text: String, $ids: [ID!]) { thing { repeat(text: $text) } echo(ids: $ids) }',
      {
        text: 'ab',
        ids: [],
      },
    );
    expect(data?.thing).toEqual({ repeat: 'abab' });
    const used = graph.sent.map(({ variables }) => Object.keys(variables ?? {}).sort());
    expect(used).toContainEqual(['ids']);
    expect(used).toContainEqual(['representations', 'text']);
  });

  test('that do not fit are refused before anything is sent', async () => {
    const result = await graph.run('query ($size: Size!, $n: Float) { echo(size: $size, n: $n) }', {
      size: 'XL',
      n: 'many',
    });
    expect(result.data).toBeUndefined();
    expect(result.errors?.map((error) => error.extensions?.code)).toEqual(['BAD_USER_INPUT', 'BAD_USER_INPUT']);
    expect(graph.sent).toHaveLength(0);
  });
});

describe('interface objects', () => {
  const graph = buildGraph({
    media: {
      typeDefs: `
        interface Media @key(fields: "id") { id: ID! title: String }
        type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int }
        type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int }
        type Query { media: [Media] }
      `,
      resolvers: {
        Query: { media: () => [film, book] },
        Media: {
          __resolveType: ({ id }: { id: string }) => (id === 'b' ? 'Book' : 'Film'),
          __resolveReference: ({ id }: { id: string }) => (id === 'b' ? book : film),
        },
        Book: { __resolveReference: () => book },
        Film: { __resolveReference: () => film },
      },
    },
    ratings: {
      typeDefs: `
        type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int }
        type Query { top: [Media] }
      `,
      resolvers: {
        Query: { top: () => [{ id: 'b' }, { id: 'f' }] },
        Media: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          stars: ({ id }: { id: string }) => (id === 'b' ? 5 : 3),
        },
      },
    },
  });
  const book = { id: 'b', title: 'Emma', pages: 400 };
  const film = { id: 'f', title: 'Heat', minutes: 170 };

  test('give fields to every implementation', async () => {
    expect((await graph.run('{ media { title stars ... on Book { pages } } }')).data?.media).toEqual([
      { title: 'Heat', stars: 3 },
      { title: 'Emma', stars: 5, pages: 400 },
    ]);
    const representations = graph.sent.at(-1)?.variables?.representations;
    expect(representations).toEqual([
      { __typename: 'Media', id: 'f' },
      { __typename: 'Media', id: 'b' },
    ]);
  });

  test('get their concrete type from the subgraph that has it', async () => {
    expect((await graph.run('{ top { stars __typename title ... on Film { minutes } } }')).data?.top).toEqual([
      { stars: 5, __typename: 'Book', title: 'Emma' },
      { stars: 3, __typename: 'Film', title: 'Heat', minutes: 170 },
    ]);
    expect((await graph.run('{ top { stars } }')).data?.top).toEqual([{ stars: 5 }, { stars: 3 }]);
  });
});

test('fields of one name that differ in type are kept apart in the fetch and joined in the answer, errors too', async () => {
  const graph = buildGraph({
    a: {
      typeDefs: 'type User @key(fields: "id") { id: ID } type Query { users: [User] }',
    },
    b: {
      typeDefs: `
        union Account = User | Admin
        type User @key(fields: "id") { id: ID! name: String }
        type Admin { id: ID name: String }
        type Query { accounts: [Account] }
      `,
      resolvers: {
        Account: { __resolveType: ({ name }: { name: string }) => (name === 'U' ? 'User' : 'Admin') },
        Admin: { id: (admin: { id?: string }) => admin.id ?? Promise.reject(new Error('no id')) },
        Query: { accounts: () => [{ id: 'u', name: 'U' }, { id: 'a', name: 'A' }, { name: 'B' }] },
      },
    },
  });
  const result = await graph.run('{ accounts { ... on User { id name } ... on Admin { id name } } }');
  expect(graph.sent[0]?.query).toMatch(/\w+: id/);
  expect(result.data?.accounts).toEqual([
    { id: 'u', name: 'U' },
    { id: 'a', name: 'A' },
    { id: null, name: 'B' },
  ]);
  expect(errorPaths(result)).toEqual(['accounts.2.id']);
});
