import { expect, test } from '@jest/globals';
import { composeSupergraph } from '../../../gateway/supergraph/compose.ts';
import { createMember } from '../../people.ts';
import { expectAnswer, runSituation } from '../run.ts';
import { link } from '../subgraph.ts';
import { byKey } from '../things.ts';

const people = [
  { __typename: 'User', id: 'u1', name: 'Ada', salary: 10, pay: 5, note: 'n1' },
  { __typename: 'Vault', id: 'v1', gold: 9, note: 'n2' },
];
const denied = (...at: string[]) => at.map((one) => `${one}: UNAUTHORIZED_FIELD_OR_TYPE`);

const sources = {
  a: {
    sdl: `type Query { user: User users: [User!]! nodes: [Node] search: [Hit] account: Account open: Int closed: Int @policy(policies: [["role:COORDINATOR"]]) }
      type Subscription { ticks: User }
      scalar Money @requiresScopes(scopes: [["money"]])
      interface Node { id: ID! note: String }
      interface Named { name: String }
      union Hit = User | Vault
      type User implements Node & Named @key(fields: "id") { id: ID! name: String salary: Int @requiresScopes(scopes: [["pay", "read"], ["all"]]) pay: Money note: String }
      type Vault implements Node @key(fields: "id") @requiresScopes(scopes: [["vault"]]) { id: ID! gold: Int note: String }
      type Account @key(fields: "ref") { ref: ID! @policy(policies: [["kind:PARTNER"]]) }`,
    resolvers: {
      Query: {
        user: () => people[0],
        users: () => [people[0], people[0]],
        nodes: () => people,
        search: () => people,
        account: () => ({ ref: 'r1' }),
        open: () => 1,
        closed: () => 2,
      },
      Subscription: {
        ticks: {
          async *subscribe() {
            yield { ticks: people[0] };
          },
        },
      },
      User: { __resolveReference: byKey },
    },
  },
  b: {
    sdl: `type User @key(fields: "id") { id: ID! salary: Int @external boss: User must: Int! @policy(policies: [["nobody"]])
        bonus: Int @requires(fields: "salary") @requiresScopes(scopes: [["pay", "read"], ["all"]]) }
      type Account @key(fields: "ref") { ref: ID! title: String }`,
    resolvers: {
      User: {
        __resolveReference: byKey,
        bonus: ({ salary }: { salary: number }) => salary * 2,
        boss: () => ({ id: 'u2' }),
        must: () => 1,
      },
      Account: { __resolveReference: byKey, title: ({ ref }: { ref: string }) => `account ${ref}` },
    },
  },
};

