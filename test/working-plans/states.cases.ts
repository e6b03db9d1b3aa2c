import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  af,
  am,
  eventsOf,
  type Instance,
  joint,
  type Name,
  names,
  nextMutation,
  openWorld,
  stored,
  type World,
} from './subgraph.ts';
import { change, make } from './typed.ts';

describe('states', () => {
  let world: World;
  let here: Instance;
  beforeAll(async () => {
    world = await openWorld();
    here = world.instance;
  });
  afterAll(() => world.stop());

  const setStatus = (status: string) =>
    world.db.query('UPDATE working_plans.plan SET status = $2 WHERE id = $1', [joint, status]);
  const milestoneId = `${joint}/m1.1.3-1`; // of org:s03
  const conflict = (currentVersion: number) => [{ __typename: 'ConflictError', currentVersion }];
  const forbidden = [{ __typename: 'ForbiddenError' }];

  describe('setMilestoneStatus', () => {
    test('says when and by what it was reached, once in each network of the objective; also of an adopted plan', async () => {
      const before = await stored(world);
      await setStatus('ADOPTED');
      const clientMutationId = nextMutation();
      const reached = {
        milestoneId,
        expectedVersion: 1,
        status: 'REACHED',
        reachedOn: '2026-06-30',
        evidence: ['https://example.org/r'],
      };
      const answers = await Promise.all(
        [1, 2, 3].map(() => make(here, 'americas-rep', 'setMilestoneStatus', { clientMutationId, ...reached })),
      );
      for (const answer of answers)
        expect(answer).toMatchObject({
          status: 'REACHED',
          reachedOn: '2026-06-30',
          evidence: ['https://example.org/r'],
          version: 2,
        });
      const said = await eventsOf(world, 'MILESTONE_REACHED');
      expect(said.map(({ network_id, subject, event_type, data }) => [network_id, subject, event_type, data])).toEqual(
        [af, am].map((network) => [
          network,
          `milestone/${milestoneId}`,
          'org.net4u.milestone.reached.v1',
          { milestoneId, activityId: `${joint}/a1.1.3`, planId: joint, reachedOn: '2026-06-30', version: 2 },
        ]),
      );
      expect(
        (await change(here, 'americas-rep', 'setMilestoneStatus', { ...reached, evidence: [] })).problems,
      ).toMatchObject(conflict(2));
      // More evidence is no new event; left out, it stays.
      const more = { milestoneId, expectedVersion: 2, status: 'REACHED', evidence: ['A letter', 'A list'] };
      expect(await make(here, 'africa-coordinator', 'setMilestoneStatus', more)).toMatchObject({
        evidence: ['A letter', 'A list'],
        version: 3,
      });
      expect(
        await make(here, 'africa-coordinator', 'setMilestoneStatus', {
          milestoneId,
          expectedVersion: 3,
          status: 'PENDING',
        }),
      ).toMatchObject({
        status: 'PENDING',
        reachedOn: null,
        evidence: ['A letter', 'A list'],
        version: 4,
      });
      expect(await eventsOf(world, 'MILESTONE_REACHED')).toHaveLength(2);
      const today = new Date().toISOString().slice(0, 10);
      const again = await make(here, 'steering-member', 'setMilestoneStatus', {
        milestoneId,
        expectedVersion: 4,
        status: 'REACHED',
      });
      expect([today, new Date().toISOString().slice(0, 10)]).toContain(again.reachedOn);
      expect(await eventsOf(world, 'MILESTONE_REACHED')).toHaveLength(4);
      expect(await stored(world)).toEqual(before); // none of it is an edit of the document
      await setStatus('ARCHIVED');
      expect(
        (await change(here, 'americas-rep', 'setMilestoneStatus', { ...reached, expectedVersion: 5 })).problems,
      ).toMatchObject([{ __typename: 'ValidationError' }]);
      await setStatus('DRAFT');
    });

    test('of two at once from one version one wins', async () => {
      const id = `${joint}/m1.1.1-1`;
      const answers = await Promise.all(
        (['americas-coordinator', 'africa-coordinator', 'steering-member'] as const).map((who) =>
          change(here, who, 'setMilestoneStatus', { milestoneId: id, expectedVersion: 1, status: 'MISSED' }),
        ),
      );
      expect(answers.map(({ problems }) => problems.length).sort()).toEqual([0, 1, 1]);
    });
  });

  test('setIndicatorActual: what was measured, by who may set the status; an outcome’s by steering and coordinators', async () => {
    const outcomes = await make(here, 'both-editor', 'upsertIndicator', { parentId: `${joint}/o2.1` });
    const own = await make(here, 'both-editor', 'upsertIndicator', { parentId: `${joint}/a2.1.2` }); // objective 2: the lead's
    await setStatus('ADOPTED');
    for (const [id, others] of [
      [outcomes.id, []],
      [own.id, []],
    ] as [string, Name[]][]) {
      let version = 1;
      for (const who of names) {
        const may = [
          'americas-coordinator',
          'africa-coordinator',
          'steering-member',
          'expert-lead',
          ...others,
        ].includes(who);
        const { thing, problems } = await change(here, who, 'setIndicatorActual', {
          indicatorId: id,
          expectedVersion: version,
          actual: ` ${who} `,
        });
        expect([who, problems]).toMatchObject([who, may ? [] : forbidden]);
        if (!may) continue;
        version += 1;
        expect(thing).toMatchObject({ actual: who, version });
      }
      expect(
        (await change(here, 'expert-lead', 'setIndicatorActual', { indicatorId: id, expectedVersion: 1 })).problems,
      ).toMatchObject(conflict(version));
      expect(
        await make(here, 'expert-lead', 'setIndicatorActual', { indicatorId: id, expectedVersion: version }),
      ).toMatchObject({ actual: null });
    }
    const { problems } = await change(here, 'expert-lead', 'setIndicatorActual', {
      indicatorId: own.id,
      expectedVersion: 9,
      actual: 'x'.repeat(501),
    });
    expect(problems).toMatchObject([{ path: ['input', 'actual'] }]);
    expect(
      (await change(here, 'expert-lead', 'setIndicatorActual', { indicatorId: `${joint}/a2.1.2`, expectedVersion: 1 }))
        .problems,
    ).toMatchObject(forbidden);
    await setStatus('DRAFT');
  });
});
