import DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import { SYSTEM_SEAT } from '../log.ts';

/** Lines of what one edit touched that are read: more are not shown. */
export const mostTouched = 100;

/** A part of a plan's log in its present epoch, newest first. */
export interface EditsPage {
  planId: string;
  /** Only edits with a smaller number; null: all. */
  before: number | null;
  /** Only edits that touched this node; null: all. */
  nodeKey: string | null;
  limit: number;
}
export interface EditRow {
  seq: string;
  seat_id: string;
  region: string;
  at: Date;
  touched: string[];
}
export interface WrittenSince {
  planId: string;
  since: Date;
}

/** What has happened to plans, by one statement for all plans of a list. Nothing is remembered: what is asked again may have changed. */
export function createHistoryLoaders(source: Pick<DataSource, 'query'>) {
  /** @param read rows of all keys, each with the number of its key, from 1 on */
  const rowsOf = <K, R extends object>(read: (keys: readonly K[]) => Promise<(R & { n: number })[]>) =>
    new DataLoader<K, R[]>(
      async (keys) => {
        const lists: R[][] = keys.map(() => []);
        for (const { n, ...row } of await read(keys)) lists[n - 1]!.push(row as unknown as R);
        return lists;
      },
      { cache: false },
    );
  return {
    edits: rowsOf<EditsPage, EditRow>((pages) =>
      source.query(
        `SELECT k.n::int, e.* FROM unnest($1::text[], $2::bigint[], $3::text[], $4::int[]) WITH ORDINALITY AS k(plan_id, before, node_key, most, n)
         JOIN plan p ON p.id = k.plan_id
         CROSS JOIN LATERAL (
           SELECT seq, seat_id, region, at, touched[1:${mostTouched}] AS touched FROM plan_edit
           WHERE plan_id = p.id AND (k.before IS NULL OR seq < k.before) AND epoch = p.epoch
             AND (k.node_key IS NULL OR EXISTS (SELECT FROM unnest(touched) AS t WHERE split_part(t, ' ', 2) = k.node_key))
           ORDER BY seq DESC LIMIT k.most
         ) e ORDER BY k.n, e.seq DESC`,
        [
          pages.map(({ planId }) => planId),
          pages.map(({ before }) => before),
          pages.map(({ nodeKey }) => nodeKey),
          pages.map(({ limit }) => limit),
        ],
      ),
    ),
    /** Seats that have written in a plan, whatever became of their words. */
    contributors: rowsOf<string, { seatId: string }>((planIds) =>
      source.query(
        `SELECT k.n::int, c.seat_id AS "seatId" FROM unnest($1::text[]) WITH ORDINALITY AS k(plan_id, n)
         JOIN plan_client c ON c.plan_id = k.plan_id AND c.next_clock > 0 AND c.seat_id <> $2
         GROUP BY k.n, c.seat_id ORDER BY k.n, c.seat_id`,
        [planIds, SYSTEM_SEAT],
      ),
    ),
    /** When each node of a plan was last written into since then. */
    lastWritten: rowsOf<WrittenSince, { key: string; at: Date }>((asked) =>
      source.query(
        `SELECT k.n::int, split_part(t, ' ', 2) AS key, max(e.at) AS at
         FROM unnest($1::text[], $2::timestamptz[]) WITH ORDINALITY AS k(plan_id, since, n)
         JOIN plan_edit e ON e.plan_id = k.plan_id AND e.at > k.since CROSS JOIN unnest(e.touched) AS t
         WHERE t LIKE 'edit %' OR t LIKE 'create %' GROUP BY 1, 2`,
        [asked.map(({ planId }) => planId), asked.map(({ since }) => since)],
      ),
    ),
  };
}
export type HistoryLoaders = ReturnType<typeof createHistoryLoaders>;
