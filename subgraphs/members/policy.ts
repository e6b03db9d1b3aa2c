import type { Actor, Role } from '../../kit/context.ts';
import { hasRole, maySee } from '../../kit/visibility.ts';
import type { Membership } from './entities/membership.ts';
import type { Organisation, ProfileField, Standing } from './entities/organisation.ts';
import type { ContactChannel, Person } from './entities/person.ts';
import type { Seat } from './entities/seat.ts';
import { type MembershipStatus, openStatuses } from './states.ts';

/** What may be done with members, as pure sentences. `may...(actor, thing)`; nothing here reads a database or a clock. */

export const isSystem = (actor: Actor) => actor.kind === 'SYSTEM';
export const ownOrganisation = (actor: Actor, id: string) =>
  actor.organisationId !== undefined && actor.organisationId === id;

/** The gateway asking for itself reads no records; everyone else is a signed-in reader or a partner. */
export const maySeeFloor = (actor: Actor): boolean => actor.kind !== 'GATEWAY';

/** Resolving actors and reading the rights version. */
export const mayAskForGateway = (actor: Actor): boolean => actor.kind === 'GATEWAY';

/** Reads what is visible to the NETWORK: its members, its safety officer, and the UN liaison it granted that. */
export const mayReadNetwork = (actor: Actor, networkId: string): boolean =>
  isSystem(actor) || maySee(actor, { visibility: 'NETWORK', networkIds: [networkId] });

/** Reads applications, and memberships that are not ACTIVE. The coordinator prepares, the committee decides, the safety officer may block. */
export const mayReadApplications = (actor: Actor, networkId: string): boolean =>
  isSystem(actor) || hasRole(actor, ['COORDINATOR', 'STEERING_COMMITTEE', 'SAFETY_OFFICER'], [networkId]);

type Applicant = Pick<Standing, 'appliedBySeatId' | 'appliedByPersonId' | 'invitedSubject'>;

const isInvited = (actor: Actor, by: Applicant) =>
  (actor.kind === 'PERSON' || actor.personId !== undefined) && actor.subject === by.invitedSubject;

/**
 * Whom an invitation names, and the person who applied without a seat. Who entered it from a seat is no applicant: it is the
 * organisation's own application, or that of those who handle it, as long as they do.
 */
const isApplicant = (actor: Actor, by: Applicant) =>
  isInvited(actor, by) ||
  (by.appliedBySeatId === null && actor.personId !== undefined && actor.personId === by.appliedByPersonId);

/** Roles that speak for an organisation; typing rights are not enough. */
const speakers: readonly Role[] = ['MEMBER_REP', 'STEERING_COMMITTEE', 'COORDINATOR'];
/** Roles of an office that is no member. */
const offices: readonly Role[] = ['UN_LIAISON', 'OBSERVER', 'SAFETY_OFFICER'];

/** A member that the applicant named as its sponsor reads the application, by a seat that speaks for it in that network. */
const isAskedSponsor = (actor: Actor, membership: Pick<Standing, 'networkId' | 'sponsorIds'>) =>
  actor.organisationId !== undefined &&
  membership.sponsorIds.includes(actor.organisationId) &&
  hasRole(actor, speakers, [membership.networkId]);

// --- organisations

type OrganisationFacts = Pick<
  Organisation,
  'id' | 'relation' | 'relationNetworkId' | 'safetyLocked' | 'standing' | 'fieldVisibility' | 'bodyIds'
>;

/** Those whom an application concerns: who handle it, who entered it, and who is to sponsor it. */
const isConcerned = (actor: Actor, m: Standing) =>
  mayReadApplications(actor, m.networkId) || isApplicant(actor, m) || isAskedSponsor(actor, m);

/** An applicant is nobody's business but those who handle the application; every other organisation may be named. */
export const mayNameOrganisation = (actor: Actor, organisation: OrganisationFacts): boolean =>
  maySeeFloor(actor) &&
  (organisation.relation !== 'APPLICANT' ||
    isSystem(actor) ||
    ownOrganisation(actor, organisation.id) ||
    organisation.standing.some((m) => isConcerned(actor, m)));

