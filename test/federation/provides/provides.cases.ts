import { runSituation } from '../run.ts';
import { refuseFor } from '../things.ts';

runSituation(
  '@provides',
  {
    reviews: {
      sdl: `type Query { review: Review plain: Review things: [Thing!]! media: [Media] @provides(fields: "... on Book { title }") }
        type Review { by: User @provides(fields: "name address { city }") seen: User }
        type User @key(fields: "id") { id: ID! name: String @external address: Address @external karma: Int }
        type Address { city: String @external }
        type Thing { by: User @provides(fields: "name") }
        union Media = Book | Film
        type Book @key(fields: "id") { id: ID! title: String @external }
        type Film @key(fields: "id") { id: ID! length: Int }`,
      resolvers: {
        Query: {
          review: () => ({
            by: { id: 'u1', name: 'Ada here', address: { city: 'Lima' }, karma: 5 },
            seen: { id: 'u1', name: 'never shown' },
          }),
          things: () => [{ by: { id: 'u1', name: 'Ada here' } }, { by: { id: 'u2', name: null } }, { by: null }],
          media: () => [
            { __typename: 'Book', id: 'b1', title: 'provided' },
            { __typename: 'Film', id: 'f1', length: 90 },
          ],
        },
      },
    },
    users: {
      sdl: `type User @key(fields: "id") { id: ID! name: String address: Address age: Int }
        type Address { city: String street: String }
        type Book @key(fields: "id") { id: ID! title: String pages: Int }
        type Film @key(fields: "id") { id: ID! title: String }`,
      resolvers: {
        User: {
          __resolveReference: async ({ id }: { id: string }) => ({ id, address: { city: 'Lima', street: 'Sol' } }),
          name: () => 'Ada there',
          age: refuseFor([], () => 36),
        },
        Book: { __resolveReference: async ({ id }: { id: string }) => ({ id, title: 'own', pages: 10 }) },
        Film: { __resolveReference: async ({ id }: { id: string }) => ({ id, title: 'own film' }) },
      },
    },
  },
  [
    {
      name: 'what is provided on this path is taken from here',
      query: '{ review { by { name address { city } karma } } }',
      data: { review: { by: { name: 'Ada here', address: { city: 'Lima' }, karma: 5 } } },
      sent: { reviews: [{}] },
    },
    {
      name: 'the same field on another path is fetched from its owner',
      query: '{ review { seen { name } } }',
      data: { review: { seen: { name: 'Ada there' } } },
      sent: { reviews: [{}], users: [{ representations: [{ __typename: 'User', id: 'u1' }] }] },
    },
    {
      name: 'what is not provided of a provided object is fetched and joined in',
      query: '{ review { by { name address { city street } age } } }',
      data: { review: { by: { name: 'Ada here', address: { city: 'Lima', street: 'Sol' }, age: 36 } } },
    },
    {
      name: 'a null that was provided is an answer',
      query: '{ things { by { id name } } }',
      data: { things: [{ by: { id: 'u1', name: 'Ada here' } }, { by: { id: 'u2', name: null } }, { by: null }] },
      sent: { reviews: [{}] },
    },
    {
      name: 'for one type of a union',
      query: '{ media { ... on Book { title pages } ... on Film { title length } } }',
      data: {
        media: [
          { title: 'provided', pages: 10 },
          { title: 'own film', length: 90 },
        ],
      },
    },
  ],
);
