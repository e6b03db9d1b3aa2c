import { expect, test } from '@jest/globals';
import { runSituation } from '../run.ts';
import { byKey, refuseFor } from '../things.ts';

const user = (id: string) => ({ __typename: 'User', id });
const [x, y, z] = ['x', 'y', 'z'].map((id) => ({ id }));

runSituation(
  'entities in lists',
  {
    posts: {
      sdl: `type Query { people: [User] grid: [[User]] posts: [Post!]! nobody: [User] }
        type Post { id: ID! author: User reviewers: [User!] }
        type User @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          people: () => [x, null, y, y],
          grid: () => [[x, null], null, [y, x]],
          posts: () => [
            { id: '1', author: x, reviewers: [y, y] },
            { id: '2', author: null, reviewers: null },
            { id: '3', author: y, reviewers: [z, x] },
          ],
          nobody: () => [null, null],
        },
      },
    },
    users: {
      sdl: `type User @key(fields: "id") { id: ID! name: String nick: String! motto: Motto }
        type Motto { text: String! words: [Word] } type Word { text: String }`,
      resolvers: {
        User: {
          __resolveReference: async (key: { id: string }) => (key.id === 'z' ? null : key),
          name: refuseFor(['y'], ({ id }) => `name of ${id}`),
          nick: refuseFor(['y'], ({ id }) => `nick of ${id}`),
          motto: ({ id }: { id: string }) => ({ id, words: [{ id: 'x' }, { id }] }),
        },
        Motto: { text: refuseFor(['y'], ({ id }) => `motto of ${id}`) },
        Word: { text: refuseFor(['y'], ({ id }) => `word of ${id}`) },
      },
    },
  },
  [
    {
      name: 'each is asked for once; an error stands at every place of its entity',
      query: '{ people { id name } }',
      data: {
        people: [{ id: 'x', name: 'name of x' }, null, { id: 'y', name: null }, { id: 'y', name: null }],
      },
      errors: ['people.2.name: NOT_FOUND y is refused.', 'people.3.name: NOT_FOUND y is refused.'],
      sent: { posts: [{}], users: [{ representations: [user('x'), user('y')] }] },
    },
    {
      name: 'a non-null field nulls its entity at every place, without further errors',
      query: '{ people { id nick } }',
      data: { people: [{ id: 'x', nick: 'nick of x' }, null, null, null] },
      errors: ['people.2.nick: NOT_FOUND', 'people.3.nick: NOT_FOUND'],
    },
    {
      name: 'under an alias of the list and of the field',
      query: '{ all: people { id called: name } }',
      data: {
        all: [{ id: 'x', called: 'name of x' }, null, { id: 'y', called: null }, { id: 'y', called: null }],
      },
      errors: ['all.2.called: NOT_FOUND', 'all.3.called: NOT_FOUND'],
    },
    {
      name: 'below lists within an entity',
      query: '{ people { motto { words { text } } } }',
      data: {
        people: [
          { motto: { words: [{ text: 'word of x' }, { text: 'word of x' }] } },
          null,
          { motto: { words: [{ text: 'word of x' }, { text: null }] } },
          { motto: { words: [{ text: 'word of x' }, { text: null }] } },
        ],
      },
      errors: ['people.2.motto.words.1.text: NOT_FOUND', 'people.3.motto.words.1.text: NOT_FOUND'],
    },
    {
      name: 'a non-null field below an entity nulls up to the nearest nullable one',
      query: '{ people { id motto { text } } }',
      data: {
        people: [{ id: 'x', motto: { text: 'motto of x' } }, null, { id: 'y', motto: null }, { id: 'y', motto: null }],
      },
      errors: ['people.2.motto.text: NOT_FOUND', 'people.3.motto.text: NOT_FOUND'],
    },
    {
      name: 'in a list of lists',
      query: '{ grid { id name } }',
      data: {
        grid: [
          [{ id: 'x', name: 'name of x' }, null],
          null,
          [
            { id: 'y', name: null },
            { id: 'x', name: 'name of x' },
          ],
        ],
      },
      errors: ['grid.2.0.name: NOT_FOUND'],
      sent: { posts: [{}], users: [{ representations: [user('x'), user('y')] }] },
    },
    {
      name: 'at several paths of one answer: one request, and errors at all of them',
      query: '{ people { name } posts { id author { name } reviewers { id name } } }',
      data: {
        people: [{ name: 'name of x' }, null, { name: null }, { name: null }],
        posts: [
          {
            id: '1',
            author: { name: 'name of x' },
            reviewers: [
              { id: 'y', name: null },
              { id: 'y', name: null },
            ],
          },
          { id: '2', author: null, reviewers: null },
          {
            id: '3',
            author: { name: null },
            reviewers: [
              { id: 'z', name: null },
              { id: 'x', name: 'name of x' },
            ],
          },
        ],
      },
      errors: [
        'people.2.name: NOT_FOUND',
        'people.3.name: NOT_FOUND',
        'posts.0.reviewers.0.name: NOT_FOUND',
        'posts.0.reviewers.1.name: NOT_FOUND',
        'posts.2.author.name: NOT_FOUND',
      ],
    },
    {
      name: 'of nulls only: nobody is asked',
      query: '{ nobody { name } }',
      data: { nobody: [null, null] },
      sent: { posts: [{}] },
    },
  ],
);

runSituation(
  'several kinds of entities for one subgraph',
  {
    shop: {
      sdl: `type Query { orders: [Order!]! best: Product }
        type Order { id: ID! buyer: Person product: Product }
        type Person @key(fields: "id") { id: ID! }
        type Product @key(fields: "sku") { sku: ID! }`,
      resolvers: {
        Query: {
          orders: () => [
            { id: 'o1', buyer: { id: 'a' }, product: { sku: 'k1' } },
            { id: 'o2', buyer: { id: 'b' }, product: { sku: 'k2' } },
            { id: 'o3', buyer: { id: 'b' }, product: null },
          ],
          best: () => ({ sku: 'k2' }),
        },
      },
    },
    archive: {
      sdl: `type Person @key(fields: "id") { id: ID! note: String }
        type Product @key(fields: "sku") { sku: ID! note: String }`,
      resolvers: {
        Person: { __resolveReference: byKey, note: refuseFor(['b'], ({ id }) => `person ${id}`) },
        Product: {
          __resolveReference: async ({ sku }: { sku: string }) => ({ id: sku }),
          note: refuseFor(['k2'], ({ id }) => `product ${id}`, 'FORBIDDEN'),
        },
      },
    },
  },
  [
    {
      name: 'are asked for in one request, and their errors are told apart',
      query: '{ orders { id buyer { note } product { note } } }',
      data: {
        orders: [
          { id: 'o1', buyer: { note: 'person a' }, product: { note: 'product k1' } },
          { id: 'o2', buyer: { note: null }, product: { note: null } },
          { id: 'o3', buyer: { note: null }, product: null },
        ],
      },
      errors: [
        'orders.1.buyer.note: NOT_FOUND b is refused.',
        'orders.1.product.note: FORBIDDEN k2 is refused.',
        'orders.2.buyer.note: NOT_FOUND b is refused.',
      ],
    },
    {
      name: 'an entity that stands alone and in a list is one representation',
      query: '{ best { note } orders { product { note } } }',
      data: {
        best: { note: null },
        orders: [{ product: { note: 'product k1' } }, { product: { note: null } }, { product: null }],
      },
      errors: ['best.note: FORBIDDEN', 'orders.1.product.note: FORBIDDEN'],
    },
  ],
  (world) => {
    test('one request carries them all', async () => {
      world().takeSeen();
      await world().ana.ask('{ best { note } orders { buyer { note } product { note } } }');
      const seen = world().takeSeen();
      expect(seen.map(({ subgraph }) => subgraph)).toEqual(['shop', 'archive']);
      const sent = Object.values(seen[1]?.variables ?? {}).flat();
      expect(sent).toHaveLength(4);
      expect(sent).toEqual(
        expect.arrayContaining([
          { __typename: 'Person', id: 'a' },
          { __typename: 'Person', id: 'b' },
          { __typename: 'Product', sku: 'k1' },
          { __typename: 'Product', sku: 'k2' },
        ]),
      );
    });
  },
);
