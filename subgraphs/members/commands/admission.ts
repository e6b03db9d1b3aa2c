import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import type { Membership } from '../entities/membership.ts';
import { RoleAssignment, Seat } from '../entities/seat.ts';
import { insertOffer } from './offers.ts';
import { newSeat } from './records.ts';
import { bumpRights } from './rights.ts';

/**
 * Gives a new member its voice: the seat that applied for it becomes a representative in the network; else a first seat is
 * set up for the person who applied, or offered to the one who was invited. What a coordinator entered for somebody else
 * gets its seats from him.
 */
export async function admitApplicant(tx: Transaction, actor: Actor, membership: Membership, at: Date): Promise<void> {
  const { organisationId, networkId, appliedBySeatId, invitedSubject } = membership;
  const own = appliedBySeatId ? await tx.manager.findOneBy(Seat, { id: appliedBySeatId, organisationId }) : null;
  const personId = await findApplicant(tx, membership);
  if (!own && personId === null && invitedSubject === null) return;
  const seat = own ?? newSeat({ organisationId, alias: 'Representative', personId });
  if (!own) await tx.manager.insert(Seat, seat);
  if (!own && personId === null && invitedSubject !== null) await insertOffer(tx, actor, seat.id, invitedSubject, at);
  await tx.manager.insert(RoleAssignment, {
    id: `role:${ulid()}`,
    seatId: seat.id,
    role: 'MEMBER_REP',
    networkId,
    startsOn: at.toISOString().slice(0, 10),
    grantedBySeatId: actor.seatId ?? null,
  });
  await bumpRights(tx);
}

/** The person who is to represent the new member: who was invited, else who applied without a seat elsewhere. */
async function findApplicant(
  tx: Transaction,
  { appliedBySeatId, appliedByPersonId, invitedSubject }: Membership,
): Promise<string | null> {
  if (invitedSubject === null) return appliedBySeatId === null ? appliedByPersonId : null;
  const [invited] = await tx.manager.query('SELECT id FROM person WHERE id = $1 AND subject = $2', [
    appliedByPersonId,
    invitedSubject,
  ]);
  return invited?.id ?? null;
}
