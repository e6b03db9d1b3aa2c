import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { rewordNotices } from '../../../kit/notices/write.ts';
import { isId, once, refuseOrigin } from '../../../kit/once.ts';
import { conflict, forbidden, invalid } from '../../../kit/types.ts';
import { Post } from '../entities/post.ts';
import type { PostInput } from '../inputs.ts';
import { mentioned } from '../notices.ts';
import { mayDeletePost, mayEditPost, mayPost } from '../policy.ts';
import { bodyLimit, checkId, checkText, isBlank } from '../text.ts';
import { indexText } from '../words.ts';
import { attach, checkAttachments, checkLinks, type Link, mostAttachments } from './attachments.ts';
import { findPost, findThread } from './find.ts';
import { forgetPost, noteChange } from './forget.ts';
import { type Past, seatOf } from './past.ts';

const closed = (...path: string[]) => invalid('The thread is locked or archived: it takes no posts.', ...path);

/**
 * Writes a post at the end of its thread. Counting locks the thread's row until commit, so a post's position is given in
 * the order of commits: a reader who has seen position 7 will never find a new 6.
 * @param post.networkIds those of the thread that the author speaks in; absent: all of them
 * @returns false if the thread takes no posts
 */
export async function insertPost(
  tx: Transaction,
  id: string,
  threadId: string,
  post: {
    body: string;
    locale: string;
    seatId: string | null;
    at: Date;
    networkIds?: string[] | undefined;
    replyToId?: string | null;
    mentions?: string[];
  },
): Promise<boolean> {
  const counted: unknown[] = await tx.manager.query(
    `WITH counted AS (
       UPDATE thread SET post_count = post_count + 1, last_activity_at = greatest(last_activity_at, $3)
       WHERE id = $2 AND status IN ('OPEN', 'RESOLVED') RETURNING post_count, network_ids
     )
     INSERT INTO post (id, thread_id, position, author_seat_id, text, original_locale, reply_to_id, mention_seat_ids, created_at, author_network_ids)
     SELECT $1, $2, post_count, $4, $5, $6, $7, $8, $3, coalesce($9::text[], network_ids) FROM counted RETURNING id`,
    [
      id,
      threadId,
      post.at,
      post.seatId,
      post.body,
      post.locale,
      post.replyToId ?? null,
      post.mentions ?? [],
      post.networkIds ?? null,
    ],
  );
  if (counted.length === 0) return false;
  await indexText(tx.manager, id, post.locale, post.body);
  return true;
}

/** Networks of the thread that the actor has a role in; SYSTEM speaks in all of them. */
export const spokenIn = (actor: Actor, networkIds: readonly string[]): string[] | undefined =>
  actor.kind === 'SYSTEM' ? undefined : networkIds.filter((id) => actor.roles.some((grant) => grant.networkId === id));

/**
 * Answers in a thread. Makes no event.
 * @returns the post's id
 * @throws Problem ForbiddenError, or ValidationError with the path of the field at fault
 */
export async function post(tx: Transaction, actor: Actor, input: PostInput, origin?: Past): Promise<string> {
  refuseOrigin(actor, origin);
  const thread = await findThread(tx, actor, input.threadId);
  if (!mayPost(actor, thread)) throw forbidden('You may read this thread but not post in it.');
  const seatId = seatOf(actor, origin);
  const body = checkText(input.body, bodyLimit, 'input', 'body');
  const attachmentIds = checkAttachments(input.attachmentIds ?? []);
  const links: Link[] = checkLinks(input.links ?? []);
  if (attachmentIds.length + links.length > mostAttachments) {
    throw invalid(`links: at most ${mostAttachments} files and links together.`, 'input', 'links');
  }
  if (isBlank(body) && attachmentIds.length + links.length === 0) throw invalid('body: it is empty.', 'input', 'body');
  const mentions = [...new Set(input.mentionSeatIds ?? [])];
  if (mentions.length > 50) throw invalid('mentionSeatIds: at most 50.', 'input', 'mentionSeatIds');
  for (const id of mentions) checkId(id, 'input', 'mentionSeatIds');
  const replyToId = input.replyToId ?? null;
  if (replyToId !== null) {
    const known = isId(replyToId) && (await tx.manager.existsBy(Post, { id: replyToId, threadId: thread.id }));
    if (!known) throw invalid('replyToId: no such post in this thread.', 'input', 'replyToId');
  }
  return once(tx, actor, 'post', input, origin?.id ?? `post:${ulid()}`, async (id) => {
    const at = origin?.at ?? new Date();
    const networkIds = spokenIn(actor, thread.networkIds);
    const { locale } = input;
    const written = await insertPost(tx, id, thread.id, { body, locale, seatId, at, networkIds, replyToId, mentions });
    if (!written) throw closed('input', 'threadId');
    const others = mentions.filter((one) => one !== seatId);
    if (others.length > 0) tx.notify(mentioned(thread, { id, body, locale, at }, others));
    await attach(tx, { postId: id, threadId: thread.id, seatId, at }, attachmentIds, links);
  });
}

/**
 * What the post said before stays for the safety officers of the networks its author spoke in.
 * @throws Problem ForbiddenError to all but the author; ValidationError; ConflictError
 */
export async function editPost(
  tx: Transaction,
  actor: Actor,
  input: { id: string; body: string; expectedVersion?: number | null },
  at = new Date(),
): Promise<string> {
  const { post, thread } = await findPost(tx, actor, input.id);
  if (!mayEditPost(actor, post, thread)) throw forbidden('Only its author may edit a post.');
  const text = checkText(input.body, bodyLimit, 'body');
  if (post.deletedAt) throw invalid('id: the post was deleted.', 'id');
  if (isBlank(text)) throw invalid('body: it is empty; to take the post back, delete it.', 'body');
  if (thread.status === 'LOCKED' || thread.status === 'ARCHIVED') throw closed('id');
  if (input.expectedVersion != null && input.expectedVersion !== post.version) {
    throw conflict('The post was edited since: look at it again.', post.version);
  }
  if (text === post.text) return post.id;
  await tx.manager.query('INSERT INTO post_revision (post_id, version, text, written_at) VALUES ($1, $2, $3, $4)', [
    post.id,
    post.version,
    post.text,
    post.editedAt ?? post.createdAt,
  ]);
  await tx.manager.update(Post, { id: post.id }, { text, editedAt: at, version: post.version + 1 });
  await indexText(tx.manager, post.id, post.originalLocale, text);
  await rewordNotices((sql, parameters) => tx.manager.query(sql, parameters), post.id, text);
  await noteChange(tx, post);
  return post.id;
}

/**
 * Takes a post back, also in a locked thread: nobody is held to words that may endanger them, so they do not stay in the
 * database either, nor does what hung on them. @throws Problem ForbiddenError
 */
export async function deletePost(
  tx: Transaction,
  actor: Actor,
  input: { id: string },
  at = new Date(),
): Promise<string> {
  const { post } = await findPost(tx, actor, input.id);
  if (!mayDeletePost(actor, post)) throw forbidden('Only its author may delete a post.');
  if (!post.deletedAt) await forgetPost(tx, post, { deletedAt: at });
  return post.id;
}
