import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { positionAfter } from '../../subgraphs/working-plans/document/order.ts';
import { isPosition } from '../../subgraphs/working-plans/document/values.ts';
import { must } from './redacting.ts';
import { Copy, createPlan, openWorld, type World } from './subgraph.ts';
import { make, treeOf } from './typed.ts';

describe('positions', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.stop());

  describe('there is always room for one more', () => {
    test.each([
      ['after the last', 'z'.repeat(256), undefined],
      ['before the first', `A${'0'.repeat(254)}1`, null],
    ])('%s, though a sibling has taken a position that leaves none', async (_, pos, after) => {
      const { instance } = world;
      const planId = await createPlan(instance, 'both-editor');
      const add = async () => (await make(instance, 'both-editor', 'upsertObjective', { planId, after })).id;
      const [first, second] = [await add(), await add()];
      const copy = await Copy.join(instance, 'both-editor', planId);
      await must(copy.push(copy.edit(() => copy.node(second.split('/')[1]!).set('pos', pos))));
      const third = await add();
      const ids = (await treeOf(instance, 'both-editor', planId)) as string[][];
      const wanted = [[first], [second], [third]];
      expect(ids).toEqual(after === null ? wanted.reverse() : wanted);
    });

    test('between the same two, thousands of times', () => {
      let siblings = [
        { key: 'a', pos: 'a0' },
        { key: 'z', pos: 'a1' },
      ];
      const order = ['a', 'z'];
      for (let n = 0; n < 3_000; n++) {
        const { pos, rekeyed } = positionAfter(siblings, siblings.at(-2)!.key, 16_777_216 + n * 7_919);
        const moved = new Map(rekeyed.map((one) => [one.key, one.pos]));
        siblings = siblings.map(({ key, pos: own }) => ({ key, pos: moved.get(key) ?? own }));
        siblings.splice(siblings.length - 1, 0, { key: `k${n}`, pos });
        order.splice(order.length - 1, 0, `k${n}`);
      }
      expect(siblings.every(({ pos }) => isPosition(pos))).toBe(true);
      expect(siblings.sort((a, b) => (a.pos < b.pos ? -1 : 1)).map(({ key }) => key)).toEqual(order);
    });
  });
});
