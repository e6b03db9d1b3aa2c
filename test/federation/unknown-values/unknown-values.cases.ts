import { expect, test } from '@jest/globals';
import { expectAnswer, runSituation } from '../run.ts';
import type { World } from '../world.ts';

const answerWith = (world: World, name: string, body: unknown) => {
  const subgraph = world.at[name];
  if (!subgraph) throw new Error(name);
  subgraph.instead = (_request, response) =>
    void response
      .setHeader('content-type', 'application/json')
      .end(typeof body === 'string' ? body : JSON.stringify(body));
};

const answers: [name: string, query: string, body: unknown, data: unknown, errors?: string[]][] = [
  [
    'an enum value that nobody knows',
    '{ item { id colour } }',
    { data: { item: { id: '1', colour: 'PUCE' } } },
    { item: { id: '1', colour: null } },
    ['item.colour: INVALID_SUBGRAPH_VALUE Enum Colour has no such value.'],
  ],
  [
    'in a list of enums, and numbers among them',
    '{ item { colours } }',
    { data: { item: { colours: ['RED', 'PUCE', 3, null, 'BLUE'] } } },
    { item: { colours: ['RED', null, null, null, 'BLUE'] } },
    ['item.colours.1: INVALID_SUBGRAPH_VALUE', 'item.colours.2: INVALID_SUBGRAPH_VALUE'],
  ],
  [
    'a type that nobody knows',
    '{ any { __typename id } }',
    {
      data: {
        any: [
          { __typename: 'Nothing', id: '1' },
          { __typename: 'Item', id: '2' },
        ],
      },
    },
    { any: [null, { __typename: 'Item', id: '2' }] },
    ['any.0: INVALID_SUBGRAPH_VALUE Any has no such type.'],
  ],
  [
    'a type that is of another interface',
    '{ any { __typename id } }',
    { data: { any: [{ __typename: 'Other', id: '1' }] } },
    { any: [null] },
    ['any.0: INVALID_SUBGRAPH_VALUE Any has no such type.'],
  ],
  [
    'a type that is a number',
    '{ any { __typename id } }',
    { data: { any: [{ __typename: 5, id: '1' }] } },
    { any: [null] },
    ['any.0: INVALID_SUBGRAPH_VALUE Any has no such type.'],
  ],
  [
    'a scalar where an object stands, an object where a list stands',
    '{ item { id } any { id } }',
    { data: { item: 'one', any: { id: '1' } } },
    { item: null, any: null },
    ['any: INVALID_SUBGRAPH_VALUE Expected a list', 'item: INVALID_SUBGRAPH_VALUE Expected an object of type Item.'],
  ],
  [
    'a list where an object stands',
    '{ item { id } }',
    { data: { item: [{ id: '1' }] } },
    { item: null },
    ['item: INVALID_SUBGRAPH_VALUE Expected an object of type Item.'],
  ],
  [
    'fields that nobody asked for',
    '{ item { id } }',
    { data: { item: { id: '1', secret: 'x', constructor: 'y' }, more: 1 } },
    { item: { id: '1' } },
  ],
  [
    'a name that reaches the prototype of objects',
    '{ item { id extra } }',
    '{"data":{"item":{"id":"1","__proto__":{"extra":"polluted","polluted":true}}}}',
    { item: { id: '1', extra: null } },
  ],
  [
    'a scalar of any shape passes as it is',
    '{ item { id extra } }',
    { data: { item: { id: 5, extra: [1, { deep: [null] }] } } },
    { item: { id: 5, extra: [1, { deep: [null] }] } },
  ],
  [
    'a null where there may be none, without a word',
    '{ item { id colour } }',
    { data: { item: { id: null, colour: 'RED' } } },
    { item: null },
    ['item.id: INVALID_SUBGRAPH_VALUE Cannot return null for non-nullable field Item.id.'],
  ],
  [
    'a field that is missing',
    '{ item { colour id } }',
    { data: { item: { id: '1' } } },
    { item: { colour: null, id: '1' } },
  ],
];

runSituation(
  'values that the schema does not allow',
  {
    a: {
      sdl: `type Query { item: Item any: [Any] } enum Colour { RED BLUE } scalar JSON
        interface Any { id: ID! } type Item implements Any { id: ID! colour: Colour colours: [Colour] extra: JSON }
        interface Else { id: ID! } type Other implements Else { id: ID! }`,
    },
    b: { sdl: 'type Query { second: Int }' },
  },
  [],
  (world) => {
    test.each(answers)('%s', async (_, query, body, data, errors = []) => {
      answerWith(world(), 'a', body);
      expectAnswer(await world().ana.ask(query), { data, errors });
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    });
  },
);
