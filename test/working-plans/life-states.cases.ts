import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PlanStatus } from '../../subgraphs/working-plans/entities/plan.ts';
import { planStatuses } from '../../subgraphs/working-plans/entities/plan.ts';
import { adopt, amend, archive, conclude, type Payload, problemOf, requestChanges, save, submit } from './life.ts';
import { createPlan, type Instance, type Name, names, openWorld, type World } from './subgraph.ts';

describe('life states', () => {
  let world: World;
  let here: Instance;
  beforeAll(async () => {
    world = await openWorld();
    here = world.instance;
  });
  afterAll(() => world.stop());

  const coordinators: Name[] = ['americas-coordinator', 'africa-coordinator'];
  const leaders: Name[] = [...coordinators, 'steering-member'];
  const editors: Name[] = [...leaders, 'americas-editor', 'africa-editor', 'both-editor'];

  interface Action {
    run(who: Name, plan: { id: string; version: number; hash: string; decision: string }): Promise<Payload>;
    may: Name[];
    from: PlanStatus[];
    to: PlanStatus | null;
  }
  const actions: Record<string, Action> = {
    submit: {
      run: (who, { id, version }) => submit(here, who, id, version),
      may: coordinators,
      from: ['DRAFT', 'CHANGES_REQUESTED'],
      to: 'UNDER_REVIEW',
    },
    'request changes': {
      run: (who, { id }) => requestChanges(here, who, id),
      may: leaders,
      from: ['UNDER_REVIEW'],
      to: 'CHANGES_REQUESTED',
    },
    adopt: {
      run: (who, { id, hash, decision }) => adopt(here, who, id, [decision], hash),
      may: leaders,
      from: ['UNDER_REVIEW'],
      to: 'ADOPTED',
    },
    amend: { run: (who, { id }) => amend(here, who, id), may: leaders, from: ['ADOPTED'], to: null },
    archive: { run: (who, { id }) => archive(here, who, id), may: leaders, from: ['ADOPTED'], to: 'ARCHIVED' },
    'save a version': {
      run: (who, { id }) => save(here, who, id),
      may: editors,
      from: ['DRAFT', 'UNDER_REVIEW', 'CHANGES_REQUESTED'],
      to: null,
    },
  };

  const setStatus = (id: string, status: PlanStatus) =>
    world.db.query('UPDATE working_plans.plan SET status = $2 WHERE id = $1', [id, status]);
  const rowOf = async (id: string) =>
    (await world.db.query('SELECT status, version FROM working_plans.plan WHERE id = $1', [id])).rows[0];
  /** A plan set into a status behind everybody's back, and a decision of both its networks on its text. */
  async function planIn(status: PlanStatus) {
    const id = await createPlan(here, 'both-editor');
    await setStatus(id, status);
    const { data } = await here.ask('both-editor', `{ workingPlan(id: "${id}") { version contentHash } }`);
    const hash = data.workingPlan.contentHash;
    return { id, version: data.workingPlan.version, hash, decision: await conclude(world, id, hash) };
  }

  describe.each(Object.entries(actions))('%s', (_, { run, may, from, to }) => {
    test.each(planStatuses)('%s: who may, and whether it goes', async (status) => {
      const plan = await planIn(status);
      const kept = async () =>
        (
          await world.db.query(
            `SELECT (SELECT count(*)::int FROM working_plans.plan_version WHERE plan_id = $1) AS versions,
             (SELECT count(*)::int FROM feed.event WHERE data ->> 'planId' = $1) AS events, (SELECT count(*)::int FROM working_plans.plan) AS plans`,
            [plan.id],
          )
        ).rows[0];
      const before = await kept();
      const others = names.filter((name) => !may.includes(name));
      const refused = await Promise.all(
        others.map(async (who) => [who, (await run(who, plan)).problems[0]?.__typename]),
      );
      expect(refused).toEqual(others.map((who) => [who, 'ForbiddenError']));
      const goes = from.includes(status);
      for (const [type, message] of goes ? [] : (await Promise.all(may.map((who) => run(who, plan)))).map(problemOf)) {
        expect(type).toBe('ValidationError');
        expect(message).toContain(status);
      }
      expect(await kept()).toEqual(before);
      expect(await rowOf(plan.id)).toEqual({ status, version: 1 });
      await Promise.all(
        (goes ? may : []).map(async (who) => {
          const own = await planIn(status);
          expect([who, (await run(who, own)).problems]).toEqual([who, []]);
          expect(await rowOf(own.id)).toEqual({ status: to ?? status, version: to ? 2 : 1 });
        }),
      );
    });
  });
});