/**
 * The networks that an organisation belongs to, whose safety officers watch over it: those of which it is a member, if
 * suspended; of one that is nobody's member, those it was or wants to be a member of, else the one it has its relation to. A
 * network that has merely been asked has no say in the safety of another one's member.
 */
export function homeNetworksOf({
  standing,
  relationNetworkId,
}: Pick<Organisation, 'standing' | 'relationNetworkId'>): string[] {
  const member = standing.filter(({ status }) => status === 'ACTIVE' || status === 'SUSPENDED');
  const own = (member.length > 0 ? member : standing).map(({ networkId }) => networkId);
  return own.length > 0 || relationNetworkId === null ? [...new Set(own)] : [relationNetworkId];
}

/** Safety officer of a network that the organisation belongs to. */
export const isSafetyOfficerOf = (
  actor: Actor,
  organisation: Pick<Organisation, 'standing' | 'relationNetworkId'>,
): boolean => hasRole(actor, ['SAFETY_OFFICER'], homeNetworksOf(organisation));

/** Past the safety lock: the organisation itself, and the safety officers of its networks. To others it is "Member organisation". */
export const maySeeThroughLock = (actor: Actor, organisation: OrganisationFacts): boolean =>
  !organisation.safetyLocked ||
  isSystem(actor) ||
  ownOrganisation(actor, organisation.id) ||
  isSafetyOfficerOf(actor, organisation);

const isMember = (organisation: OrganisationFacts) => organisation.standing.some((m) => m.status === 'ACTIVE');
const enteredAsMember = (organisation: OrganisationFacts) =>
  ['MEMBER', 'MEMBER_AND_COORDINATOR_SEAT', 'APPLICANT'].includes(organisation.relation);

/** Stakeholder type, country, relation, source: of ACTIVE members and public reference records to all; of others to those who read their networks. */
export const maySeeBasics = (actor: Actor, organisation: OrganisationFacts): boolean =>
  mayNameOrganisation(actor, organisation) &&
  maySeeThroughLock(actor, organisation) &&
  (isMember(organisation) ||
    !enteredAsMember(organisation) ||
    ownOrganisation(actor, organisation.id) ||
    organisation.standing.some(
      (m) => isConcerned(actor, m) || (organisation.relation !== 'APPLICANT' && mayReadNetwork(actor, m.networkId)),
    ));

/**
 * A field of a member's profile, by the visibility that it gave it: in the networks of which it is an ACTIVE member, and in
 * those in which the reader handles its membership. What is PUBLIC is that only while it is a member somewhere.
 */
export function mayReadField(actor: Actor, organisation: OrganisationFacts, field: ProfileField): boolean {
  if (!maySeeFloor(actor) || !maySeeThroughLock(actor, organisation)) return false;
  if (isSystem(actor) || ownOrganisation(actor, organisation.id)) return true;
  const networkIds = organisation.standing
    .filter((m) => m.status === 'ACTIVE' || mayReadApplications(actor, m.networkId))
    .map((m) => m.networkId);
  if (networkIds.length === 0 && enteredAsMember(organisation)) return false;
  const visibility = organisation.fieldVisibility[field] ?? 'NETWORK';
  return maySee(actor, { visibility, networkIds, bodyIds: organisation.bodyIds });
}

/** Also of an applicant, to those whom the application concerns: they are to judge by it, whatever is to be shown later. */
export const maySeeField = (actor: Actor, organisation: OrganisationFacts, field: ProfileField): boolean =>
  mayNameOrganisation(actor, organisation) &&
  (mayReadField(actor, organisation, field) ||
    (maySeeThroughLock(actor, organisation) &&
      organisation.standing.some(
        (m) => isApplicant(actor, m) || (openStatuses.includes(m.status) && isConcerned(actor, m)),
      )));

/** Its own seats, and nobody else: what it shows to whom is a matter of its safety. */
export const maySeeFieldVisibility = (actor: Actor, organisation: Pick<Organisation, 'id'>): boolean =>
  isSystem(actor) || ownOrganisation(actor, organisation.id);

/** The organisation's own affairs (profile, seats, whom it sponsors): by a seat that speaks for it, whether member or office. */
export const maySpeakFor = (actor: Actor, organisationId: string): boolean =>
  isSystem(actor) || (ownOrganisation(actor, organisationId) && hasRole(actor, [...speakers, ...offices]));

