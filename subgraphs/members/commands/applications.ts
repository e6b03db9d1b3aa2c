import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { Membership } from '../entities/membership.ts';
import { Organisation, type StakeholderType } from '../entities/organisation.ts';
import type { AcceptInvitationInput, AnswerReviewInput, AppealInput, ApplyInput, InviteInput } from '../inputs.ts';
import { mayAct, mayApply, mayInvite } from '../policy.ts';
import { appealWithin, invitedFor, openStatuses } from '../states.ts';
import { checkId, checkOptionalText, checkTags, checkText } from './input.ts';
import { lockMembership, move, refuseExpired } from './membership-steps.ts';
import { insertMembership, refuseSecond } from './memberships.ts';
import { checkSubject, enterPerson } from './persons.ts';
import { insertOrganisation } from './records.ts';
import { readGovernance } from './rights.ts';
import { insertSponsors } from './sponsors.ts';

/**
 * Enters an application: for an organisation that is recorded with it, or for one's own that is here already.
 * @returns the membership's id, APPLIED @throws Problem ForbiddenError, or ValidationError with the path of the field at fault
 */
export async function applyForMembership(tx: Transaction, actor: Actor, input: ApplyInput): Promise<string> {
  if (!mayApply(actor, input.networkId, input.organisationId ?? null)) {
    throw forbidden(
      'An application is entered by a person without a seat, by a seat that speaks for the organisation, or by a coordinator of the network.',
    );
  }
  return once(tx, actor, 'applyForMembership', input, `mem:${ulid()}`, async (id) => {
    const networkId = checkId(input.networkId, 'net', 'networkId');
    const sponsorIds = [...(input.sponsorOrganisationIds ?? [])];
    if (input.sponsorOrganisationId != null) sponsorIds.unshift(input.sponsorOrganisationId);
    const motivation = checkText(input.motivation, 4_000, 'motivation');
    const personId = actor.kind === 'PERSON' ? await enterPerson(tx, actor, input.yourName) : actor.personId;
    await refuseStrange(tx, networkId);
    await tx.requireHome([networkId]);
    if (actor.kind === 'PERSON') await refuseMany(tx, personId!);
    const organisationId =
      input.organisationId == null
        ? await enterApplicant(tx, actor, networkId, input)
        : await lockOrganisation(tx, input.organisationId);
    await insertMembership(
      tx,
      actor,
      {
        id,
        organisationId,
        networkId,
        status: 'APPLIED',
        motivation,
        appliedBySeatId: actor.seatId ?? null,
        appliedByPersonId: personId ?? null,
        sponsorOrganisationId: sponsorIds[0] ?? null,
      },
      { byApplicant: true },
    );
    await insertSponsors(
      tx,
      { id, organisationId, networkId },
      sponsorIds,
      input.sponsorOrganisationIds ? 'sponsorOrganisationIds' : 'sponsorOrganisationId',
    );
  });
}

/** This subgraph knows a network by those who are in it: in any other nobody would ever look at the application. @throws Problem */
async function refuseStrange(tx: Transaction, networkId: string): Promise<void> {
  const [{ known }] = await tx.manager.query(
    `SELECT EXISTS (SELECT 1 FROM membership WHERE network_id = $1 AND status <> 'APPLIED')
       OR EXISTS (SELECT 1 FROM role_assignment WHERE network_id = $1) AS known`,
    [networkId],
  );
  if (!known) throw invalid('networkId: no such network, or nobody is in it yet.', 'input', 'networkId');
}

const mostOpen = 5; // applications of one person without a seat

/** Locks the person, so that those entered at once are counted one after the other. @throws Problem */
async function refuseMany(tx: Transaction, personId: string): Promise<void> {
  await tx.manager.query('SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE', [personId]);
  const open = await tx.manager.query(
    `SELECT 1 FROM membership WHERE applied_by_person_id = $1 AND applied_by_seat_id IS NULL AND status = ANY ($2) LIMIT ${mostOpen}`,
    [personId, openStatuses.filter((status) => status !== 'INVITED')],
  );
  if (open.length >= mostOpen) {
    throw invalid(`${mostOpen} of your applications are open already: wait for an answer, or withdraw one.`);
  }
}

interface ApplicantFields {
  organisationName?: string | null;
  stakeholderType?: StakeholderType | null;
  country?: string | null;
  languages?: string[] | null;
  thematicTags?: string[] | null;
}

/** @throws Problem ValidationError naming the field that is missing or wrong */
async function enterApplicant(tx: Transaction, actor: Actor, networkId: string, input: ApplicantFields) {
  const { organisationName, stakeholderType, country } = input;
  if (stakeholderType == null) throw invalid('stakeholderType: must be given.', 'input', 'stakeholderType');
  if (country == null) throw invalid('country: must be given.', 'input', 'country');
  return insertOrganisation(tx, actor, {
    name: checkText(organisationName ?? '', 200, 'organisationName'),
    stakeholderType,
    country,
    relation: 'APPLICANT',
    relationNetworkId: networkId,
    languages: checkTags(input.languages ?? [], 'languages'),
    thematicTags: checkTags(input.thematicTags ?? [], 'thematicTags'),
  });
}

