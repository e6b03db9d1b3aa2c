import { expect, test } from '@jest/globals';
import { parse } from 'graphql';
import type { EntityLookup } from '../../gateway/execute/plan.ts';
import { compileRepresentations } from '../../gateway/execute/representations.ts';
import { indexTypes } from '../../gateway/execute/types.ts';

const types = indexTypes(parse('type A { x: JSON y: JSON! part: A } type B { x: JSON y: JSON! } scalar JSON'));
const field = (key: string, selections?: EntityLookup['requires']) =>
  ({ kind: 'field', key, as: key, selections }) as const;
const keys = [field('__typename'), field('x'), field('y')];

const represent = compileRepresentations(
  {
    alias: '_entities',
    representationsVariable: 'representations',
    paths: [],
    requires: ['A', 'B'].map((on) => ({ kind: 'fragment', on, selections: keys })),
    inputRewrites: [],
    outputRewrites: [],
  },
  types,
);
const a = (x: unknown, y: unknown) => ({ __typename: 'A', x, y, other: Math.random() });

test('with several keys, one is sent for all that have the same in each of them', () => {
  const { representations, slots } = represent([
    ...[a('1', '2'), a('2', '1'), a('1', '2'), a('12', ''), a('', '12'), a(1, '2'), a(1, 2), a(null, '2')],
    ...[a('null', '2'), a(true, '2'), a('true', '2'), { ...a('1', '2'), __typename: 'B' }, a(1, 2), a(null, '2')],
  ]);
  expect(slots).toEqual([0, 1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 5, 6]);
  expect(representations).toHaveLength(11);
  expect(representations[0]).toEqual({ __typename: 'A', x: '1', y: '2' });
  expect(representations[10]).toEqual({ __typename: 'B', x: '1', y: '2' });
});

test('values that are lists or objects are the same when they read the same, and no text is', () => {
  const lists = [
    a([1], [2]),
    a([1], [2]),
    a('[1]', [2]),
    a([1], '[2]'),
    a(['1'], [2]),
    a({ k: [1] }, 1),
    a({ k: [1] }, 1),
  ];
  expect(represent(lists).slots).toEqual([0, 0, 1, 2, 3, 4, 4]);
});

test('what lacks a key, or has null where there is none, is not sent and takes the place of nothing', () => {
  const lacking = [
    a(undefined, 1),
    a(1, null),
    a(1, undefined),
    a(1, 1),
    a(undefined, 1),
    { __typename: 'C', x: 1, y: 1 },
  ];
  const { representations, slots } = represent([...lacking, {}]);
  expect(slots).toEqual([-1, -1, -1, 0, -1, -1, -1]);
  expect(representations).toEqual([{ __typename: 'A', x: 1, y: 1 }]);
});

test('keys within objects tell entities apart as well', () => {
  const nested = compileRepresentations(
    {
      alias: '_entities',
      representationsVariable: 'representations',
      paths: [],
      requires: [{ kind: 'fragment', on: 'A', selections: [field('__typename'), field('part', [field('x')])] }],
      inputRewrites: [],
      outputRewrites: [],
    },
    types,
  );
  const whole = (x: unknown) => ({ __typename: 'A', part: { x, y: Math.random() } });
  const { representations, slots } = nested([whole(1), whole(2), whole(1), whole('1')]);
  expect(slots).toEqual([0, 1, 0, 2]);
  expect(representations[1]).toEqual({ __typename: 'A', part: { x: 2 } });
});
