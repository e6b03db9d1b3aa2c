import { describe, expect, test } from '@jest/globals';
import type { Standing } from '../../gateway/planner.ts';
import { buildGraph } from './graph.ts';

const graph = buildGraph({
  old: {
    typeDefs: /* GraphQL */ `
      type Bill @key(fields: "id") { id: ID! amount: String payer: String note: String all: String none: String }
      type Query { bills: [Bill!]! }
    `,
    resolvers: {
      Query: { bills: () => [{ id: '1' }] },
      Bill: Object.fromEntries(['amount', 'payer', 'note', 'all', 'none'].map((name) => [name, () => 'old'])),
    },
  },
  new: {
    typeDefs: /* GraphQL */ `
      type Bill @key(fields: "id") {
        id: ID!
        amount: String @override(from: "old", label: "percent(20)")
        payer: String @override(from: "old", label: "percent(55.5)")
        note: String @override(from: "old", label: "notes-moved")
        all: String @override(from: "old", label: "percent(100)")
        none: String @override(from: "old", label: "percent(0)")
      }
    `,
    resolvers: {
      Bill: {
        __resolveReference: (reference: object) => reference,
        ...Object.fromEntries(['amount', 'payer', 'note', 'all', 'none'].map((name) => [name, () => 'new'])),
      },
    },
  },
});

const standing = (share: number, ...labels: string[]): Standing => ({
  holds: () => false,
  isActive: (label) => labels.includes(label),
  share,
});
const operation = '{ bills { amount payer note all none } }';
const sides = async (who: Standing) => {
  const { data } = await graph.run(operation, {}, who);
  return (data as { bills: Record<string, string>[] }).bills[0];
};

describe('the new side of an override is asked', () => {
  test.each([
    [0, { amount: 'new', payer: 'new' }],
    [19.99, { amount: 'new', payer: 'new' }],
    [20, { amount: 'old', payer: 'new' }],
    [55.49, { amount: 'old', payer: 'new' }],
    [55.5, { amount: 'old', payer: 'old' }],
    [99.99, { amount: 'old', payer: 'old' }],
  ])('for shares below the percentage: %d', async (share, expected) => {
    expect(await sides(standing(share))).toEqual({ note: 'old', all: 'new', none: 'old', ...expected });
  });

  test('while its label is active', async () => {
    expect((await sides(standing(50, 'notes-moved')))?.note).toBe('new');
    expect((await sides(standing(50, 'another')))?.note).toBe('old');
  });

  test('planned once for all who are on the same sides', () => {
    const plan = (who: Standing) => graph.planner.plan(operation, undefined, { standing: who });
    expect(plan(standing(3))).toBe(plan(standing(17, 'another')));
    expect(plan(standing(3))).not.toBe(plan(standing(30)));
    expect(plan(standing(3))).not.toBe(plan(standing(3, 'notes-moved')));
    expect(plan(standing(70))).toBe(plan(standing(80)));
  });
});
