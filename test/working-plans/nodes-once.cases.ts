import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Instance, nextMutation, openWorld, startInstance, type World } from './subgraph.ts';
import { change, inEnglish as en, type Grown, grow, make } from './typed.ts';

describe('nodes once', () => {
  let world: World;
  let here: Instance;
  beforeAll(async () => {
    world = await openWorld();
    here = world.instance;
  });
  afterAll(() => world.stop());

  const edits = async () =>
    (await world.db.query('SELECT count(*)::int AS count FROM working_plans.plan_edit')).rows[0].count as number;

  describe('the same call again', () => {
    const calls: [string, (all: Grown) => object][] = [
      ['upsertObjective', ({ planId }) => ({ planId, title: en('Again') })],
      ['upsertOutcome', ({ objective }) => ({ objectiveId: objective.id })],
      ['upsertActivity', ({ outcome }) => ({ outcomeId: outcome.id, title: en('Again') })],
      ['upsertActivity', ({ activity }) => ({ id: activity.id, title: en('Again') })],
      ['upsertMilestone', ({ activity }) => ({ activityId: activity.id })],
      ['upsertIndicator', ({ activity }) => ({ parentId: activity.id })],
      ['upsertBudgetLine', ({ activity }) => ({ activityId: activity.id, amount: '1' })],
      ['upsertRisk', ({ activity }) => ({ activityId: activity.id })],
      ['updatePlanDetails', ({ planId }) => ({ planId, preamble: en('Again') })],
      ['movePlanNode', ({ activity }) => ({ nodeId: activity.id, after: null })],
      ['deletePlanNode', ({ risk }) => ({ nodeId: risk.id })],
      ['addPlanLocale', ({ planId }) => ({ planId, locale: 'fr' })],
    ];
    test('makes no second node and no second edit, one after the other or at once, here or in another process', async () => {
      const all = await grow(here);
      const there = await startInstance(world.database.url);
      for (const [name, input] of calls) {
        const before = await edits();
        const same = { clientMutationId: nextMutation(), ...input(all) };
        const answers = await Promise.all(
          [here, there, here, there].map((instance) => make(instance, 'both-editor', name, same)),
        );
        answers.push(await make(there, 'both-editor', name, same));
        expect([name, new Set(answers.map(({ id }) => id)).size]).toEqual([name, 1]);
        expect([name, (await edits()) - before]).toEqual([name, 1]);
        const other = await change(here, 'both-editor', name, {
          ...same,
          code: 'x',
          title: en('Other'),
          locale: 'pt',
        }).catch(() => null);
        if (other) expect(other.problems).toMatchObject([{ path: ['input', 'clientMutationId'] }]);
        expect((await edits()) - before).toBe(1);
      }
      await there.stop();
    });

    test('is answered from the log when the process died before it had claimed the call, and changes nothing later', async () => {
      const { activity, outcome } = await grow(here);
      const forget = (clientMutationId: string) =>
        world.db.query('DELETE FROM working_plans.mutation WHERE client_mutation_id = $1', [clientMutationId]);
      const create = { clientMutationId: nextMutation(), outcomeId: outcome.id, title: en('Once') };
      const made = await make(here, 'both-editor', 'upsertActivity', create);
      await forget(create.clientMutationId);
      const before = await edits();
      expect((await make(here, 'both-editor', 'upsertActivity', create)).id).toBe(made.id);

      const set = { clientMutationId: nextMutation(), id: activity.id, code: '7' };
      await make(here, 'both-editor', 'upsertActivity', set);
      await make(here, 'both-editor', 'upsertActivity', { id: activity.id, code: '8' });
      await forget(set.clientMutationId);
      expect((await make(here, 'both-editor', 'upsertActivity', set)).code).toBe('8');
      // What changed nothing the first time changes nothing later either.
      const idle = { clientMutationId: nextMutation(), id: activity.id, code: '8' };
      await make(here, 'both-editor', 'upsertActivity', idle);
      await make(here, 'both-editor', 'upsertActivity', { id: activity.id, code: '9' });
      expect((await make(here, 'both-editor', 'upsertActivity', idle)).code).toBe('9');
      expect(await edits()).toBe(before + 3);
    });
  });
});
