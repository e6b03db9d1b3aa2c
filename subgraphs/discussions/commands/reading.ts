import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { isId, requireSeat } from '../../../kit/once.ts';
import { invalid } from '../../../kit/types.ts';
import { Post } from '../entities/post.ts';
import type { MarkThreadReadInput } from '../post-inputs.ts';
import { readable } from '../statement.ts';
import { findThread } from './find.ts';

/**
 * Notes how far the seat has read. It only goes forward unless `back` is asked for, so two devices, or a late message, undo nothing; to do
 * it twice is to do it once.
 * @returns the thread's id
 * @throws Problem ForbiddenError, ValidationError
 */
export async function markThreadRead(
  tx: Transaction,
  actor: Actor,
  input: MarkThreadReadInput,
  at = new Date(),
): Promise<string> {
  const thread = await findThread(tx, actor, input.threadId);
  const seatId = requireSeat(actor);
  let position = thread.postCount;
  if (input.upToPostId != null) {
    const post =
      isId(input.upToPostId) && (await tx.manager.findOneBy(Post, { id: input.upToPostId, threadId: thread.id }));
    if (!post) throw invalid('upToPostId: no such post in this thread.', 'input', 'upToPostId');
    position = post.position;
  }
  await tx.manager.query(
    `INSERT INTO thread_reading (seat_id, thread_id, position, read_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (seat_id, thread_id) DO UPDATE SET position = excluded.position, read_at = excluded.read_at
     WHERE thread_reading.position < excluded.position OR ($5 AND thread_reading.position <> excluded.position)`,
    [seatId, thread.id, position, at, input.back === true],
  );
  return thread.id;
}

/** All threads that the seat may read, as they are now. */
export async function markAllRead(tx: Transaction, actor: Actor, at = new Date()): Promise<void> {
  const seatId = requireSeat(actor);
  const parameters: unknown[] = [seatId, at];
  const condition = readable('t', actor, (value) => `$${parameters.push(value)}`);
  await tx.manager.query(
    `INSERT INTO thread_reading (seat_id, thread_id, position, read_at)
     SELECT $1, t.id, t.post_count, $2 FROM thread t WHERE t.post_count > 0 AND ${condition}
     ON CONFLICT (seat_id, thread_id) DO UPDATE SET position = excluded.position, read_at = excluded.read_at
     WHERE thread_reading.position < excluded.position`,
    parameters,
  );
}
