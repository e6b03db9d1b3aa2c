import { ulid } from 'ulid';
import { findAskedToRedact } from '../../../kit/audit/asked.ts';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { eraseEvents } from '../../../kit/feed/erase.ts';
import { forgetNotices } from '../../../kit/notices/write.ts';
import { findClaim, forgotten, isId, once, requireSeat } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { Post } from '../entities/post.ts';
import { Thread } from '../entities/thread.ts';
import { mayReadReports, mayRedact, mayReport } from '../policy.ts';
import type { CloseReportInput, RedactPostInput, RedactThreadInput, ReportPostInput } from '../post-inputs.ts';
import { checkText, isBlank } from '../text.ts';
import { findPost, lockThread } from './find.ts';
import { forgetPost } from './forget.ts';

const refusal = (noun: string) =>
  forbidden(`There is no such ${noun}, or you are not the safety officer of a network of its thread.`);

/** Whether somebody of the thread's networks has asked an operator. */
const findAsked = (tx: Transaction, actor: Actor, type: 'Post' | 'Thread', id: string, { networkIds }: Thread) =>
  findAskedToRedact((sql, parameters) => tx.manager.query(sql, parameters), actor, { type, id }, networkIds);

function checkReason(text: string, limit: number, name: string): string {
  const reason = checkText(text, limit, 'input', name);
  if (isBlank(reason)) throw invalid(`${name}: it is empty.`, 'input', name);
  return reason;
}

/**
 * Takes a post's text out for good: out of the row, its earlier versions and translations, search, files and reports. The reason stands in its
 * place. Also of a post that its author has deleted: then only the reason is new.
 * @returns the post's id
 * @throws Problem ForbiddenError, ValidationError
 */
export async function redactPost(
  tx: Transaction,
  actor: Actor,
  input: RedactPostInput,
  at = new Date(),
): Promise<string> {
  // What an operator was asked for is done once: the call that is sent again finds no request any more.
  const done = await findClaim(tx.manager, actor, 'redactPost', input);
  if (done !== undefined) return done;
  const known = isId(input.postId) && (await tx.manager.findOneBy(Post, { id: input.postId }));
  const thread = known && (await lockThread(tx, known.threadId));
  const asked = known && thread ? await findAsked(tx, actor, 'Post', known.id, thread) : null;
  if (!known || !thread || !mayRedact(actor, thread, asked)) throw refusal('post');
  const reason = checkReason(input.reason, 300, 'reason');
  return once(tx, actor, 'redactPost', input, known.id, async () => {
    const post = await tx.manager.findOneByOrFail(Post, { id: known.id });
    await forgetPost(tx, post, { deletedAt: post.deletedAt ?? at, redactedAt: at, redactionReason: reason });
    await tx.manager.query('UPDATE post_report SET reported_text = NULL WHERE post_id = $1', [post.id]);
    const { networkIds } = thread;
    tx.audit({ actor, action: 'TEXT_REDACTED', target: { type: 'Post', id: post.id }, networkIds, reason });
  });
}

/**
 * Takes a thread's title and the quote it hangs on out for good, so all that it says itself, and what the feed has said of it; its posts stay.
 * @throws Problem ForbiddenError, ValidationError
 */
export async function redactThread(
  tx: Transaction,
  actor: Actor,
  input: RedactThreadInput,
  at = new Date(),
): Promise<string> {
  const done = await findClaim(tx.manager, actor, 'redactThread', input);
  if (done !== undefined) return done;
  const thread = isId(input.threadId) && (await lockThread(tx, input.threadId));
  const asked = thread ? await findAsked(tx, actor, 'Thread', thread.id, thread) : null;
  if (!thread || !mayRedact(actor, thread, asked)) throw refusal('thread');
  const reason = checkReason(input.reason, 300, 'reason');
  return once(tx, actor, 'redactThread', input, thread.id, async () => {
    await tx.manager.update(Thread, { id: thread.id }, { titles: null, anchorQuote: null });
    await forgetNotices((sql, parameters) => tx.manager.query(sql, parameters), thread.id);
    await tx.manager.query('UPDATE mutation SET input_hash = $2 WHERE result_id = $1', [thread.id, forgotten]);
    await eraseEvents(tx, 'thread', thread.id, at);
    const { networkIds } = thread;
    tx.audit({ actor, action: 'TEXT_REDACTED', target: { type: 'Thread', id: thread.id }, networkIds, reason });
  });
}

/**
 * Tells the safety officers of a post. They get the words as they stand now, so that an author who takes them back does not take the
 * evidence away; closing the report forgets them.
 * @returns the report's id: the open one, if this seat has reported the post before
 */
export async function reportPost(
  tx: Transaction,
  actor: Actor,
  input: ReportPostInput,
  at = new Date(),
): Promise<string> {
  const { post, thread } = await findPost(tx, actor, input.postId);
  const seatId = requireSeat(actor);
  if (!mayReport(actor, thread)) throw forbidden('You may not report this post.');
  const reason = checkReason(input.reason, 1_000, 'reason');
  if (post.deletedAt) throw invalid('postId: its text is gone already.', 'input', 'postId');
  return once(tx, actor, 'reportPost', input, `report:${ulid()}`, async (id) => {
    const made: unknown[] = await tx.manager.query(
      `INSERT INTO post_report (id, post_id, seat_id, reason, reported_text, reported_at) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (post_id, seat_id) WHERE closed_at IS NULL DO NOTHING RETURNING 1`,
      [id, post.id, seatId, reason, post.text, at],
    );
    if (made.length === 0) throw invalid('postId: you have reported it already.', 'input', 'postId');
  });
}

/** @throws Problem ForbiddenError, ValidationError */
export async function closeReport(
  tx: Transaction,
  actor: Actor,
  input: CloseReportInput,
  at = new Date(),
): Promise<string> {
  const seatId = requireSeat(actor);
  const [report]: { id: string; closed: boolean; networkIds: string[] }[] = isId(input.reportId)
    ? await tx.manager.query(
        `SELECT r.id, r.closed_at IS NOT NULL AS closed, t.network_ids AS "networkIds" FROM post_report r
         JOIN post p ON p.id = r.post_id JOIN thread t ON t.id = p.thread_id WHERE r.id = $1 FOR UPDATE OF r`,
        [input.reportId],
      )
    : [];
  if (!report?.networkIds.some((id) => mayReadReports(actor, id))) throw refusal('report');
  const outcome = checkReason(input.outcome, 1_000, 'outcome');
  return once(tx, actor, 'closeReport', input, report.id, async () => {
    if (report.closed) throw invalid('reportId: it was closed already.', 'input', 'reportId');
    await tx.manager.query(
      'UPDATE post_report SET closed_at = $2, resolved_by_seat_id = $3, outcome = $4, reported_text = NULL WHERE id = $1',
      [report.id, at, seatId, outcome],
    );
  });
}
