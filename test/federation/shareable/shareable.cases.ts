import { runSituation } from '../run.ts';
import { byKey } from '../things.ts';

runSituation(
  '@shareable',
  {
    a: {
      sdl: `type Query { place: Place common: Int @shareable }
        type Place @key(fields: "id") { id: ID! name: String @shareable at: Point @shareable fromA: Int }
        type Point @shareable { x: Int y: Int z: Int }`,
      resolvers: {
        Query: { place: () => ({ id: '1', name: 'A', at: { x: 1, y: 2, z: 3 }, fromA: 1 }), common: () => 1 },
        Place: { __resolveReference: byKey },
      },
    },
    b: {
      sdl: `type Query { other: Place common: Int @shareable }
        type Place @key(fields: "id") { id: ID! name: String @shareable at: Point @shareable fromB: Int }
        type Point @shareable { x: Int y: Int }`,
      resolvers: {
        Query: { other: () => ({ id: '1', name: 'B', at: { x: 1, y: 2 } }), common: () => 1 },
        Place: { __resolveReference: byKey, fromB: () => 2 },
      },
    },
  },
  [
    {
      name: 'a field that is here already is not fetched elsewhere',
      query: '{ place { name at { x } } }',
      data: { place: { name: 'A', at: { x: 1 } } },
      sent: { a: [{}] },
    },
    {
      name: 'and only what is missing is',
      query: '{ place { name fromB } }',
      data: { place: { name: 'A', fromB: 2 } },
      sent: { a: [{}], b: [{ representations: [{ __typename: 'Place', id: '1' }] }] },
    },
    {
      name: 'from the other side too',
      query: '{ other { name at { x } } }',
      data: { other: { name: 'B', at: { x: 1 } } },
      sent: { b: [{}] },
    },
    { name: 'a shared field of the root is asked of one', query: '{ common }', data: { common: 1 } },
    {
      name: 'and of the one that is asked anyhow',
      query: '{ common other { id } }',
      data: { common: 1, other: { id: '1' } },
      sent: { b: [{}] },
    },
  ],
);
