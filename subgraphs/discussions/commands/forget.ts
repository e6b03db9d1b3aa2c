import type { Transaction } from '../../../kit/database/open.ts';
import { withdrawNotices } from '../../../kit/notices/write.ts';
import { forgotten } from '../../../kit/once.ts';
import { Post } from '../entities/post.ts';

/** Counts a change of a post, so that who follows the thread finds it. The thread's row is locked, as `findPost` has left it. */
export async function noteChange(tx: Transaction, post: Pick<Post, 'id' | 'threadId'>): Promise<void> {
  await tx.manager.query(
    `WITH counted AS (UPDATE thread SET change_count = change_count + 1 WHERE id = $2 RETURNING change_count)
     UPDATE post SET change = counted.change_count FROM counted WHERE post.id = $1`,
    [post.id, post.threadId],
  );
}

/**
 * Takes a post's text out of the database, with all that repeats it: earlier versions, translations, words it is found by, files, reactions,
 * what was reported of it, and the hashes from which it could be guessed. Its place stays.
 */
export async function forgetPost(
  tx: Transaction,
  post: Post,
  marks: { deletedAt: Date; redactedAt?: Date; redactionReason?: string },
): Promise<void> {
  const { manager } = tx;
  for (const table of ['post_revision', 'post_translation', 'translation_request', 'reaction', 'post_search']) {
    await manager.query(`DELETE FROM ${table} WHERE post_id = $1`, [post.id]);
  }
  const attachments: { id: string }[] = await manager.query('SELECT id FROM attachment WHERE post_id = $1', [post.id]);
  const ids = attachments.map(({ id }) => id);
  const [uploads]: [{ id: string }[], number] = await manager.query(
    'DELETE FROM upload WHERE attachment_id = ANY($1) RETURNING id',
    [ids],
  );
  ids.push(...uploads.map(({ id }) => id));
  await manager.query('DELETE FROM attachment WHERE post_id = $1', [post.id]);
  await manager.query('UPDATE mutation SET input_hash = $2 WHERE result_id = ANY($1)', [[post.id, ...ids], forgotten]);
  // A first post came with its thread, under the thread's id.
  await manager.query(
    `UPDATE mutation SET input_hash = $2 FROM post WHERE post.id = $1 AND post.position = 1 AND mutation.result_id = post.thread_id`,
    [post.id, forgotten],
  );
  await withdrawNotices((sql, parameters) => manager.query(sql, parameters), post.id);
  await manager.update(Post, { id: post.id }, { ...marks, text: '', mentionSeatIds: [], version: post.version + 1 });
  await noteChange(tx, post);
}
