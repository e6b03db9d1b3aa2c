import { expect, test } from '@jest/globals';
import { composeSupergraph } from '../../../gateway/supergraph/compose.ts';
import { runSituation } from '../run.ts';
import { link } from '../subgraph.ts';

const sources = {
  a: {
    sdl: 'type Query { item: Item other: Int } type Item @key(fields: "id") { id: ID! size: Int }',
    resolvers: {
      Query: { item: () => ({ id: '1', size: 2 }), other: () => 1 },
      Item: { __resolveReference: async ({ id }: { id: string }) => ({ id, size: 2 }) },
    },
  },
  b: {
    sdl: 'type Query { alone: Item } type Item @key(fields: "id") { id: ID! name: String }',
    resolvers: { Query: { alone: () => ({ id: '1', name: 'one' }) } },
  },
};
const composed = composeSupergraph(
  Object.entries(sources).map(([name, { sdl }]) => ({ name, sdl: link + sdl, url: '' })),
);
// No composition lets this pass: there is no way from one subgraph's Item to the other's.
const torn = composed.replaceAll(
  /(type Item[^{]*)@join__type\(graph: B, key: "id"\)/g,
  '$1@join__type(graph: B, key: "id", resolvable: false)',
);

runSituation(
  'an operation that no plan answers',
  sources,
  [
    {
      name: 'is an error, and no null that looks like an answer',
      query: '{ item { id name } }',
      data: undefined,
      errors: [': QUERY_PLANNING_FAILED This operation cannot be answered by the subgraphs.'],
      sent: {},
    },
    {
      name: 'also with fields that could be answered beside it',
      query: '{ other item { name } }',
      data: undefined,
      errors: [': QUERY_PLANNING_FAILED'],
      sent: {},
    },
    {
      name: 'unless that part is left out',
      query: 'query ($no: Boolean!) { other item { id name @include(if: $no) } }',
      variables: { no: false },
      data: { other: 1, item: { id: '1' } },
    },
    {
      name: 'and is asked for after all',
      query: 'query ($no: Boolean!) { other item { id name @include(if: $no) } }',
      variables: { no: true },
      data: undefined,
      errors: [': QUERY_PLANNING_FAILED'],
      sent: {},
    },
    {
      name: 'where there is a way, it is answered',
      query: '{ alone { name size } }',
      data: { alone: { name: 'one', size: 2 } },
    },
  ],
  () => {
    test('the supergraph is torn', () => expect(torn).not.toBe(composed));
  },
  { supergraph: torn },
);
