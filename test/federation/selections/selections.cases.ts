import { runSituation } from '../run.ts';

const known = async (key: { id: string }) => key;
const text = (_: unknown, { size, unit }: { size: number; unit: string }) => `${size} ${unit}`;

runSituation(
  'fragments, aliases and arguments',
  {
    a: {
      sdl: `type Query { box: Box boxes(first: Int = 2): [Box!]! }
        interface Thing { id: ID! label: String }
        type Box implements Thing @key(fields: "id") { id: ID! label: String inner: Box text(size: Int!, unit: String = "cm"): String }`,
      resolvers: {
        Query: {
          box: () => ({ id: '1', label: 'outer', inner: { id: '2', label: 'inner', inner: null } }),
          boxes: (_: unknown, { first }: { first: number }) =>
            Array.from({ length: first }, (_one, i) => ({ id: `${i}`, label: `box ${i}` })),
        },
        Box: { text },
      },
    },
    b: {
      sdl: `type Box @key(fields: "id") { id: ID! price(in: Currency = EUR, tax: Tax): String stock: Stock }
        type Stock { count: Int place(level: Int! = 0): String }
        enum Currency { EUR USD } input Tax { rate: Float! kinds: [Currency!] = [EUR] }`,
      resolvers: {
        Box: {
          __resolveReference: known,
          price: ({ id }: { id: string }, args: unknown) => `${id} ${JSON.stringify(args)}`,
          stock: ({ id }: { id: string }) => ({ count: Number(id) }),
        },
        Stock: { place: (_: unknown, { level }: { level: number }) => `level ${level}` },
      },
    },
  },
  [
    {
      name: 'fragments within fragments, on the type, its interface and on nothing',
      query: `query { ...Root } fragment Root on Query { box { ...Outer ... on Thing { label } ... { id } } }
        fragment Outer on Box { stock { ...Count } inner { ...Inner } } fragment Inner on Box { ...Thing stock { ...Count } }
        fragment Thing on Thing { label } fragment Count on Stock { count }`,
      data: { box: { stock: { count: 1 }, inner: { label: 'inner', stock: { count: 2 } }, label: 'outer', id: '1' } },
    },
    {
      name: 'what several fragments ask of one field is one object, in the order first asked',
      query: `{ box { stock { count } ...A ...B label } } fragment A on Box { stock { place } id } fragment B on Box { inner { stock { count } } stock { again: count } }`,
      data: {
        box: {
          stock: { count: 1, place: 'level 0', again: 1 },
          id: '1',
          inner: { stock: { count: 2 } },
          label: 'outer',
        },
      },
    },
    {
      name: 'one field with different arguments, in the first subgraph and in the second',
      query: '{ box { a: text(size: 1) b: text(size: 2, unit: "m") price usd: price(in: USD) eur: price(in: EUR) } }',
      data: {
        box: { a: '1 cm', b: '2 m', price: '1 {"in":"EUR"}', usd: '1 {"in":"USD"}', eur: '1 {"in":"EUR"}' },
      },
    },
    {
      name: 'arguments that are objects, written out',
      query: '{ box { price(tax: { rate: 1.5, kinds: [USD, EUR] }) stock { place(level: 3) low: place } } }',
      data: {
        box: {
          price: '1 {"in":"EUR","tax":{"rate":1.5,"kinds":["USD","EUR"]}}',
          stock: { place: 'level 3', low: 'level 0' },
        },
      },
    },
    {
      name: 'a root field twice, each with its own fetches',
      query: '{ few: boxes(first: 1) { id stock { count } } many: boxes { id price } }',
      data: {
        few: [{ id: '0', stock: { count: 0 } }],
        many: [
          { id: '0', price: '0 {"in":"EUR"}' },
          { id: '1', price: '1 {"in":"EUR"}' },
        ],
      },
    },
    {
      name: 'nothing but __typename at the root: nobody is asked',
      query: '{ __typename }',
      data: { __typename: 'Query' },
      sent: {},
    },
  ],
);