/** Name, type and country stand on the floor of the network: those who lead it may put them right, too. */
export const mayCorrectFacts = (actor: Actor, organisation: Pick<Organisation, 'id' | 'standing'>): boolean =>
  maySpeakFor(actor, organisation.id) ||
  hasRole(
    actor,
    ['COORDINATOR', 'STEERING_COMMITTEE'],
    organisation.standing.filter((m) => m.status === 'ACTIVE').map((m) => m.networkId),
  );

// --- memberships

type MembershipFacts = Pick<
  Membership,
  'networkId' | 'organisationId' | 'status' | 'appliedBySeatId' | 'appliedByPersonId' | 'invitedSubject' | 'sponsorIds'
>;

export const maySeeMembership = (actor: Actor, membership: MembershipFacts): boolean =>
  maySeeFloor(actor) &&
  (membership.status === 'ACTIVE' ||
    mayReadApplications(actor, membership.networkId) ||
    ownOrganisation(actor, membership.organisationId) ||
    isApplicant(actor, membership) ||
    isAskedSponsor(actor, membership));

/** What was written for those who decide: motivation, sponsors and questions. The member that it became reads its own. */
export const maySeeApplication = (actor: Actor, membership: MembershipFacts): boolean =>
  mayReadApplications(actor, membership.networkId) ||
  isApplicant(actor, membership) ||
  isAskedSponsor(actor, membership) ||
  ownOrganisation(actor, membership.organisationId);

/** Who leads the network and has entered an application for somebody who cannot. */
const answersFor = (actor: Actor, m: MembershipFacts): boolean =>
  actor.seatId !== undefined &&
  actor.seatId === m.appliedBySeatId &&
  hasRole(actor, ['COORDINATOR', 'STEERING_COMMITTEE'], [m.networkId]);

/**
 * The applicant's own steps. A coordinator who entered an application for somebody answers for him; in place of whom an
 * invitation names nobody does.
 */
export const mayAct = (actor: Actor, membership: MembershipFacts): boolean =>
  maySpeakFor(actor, membership.organisationId) ||
  isInvited(actor, membership) ||
  (membership.invitedSubject === null && (isApplicant(actor, membership) || answersFor(actor, membership)));

/** Members are followed live by those who read the network. */
export const mayFollowMemberships = (actor: Actor, networkId: string): boolean => mayReadNetwork(actor, networkId);

/** A step is told to those who handle memberships and to the member; to the rest, only if it began or ended what they can see. */
export const mayHearOf = (
  actor: Actor,
  step: { networkId: string; organisationId: string; from: MembershipStatus | null; to: MembershipStatus },
): boolean =>
  mayReadApplications(actor, step.networkId) ||
  ownOrganisation(actor, step.organisationId) ||
  (mayReadNetwork(actor, step.networkId) && (step.to === 'ACTIVE' || step.from === 'ACTIVE'));

/** The membership in such a message, as it stands now: without regard to who applied, since the stream is shared. */
export const mayShowLive = (actor: Actor, membership: MembershipFacts): boolean =>
  membership.status === 'ACTIVE' ||
  mayReadApplications(actor, membership.networkId) ||
  ownOrganisation(actor, membership.organisationId);

/** Only ACTIVE memberships are on the floor; lists of any other status are for those who handle them. */
export const mayListMemberships = (actor: Actor, networkId: string, status: MembershipStatus): boolean =>
  maySeeFloor(actor) && (status === 'ACTIVE' || mayReadApplications(actor, networkId));

/** Who leads a network now. */
export interface Governance {
  hasCommittee: boolean;
  hasCoordinator: boolean;
}

/** The founder of a network, the operator, admits its first member and its first coordinator; afterwards he has no say. */
export const mayFound = (actor: Actor, { hasCommittee, hasCoordinator }: Governance): boolean =>
  !hasCommittee && !hasCoordinator && hasRole(actor, ['PLATFORM_OPERATOR']);

/**
 * A person without a seat applies for an organisation of his own; a seat that speaks for an organisation, for it, in another
 * network; a coordinator enters an application he has received.
 */
