import type { Actor } from '../../../kit/context.ts';
import { ApiError } from '../../../kit/errors.ts';
import type { Plans } from '../plans.ts';
import { mayOpenDocument, mayRead, mayReplicate } from '../policy.ts';
import { Follower } from '../room/follow.ts';

/**
 * Follows a plan's edits: those after the cursor from the log, then live; without a cursor, from now.
 * @throws ApiError NOT_FOUND, FORBIDDEN (an adopted plan that is read, but not opened, from outside), CURSOR_INVALID
 */
export async function followPlan(plans: Plans, actor: Actor, planId: string, after: string | null): Promise<Follower> {
  const room = (await plans.rooms.open([planId])).get(planId);
  if (!room || !(mayRead(actor, room.plan) || mayReplicate(actor, room.plan)))
    throw new ApiError('NOT_FOUND', 'There is no such plan, or you may not see it.');
  const mayFollow = () => mayOpenDocument(actor, room.plan) || mayReplicate(actor, room.plan);
  if (!mayFollow()) {
    throw new ApiError('FORBIDDEN', "You may read this plan; its document is open to its networks' readers.");
  }
  const position = after === null ? null : plans.rooms.cursors(planId).decode(after);
  const ahead = position && (position.epoch > room.epoch || (position.epoch === room.epoch && position.seq > room.seq));
  if (ahead) throw new ApiError('CURSOR_INVALID', 'This cursor is ahead of the plan: start without one.');
  return new Follower(plans.database.source, plans.rooms, room, position, mayFollow);
}
