import { type Case, runSituation } from '../run.ts';
import { refuseFor } from '../things.ts';

const known = async (key: { id: string }) => key;
const a = [{}];
const b = [{ representations: [{ __typename: 'Item', id: '1' }] }];

const nested = 'query ($if: Boolean!) { item { id name @include(if: $if) } }';
const inFragment =
  'query ($if: Boolean!) { item { id ... @skip(if: $if) { name far { title } } ...More @include(if: $if) } } fragment More on Item { note }';
const both = 'query ($a: Boolean!, $b: Boolean!) { item { id name @skip(if: $a) @include(if: $b) } }';
const root = 'query ($if: Boolean!) { item @include(if: $if) { name } other @skip(if: $if) }';

const cases: Case[] = [
  {
    name: 'a nested fetch that is left out is not made',
    query: nested,
    variables: { if: false },
    data: { item: { id: '1' } },
    sent: { a },
  },
  {
    name: 'and is made when it is not',
    query: nested,
    variables: { if: true },
    data: { item: { id: '1', name: 'one' } },
    sent: { a, b },
  },
  {
    name: 'a fragment of fetches, skipped; another included',
    query: inFragment,
    variables: { if: true },
    data: { item: { id: '1', note: 'a note' } },
    sent: { a },
  },
  {
    name: 'and the other way round',
    query: inFragment,
    variables: { if: false },
    data: { item: { id: '1', name: 'one', far: { title: 'far 1' } } },
  },
  ...[
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ].map(
    ([skip, include]): Case => ({
      name: `both: skip ${skip}, include ${include}`,
      query: both,
      variables: { a: skip, b: include },
      data: { item: !skip && include ? { id: '1', name: 'one' } : { id: '1' } },
    }),
  ),
  { name: 'at the root, one', query: root, variables: { if: true }, data: { item: { name: 'one' } } },
  { name: 'at the root, the other', query: root, variables: { if: false }, data: { other: 7 }, sent: { a } },
  {
    name: 'nothing is left: an empty answer, and nobody is asked',
    query: 'query ($no: Boolean!) { item @include(if: $no) { name } }',
    variables: { no: false },
    data: {},
    sent: {},
  },
  {
    name: 'nothing is left of an object',
    query: 'query ($no: Boolean!) { item { name @include(if: $no) } }',
    variables: { no: false },
    data: { item: {} },
    sent: { a },
  },
  {
    name: 'by a default, and by a value that is written out',
    query:
      'query ($yes: Boolean = true) { item { id @skip(if: $yes) name @include(if: $yes) note @skip(if: true) far @include(if: false) { title } } }',
    data: { item: { name: 'one' } },
  },
  {
    name: 'the same field with and without: it is there',
    query: 'query ($no: Boolean!) { item { name @include(if: $no) name } }',
    variables: { no: false },
    data: { item: { name: 'one' } },
  },
  {
    name: 'a field that is left out and would have failed does not fail',
    query: 'query ($no: Boolean!) { item { id broken @include(if: $no) } }',
    variables: { no: false },
    data: { item: { id: '1' } },
    sent: { a },
  },
  {
    name: 'what is left out may still be needed for @requires',
    query: 'query ($no: Boolean!) { item { note @include(if: $no) summary } }',
    variables: { no: false },
    data: { item: { summary: 'a note, in short' } },
  },
  {
    name: 'a condition in a list of entities',
    query: 'query ($yes: Boolean!) { items { id name @include(if: $yes) } }',
    variables: { yes: true },
    data: { items: [{ id: '1', name: 'one' }, null, { id: '1', name: 'one' }] },
    sent: { a, b },
  },
  {
    name: 'a condition that is no Boolean',
    query: nested,
    variables: { if: 'yes' },
    data: undefined,
    errors: [': BAD_USER_INPUT Variable "$if" got invalid value "yes"; Boolean cannot represent a non boolean value'],
  },
];

runSituation(
  '@skip and @include',
  {
    a: {
      sdl: `type Query { item: Item items: [Item] other: Int }
        type Item @key(fields: "id") { id: ID! note: String far: Far } type Far @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: { item: () => ({ id: '1' }), items: () => [{ id: '1' }, null, { id: '1' }], other: () => 7 },
        Item: { __resolveReference: known, note: () => 'a note', far: () => ({ id: '1' }) },
      },
    },
    b: {
      sdl: `type Item @key(fields: "id") { id: ID! name: String broken: String! note: String @external summary: String @requires(fields: "note") }
        type Far @key(fields: "id") { id: ID! title: String }`,
      resolvers: {
        Item: {
          __resolveReference: known,
          name: () => 'one',
          broken: refuseFor(['1'], () => ''),
          summary: ({ note }: { note: string }) => `${note}, in short`,
        },
        Far: { __resolveReference: known, title: ({ id }: { id: string }) => `far ${id}` },
      },
    },
  },
  cases,
);
