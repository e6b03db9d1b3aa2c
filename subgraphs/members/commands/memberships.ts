import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, refuseOrigin } from '../../../kit/once.ts';
import type { Origin } from '../../../kit/subgraph.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { Membership, MembershipEvent } from '../entities/membership.ts';
import { Organisation } from '../entities/organisation.ts';
import { memberEvent } from '../events.ts';
import type { ApplyInput, ReviewApplicationInput } from '../inputs.ts';
import { mayApply, mayMoveMembership, maySeeMembership, mayWithdraw } from '../policy.ts';
import { changesRights, type MembershipStatus, membershipSteps } from '../states.ts';
import { checkId, checkOptionalText, checkText } from './input.ts';
import { insertOrganisation } from './records.ts';
import { bumpRights, hasCommittee } from './rights.ts';

/** Enters an application for an organisation, which is recorded with it. @returns the membership's id, APPLIED */
export async function applyForMembership(tx: Transaction, actor: Actor, input: ApplyInput): Promise<string> {
  if (!mayApply(actor, input.networkId)) {
    throw forbidden('An application is entered by a person without a seat, or by a coordinator of the network.');
  }
  return once(tx, actor, 'applyForMembership', input, `mem:${ulid()}`, async (id) => {
    const networkId = checkId(input.networkId, 'net', 'networkId');
    const sponsorOrganisationId = input.sponsorOrganisationId ?? null;
    if (sponsorOrganisationId !== null) await checkSponsor(tx, sponsorOrganisationId, networkId);
    if (input.thematicTags.length > 20) throw invalid('thematicTags: at most 20.', 'input', 'thematicTags');
    if (input.languages.length > 20) throw invalid('languages: at most 20.', 'input', 'languages');
    const organisationId = await insertOrganisation(tx, actor, {
      name: checkText(input.organisationName, 200, 'organisationName'),
      stakeholderType: input.stakeholderType,
      country: input.country,
      relation: 'APPLICANT',
      relationNetworkId: networkId,
      languages: input.languages,
      thematicTags: input.thematicTags.map((tag) => checkText(tag, 60, 'thematicTags')),
    });
    const motivation = checkText(input.motivation, 4_000, 'motivation');
    await insertMembership(tx, actor, {
      id,
      organisationId,
      networkId,
      status: 'APPLIED',
      motivation,
      sponsorOrganisationId,
    });
  });
}

async function checkSponsor(tx: Transaction, organisationId: string, networkId: string) {
  if (!(await tx.manager.existsBy(Membership, { organisationId, networkId, status: 'ACTIVE' }))) {
    throw invalid('sponsorOrganisationId: not an ACTIVE member of this network.', 'input', 'sponsorOrganisationId');
  }
}

/** Enters a membership as a source has it. Only SYSTEM. */
export async function recordMembership(
  tx: Transaction,
  actor: Actor,
  fields: { organisationId: string; networkId: string; status: MembershipStatus; since: string | null },
  origin: Origin,
): Promise<string> {
  if (actor.kind !== 'SYSTEM') throw forbidden('Memberships are entered through an application.');
  return insertMembership(tx, actor, fields, origin);
}

async function insertMembership(
  tx: Transaction,
  actor: Actor,
  fields: Partial<Membership> & Pick<Membership, 'organisationId' | 'networkId' | 'status'>,
  origin?: Origin,
): Promise<string> {
  refuseOrigin(actor, origin);
  const membership: Membership = {
    since: null,
    sponsorOrganisationId: null,
    motivation: null,
    appliedBySeatId: actor.seatId ?? null,
    appliedByPersonId: actor.personId ?? null,
    provenance: origin?.provenance ?? 'USER',
    sourceUrl: origin?.sourceUrl ?? null,
    ...fields,
    id: origin?.id ?? fields.id ?? `mem:${ulid()}`,
    version: 1,
  };
  await tx.manager.insert(Membership, membership);
  // Of a record that ships, the day is known only where its origin says so.
  const at = origin ? (origin.at ?? null) : new Date();
  await follow(tx, actor, membership, null, { at });
  return membership.id;
}

/**
 * Moves a membership along its states.
 * @throws Problem ValidationError naming both states when the step does not exist, ForbiddenError when it is another's to take
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
    if (!mayMoveMembership(actor, networkId, input.to, await hasCommittee(tx, networkId))) {
      throw forbidden(`Your role does not move a membership of this network to ${input.to}.`);
    }
    const note = checkOptionalText(input.note, 4_000, 'note');
    const decisionId = checkOptionalText(input.decisionId, 128, 'decisionId');
    await move(tx, actor, membership, input.to, { at: now(), note, decisionId });
  });
}

/** The member leaves. @throws Problem like reviewApplication */
export async function withdrawMembership(
  tx: Transaction,
  actor: Actor,
  membershipId: string,
  now: () => Date = () => new Date(),
): Promise<string> {
  const membership = await lockMembership(tx, actor, membershipId);
  if (!mayWithdraw(actor, membership)) {
    throw forbidden('Only a seat that speaks for the organisation in this network withdraws its membership.');
  }
  return move(tx, actor, membership, 'WITHDRAWN', { at: now() });
}

/** Locks the row, so that of two moves the second sees the first one's state. What the actor may not see does not exist. */
async function lockMembership(tx: Transaction, actor: Actor, id: string, ...path: string[]): Promise<Membership> {
  const found = await tx.manager.findOne(Membership, { where: { id }, lock: { mode: 'pessimistic_write' } });
  if (!found || !maySeeMembership(actor, found)) {
    throw invalid('membershipId: no such membership.', ...path, 'membershipId');
  }
  return found;
}

interface Step {
  at: Date | null;
  note?: string | null;
  decisionId?: string | null;
}

async function move(tx: Transaction, actor: Actor, from: Membership, to: MembershipStatus, step: Step) {
  if (!membershipSteps[from.status].includes(to)) {
    throw invalid(`A membership does not go from ${from.status} to ${to}.`, 'input', 'to');
  }
  const membership = { ...from, status: to, version: from.version + 1 };
  if (to === 'ACTIVE') membership.since ??= step.at?.toISOString().slice(0, 10) ?? null;
  const { id, status, since, version } = membership;
  await tx.manager.update(Membership, { id }, { status, since, version });
  await follow(tx, actor, membership, from.status, step);
  return id;
}

/** What follows from a step: its place in the history, the organisation's standing, the rights of its seats, and the feed. */
async function follow(tx: Transaction, actor: Actor, to: Membership, from: MembershipStatus | null, step: Step) {
  const { id, organisationId, networkId, status, version } = to;
  await tx.manager.insert(MembershipEvent, {
    membershipId: id,
    at: step.at,
    from,
    to: status,
    bySeatId: actor.seatId ?? null,
    note: step.note ?? null,
    decisionId: step.decisionId ?? null,
  });
  if (changesRights(from, status)) await bumpRights(tx);
  // A suspension is not told to partners, and so neither is its end.
  const joined = status === 'ACTIVE' && from !== 'SUSPENDED';
  const left = status === 'WITHDRAWN' || status === 'ENDED';
  if (!joined && !left) return;
  const organisation = await tx.manager.findOneByOrFail(Organisation, { id: organisationId });
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
