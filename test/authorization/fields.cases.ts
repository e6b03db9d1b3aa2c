import { describe, expect, test } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import { subscribe } from '../../gateway/execute/index.ts';
import { buildGraph } from '../execute/graph.ts';
import { holding } from './standing.ts';

const people = [
  { id: 'u1', name: 'Ada', mail: 'ada@a.example', key: 'k1', kind: 'GOOD', age: 40, boss: 'u2' },
  { id: 'u2', name: 'Bob', mail: 'bob@a.example', key: 'k2', kind: 'BAD', age: 50, boss: null },
];
const find = ({ id }: { id: string }) => people.find((one) => one.id === id) ?? null;
let created = 0;

const graph = buildGraph({
  people: {
    typeDefs: /* GraphQL */ `
      type User implements Named @key(fields: "id") @key(fields: "key") {
        id: ID!
        name: String!
        mail: String! @authenticated
        nick: String @requiresScopes(scopes: [["read:user", "read:nick"], ["admin"]])
        age: Int @policy(policies: [["adult"], ["role:COORDINATOR"]])
        key: ID! @requiresScopes(scopes: [["nobody:has"]])
        kind: Kind
        token: Token
        boss: User @authenticated
      }
      type Vault implements Named @authenticated { name: String! gold: Int @requiresScopes(scopes: [["gold"]]) }
      type Box implements Named { name: String! }
      interface Named { name: String! }
      union Thing = Vault | Box | User
      enum Kind @requiresScopes(scopes: [["kind"]]) { GOOD BAD }
      scalar Token @policy(policies: [["tokens"]])
      type Query {
        me: User
        strict: User!
        users: [User!]!
        vault: Vault
        named: [Named!]
        things: [Thing]
        secret: Int @authenticated
        matrix: [[User]]
      }
      type Mutation { create: User @authenticated  rename: User }
      type Subscription { ticks: User @authenticated  named: User }
    `,
    resolvers: {
      Query: {
        me: () => people[0],
        strict: () => people[0],
        users: () => people,
        vault: () => ({ name: 'V', gold: 5 }),
        named: () => [{ __typename: 'Box', name: 'B' }],
        things: () => [
          { __typename: 'Box', name: 'B' },
          { __typename: 'Vault', name: 'V', gold: 5 },
        ],
        secret: () => 42,
        matrix: () => [[people[0], null]],
      },
      Mutation: {
        create: () => {
          created += 1;
          return people[0];
        },
        rename: () => people[0],
      },
      User: {
        __resolveReference: (reference: { id: string }) => find(reference),
        nick: ({ name }: { name: string }) => name.toLowerCase(),
        token: () => 't',
        boss: ({ boss }: { boss: string | null }) => (boss ? find({ id: boss }) : null),
      },
    },
  },
  badges: {
    typeDefs: /* GraphQL */ `
      type User @key(fields: "key") { key: ID!  mail: String! @external  badge: String  label: String @requires(fields: "mail") @authenticated }
    `,
    resolvers: {
      User: {
        __resolveReference: (reference: object) => reference,
        badge: ({ key }: { key: string }) => `badge of ${key}`,
        label: ({ mail }: { mail: string }) => `<${mail}>`,
      },
    },
  },
});

const seen = async (operation: string, grants: string[] = [], variables?: Record<string, unknown>) => {
  const { data, errors } = await graph.run(operation, variables, holding(...grants));
  for (const error of errors ?? []) expect(error.extensions).toEqual({ code: 'UNAUTHORIZED_FIELD_OR_TYPE' });
  return { data, at: (errors ?? []).map(({ path }) => path?.join('.')), asked: graph.sent.length };
};
const asked = () => graph.sent.map(({ query }) => query).join('\n');

