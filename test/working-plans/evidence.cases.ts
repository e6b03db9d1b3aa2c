import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, type World } from './subgraph.ts';
import { change, treeOf } from './typed.ts';

describe('evidence', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.stop());

  test('evidence is no script, however its scheme is written: browsers pass over controls in it', async () => {
    const milestoneId = JSON.stringify(await treeOf(world.instance, 'africa-coordinator')).match(/[^"]+\/m[^"]+/)![0];
    const report = (text: string) =>
      change(world.instance, 'africa-coordinator', 'setMilestoneStatus', {
        milestoneId,
        expectedVersion: 1,
        status: 'MISSED',
        evidence: [text],
      });
    for (const text of [
      'javascript:alert(1)',
      '\u0001javascript:alert(1)',
      'java\nscript:alert(1)',
      'java\tscript\t:x',
      '\u001fdata:text/html,x',
    ]) {
      expect((await report(text)).problems).toMatchObject([{ path: ['input', 'evidence', '0'] }]);
    }
    expect((await report('Data: 14 officers trained')).problems).toEqual([]);
  });

  test.each(['0000-12-31', '0001-01-01', '1999-12-31', '9999-12-31'])(
    'a milestone is not reached on %s, which is told of the field',
    async (reachedOn) => {
      const milestoneId = JSON.stringify(await treeOf(world.instance, 'africa-coordinator')).match(/[^"]+\/m[^"]+/)![0];
      const input = { milestoneId, expectedVersion: 2, status: 'REACHED', reachedOn };
      const { problems } = await change(world.instance, 'africa-coordinator', 'setMilestoneStatus', input);
      expect(problems).toMatchObject([{ path: ['input', 'reachedOn'] }]);
    },
  );
});
