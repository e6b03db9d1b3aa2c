import { beforeEach, describe, expect, test } from '@jest/globals';
import { executeIncrementally } from '../../gateway/deferred/execute.ts';
import type { Send } from '../../gateway/execute/index.ts';
import { holding } from '../authorization/standing.ts';
import { runInPieces } from './deferral.ts';
import { buildGraph } from './graph.ts';

describe('defer', () => {
  const users = [
    { id: 'u1', name: 'Ada', boss: 'u2', secret: 7 },
    { id: 'u2', name: 'Bob', boss: null, secret: 8 },
  ];
  const faults = new Set<string>();
  const may = <T>(fault: string, value: T): T => {
    if (faults.has(fault)) throw new Error(`${fault} failed`);
    return value;
  };
  beforeEach(() => faults.clear());
  let created = 0;

  const graph = buildGraph({
    users: {
      typeDefs: /* GraphQL */ `
      type Query { users: [User!]! me: User nodes: [Node] media: Media things: [Thing] slow: Int! plain: Plain }
      type Mutation { create: User }
      type Subscription { joined: User }
      interface Node { id: ID! }
      union Thing = User | Team
      type User implements Node @key(fields: "id") @key(fields: "org { code } number") {
        id: ID! name: String! boss: User number: Int org: Org address: Address secret: Int @authenticated
      }
      type Team implements Node @key(fields: "id") { id: ID! title: String }
      type Org { code: String title: String }
      type Address { city: String country: String }
      type Plain { a: Int b: Int }
      interface Media @key(fields: "id") { id: ID! }
      type Book implements Media @key(fields: "id") { id: ID! }
    `,
      resolvers: {
        Query: {
          users: () => users,
          me: () => users[0],
          nodes: () => [{ __typename: 'User', ...users[0] }, null, { __typename: 'Team', id: 't1' }],
          things: () => [
            { __typename: 'Team', id: 't1' },
            { __typename: 'User', ...users[1] },
          ],
          media: () => ({ __typename: 'Book', id: 'b1' }),
          slow: () => may('slow', 5),
          plain: () => ({ a: 1, b: 2 }),
        },
        Mutation: {
          create: () => {
            created += 1;
            return users[0];
          },
        },
        User: {
          __resolveReference: async ({ id }: { id: string }) => may('User', users.find((one) => one.id === id) ?? null),
          name: ({ id, name }: { id: string; name: string }) => may(`name:${id}`, name),
          boss: ({ boss }: { boss: string | null }) => users.find(({ id }) => id === boss) ?? null,
          number: ({ id }: { id: string }) => Number(id.slice(1)),
          org: () => ({ code: 'o', title: 'Org' }),
          address: () => ({ city: 'Quito', country: 'EC' }),
        },
        Team: { __resolveReference: (team: object) => team, title: () => 'Team' },
      },
    },
    badges: {
      typeDefs: /* GraphQL */ `
      type User @key(fields: "org { code } number") { org: Org @shareable number: Int @shareable badge: String! rank: Int }
      type Org { code: String @shareable }
      type Team @key(fields: "id") { id: ID! badge: String! }
      type Media @key(fields: "id") @interfaceObject { id: ID! score: Int }
    `,
      resolvers: {
        User: {
          __resolveReference: (user: object) => user,
          badge: ({ number, org }: { number: number; org: { code: string } }) =>
            may(`badge:${number}`, `${org.code}${number}`),
          rank: ({ number }: { number: number }) => number,
        },
        Team: { __resolveReference: (team: object) => team, badge: ({ id }: { id: string }) => may(`badge:${id}`, id) },
        Media: { __resolveReference: (media: object) => media, score: () => 5 },
      },
    },
  });

  const run = (operation: string, variables?: Record<string, unknown>) => runInPieces(graph, operation, variables);
  const asked = () => graph.sent.map(({ subgraph, query }) => `${subgraph} ${query}`);

  describe('a deferred fragment comes later', () => {
    test('of entities in a list, all places at once, with its label', async () => {
      const { initial, later } = await run('{ users { id ... @defer(label: "B") { badge name } } }');
      expect(initial).toEqual({ data: { users: [{ id: 'u1' }, { id: 'u2' }] } });
      expect(later).toEqual([
        {
          incremental: [
            { data: { badge: 'o1', name: 'Ada' }, path: ['users', 0], label: 'B' },
            { data: { badge: 'o2', name: 'Bob' }, path: ['users', 1], label: 'B' },
          ],
          hasNext: false,
        },
      ]);
      expect(asked()[0]).not.toMatch(/badge|\bname\b/);
      expect(asked()).toHaveLength(3); // the list; then badges and names, each for all places
    });

    test('of the root, while the rest is answered', async () => {
      const { initial, later } = await run('{ me { id } ... @defer { slow plain { a } } }');
      expect(initial).toEqual({ data: { me: { id: 'u1' } } });
      expect(later).toEqual([{ incremental: [{ data: { slow: 5, plain: { a: 1 } }, path: [] }], hasNext: false }]);
    });

    test('all of an operation', async () => {
      const { initial, later } = await run('{ ...Q @defer } fragment Q on Query { me { name } }');
      expect(initial).toEqual({ data: {} });
      expect(later).toEqual([{ incremental: [{ data: { me: { name: 'Ada' } }, path: [] }], hasNext: false }]);
    });

    test('within another, after it', async () => {
      const { initial, later } = await run(`{ me { id ... @defer(label: "1") {
      name boss { id ... @defer(label: "2") { badge } } ... @defer(label: "3") { rank }
    } } }`);
      expect(initial).toEqual({ data: { me: { id: 'u1' } } });
      const pieces = later.flatMap(({ incremental }) => incremental);
      expect(pieces[0]).toEqual({ data: { name: 'Ada', boss: { id: 'u2' } }, path: ['me'], label: '1' });
      expect(pieces.slice(1).sort((a, b) => (a?.label ?? '').localeCompare(b?.label ?? ''))).toEqual([
        { data: { badge: 'o2' }, path: ['me', 'boss'], label: '2' },
        { data: { rank: 1 }, path: ['me'], label: '3' },
      ]);
    });

    test('of interfaces, unions and interface objects, for the types that it is of', async () => {
      const nodes = await run('{ nodes { id ... on User @defer { name } ... @defer { ... on Team { badge } } } }');
      expect(nodes.initial).toEqual({ data: { nodes: [{ id: 'u1' }, null, { id: 't1' }] } });
      expect(nodes.whole.data).toEqual({ nodes: [{ id: 'u1', name: 'Ada' }, null, { id: 't1', badge: 't1' }] });
      const places = nodes.later.flatMap(({ incremental }) => incremental?.map(({ path }) => path.join('.')) ?? []);
      expect(places.sort()).toEqual(['nodes.0', 'nodes.0', 'nodes.2']);
      const things = await run(
        '{ things { __typename ... on Team { ... @defer { title } } ... on User @defer { rank } } }',
      );
      expect(things.later.length).toBeGreaterThan(0);
      expect(things.whole.data).toEqual({
        things: [
          { __typename: 'Team', title: 'Team' },
          { __typename: 'User', rank: 2 },
        ],
      });
      const media = await run('{ media { id ... @defer { score } } }');
      expect(media.later).toEqual([{ incremental: [{ data: { score: 5 }, path: ['media'] }], hasNext: false }]);
    });

    test('of types of one union whose keys differ in type', async () => {
      const zoo = buildGraph({
        zoo: {
          typeDefs: `type Query { all: [Animal] } union Animal = Cat | Dog
          type Cat @key(fields: "id") { id: Int! name: String } type Dog @key(fields: "id") { id: ID name: String }`,
          resolvers: {
            Query: {
              all: () => [
                { __typename: 'Cat', id: 1 },
                { __typename: 'Dog', id: 'x' },
              ],
            },
            Cat: { __resolveReference: ({ id }: { id: number }) => ({ id, name: `Cat ${id + 1}` }) },
            Dog: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `Dog ${id}` }) },
          },
        },
      });
      const operation = '{ all { __typename ... on Cat @defer { name } ... on Dog @defer { name } } }';
      const { later, whole } = await runInPieces(zoo, operation);
      expect(later).not.toEqual([]);
      expect(whole).toEqual({
        data: {
          all: [
            { __typename: 'Cat', name: 'Cat 2' },
            { __typename: 'Dog', name: 'Dog x' },
          ],
        },
      });
    });

    test('under aliases that are the names of other fields', async () => {
      const { later, whole } = await run('{ me { number: id id: name ... @defer { code: badge rank: id } } }');
      expect(later).toHaveLength(1);
      expect(whole).toEqual({ data: { me: { number: 'u1', id: 'Ada', code: 'o1', rank: 'u1' } } });
    });

    test('one fragment in several places', async () => {
      const { later, whole } = await run('{ me { ...F boss { ...F } } } fragment F on User { id ... @defer { rank } }');
      expect(later.flatMap(({ incremental }) => incremental?.map(({ path }) => path.join('.')) ?? []).sort()).toEqual([
        'me',
        'me.boss',
      ]);
      expect(whole.data).toEqual({ me: { id: 'u1', rank: 1, boss: { id: 'u2', rank: 2 } } });
    });

    test('of what a mutation made, which is made once', async () => {
      const { initial, later } = await run('mutation { create { id ... @defer { badge } } }');
      expect(initial).toEqual({ data: { create: { id: 'u1' } } });
      expect(later).toEqual([{ incremental: [{ data: { badge: 'o1' }, path: ['create'] }], hasNext: false }]);
      expect(created).toBe(1);
    });

    test('with the client’s variables', async () => {
      const operation =
        'query ($not: Boolean!, $now: Boolean! = true) { me { id ... @defer(if: $now) { name rank @skip(if: $not) } } }';
      expect((await run(operation, { not: true })).later).toEqual([
        { incremental: [{ data: { name: 'Ada' }, path: ['me'] }], hasNext: false },
      ]);
      expect(await run(operation, { not: false, now: false })).toMatchObject({
        initial: { data: { me: { id: 'u1', name: 'Ada', rank: 1 } } },
        later: [],
      });
      expect((await run('{ me { id ... @defer(if: false) { name } } }')).later).toEqual([]);
    });
  });

  describe('in one piece is answered', () => {
    test.each([
      ['what is no entity', '{ plain { a ... @defer { b } } me { address { ... @defer { city } } } }'],
      ['introspection', '{ ... @defer { __schema { queryType { name } } } }'],
    ])('%s', async (_, operation) => {
      const { later, initial } = await run(operation);
      expect(later).toEqual([]);
      expect(initial).toEqual(await graph.run(operation));
      expect(initial.errors).toBeUndefined();
    });

    test('an operation whose deferred fragments stand nowhere', async () => {
      expect(await run('{ me { boss { boss { id ... @defer { name } } } } }')).toMatchObject({
        initial: { data: { me: { boss: { boss: null } } } },
        later: [],
      });
    });
  });

  describe('what fails', () => {
    test('is said with the piece that it is in, at its place', async () => {
      faults.add('badge:2');
      const { initial, later } = await run('{ users { id ... @defer { rank badge } } }');
      expect(initial.errors).toBeUndefined();
      expect(later).toEqual([
        {
          incremental: [
            { data: { rank: 1, badge: 'o1' }, path: ['users', 0] },
            {
              data: null, // badge may not be null: the null rises to the fragment and no further
              path: ['users', 1],
              errors: [expect.objectContaining({ message: 'badge:2 failed', path: ['users', 1, 'badge'] })],
            },
          ],
          hasNext: false,
        },
      ]);
    });

    test('in the first piece takes with it what stands on it', async () => {
      faults.add('name:u2');
      const { initial, later } = await run('{ me { boss { name ... @defer { rank } } ... @defer { number } } }');
      expect(initial).toMatchObject({ data: { me: { boss: null } }, errors: [{ path: ['me', 'boss', 'name'] }] });
      expect(later).toEqual([{ incremental: [{ data: { number: 1 }, path: ['me'] }], hasNext: false }]);
      faults.add('slow');
      expect(await run('{ slow ... @defer { me { id } } }')).toMatchObject({ initial: { data: null }, later: [] });
    });

    test('is a whole subgraph: each place says so', async () => {
      graph.instead.set('badges', () => Promise.reject(new Error('down')));
      const { later } = await run('{ users { id ... @defer { rank } } }');
      graph.instead.delete('badges');
      const piece = (i: number) => ({
        data: { rank: null },
        path: ['users', i],
        errors: [
          expect.objectContaining({
            path: ['users', i, 'rank'],
            extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'badges' },
          }),
        ],
      });
      expect(later).toEqual([{ incremental: [piece(0), piece(1)], hasNext: false }]);
    });
  });

  test('what may not be read is withheld in the piece where it stands', async () => {
    const operation = '{ me { id s: secret ... @defer { name secret } } other: me { ... @defer { secret } } }';
    const { initial, later } = await runInPieces(graph, operation, {}, { standing: holding() });
    expect(initial).toMatchObject({
      data: { me: { id: 'u1', s: null }, other: null },
      errors: [{ path: ['me', 's'] }, { path: ['other', 'secret'] }],
    });
    expect(later).toMatchObject([
      { incremental: [{ data: { name: 'Ada', secret: null }, path: ['me'], errors: [{ path: ['me', 'secret'] }] }] },
    ]);
    expect(asked().join()).not.toContain('secret');
  });

  test('a client that goes away ends it: no further subgraph is asked', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const signals: (AbortSignal | undefined)[] = [];
    const send: Send<unknown> = async (request, context) => {
      if (request.subgraph === 'badges') {
        signals.push(request.signal);
        await held;
      }
      return graph.send(request, context);
    };
    const planned = graph.planner.plan('{ me { id ... @defer { badge boss { id ... @defer { rank } } } } }');
    const results = await executeIncrementally({ planned, variables: {}, send, context: {} });
    if (!('initial' in results)) throw new Error('came in one piece');
    const waiting = results.subsequent.next();
    await new Promise((resolve) => setImmediate(resolve));
    graph.sent.length = 0;
    await results.subsequent.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(signals[0]?.aborted).toBe(true);
    release();
    await new Promise((resolve) => setTimeout(resolve, 20)); // what would be asked next, would be asked by now
    expect(graph.sent.filter(({ subgraph }) => subgraph === 'users')).toEqual([]);
  });

  test('what validation cannot know is refused when it is planned', () => {
    const refusal = (operation: string): unknown => {
      try {
        graph.planner.plan(operation);
      } catch (error) {
        return (error as { extensions?: { code?: string } }).extensions?.code;
      }
      return undefined;
    };
    const many = (count: number) => `{ me { ${Array.from({ length: count }, () => '... @defer { id }').join(' ')} } }`;
    expect(refusal(many(10))).toBeUndefined();
    expect(refusal(many(11))).toBe('OPERATION_TOO_LARGE');
    expect(
      refusal(
        '{ a: me { ...F } b: me { ...F } } fragment F on User { ...G ...G } fragment G on User { ... @defer { id } ... @defer { id } ... @defer { id } }',
      ),
    ).toBe('OPERATION_TOO_LARGE');
    expect(refusal('query ($l: String) { me { ... @defer(label: $l) { id } } }')).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(refusal('{ me { ... @defer(label: "a") { id } ... @defer(label: "a") { name } } }')).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
    expect(refusal('mutation { ... @defer { create { id } } }')).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(refusal('subscription { ... @defer { joined { id } } }')).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(refusal('{ me @defer { id } }')).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});
