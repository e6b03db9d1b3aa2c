import type { Database } from '../../kit/database/open.ts';
import { feedChannel } from '../../kit/feed/publish.ts';
import type { Hints } from '../../kit/hints.ts';
import { describeError, type Log } from '../../kit/log.ts';
import { forgotten } from '../../kit/once.ts';
import { type Rounds, startRounds } from '../../kit/rounds.ts';

/** What each network's feed has said since of plans that are rid of a text; one statement, so of one moment. */
export const unreadStatement = `
  SELECT s.network_id AS "networkId", s.position AS head, coalesce(read.position, 0) AS from, r.plan_id AS "planId", r.node_id AS "nodeId"
  FROM feed.stream s
  CROSS JOIN LATERAL (SELECT (f.positions ->> s.network_id)::bigint AS position FROM redaction_feed f) read
  LEFT JOIN feed.redaction r ON r.network_id = s.network_id AND r.position > coalesce(read.position, 0) AND r.position <= s.position
  WHERE s.position > coalesce(read.position, 0)`;

interface Unread {
  networkId: string;
  head: string;
  from: string;
  /** Null: nothing of what was said is a redaction. */
  planId: string | null;
  /** The objective, outcome or activity; null: anywhere in the plan. */
  nodeId: string | null;
}

const farBehind = 1_000; // events without a redaction, after which the place is stored all the same

/**
 * Drops what threads quote of a plan from which a text was redacted: the quote is a copy of it, and nobody says which text it was. What has been dropped and the
 * place read up to are committed together; any process may do it for all.
 * @returns how many threads have lost their quote
 */
export async function dropQuotes({ source }: Pick<Database, 'source'>): Promise<number> {
  // First without a lock: mostly there is nothing.
  const seen: Unread[] = await source.query(unreadStatement);
  if (!seen.some(({ planId, head, from }) => planId !== null || Number(head) - Number(from) > farBehind)) return 0;
  return source.transaction(async (manager) => {
    await manager.query('SELECT FROM redaction_feed FOR UPDATE');
    const rows: Unread[] = await manager.query(unreadStatement);
    let dropped = 0;
    for (const { planId, nodeId } of rows) {
      if (planId === null) continue;
      const [threads]: [{ id: string }[], number] = await manager.query(
        `UPDATE thread SET anchor_quote = NULL
         WHERE anchor_quote IS NOT NULL AND anchor_typename IN ('WorkingPlan', 'Objective', 'Outcome', 'Activity')
           AND CASE WHEN $2::text IS NULL THEN anchor_id = $1 OR starts_with(anchor_id, $1 || '/') ELSE anchor_id = $2 END
         RETURNING id`,
        [planId, nodeId],
      );
      dropped += threads.length;
      await manager.query('UPDATE mutation SET input_hash = $2 WHERE result_id = ANY ($1)', [
        threads.map(({ id }) => id),
        forgotten,
      ]);
    }
    const positions = Object.fromEntries(rows.map(({ networkId, head }) => [networkId, Number(head)]));
    await manager.query('UPDATE redaction_feed SET positions = positions || $1::jsonb', [JSON.stringify(positions)]);
    return dropped;
  });
}

/** Follows the feed, and drops quotes as soon as a redaction is said. `stop` lets a look that is under way end. Safe to call twice. */
export function startQuotes(
  { database, hints, log, onDrop }: { database: Database; hints: Hints; log: Log; onDrop: () => void },
  everyMs = 5_000,
): Rounds {
  const round = async () => {
    if ((await dropQuotes(database)) > 0) onDrop();
  };
  return startRounds(round, {
    everyMs,
    failed: (error) => log.warn('redactions of plans cannot be read; trying again', describeError(error)),
    on: { hints, channel: feedChannel },
  });
}
