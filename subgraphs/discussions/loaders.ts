import type { DataSource } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import { loadListByKey } from '../../kit/load.ts';
import { createIdLoader, type Listed, type Lists, perArguments, sendable } from './batch.ts';
import { createDecisionLoaders } from './decision-loaders.ts';
import { Thread, type ThreadStatus } from './entities/thread.ts';
import { createLibraryLoaders } from './library-loaders.ts';
import { createMeetingLoaders } from './meeting-loaders.ts';
import { createPostLoaders, type UnreadPlace, unreadThreads } from './post-loaders.ts';
import { type Bind, readable, select } from './statement.ts';

/** Where a page of threads ended: time of the last activity, and id. */
export type ThreadPosition = [string, string];

export interface ThreadPage {
  status?: ThreadStatus | null;
  /** Rows wanted for each key. */
  limit: number;
  after?: ThreadPosition | null;
}

export type Loaders = ReturnType<typeof createLoaders>;

/** A request's loaders. Each statement carries the condition of what its actor may read: no other row leaves the database. */
export function createLoaders(source: DataSource, actor: Actor) {
  const { manager } = source;

  const byId = createIdLoader(manager, actor);

  const threadConditions = ({ status, after }: ThreadPage, bind: Bind) =>
    [
      readable('t', actor, bind),
      ...(status ? [`t.status = ${bind(status)}`] : []),
      ...(after ? [`(t.last_activity_at, t.id) < (${bind(after[0])}::timestamptz, ${bind(after[1])})`] : []),
    ].join(' AND ');

  /** @param belongs conditions, one of which tells that thread `t` is in the list of key `k.id`: of each the latest are read by themselves, in their order */
  const threadLists = (...belongs: string[]) =>
    perArguments(
      (page: ThreadPage): Lists<Thread> =>
        loadListByKey(
          (keys) =>
            select(manager, Thread, (columns, bind) => {
              const [ids, conditions, limit] = [bind(sendable(keys)), threadConditions(page, bind), bind(page.limit)];
              const latest = belongs.map(
                (one) => `(SELECT * FROM thread t WHERE ${one} AND ${conditions}
                     ORDER BY t.last_activity_at DESC, t.id DESC LIMIT ${limit})`,
              );
              return `SELECT ${columns}, k.id AS key FROM unnest(${ids}::text[]) AS k(id)
                 CROSS JOIN LATERAL (
                   SELECT * FROM (${latest.join(' UNION ALL ')}) l ORDER BY l.last_activity_at DESC, l.id DESC LIMIT ${limit}
                 ) r
                 ORDER BY r.last_activity_at DESC, r.id DESC`;
            }) as Promise<Listed<Thread>[]>,
          (row) => row.key,
        ),
    );

  return {
    thread: byId(Thread, 'thread'),

    // The second so that no index of networks is asked: it would give all of a network's, to be sorted.
    threadsOfNetwork: threadLists(
      't.network_ids = ARRAY[k.id]',
      'cardinality(t.network_ids) > 1 AND k.id = ANY (t.network_ids)',
    ),
    threadsOfBody: threadLists('t.body_id = k.id'),
    /** Keys are `<typename> <id>`. */
    threadsOfAnchor: threadLists(
      "t.anchor_typename = split_part(k.id, ' ', 1) AND t.anchor_id = substr(k.id, strpos(k.id, ' ') + 1)",
    ),
    inbox: (page: ThreadPage): Promise<Thread[]> =>
      select(
        manager,
        Thread,
        (columns, bind) =>
          `SELECT ${columns} FROM (
             SELECT * FROM thread t WHERE ${threadConditions(page, bind)}
             ORDER BY t.last_activity_at DESC, t.id DESC LIMIT ${bind(page.limit)}
           ) r ORDER BY r.last_activity_at DESC, r.id DESC`,
      ),

    /** Threads with something unread, or with an unread mention: mentions first, then the latest activity. None without a seat. */
    unreadThreads: async (page: { mentionsOnly: boolean; limit: number; after: UnreadPlace | null }) => {
      const { seatId } = actor;
      if (seatId === undefined) return [];
      const found = await select(manager, Thread, (columns, bind) => {
        const { after, mentionsOnly, limit } = page;
        const place = after?.map((one) => bind(one));
        return `SELECT ${columns}, r.mentioned FROM (${unreadThreads(actor, bind(seatId), bind)}) r
          WHERE ${mentionsOnly ? 'r.mentioned' : 'true'}
          ${place ? `AND (r.mentioned, r.last_activity_at, r.id) < (${place[0]}::boolean, ${place[1]}::timestamptz, ${place[2]})` : ''}
          ORDER BY r.mentioned DESC, r.last_activity_at DESC, r.id DESC LIMIT ${bind(limit)}`;
      });
      return found as (Thread & { mentioned: boolean })[];
    },

    ...createPostLoaders(manager, actor),
    ...createMeetingLoaders(manager, actor),
    ...createLibraryLoaders(manager, actor),
    ...createDecisionLoaders(manager, actor),
  };
}
