import type pg from 'pg';
import * as Y from 'yjs';
import {
  type ActivityRecord,
  buildPlanDocument,
  type OutcomeRecord,
  type PlanText,
} from '../../../subgraphs/working-plans/document/build.ts';
import { snapshot } from '../../../subgraphs/working-plans/document/state.ts';

const areas = ['TRAFFICKING_IN_PERSONS', 'SMUGGLING_OF_MIGRANTS', 'FIREARMS', 'GENERAL_UNTOC', 'EMERGING_CRIMES'];
const activityStatuses = ['PLANNED', 'IN_PROGRESS', 'AT_RISK', 'COMPLETED'];
const range = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: Math.max(0, count) }, (_, n) => make(n));
const inBoth = (en: string, es: string) => ({ en, es });

const activityOf = (code: string, number: number, members: number): ActivityRecord => ({
  code,
  title: inBoth(
    `Brief the focal points of review group ${number}`,
    `Informar a los puntos focales del grupo ${number}`,
  ),
  description: inBoth(
    `Members gather what their countries have published on article ${(number % 41) + 1}, compare it, and hand it over before the dialogue.`,
    `Los miembros reúnen lo que sus países han publicado sobre el artículo ${(number % 41) + 1}, lo comparan y lo entregan antes del diálogo.`,
  ),
  expertGroup: `body:am-${(number % 5) + 1}`,
  responsible: `org:g${(number % members) + 1}`,
  partners: [`org:g${((number + 3) % members) + 1}`, `org:g${((number + 5) % members) + 1}`],
  countries: ['AR', 'BR', 'CO', 'PE'].slice(0, 1 + (number % 4)),
  startsOn: '2027-02-01',
  endsOn: `2027-${String((number % 12) + 1).padStart(2, '0')}-28`,
  instrumentArticles: [`UNTOC:${(number % 41) + 1}`],
  sdgTargets: ['16.4'],
  status: activityStatuses[number % 4]!,
  milestones: [1, 2].map((nth) => ({
    title: inBoth(`Step ${nth} of ${number}`, `Paso ${nth} de ${number}`),
    dueOn: `2027-0${nth + 2}-15`,
    status: nth === 1 ? 'REACHED' : 'PENDING',
  })),
  indicators: [{ name: inBoth('Countries briefed', 'Países informados'), unit: 'COUNT', baseline: '0', target: '4' }],
  ...(number % 5 === 0 && {
    budget: [{ label: 'Travel', amount: 100 + number, currency: 'USD' }],
    risks: [
      {
        description: inBoth('Nobody answers', 'Nadie responde'),
        likelihood: 'LOW',
        impact: 'HIGH',
        safetyRelevant: false,
      },
    ],
  }),
});

/** Five activities to an outcome, five outcomes to an objective. */
function textOf(name: string, activities: number, members: number): PlanText {
  const outcomes = range(Math.ceil(activities / 5), (n): OutcomeRecord => {
    const code = `${Math.floor(n / 5) + 1}.${(n % 5) + 1}`;
    return {
      code,
      statement: inBoth(`Outcome ${code}`, `Resultado ${code}`),
      indicators: [{ name: inBoth('Reports', 'Informes'), unit: 'COUNT' }],
      activities: range(Math.min(5, activities - n * 5), (nth) =>
        activityOf(`${code}.${nth + 1}`, n * 5 + nth, members),
      ),
    };
  });
  return {
    title: inBoth(`Plan ${name}`, `Plan ${name}`),
    preamble: inBoth('What the members do together.', 'Lo que los miembros hacen juntos.'),
    sourceLocale: 'en',
    periodStart: '2027-01-01',
    periodEnd: '2028-12-31',
    objectives: range(Math.ceil(outcomes.length / 5), (n) => ({
      code: `${n + 1}`,
      thematicArea: areas[n % areas.length]!,
      sdgTargets: ['16.4'],
      title: inBoth(`Objective ${n + 1}`, `Objetivo ${n + 1}`),
      outcomes: outcomes.slice(n * 5, n * 5 + 5),
    })),
  };
}