describe('what may not be read is not asked for, is null, and is said by its path', () => {
  test('a field', async () => {
    expect(await seen('{ me { id age } }')).toEqual({
      data: { me: { id: 'u1', age: null } },
      at: ['me.age'],
      asked: 1,
    });
    expect(asked()).not.toContain('age');
    expect((await seen('{ me { id age } }', ['policy:adult'])).data).toEqual({ me: { id: 'u1', age: 40 } });
  });

  test('all of one alternative are needed', async () => {
    const nick = async (...grants: string[]) => (await seen('{ me { id nick } }', grants)).data?.me;
    expect(await nick('scope:read:user')).toEqual({ id: 'u1', nick: null });
    expect(await nick('scope:read:user', 'scope:read:nick')).toEqual({ id: 'u1', nick: 'ada' });
    expect(await nick('scope:admin')).toEqual({ id: 'u1', nick: 'ada' });
    expect(await nick('policy:admin', 'authenticated')).toEqual({ id: 'u1', nick: null });
  });

  test('a null rises where none is promised, and no second error says so', async () => {
    expect(await seen('{ me { id mail } }')).toMatchObject({ data: { me: null }, at: ['me.mail'] });
    expect(await seen('{ users { id mail } }')).toMatchObject({ data: null, at: ['users.@.mail'] });
    expect(await seen('{ strict { id mail } }')).toMatchObject({ data: null, at: ['strict.mail'] });
    expect(await seen('{ matrix { id mail } }')).toMatchObject({
      data: { matrix: [[null, null]] },
      at: ['matrix.@.@.mail'],
    });
  });

  test('nothing left: nobody is asked', async () => {
    expect(await seen('{ secret }')).toEqual({ data: { secret: null }, at: ['secret'], asked: 0 });
    expect(await seen('{ me { age mail } }')).toEqual({ data: { me: null }, at: ['me.age', 'me.mail'], asked: 0 });
    expect(await seen('{ strict { age } }')).toEqual({ data: null, at: ['strict.age'], asked: 0 });
    expect(await seen('{ me { boss { id } } vault { name } }')).toEqual({
      data: { me: null, vault: null },
      at: ['me.boss', 'vault'],
      asked: 0,
    });
    expect((await seen('{ secret __typename }')).data).toEqual({ secret: null, __typename: 'Query' });
  });

  test('a type, an enum and a scalar guard every field that returns them', async () => {
    expect(await seen('{ me { id kind token } vault { name } }')).toEqual({
      data: { me: { id: 'u1', kind: null, token: null }, vault: null },
      at: ['me.kind', 'me.token', 'vault'],
      asked: 1,
    });
    const grants = ['authenticated', 'scope:kind', 'policy:tokens'];
    expect((await seen('{ me { id kind token } vault { name gold } }', grants)).data).toEqual({
      me: { id: 'u1', kind: 'GOOD', token: 't' },
      vault: { name: 'V', gold: null },
    });
  });

  test('aliases, fragments and their nesting hide nothing', async () => {
    const operation = `{
      a: me { name: age  ...F ... on User { ... { b: mail } } }
      ...R
    }
    fragment F on User { id other: boss { ...G } }
    fragment G on User { id }
    fragment R on Query { z: secret }`;
    expect(await seen(operation)).toEqual({
      data: { a: null, z: null },
      at: ['a.name', 'a.other', 'a.b', 'z'],
      asked: 1,
    });
    expect(asked()).not.toMatch(/age|mail|secret|boss/);
  });

  test('a key that is answered by one selection and refused in another', async () => {
    const operation = '{ me { id } ...F } fragment F on Query { me { age } }';
    expect(await seen(operation)).toEqual({ data: { me: { id: 'u1', age: null } }, at: ['me.age'], asked: 1 });
  });

  test('messages name the field and nothing else', async () => {
    const { errors } = await graph.run('{ me { id nick } }', {}, holding());
    expect(errors?.map(({ message }) => message)).toEqual(['You are not authorised to read User.nick.']);
  });

  test('keys and requirements that the planner needs by itself are not refused', async () => {
    expect(await seen('{ me { id badge label } }', ['authenticated'])).toEqual({
      data: { me: { id: 'u1', badge: 'badge of k1', label: '<ada@a.example>' } },
      at: [],
      asked: 2,
    });
    expect((await seen('{ me { id key badge } }')).data).toEqual({ me: null });
  });

  test('only what @skip and @include leave in', async () => {
    const operation = 'query ($yes: Boolean!) { me { id age @include(if: $yes) nick @skip(if: $yes) } }';
    expect(await seen(operation, [], { yes: true })).toMatchObject({
      data: { me: { id: 'u1', age: null } },
      at: ['me.age'],
    });
    expect(await seen(operation, ['policy:adult'], { yes: true })).toMatchObject({
      data: { me: { id: 'u1', age: 40 } },
      at: [],
    });
    expect(await seen(operation, ['policy:adult'], { yes: false })).toMatchObject({
      data: { me: { id: 'u1', nick: null } },
      at: ['me.nick'],
    });
    expect((await seen('{ me { id age @skip(if: true) } }')).at).toEqual([]);
  });

  test('a mutation that may not be called is not; one of which only a part may be read is', async () => {
    expect(await seen('mutation { create { id } rename { id age } }')).toEqual({
      data: { create: null, rename: { id: 'u1', age: null } },
      at: ['create', 'rename.age'],
      asked: 1,
    });
    expect(created).toBe(0);
    expect((await seen('mutation { create { id } }', ['authenticated'])).data).toEqual({ create: { id: 'u1' } });
    expect(created).toBe(1);
  });
});

