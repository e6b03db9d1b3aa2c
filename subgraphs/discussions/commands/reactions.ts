import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, requireSeat } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { mayPost } from '../policy.ts';
import type { SetReactionInput } from '../post-inputs.ts';
import { findPost } from './find.ts';
import { noteChange } from './forget.ts';

/** In the order in which they are shown. Words, so that every language and every screen reader has its own for them. */
export const reactionKeys = ['agree', 'thanks', 'celebrate', 'seen', 'question', 'disagree'] as const;

/** Sets or takes back a seat's sign under a post. @returns the post's id @throws Problem ForbiddenError, ValidationError */
export async function setReaction(
  tx: Transaction,
  actor: Actor,
  input: SetReactionInput,
  at = new Date(),
): Promise<string> {
  const { post, thread } = await findPost(tx, actor, input.postId);
  const seatId = requireSeat(actor);
  if (!mayPost(actor, thread)) throw forbidden('You may read this thread but not react in it.');
  if (!reactionKeys.some((key) => key === input.key)) {
    throw invalid(`key: one of ${reactionKeys.join(', ')}.`, 'input', 'key');
  }
  return once(tx, actor, 'setReaction', input, post.id, async () => {
    if (post.deletedAt) throw invalid('postId: the post was deleted.', 'input', 'postId');
    if (thread.status === 'LOCKED' || thread.status === 'ARCHIVED') {
      throw invalid('postId: the thread is locked or archived.', 'input', 'postId');
    }
    const own = [post.id, input.key, seatId];
    const changed: unknown[] = input.on
      ? await tx.manager.query(
          `INSERT INTO reaction (post_id, key, seat_id, reacted_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT DO NOTHING RETURNING 1`,
          [...own, at],
        )
      : (
          await tx.manager.query(
            'DELETE FROM reaction WHERE post_id = $1 AND key = $2 AND seat_id = $3 RETURNING 1',
            own,
          )
        )[0];
    if (changed.length > 0) await noteChange(tx, post);
  });
}