/**
 * A draft of net:americas with so many activities, as its log and snapshot would have it, with statuses, actuals, strategies and suggestions.
 * @param members how many grown members there are, who are responsible by turns
 * @returns the global ids of its activities
 */
export async function growPlan(
  client: pg.Client,
  name: string,
  activities: number,
  members: number,
): Promise<string[]> {
  const id = `plan:${name}`;
  const clientId = 30_000_000 + ([...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 0) % 1_000_000);
  const text = textOf(name, activities, members);
  const doc = buildPlanDocument(text, clientId);
  const groups = Object.fromEntries(areas.map((area, n) => [area, `body:am-${n + 1}`]));
  await client.query('SET search_path TO working_plans');
  await client.query(
    `INSERT INTO plan (id, network_ids, status, visibility, source_locale, expert_groups, seq, provenance, created_by)
     VALUES ($1, '{net:americas}', 'DRAFT', 'NETWORK', 'en', $2, 1, 'SAMPLE', 'seat:s02')`,
    [id, groups],
  );
  await client.query('INSERT INTO plan_client (plan_id, client_id, seat_id, next_clock) VALUES ($1, $2, $3, $4)', [
    ...[id, clientId, 'seat:s02', Y.getState(doc.store, clientId)],
  ]);
  await client.query(
    `INSERT INTO plan_edit (plan_id, seq, epoch, edit_id, seat_id, update, region, touched)
     VALUES ($1, 1, 1, 'grown', 'seat:s02', $2, 'americas', '{create plan}')`,
    [id, Buffer.from(Y.encodeStateAsUpdate(doc))],
  );
  await client.query(
    'INSERT INTO plan_snapshot (plan_id, epoch, seq, update_v2, state_vector) VALUES ($1, 1, 1, $2, $3)',
    [...[id, Buffer.from(snapshot(doc)), Buffer.from(Y.encodeStateVector(doc))]],
  );
  doc.destroy();
  const all = text.objectives.flatMap(({ outcomes }) => outcomes.flatMap((outcome) => outcome.activities));
  await client.query(
    'INSERT INTO activity_status (plan_id, node_key, status) SELECT $1, * FROM unnest($2::text[], $3::text[])',
    [id, all.map(({ code }) => `a${code}`), all.map(({ status }) => status)],
  );
  const milestones = all.flatMap(({ code, milestones: own = [] }) =>
    own.map(({ status }, n) => ({ key: `m${code}-${n + 1}`, status })),
  );
  await client.query(
    'INSERT INTO milestone_status (plan_id, node_key, status) SELECT $1, * FROM unnest($2::text[], $3::text[])',
    [id, milestones.map(({ key }) => key), milestones.map(({ status }) => status)],
  );
  const codes = [id, all.map(({ code }) => code)];
  await client.query(
    `INSERT INTO indicator_actual (plan_id, node_key, actual) SELECT $1, 'i' || code || '-1', '2' FROM unnest($2::text[]) AS code`,
    codes,
  );
  await client.query(
    `INSERT INTO plan_strategy (id, plan_id, node_key, title, country, added_by)
     SELECT 'strategy:' || $1::text || code, $1, 'a' || code, 'National strategy', 'PE', 'seat:s02' FROM unnest($2::text[]) AS code`,
    codes,
  );
  await client.query(
    `INSERT INTO plan_suggestion (id, plan_id, number, node_key, field, locale, proposed_text, base_text, base_hash, base_seq, author, status)
     SELECT 'suggestion:' || $1::text || n, $1, n, 'a' || code, 'title', 'en', 'Better', 'Good', repeat('0', 64), 1, 'seat:s03', 'REJECTED'
     FROM unnest($2::text[]) WITH ORDINALITY AS u(code, n)`,
    codes,
  );
  return all.map(({ code }) => `${id}/a${code}`);
}
