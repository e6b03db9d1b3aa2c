import DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import { type Actor, type Visibility, visibilities } from '../../../kit/context.ts';
import { createCursors } from '../../../kit/cursor.ts';
import type { RecordedEvent } from '../../../kit/feed/read.ts';
import { type Connection, checkFirst, toConnection } from '../../../kit/page.ts';
import type { Network } from '../entities/network.ts';
import { TimelineEntry } from '../entities/timeline.ts';
import type { UpdateType } from '../entities/update.ts';
import { mayReadFeed, maySeeEvent } from '../policy.ts';
import { founded, timelineTypes, titleOf } from './words.ts';

/** Newest first: when it happened (ms), and of what happened at one time its place in the network's feed. The founding has place 0. */
type Place = [at: number, position: number];

export interface TimelineRequest {
  first: number;
  after?: string | null;
  types?: readonly UpdateType[] | null;
}

/** A network's history as a reader may see it: what its feed has said, by when it happened, and at its beginning the founding. */
export type ReadTimeline = (
  actor: Actor,
  network: Network,
  request: TimelineRequest,
) => Promise<Connection<TimelineEntry>>;

const batch = 200; // rows a statement
const most = 5_000; // rows looked through for one page

export function createTimeline(source: DataSource, cursorSecret: string, installation: string): ReadTimeline {
  // What a statement is asked says all that its rows depend on: also what several requests ask at once may be one.
  const batches = new DataLoader((asked: readonly BatchRequest[]) => readBatches(source, asked), { cache: false });
  return async (actor, network, { first, after, types }) => {
    checkFirst(first);
    // A cursor is of one network's history.
    const cursors = createCursors<Place>(cursorSecret, {
      kind: 'list',
      stream: `timeline ${network.id}`,
      installation,
    });
    let place: Place | null = after ? cursors.decode(after) : null;
    const foundation = types ? null : toFounding(network);
    const wanted = types ? timelineTypes.filter((type) => types.includes(type)) : timelineTypes;
    const found: TimelineEntry[] = [];
    const levels = levelsOf(actor, network.id);
    let ended = !mayReadFeed(actor) || wanted.length === 0;
    if (foundation && (place === null || isBefore(placeOf(foundation), place))) found.push(foundation);
    for (let looked = 0; !ended && found.length <= first + 1 && looked < most; looked += batch) {
      const rows = await batches.load({ networkId: network.id, types: wanted, levels, after: place });
      const seen = rows.filter((event) => maySeeEvent(actor, event));
      found.push(...seen.flatMap((event) => toEntry(event) ?? []));
      const last = rows.at(-1);
      if (last) place = [last.occurredAt.getTime(), last.position];
      ended = rows.length < batch;
    }
    // What is older than the last row looked at may have something between it and that row.
    const known = ended || !place ? found : found.filter((entry) => !isBefore(placeOf(entry), place!));
    known.sort((a, b) => (isBefore(placeOf(a), placeOf(b)) ? 1 : -1));
    const page = toConnection(known.slice(0, first + 1), first, after, cursors, placeOf);
    if (ended || page.pageInfo.hasNextPage || !place) return page;
    // A long stretch of what is not for this reader: the page may be short, and goes on from where it was looked.
    return { ...page, pageInfo: { ...page.pageInfo, hasNextPage: true, endCursor: cursors.encode(place) } };
  };
}

const isBefore = ([at, position]: Place, [otherAt, otherPosition]: Place): boolean =>
  at !== otherAt ? at < otherAt : position < otherPosition;

const placeOf = ({ at, position }: TimelineEntry): Place => [at.getTime(), position];

/** What a reader may see something of in a network, so that the rest is not fetched; of a group's, each is asked for by itself. */
function levelsOf(actor: Actor, networkId: string): Visibility[] {
  const bodyIds = actor.roles.flatMap(({ bodyId }) => bodyId ?? []);
  return visibilities.filter((visibility) => maySeeEvent(actor, { networkId, visibility, bodyIds }));
}

interface BatchRequest {
  networkId: string;
  types: readonly string[];
  levels: readonly Visibility[];
  after: Place | null;
}

/** Up to `batch` rows for each, in one statement. */
async function readBatches(source: DataSource, asked: readonly BatchRequest[]): Promise<RecordedEvent[][]> {
  const requests = asked.map(({ networkId, types, levels, after }, n) => ({
    ...{ n, network_id: networkId, types, levels },
    ...(after && { at: new Date(after[0]), place: after[1] }),
  }));
  const rows: (RecordedEvent & { n: number })[] = await source.query(
    `SELECT k.n, e.* FROM jsonb_to_recordset($1::jsonb)
       AS k(n int, network_id text, types text[], levels text[], at timestamptz, place bigint)
     CROSS JOIN LATERAL (
       SELECT network_id AS "networkId", position, id, type, event_type AS "eventType", subject, visibility, body_ids AS "bodyIds",
         thematic_areas AS "thematicAreas", countries, data, occurred_at AS "occurredAt", recorded_at AS "recordedAt"
       FROM feed.event WHERE network_id = k.network_id AND type = ANY (k.types) AND visibility = ANY (k.levels)
         AND (k.at IS NULL OR (occurred_at, position) < (k.at, k.place))
       ORDER BY occurred_at DESC, position DESC LIMIT $2
     ) e ORDER BY k.n, e."occurredAt" DESC, e.position DESC`,
    [JSON.stringify(requests), batch],
  );
  const found: RecordedEvent[][] = asked.map(() => []);
  for (const { n, ...row } of rows) found[n]!.push({ ...row, position: Number(row.position) });
  return found;
}

function toEntry(event: RecordedEvent): TimelineEntry | null {
  const titles = titleOf(event.type, event.data);
  if (!titles) return null;
  const { id, position, type, subject, visibility, data, occurredAt } = event;
  return Object.assign(new TimelineEntry(), {
    ...{ id, position, subject, visibility, data, titles, occurredAt },
    at: occurredAt,
    date: occurredAt.toISOString().slice(0, 10),
    type: type as UpdateType,
  });
}

/** At the first moment of its date: among what happened in the year of which no more is known, it comes first. */
function toFounding({ id, foundedOn }: Network): TimelineEntry | null {
  if (foundedOn === null) return null;
  return Object.assign(new TimelineEntry(), {
    id: `founding:${id}`,
    position: 0,
    type: null,
    subject: `network/${id}`,
    visibility: 'PUBLIC' as const,
    data: {},
    titles: founded,
    occurredAt: null,
    at: new Date(`${foundedOn}-01-01`.slice(0, 10)),
    date: foundedOn,
  });
}
