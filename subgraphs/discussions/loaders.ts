import type { DataSource } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import { loadByKey, loadListByKey } from '../../kit/load.ts';
import { createIdLoader, type Listed, type Lists, perArguments, sendable } from './batch.ts';
import { createDecisionLoaders } from './decision-loaders.ts';
import { Attendance, Meeting, type MeetingKind, type MeetingStatus } from './entities/meeting.ts';
import { Post } from './entities/post.ts';
import { Thread, type ThreadStatus } from './entities/thread.ts';
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

  /** @param belongs condition that thread `t` is in the list of key `k.id` */
  const threadLists = (belongs: string) =>
    perArguments(
      (page: ThreadPage): Lists<Thread> =>
        loadListByKey(
          (keys) =>
            select(
              manager,
              Thread,
              (columns, bind) =>
                `SELECT ${columns}, k.id AS key FROM unnest(${bind(sendable(keys))}::text[]) AS k(id)
                 CROSS JOIN LATERAL (
                   SELECT * FROM thread t WHERE ${belongs} AND ${threadConditions(page, bind)}
                   ORDER BY t.last_activity_at DESC, t.id DESC LIMIT ${bind(page.limit)}
                 ) r ORDER BY r.last_activity_at DESC, r.id DESC`,
            ) as Promise<Listed<Thread>[]>,
          (row) => row.key,
        ),
    );

  const meetingLists = (belongs: string) =>
    perArguments(
      ({ kind, status }: { kind?: MeetingKind | null; status?: MeetingStatus | null }): Lists<Meeting> =>
        loadListByKey(
          (keys) =>
            select(
              manager,
              Meeting,
              (columns, bind) =>
                `SELECT ${columns}, k.id AS key FROM unnest(${bind(sendable(keys))}::text[]) AS k(id) JOIN meeting r ON ${belongs}
                 WHERE ${readable('r', actor, bind)}
                 ${kind ? `AND r.kind = ${bind(kind)}` : ''} ${status ? `AND r.status = ${bind(status)}` : ''}
                 ORDER BY r.starts_at DESC NULLS FIRST, r.id`,
            ) as Promise<Listed<Meeting>[]>,
          (row) => row.key,
        ),
    );

  return {
    thread: byId(Thread, 'thread'),
    meeting: byId(Meeting, 'meeting'),
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

    threadsOfNetwork: threadLists('t.network_ids @> ARRAY[k.id]'),
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

    /** Keys are ids of threads that the actor has been shown. */
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

    meetingsOfNetwork: meetingLists('r.network_ids @> ARRAY[k.id]'),
    meetingsOfBody: meetingLists('r.body_id = k.id'),
    /** Keys are ids of meetings that the actor has been shown. */
    attendance: loadListByKey<string, Attendance>(
      (meetingIds) =>
        select(
          manager,
          Attendance,
          (columns, bind) =>
            `SELECT ${columns} FROM attendance r WHERE r.meeting_id = ANY(${bind(meetingIds)}) ORDER BY r.organisation_id`,
        ),
      (row) => row.meetingId,
    ),

    ...createDecisionLoaders(manager, actor),
  };
}
