import pg from 'pg';
import { type Localized, type PlanTree, pick, readPlan } from '../../subgraphs/working-plans/document/read.ts';
import { load } from '../../subgraphs/working-plans/document/state.ts';
import { readPlans } from '../../subgraphs/working-plans/room/read.ts';

const tables = `
  DROP SCHEMA IF EXISTS bench CASCADE;
  CREATE SCHEMA bench;
  CREATE TABLE bench.country (code text PRIMARY KEY, name text NOT NULL);
  CREATE TABLE bench.plan (id text PRIMARY KEY, title text NOT NULL);
  CREATE TABLE bench.objective (plan_id text, at int, code text, area text, title text, PRIMARY KEY (plan_id, at));
  CREATE TABLE bench.outcome (plan_id text, objective int, at int, PRIMARY KEY (plan_id, objective, at));
  CREATE TABLE bench.activity (plan_id text, objective int, outcome int, at int, key text, code text, title text, responsible text, countries text[],
    PRIMARY KEY (plan_id, objective, outcome, at));
  CREATE TABLE bench.milestone (plan_id text, activity text, at int, key text, title text, due_on text, PRIMARY KEY (plan_id, activity, at));`;

/** What SQL has not: the texts of plans, which stand in their documents, and the names of countries. Into tables of a schema `bench`, as one would lay them out. */
export async function writeTexts(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query(tables);
    const names = new Intl.DisplayNames(['es'], { type: 'region' });
    const { rows: countries } = await client.query('SELECT DISTINCT unnest(countries) AS code FROM networks.network');
    for (const { code } of countries)
      await client.query('INSERT INTO bench.country VALUES ($1, $2)', [code, names.of(code)]);
    await client.query('SET search_path TO working_plans');
    const { rows: plans } = await client.query('SELECT id FROM plan');
    const held = plans.map(({ id }: { id: string }) => ({ id, seq: null, epoch: null }));
    const query = async (sql: string, values: unknown[]) => (await client.query(sql, values)).rows;
    for (const { plan, snapshot, edits } of (await readPlans({ query } as never, held)).values()) {
      const doc = load(
        snapshot?.bytes ?? null,
        edits.map(({ update }) => update),
      );
      await writePlan(client, plan, readPlan(doc));
      doc.destroy();
    }
    await client.query('ANALYZE');
  } finally {
    await client.end();
  }
}

async function writePlan(client: pg.Client, plan: { id: string; sourceLocale: string }, tree: PlanTree): Promise<void> {
  const { id, sourceLocale } = plan;
  const text = (texts: Localized, locale: string) => pick(texts, locale, sourceLocale)?.text ?? '';
  const insert = (table: string, rows: readonly unknown[]) =>
    client.query(`INSERT INTO bench.${table} SELECT * FROM jsonb_populate_recordset(NULL::bench.${table}, $1::jsonb)`, [
      JSON.stringify(rows),
    ]);
  const of = { plan_id: id };
  await insert('plan', [{ id, title: text(tree.title, 'en') }]);
  const objectives = tree.objectives.map((node, at) => ({ node, at }));
  await insert(
    'objective',
    objectives.map(({ node, at }) => ({
      ...of,
      at,
      code: node.code,
      area: node.thematicArea,
      title: text(node.title, 'en'),
    })),
  );
  const outcomes = objectives.flatMap(({ node, at: objective }) =>
    node.outcomes.map((outcome, at) => ({ node: outcome, objective, at })),
  );
  await insert(
    'outcome',
    outcomes.map(({ objective, at }) => ({ ...of, objective, at })),
  );
  const activities = outcomes.flatMap(({ node, objective, at: outcome }) =>
    node.activities.map((activity, at) => ({ node: activity, objective, outcome, at })),
  );
  await insert(
    'activity',
    activities.map(({ node: { key, code, title, responsible, countries }, ...place }) => ({
      ...{ ...of, ...place, key, code, title: text(title, 'es'), responsible },
      countries: [...new Set(countries)],
    })),
  );
  const milestones = activities.flatMap(({ node }) =>
    node.milestones.map(({ key, title, dueOn }, at) => ({
      ...of,
      activity: node.key,
      at,
      key,
      title: text(title, 'en'),
      due_on: dueOn,
    })),
  );
  await insert('milestone', milestones);
}
