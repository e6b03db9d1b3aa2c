import { runSituation } from '../run.ts';
import { refuseFor } from '../things.ts';

const known = async (key: { id: string }) => key;
const hits = [
  { __typename: 'Person', id: 'p1' },
  { __typename: 'Group', id: 'g1', members: [{ id: 'p2' }, null, { id: 'p1' }] },
  { __typename: 'Page', text: 'a page', linked: { __typename: 'Person', id: 'p2' } },
  null,
];

runSituation(
  'unions, and paths that depend on a type',
  {
    search: {
      sdl: `type Query { search: [Hit] best: Hit! }
        union Hit = Person | Group | Page
        type Person @key(fields: "id") { id: ID! }
        type Group @key(fields: "id") { id: ID! members: [Person] }
        type Page { text: String linked: Hit }`,
      resolvers: { Query: { search: () => hits, best: () => hits[1] } },
    },
    people: {
      sdl: `type Person @key(fields: "id") { id: ID! name: String }
        type Group @key(fields: "id") { id: ID! title: String lead: Person }`,
      resolvers: {
        Person: { __resolveReference: known, name: refuseFor(['p2'], ({ id }) => `name of ${id}`) },
        Group: { __resolveReference: known, title: () => 'a group', lead: () => ({ id: 'p1' }) },
      },
    },
  },
  [
    {
      name: 'each type is completed by what was asked of it',
      query: '{ search { ... on Person { name } ... on Group { title } ... on Page { text } } }',
      data: { search: [{ name: 'name of p1' }, { title: 'a group' }, { text: 'a page' }, null] },
    },
    {
      name: 'entities below one type only, with errors at their places',
      query:
        '{ search { __typename ... on Group { members { name } } ... on Page { linked { ... on Person { name } } } } }',
      data: {
        search: [
          { __typename: 'Person' },
          { __typename: 'Group', members: [{ name: null }, null, { name: 'name of p1' }] },
          { __typename: 'Page', linked: { name: null } },
          null,
        ],
      },
      errors: ['search.1.members.0.name: NOT_FOUND p2 is refused.', 'search.2.linked.name: NOT_FOUND p2 is refused.'],
    },
    {
      name: 'one response key that leads to different types',
      query: '{ search { ... on Person { it: name } ... on Group { it: title } ... on Page { it: text } } }',
      data: { search: [{ it: 'name of p1' }, { it: 'a group' }, { it: 'a page' }, null] },
    },
    {
      name: 'fetch after fetch below a type',
      query: '{ best { ... on Group { lead { id name } } ... on Person { name } } }',
      data: { best: { lead: { id: 'p1', name: 'name of p1' } } },
    },
    {
      name: 'a type that nothing is asked of is an object without fields',
      query: '{ search { ... on Page { text } } }',
      data: { search: [{}, {}, { text: 'a page' }, null] },
      sent: { search: [{}] },
    },
  ],
);
