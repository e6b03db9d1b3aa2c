import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { measureCpu } from '../clock.ts';
import { must } from './redacting.ts';
import { Copy, createPlan, openWorld, type World } from './subgraph.ts';
import { hash, suggesting } from './suggesting.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

test('many suggestions about a text that has grown to megabytes are seen as outdated by one look at the text', async () => {
  const { propose, list } = suggesting(world);
  const planId = await createPlan(world.instance, 'both-editor');
  for (let n = 0; n < 60; n++) expect((await propose('both-editor', planId, `Another ${n}`)).problems).toEqual([]);
  const copy = await Copy.join(world.instance, 'both-editor', planId);
  const piece = 'words '.repeat(10_000);
  for (let n = 0; n < 60; n++) await must(copy.push(copy.edit(() => copy.text('plan').insert(0, piece))));

  const text = copy.text('plan').toString();
  const once = await measureCpu(() => hash(text));
  const look = async () => {
    // As at the first look, or only that would have anything to find out, and another one be measured.
    await world.db.query("UPDATE working_plans.plan_suggestion SET status = 'OPEN' WHERE plan_id = $1", [planId]);
    const { edges } = await list('both-editor', planId, '(first: 100)');
    expect(edges.map(({ node }: { node: { status: string } }) => node.status)).toEqual(Array(60).fill('OUTDATED'));
  };
  expect(await measureCpu(look)).toBeLessThan(20 * once + 50);
});
