import { describeError, type Log } from '../../../kit/log.ts';
import type { Plans } from '../plans.ts';
import { activitiesOf } from '../progress/count.ts';
import { PlanView } from '../view.ts';

/** Text search's own names, for locales that it knows. */
export const configs: Readonly<Record<string, string>> = {
  en: 'english',
  es: 'spanish',
  fr: 'french',
  pt: 'portuguese',
};
export const configOf = (locale: string): string => configs[locale.split('-')[0]!] ?? 'simple';

const plansAtOnce = 20; // brought up for one question
const freshFor = 30_000; // ms: a plan that is being typed in is not read again for each question

/**
 * Brings up the words of these plans' activities: titles and descriptions, cut down to their stems, by locale. A plan is read when it has moved on, at most every
 * 30 s unless a redaction has deleted its words.
 */
export async function readWords(plans: Plans, planIds: readonly string[], log?: Log): Promise<void> {
  const { source } = plans.database;
  const behind: { id: string }[] = await source.query(
    `SELECT p.id FROM plan p LEFT JOIN plan_words_read w ON w.plan_id = p.id
     WHERE p.id = ANY ($1) AND (w.plan_id IS NULL OR w.epoch <> p.epoch OR (w.at_seq < p.seq AND w.read_at < now() - $2 * interval '1 ms'))
     ORDER BY w.read_at NULLS FIRST LIMIT $3`,
    [planIds, freshFor, plansAtOnce],
  );
  if (behind.length === 0) return;
  const rooms = await plans.rooms.open(behind.map(({ id }) => id));
  for (const { id } of behind) {
    const room = rooms.get(id);
    if (!room) continue;
    try {
      const { epoch, seq } = room;
      const view = new PlanView(room);
      await writeWords(plans, id, { epoch, seq }, textsOf(view));
    } catch (error) {
      log?.warn('the words of a plan could not be read', { plan: id, ...describeError(error) });
    }
  }
}

interface Row {
  key: string;
  locale: string;
  config: string;
  text: string;
}

const textsOf = (view: PlanView): Row[] =>
  activitiesOf(view).flatMap(({ key, title, description }) =>
    [...new Set([...title, ...description].map(({ locale }) => locale))].flatMap((locale) => {
      const textIn = (texts: typeof title) => texts.find((one) => one.locale === locale)?.text ?? '';
      const text = `${textIn(title)}\n${textIn(description)}`.slice(0, 20_000).replace(/[\0\p{Cs}]/gu, ' ');
      return text.trim() === '' ? [] : [{ key, locale, config: configOf(locale), text }];
    }),
  );

/** Unless the plan has begun a new epoch meanwhile: what was redacted must not come back by this. */
async function writeWords(
  { database }: Plans,
  planId: string,
  { epoch, seq }: { epoch: number; seq: number },
  rows: readonly Row[],
): Promise<void> {
  await database.source.transaction(async (manager) => {
    const [plan] = await manager.query('SELECT epoch FROM plan WHERE id = $1 FOR SHARE', [planId]);
    if (plan?.epoch !== epoch) return;
    const taken: unknown[] = await manager.query(
      `INSERT INTO plan_words_read AS w (plan_id, epoch, at_seq) VALUES ($1, $2, $3)
       ON CONFLICT (plan_id) DO UPDATE SET epoch = excluded.epoch, at_seq = excluded.at_seq, read_at = now()
       WHERE w.epoch < excluded.epoch OR (w.epoch = excluded.epoch AND w.at_seq <= excluded.at_seq) RETURNING 1`,
      [planId, epoch, seq],
    );
    if (taken.length === 0) return; // another process has read it further
    const values = [planId, rows.map(({ key }) => key), rows.map(({ locale }) => locale)];
    await manager.query(
      `DELETE FROM plan_words w WHERE plan_id = $1 AND NOT EXISTS (
         SELECT FROM unnest($2::text[], $3::text[]) AS r(node_key, locale) WHERE r.node_key = w.node_key AND r.locale = w.locale)`,
      values,
    );
    await manager.query(
      `INSERT INTO plan_words AS w (plan_id, node_key, locale, words)
       SELECT $1, r.key, r.locale, tsvector_to_array(to_tsvector(r.config::regconfig, r.text))
       FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS r(key, locale, config, text)
       ON CONFLICT (plan_id, node_key, locale) DO UPDATE SET words = excluded.words WHERE w.words <> excluded.words`,
      [...values, rows.map(({ config }) => config), rows.map(({ text }) => text)],
    );
  });
}
