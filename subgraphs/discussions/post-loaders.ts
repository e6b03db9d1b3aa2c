import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import { loadByKey, loadListByKey } from '../../kit/load.ts';
import { type Listed, type Lists, perArguments, sendable } from './batch.ts';
import { reactionKeys } from './commands/reactions.ts';
import { Attachment } from './entities/attachment.ts';
import { Post, PostTranslation, Reaction } from './entities/post.ts';
import { PostReport } from './entities/report.ts';
import { type Bind, readable, select } from './statement.ts';

/** What a seat has not read of a thread. */
export interface Unread {
  threadId: string;
  posts: number;
  mentions: number;
}

/** Where a page of reports ended: time and id. */
export type ReportPlace = [string, string];

/** A request's loaders of what hangs on posts. Keys are ids of posts, or threads, that the actor has been shown. */
export function createPostLoaders(manager: EntityManager, actor: Actor) {
  const seatId = actor.seatId ?? null;
  const ofPost = <T extends object>(entity: new () => T, table: string, order: string): Lists<T> =>
    loadListByKey(
      (postIds) =>
        select(
          manager,
          entity,
          (columns, bind) =>
            `SELECT ${columns}, r.post_id AS key FROM ${table} r WHERE r.post_id = ANY(${bind(postIds)}) ORDER BY ${order}`,
        ) as Promise<Listed<T>[]>,
      (row) => row.key,
    );

  return {
    /** A post is as visible as its thread. */
    post: loadByKey<string, Post>(
      (ids) =>
        select(
          manager,
          Post,
          (columns, bind) =>
            `SELECT ${columns} FROM post r JOIN thread t ON t.id = r.thread_id
             WHERE r.id = ANY(${bind(sendable(ids))}) AND ${readable('t', actor, bind)}`,
        ),
      (row) => row.id,
    ),
    posts: perArguments(
      ({ limit, after }: { limit: number; after: number }): Lists<Post> =>
        loadListByKey(
          (threadIds) =>
            select(
              manager,
              Post,
              (columns, bind) =>
                `SELECT ${columns}, k.id AS key FROM unnest(${bind(threadIds)}::text[]) AS k(id)
                 CROSS JOIN LATERAL (
                   SELECT * FROM post p WHERE p.thread_id = k.id AND p.position > ${bind(after)}
                   ORDER BY p.position LIMIT ${bind(limit)}
                 ) r ORDER BY r.thread_id, r.position`,
            ) as Promise<Listed<Post>[]>,
          (row) => row.key,
        ),
    ),
    participants: loadListByKey<string, { threadId: string; seatId: string }>(
      (threadIds) =>
        manager.query(
          `SELECT thread_id AS "threadId", author_seat_id AS "seatId" FROM post
           WHERE thread_id = ANY($1) AND author_seat_id IS NOT NULL AND deleted_at IS NULL
           GROUP BY 1, 2 ORDER BY 1, min(position)`,
          [threadIds],
        ),
      (row) => row.threadId,
    ),
    attachments: ofPost(Attachment, 'attachment', 'r.post_id, r.kind, r.position'),
    translations: ofPost(PostTranslation, 'post_translation', 'r.post_id, r.locale'),
    wantedLocales: loadListByKey<string, { postId: string; locale: string }>(
      (postIds) =>
        manager.query(
          'SELECT post_id AS "postId", locale FROM translation_request WHERE post_id = ANY($1) ORDER BY asked_at, locale',
          [postIds],
        ),
      (row) => row.postId,
    ),
    reactions: loadListByKey<string, Reaction & { postId: string }>(
      async (postIds) => {
        const rows: object[] = await manager.query(
          `SELECT post_id AS "postId", key, count(*)::int AS count, array_agg(seat_id ORDER BY reacted_at, seat_id) AS "seatIds"
           FROM reaction WHERE post_id = ANY($1) GROUP BY 1, 2 ORDER BY array_position($2::text[], key)`,
          [postIds, reactionKeys],
        );
        return rows.map((row) => Object.assign(new Reaction() as Reaction & { postId: string }, row));
      },
      (row) => row.postId,
    ),
    unread: loadByKey<string, Unread>(
      async (threadIds) => {
        if (seatId === null) return [];
        return manager.query(
          `SELECT p.thread_id AS "threadId", count(*)::int AS posts,
             (count(*) FILTER (WHERE p.mention_seat_ids @> ARRAY[$2::text]))::int AS mentions
           FROM post p LEFT JOIN thread_reading g ON g.seat_id = $2 AND g.thread_id = p.thread_id
           WHERE p.thread_id = ANY($1) AND ${isUnread('$2')} GROUP BY 1`,
          [threadIds, seatId],
        );
      },
      (row) => row.threadId,
    ),
    reportsOfNetwork: (networkId: string, page: { open: boolean; limit: number; after: ReportPlace | null }) =>
      select(
        manager,
        PostReport,
        (columns, bind) =>
          `SELECT ${columns} FROM post_report r JOIN post p ON p.id = r.post_id JOIN thread t ON t.id = p.thread_id
           WHERE t.network_ids @> ARRAY[${bind(networkId)}::text] ${page.open ? 'AND r.closed_at IS NULL' : ''}
           ${page.after ? `AND (r.reported_at, r.id) < (${bind(page.after[0])}::timestamptz, ${bind(page.after[1])})` : ''}
           ORDER BY r.reported_at DESC, r.id DESC LIMIT ${bind(page.limit)}`,
      ),
  };
}

/** The condition that a post `p` is one the seat has not read, with row `g` of how far it has. @param seat a placeholder */
export const isUnread = (seat: string): string =>
  `p.position > coalesce(g.position, 0) AND p.deleted_at IS NULL AND p.author_seat_id IS DISTINCT FROM ${seat}`;

/** Where a page of unread threads ended: whether it mentions the reader, time of the last activity, and id. */
export type UnreadPlace = [boolean, string, string];

/** Threads with something unread: the condition, and what they are ordered by. @param seat a placeholder */
export const unreadThreads = (actor: Actor, seat: string, bind: Bind): string => `
  SELECT t.*, EXISTS (
    SELECT FROM post p WHERE p.thread_id = t.id AND p.mention_seat_ids @> ARRAY[${seat}::text] AND ${isUnread(seat)}
  ) AS mentioned
  FROM thread t LEFT JOIN thread_reading g ON g.seat_id = ${seat} AND g.thread_id = t.id
  WHERE t.post_count > coalesce(g.position, 0) AND ${readable('t', actor, bind)}
    AND EXISTS (SELECT FROM post p WHERE p.thread_id = t.id AND ${isUnread(seat)})`;
