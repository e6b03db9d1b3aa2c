import type { EntityManager } from 'typeorm';
import type { Plans } from '../plans.ts';

/** When a text was last written. */
export interface Touch {
  /** The number of the edit in the plan's log. */
  seq: number;
  at: Date;
}

export const textKey = (nodeKey: string, field: string, locale: string): string => `${nodeKey} ${field} ${locale}`;

/**
 * When each text of these plans was last written, by `textKey`: read from what the log says each edit touched, and kept, since a redaction purges the log. Texts
 * that came with their node are not there. Two statements, and some more for each plan that has been edited since it was read last.
 */
export async function readTouches({ database }: Plans, planIds: readonly string[]): Promise<Map<string, Touch>[]> {
  const { source } = database;
  const behind: { id: string; seq: string }[] = await source.query(
    `SELECT p.id, p.seq FROM plan p LEFT JOIN plan_touch_read r ON r.plan_id = p.id
     WHERE p.id = ANY ($1) AND p.seq > coalesce(r.at_seq, 0)`,
    [planIds],
  );
  for (const { id, seq } of behind) await source.transaction((manager) => keepTouches(manager, id, seq));
  const rows: { plan_id: string; node_key: string; field: string; locale: string; seq: string; at: Date }[] =
    await source.query('SELECT plan_id, node_key, field, locale, seq, at FROM plan_touch WHERE plan_id = ANY ($1)', [
      planIds,
    ]);
  const byPlan = new Map(planIds.map((id) => [id, new Map<string, Touch>()]));
  for (const { plan_id, node_key, field, locale, seq, at } of rows)
    byPlan.get(plan_id)!.set(textKey(node_key, field, locale), { seq: Number(seq), at });
  return planIds.map((id) => byPlan.get(id)!);
}

async function keepTouches(manager: EntityManager, planId: string, until: string): Promise<void> {
  await manager.query('INSERT INTO plan_touch_read (plan_id, at_seq) VALUES ($1, 0) ON CONFLICT DO NOTHING', [planId]);
  const [{ known }] = await manager.query('SELECT at_seq AS known FROM plan_touch_read WHERE plan_id = $1 FOR UPDATE', [
    planId,
  ]);
  await manager.query(
    `INSERT INTO plan_touch AS t (plan_id, node_key, field, locale, seq, at)
     SELECT $1, part[2], part[3], part[4], max(seq), max(at) FROM (
       SELECT e.seq, e.at, string_to_array(line, ' ') AS part FROM plan_edit e CROSS JOIN unnest(e.touched) AS line
       WHERE e.plan_id = $1 AND e.seq > $2 AND e.seq <= $3 AND line ~ '^edit [^ ]+ [^ ]+ [^ ]+$') AS touched
     GROUP BY 2, 3, 4
     ON CONFLICT (plan_id, node_key, field, locale) DO UPDATE SET seq = excluded.seq, at = excluded.at WHERE t.seq < excluded.seq`,
    [planId, known, until],
  );
  await manager.query('UPDATE plan_touch_read SET at_seq = greatest(at_seq, $2) WHERE plan_id = $1', [planId, until]);
}