export const mayApply = (actor: Actor, networkId: string, organisationId: string | null): boolean =>
  organisationId !== null
    ? actor.kind === 'SEAT' && maySpeakFor(actor, organisationId)
    : actor.kind === 'PERSON' || hasRole(actor, ['COORDINATOR'], [networkId]);

export const mayInvite = (actor: Actor, networkId: string, governance: Governance): boolean =>
  hasRole(actor, ['COORDINATOR', 'STEERING_COMMITTEE'], [networkId]) || mayFound(actor, governance);

/**
 * The coordinator prepares, up to UNDER_REVIEW and MORE_INFO; the Steering Committee decides. Where a network has no
 * Steering Committee seat, as in the Americas, its coordinator decides. The safety officer may block: decline or suspend.
 */
export function mayMoveMembership(
  actor: Actor,
  networkId: string,
  to: MembershipStatus,
  governance: Governance,
): boolean {
  const holds = (...roles: Role[]) => hasRole(actor, roles, [networkId]);
  if (isSystem(actor) || holds('STEERING_COMMITTEE') || mayFound(actor, governance)) return true;
  if (holds('COORDINATOR') && (!governance.hasCommittee || ['APPLIED', 'UNDER_REVIEW', 'MORE_INFO'].includes(to))) {
    return true;
  }
  return holds('SAFETY_OFFICER') && ['DECLINED', 'SUSPENDED'].includes(to);
}

/** Says that the network has made sure of who applies; who decides does not check alone. */
export const mayCheckApplicant = (actor: Actor, networkId: string): boolean =>
  hasRole(actor, ['COORDINATOR', 'STEERING_COMMITTEE', 'SAFETY_OFFICER'], [networkId]);

/** Vouches for an applicant: a seat that speaks, in that network, for a member that was asked. */
export const maySponsor = (actor: Actor, membership: Pick<Standing, 'networkId' | 'sponsorIds'>): boolean =>
  isAskedSponsor(actor, membership);

/** An invitation that nobody has accepted is taken back by those who may invite. */
const mayTakeBack = (actor: Actor, { status, networkId, appliedByPersonId }: MembershipFacts): boolean =>
  status === 'INVITED' &&
  (hasRole(actor, ['COORDINATOR', 'STEERING_COMMITTEE'], [networkId]) ||
    (hasRole(actor, ['PLATFORM_OPERATOR']) && actor.personId !== undefined && actor.personId === appliedByPersonId));

/**
 * Leaving is the organisation's own act: a seat of it that speaks for it in that network. Typing rights are not enough. An
 * application is withdrawn by who entered it.
 */
export const mayWithdraw = (actor: Actor, membership: MembershipFacts): boolean =>
  openStatuses.includes(membership.status)
    ? mayAct(actor, membership) || mayTakeBack(actor, membership)
    : ownOrganisation(actor, membership.organisationId) && hasRole(actor, speakers, [membership.networkId]);

// --- persons

export const isSelf = (actor: Actor, personId: string) =>
  (actor.kind === 'SEAT' || actor.kind === 'PERSON') && actor.personId !== undefined && actor.personId === personId;

/** The person himself, and the safety officer of a network that one of his seats belongs to. */
export const maySeePerson = (actor: Actor, person: Pick<Person, 'id' | 'homeNetworkIds'>): boolean =>
  isSelf(actor, person.id) || hasRole(actor, ['SAFETY_OFFICER'], person.homeNetworkIds);

/** That this person is in this seat: himself, and the safety officer of a network that this seat belongs to. */
export const maySeeHolder = (actor: Actor, seat: Pick<Seat, 'personId' | 'homeNetworkIds'>): boolean =>
  seat.personId !== null && (isSelf(actor, seat.personId) || hasRole(actor, ['SAFETY_OFFICER'], seat.homeNetworkIds));

export const maySeeContact = (
  actor: Actor,
  person: Pick<Person, 'id' | 'homeNetworkIds'>,
  channel: Pick<ContactChannel, 'visibility'>,
): boolean =>
  isSelf(actor, person.id) || maySee(actor, { visibility: channel.visibility, networkIds: person.homeNetworkIds });
