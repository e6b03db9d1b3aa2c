import type { Actor, Role } from '../../kit/context.ts';
import { hasRole } from '../../kit/visibility.ts';
import type { Meeting, MeetingKind } from './entities/meeting.ts';
import { type Circle, conveners, leads, mayRead, sitsIn } from './policy.ts';

/** Leads a meeting from its draft to its minutes: a coordinator or steering member of one of its networks; of a group's meeting also the group's lead. */
export function mayLeadMeeting(actor: Actor, meeting: Circle & { kind: MeetingKind }): boolean {
  if (actor.kind === 'SYSTEM') return true;
  if (actor.kind !== 'SEAT' || !actor.seatId) return false;
  if (meeting.visibility === 'GROUP' && !sitsIn(actor, meeting)) return false;
  const ownGroup = meeting.kind === 'EXPERT_GROUP' && meeting.networkIds.length === 1 && leads(actor, meeting);
  return ownGroup || hasRole(actor, conveners, meeting.networkIds);
}

/**
 * Puts minutes into force once it is decided so: coordinators and steering members, not the lead of a group. What is for a group
 * alone they do not read, so there its lead does.
 */
export function mayAdoptMinutes(actor: Actor, meeting: Circle & { kind: MeetingKind }): boolean {
  if (!mayLeadMeeting(actor, meeting)) return false;
  return actor.kind === 'SYSTEM' || meeting.visibility === 'GROUP' || hasRole(actor, conveners, meeting.networkIds);
}

/** For which of a meeting's networks the actor may say yes to it. */
export function agreeableNetworks(actor: Actor, meeting: Circle & { kind: MeetingKind }): string[] {
  if (actor.kind === 'SYSTEM') return [...meeting.networkIds];
  if (!mayLeadMeeting(actor, meeting)) return [];
  if (meeting.kind === 'EXPERT_GROUP' && meeting.networkIds.length === 1) return [...meeting.networkIds];
  return meeting.networkIds.filter((id) => hasRole(actor, conveners, [id]));
}

/** A draft, and one that was given up as a draft, is its conveners' own. */
export function mayReadMeeting(actor: Actor, meeting: Meeting): boolean {
  return mayRead(actor, meeting) && (meeting.announced || mayReadDrafts(actor, meeting));
}

const mayReadDrafts = (actor: Actor, meeting: Circle): boolean =>
  actor.kind === 'SYSTEM' || hasRole(actor, conveners, meeting.networkIds) || leads(actor, meeting);

/** Who comes, who presents, how to join, what was said: for those whom the meeting is for, also where the meeting is public. */
export function mayReadInside(actor: Actor, meeting: Circle): boolean {
  return mayRead(actor, { ...meeting, visibility: meeting.visibility === 'GROUP' ? 'GROUP' : 'NETWORK' });
}

/** Adopted minutes are as open as their meeting, unless they say who said what; drafts are for those inside. */
export function mayReadMinutes(
  actor: Actor,
  meeting: Circle,
  minutes: { adoptedAt: Date | null; attributed: boolean },
): boolean {
  return minutes.adoptedAt !== null && !minutes.attributed ? mayRead(actor, meeting) : mayReadInside(actor, meeting);
}

/** Networks in which a seat has one of these roles. */
export const networksOf = (actor: Actor, roles: readonly Role[]): string[] => [
  ...new Set(actor.roles.flatMap((g) => (roles.includes(g.role) && g.networkId !== null ? [g.networkId] : []))),
];

/** Whose drafts of meetings an actor sees, as conditions for a statement; the same as `mayReadMeeting`. */
export function draftReach(actor: Actor): { networkIds: string[]; groups: { bodyId: string; networkId: string }[] } {
  return {
    networkIds: networksOf(actor, conveners),
    groups: actor.roles.flatMap(({ role, bodyId, networkId }) =>
      role === 'EXPERT_GROUP_LEAD' && bodyId !== null && networkId !== null ? [{ bodyId, networkId }] : [],
    ),
  };
}
