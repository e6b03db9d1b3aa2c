import { ulid } from 'ulid';
import type { Actor, Role } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, onceIfNamed } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { Membership } from '../entities/membership.ts';
import { RoleAssignment } from '../entities/seat.ts';
import type { AssignRoleInput } from '../inputs.ts';
import { mayAssignTo, mayChangeAnyRole, mayChangeRole, memberRoles, seatRoles } from '../policy/seats.ts';
import { findConclusion } from './conclusions.ts';
import { checkId, checkOptionalText } from './input.ts';
import { bumpRights, readGovernance } from './rights.ts';
import { lockSeat } from './seats.ts';

const bodiedRoles: readonly Role[] = ['MEMBER_REP', 'MEMBER_EDITOR', 'EXPERT_GROUP_LEAD', 'STEERING_COMMITTEE'];

/** Gives a seat a role in a network, or in a body of it. @returns the seat's id */
export async function assignRole(
  tx: Transaction,
  actor: Actor,
  input: AssignRoleInput,
  now: () => Date = () => new Date(),
): Promise<string> {
  const { seatId, role } = input;
  if (!mayChangeRole(actor, role, input.networkId, await readGovernance(tx, input.networkId))) {
    throw forbiddenRole(role);
  }
  return once(tx, actor, 'assignRole', input, seatId, async () => {
    const networkId = checkId(input.networkId, 'net', 'networkId');
    await tx.requireHome([networkId]);
    const bodyId = input.bodyId == null ? null : checkId(input.bodyId, 'body', 'bodyId');
    checkRole(role, bodyId);
    // Of a role that ships, the start is known only where its source says so; any other starts today unless it says when.
    const today = now().toISOString().slice(0, 10);
    const startsOn = input.startsOn ?? (actor.kind === 'SYSTEM' ? null : today);
    checkDates(startsOn, input.endsOn);
    const seat = await lockSeat(tx, seatId, 'input');
    if (seat.endedAt !== null) throw invalid('seatId: this seat has ended.', 'input', 'seatId');
    if (!mayAssignTo(actor, seat)) throw forbidden('Nobody gives himself a role: another of those who may does.');
    await checkCommittee(tx, actor, role, networkId, bodyId);
    if (memberRoles.includes(role)) await checkMember(tx, seat.organisationId, networkId);
    if (bodyId !== null) await checkBody(tx, actor, bodyId, networkId);
    const decisionId = checkOptionalText(input.decisionId, 128, 'decisionId');
    if (decisionId !== null && (await findConclusion(tx, networkId, decisionId)).outcome !== 'ADOPTED') {
      throw invalid('decisionId: it was not adopted.', 'input', 'decisionId');
    }
    await refuseOverlap(tx, { seatId, role, networkId, bodyId, startsOn, endsOn: input.endsOn ?? null });
    await tx.manager.insert(RoleAssignment, {
      id: `role:${ulid()}`,
      seatId,
      role,
      networkId,
      bodyId,
      startsOn,
      endsOn: input.endsOn ?? null,
      grantedByDecisionId: decisionId,
      grantedBySeatId: actor.seatId ?? null,
    });
    await bumpRights(tx);
    sayRole(tx, actor, 'ROLE_ASSIGNED', { seatId, role, networkId, bodyId });
  });
}

/** The loader's are told by the records themselves. */
function sayRole(
  tx: Transaction,
  actor: Actor,
  action: 'ROLE_ASSIGNED' | 'ROLE_REVOKED',
  { seatId, role, networkId, bodyId }: Pick<Term, 'seatId' | 'role' | 'networkId' | 'bodyId'>,
): void {
  if (actor.kind === 'SYSTEM') return;
  const detail = bodyId === null ? role : `${role} ${bodyId}`;
  tx.audit({ actor, action, target: { type: 'Seat', id: seatId }, networkIds: [networkId], detail });
}

export interface RevokeRole {
  /** Under which a call that is sent again is done once. */
  clientMutationId?: string | null;
  seatId: string;
  role: Role;
  networkId: string;
  /** Absent: the role in the network and in all its bodies. */
  bodyId?: string | null;
}

/** Ends a role at once, also one that has yet to start. @returns the seat's id */
export async function revokeRole(
  tx: Transaction,
  actor: Actor,
  input: RevokeRole,
  now: () => Date = () => new Date(),
): Promise<string> {
  const { seatId, role, networkId } = input;
  if (!mayChangeRole(actor, role, networkId)) throw forbiddenRole(role);
  return onceIfNamed(tx, actor, 'revokeRole', input, seatId, () => revoke(tx, actor, input, now));
}

