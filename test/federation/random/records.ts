/** The museum's subgraphs; between them they have something of everything. */
export const sources = {
  collection: {
    entities: ['Thing', 'Work', 'Print', 'Artist'],
    sdl: `
    enum Kind { OIL INK } enum Unit { CM INCH } input Filter { kind: Kind, first: Int = 2 }
    type Query { work(id: ID!): Work works(by: Filter): [Work] things: [Thing!]! hits: [Hit] rooms: [[Thing]] artist: Artist shared: Shared @shareable }
    interface Thing @key(fields: "id") { id: ID! title: String }
    interface Sized { size(unit: Unit! = CM): Float }
    type Work implements Thing & Sized @key(fields: "id") { id: ID! title: String kind: Kind! by: Artist similar: [Work!] size(unit: Unit! = CM): Float }
    type Print implements Thing @key(fields: "id") { id: ID! title: String copies: Int of: Work! }
    union Hit = Work | Print | Artist
    type Artist @key(fields: "id") @key(fields: "name born { year }") { id: ID! name: String! @shareable born: Date! @shareable }
    type Date @shareable { year: Int! month: Int }
    type Shared @shareable { a: Int b: Int }`,
  },
  shop: {
    entities: ['Work', 'Stock'],
    sdl: `
    enum Unit { CM INCH }
    type Query { cheapest: Work shared: Shared @shareable }
    type Work @key(fields: "id") { id: ID! size(unit: Unit! = CM): Float @external price(in: String = "EUR"): Money
      postage: Float @requires(fields: "size(unit: INCH)") stock: Stock! }
    type Money { amount: Float! currency: String }
    type Stock @key(fields: "work { id } shelf") { work: Work! shelf: Int! count: Int }
    type Shared @shareable { a: Int b: Int c: Int }`,
  },
  // its name comes before that of the interface's owner
  buzz: {
    entities: ['Thing', 'Visitor'],
    sdl: `
    type Query { loved: [Thing] latest: Comment }
    type Thing @key(fields: "id") @interfaceObject { id: ID! likes: Int! comments: [Comment!] best: Comment }
    type Comment { text: String by: Visitor @provides(fields: "name") about: Thing }
    type Visitor @key(fields: "id") { id: ID! name: String @external comments: [Comment] }`,
  },
  people: {
    entities: ['Artist', 'Visitor'],
    sdl: `
    type Query { visitor: Visitor people: [Person] }
    interface Person { name: String }
    type Artist implements Person @key(fields: "name born { year }") { name: String! @shareable born: Date! @shareable works: [Work] bio: Bio teacher: Artist }
    type Date @shareable { year: Int! month: Int }
    type Work @key(fields: "id", resolvable: false) { id: ID! }
    type Bio { text: String! pages: Int }
    type Visitor implements Person @key(fields: "id") { id: ID! name: String age: Int friends: [Visitor] }`,
  },
  depot: {
    entities: ['Stock'],
    sdl: `
    type Stock @key(fields: "work { id } shelf") { work: Work! shelf: Int! keeper: Visitor alarm: String! }
    type Work @key(fields: "id", resolvable: false) { id: ID! }
    type Visitor @key(fields: "id", resolvable: false) { id: ID! }`,
  },
};

export type Thing = Record<string, unknown>;
const ref = (__typename: string, id: string) => ({ __typename, id });
const work = (id: string) => ref('Work', id);
const artist = (id: string) => ref('Artist', id);
const visitor = (id: string) => ref('Visitor', id);
const inches = (cm: number | null, unit: unknown) => (cm === null ? null : unit === 'INCH' ? cm / 2 : cm);
const comment = (text: string | null, by: string | null, about: Thing | null) => ({
  text,
  by: by && visitor(by),
  about,
});

const works = [
  {
    id: 'w1',
    title: 'Sea',
    kind: 'OIL',
    by: artist('a1'),
    similar: [work('w2'), work('w2'), work('w3')],
    cm: 10,
    likes: 3,
  },
  { id: 'w2', title: null, kind: 'INK', by: null, similar: null, cm: null, likes: 0 },
  { id: 'w3', title: 'Sky', kind: 'INK', by: artist('a2'), similar: [], cm: 30, likes: 7 },
].map(
  ({ cm, ...one }): Thing => ({
    __typename: 'Work',
    ...one,
    size: ({ unit }: Thing) => inches(cm, unit),
    price: (args: Thing) => (one.id === 'w2' ? null : { amount: one.likes, currency: args.in }),
    stock: { __typename: 'Stock', id: `s-${one.id}`, work: work(one.id), shelf: one.likes },
    comments:
      one.id === 'w3' ? null : [comment(`of ${one.id}`, 'v1', work(one.id)), comment(null, null, ref('Print', 'p1'))],
    best: one.id === 'w1' ? comment('best', 'v2', work('w1')) : null,
  }),
);
export const store: Thing[] = [
  ...works,
  ...works.map(
    ({ id, likes }): Thing => ({
      ...{ __typename: 'Stock', id: `s-${id}`, work: work(id as string), shelf: likes, count: 5, alarm: `alarm ${id}` },
      keeper: id === 'w3' ? null : visitor('v2'),
    }),
  ),
  {
    __typename: 'Print',
    id: 'p1',
    title: 'Sea, printed',
    copies: 9,
    of: work('w1'),
    likes: 1,
    comments: [],
    best: comment('x', 'v1', null),
  },
  { __typename: 'Print', id: 'p2', title: 'Lost', copies: null, of: work('w3'), likes: 2, comments: null, best: null },
  {
    __typename: 'Artist',
    id: 'a1',
    name: 'Ada',
    born: { year: 1900, month: 2 },
    works: [work('w1'), null, work('w3')],
    bio: { text: 'B', pages: 2 },
    teacher: artist('a2'),
  },
  {
    __typename: 'Artist',
    id: 'a2',
    name: 'Ada',
    born: { year: 1800, month: null },
    works: [],
    bio: null,
    teacher: null,
  },
  {
    __typename: 'Visitor',
    id: 'v1',
    name: 'Vi',
    age: 30,
    friends: [visitor('v2'), visitor('v1')],
    comments: [comment('of v1', 'v1', work('w2')), null],
  },
  { __typename: 'Visitor', id: 'v2', name: null, age: null, friends: null, comments: [] },
];
export const root: Thing = {
  work: ({ id }: Thing) => store.find((one) => one.__typename === 'Work' && one.id === id) ?? null,
  works: ({ by }: { by?: { kind?: string; first: number } }) =>
    works.filter(({ kind }) => !by?.kind || kind === by.kind).slice(0, by?.first ?? 9),
  things: [work('w1'), ref('Print', 'p1'), work('w2'), work('w1')],
  hits: [artist('a1'), ref('Print', 'p2'), null, work('w3'), artist('a2')],
  rooms: [[work('w1'), null, ref('Print', 'p1')], null, [], [work('w1'), work('w2')]],
  artist: artist('a2'),
  cheapest: work('w2'),
  shared: { a: 1, b: 2, c: 3 },
  loved: [ref('Print', 'p1'), work('w3'), null, work('w3')],
  latest: comment('now', 'v1', ref('Print', 'p2')),
  visitor: visitor('v1'),
  people: [artist('a1'), visitor('v2'), null, visitor('v1')],
};
export const ids = store.map(({ id }) => id as string);
/** Fields that may be null, and that nothing is joined by. */
export const faultyFields = ['title', 'comments', 'bio', 'works', 'price', 'age', 'count', 'copies', 'best', 'friends'];
