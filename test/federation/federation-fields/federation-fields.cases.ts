import { expect, test } from '@jest/globals';
import { type Case, runSituation } from '../run.ts';

const sources = {
  a: {
    sdl: `type Query { item: Item secret: Int @inaccessible } type Item @key(fields: "id") { id: ID! kind: Kind hidden: Int @inaccessible }
      enum Kind { OPEN CLOSED @inaccessible } directive @mine on FIELD`,
    resolvers: { Query: { item: () => ({ id: '1', kind: 'OPEN' }) } },
  },
  b: {
    sdl: 'type Item @key(fields: "id") { id: ID! name: String }',
    resolvers: { Item: { __resolveReference: async (key: object) => key, name: () => 'one' } },
  },
};

const refused = (name: string, query: string, message: string, variables?: Record<string, unknown>): Case => ({
  name,
  query,
  variables,
  data: undefined,
  errors: [`: GRAPHQL_VALIDATION_FAILED ${message}`],
  sent: {},
});

runSituation('what subgraphs have for gateways alone', sources, [
  refused(
    '_entities',
    'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
    'Unknown type "_Any".',
    { r: [{ __typename: 'Item', id: '1' }] },
  ),
  refused(
    '_entities, written out',
    '{ _entities(representations: []) { __typename } }',
    'Cannot query field "_entities"',
  ),
  refused('_service', '{ _service { sdl } }', 'Cannot query field "_service" on type "Query".'),
  refused('in a fragment', '{ ...F } fragment F on Query { _service { sdl } }', 'Cannot query field "_service"'),
  refused('on _Entity', '{ item { ... on _Entity { __typename } } }', 'Unknown type "_Entity".'),
  refused('directives of federation', '{ item @key(fields: "id") { id } }', 'Unknown directive "@key".'),
]);

const names = '{ __schema { queryType { name } types { name } directives { name } } }';

runSituation(
  'introspection in development',
  sources,
  [
    {
      name: 'mixed with data, under aliases and in fragments',
      query: `query ($name: String!, $no: Boolean!) { item { id name } root: __schema { queryType { name } } kind: __type(name: $name) { ...T }
        left: __type(name: "Item") @include(if: $no) { name } __typename } fragment T on __Type { name kind enumValues { name } }`,
      variables: { name: 'Kind', no: false },
      data: {
        item: { id: '1', name: 'one' },
        root: { queryType: { name: 'Query' } },
        kind: { name: 'Kind', kind: 'ENUM', enumValues: [{ name: 'OPEN' }] },
        __typename: 'Query',
      },
    },
    {
      name: 'alone: nobody is asked',
      query: '{ __type(name: "Item") { fields { name } } }',
      data: { __type: { fields: [{ name: 'id' }, { name: 'kind' }, { name: 'name' }] } },
      sent: {},
    },
    {
      name: 'what clients may not see, and what is not there, is null alike',
      query:
        '{ any: __type(name: "_Any") { name } graph: __type(name: "join__Graph") { name } no: __type(name: "No") { name } }',
      data: { any: null, graph: null, no: null },
    },
  ],
  (world) => {
    test('a name that is almost right is suggested', async () => {
      const { errors } = await world().ana.ask('{ itm { id } }');
      expect(errors?.[0]?.message).toBe('Cannot query field "itm" on type "Query". Did you mean "item"?');
    });
    test('nothing of federation, and nothing @inaccessible, is listed', async () => {
      const { data } = await world().ana.ask(names);
      const text = JSON.stringify(data);
      expect(text).not.toMatch(/_Any|_Entity|_Service|join__|link__|FieldSet|core__|"key"|inaccessible|requires/);
      expect(data.__schema.queryType).toEqual({ name: 'Query' });
    });
  },
  { production: false },
);

runSituation('introspection in production', sources, [
  refused('is refused', names, 'GraphQL introspection has been disabled'),
  refused(
    'mixed with data as well',
    '{ item { id } __type(name: "Item") { name } }',
    'GraphQL introspection has been disabled',
  ),
  {
    name: '__typename is none',
    query: '{ __typename item { __typename } }',
    data: { __typename: 'Query', item: { __typename: 'Item' } },
  },
  refused('and names are not suggested', '{ itm { id } }', 'Cannot query field "itm" on type "Query".'),
]);
