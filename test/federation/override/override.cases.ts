import { expect, test } from '@jest/globals';
import { createMember } from '../../people.ts';
import { type Case, runSituation } from '../run.ts';
import { byKey } from '../things.ts';

const owner = (name: string) => () => name;
runSituation(
  '@override',
  {
    old: {
      sdl: `type Query { bill: Bill total: String moved: String }
        type Bill @key(fields: "id") { id: ID! amount: String payer: Payer note: String }
        type Payer @key(fields: "id") { id: ID! name: String }`,
      resolvers: {
        Query: { bill: () => ({ id: '1' }), total: owner('old'), moved: owner('old') },
        Bill: {
          __resolveReference: byKey,
          amount: owner('old'),
          note: owner('old'),
          payer: () => ({ id: 'p', name: 'old payer' }),
        },
        Payer: { __resolveReference: byKey },
      },
    },
    fresh: {
      sdl: `type Query { moved: String @override(from: "old") bills: [Bill] }
        type Bill @key(fields: "id") { id: ID! amount: String @override(from: "old") receipt: String @requires(fields: "note") note: String @external }
        type Payer @key(fields: "id") { id: ID! name: String @override(from: "old") }`,
      resolvers: {
        Query: { moved: owner('fresh'), bills: () => [{ id: '2' }] },
        Bill: {
          __resolveReference: byKey,
          amount: owner('fresh'),
          receipt: ({ note }: { note: string }) => `receipt of ${note}`,
        },
        Payer: { __resolveReference: byKey, name: owner('fresh payer') },
      },
    },
    gone: {
      sdl: 'type Query { kept: String @override(from: "nobody") }',
      resolvers: { Query: { kept: owner('kept') } },
    },
  },
  [
    {
      name: 'the field is asked of its new owner, though the old one has it at hand',
      query: '{ bill { id amount } }',
      data: { bill: { id: '1', amount: 'fresh' } },
      sent: { old: [{}], fresh: [{ representations: [{ __typename: 'Bill', id: '1' }] }] },
    },
    { name: 'at the root as well', query: '{ moved total }', data: { moved: 'fresh', total: 'old' } },
    {
      name: 'from the new owner’s own side no other is asked',
      query: '{ bills { amount } }',
      data: { bills: [{ amount: 'fresh' }] },
      sent: { fresh: [{}] },
    },
    {
      name: 'below a field that was not moved',
      query: '{ bill { payer { name } receipt } }',
      data: { bill: { payer: { name: 'fresh payer' }, receipt: 'receipt of old' } },
    },
    { name: 'from a subgraph that is not there', query: '{ kept }', data: { kept: 'kept' }, sent: { gone: [{}] } },
  ],
);

const labelled = {
  old: {
    sdl: `type Query { bill: Bill flag: String share: String all: String none: String }
      type Bill @key(fields: "id") { id: ID! amount: String }`,
    resolvers: {
      Query: {
        bill: () => ({ id: '1' }),
        flag: owner('old'),
        share: owner('old'),
        all: owner('old'),
        none: owner('old'),
      },
      Bill: { __resolveReference: byKey, amount: owner('old') },
    },
  },
  fresh: {
    sdl: `type Query {
        flag: String @override(from: "old", label: "new-billing")
        share: String @override(from: "old", label: "percent(50)")
        all: String @override(from: "old", label: "percent(100)")
        none: String @override(from: "old", label: "percent(0)")
      }
      type Bill @key(fields: "id") { id: ID! amount: String @override(from: "old", label: "new-billing") }`,
    resolvers: {
      Query: { flag: owner('fresh'), share: owner('fresh'), all: owner('fresh'), none: owner('fresh') },
      Bill: { __resolveReference: byKey, amount: owner('fresh') },
    },
  },
};
const query = '{ flag all none bill { amount } }';
const both = (side: string): Case => ({
  name: `the label decides: ${side}`,
  query,
  data: { flag: side, all: 'fresh', none: 'old', bill: { amount: side } },
});

runSituation('@override with labels that are not in force', labelled, [both('old')]);
runSituation('@override with labels that are in force for all', labelled, [both('fresh')], () => {}, {
  activeLabels: ['new-billing'],
});
runSituation(
  '@override with labels that are in force for some',
  labelled,
  [both('fresh')],
  (world) => {
    test('one subject is always on the same side of a half, whatever the token', async () => {
      const sides = new Set<string>();
      for (let i = 0; i < 12; i += 1) {
        const someone = createMember(world().gateway.url, await world().sign({ sub: 'ana', jti: `${i}` }));
        const [first, second] = [await someone.ask('{ share }'), await someone.ask('{ share }')];
        expect(first).toEqual(second);
        sides.add(first.data.share);
      }
      expect(sides.size).toBe(1); // one subject, whatever the token
    });
  },
  { overrideLabels: (label, actor) => label === 'new-billing' && actor.subject === 'ana' },
);
