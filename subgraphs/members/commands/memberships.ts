import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, onceIfNamed, refuseOrigin } from '../../../kit/once.ts';
import type { Origin } from '../../../kit/subgraph.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { hasRole } from '../../../kit/visibility.ts';
import { Membership } from '../entities/membership.ts';
import { Organisation } from '../entities/organisation.ts';
import type { CheckApplicantInput, ReviewApplicationInput } from '../inputs.ts';
import { type Governance, mayCheckApplicant, mayFound, mayMoveMembership, mayWithdraw } from '../policy.ts';
import { type MembershipStatus, membershipSteps, openStatuses } from '../states.ts';
import { admitApplicant } from './admission.ts';
import { checkConclusion, checkEnding, findConclusion } from './conclusions.ts';
import { checkOptionalText } from './input.ts';
import { checkVersion, follow, lockMembership, move, refuseExpired } from './membership-steps.ts';
import { readGovernance } from './rights.ts';
import { checkSponsors } from './sponsors.ts';

/** Enters a membership as a source has it. Only SYSTEM. */
export async function recordMembership(
  tx: Transaction,
  actor: Actor,
  fields: { organisationId: string; networkId: string; status: MembershipStatus; since: string | null },
  origin: Origin,
): Promise<string> {
  if (actor.kind !== 'SYSTEM') throw forbidden('Memberships are entered through an application.');
  return insertMembership(tx, actor, fields, {}, origin);
}

/** Enters a membership in its first state. Its caller has asked the policy. @returns its id */
export async function insertMembership(
  tx: Transaction,
  actor: Actor,
  fields: Partial<Membership> & Pick<Membership, 'organisationId' | 'networkId' | 'status'>,
  step: { byApplicant?: boolean; note?: string | null } = {},
  origin?: Origin,
): Promise<string> {
  refuseOrigin(actor, origin);
  const membership = Object.assign(new Membership(), {
    since: null,
    sponsorOrganisationId: null,
    motivation: null,
    appliedBySeatId: null,
    appliedByPersonId: null,
    invitedSubject: null,
    invitedUntil: null,
    checkedAt: null,
    checkedBySeatId: null,
    checkNote: null,
    closedAt: null,
    appealedAt: null,
    erasedAt: null,
    provenance: origin?.provenance ?? 'USER',
    sourceUrl: origin?.sourceUrl ?? null,
    ...fields,
    id: origin?.id ?? fields.id ?? `mem:${ulid()}`,
    version: 1,
  });
  await refuseSecond(tx, membership);
  const { sponsorIds: _loaded, ...row } = membership;
  await tx.manager.insert(Membership, row);
  // Of a record that ships, the day is known only where its origin says so.
  const at = origin ? (origin.at ?? null) : new Date();
  await follow(tx, actor, membership, null, { at, ...step });
  return membership.id;
}

/** One membership at a time; the unique index keeps what this cannot see yet. @throws Problem */
export async function refuseSecond(
  tx: Transaction,
  { organisationId, networkId }: Pick<Membership, 'organisationId' | 'networkId'>,
): Promise<void> {
  const others = await tx.manager.query(
    `SELECT 1 FROM membership WHERE organisation_id = $1 AND network_id = $2
     AND status NOT IN ('DECLINED', 'WITHDRAWN', 'ENDED') LIMIT 1`,
    [organisationId, networkId],
  );
  if (others.length > 0) {
    throw invalid('organisationId: a member of this network, or an applicant, already.', 'input', 'organisationId');
  }
}

/**
 * Moves a membership along its states.
 * @throws Problem ValidationError naming both states when the step does not exist, or what is missing for it; ForbiddenError
 * when it is another's to take; ConflictError
 */
