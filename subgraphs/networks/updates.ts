import type { DataSource } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import { ApiError } from '../../kit/errors.ts';
import {
  locate,
  type Place,
  type Query,
  type RecordedEvent,
  readHeads,
  readOldest,
  readPage,
} from '../../kit/feed/read.ts';
import type { FeedMessage, Tail } from '../../kit/feed/tail.ts';
import type { FeedCursors, Vector } from '../../kit/feed/vector.ts';
import { loadByKey } from '../../kit/load.ts';
import type { Log } from '../../kit/log.ts';
import { checkFirst } from '../../kit/page.ts';
import {
  Heartbeat,
  NetworkUpdate,
  NetworkUpdateConnection,
  ResyncRequired,
  StreamClosing,
  updateTypes,
} from './entities/update.ts';
import type { NetworkUpdateFilter } from './inputs.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import { feedScope, mayReadFeed, maySeeEvent } from './policy.ts';

/** How far back a cursor may resume; the log itself is kept. */
export const resumable = 30 * 24 * 60 * 60 * 1000; // ms

/** What a reader who must start anew asks first. */
export const snapshotQuery =
  '{ networks { id slug status version name { text } countries { code } bodies { id kind thematicArea version name { text } } } }';

export type UpdateMessage = NetworkUpdate | Heartbeat | ResyncRequired | StreamClosing;

/** The feed as this subgraph shows it: to this actor, with the networks' slugs, under opaque cursors. */
export interface Updates {
  page(
    actor: Actor,
    after: string | null | undefined,
    first: number,
    filter?: NetworkUpdateFilter | null,
  ): Promise<NetworkUpdateConnection>;
  follow(
    actor: Actor,
    after: string | null | undefined,
    filter?: NetworkUpdateFilter | null,
  ): Promise<AsyncIterable<FeedMessage>>;
  show(message: FeedMessage): Promise<UpdateMessage>;
  /** For the fields of a message: new ones, as rows may have changed since the last, and the same for all streams that are shown an update at once. */
  loaders(): Loaders;
  oldest(): Promise<string>;
  newest(): Promise<string>;
}

export function createUpdates(options: {
  source: DataSource;
  tail: Tail;
  cursors: FeedCursors;
  log: Log;
  now?: () => number;
}): Updates {
  const { source, tail, cursors, log, now = Date.now } = options;
  const query: Query = (sql, parameters) => source.query(sql, parameters);
  const since = () => new Date(now() - resumable);
  const slugOf = createSlugs(source);

  const viewOf = (actor: Actor, filter: NetworkUpdateFilter | null | undefined) => ({
    filter: { ...filter, networkIds: filter?.networks ?? null },
    accepts: (event: RecordedEvent) => maySeeEvent(actor, event),
  });

  async function toUpdate(event: RecordedEvent, vector: Vector): Promise<NetworkUpdate | null> {
    const slug = await slugOf(event.networkId);
    if (slug === undefined || !(updateTypes as readonly string[]).includes(event.type)) {
      log.warn('an event cannot be shown', { id: event.id, type: event.type, networkId: event.networkId });
      return null;
    }
    const { networkId, position, id, type, eventType, subject, visibility, data, occurredAt, recordedAt } = event;
    const { traceparent } = event;
    return Object.assign(new NetworkUpdate(), {
      cursor: cursors.encode(vector),
      sequence: String(position),
      source: `/networks/${slug}`,
      dataSchema: null,
      ...{ id, networkId, type, eventType, subject, visibility, data, occurredAt, recordedAt, traceparent },
    });
  }

  return {
    async page(actor, after, first, filter) {
      checkReader(actor);
      checkFirst(first);
      const place: Place = after
        ? await locate(query, cursors, after, since())
        : { after: await readOldest(query, since()) };
      if ('resync' in place) {
        throw new ApiError('RESYNC_REQUIRED', 'This cursor cannot be resumed: go on after extensions.cursor.', {
          cursor: cursors.encode(place.oldest),
          reason: place.resync,
        });
      }
      const page = await readPage(query, { ...viewOf(actor, filter), after: place.after, first });
      const shown = await Promise.all(page.steps.map(({ event, vector }) => toUpdate(event, vector)));
      const edges = shown.flatMap((node) => (node ? [{ node, cursor: node.cursor }] : []));
      return Object.assign(new NetworkUpdateConnection(), {
        edges,
        pageInfo: {
          hasNextPage: page.hasMore,
          hasPreviousPage: after != null,
          startCursor: edges[0]?.cursor ?? null,
          endCursor: cursors.encode(page.end),
        },
      });
    },
    async follow(actor, after, filter) {
      checkReader(actor);
      const place = after ? await locate(query, cursors, after, since()) : undefined;
      return tail.follow({ ...viewOf(actor, filter), ...(place && { place }) });
    },
    async show(message) {
      const cursor = cursors.encode(message.vector);
      const at = new Date(now());
      switch (message.kind) {
        case 'event':
          // What cannot be shown is passed like what may not be seen.
          return (await toUpdate(message.event, message.vector)) ?? Object.assign(new Heartbeat(), { at, cursor });
        case 'heartbeat':
          return Object.assign(new Heartbeat(), { at, cursor });
        case 'resync':
          return Object.assign(new ResyncRequired(), {
            reason: message.reason,
            oldestAvailable: cursors.encode(message.oldest),
            snapshotQuery,
          });
        case 'closing':
          return Object.assign(new StreamClosing(), {
            reason: message.reason,
            retryAfterMs: message.retryAfterMs,
            cursor,
          });
      }
    },
    loaders: shareLoaders(source),
    oldest: async () => cursors.encode(await readOldest(query, since())),
    newest: async () => cursors.encode(await readHeads(query)),
  };
}

function checkReader(actor: Actor): void {
  if (mayReadFeed(actor)) return;
  throw new ApiError(
    'FORBIDDEN',
    actor.kind === 'PARTNER' ? `This key has not the scope ${feedScope}.` : 'Not for you.',
  );
}

/** Slugs never change, so those found are kept. @returns undefined for a network that is not here */
function createSlugs(source: DataSource): (networkId: string) => Promise<string | undefined> {
  const known = new Map<string, string>();
  // Those that a page asks for at once are read at once; not remembered, as a network may be there the next time.
  const slugs = loadByKey<string, { id: string; slug: string }>(
    (ids) => source.query('SELECT id, slug FROM network WHERE id = ANY ($1)', [ids]),
    ({ id }) => id,
  );
  return async (networkId) => {
    const before = known.get(networkId);
    if (before !== undefined) return before;
    const found = await slugs.clear(networkId).load(networkId);
    if (found) known.set(networkId, found.slug);
    return found?.slug;
  };
}

/**
 * An update is shown to all its streams before node has a turn for anything else: what their selections have in common is then read once, and not by each.
 * They are shared no longer than that, so that nothing is shown beside rows that were read before it was committed: what loaders are asked for is sent after.
 */
function shareLoaders(source: DataSource): () => Loaders {
  let shared: Loaders | undefined;
  return () => {
    if (!shared) {
      shared = createLoaders(source);
      process.nextTick(() => {
        shared = undefined;
      });
    }
    return shared;
  };
}
