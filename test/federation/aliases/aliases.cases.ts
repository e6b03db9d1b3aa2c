import { runSituation } from '../run.ts';
import { refuseFor } from '../things.ts';

const known = async (key: { id: string }) => key;
const items = [
  { __typename: 'Cat', id: 'c1', size: 1 },
  { __typename: 'Dog', id: 'd1', size: 'large' },
  { __typename: 'Cat', id: 'c2', size: 2 },
];

runSituation(
  'keys of the answer that are somebody’s name already',
  {
    a: {
      sdl: `type Query { pet: Cat pets: [Pet] }
        union Pet = Cat | Dog
        type Cat @key(fields: "id") { id: ID! size: Int born: String }
        type Dog @key(fields: "id") { id: ID! size: String! born: String }`,
      resolvers: {
        Query: { pet: () => items[0], pets: () => items },
        Cat: { born: () => 'cat 2020' },
        Dog: { born: () => 'dog 2019' },
      },
    },
    b: {
      sdl: `type Cat @key(fields: "id") { id: ID! weight(unit: String = "kg"): String lives: Int owner: Owner }
        type Dog @key(fields: "id") { id: ID! weight(unit: String = "kg"): Float! owner: Owner }
        type Owner @key(fields: "id") { id: ID! }`,
      resolvers: {
        Cat: {
          __resolveReference: known,
          weight: (_: unknown, { unit }: { unit: string }) => `4 ${unit}`,
          lives: refuseFor(['c2'], () => 9),
          owner: ({ id }: { id: string }) => ({ id: `owner of ${id}` }),
        },
        Dog: { __resolveReference: known, weight: () => 30.5, owner: () => ({ id: 'owner of d1' }) },
      },
    },
    c: {
      sdl: 'type Owner @key(fields: "id") { id: ID! name: String size: Int }',
      resolvers: {
        Owner: {
          __resolveReference: known,
          name: refuseFor(['owner of c2'], ({ id }) => id.toUpperCase()),
          size: () => 42,
        },
      },
    },
  },
  [
    {
      name: 'a field of one subgraph under the name of the key',
      query: '{ pet { id: born lives } }',
      data: { pet: { id: 'cat 2020', lives: 9 } },
    },
    {
      name: 'a field of another subgraph under the name of the key, and a fetch after it',
      query: '{ pet { id: weight owner { id: name size } } }',
      data: { pet: { id: '4 kg', owner: { id: 'OWNER OF C1', size: 42 } } },
    },
    {
      name: 'the key under another name, and another under its',
      query: '{ pet { key: id id: size lives weight } }',
      data: { pet: { key: 'c1', id: 1, lives: 9, weight: '4 kg' } },
    },
    {
      name: 'names exchanged',
      query: '{ pet { size: born born: size id lives } }',
      data: { pet: { size: 'cat 2020', born: 1, id: 'c1', lives: 9 } },
    },
    {
      name: '__typename under the name of a field, and a field under that of __typename',
      query: '{ pets { id: __typename ... on Cat { lives: size } ... on Dog { __typename: born weight } } }',
      data: {
        pets: [
          { id: 'Cat', lives: 1 },
          { id: 'Dog', __typename: 'dog 2019', weight: 30.5 },
          { id: 'Cat', lives: 2 },
        ],
      },
    },
    {
      name: 'one field of two types that differ: under two names as the client must, or in two types',
      query: '{ pets { ... on Cat { catSize: size catWeight: weight } ... on Dog { size weight } } }',
      data: {
        pets: [
          { catSize: 1, catWeight: '4 kg' },
          { size: 'large', weight: 30.5 },
          { catSize: 2, catWeight: '4 kg' },
        ],
      },
    },
    {
      name: 'one field with different arguments, below a type',
      query: '{ pets { ... on Cat { weight kg: weight(unit: "kg") lb: weight(unit: "lb") } } }',
      data: { pets: [{ weight: '4 kg', kg: '4 kg', lb: '4 lb' }, {}, { weight: '4 kg', kg: '4 kg', lb: '4 lb' }] },
    },
    {
      name: 'an error is placed at the client’s name',
      query: '{ pets { ... on Cat { size: lives owner { id: name } } } }',
      data: {
        pets: [{ size: 9, owner: { id: 'OWNER OF C1' } }, {}, { size: null, owner: { id: null } }],
      },
      errors: ['pets.2.owner.id: NOT_FOUND', 'pets.2.size: NOT_FOUND'],
    },
    {
      name: 'names like those that the planner and this gateway invent',
      query:
        '{ _entities: pet { _internal_qp_alias_0: id _as_id: size __typename id: born owner { _as__0: name id: size } } }',
      data: {
        _entities: {
          _internal_qp_alias_0: 'c1',
          _as_id: 1,
          __typename: 'Cat',
          id: 'cat 2020',
          owner: { _as__0: 'OWNER OF C1', id: 42 },
        },
      },
    },
    {
      name: 'at the root, two of one field and one under another’s name',
      query: '{ pets: pet { id } pet: pets { __typename } again: pet { lives } }',
      data: {
        pets: { id: 'c1' },
        pet: [{ __typename: 'Cat' }, { __typename: 'Dog' }, { __typename: 'Cat' }],
        again: { lives: 9 },
      },
    },
  ],
);
