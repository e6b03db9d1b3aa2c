import type { Database, Transaction } from '../../kit/database/open.ts';
import { eraseApplication } from './commands/erase-application.ts';
import { move } from './commands/membership-steps.ts';
import { Membership } from './entities/membership.ts';

const batch = 100; // invitations looked up at once; the rest are found the next time

/**
 * Withdraws invitations that nobody has answered in their time, and erases what they said at once: whom they named, the note,
 * and the organisation if it is here for nothing else. That somebody was invited, and when, stays. Any number of processes may
 * do so at once: each is withdrawn by one, under its lock.
 * @param report is told of each that could not be erased; the others are
 * @returns the ids of the memberships that this call withdrew
 */
export async function expireInvitations(
  database: Database,
  now: () => Date = () => new Date(),
  report: (error: unknown) => void = () => {},
): Promise<string[]> {
  const dueStatement = `SELECT id FROM membership WHERE status = 'INVITED' AND invited_until <= $1`;
  const at = now();
  const due: { id: string }[] = await database.source.query(`${dueStatement} ORDER BY invited_until LIMIT ${batch}`, [
    at,
  ]);
  const expired: string[] = [];
  for (const { id } of due) {
    try {
      const isExpired = await database.transaction(async (tx) => {
        // Locked by another means that it is being accepted, taken back or withdrawn at this moment.
        const found = await tx.manager.query(`${dueStatement} AND id = $2 FOR UPDATE SKIP LOCKED`, [at, id]);
        if (found.length > 0) await expire(tx, id, at);
        return found.length > 0;
      });
      if (isExpired) expired.push(id);
    } catch (error) {
      report(error);
    }
  }
  return expired;
}

async function expire(tx: Transaction, id: string, at: Date): Promise<void> {
  const membership = await tx.manager.findOneByOrFail(Membership, { id });
  const { organisationId, networkId } = membership;
  // What follows takes the rights' row: whoever holds that waits for no organisation.
  await tx.manager.query('SELECT 1 FROM organisation WHERE id = $1 FOR NO KEY UPDATE', [organisationId]);
  await move(tx, { kind: 'SYSTEM' }, membership, 'WITHDRAWN', { at });
  await eraseApplication(tx, { id, organisationId, networkId, appliedByPersonId: null }, at, 'INVITATION_EXPIRED');
}
