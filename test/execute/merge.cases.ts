import { expect, test } from '@jest/globals';
import { copy, merge } from '../../gateway/execute/merge.ts';

test('a subgraph’s answer cannot reach the prototype of every object', () => {
  const types = { isObject: () => true, satisfies: () => true, isNonNull: () => false };
  const hostile = JSON.parse('{ "__proto__": { "polluted": 1 }, "a": { "__proto__": { "polluted": 2 } } }');
  merge({ a: { b: 1 } }, hostile, types);
  copy(hostile);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
