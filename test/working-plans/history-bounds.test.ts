import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { diffContents } from '../../subgraphs/working-plans/history/diff.ts';
import { measureCpu } from '../clock.ts';
import { Copy, codeOf, joint, openWorld, type World } from './subgraph.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

test('a deletion says its instant as every reader can read it: else nobody would see what is deleted', async () => {
  const editor = await Copy.join(world.instance, 'americas-editor');
  const flag = async (at: string) => {
    const copy = await Copy.join(world.instance, 'americas-editor');
    return codeOf(await copy.push(copy.edit(() => copy.node('a1.1.2').set('deleted', { by: 'seat:s02', at }))));
  };
  for (const at of ['-271821-04-20T00:00:00.000Z', '+275760-09-13T00:00:00.000Z', '2027 (Xochitl)', '2027-01-01', '1'])
    expect([at, await flag(at)]).toEqual([at, 'UPDATE_MALFORMED']);
  expect(await flag('0000-01-01T00:00:00Z')).toBeUndefined();
  const { data, errors } = await editor.instance.ask(
    'americas-rep',
    `{ workingPlan(id: "${joint}") { deletedNodes { nodeId } } }`,
  );
  expect(errors).toBeUndefined();
  expect(data.workingPlan.deletedNodes).toEqual([{ nodeId: `${joint}/a1.1.2` }]);
});

test('thousands of nodes below one activity are compared as fast as when many activities have them', async () => {
  const contentOf = (activities: number, each: number) => {
    const milestones = (of: number) =>
      Array.from({ length: each }, (_, n) => ({ key: `${'milestone-'.repeat(5)}${of}-${n}` }));
    const outcome = {
      key: 'o2',
      activities: Array.from({ length: activities }, (_, n) => ({ key: `a${n}`, milestones: milestones(n) })),
    };
    return JSON.stringify({ key: 'plan', objectives: [{ key: 'o1', outcomes: [outcome] }] });
  };
  const took = (content: string) => measureCpu(() => diffContents(joint, content, content));
  const [spread, together] = [contentOf(100, 100), contentOf(1, 10_000)];
  await took(spread); // what is compiled as it runs is compiled for both
  expect((await took(together)) / (await took(spread))).toBeLessThan(3);
});
