import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { canary, redact } from './redacting.ts';
import { createPlan, joint, nextMutation, openWorld, type World } from './subgraph.ts';
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

test('a strategy’s title and the names in an asked-for file are not to be guessed either, also once they are taken away', async () => {
  const { instance, db } = world;
  const add = async () => {
    const input = { clientMutationId: nextMutation(), activityId: `${joint}/a1.1.1`, title: canary };
    const { data } = await instance.ask(
      'africa-coordinator',
      'mutation ($input: AddStrategyLinkInput!) { addStrategyLink(input: $input) { activity { strategies { id title } } } }',
      { input },
    );
    const { strategies } = data.addStrategyLink.activity;
    return strategies.find(({ title }: { title: string }) => title === canary).id as string;
  };
  const gone = await add();
  const taken = { clientMutationId: nextMutation(), id: gone };
  await instance.ask(
    'africa-coordinator',
    'mutation ($input: RemoveStrategyLinkInput!) { removeStrategyLink(input: $input) { activity { id } } }',
    { input: taken },
  );
  const kept = await add();
  const file = {
    ...{ clientMutationId: nextMutation(), planId: joint, format: 'CSV', locale: 'en' },
    names: [{ id: 'org:s01', name: canary }],
  };
  const exporting =
    'mutation ($input: ExportPlanInput!) { exportPlan(input: $input) { job { id } problems { __typename ... on UserError { path } } } }';
  const asked = await instance.ask('africa-rep', exporting, { input: file });
  const half = { ...file, clientMutationId: nextMutation(), names: [{ id: 'org:s01', name: '\ud800' }] };
  const refused = await instance.ask('africa-rep', exporting, { input: half });
  expect([refused.errors, refused.data?.exportPlan.problems[0]?.path.at(-1)]).toEqual([undefined, 'name']);
  expect((await redact(instance, { text: canary })).problems).toEqual([]);
  const made = [gone, kept, asked.data.exportPlan.job.id];
  const { rows } = await db.query(
    "SELECT result_id FROM working_plans.mutation WHERE result_id = ANY ($1) AND input_hash <> ''",
    [made],
  );
  expect(rows).toEqual([]);
});

test('a redaction is said in each network of the plan, with the place where one was named; other plans are read only for who asks', async () => {
  const { instance, db } = world;
  const planId = await createPlan(instance, 'both-editor');
  const objective = await make(instance, 'both-editor', 'upsertObjective', { planId });
  const outcome = await make(instance, 'both-editor', 'upsertOutcome', { objectiveId: objective.id });
  const activity = await make(instance, 'both-editor', 'upsertActivity', { outcomeId: outcome.id });
  const risk = await make(instance, 'both-editor', 'upsertRisk', {
    activityId: activity.id,
    description: [{ locale: 'en', text: canary }],
  });
  await redact(instance, { planId, nodeId: risk.id, field: 'description', locale: 'en' });
  instance.statements.length = 0;
  const input = { clientMutationId: nextMutation(), planId, text: canary, reason: 'A name' };
  const bare =
    'mutation ($input: RedactPlanTextInput!) { redactPlanText(input: $input) { plan { id } problems { __typename } } }';
  await instance.ask('safety-officer', bare, { input });
  expect(instance.statements.filter((sql) => /FROM plan\s+WHERE id <>/.test(sql))).toEqual([]);
  const { rows } = await db.query(
    "SELECT network_id, visibility, data FROM feed.event WHERE type = 'PLAN_TEXT_REDACTED' AND subject = $1 ORDER BY data ->> 'epoch', network_id",
    [`workingplan/${planId}`],
  );
  const said = (epoch: number, nodeId: string | null) =>
    ['net:africa', 'net:americas'].map((network_id) => ({
      network_id,
      visibility: 'NETWORK',
      data: { planId, epoch, nodeId },
    }));
  expect(rows).toEqual([...said(2, activity.id), ...said(3, null)]);
  expect(JSON.stringify(rows)).not.toContain(canary);
});