async function revoke(tx: Transaction, actor: Actor, input: RevokeRole, now: () => Date): Promise<void> {
  const { seatId, role, networkId } = input;
  await tx.requireHome([networkId]);
  await lockSeat(tx, seatId);
  await checkCommittee(tx, actor, role, networkId, input.bodyId ?? null);
  const [rows] = await tx.manager.query(
    `UPDATE role_assignment SET revoked_at = $5, revoked_by_seat_id = $6
     WHERE seat_id = $1 AND role = $2 AND network_id = $3 AND ($4::text IS NULL OR body_id = $4) AND revoked_at IS NULL
       AND ($7 OR body_id IS NULL OR body_id NOT IN (${committeeBodies}))
       AND (ends_on IS NULL OR ends_on >= left(to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD'), length(ends_on)))
     RETURNING id`,
    [seatId, role, networkId, input.bodyId ?? null, now(), actor.seatId ?? null, mayChangeAnyRole(actor, networkId)],
  );
  if (rows.length === 0) throw invalid(`role: the seat does not hold ${role} there.`, 'role');
  await bumpRights(tx);
  sayRole(tx, actor, 'ROLE_REVOKED', { seatId, role, networkId, bodyId: input.bodyId ?? null });
}

const forbiddenRole = (role: Role) =>
  forbidden(
    `Your role does not assign or revoke ${role} in this network: its Steering Committee does, and its coordinator within groups.`,
  );

type Term = Pick<RoleAssignment, 'seatId' | 'role' | 'networkId' | 'bodyId' | 'startsOn' | 'endsOn'>;

/**
 * Terms of one role follow one another. Dates are as precise as they are written: `2023-12` lasts from before `2023-12-01` to
 * after `2023-12-31`, which `~`, behind every digit and dash in COLLATE "C", says of its end.
 */
async function refuseOverlap(tx: Transaction, { seatId, role, networkId, bodyId, startsOn, endsOn }: Term) {
  const [known] = await tx.manager.query(
    `SELECT starts_on AS "startsOn", ends_on AS "endsOn" FROM role_assignment
     WHERE seat_id = $1 AND role = $2 AND network_id = $3 AND body_id IS NOT DISTINCT FROM $4 AND revoked_at IS NULL
       AND ($6::text IS NULL OR starts_on IS NULL OR starts_on <= $6 || '~')
       AND ($5::text IS NULL OR ends_on IS NULL OR $5::text COLLATE "C" <= ends_on || '~')
     LIMIT 1`,
    [seatId, role, networkId, bodyId, startsOn, endsOn],
  );
  if (!known) return;
  const term = `${known.startsOn ?? 'ever'} to ${known.endsOn ?? 'further notice'}`;
  throw invalid(`role: the seat holds ${role} there from ${term}.`, 'input', 'role');
}

function checkRole(role: Role, bodyId: string | null) {
  if (!seatRoles.includes(role)) throw invalid(`role: ${role} is not a role of a seat.`, 'input', 'role');
  if (role === 'EXPERT_GROUP_LEAD' && bodyId === null) {
    throw invalid('bodyId: an expert group lead needs the group that is led.', 'input', 'bodyId');
  }
  if (bodyId !== null && !bodiedRoles.includes(role)) {
    throw invalid(`bodyId: ${role} is a role in the network, not in a body.`, 'input', 'bodyId');
  }
}

function checkDates(startsOn?: string | null, endsOn?: string | null) {
  if (startsOn && endsOn && endsOn < startsOn.slice(0, endsOn.length)) {
    throw invalid(`endsOn: before the role starts, ${startsOn}.`, 'input', 'endsOn');
  }
}

async function checkMember(tx: Transaction, organisationId: string, networkId: string) {
  if (!(await tx.manager.existsBy(Membership, { organisationId, networkId, status: 'ACTIVE' }))) {
    throw invalid("seatId: the seat's organisation is not an ACTIVE member of this network.", 'input', 'seatId');
  }
}

/** Bodies in which a Steering Committee role was ever given: this subgraph knows a committee's body by nothing else. */
const committeeBodies = "SELECT body_id FROM role_assignment WHERE role = 'STEERING_COMMITTEE' AND body_id IS NOT NULL";

/** A seat in the committee's body reads what the committee says to itself, whatever the role is called. @throws Problem */
async function checkCommittee(tx: Transaction, actor: Actor, role: Role, networkId: string, bodyId: string | null) {
  if (bodyId === null || mayChangeAnyRole(actor, networkId)) return;
  const found = await tx.manager.query(`SELECT 1 WHERE $1 IN (${committeeBodies})`, [bodyId]);
  if (found.length > 0) throw forbiddenRole(role);
}

/**
 * A body belongs to one network, which has made it: it has said so in the feed. Who could name one that is yet to come, or of
 * which nobody has a role yet, would keep its own network out of it. Records that ship may come before their bodies.
 */
async function checkBody(tx: Transaction, actor: Actor, bodyId: string, networkId: string) {
  if (actor.kind === 'SYSTEM') return;
  const made: unknown[] = await tx.manager.query(
    'SELECT 1 FROM feed.body WHERE body_id = $1 AND network_id = $2 LIMIT 1',
    [bodyId, networkId],
  );
  if (made.length === 0) throw invalid('bodyId: this network has no such body.', 'input', 'bodyId');
}
