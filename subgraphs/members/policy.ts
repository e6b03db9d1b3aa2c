import type { Actor, Role } from '../../kit/context.ts';
import { hasRole, maySee, readableNetworks } from '../../kit/visibility.ts';
import type { Membership } from './entities/membership.ts';
import type { Organisation } from './entities/organisation.ts';
import type { ContactChannel, Person } from './entities/person.ts';
import type { RoleAssignment, Seat } from './entities/seat.ts';
import type { MembershipStatus } from './states.ts';

/** What may be done with members, as pure sentences. `may...(actor, thing)`; nothing here reads a database or a clock. */

const isSystem = (actor: Actor) => actor.kind === 'SYSTEM';
const ownOrganisation = (actor: Actor, id: string) => actor.organisationId !== undefined && actor.organisationId === id;

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

const isApplicant = (actor: Actor, by: { appliedBySeatId: string | null; appliedByPersonId: string | null }) =>
  (actor.seatId !== undefined && actor.seatId === by.appliedBySeatId) ||
  (actor.personId !== undefined && actor.personId === by.appliedByPersonId);

// --- organisations

type OrganisationFacts = Pick<Organisation, 'id' | 'relation' | 'safetyLocked' | 'standing'>;

/** An applicant is nobody's business but those who handle the application; every other organisation may be named. */
export const mayNameOrganisation = (actor: Actor, organisation: OrganisationFacts): boolean =>
  maySeeFloor(actor) &&
  (organisation.relation !== 'APPLICANT' ||
    isSystem(actor) ||
    ownOrganisation(actor, organisation.id) ||
    organisation.standing.some((m) => mayReadApplications(actor, m.networkId) || isApplicant(actor, m)));

/** Past the safety lock: the organisation itself, and the safety officers of its networks. To others it is "Member organisation". */
export const maySeeThroughLock = (actor: Actor, organisation: OrganisationFacts): boolean =>
  !organisation.safetyLocked ||
  isSystem(actor) ||
  ownOrganisation(actor, organisation.id) ||
  hasRole(
    actor,
    ['SAFETY_OFFICER'],
    organisation.standing.map((m) => m.networkId),
  );

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
      (m) =>
        mayReadApplications(actor, m.networkId) ||
        isApplicant(actor, m) ||
        (organisation.relation !== 'APPLICANT' && mayReadNetwork(actor, m.networkId)),
    ));

/** Website, about, languages, tags: who reads a network of which the organisation is an ACTIVE member, those who review it, and itself. */
export const maySeeProfile = (actor: Actor, organisation: OrganisationFacts): boolean =>
  mayNameOrganisation(actor, organisation) &&
  maySeeThroughLock(actor, organisation) &&
  (ownOrganisation(actor, organisation.id) ||
    organisation.standing.some(
      (m) =>
        (m.status === 'ACTIVE' && mayReadNetwork(actor, m.networkId)) ||
        mayReadApplications(actor, m.networkId) ||
        isApplicant(actor, m),
    ));

// --- memberships

type MembershipFacts = Pick<
  Membership,
  'networkId' | 'organisationId' | 'status' | 'appliedBySeatId' | 'appliedByPersonId'
>;

export const maySeeMembership = (actor: Actor, membership: MembershipFacts): boolean =>
  maySeeFloor(actor) &&
  (membership.status === 'ACTIVE' ||
    mayReadApplications(actor, membership.networkId) ||
    ownOrganisation(actor, membership.organisationId) ||
    isApplicant(actor, membership));

/** Only ACTIVE memberships are on the floor; lists of any other status are for those who handle them. */
export const mayListMemberships = (actor: Actor, networkId: string, status: MembershipStatus): boolean =>
  maySeeFloor(actor) && (status === 'ACTIVE' || mayReadApplications(actor, networkId));

/** A person without a seat applies for an organisation of his own; a coordinator enters an application he has received. */
export const mayApply = (actor: Actor, networkId: string): boolean =>
  actor.kind === 'PERSON' || hasRole(actor, ['COORDINATOR'], [networkId]);

