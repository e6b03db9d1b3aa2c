import { runSituation } from '../run.ts';
import { byKey } from '../things.ts';

const prices: Record<string, number> = { EUR: 10, USD: 12 };

runSituation(
  '@requires with arguments',
  {
    catalogue: {
      sdl: `type Query { product: Product }
        type Product @key(fields: "id") { id: ID! price(currency: String! = "EUR"): Int weight: Int }`,
      resolvers: {
        Query: { product: () => ({ id: 'p1', weight: 3 }) },
        Product: {
          __resolveReference: byKey,
          price: (_: unknown, args: { currency: string }) => prices[args.currency],
        },
      },
    },
    shipping: {
      sdl: `type Product @key(fields: "id") {
        id: ID! price(currency: String! = "EUR"): Int @external weight: Int @external
        postage: Int @requires(fields: "price(currency: \\"USD\\")")
        tax: Int @requires(fields: "price(currency: \\"EUR\\") weight")
        label(size: Int!): String @requires(fields: "price")
      }`,
      resolvers: {
        Product: {
          __resolveReference: byKey,
          postage: ({ price }: { price: number }) => price * 100,
          tax: ({ price, weight }: { price: number; weight: number }) => price * weight,
          label: ({ price }: { price: number }, { size }: { size: number }) => `${price} in ${size}`,
        },
      },
    },
  },
  [
    {
      name: 'the field is sent under its own name',
      query: '{ product { postage } }',
      data: { product: { postage: 1200 } },
      sent: { catalogue: [{}], shipping: [{ representations: [{ __typename: 'Product', id: 'p1', price: 12 }] }] },
    },
    {
      name: 'a client’s own selection of the field, with other arguments, stays its own',
      query: '{ product { price postage } }',
      data: { product: { price: 10, postage: 1200 } },
    },
    {
      name: 'a client’s alias of the field is no hindrance, whatever it is',
      query: '{ product { price: weight id: price(currency: "USD") postage } }',
      data: { product: { price: 3, id: 12, postage: 1200 } },
    },
    {
      name: 'two fields may require one field with different arguments',
      query: '{ product { postage tax } }',
      data: { product: { postage: 1200, tax: 30 } },
    },
    {
      name: 'a field that requires may itself be asked with different arguments',
      query: '{ product { small: label(size: 1) large: label(size: 9) } }',
      data: { product: { small: '10 in 1', large: '10 in 9' } },
    },
    {
      name: 'and with a variable',
      query: 'query ($size: Int!, $currency: String!) { product { label(size: $size) price(currency: $currency) } }',
      variables: { size: 4, currency: 'USD' },
      data: { product: { label: '10 in 4', price: 12 } },
    },
  ],
);

runSituation(
  '@requires in a chain across four subgraphs',
  {
    a: {
      sdl: 'type Query { things: [Thing] } type Thing @key(fields: "id") { id: ID! one: Int }',
      resolvers: {
        Query: {
          things: () => [
            { id: 't1', one: 1 },
            { id: 't2', one: null },
            { id: 't3', one: 3 },
          ],
        },
        Thing: { __resolveReference: byKey },
      },
    },
    b: {
      sdl: 'type Thing @key(fields: "id") { id: ID! one: Int @external two: Int! @requires(fields: "one") }',
      resolvers: {
        Thing: {
          __resolveReference: byKey,
          two: ({ one }: { one: number | null }) => (one === null ? null : one * 10),
        },
      },
    },
    c: {
      sdl: 'type Thing @key(fields: "id") { id: ID! two: Int! @external three: Int @requires(fields: "two") }',
      resolvers: { Thing: { __resolveReference: byKey, three: ({ two }: { two: number }) => two * 10 } },
    },
    d: {
      sdl: `type Thing @key(fields: "id") {
        id: ID! one: Int @external three: Int @external
        sum: Int @requires(fields: "one three")
      }`,
      resolvers: {
        Thing: {
          __resolveReference: byKey,
          sum: (t: { one: number | null; three: number | null }) => (t.one ?? 0) + (t.three ?? 0),
        },
      },
    },
  },
  [
    {
      name: 'each link gets what the one before made; null where null is allowed, and nothing sent where it is not',
      query: '{ things { id sum } }',
      data: {
        things: [
          { id: 't1', sum: 101 },
          { id: 't2', sum: null },
          { id: 't3', sum: 303 },
        ],
      },
      errors: ['things.1: INTERNAL'],
      sent: {
        a: [{}],
        b: [
          {
            representations: [
              { __typename: 'Thing', id: 't1', one: 1 },
              { __typename: 'Thing', id: 't2', one: null },
              { __typename: 'Thing', id: 't3', one: 3 },
            ],
          },
        ],
        c: [
          {
            representations: [
              { __typename: 'Thing', id: 't1', two: 10 },
              { __typename: 'Thing', id: 't3', two: 30 },
            ],
          },
        ],
        d: [
          {
            representations: [
              { __typename: 'Thing', id: 't1', one: 1, three: 100 },
              { __typename: 'Thing', id: 't3', one: 3, three: 300 },
            ],
          },
        ],
      },
    },
  ],
);

