import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { conflict, invalid } from '../../../kit/types.ts';
import { Membership, MembershipEvent } from '../entities/membership.ts';
import { Organisation } from '../entities/organisation.ts';
import { memberEvent } from '../events.ts';
import { mayFound, maySeeMembership } from '../policy.ts';
import { applicantSteps, changesRights, type MembershipStatus, membershipSteps, timeSteps } from '../states.ts';
import { bumpRights, readGovernance } from './rights.ts';

/**
 * Locks the row, so that of two moves the second sees the first one's state. What the actor may not see does not exist.
 * @throws Problem ValidationError with the path of the id; ForbiddenError when its network is at home in another region
 */
export async function lockMembership(
  tx: Transaction,
  actor: Actor,
  id: string,
  ...path: string[]
): Promise<Membership> {
  const found = await tx.manager.findOne(Membership, { where: { id }, lock: { mode: 'for_no_key_update' } });
  if (found) found.sponsorIds = await readSponsorIds(tx, found);
  const isFounder = found !== null && mayFound(actor, await readGovernance(tx, found.networkId));
  if (!found || !(maySeeMembership(actor, found) || isFounder)) {
    throw invalid('membershipId: no such membership.', ...path, 'membershipId');
  }
  await tx.requireHome([found.networkId]);
  return found;
}

/** Asked to sponsor it, while it is open: as the loader has it. */
async function readSponsorIds(tx: Transaction, { id, status }: Membership): Promise<string[]> {
  if (!['APPLIED', 'UNDER_REVIEW', 'MORE_INFO'].includes(status)) return [];
  const rows: { id: string }[] = await tx.manager.query(
    'SELECT organisation_id AS id FROM sponsorship WHERE membership_id = $1',
    [id],
  );
  return rows.map((row) => row.id);
}

/** @throws Problem ConflictError when somebody was faster */
export function checkVersion(thing: { version: number }, expected: number | null | undefined): void {
  if (expected != null && expected !== thing.version) {
    throw conflict(`It was changed meanwhile: version ${thing.version} now.`, thing.version);
  }
}

/** An invitation is over when its time is, swept or not. @throws Problem ValidationError */
export function refuseExpired({ status, invitedUntil }: Membership, at: Date): void {
  if (status !== 'INVITED' || invitedUntil === null || invitedUntil > at) return;
  throw invalid('membershipId: this invitation has expired: it may be sent anew.', 'input', 'membershipId');
}

export interface Step {
  at: Date | null;
  note?: string | null;
  decisionId?: string | null;
  /** A step of who applies, not of those who handle it. */
  byApplicant?: boolean;
}

/** Who takes a step; SYSTEM where time does. */
type Mover = Pick<Actor, 'kind' | 'seatId' | 'personId'>;

/** @throws Problem ValidationError naming both states when the step does not exist */
export async function move(
  tx: Transaction,
  actor: Mover,
  from: Membership,
  to: MembershipStatus,
  step: Step,
): Promise<string> {
  const steps = actor.kind === 'SYSTEM' ? timeSteps : step.byApplicant ? applicantSteps : membershipSteps;
  if (!steps[from.status].includes(to)) {
    throw invalid(`A membership does not go from ${from.status} to ${to}.`, 'input', 'to');
  }
  const membership = { ...from, status: to, version: from.version + 1 };
  if (to === 'ACTIVE') membership.since ??= step.at?.toISOString().slice(0, 10) ?? null;
  // What a member said is not an application's to be erased: whether it is one is not told by `since`, which nobody may know.
  if ((to === 'DECLINED' || to === 'WITHDRAWN') && from.status !== 'ACTIVE') membership.closedAt = step.at;
  const { id, status, since, version, closedAt } = membership;
  await tx.manager.update(Membership, { id }, { status, since, version, closedAt });
  await follow(tx, actor, membership, from.status, step);
  return id;
}

/** What follows from a step: the organisation's standing, the rights of its seats, its place in the history, and the feed. */
export async function follow(
  tx: Transaction,
  actor: Mover,
  to: Membership,
  from: MembershipStatus | null,
  step: Step,
): Promise<void> {
  const { id, organisationId, networkId, status, version } = to;
  // A suspension is not told to partners, and so neither is its end. Who withdraws an application has never been a member.
  const joined = status === 'ACTIVE' && from !== 'SUSPENDED';
  const left = (status === 'WITHDRAWN' || status === 'ENDED') && (from === 'ACTIVE' || from === 'SUSPENDED');
  // Locked: of one that is hidden at this moment it must not be said where it is. Before the rights' row, as everywhere.
  const organisation =
    joined || left
      ? await tx.manager.findOneOrFail(Organisation, {
          where: { id: organisationId },
          lock: { mode: 'for_no_key_update' },
        })
      : null;
  // Whom a network has invited may sign in while the application is open.
  if (changesRights(from, status) || to.invitedSubject !== null) await bumpRights(tx);
  if (organisation) {
    if (organisation.relation === 'APPLICANT') {
      await tx.manager.update(
        Organisation,
        { id: organisationId },
        { relation: 'MEMBER', version: organisation.version + 1 },
      );
    }
    const country = organisation.safetyLocked ? null : organisation.country;
    const data = { membershipId: id, organisationId, status, version };
    tx.publish(memberEvent(joined ? 'MEMBER_JOINED' : 'MEMBER_LEFT', networkId, data, country, step.at ?? new Date()));
  }
  if (actor.kind !== 'SYSTEM') {
    const target = { type: 'Membership', id };
    const detail = `${from ?? 'NONE'} -> ${status}${step.decisionId ? ` ${step.decisionId}` : ''}`;
    tx.audit({ actor, action: 'MEMBERSHIP_CHANGED', target, networkIds: [networkId], detail });
  }
  await tx.manager.insert(MembershipEvent, {
    membershipId: id,
    networkId,
    position: await takePosition(tx, networkId),
    at: step.at,
    from,
    to: status,
    byApplicant: step.byApplicant ?? false,
    bySeatId: actor.seatId ?? null,
    note: step.note ?? null,
    decisionId: step.decisionId ?? null,
  });
}

/** The network's counter stays locked until the end of the transaction, so its steps are read in the order they are committed in. */
async function takePosition(tx: Transaction, networkId: string): Promise<string> {
  const [{ position }] = await tx.manager.query(
    `INSERT INTO membership_stream AS s (network_id, position) VALUES ($1, 1)
     ON CONFLICT (network_id) DO UPDATE SET position = s.position + 1 RETURNING position`,
    [networkId],
  );
  return position;
}
