/**
 * The graph that is measured: users, products, reviews and stock in four subgraphs, the query that walks between them and
 * two subscriptions. Two subgraphs carry the names of those our gateway asks about rights.
 */
export const sdls: Record<string, string> = {
  members: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@inaccessible"])
    scalar JSON
    type Query {
      users: [User]
      resolveActor(subject: String!, seat: ID): JSON @inaccessible
      membersRightsVersion: Int! @inaccessible
    }
    type User @key(fields: "id") { id: ID! name: String username: String }`,
  networks: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@inaccessible"])
    type Query { topProducts(first: Int = 5): [Product] partnersRightsVersion: Int! @inaccessible }
    type Product @key(fields: "upc") { upc: String! name: String price: Int weight: Int }`,
  inventory: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])
    type Product @key(fields: "upc") {
      upc: String!
      weight: Int @external
      price: Int @external
      inStock: Boolean
      shippingEstimate: Int @requires(fields: "price weight")
    }`,
  reviews: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@provides"])
    type Query { reviewCount: Int! }
    type Subscription { reviewAdded(after: String): ReviewEvent }
    type ReviewEvent { cursor: String! sentAt: Float! review: Review }
    type Review @key(fields: "id") { id: ID! body: String author: User @provides(fields: "username") product: Product }
    type User @key(fields: "id") { id: ID! username: String @external reviews: [Review] }
    type Product @key(fields: "upc") { upc: String! reviews: [Review] }`,
};

const fragments = `
  fragment User on User { id username name }
  fragment Review on Review { id body }
  fragment Product on Product { inStock name price shippingEstimate upc weight }`;

const reviewed = `
  reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } }`;

export const query = `query Nested {
  users { ...User reviews { ...Review product { ...Product ${reviewed} } } }
  topProducts { ...Product ${reviewed} }
}${fragments}`;

export const subscriptions = {
  'no join': 'subscription { reviewAdded { cursor sentAt review { id body author { id username } } } }',
  'entity join': 'subscription { reviewAdded { cursor sentAt review { id body author { id username name } } } }',
};

const words = 'a measured and plain account of how this went in use over the course of one full year'.split(' ');
const text = (seed: number, length: number) =>
  Array.from({ length }, (_, i) => words[(seed * 7 + i * 5) % words.length]).join(' ');

const users = Array.from({ length: 6 }, (_, i) => ({
  id: `user-${i + 1}`,
  name: `Person Number ${i + 1}`,
  username: `person-number-${i + 1}`,
}));
const products = Array.from({ length: 9 }, (_, i) => ({
  upc: `product-${i + 1}`,
  name: `Product Number ${i + 1}`,
  price: 100 + ((i * 377) % 1900),
  weight: 10 + ((i * 211) % 900),
}));
const reviews = Array.from({ length: 25 }, (_, i) => ({
  id: `review-${i + 1}`,
  body: text(i, 8),
  author: users[(i * 5) % 6]!,
  product: products[(i * 4) % 9]!,
}));

type Reference = Record<string, never>;
const find = <T extends Record<string, unknown>>(list: readonly T[], key: keyof T, reference: Reference) =>
  list.find((one) => one[key] === reference[key as string]);

export const resolvers: Record<string, Record<string, Record<string, unknown>>> = {
  members: {
    Query: {
      users: () => users,
      // every reader has a seat of their own, and all have the same rights
      resolveActor: (_: unknown, { subject }: { subject: string }) => ({
        ...{ kind: 'SEAT', subject, personId: `person:${subject}`, seatId: `seat:${subject}`, rightsVersion: 1 },
        ...{ organisationId: 'organisation:1', networks: ['network:1'] },
        roles: [{ role: 'MEMBER_EDITOR', networkId: 'network:1', bodyId: null }],
      }),
      membersRightsVersion: () => 1,
    },
    User: { __resolveReference: (reference: Reference) => find(users, 'id', reference) },
  },
  networks: {
    Query: {
      topProducts: (_: unknown, { first }: { first: number }) => products.slice(0, first),
      partnersRightsVersion: () => 1,
    },
    Product: { __resolveReference: (reference: Reference) => find(products, 'upc', reference) },
  },
  inventory: {
    Product: {
      __resolveReference: (reference: Reference) => ({ ...reference, inStock: Number(reference.upc?.[8]) % 2 === 0 }),
      shippingEstimate: ({ price, weight }: { price: number; weight: number }) => (price > 1000 ? 0 : (weight / 2) | 0),
    },
  },
  reviews: {
    Query: { reviewCount: () => reviews.length },
    Review: { __resolveReference: (reference: Reference) => find(reviews, 'id', reference) },
    User: {
      __resolveReference: ({ id }: Reference) => ({ id }),
      reviews: ({ id }: { id: string }) => reviews.filter((review) => review.author.id === id),
    },
    Product: {
      __resolveReference: ({ upc }: Reference) => ({ upc }),
      reviews: ({ upc }: { upc: string }) => reviews.filter((review) => review.product.upc === upc),
    },
  },
};

/** What is published as the n-th event. */
export const makeEvent = (n: number, sentAt: number) => ({
  cursor: `c${n}`,
  sentAt,
  review: reviews[n % reviews.length]!,
});
