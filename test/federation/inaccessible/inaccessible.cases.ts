import { runSituation } from '../run.ts';
import { byKey } from '../things.ts';

runSituation(
  '@inaccessible',
  {
    people: {
      sdl: `type Query { person: Person people: [Person] things: [Thing] many: [Thing!] secret: Int @inaccessible moods: [Mood!] mood: Mood must: Mood!
          search(by: Filter, mood: Mood): String found: Found }
        type Person @key(fields: "ref") { ref: ID! @inaccessible name: String mood: Mood }
        enum Mood { GLAD SAD @inaccessible }
        interface Thing { id: ID! }
        type Open implements Thing { id: ID! }
        type Hidden implements Thing @inaccessible { id: ID! }
        union Found = Open | Hidden
        input Filter { name: String ref: ID @inaccessible }`,
      resolvers: {
        Query: {
          person: () => ({ ref: 'r1', name: 'Ada', mood: 'SAD' }),
          people: () => ['GLAD', 'SAD', null].map((mood, i) => ({ ref: `r${i}`, name: 'Ada', mood })),
          things: () => [
            { __typename: 'Open', id: '1' },
            { __typename: 'Hidden', id: '2' },
          ],
          many: () => [
            { __typename: 'Open', id: '1' },
            { __typename: 'Hidden', id: '2' },
          ],
          found: () => ({ __typename: 'Hidden', id: '2' }),
          moods: () => ['GLAD', 'SAD'],
          mood: () => 'SAD',
          must: () => 'SAD',
        },
      },
    },
    badges: {
      sdl: 'type Person @key(fields: "ref") { ref: ID! @inaccessible badge: String }',
      resolvers: { Person: { __resolveReference: byKey, badge: ({ ref }: { ref: string }) => `badge ${ref}` } },
    },
  },
  [
    {
      name: 'a key that clients may not see joins all the same',
      query: '{ person { name badge } }',
      data: { person: { name: 'Ada', badge: 'badge r1' } },
      sent: { people: [{}], badges: [{ representations: [{ __typename: 'Person', ref: 'r1' }] }] },
    },
    {
      name: 'a field is as if it were not there',
      query: '{ person { ref } }',
      data: undefined,
      errors: [': GRAPHQL_VALIDATION_FAILED Cannot query field "ref" on type "Person".'],
    },
    {
      name: 'of the root too',
      query: '{ secret }',
      data: undefined,
      errors: [': GRAPHQL_VALIDATION_FAILED Cannot query field "secret"'],
    },
    {
      name: 'an enum value in an answer is null and an error that does not name it',
      query: '{ mood }',
      data: { mood: null },
      errors: ['mood: INVALID_SUBGRAPH_VALUE Enum Mood has no such value.'],
    },
    {
      name: 'wherever it stands',
      query: '{ people { mood } }',
      data: { people: [{ mood: 'GLAD' }, { mood: null }, { mood: null }] },
      errors: ['people.1.mood: INVALID_SUBGRAPH_VALUE'],
    },
    {
      name: 'in a list of what may not be null, the list',
      query: '{ moods }',
      data: { moods: null },
      errors: ['moods.1: INVALID_SUBGRAPH_VALUE'],
    },
    {
      name: 'and up to the root',
      query: '{ must mood }',
      data: null,
      errors: ['must: INVALID_SUBGRAPH_VALUE'],
    },
    {
      name: 'an object of such a type is null and an error that does not name the type',
      query: '{ things { id } found { __typename } }',
      data: { things: [{ id: '1' }, null], found: null },
      errors: [
        'found: INVALID_SUBGRAPH_VALUE Found has no such type.',
        'things.1: INVALID_SUBGRAPH_VALUE Thing has no such type.',
      ],
    },
    {
      name: 'and nulls a list of what may not be null',
      query: '{ many { __typename id } }',
      data: { many: null },
      errors: ['many.1: INVALID_SUBGRAPH_VALUE'],
    },
    {
      name: 'an enum value is no argument',
      query: '{ search(mood: SAD) }',
      data: undefined,
      errors: [': GRAPHQL_VALIDATION_FAILED Value "SAD" does not exist in "Mood" enum.'],
    },
    {
      name: 'nor is it one in a variable',
      query: 'query ($mood: Mood) { search(mood: $mood) }',
      variables: { mood: 'SAD' },
      data: undefined,
      errors: [': BAD_USER_INPUT Variable "$mood" got invalid value "SAD"; Value "SAD" does not exist in "Mood" enum.'],
    },
    {
      name: 'and a field of an input object is not one',
      query: 'query ($by: Filter) { search(by: $by) }',
      variables: { by: { ref: 'r1' } },
      data: undefined,
      errors: [': BAD_USER_INPUT Variable "$by" got invalid value { ref: "r1" }; Field "ref" is not defined'],
    },
    {
      name: 'a type condition on such a type is as if there were no such type',
      query: '{ things { ... on Hidden { id } } }',
      data: undefined,
      errors: [': GRAPHQL_VALIDATION_FAILED Unknown type "Hidden".'],
    },
  ],
);
