import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { isId } from '../../../kit/once.ts';
import { Post, PostRevision } from '../entities/post.ts';
import { mayReadRevisions } from '../policy.ts';
import { readable, select } from '../statement.ts';

/** Earlier texts of a post, and that they were read stands in the audit log. Nothing for whom they are not meant. */
export async function readRevisions(tx: Transaction, actor: Actor, postId: string): Promise<PostRevision[]> {
  const [post] = isId(postId)
    ? await select(
        tx.manager,
        Post,
        (columns, bind) =>
          `SELECT ${columns} FROM post r JOIN thread t ON t.id = r.thread_id
           WHERE r.id = ${bind(postId)} AND ${readable('t', actor, bind)}`,
      )
    : [];
  if (!post || !mayReadRevisions(actor, post)) return [];
  const revisions = await tx.manager.find(PostRevision, { where: { postId }, order: { version: 'ASC' } });
  if (revisions.length > 0) {
    tx.audit({
      actor,
      action: 'EDIT_HISTORY_READ',
      target: { type: 'Post', id: postId },
      networkIds: post.authorNetworkIds,
    });
  }
  return revisions;
}