/**
 * The coordinator prepares, up to UNDER_REVIEW and MORE_INFO; the Steering Committee decides. Where a network has no
 * Steering Committee seat, as in the Americas, its coordinator decides. The safety officer may block: decline or suspend.
 */
export function mayMoveMembership(
  actor: Actor,
  networkId: string,
  to: MembershipStatus,
  hasCommittee: boolean,
): boolean {
  const holds = (...roles: Role[]) => hasRole(actor, roles, [networkId]);
  if (isSystem(actor) || holds('STEERING_COMMITTEE')) return true;
  if (holds('COORDINATOR') && (!hasCommittee || ['APPLIED', 'UNDER_REVIEW', 'MORE_INFO'].includes(to))) return true;
  return holds('SAFETY_OFFICER') && ['DECLINED', 'SUSPENDED'].includes(to);
}

/** Leaving is the organisation's own act: a seat of it that speaks for it in that network. Typing rights are not enough. */
export const mayWithdraw = (actor: Actor, membership: Pick<Membership, 'organisationId' | 'networkId'>): boolean =>
  ownOrganisation(actor, membership.organisationId) &&
  hasRole(actor, ['MEMBER_REP', 'STEERING_COMMITTEE', 'COORDINATOR'], [membership.networkId]);

// --- seats and roles

/** Roles that a seat can hold; partners and operators are no seats. */
export const seatRoles: readonly Role[] = [
  'MEMBER_REP',
  'MEMBER_EDITOR',
  'EXPERT_GROUP_LEAD',
  'STEERING_COMMITTEE',
  'COORDINATOR',
  'UN_LIAISON',
  'OBSERVER',
  'SAFETY_OFFICER',
];
/** Roles that speak for a member, and so need an ACTIVE membership of the seat's organisation (as the view held_role has it). */
export const memberRoles: readonly Role[] = [
  'MEMBER_REP',
  'MEMBER_EDITOR',
  'EXPERT_GROUP_LEAD',
  'STEERING_COMMITTEE',
  'COORDINATOR',
];
const groupRoles: readonly Role[] = ['MEMBER_REP', 'MEMBER_EDITOR', 'EXPERT_GROUP_LEAD'];

/** Any role in the network, and the seats in the committee's own body. */
export const mayChangeAnyRole = (actor: Actor, networkId: string): boolean =>
  isSystem(actor) || hasRole(actor, ['STEERING_COMMITTEE'], [networkId]);

/**
 * The Steering Committee assigns and revokes any role in its network; the coordinator only within groups: members,
 * editors, and leads and members of expert groups, never the committee's own seats.
 */
export const mayChangeRole = (actor: Actor, role: Role, networkId: string): boolean =>
  mayChangeAnyRole(actor, networkId) || (groupRoles.includes(role) && hasRole(actor, ['COORDINATOR'], [networkId]));

/** Nobody gives himself a role, in whichever of his seats: a role opens a group's threads, or the records of persons. */
export const mayAssignTo = (actor: Actor, seat: Pick<Seat, 'id' | 'personId'>): boolean =>
  isSystem(actor) || !(actor.seatId === seat.id || (seat.personId !== null && isSelf(actor, seat.personId)));

/** Who holds which role, and who sits in which body. */
export const maySeeRole = (actor: Actor, assignment: Pick<RoleAssignment, 'seatId' | 'networkId'>): boolean =>
  mayReadNetwork(actor, assignment.networkId) || (actor.seatId !== undefined && actor.seatId === assignment.seatId);

/** The alias names a seat unless the organisation chose to show itself alone; within a network it is no secret. */
export const maySeeAlias = (actor: Actor, seat: Pick<Seat, 'organisationId' | 'displayMode' | 'networkIds'>): boolean =>
  maySeeFloor(actor) &&
  (seat.displayMode !== 'ORGANISATION_ONLY' ||
    ownOrganisation(actor, seat.organisationId) ||
    seat.networkIds.some((id) => readableNetworks(actor).includes(id)));

// --- persons

const isSelf = (actor: Actor, personId: string) =>
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
