import type { DataSource } from 'typeorm';
import { PLAN_KEY } from '../document/fields.ts';
import { type PlanAction, PlanHistoryEntry, PlanTouch, planActions } from '../entities/history.ts';
import { Seat, stub } from '../entities/stubs.ts';
import { SYSTEM_SEAT } from '../log.ts';

const pause = 5 * 60_000; // ms without an edit that end an entry
const pageSize = 250; // edits a statement
const mostEdits = 20_000; // looked through for one page, and
const mostLines = 100_000; // lines of what they touched: an entry longer than that is cut
const mostTouched = 100;

/** An entry, and the number of its oldest edit: what comes after it in the list is older. */
export interface Entry {
  entry: PlanHistoryEntry;
  oldest: number;
}

interface Row {
  seq: string;
  seat_id: string;
  region: string;
  at: Date;
  touched: string[];
}

/** The global id of a node; the plan's own for its root. */
export const idOfNode = (planId: string, nodeKey: string): string =>
  nodeKey === PLAN_KEY ? planId : `${planId}/${nodeKey}`;

/**
 * What was done in a plan's present epoch, newest first. Keystrokes of one seat that follow each other within five minutes are one entry.
 * @param before only edits with a smaller number; null: all
 * @param nodeKey only edits that touched this node; null: all
 * @returns up to `limit` entries; `cut`: there may be more, though they are fewer
 */
export async function readEntries(
  source: DataSource,
  planId: string,
  { before, nodeKey, limit }: { before: number | null; nodeKey: string | null; limit: number },
): Promise<{ entries: Entry[]; cut: boolean }> {
  const entries: Entry[] = [];
  let open: { entry: PlanHistoryEntry; oldest: number; known: Set<string>; row: Row } | undefined;
  let at = before;
  for (let [edits, lines] = [0, 0]; edits < mostEdits && lines < mostLines; edits += pageSize) {
    const rows: Row[] = await source.query(
      `SELECT seq, seat_id, region, at, touched[1:${mostTouched}] AS touched FROM plan_edit
       WHERE plan_id = $1 AND ($2::bigint IS NULL OR seq < $2) AND epoch = (SELECT epoch FROM plan WHERE id = $1)
         AND ($3::text IS NULL OR EXISTS (SELECT FROM unnest(touched) AS t WHERE split_part(t, ' ', 2) = $3))
       ORDER BY seq DESC LIMIT $4`,
      [planId, at, nodeKey, pageSize],
    );
    for (const row of rows) {
      const isNext =
        open && open.row.seat_id === row.seat_id && open.row.region === row.region && +open.row.at - +row.at < pause;
      if (!open || !isNext) {
        if (entries.length === limit) return { entries, cut: false };
        open = { entry: begin(row), oldest: 0, known: new Set(), row };
        entries.push(open);
      }
      open.entry.edits += 1;
      open.entry.startedAt = row.at;
      open.oldest = Number(row.seq);
      open.row = row;
      lines += row.touched.length;
      for (const line of row.touched) note(open.entry, open.known, planId, line);
    }
    if (rows.length < pageSize) return { entries, cut: false };
    at = Number(rows.at(-1)!.seq);
  }
  return { entries, cut: true };
}

const begin = (row: Row): PlanHistoryEntry =>
  Object.assign(new PlanHistoryEntry(), {
    seat: row.seat_id === SYSTEM_SEAT ? null : stub(Seat, { id: row.seat_id }),
    region: row.region,
    startedAt: row.at,
    endedAt: row.at,
    edits: 0,
    touched: [],
  });

function note(entry: PlanHistoryEntry, known: Set<string>, planId: string, line: string): void {
  if (known.has(line) || known.size >= mostTouched) return;
  known.add(line);
  const [word = '', nodeKey = '', field, locale] = line.split(' ');
  const action = planActions.find((one): one is PlanAction => one === word.toUpperCase());
  if (!action) return;
  const touch = { nodeId: idOfNode(planId, nodeKey), action, field: field ?? null, locale: locale ?? null };
  entry.touched.push(Object.assign(new PlanTouch(), touch));
}