describe('on interfaces and unions', () => {
  test('a field of an interface asks for what every type behind it asks for', async () => {
    expect(await seen('{ named { name } }')).toEqual({ data: { named: null }, at: ['named'], asked: 0 });
    expect((await seen('{ named { name } }', ['authenticated'])).data).toEqual({ named: [{ name: 'B' }] });
  });

  test('a fragment on a guarded type is taken out, and the others stay', async () => {
    const operation = '{ things { __typename ... on Box { name } ... on Vault { label: name gold } } }';
    expect(await seen(operation)).toMatchObject({ at: ['things.@.label', 'things.@.gold'], asked: 1 });
    expect((await seen(operation)).data).toEqual({ things: [{ __typename: 'Box', name: 'B' }, null] });
    expect(asked()).not.toMatch(/gold/);
    expect((await seen(operation, ['authenticated'])).data).toEqual({
      things: [
        { __typename: 'Box', name: 'B' },
        { __typename: 'Vault', label: 'V', gold: null },
      ],
    });
  });
});

describe('a subscription', () => {
  const follow = async (operation: string, ...grants: string[]) => {
    const opened: string[] = [];
    const planned = graph.planner.plan(operation, undefined, { standing: holding(...grants) });
    const results = await subscribe({
      planned,
      context: {},
      send: graph.send,
      open: async function* ({ query }) {
        opened.push(query);
        yield { data: { named: { __typename: 'User', id: 'u1', name: 'Ada' }, ticks: { id: 'u1' } } };
      },
    });
    const answers: ExecutionResult[] = [];
    if (Symbol.asyncIterator in results) for await (const result of results) answers.push(result);
    else answers.push(results);
    return { opened, answers: JSON.parse(JSON.stringify(answers)) };
  };

  test('that may not be followed is one refusal, and nothing is opened', async () => {
    expect(await follow('subscription { ticks { id } }')).toEqual({
      opened: [],
      answers: [{ data: { ticks: null }, errors: [expect.objectContaining({ path: ['ticks'] })] }],
    });
    expect((await follow('subscription { ticks { id } }', 'authenticated')).answers).toEqual([
      { data: { ticks: { id: 'u1' } } },
    ]);
  });

  test('of which a part may not be read says so with each event', async () => {
    const { answers, opened } = await follow('subscription { named { id name age } }');
    expect(opened.join()).not.toContain('age');
    expect(answers).toEqual([
      {
        data: { named: { id: 'u1', name: 'Ada', age: null } },
        errors: [expect.objectContaining({ path: ['named', 'age'] })],
      },
    ]);
  });
});

test('plans are shared by those who hold the same of what an operation reaches, and kept apart from others', () => {
  const plan = (operation: string, ...grants: string[]) =>
    graph.planner.plan(operation, undefined, { standing: holding(...grants) });
  const open = '{ me { id name } }';
  expect(plan(open, 'authenticated')).toBe(plan(open));
  const guarded = '{ me { id mail } }';
  expect(plan(guarded, 'authenticated', 'scope:kind')).toBe(plan(guarded, 'authenticated'));
  expect(plan(guarded, 'authenticated')).not.toBe(plan(guarded));
  expect(plan(guarded, 'authenticated').standing).not.toBe(plan(guarded).standing);
});

test('clients see none of the directives in the schema', () => {
  expect(graph.planner.schema.getDirectives().map(({ name }) => name)).not.toContain('policy');
  expect(Object.keys(graph.planner.schema.getTypeMap()).filter((name) => /[a-z]__/.test(name))).toEqual([]);
});