runSituation(
  'authorisation in the supergraph',
  sources,
  [
    {
      name: 'a field that may not be read is null, is named, and is not asked for',
      query: '{ user { name salary } open }',
      data: { user: { name: 'Ada', salary: null }, open: 1 },
      errors: denied('user.salary'),
    },
    {
      name: 'under an alias, in a fragment, twice',
      query: '{ user { name: salary ...F } } fragment F on User { id ... on Node { ... on User { again: salary } } }',
      data: { user: { name: null, id: 'u1', again: null } },
      errors: denied('user.again', 'user.name'),
    },
    {
      name: 'in a list: once for all its items',
      query: '{ users { id salary } }',
      data: {
        users: [
          { id: 'u1', salary: null },
          { id: 'u1', salary: null },
        ],
      },
      errors: denied('users.@.salary'),
    },
    {
      name: 'an object of which nothing is left is not asked for',
      query: '{ user { salary } open }',
      data: { user: null, open: 1 },
      errors: denied('user.salary'),
      sent: { a: [{}] },
    },
    {
      name: 'a scalar’s own requirement holds for every field of it',
      query: '{ user { id pay } }',
      data: { user: { id: 'u1', pay: null } },
      errors: denied('user.pay'),
    },
    {
      name: 'a field that needs a guarded one is guarded, and the guarded one is not fetched for it',
      query: '{ user { id bonus } }',
      data: { user: { id: 'u1', bonus: null } },
      errors: denied('user.bonus'),
      sent: { a: [{}] },
    },
    {
      name: 'in a fetch of entities too',
      query: '{ user { id boss { id salary } } }',
      data: { user: { id: 'u1', boss: { id: 'u2', salary: null } } },
      errors: denied('user.boss.salary'),
    },
    {
      name: 'one that may not be null takes its object',
      query: '{ user { id must } open }',
      data: { user: null, open: 1 },
      errors: denied('user.must'),
    },
    {
      name: 'a type behind an interface guards the interface',
      query: '{ nodes { id note } open }',
      data: { nodes: null, open: 1 },
      errors: denied('nodes'),
      sent: { a: [{}] },
    },
    {
      name: 'whatever of it is asked for',
      query: '{ nodes { __typename ... on User { name } } }',
      data: { nodes: null },
      errors: denied('nodes'),
    },
    {
      name: 'a type of a union guards its own fields',
      query: '{ search { __typename ... on User { name } ... on Vault { gold } } }',
      data: {
        search: [
          { __typename: 'User', name: 'Ada' },
          { __typename: 'Vault', gold: null },
        ],
      },
      errors: denied('search.@.gold'),
    },
    {
      name: 'and takes the object with one that may not be null',
      query: '{ search { __typename ... on Vault { id } } }',
      data: { search: [{ __typename: 'User' }, null] },
      errors: denied('search.@.id'),
    },
    {
      name: 'a guarded key joins for those who may not read it',
      query: '{ account { ref title } }',
      data: { account: null },
      errors: denied('account.ref'),
    },
    {
      name: 'and is not shown by it',
      query: '{ account { title } }',
      data: { account: { title: 'account r1' } },
    },
    {
      name: 'a policy that the actor’s roles do not meet',
      query: '{ closed open }',
      data: { closed: null, open: 1 },
      errors: denied('closed'),
    },
    {
      name: 'nothing is left at all: nobody is asked',
      query: '{ closed }',
      data: { closed: null },
      errors: denied('closed'),
      sent: {},
    },
    {
      name: 'what is skipped is not refused',
      query: 'query ($no: Boolean!) { user { id salary @include(if: $no) } }',
      variables: { no: false },
      data: { user: { id: 'u1' } },
    },
  ],
  (world) => {
    const withScopes = async (scope: string) => createMember(world().gateway.url, await world().sign({ scope }));

    test('all scopes of one alternative are needed, any alternative is enough', async () => {
      const query = '{ user { id salary bonus } }';
      const some = {
        data: { user: { id: 'u1', salary: null, bonus: null } },
        errors: denied('user.bonus', 'user.salary'),
      };
      const all = { data: { user: { id: 'u1', salary: 10, bonus: 20 } } };
      for (const [scope, expected] of [
        ['pay', some],
        ['read other', some],
        ['read pay', all],
        ['all', all],
      ] as const)
        expectAnswer(await (await withScopes(scope)).ask(query), expected as never);
    });

    test('plans of one reader are not another’s', async () => {
      const vault = await withScopes('vault');
      const query = '{ nodes { id } }';
      for (const _ of [1, 2]) {
        expectAnswer(await vault.ask(query), { data: { nodes: [{ id: 'u1' }, { id: 'v1' }] } });
        expectAnswer(await world().ana.ask(query), { data: { nodes: null }, errors: denied('nodes') });
      }
    });

    test('holds for every event of a subscription', async () => {
      const query = 'subscription { ticks { name salary boss { id salary } } }';
      const boss = (salary: number | null) => ({ id: 'u2', salary });
      expectAnswer(await world().ana.follow(query).next(), {
        data: { ticks: { name: 'Ada', salary: null, boss: boss(null) } },
        errors: denied('ticks.boss.salary', 'ticks.salary'),
      });
      const reader = await withScopes('all');
      expectAnswer(await reader.follow(query).next(), {
        data: { ticks: { name: 'Ada', salary: 10, boss: boss(null) } },
      });
      await reader.leave();
    });

    test('no requirement can be left behind on the way to the supergraph', () => {
      const compose =
        (...sdls: string[]) =>
        () =>
          composeSupergraph(sdls.map((sdl, i) => ({ name: `s${i}`, sdl: link + sdl, url: '' })));
      const guarded = 'type Query { user: User } type User @key(fields: "id") { id: ID! salary: Int @authenticated }';
      expect(
        compose(
          guarded,
          'type User @key(fields: "id") { id: ID! salary: Int @external bonus: Int @requires(fields: "salary") }',
        ),
      ).toThrow('auth requirements to access the transitive field "User.salary"');
      expect(
        compose(
          'type Query { node: Node } interface Node { id: ID! @authenticated } type A implements Node { id: ID! }',
        ),
      ).toThrow('@authenticated cannot be applied on interfaces');
    });
  },
);
