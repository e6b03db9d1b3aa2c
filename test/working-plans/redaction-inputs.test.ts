import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { canary, redact } from './redacting.ts';
import { createPlan, nextMutation, openWorld, type World } from './subgraph.ts';
import { make } from './typed.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

test('what is kept of the inputs of mutations says nothing by which a name could be guessed, and they are still done once', async () => {
  const { instance, db } = world;
  const planId = await createPlan(instance, 'both-editor');
  const input = { clientMutationId: nextMutation(), planId, title: [{ locale: 'en', text: canary }] };
  const { id } = await make(instance, 'both-editor', 'upsertObjective', input);
  const sorted = { clientMutationId: input.clientMutationId, planId, title: input.title };
  const guess = createHash('sha256')
    .update(`upsertObjective ${JSON.stringify(sorted)}`)
    .digest('hex');
  const kept = async () =>
    (await db.query('SELECT 1 FROM working_plans.mutation WHERE input_hash = $1', [guess])).rows.length;
  expect(await kept()).toBe(1);
  expect((await redact(instance, { planId, text: canary })).problems).toEqual([]);
  expect(await kept()).toBe(0);
  expect((await make(instance, 'both-editor', 'upsertObjective', input)).id).toBe(id);
  const { rows } = await db.query('SELECT count(*)::int AS made FROM working_plans.plan_node WHERE plan_id = $1', [
    planId,
  ]);
  expect(rows).toEqual([{ made: 1 }]);
});
