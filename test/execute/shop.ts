import { defaultFieldResolver, type ExecutionResult, type GraphQLFieldResolver, graphql } from 'graphql';
import { buildGraph, type Graph } from './graph.ts';

/** Three subgraphs that need each other for almost everything. `fault` names fields that throw: `Type.field` or `Type.field:id`. */
export function buildShop(fault: ReadonlySet<string> = new Set()): Graph {
  const guard = <T>(field: string, id: string, value: T): T => {
    if (fault.has(field) || fault.has(`${field}:${id}`)) throw new Error(`${field} of ${id} failed`);
    return value;
  };
  const product = (id: string) => products.find((one) => one.id === id) ?? null;
  const user = (id: string) => users.find((one) => one.id === id) ?? null;

  return buildGraph({
    catalogue: {
      typeDefs: catalogue,
      resolvers: {
        Query: {
          products: () => products,
          product: (_: unknown, { id }: Key) => product(id),
          sellable: () => products,
          found: () => [products[0], services[0], products[1]],
        },
        Product: {
          __resolveReference: ({ id }: Key) => guard('Product', id, product(id)),
          title: ({ id, title }: Product) => guard('Product.title', id, title),
          price: ({ id, price }: Product, { currency }: { currency: string }) =>
            guard('Product.price', id, currency === 'EUR' ? price : price * 2),
          subtitle: ({ id }: Key) => guard('Product.subtitle', id, `sub ${id}`),
        },
        Sellable: { __resolveType: ({ id }: Key) => (id.startsWith('s') ? 'Service' : 'Product') },
        Found: { __resolveType: ({ id }: Key) => (id.startsWith('s') ? 'Service' : 'Product') },
      },
    },
    reviews: {
      typeDefs: reviewsSdl,
      resolvers: {
        Query: { reviews: () => reviews },
        Product: {
          __resolveReference: (key: Key) => key,
          reviews: ({ id }: Key) =>
            guard(
              'Product.reviews',
              id,
              reviews.filter((one) => one.product === id),
            ),
          best: ({ id }: Key) => reviews.find((one) => one.product === id) ?? null,
          postage: ({ price }: { price: number | null }) => (price === null ? null : price * 10),
        },
        User: {
          __resolveReference: (key: Key) => guard('reviews.User', key.id, key),
          reviews: ({ id }: Key) => reviews.filter((one) => one.author === id),
          reviewCount: ({ id }: Key) =>
            guard('User.reviewCount', id, reviews.filter((one) => one.author === id).length),
        },
        Review: {
          author: ({ author }: Review) => (author ? { id: author } : null),
          product: (review: Review) => ({ id: review.product }),
          body: ({ id, body }: Review) => guard('Review.body', id, body),
        },
      },
    },
    accounts: {
      typeDefs: accounts,
      resolvers: {
        Query: { me: () => users[0], user: (_: unknown, { id }: Key) => user(id) },
        User: {
          // Async: when a reference throws at once, @apollo/subgraph fails the whole list.
          __resolveReference: async ({ id }: Key) => guard('User', id, user(id)),
          name: ({ id, name }: User) => guard('User.name', id, name),
          nick: ({ id, name }: User) => guard('User.nick', id, name.toLowerCase()),
          friends: ({ friends }: User) => friends.map(user),
        },
      },
    },
  });
}