/** Locked, so that of two applications of one organisation the second sees the first. */
async function lockOrganisation(tx: Transaction, id: string): Promise<string> {
  const found = await tx.manager.findOne(Organisation, { where: { id }, lock: { mode: 'for_no_key_update' } });
  if (!found) throw invalid('organisationId: no such organisation.', 'input', 'organisationId');
  return id;
}

/**
 * Invites an organisation; whom the subject names may sign in, accept and apply. @returns the membership's id, INVITED
 * @throws Problem
 */
export async function inviteOrganisation(
  tx: Transaction,
  actor: Actor,
  input: InviteInput,
  now: () => Date = () => new Date(),
): Promise<string> {
  const networkId = checkId(input.networkId, 'net', 'networkId');
  if (!mayInvite(actor, networkId, await readGovernance(tx, networkId))) {
    throw forbidden('Organisations are invited by a coordinator or steering member of the network.');
  }
  return once(tx, actor, 'inviteOrganisation', input, `mem:${ulid()}`, async (id) => {
    await tx.requireHome([networkId]);
    const invitedSubject = input.subject == null ? null : checkSubject(input.subject, 'input', 'subject');
    const organisationId = await enterApplicant(tx, actor, networkId, input);
    await insertMembership(
      tx,
      actor,
      {
        ...{ id, organisationId, networkId, status: 'INVITED', invitedSubject },
        invitedUntil: new Date(now().getTime() + invitedFor),
        appliedBySeatId: actor.seatId ?? null,
        appliedByPersonId: actor.personId ?? null,
      },
      { note: checkOptionalText(input.note, 4_000, 'note') },
    );
  });
}

/** Who was invited says yes, and with it applies. @throws Problem */
export async function acceptInvitation(
  tx: Transaction,
  actor: Actor,
  input: AcceptInvitationInput,
  now: () => Date = () => new Date(),
): Promise<string> {
  return once(tx, actor, 'acceptInvitation', input, input.membershipId, async () => {
    const membership = await lockApplicants(tx, actor, input.membershipId);
    refuseExpired(membership, now());
    const personId =
      actor.kind === 'PERSON' ? await enterPerson(tx, actor, input.yourName) : membership.appliedByPersonId;
    const motivation = checkText(input.motivation, 4_000, 'motivation');
    const appliedByPersonId = personId ?? null;
    await tx.manager.update(Membership, { id: membership.id }, { motivation, appliedByPersonId });
    await move(tx, actor, { ...membership, motivation, appliedByPersonId }, 'APPLIED', {
      at: now(),
      byApplicant: true,
    });
    await insertSponsors(tx, membership, input.sponsorOrganisationIds ?? [], 'sponsorOrganisationIds');
  });
}

/** The applicant answers what the reviewers asked; the motivation may be put better with it. @throws Problem */
export async function answerReview(
  tx: Transaction,
  actor: Actor,
  input: AnswerReviewInput,
  now: () => Date = () => new Date(),
): Promise<string> {
  return once(tx, actor, 'answerReview', input, input.membershipId, async () => {
    const membership = await lockApplicants(tx, actor, input.membershipId);
    if (membership.status !== 'MORE_INFO') {
      throw invalid(`membershipId: it is ${membership.status}, nothing was asked.`, 'input', 'membershipId');
    }
    const note = checkText(input.text, 4_000, 'text');
    if (input.motivation != null) {
      const motivation = checkText(input.motivation, 4_000, 'motivation');
      await tx.manager.update(Membership, { id: membership.id }, { motivation });
    }
    await move(tx, actor, membership, 'UNDER_REVIEW', { at: now(), note, byApplicant: true });
  });
}

/** Once, and within 30 days, the applicant asks for another look at an application that was declined. @throws Problem */
export async function appealDecline(
  tx: Transaction,
  actor: Actor,
  input: AppealInput,
  now: () => Date = () => new Date(),
): Promise<string> {
  return once(tx, actor, 'appealDecline', input, input.membershipId, async () => {
    const membership = await lockApplicants(tx, actor, input.membershipId);
    const wrong = (message: string) => invalid(`membershipId: ${message}`, 'input', 'membershipId');
    if (membership.status !== 'DECLINED') throw wrong(`it is ${membership.status}, not DECLINED.`);
    if (membership.appealedAt !== null) throw wrong('it was appealed before.');
    const at = now();
    if (membership.erasedAt !== null || at.getTime() - (membership.closedAt?.getTime() ?? 0) > appealWithin) {
      throw wrong('it was declined more than 30 days ago: apply again.');
    }
    await lockOrganisation(tx, membership.organisationId);
    await refuseSecond(tx, membership);
    const note = checkText(input.text, 4_000, 'text');
    await tx.manager.update(Membership, { id: membership.id }, { appealedAt: at });
    await move(tx, actor, membership, 'UNDER_REVIEW', { at, note, byApplicant: true });
  });
}

async function lockApplicants(tx: Transaction, actor: Actor, id: string): Promise<Membership> {
  const membership = await lockMembership(tx, actor, id, 'input');
  if (!mayAct(actor, membership)) throw forbidden('This is for the applicant to do.');
  return membership;
}
