import type { Visibility } from '../context.ts';
import type { ThematicArea } from '../types.ts';
import { covers, type FeedCursors, merge, type Vector } from './vector.ts';

/** An event as it is in the log. `position` counts from 1 without holes within its network, and is that network's only order. */
export interface RecordedEvent {
  networkId: string;
  position: number;
  /** ULID: an event of two networks has one in each. */
  id: string;
  type: string;
  eventType: string;
  subject: string;
  visibility: Visibility;
  bodyIds: string[];
  thematicAreas: ThematicArea[];
  countries: string[];
  data: Record<string, unknown>;
  occurredAt: Date;
  recordedAt: Date;
  /** Of a TOMBSTONE: what it, or what it stands for, had been. */
  erasedTypes: string[] | null;
  /** W3C, of the request that it came of. */
  traceparent: string | null;
}

/**
 * What a reader wants of the log; an absent list leaves all in, an empty one leaves none. A TOMBSTONE passes where what it stands for may have passed: by the types of
 * that, and whatever the areas and countries, of which it says nothing any more.
 */
export interface FeedFilter {
  networkIds?: readonly string[] | null;
  types?: readonly string[] | null;
  /** An event passes if it has any of them. */
  thematicAreas?: readonly string[] | null;
  /** An event passes if it has any of them. */
  countries?: readonly string[] | null;
}

// biome-ignore lint/suspicious/noExplicitAny: rows of the statement at hand
export type Query = (sql: string, parameters: unknown[]) => Promise<any[]>;

const overlaps = (wanted: readonly string[] | null | undefined, found: readonly string[]) =>
  wanted == null || found.some((item) => wanted.includes(item));

/** The same judgement that `readEvents` makes in SQL. */
export function matches(event: RecordedEvent, { networkIds, types, thematicAreas, countries }: FeedFilter): boolean {
  const isAbout = (wanted: readonly string[] | null | undefined, found: readonly string[]) =>
    event.type === 'TOMBSTONE' ? wanted?.length !== 0 : overlaps(wanted, found);
  return (
    overlaps(networkIds, [event.networkId]) &&
    overlaps(types, [event.type, ...(event.erasedTypes ?? [])]) &&
    isAbout(thematicAreas, event.thematicAreas) &&
    isAbout(countries, event.countries)
  );
}

const toVector = (rows: { network_id: string; position: string }[]): Vector =>
  Object.fromEntries(rows.map((row) => [row.network_id, Number(row.position)]));

/** The last committed position of every network. */
export async function readHeads(query: Query): Promise<Vector> {
  return toVector(await query('SELECT network_id, position FROM feed.stream', []));
}

/** The oldest place from which a reader may resume: what was recorded before `since` lies behind it. */
export async function readOldest(query: Query, since: Date): Promise<Vector> {
  return toVector(
    await query(
      `SELECT s.network_id, e.position FROM feed.stream s CROSS JOIN LATERAL (
         SELECT position FROM feed.event WHERE network_id = s.network_id AND recorded_at < $1
         ORDER BY recorded_at DESC, position DESC LIMIT 1
       ) e`,
      [since],
    ),
  );
}

/**
 * The events after a vector, each network's in its order, networks interleaved by the time of recording. That time is made
 * to grow within a network (a clock may step back), so that any number of rows from the front is a prefix of each network.
 * One statement, so one snapshot; a counter row is locked until its transaction commits, so a network's visible
 * positions have no hole that could be filled later.
 * @param upTo reads no further than this vector; a network it does not name is left out
 */
