import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { canary, columnsWith, must, redact } from './redacting.ts';
import { Copy, createPlan, nextMutation, openWorld, type World } from './subgraph.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.db.query('SET search_path TO working_plans');
});
afterAll(() => world.stop());

/** Waits until so many of this database wait for a lock. */
async function waiting(count: number): Promise<void> {
  for (;;) {
    // Within a transaction the view is else as it was when it was first read.
    await world.db.query('SELECT pg_stat_clear_snapshot()');
    const { rows } = await world.db.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    if (rows[0].n >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('a version that is written back while its text is redacted does not bring the text back', async () => {
  const here = world.instance;
  const planId = await createPlan(here, 'both-editor');
  const copy = await Copy.join(here, 'both-editor', planId);
  await must(copy.push(copy.edit(() => copy.text('plan', 'title', 'en').insert(0, `${canary} `))));
  const { data } = await here.ask(
    'both-editor',
    `mutation { savePlanVersion(planId: "${planId}", label: "one", clientMutationId: "${nextMutation()}") { version { number } } }`,
  );
  await must(copy.push(copy.edit(() => copy.text('plan', 'title', 'es').insert(0, 'Otro '))));

  // The redaction stands first in the row's queue, the edit that restores the version right behind it.
  await world.db.query('BEGIN');
  await world.db.query('SELECT FROM plan WHERE id = $1 FOR UPDATE', [planId]);
  const redacting = redact(here, { planId, text: canary });
  await waiting(1);
  const restoring = here.ask(
    'both-editor',
    `mutation ($input: RestorePlanVersionInput!) { restorePlanVersion(input: $input) {
      plan { en: title(locale: "en") { text } es: title(locale: "es") { text } } problems { __typename } } }`,
    { input: { clientMutationId: nextMutation(), planId, number: data.savePlanVersion.version.number } },
  );
  await waiting(2);
  await world.db.query('COMMIT');
  expect((await redacting).problems).toEqual([]);
  expect((await restoring).data.restorePlanVersion).toEqual({
    plan: { en: { text: ' New plan' }, es: { text: 'Plan nuevo' } },
    problems: [],
  });
  expect(await columnsWith(world.db, canary)).toEqual([]);
});
