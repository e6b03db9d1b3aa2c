import { runSituation } from '../run.ts';
import { refuseFor } from '../things.ts';

const media = [
  { __typename: 'Book', id: 'b1', title: 'Emma' },
  { __typename: 'Film', id: 'f1', title: 'Alien' },
  null,
  { __typename: 'Book', id: 'b2', title: 'Ulysses' },
];
const known = async (key: { id: string }) => key;

runSituation(
  'interfaces',
  {
    shelf: {
      sdl: `type Query { media: [Media] one: Media }
        interface Media { id: ID! title: String price: Int }
        interface Rated { stars: Int }
        type Book implements Media & Rated @key(fields: "id") { id: ID! title: String price: Int @external stars: Int }
        type Film implements Media & Rated @key(fields: "id") { id: ID! title: String price: Int @external stars: Int @external }`,
      resolvers: { Query: { media: () => media, one: () => media[1] }, Book: { stars: () => 5 } },
    },
    shop: {
      sdl: `type Book @key(fields: "id") { id: ID! price: Int pages: Int }
        type Film @key(fields: "id") { id: ID! price: Int stars: Int length: Int }`,
      resolvers: {
        Book: { __resolveReference: known, price: refuseFor(['b2'], () => 10), pages: () => 300 },
        Film: { __resolveReference: known, price: () => 20, stars: () => 4, length: () => 117 },
      },
    },
  },
  [
    {
      name: 'a field that another subgraph owns is fetched for each type',
      query: '{ media { id price } }',
      data: {
        media: [{ id: 'b1', price: 10 }, { id: 'f1', price: 20 }, null, { id: 'b2', price: null }],
      },
      errors: ['media.3.price: NOT_FOUND b2 is refused.'],
    },
    {
      name: 'one type has it at hand, the other has not',
      query: '{ media { ... on Rated { stars } } }',
      data: { media: [{ stars: 5 }, { stars: 4 }, null, { stars: 5 }] },
      sent: { shelf: [{}], shop: [{ representations: [{ __typename: 'Film', id: 'f1' }] }] },
    },
    {
      name: 'type conditions, and __typename under any name',
      query:
        '{ media { kind: __typename ... on Book { pages __typename } ... on Film { length } ... on Media { title } } }',
      data: {
        media: [
          { kind: 'Book', pages: 300, __typename: 'Book', title: 'Emma' },
          { kind: 'Film', length: 117, title: 'Alien' },
          null,
          { kind: 'Book', pages: 300, __typename: 'Book', title: 'Ulysses' },
        ],
      },
    },
    {
      name: 'only what the types at hand need is fetched',
      query: '{ one { ... on Book { pages } } }',
      data: { one: {} },
      sent: { shelf: [{}] },
    },
    {
      name: 'one response key, two fields, by type',
      query: '{ media { ... on Book { number: pages } ... on Film { number: length } } }',
      data: { media: [{ number: 300 }, { number: 117 }, null, { number: 300 }] },
    },
    {
      name: 'an interface within an interface',
      query: '{ media { ... on Rated { ... on Media { ... on Film { id stars } } } } }',
      data: { media: [{}, { id: 'f1', stars: 4 }, null, {}] },
    },
  ],
);
