import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { isId } from '../../../kit/once.ts';
import { forbidden } from '../../../kit/types.ts';
import { readableMeeting } from '../conditions.ts';
import { Decision } from '../entities/decision.ts';
import { Meeting } from '../entities/meeting.ts';
import { Post } from '../entities/post.ts';
import { Thread } from '../entities/thread.ts';
import { readable, select } from '../statement.ts';

/** What a command is about, if the actor may read it. The refusal is the same for what is not there and what is not theirs. */
const refusal = (noun: string) => forbidden(`There is no such ${noun}, or you may not see it.`);

/** @throws Problem ForbiddenError */
export async function findThread(tx: Transaction, actor: Actor, id: string): Promise<Thread> {
  if (!isId(id)) throw refusal('thread');
  const [thread] = await select(
    tx.manager,
    Thread,
    (columns, bind) => `SELECT ${columns} FROM thread r WHERE r.id = ${bind(id)} AND ${readable('r', actor, bind)}`,
  );
  if (!thread) throw refusal('thread');
  return thread;
}

/**
 * Whoever changes a post locks its thread first, as whoever writes one does: so changes are counted in the order of commits, and nobody waits
 * in a circle.
 */
export async function lockThread(tx: Transaction, id: string): Promise<Thread | undefined> {
  const [thread] = await select(
    tx.manager,
    Thread,
    (columns, bind) => `SELECT ${columns} FROM thread r WHERE r.id = ${bind(id)} FOR NO KEY UPDATE OF r`,
  );
  return thread;
}

/** Its thread is locked, so that edit and deletion take turns. @throws Problem ForbiddenError */
export async function findPost(tx: Transaction, actor: Actor, id: string): Promise<{ post: Post; thread: Thread }> {
  if (!isId(id)) throw refusal('post');
  const [known] = await select(
    tx.manager,
    Post,
    (columns, bind) =>
      `SELECT ${columns} FROM post r JOIN thread t ON t.id = r.thread_id
       WHERE r.id = ${bind(id)} AND ${readable('t', actor, bind)}`,
  );
  const thread = known && (await lockThread(tx, known.threadId));
  if (!thread) throw refusal('post');
  return { post: await tx.manager.findOneByOrFail(Post, { id }), thread };
}

/** @throws Problem ForbiddenError */
export async function findMeeting(tx: Transaction, actor: Actor, id: string): Promise<Meeting> {
  if (!isId(id)) throw refusal('meeting');
  const [meeting] = await select(
    tx.manager,
    Meeting,
    (columns, bind) =>
      `SELECT ${columns} FROM meeting r WHERE r.id = ${bind(id)} AND ${readableMeeting('r', actor, bind)}`,
  );
  if (!meeting) throw refusal('meeting');
  return meeting;
}

/** @throws Problem ForbiddenError */
export async function findDecision(tx: Transaction, actor: Actor, id: string): Promise<Decision> {
  if (!isId(id)) throw refusal('decision');
  const [decision] = await select(
    tx.manager,
    Decision,
    (columns, bind) => `SELECT ${columns} FROM decision r WHERE r.id = ${bind(id)} AND ${readable('r', actor, bind)}`,
  );
  if (!decision) throw refusal('decision');
  return decision;
}
