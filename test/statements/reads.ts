import type pg from 'pg';
import type { Sent } from './count.ts';

const isOfRows = /^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b/i;

/**
 * How many rows of a table one of these statements reads at most, of those that name it, when it is planned as a connection plans what it is asked again and
 * again: for values that it does not know. What they change is taken back.
 * @param client the owner's
 * @param table with its schema
 * @param as what statements call it: a view of it has another name
 */
export async function countReads(
  client: pg.Client,
  sent: readonly Sent[],
  table: string,
  as = table.split('.')[1],
): Promise<number> {
  const name = new RegExp(`\\b${as}\\b`);
  let most = 0;
  for (const { subgraph, text, values } of sent) {
    if (!isOfRows.test(text) || !name.test(text)) continue;
    await client.query('BEGIN');
    try {
      await client.query(`SET LOCAL search_path TO ${subgraph.replace('-', '_')}`);
      await client.query('SET LOCAL plan_cache_mode TO force_generic_plan');
      await client.query(text, [...values]);
      const { rows } = await client.query(
        'SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS read FROM pg_stat_xact_all_tables WHERE relid = $1::regclass',
        [table],
      );
      most = Math.max(most, Number(rows[0].read));
    } finally {
      await client.query('ROLLBACK');
    }
  }
  return most;
}
