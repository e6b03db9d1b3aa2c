import { runSituation } from '../run.ts';
import { refusal } from '../things.ts';

const cannot = (field: string) => `INVALID_SUBGRAPH_VALUE Cannot return null for non-nullable field ${field}.`;
const node = (id: string) => ({ id });

runSituation(
  'null where there may be none, across fetches',
  {
    a: {
      sdl: `type Query { free: Node must: Node! list: [Node!] loose: [Node] matrix: [[Node!]!] holder: Holder other: Int }
        type Holder { node: Node! label: String inner: Holder! }
        type Node @key(fields: "id") { id: ID! own: String }`,
      resolvers: {
        Query: {
          free: () => node('ok'),
          must: () => node('null'),
          list: () => [node('ok'), node('null'), node('error'), node('gone')],
          loose: () => [node('ok'), node('null'), node('error'), node('gone')],
          matrix: () => [[node('ok')], [node('ok'), node('null')]],
          holder: () => ({ node: node('null'), label: 'h', inner: null }),
          other: () => 1,
        },
        Holder: { inner: ({ label }: { label: string }) => (label === 'h' ? { label: 'i', node: node('ok') } : null) },
        Node: { own: ({ id }: { id: string }) => `own ${id}` },
      },
    },
    b: {
      sdl: 'type Node @key(fields: "id") { id: ID! name: String! nick: String parts: [Part!]! } type Part { n: Int! }',
      resolvers: {
        Node: {
          __resolveReference: async ({ id }: { id: string }) => (id === 'gone' ? null : { id }),
          name: async ({ id }: { id: string }) => {
            if (id === 'error') throw refusal('FORBIDDEN', 'Not that one.');
            return id === 'null' ? null : `name ${id}`;
          },
          parts: () => [{ n: 1 }, { n: 2 }],
        },
      },
    },
  },
  [
    {
      name: 'the subgraph’s own error is the only one',
      query: '{ list { id name } other }',
      data: { list: null, other: 1 },
      errors: ['list.1.name: INTERNAL', 'list.2.name: FORBIDDEN Not that one.'],
    },
    {
      name: 'and one is made where no subgraph’s explains the null',
      query: '{ loose { id name } }',
      data: { loose: [{ id: 'ok', name: 'name ok' }, null, null, null] },
      errors: [
        'loose.1.name: INTERNAL',
        'loose.2.name: FORBIDDEN Not that one.',
        `loose.3.name: ${cannot('Node.name')}`,
      ],
    },
    {
      name: 'a reference that is not found: a nullable field is null without an error',
      query: '{ list { id nick } }',
      data: {
        list: [
          { id: 'ok', nick: null },
          { id: 'null', nick: null },
          { id: 'error', nick: null },
          { id: 'gone', nick: null },
        ],
      },
    },
    {
      name: 'through lists of lists',
      query: '{ matrix { name } other }',
      data: { matrix: null, other: 1 },
      errors: ['matrix.1.1.name: INTERNAL'],
    },
    {
      name: 'up to the nearest field that may be null',
      query: '{ holder { label node { name } } other }',
      data: { holder: null, other: 1 },
      errors: ['holder.node.name: INTERNAL'],
    },
    {
      name: 'up to the root',
      query: '{ other must { name } }',
      data: null,
      errors: ['must.name: INTERNAL'],
    },
    {
      name: 'nothing is said of what was not asked',
      query: '{ must { own } holder { node { own } } }',
      data: { must: { own: 'own null' }, holder: { node: { own: 'own null' } } },
    },
    {
      name: 'a subgraph’s null below one of its own objects: its error, its null',
      query: '{ holder { inner { inner { label } } } other }',
      data: { holder: null, other: 1 },
      errors: ['holder.inner.inner: INTERNAL'],
    },
    {
      name: 'parts that are there stay as they are',
      query: '{ free { name parts { n } } }',
      data: { free: { name: 'name ok', parts: [{ n: 1 }, { n: 2 }] } },
    },
  ],
);