export async function readEvents(
  query: Query,
  options: { after: Vector; upTo?: Vector; filter?: FeedFilter; limit: number },
): Promise<RecordedEvent[]> {
  const { after, upTo, filter = {}, limit } = options;
  const rows = await query(
    `SELECT e.*, max(e.recorded_at) OVER (PARTITION BY e.network_id ORDER BY e.position) AS merged_at
     FROM feed.stream s CROSS JOIN LATERAL (
       SELECT * FROM feed.event
       WHERE network_id = s.network_id
         AND position > coalesce(($1::jsonb ->> s.network_id)::bigint, 0)
         AND ($2::jsonb IS NULL OR position <= ($2::jsonb ->> s.network_id)::bigint)
         AND ($4::text[] IS NULL OR type = ANY ($4) OR erased_types && $4)
         AND ($5::text[] IS NULL OR thematic_areas && $5 OR type = 'TOMBSTONE' AND cardinality($5) > 0)
         AND ($6::text[] IS NULL OR countries && $6 OR type = 'TOMBSTONE' AND cardinality($6) > 0)
       ORDER BY position LIMIT $7
     ) e
     WHERE s.position > coalesce(($1::jsonb ->> s.network_id)::bigint, 0)
       AND ($3::text[] IS NULL OR s.network_id = ANY ($3))
     ORDER BY merged_at, e.network_id, e.position LIMIT $7`,
    [
      JSON.stringify(after),
      upTo ? JSON.stringify(upTo) : null,
      filter.networkIds ?? null,
      filter.types ?? null,
      filter.thematicAreas ?? null,
      filter.countries ?? null,
      limit,
    ],
  );
  return rows.map((row) => ({
    networkId: row.network_id,
    position: Number(row.position),
    id: row.id,
    type: row.type,
    eventType: row.event_type,
    subject: row.subject,
    visibility: row.visibility,
    bodyIds: row.body_ids,
    thematicAreas: row.thematic_areas,
    countries: row.countries,
    data: row.data,
    occurredAt: row.occurred_at,
    recordedAt: row.recorded_at,
    erasedTypes: row.erased_types,
    traceparent: row.traceparent,
  }));
}

export interface Step {
  event: RecordedEvent;
  /** Where a reader stands that has had this event. */
  vector: Vector;
}

export interface Page {
  steps: Step[];
  /** Where a reader stands that has had the whole page: past what it was not shown, too. */
  end: Vector;
  /** False: `end` was the head when the page was read. */
  hasMore: boolean;
}

const batch = 500; // rows a statement
const most = 10_000; // rows looked through for one page

/**
 * Up to `first` events after a vector that pass the filter and `accepts`. A page may be shorter than that and have more
 * after it, when what follows is long and not for this reader.
 */
export async function readPage(
  query: Query,
  options: { after: Vector; filter: FeedFilter; accepts: (event: RecordedEvent) => boolean; first: number },
): Promise<Page> {
  const { after, filter, accepts, first } = options;
  // The heads come first: every event up to them is committed, and what commits meanwhile waits for the next page.
  const heads = await readHeads(query);
  const limit = Math.min(batch, 4 * first + 50);
  const steps: Step[] = [];
  let end = after;
  let hasMore = !covers(end, heads);
  for (let looked = 0; hasMore && looked < most; looked += limit) {
    const rows = await readEvents(query, { after: end, upTo: heads, filter, limit });
    for (const event of rows) {
      const wanted = accepts(event);
      if (wanted && steps.length === first) return closePage(steps, end, true);
      end = { ...end, [event.networkId]: event.position };
      if (wanted) steps.push({ event, vector: end });
    }
    if (rows.length < limit) {
      end = merge(end, heads);
      hasMore = false;
    }
  }
  return closePage(steps, end, hasMore);
}

/** Between the last event and the end lies nothing for this reader, so the last event's vector is the end. */
function closePage(steps: Step[], end: Vector, hasMore: boolean): Page {
  const last = steps.at(-1);
  if (last) last.vector = end;
  return { steps, end, hasMore };
}

/** What a cursor points at: a place to resume from, or why there is none. */
export type Place = { after: Vector } | { resync: 'EPOCH_CHANGED' | 'CURSOR_TOO_OLD'; oldest: Vector };

/**
 * @param since what was recorded before lies too far back to resume from
 * @throws ApiError CURSOR_INVALID
 */
export async function locate(query: Query, cursors: FeedCursors, cursor: string, since: Date): Promise<Place> {
  const after = cursors.decode(cursor);
  const oldest = await readOldest(query, since);
  // A position that was never given out is of a history that a restore has undone, even if the epoch was left as it was.
  if (after === null || !covers(await readHeads(query), after)) return { resync: 'EPOCH_CHANGED', oldest };
  if (!covers(after, oldest)) return { resync: 'CURSOR_TOO_OLD', oldest };
  return { after };
}