/** The same shop in one piece, answered by graphql-js: what every answer of the graph must be equal to. */
export function askWhole(
  { planner: { schema } }: Graph,
  fault: ReadonlySet<string>,
  source: string,
  variableValues: Record<string, unknown>,
): Promise<ExecutionResult> {
  const ofUser = (id: string) => reviews.filter((one) => one.author === id);
  const fields: Record<string, (source: never, args: never) => unknown> = {
    'Query.products': () => products,
    'Query.product': (_, { id }: Key) => products.find((one) => one.id === id),
    'Query.sellable': () => products,
    'Query.found': () => [products[0], services[0], products[1]],
    'Query.reviews': () => reviews,
    'Query.me': () => users[0],
    'Query.user': (_, { id }: Key) => users.find((one) => one.id === id),
    'Product.price': ({ price }: Product, { currency }: { currency: string }) =>
      currency === 'EUR' ? price : price * 2,
    'Product.subtitle': ({ id }: Key) => `sub ${id}`,
    'Product.postage': ({ id, price }: Product) => (fault.has(`Product.price:${id}`) ? null : price * 20),
    'Product.reviews': ({ id }: Key) => reviews.filter((one) => one.product === id),
    'Product.best': ({ id }: Key) => reviews.find((one) => one.product === id),
    'User.reviews': ({ id }: Key) => ofUser(id),
    'User.reviewCount': ({ id }: Key) => ofUser(id).length,
    'User.nick': ({ name }: User) => name.toLowerCase(),
    'User.friends': ({ friends }: User) => friends.map((id) => users.find((one) => one.id === id)),
    'Review.author': ({ author }: Review) => users.find((one) => one.id === author),
    'Review.product': ({ product }: Review) => products.find((one) => one.id === product),
  };
  const fieldResolver: GraphQLFieldResolver<Key | undefined, unknown> = (from, args, context, info) => {
    const field = `${info.parentType.name}.${info.fieldName}`;
    if (fault.has(`${field}:${from?.id}`)) throw new Error(`${field} of ${from?.id} failed`);
    return fields[field]
      ? fields[field](from as never, args as never)
      : defaultFieldResolver(from, args, context, info);
  };
  const typeResolver = ({ id }: Key) => (id.startsWith('s') ? 'Service' : 'Product');
  return graphql({ schema, source, variableValues, fieldResolver, typeResolver });
}

type Key = { id: string };
type Product = (typeof products)[number];
type User = (typeof users)[number];
type Review = (typeof reviews)[number];

export const products = [
  {
    id: 'p1',
    title: 'Chair',
    price: 10,
    kind: 'NEW',
    tags: ['wood', null],
    extra: { colour: 'red', sizes: [1, { deep: true }] },
  },
  { id: 'p2', title: 'Table', price: 20, kind: 'USED', tags: [], extra: null },
  { id: 'p3', title: 'Lamp', price: 5, kind: 'NEW', tags: null, extra: 'plain' },
];
const services = [{ id: 's1', title: 'Repair', hours: 3 }];
export const users = [
  { id: 'u1', name: 'Ada', friends: ['u2', 'u3'] },
  { id: 'u2', name: 'Bob', friends: ['u1'] },
  { id: 'u3', name: 'Cyd', friends: [] as string[] },
];
export const reviews = [
  { id: 'r1', product: 'p1', author: 'u1', body: 'good' },
  { id: 'r2', product: 'p1', author: null, body: 'anonymous' },
  { id: 'r3', product: 'p1', author: 'u2', body: 'fine' },
  { id: 'r4', product: 'p1', author: 'u2', body: 'still fine' },
  { id: 'r5', product: 'p2', author: 'u3', body: 'bad' },
];

const catalogue = /* GraphQL */ `
  scalar JSON
  enum Kind { NEW USED }
  interface Sellable { id: ID! title: String! }
  union Found = Product | Service
  type Product implements Sellable @key(fields: "id") {
    id: ID!
    title: String!
    subtitle: String
    price(currency: String! = "EUR"): Int
    kind: Kind!
    tags: [String]
    extra: JSON
  }
  type Service implements Sellable { id: ID! title: String! hours: Int }
  type Query { products: [Product!]! product(id: ID!): Product sellable: [Sellable] found: [Found] }
`;
const reviewsSdl = /* GraphQL */ `
  type Product @key(fields: "id") {
    id: ID!
    price(currency: String! = "EUR"): Int @external
    postage: Int @requires(fields: "price(currency: \\"USD\\")")
    reviews: [Review!]!
    best: Review
  }
  type User @key(fields: "id") { id: ID! reviews: [Review!]! reviewCount: Int }
  type Review { id: ID! body: String author: User product: Product }
  type Query { reviews: [Review!]! }
`;
const accounts = /* GraphQL */ `
  type User @key(fields: "id") { id: ID! name: String! nick: String friends: [User!] }
  type Query { me: User user(id: ID!): User }
`;
