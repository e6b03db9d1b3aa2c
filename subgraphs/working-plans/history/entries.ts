import { PLAN_KEY } from '../document/fields.ts';
import { type PlanAction, PlanHistoryEntry, PlanTouch, planActions } from '../entities/history.ts';
import { Seat, stub } from '../entities/stubs.ts';
import { SYSTEM_SEAT } from '../log.ts';
import { type EditRow, type HistoryLoaders, mostTouched } from './loaders.ts';

const pause = 5 * 60_000; // ms without an edit that end an entry
const pageSize = 250; // edits a statement
const mostEdits = 20_000; // looked through for one page, and
const mostLines = 100_000; // lines of what they touched: an entry longer than that is cut

/** An entry, and the number of its oldest edit: what comes after it in the list is older. */
export interface Entry {
  entry: PlanHistoryEntry;
  oldest: number;
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
  loaders: Pick<HistoryLoaders, 'edits'>,
  planId: string,
  { before, nodeKey, limit }: { before: number | null; nodeKey: string | null; limit: number },
): Promise<{ entries: Entry[]; cut: boolean }> {
  const entries: Entry[] = [];
  let open: { entry: PlanHistoryEntry; oldest: number; known: Set<string>; row: EditRow } | undefined;
  let at = before;
  for (let [edits, lines] = [0, 0]; edits < mostEdits && lines < mostLines; edits += pageSize) {
    const rows = await loaders.edits.load({ planId, before: at, nodeKey, limit: pageSize });
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

const begin = (row: EditRow): PlanHistoryEntry =>
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
