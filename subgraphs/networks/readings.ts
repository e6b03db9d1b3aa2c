import type { DataSource } from 'typeorm';
import type { FeedMessage } from '../../kit/feed/tail.ts';
import { type FeedCursors, nearest, type Vector } from '../../kit/feed/vector.ts';
import { describeError, type Log } from '../../kit/log.ts';
import type { Updates } from './updates.ts';

/** How a partner reads the log. LIVE: by streams. PAGED: by `Query.networkUpdates`. */
export const readingRoads = ['LIVE', 'PAGED'] as const;
export type ReadingRoad = (typeof readingRoads)[number];

/** Writes down how far partners have read, each road at most once in `everyMs`. What is lost with the process is read again from the next message on. */
export interface Readings {
  /** The same messages; one counts as read when the next is asked for, which is after it was handed on. Of several streams the one furthest behind tells. */
  watch(partnerId: string, messages: AsyncIterable<FeedMessage>): AsyncIterableIterator<FeedMessage>;
  /** A page was given that ends there. Also an old page may be read again: the furthest of them tells. */
  page(partnerId: string, end: () => Vector): void;
  /** Writes what is still to be written. Safe to call twice. */
  stop(): Promise<void>;
}

/** A place and the epoch that it is of. */
interface Reading {
  epoch: number;
  place: Vector;
}

export function createReadings(options: {
  source: DataSource;
  cursors: Pick<FeedCursors, 'epoch'>;
  log: Log;
  everyMs?: number | undefined;
  now?: () => number;
}): Readings {
  const { source, cursors, log, everyMs = 60_000, now = Date.now } = options;
  /** Of each partner, those that are open and have been read. */
  const streams = new Map<string, Set<{ read: Reading }>>();
  const due = new Map<string, { partnerId: string; road: ReadingRoad; read: () => Reading }>();
  const writtenAt = new Map<string, number>();
  const isTooEarly = (key: string) => now() - (writtenAt.get(key) ?? Number.NEGATIVE_INFINITY) < everyMs;
  let writing = Promise.resolve();

  function note(partnerId: string, road: ReadingRoad, read: () => Reading): void {
    const key = `${road} ${partnerId}`;
    due.set(key, { partnerId, road, read });
    if (!isTooEarly(key)) write();
  }

  function write(all = false): void {
    const at = now();
    const rows: object[] = [];
    for (const [key, { partnerId, road, read }] of due) {
      if (!all && isTooEarly(key)) continue;
      due.delete(key);
      writtenAt.set(key, at);
      rows.push({ partner_id: partnerId, road, ...read(), noted_at: new Date(at) });
    }
    if (rows.length === 0) return;
    // one after the other, or the older might come last
    writing = writing
      .then(() => store(source, rows))
      .catch((error) => log.warn('how far partners have read could not be written down', describeError(error)));
  }

  const timer = setInterval(() => write(), everyMs / 6);
  timer.unref();

  return {
    watch(partnerId, messages) {
      const upstream = messages[Symbol.asyncIterator]();
      let stream: { read: Reading } | undefined;
      let given: Reading | undefined;
      const take = (read: Reading) => {
        const open = streams.get(partnerId) ?? new Set();
        streams.set(partnerId, open);
        stream ??= { read };
        stream.read = read;
        open.add(stream);
        note(partnerId, 'LIVE', () => lastOf(streams.get(partnerId) ?? [{ read }]));
      };
      const end = () => {
        const open = streams.get(partnerId);
        if (!stream || !open?.delete(stream)) return;
        const { read } = stream;
        if (open.size > 0) return;
        streams.delete(partnerId);
        note(partnerId, 'LIVE', () => read);
      };
      return {
        async next() {
          if (given) take(given);
          given = undefined;
          try {
            const step = await upstream.next();
            if (step.done) end();
            else given = { epoch: cursors.epoch, place: step.value.vector };
            return step;
          } catch (error) {
            end();
            throw error;
          }
        },
        async return(value) {
          end();
          return (await upstream.return?.(value)) ?? { done: true, value };
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
    page(partnerId, end) {
      const { epoch } = cursors;
      note(partnerId, 'PAGED', () => ({ epoch, place: end() }));
    },
    async stop() {
      clearInterval(timer);
      write(true);
      await writing;
    },
  };
}

/** Where the one furthest behind stands; those of an earlier epoch have not been told of the new one yet. */
function lastOf(streams: Iterable<{ read: Reading }>): Reading {
  const all = [...streams].map(({ read }) => read);
  const epoch = Math.max(...all.map((read) => read.epoch));
  const places = all.filter((read) => read.epoch === epoch).map(({ place }) => place);
  return { epoch, place: places.reduce(nearest) };
}

/** In one epoch, of pages, the furthest place stays. A partner that is no more is passed over. */
const store = (source: DataSource, rows: readonly object[]) =>
  source.query(
    `INSERT INTO partner_reading AS r (partner_id, road, place, epoch, noted_at)
     SELECT n.* FROM jsonb_to_recordset($1::jsonb) AS n(partner_id text, road text, place jsonb, epoch integer, noted_at timestamptz)
     JOIN partner p ON p.id = n.partner_id
     ON CONFLICT (partner_id, road) DO UPDATE SET epoch = excluded.epoch, noted_at = excluded.noted_at,
       place = CASE WHEN r.epoch <> excluded.epoch OR r.road = 'LIVE' THEN excluded.place ELSE (
         SELECT coalesce(jsonb_object_agg(id, greatest((r.place ->> id)::bigint, (excluded.place ->> id)::bigint)), '{}')
         FROM jsonb_object_keys(r.place || excluded.place) AS id) END`,
    [JSON.stringify(rows)],
  );

/** The same updates; how far partners read them is noted. */
export function noteReadings(updates: Updates, readings: Readings, cursors: FeedCursors): Updates {
  return {
    ...updates,
    async page(actor, after, first, filter) {
      const page = await updates.page(actor, after, first, filter);
      const { endCursor } = page.pageInfo;
      if (actor.partner && endCursor) readings.page(actor.partner.id, () => cursors.decode(endCursor) ?? {});
      return page;
    },
    async follow(actor, after, filter) {
      const messages = await updates.follow(actor, after, filter);
      return actor.partner ? readings.watch(actor.partner.id, messages) : messages;
    },
  };
}
