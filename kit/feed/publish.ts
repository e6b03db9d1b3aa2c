import { ulid } from 'ulid';
import type { Visibility } from '../context.ts';
import { currentTrace } from '../trace.ts';
import type { ThematicArea } from '../types.ts';

/** An event as a subgraph says it: ids, changed fields and versions, never names of people. */
export interface FeedEvent {
  /** One update is made for each, with its own id and place in that network's order. */
  networkIds: readonly string[];
  /** GraphQL `UpdateType`, e.g. `PLAN_CREATED`. */
  type: string;
  /** CloudEvents `type`, e.g. `org.net4u.plan.created.v1`. */
  eventType: string;
  /** CloudEvents `subject`, e.g. `workingplan/plan:joint-2027`. */
  subject: string;
  visibility: Visibility;
  /** For GROUP visibility. */
  bodyIds?: readonly string[];
  thematicAreas?: readonly ThematicArea[];
  countries?: readonly string[];
  data: Record<string, unknown>;
  occurredAt?: Date;
  /** Of a TOMBSTONE: the types of what it stands for, so that whoever asked for those gets it. */
  erasedTypes?: readonly string[];
}

/** Hint channel: "some network's feed has grown"; the payload is empty. */
export const feedChannel = 'feed';

type Query = (sql: string, parameters: unknown[]) => Promise<unknown>;

/**
 * Numbers and writes events. Must be the last statements of the transaction: the counter rows stay locked until commit,
 * which is what makes each network's order free of holes; networks are taken in id order, so that two transactions cannot
 * wait for each other. @param traceparent of the request that it all came of, if that is traced
 */
export async function appendEvents(
  query: Query,
  events: readonly FeedEvent[],
  newId: () => string = ulid,
  traceparent: string | undefined = currentTrace(),
): Promise<void> {
  const networkIds = [...new Set(events.flatMap((event) => event.networkIds))].sort();
  for (const networkId of networkIds) {
    const own = events.filter((event) => event.networkIds.includes(networkId));
    const rows = own.map((event) => ({
      id: newId(),
      type: event.type,
      event_type: event.eventType,
      subject: event.subject,
      visibility: event.visibility,
      body_ids: event.bodyIds ?? [],
      thematic_areas: event.thematicAreas ?? [],
      countries: event.countries ?? [],
      data: event.data,
      occurred_at: (event.occurredAt ?? new Date()).toISOString(),
      erased_types: event.erasedTypes,
      traceparent,
    }));
    await query(
      `WITH head AS (
         INSERT INTO feed.stream AS s (network_id, position) VALUES ($1, $2)
         ON CONFLICT (network_id) DO UPDATE SET position = s.position + $2 RETURNING position
       )
       INSERT INTO feed.event (network_id, position, id, type, event_type, subject, visibility, body_ids, thematic_areas, countries, data, occurred_at, erased_types, traceparent)
       SELECT $1, head.position - $2 + r.n, e.id, e.type, e.event_type, e.subject, e.visibility, e.body_ids, e.thematic_areas, e.countries, e.data, e.occurred_at, e.erased_types, e.traceparent
       FROM head, jsonb_array_elements($3::jsonb) WITH ORDINALITY AS r(item, n),
       LATERAL jsonb_to_record(r.item) AS e(id text, type text, event_type text, subject text, visibility text,
         body_ids text[], thematic_areas text[], countries text[], data jsonb, occurred_at timestamptz,
         erased_types text[], traceparent text)`,
      [networkId, rows.length, JSON.stringify(rows)],
    );
  }
}
