import { runSituation } from '../run.ts';
import { byKey, refuseFor } from '../things.ts';

const nodes = [
  { __typename: 'User', id: 'u1', name: 'Ada' },
  { __typename: 'Team', id: 't1', size: 4 },
];
const find = async ({ id }: { id: string }) => nodes.find((node) => node.id === id) ?? null;

/** The planner goes by the names of subgraphs: one before the owner's, and one after it. */
for (const other of ['history', 'visits'])
  runSituation(
    `@interfaceObject in ${other}`,
    {
      owners: {
        sdl: `type Query { nodes: [Node] }
        interface Node @key(fields: "id") { id: ID! }
        type User implements Node @key(fields: "id") { id: ID! name: String }
        type Team implements Node @key(fields: "id") { id: ID! size: Int }`,
        resolvers: {
          Query: { nodes: () => nodes },
          Node: { __resolveReference: find },
          User: { __resolveReference: find },
          Team: { __resolveReference: find },
        },
      },
      [other]: {
        sdl: `type Query { latest: [Node] lost: Node! maybe: Node }
        type Node @key(fields: "id") @interfaceObject { id: ID! changes: Int note: String! }`,
        resolvers: {
          Query: {
            latest: () => [{ id: 't1' }, null, { id: 'u1' }, { id: 't1' }],
            lost: () => ({ id: 'gone' }),
            maybe: () => ({ id: 'gone' }),
          },
          Node: {
            __resolveReference: byKey,
            changes: refuseFor(['t1'], () => 3),
            note: refuseFor(['t1'], () => 'noted'),
          },
        },
      },
    },
    [
      {
        name: 'fields for all types of the interface, from a subgraph that knows none of them',
        query: '{ nodes { id changes } }',
        data: {
          nodes: [
            { id: 'u1', changes: 3 },
            { id: 't1', changes: null },
          ],
        },
        errors: ['nodes.1.changes: NOT_FOUND t1 is refused.'],
        sent: {
          owners: [{}],
          [other]: [
            {
              representations: [
                { __typename: 'Node', id: 'u1' },
                { __typename: 'Node', id: 't1' },
              ],
            },
          ],
        },
      },
      {
        name: 'asked on one of the types',
        query: '{ nodes { ... on User { name changes } __typename } }',
        data: { nodes: [{ name: 'Ada', changes: 3, __typename: 'User' }, { __typename: 'Team' }] },
        sent: { owners: [{}], [other]: [{ representations: [{ __typename: 'Node', id: 'u1' }] }] },
      },
      {
        name: 'an object that comes without its type gets it from its owner',
        query: '{ latest { __typename id ... on User { name } ... on Team { size } } }',
        data: {
          latest: [
            { __typename: 'Team', id: 't1', size: 4 },
            null,
            { __typename: 'User', id: 'u1', name: 'Ada' },
            { __typename: 'Team', id: 't1', size: 4 },
          ],
        },
      },
      {
        name: 'also under another name',
        query: '{ latest { kind: __typename id } }',
        data: {
          latest: [{ kind: 'Team', id: 't1' }, null, { kind: 'User', id: 'u1' }, { kind: 'Team', id: 't1' }],
        },
      },
      {
        name: 'and where a fragment on a type asks for what all have',
        query: '{ latest { ... on User { id changes } } }',
        data: { latest: [{}, null, { id: 'u1', changes: 3 }, {}] },
      },
      {
        name: 'a field called by its own name',
        query: '{ nodes { ... on User { changes: changes } ... on Team { id } } }',
        data: { nodes: [{ changes: 3 }, { id: 't1' }] },
      },
      {
        name: 'called so in one type, and not in the other',
        query: '{ nodes { ... on User { changes: changes } ... on Team { changes } } }',
        data: { nodes: [{ changes: 3 }, { changes: null }] },
        errors: ['nodes.1.changes: NOT_FOUND'],
      },
      {
        name: 'and needs none where the type does not matter',
        query: '{ latest { id } }',
        data: { latest: [{ id: 't1' }, null, { id: 'u1' }, { id: 't1' }] },
        sent: { [other]: [{}] },
      },
      {
        name: 'a non-null field that fails nulls the object, wherever it stands',
        query: '{ latest { note } nodes { note } }',
        data: {
          latest: [null, null, { note: 'noted' }, null],
          nodes: [{ note: 'noted' }, null],
        },
        errors: ['latest.0.note: NOT_FOUND', 'latest.3.note: NOT_FOUND', 'nodes.1.note: NOT_FOUND'],
      },
      {
        name: 'one that its owner does not know has no type: null, with an error',
        query: '{ maybe { __typename } }',
        data: { maybe: null },
        errors: ['maybe.__typename: INVALID_SUBGRAPH_VALUE'],
      },
      {
        name: 'and nulls the whole answer where it may not be null',
        query: '{ lost { __typename } nodes { id } }',
        data: null,
        errors: ['lost.__typename: INVALID_SUBGRAPH_VALUE'],
      },
    ],
  );