export async function reviewApplication(
  tx: Transaction,
  actor: Actor,
  input: ReviewApplicationInput,
  now: () => Date = () => new Date(),
): Promise<string> {
  return once(tx, actor, 'reviewApplication', input, input.membershipId, async () => {
    const membership = await lockMembership(tx, actor, input.membershipId, 'input');
    const { networkId } = membership;
    const governance = await readGovernance(tx, networkId);
    if (!mayMoveMembership(actor, networkId, input.to, governance)) {
      throw forbidden(`Your role does not move a membership of this network to ${input.to}.`);
    }
    checkVersion(membership, input.expectedVersion);
    const note = checkOptionalText(input.note, 4_000, 'note');
    const decisionId = checkOptionalText(input.decisionId, 128, 'decisionId');
    const isDecided = openStatuses.includes(membership.status) && ['ACTIVE', 'DECLINED'].includes(input.to);
    if (membershipSteps[membership.status].includes(input.to)) {
      if (input.to === 'MORE_INFO' && note === null) {
        throw invalid('note: the question that the applicant is to answer.', 'input', 'note');
      }
      if (membership.status === 'INVITED' && membership.invitedSubject !== null) {
        throw forbidden('Whom an invitation names accepts it (acceptInvitation), and nobody in his place.');
      }
      refuseExpired(membership, now());
      if (input.to === 'ENDED') {
        if (decisionId === null) {
          throw invalid(
            "decisionId: ENDED needs a concluded decision on the membership's contentHash.",
            'input',
            'decisionId',
          );
        }
        await checkEnding(tx, membership, decisionId);
      } else if (isDecided) await checkDecided(tx, actor, membership, input.to, { governance, decisionId, note });
      else if (decisionId !== null) await findConclusion(tx, networkId, decisionId);
    }
    // What follows takes the rights' row: whoever holds that waits for no organisation.
    await tx.manager.query('SELECT 1 FROM organisation WHERE id = $1 FOR NO KEY UPDATE', [membership.organisationId]);
    const at = now();
    if (input.to === 'ACTIVE' && isDecided) await admitApplicant(tx, actor, membership, at);
    await move(tx, actor, membership, input.to, { at, note, decisionId });
  });
}

/** The guards before an application is decided. @throws Problem ValidationError that names what is missing */
async function checkDecided(
  tx: Transaction,
  actor: Actor,
  membership: Membership,
  to: MembershipStatus,
  { governance, decisionId, note }: { governance: Governance; decisionId: string | null; note: string | null },
): Promise<void> {
  if (to === 'ACTIVE') {
    await checkSponsors(tx, membership);
    if (membership.checkedAt === null && !mayFound(actor, governance)) {
      throw invalid('to: who applies has not been checked yet (checkApplicant).', 'input', 'to');
    }
  }
  const organisation = await tx.manager.findOneByOrFail(Organisation, { id: membership.organisationId });
  // The safety officer blocks at once; he says why instead.
  const blocks = to === 'DECLINED' && hasRole(actor, ['SAFETY_OFFICER'], [membership.networkId]);
  if (decisionId !== null) await checkConclusion(tx, membership, organisation, to, decisionId);
  else if (blocks && note === null) throw invalid('note: why it is declined.', 'input', 'note');
  else if (governance.hasCommittee && !blocks) {
    throw invalid(
      `decisionId: ${to} needs a concluded decision on the application's contentHash.`,
      'input',
      'decisionId',
    );
  }
}

/** Records that the network has made sure of who applies. @throws Problem */
export async function checkApplicant(
  tx: Transaction,
  actor: Actor,
  input: CheckApplicantInput,
  now: () => Date = () => new Date(),
): Promise<string> {
  return once(tx, actor, 'checkApplicant', input, input.membershipId, async () => {
    const membership = await lockMembership(tx, actor, input.membershipId, 'input');
    if (!mayCheckApplicant(actor, membership.networkId)) {
      throw forbidden('Who applies is checked by a coordinator, steering member or safety officer of the network.');
    }
    if (!openStatuses.includes(membership.status)) {
      throw invalid(`membershipId: it is ${membership.status}, no open application.`, 'input', 'membershipId');
    }
    await tx.manager.update(
      Membership,
      { id: membership.id },
      {
        checkedAt: now(),
        checkedBySeatId: actor.seatId ?? null,
        checkNote: checkOptionalText(input.note, 4_000, 'note'),
        version: membership.version + 1,
      },
    );
  });
}

/** The member leaves, or the applicant takes the application back. @throws Problem like reviewApplication */
export async function withdrawMembership(
  tx: Transaction,
  actor: Actor,
  membershipId: string,
  now: () => Date = () => new Date(),
  clientMutationId?: string | null,
): Promise<string> {
  const input = { membershipId, ...(clientMutationId != null && { clientMutationId }) };
  return onceIfNamed(tx, actor, 'withdrawMembership', input, membershipId, async () => {
    const membership = await lockMembership(tx, actor, membershipId);
    if (!mayWithdraw(actor, membership)) {
      throw forbidden('Only a seat that speaks for the organisation in this network withdraws its membership.');
    }
    await move(tx, actor, membership, 'WITHDRAWN', { at: now(), byApplicant: true });
  });
}
