import type { Actor, Role } from '../../../kit/context.ts';
import { hasRole, maySee, readableNetworks } from '../../../kit/visibility.ts';
import type { Organisation } from '../entities/organisation.ts';
import type { RoleAssignment, Seat } from '../entities/seat.ts';
import {
  type Governance,
  isSafetyOfficerOf,
  isSelf,
  isSystem,
  mayFound,
  mayReadNetwork,
  maySeeFloor,
  maySpeakFor,
  ownOrganisation,
} from '../policy.ts';

/** What may be done with seats and their roles, and in an emergency; like policy.ts, pure sentences. */

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
export const mayChangeRole = (actor: Actor, role: Role, networkId: string, governance?: Governance): boolean =>
  mayChangeAnyRole(actor, networkId) ||
  (groupRoles.includes(role) && hasRole(actor, ['COORDINATOR'], [networkId])) ||
  (role === 'COORDINATOR' && governance !== undefined && mayFound(actor, governance));

/** Nobody gives himself a role, in whichever of his seats: a role opens a group's threads, or the records of persons. */
export const mayAssignTo = (actor: Actor, seat: Pick<Seat, 'id' | 'personId'>): boolean =>
  isSystem(actor) || !(actor.seatId === seat.id || (seat.personId !== null && isSelf(actor, seat.personId)));

/** New seats of an organisation: its own, or the coordinator of a network that it is an ACTIVE member of. */
export const mayCreateSeat = (actor: Actor, organisation: Pick<Organisation, 'id' | 'standing'>): boolean =>
  maySpeakFor(actor, organisation.id) ||
  hasRole(
    actor,
    ['COORDINATOR'],
    organisation.standing.filter((m) => m.status === 'ACTIVE').map((m) => m.networkId),
  );

/** How a seat is called and shown: who sits in it, and who speaks for its organisation. */
export const mayChangeSeat = (actor: Actor, seat: Pick<Seat, 'id' | 'organisationId'>): boolean =>
  actor.seatId === seat.id || maySpeakFor(actor, seat.organisationId);

/** Who sits in a seat, and how long there is one, is the organisation's own affair. */
export const mayEndSeat = (actor: Actor, seat: Pick<Seat, 'organisationId'>): boolean =>
  maySpeakFor(actor, seat.organisationId);

/** Leaves a seat vacant: who sits in it, or the organisation. */
export const mayVacateSeat = (actor: Actor, seat: Pick<Seat, 'id' | 'organisationId'>): boolean =>
  mayChangeSeat(actor, seat);

/** Locale and time zone tell where somebody lives: the seats of the same organisation. */
export const maySeeSettings = (actor: Actor, seat: Pick<Seat, 'organisationId'>): boolean =>
  isSystem(actor) || ownOrganisation(actor, seat.organisationId);

/** What a seat knows about, by the visibility given to it, in the networks that it belongs to. */
export const maySeeExpertise = (
  actor: Actor,
  seat: Pick<Seat, 'id' | 'organisationId' | 'homeNetworkIds' | 'expertiseVisibility'>,
  bodyIds: readonly string[],
): boolean =>
  maySeeFloor(actor) &&
  (ownOrganisation(actor, seat.organisationId) ||
    maySee(actor, {
      visibility: seat.expertiseVisibility,
      networkIds: seat.homeNetworkIds,
      bodyIds,
      seatId: seat.id,
    }));

/** In an emergency a seat hides its own organisation, at once and without asking; so does the safety officer of its networks. */
export const mayLock = (
  actor: Actor,
  seat: Pick<Seat, 'id'>,
  organisation: Pick<Organisation, 'standing' | 'relation' | 'relationNetworkId'>,
): boolean => actor.seatId === seat.id || isSafetyOfficerOf(actor, organisation);

/**
 * The safety officer lifts a lock. Where no network of the organisation has one, a seat that speaks for the organisation
 * lifts what one of its seats has set.
 */
export const mayLift = (
  actor: Actor,
  organisation: Pick<Organisation, 'id' | 'standing' | 'relationNetworkId'>,
  lock: { setByOwnSeat: boolean; hasSafetyOfficer: boolean },
): boolean =>
  isSafetyOfficerOf(actor, organisation) ||
  (!lock.hasSafetyOfficer && lock.setByOwnSeat && maySpeakFor(actor, organisation.id));

/** Asks that a seat be stopped, or given back: who leads its network in that, and the safety officer who cannot do it himself now. */
export const mayAskToFreeze = (actor: Actor, seat: Pick<Seat, 'homeNetworkIds'>): boolean =>
  actor.kind === 'SEAT' && hasRole(actor, ['COORDINATOR', 'SAFETY_OFFICER'], seat.homeNetworkIds);

/** Who has asked for it, not long ago. */
export interface Asked {
  askedByPersonId: string | null;
}

/** A safety officer stops a seat of his network at once; the platform operator, when another person has asked. */
export const mayFreeze = (actor: Actor, seat: Pick<Seat, 'homeNetworkIds'>, asked: Asked | null = null): boolean =>
  hasRole(actor, ['SAFETY_OFFICER'], seat.homeNetworkIds) ||
  (asked !== null &&
    actor.kind === 'PERSON' &&
    hasRole(actor, ['PLATFORM_OPERATOR']) &&
    asked.askedByPersonId !== null &&
    !isSelf(actor, asked.askedByPersonId));

/** Why something was locked or frozen, and by whom: safety officers of the seat's networks. */
export const maySeeFreeze = (actor: Actor, seat: Pick<Seat, 'homeNetworkIds'>): boolean => mayFreeze(actor, seat);

/** Who holds which role, and who sits in which body. */
export const maySeeRole = (actor: Actor, assignment: Pick<RoleAssignment, 'seatId' | 'networkId'>): boolean =>
  mayReadNetwork(actor, assignment.networkId) || (actor.seatId !== undefined && actor.seatId === assignment.seatId);

/** The alias names a seat unless the organisation chose to show itself alone; within a network it is no secret. */
export const maySeeAlias = (actor: Actor, seat: Pick<Seat, 'organisationId' | 'displayMode' | 'networkIds'>): boolean =>
  maySeeFloor(actor) &&
  (seat.displayMode !== 'ORGANISATION_ONLY' ||
    ownOrganisation(actor, seat.organisationId) ||
    seat.networkIds.some((id) => readableNetworks(actor).includes(id)));
