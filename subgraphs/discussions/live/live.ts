import type { DataSource } from 'typeorm';
import type { Actor } from '../../../kit/context.ts';
import { ApiError } from '../../../kit/errors.ts';
import type { Hints } from '../../../kit/hints.ts';
import type { Log } from '../../../kit/log.ts';
import { isId } from '../../../kit/once.ts';
import { Decision } from '../entities/decision.ts';
import { Post } from '../entities/post.ts';
import { Thread } from '../entities/thread.ts';
import { readable, select } from '../statement.ts';
import { DecisionPulse } from './decisions.ts';
import { Following } from './following.ts';
import { Pulse } from './pulse.ts';

const pageSize = 50;

/** What readers follow live. What they are given is read when it is given, under their rights. */
export interface Live {
  /** Tells every process that a thread, or who has read it, has changed. After the commit. */
  threadChanged(): void;
  decisionChanged(): void;
  /** @param after a position; null: from now @throws ApiError NOT_FOUND */
  followPosts(
    actor: Actor,
    threadId: string,
    after: { position: number } | { postId: string } | null,
  ): Promise<AsyncIterableIterator<Post>>;
  /** @param after a thread's `changeCount`; null: from now @throws ApiError NOT_FOUND */
  followChanges(actor: Actor, threadId: string, after: number | null): Promise<AsyncIterableIterator<Post>>;
  followInbox(actor: Actor): Promise<AsyncIterableIterator<Thread>>;
  /** As it is, then whenever it changes. @throws ApiError NOT_FOUND */
  followDecision(actor: Actor, id: string): Promise<AsyncIterableIterator<Decision>>;
  stop(): Promise<void>;
}

const notFound = (noun: string) => new ApiError('NOT_FOUND', `There is no such ${noun}, or you may not see it.`);

/** @param pollMs looks without any hint this often */
export function createLive(source: DataSource, hints: Hints, log: Log, pollMs = 2_000): Live {
  const { manager } = source;
  const pulse = new Pulse(source, hints, log, pollMs);
  const decisions = new DecisionPulse(source, hints, log, pollMs);

  async function findThread(actor: Actor, id: string): Promise<Thread> {
    if (!isId(id)) throw notFound('thread');
    const [thread] = await select(
      manager,
      Thread,
      (columns, bind) => `SELECT ${columns} FROM thread r WHERE r.id = ${bind(id)} AND ${readable('r', actor, bind)}`,
    );
    if (!thread) throw notFound('thread');
    return thread;
  }

  const listenTo = (threadId: string) => (wake: () => void, end: () => void) =>
    pulse.listen({
      tell(touched) {
        const isOurs = touched.length === 0 || touched.some((one) => one.threadId === threadId && one.seatId === null);
        if (isOurs) wake();
      },
      end,
    });

  /** @param column that is counted up @param start after which to begin */
  function followBy(actor: Actor, threadId: string, column: 'position' | 'change', start: number) {
    let after = start;
    const read = () =>
      select(
        manager,
        Post,
        (columns, bind) =>
          `SELECT ${columns} FROM post r JOIN thread t ON t.id = r.thread_id
           WHERE r.thread_id = ${bind(threadId)} AND r.${column} > ${bind(after)} AND ${readable('t', actor, bind)}
           ORDER BY r.${column} LIMIT ${pageSize}`,
      );
    return new Following(
      read,
      (post) => {
        after = post[column];
      },
      listenTo(threadId),
    );
  }

  return {
    threadChanged: () => pulse.hint(),
    decisionChanged: () => decisions.hint(),
    async followPosts(actor, threadId, after) {
      const thread = await findThread(actor, threadId);
      if (after === null) return followBy(actor, threadId, 'position', thread.postCount);
      if ('position' in after) return followBy(actor, threadId, 'position', after.position);
      const known = isId(after.postId) && (await manager.findOneBy(Post, { id: after.postId, threadId }));
      if (!known) throw new ApiError('BAD_USER_INPUT', 'afterPost: no such post in this thread.');
      return followBy(actor, threadId, 'position', known.position);
    },
    async followChanges(actor, threadId, after) {
      const thread = await findThread(actor, threadId);
      return followBy(actor, threadId, 'change', after ?? thread.changeCount);
    },
    async followInbox(actor) {
      const pending = new Set<string>();
      const read = async () => {
        const ids = [...pending].slice(0, pageSize);
        if (ids.length === 0) return [];
        const threads = await select(
          manager,
          Thread,
          (columns, bind) =>
            `SELECT ${columns} FROM thread r WHERE r.id = ANY(${bind(ids)}) AND ${readable('r', actor, bind)}
             ORDER BY r.last_activity_at, r.id`,
        );
        const found = new Set(threads.map(({ id }) => id));
        for (const id of ids) if (!found.has(id)) pending.delete(id); // not for this reader
        return threads;
      };
      const own = actor.seatId;
      const following = new Following(
        read,
        ({ id }) => pending.delete(id),
        (wake, end) =>
          pulse.listen({
            tell(touched) {
              for (const { threadId, seatId } of touched) if (seatId === null || seatId === own) pending.add(threadId);
              if (pending.size > 0) wake();
            },
            end,
          }),
        false,
      );
      await pulse.look(); // from here on nothing is missed
      return following;
    },
    async followDecision(actor, id) {
      const read = () =>
        select(
          manager,
          Decision,
          (columns, bind) =>
            `SELECT ${columns} FROM decision r WHERE r.id = ${bind(id)} AND ${readable('r', actor, bind)}`,
        );
      if (!isId(id) || (await read()).length === 0) throw notFound('decision');
      let isGiven = false;
      const following = new Following(
        async () => {
          if (isGiven) {
            isGiven = false;
            return [];
          }
          return read();
        },
        () => {
          isGiven = true;
        },
        (wake, end) =>
          decisions.listen(id, {
            tell() {
              isGiven = false;
              wake();
            },
            end,
          }),
      );
      await decisions.look(); // from here on nothing is missed
      return following;
    },
    async stop() {
      await pulse.stop();
      await decisions.stop();
    },
  };
}