const parts = [
  { __typename: 'Engine', id: 'e1', power: 9 },
  { __typename: 'Wheel', id: 'w1', size: 2 },
];
runSituation(
  '@requires of objects, lists and fragments',
  {
    factory: {
      sdl: `type Query { car: Car }
        type Car @key(fields: "id") { id: ID! size: Size sizes: [Size!] parts: [Part] }
        type Size { width: Int! height: Int }
        interface Part { id: ID! }
        type Engine implements Part { id: ID! power: Int }
        type Wheel implements Part { id: ID! size: Int }`,
      resolvers: {
        Query: {
          car: () => ({
            id: 'c1',
            size: { width: 2, height: 3 },
            sizes: [{ width: 1 }, { width: 4, height: 5 }],
            parts: [...parts, null],
          }),
        },
        Car: { __resolveReference: byKey },
      },
    },
    garage: {
      sdl: `type Car @key(fields: "id") {
          id: ID! size: Size @external sizes: [Size!] @external parts: [Part] @external
          area: Int @requires(fields: "size { width height }")
          widths: [Int] @requires(fields: "sizes { width }")
          strength: String @requires(fields: "parts { id ... on Engine { power } ... on Wheel { size } }")
        }
        type Size { width: Int! @external height: Int @external }
        interface Part { id: ID! }
        type Engine implements Part { id: ID! @external power: Int @external }
        type Wheel implements Part { id: ID! @external size: Int @external }`,
      resolvers: {
        Car: {
          __resolveReference: byKey,
          area: ({ size }: { size: { width: number; height: number } }) => size.width * size.height,
          widths: ({ sizes }: { sizes: { width: number }[] }) => sizes.map(({ width }) => width),
          strength: (car: { parts: unknown }) => JSON.stringify(car.parts),
        },
      },
    },
  },
  [
    {
      name: 'an object is sent with the wanted fields only, a list item by item',
      query: '{ car { area widths } }',
      data: { car: { area: 6, widths: [1, 4] } },
      sent: {
        factory: [{}],
        garage: [
          {
            representations: [
              { __typename: 'Car', id: 'c1', size: { width: 2, height: 3 }, sizes: [{ width: 1 }, { width: 4 }] },
            ],
          },
        ],
      },
    },
    {
      name: 'an abstract list is sent with the fields of each type, nulls in place',
      query: '{ car { strength } }',
      data: { car: { strength: JSON.stringify([...parts, null].map((p) => p && { ...p, __typename: p.__typename })) } },
      sent: {
        factory: [{}],
        garage: [{ representations: [{ __typename: 'Car', id: 'c1', parts: [...parts, null] }] }],
      },
    },
  ],
);

const cm = 10;
const works = [
  { __typename: 'Work', id: 'w1' },
  { __typename: 'Print', id: 'p1' },
];
runSituation(
  '@requires below a condition on a type',
  {
    museum: {
      sdl: `type Query { things: [Thing] works: [Work] } interface Thing { id: ID! }
        type Work implements Thing @key(fields: "id") { id: ID! size(unit: String! = "cm"): Float }
        type Print implements Thing @key(fields: "id") { id: ID! copies: Int }`,
      resolvers: {
        Query: { things: () => works, works: () => works.slice(0, 1) },
        Work: {
          __resolveReference: byKey,
          size: (_: unknown, { unit }: { unit: string }) => (unit === 'cm' ? cm : cm / 2),
        },
      },
    },
    shop: {
      sdl: `type Work @key(fields: "id") { id: ID! size(unit: String! = "cm"): Float @external
          postage: Float @requires(fields: "size(unit: \\"inch\\")") weight: Float @requires(fields: "size(unit: \\"cm\\")") }`,
      resolvers: {
        Work: {
          __resolveReference: byKey,
          postage: ({ size }: { size: number }) => size,
          weight: ({ size }: { size: number }) => size,
        },
      },
    },
  },
  [
    {
      name: 'the client’s own selection of the field, with other arguments, is not sent in its place',
      query: '{ things { ... on Work { size postage } } }',
      data: { things: [{ size: 10, postage: 5 }, {}] },
    },
    {
      name: 'two fields that require it with different arguments: each gets its own',
      query: '{ works { postage weight } }',
      data: { works: [{ postage: 5, weight: 10 }] },
    },
    {
      name: 'what the planner mixes up is refused, not answered wrongly',
      query: '{ things { ... on Work { postage weight } } }',
      data: undefined,
      errors: [': QUERY_PLANNING_FAILED'],
      sent: {},
    },
  ],
);
