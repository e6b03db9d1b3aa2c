import { runSituation } from '../run.ts';
import { byKey } from '../things.ts';

runSituation(
  'keys of several fields, of objects, and several keys',
  {
    offices: {
      sdl: `type Query { office: Office offices: [Office] }
        type Office @key(fields: "country { code } city") @key(fields: "id") {
          id: ID! city: String! country: Country! floor: Int
        }
        type Country { code: String! name: String }`,
      resolvers: {
        Query: {
          office: () => ({ id: 'o1', city: 'Lima', country: { code: 'PE', name: 'Peru' }, floor: 3 }),
          offices: () => [
            { id: 'o1', city: 'Lima', country: { code: 'PE' } },
            { id: 'o2', city: 'Lima', country: { code: 'US' } },
            { id: 'o1', city: 'Lima', country: { code: 'PE' } },
          ],
        },
        Office: { __resolveReference: async () => ({ id: 'o1', city: 'Lima', country: { code: 'PE' }, floor: 3 }) },
      },
    },
    weather: {
      sdl: `type Office @key(fields: "city country { code }") { city: String! country: Country! weather: String }
        type Country { code: String! }`,
      resolvers: {
        Office: {
          __resolveReference: byKey,
          weather: (o: { city: string; country: { code: string } }) => `rain in ${o.city}, ${o.country.code}`,
        },
      },
    },
    staff: {
      sdl: `type Query { desk: Desk }
        type Office @key(fields: "id") { id: ID! staff: [Person!] }
        type Desk @key(fields: "office { id } number") { office: Office! number: Int! }
        type Person @key(fields: "mail") @key(fields: "id") { mail: String! id: ID! }`,
      resolvers: {
        Query: { desk: () => ({ office: { id: 'o1' }, number: 7 }) },
        Office: {
          __resolveReference: byKey,
          staff: ({ id }: { id: string }) => [
            { mail: `a@${id}`, id: `${id}-a` },
            { mail: `b@${id}`, id: `${id}-b` },
          ],
        },
        Person: { __resolveReference: byKey },
      },
    },
    mail: {
      sdl: `type Person @key(fields: "mail") { mail: String! unread: Int }
        type Desk @key(fields: "number office { id }") { number: Int! office: Office! lamp: String }
        type Office @key(fields: "id", resolvable: false) { id: ID! }`,
      resolvers: {
        Person: { __resolveReference: byKey, unread: ({ mail }: { mail: string }) => mail.length },
        Desk: {
          __resolveReference: byKey,
          lamp: (d: { number: number; office: { id: string } }) => `${d.office.id}/${d.number}`,
        },
      },
    },
  },
  [
    {
      name: 'a nested key is sent in its shape, without what else is known of the object',
      query: '{ office { country { name } weather } }',
      data: { office: { country: { name: 'Peru' }, weather: 'rain in Lima, PE' } },
      sent: {
        offices: [{}],
        weather: [{ representations: [{ __typename: 'Office', city: 'Lima', country: { code: 'PE' } }] }],
      },
    },
    {
      name: 'entities that differ in a part of their key are two',
      query: '{ offices { id weather } }',
      data: {
        offices: [
          { id: 'o1', weather: 'rain in Lima, PE' },
          { id: 'o2', weather: 'rain in Lima, US' },
          { id: 'o1', weather: 'rain in Lima, PE' },
        ],
      },
      sent: {
        offices: [{}],
        weather: [
          {
            representations: ['PE', 'US'].map((code) => ({ __typename: 'Office', city: 'Lima', country: { code } })),
          },
        ],
      },
    },
    {
      name: 'from one key to another: through the subgraph that knows both',
      query: '{ desk { lamp office { weather floor staff { unread } } } }',
      data: {
        desk: {
          lamp: 'o1/7',
          office: { weather: 'rain in Lima, PE', floor: 3, staff: [{ unread: 4 }, { unread: 4 }] },
        },
      },
    },
  ],
);

runSituation(
  'a key that is null or missing',
  {
    a: {
      sdl: `type Query { books: [Book] }
        type Book @key(fields: "isbn") @key(fields: "shelf { id }") { isbn: ID shelf: Shelf title: String } type Shelf { id: ID }`,
      resolvers: {
        Query: {
          books: () => [
            { isbn: '1', shelf: { id: 's1' }, title: 'One' },
            { isbn: null, shelf: null, title: 'Two' },
            { isbn: '3', shelf: { id: null }, title: 'Three' },
          ],
        },
        Book: { __resolveReference: byKey },
      },
    },
    b: {
      sdl: 'type Book @key(fields: "isbn") { isbn: ID pages: Int }',
      resolvers: { Book: { __resolveReference: byKey, pages: (b: { isbn: string | null }) => (b.isbn ? 100 : null) } },
    },
  },
  [
    {
      name: 'null is a key like any other where the schema allows it',
      query: '{ books { title pages } }',
      data: {
        books: [
          { title: 'One', pages: 100 },
          { title: 'Two', pages: null },
          { title: 'Three', pages: 100 },
        ],
      },
    },
  ],
);
