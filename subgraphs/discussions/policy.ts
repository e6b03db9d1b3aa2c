import { type Asked, mayActAsAsked } from '../../kit/audit/asked.ts';
import { type Actor, type Role, type Visibility, visibilities } from '../../kit/context.ts';
import { hasRole, maySee } from '../../kit/visibility.ts';
import type { MeetingKind } from './entities/meeting.ts';
import type { ThreadStatus } from './entities/thread.ts';

/** Who a thread, meeting or decision is for. */
export interface Circle {
  visibility: Visibility;
  networkIds: readonly string[];
  bodyId: string | null;
}

export const writers: readonly Role[] = [
  'MEMBER_REP',
  'MEMBER_EDITOR',
  'EXPERT_GROUP_LEAD',
  'STEERING_COMMITTEE',
  'COORDINATOR',
  'UN_LIAISON',
  'SAFETY_OFFICER',
];
export const conveners: readonly Role[] = ['STEERING_COMMITTEE', 'COORDINATOR'];
const moderators: readonly Role[] = [...conveners, 'SAFETY_OFFICER'];
export const voters: readonly Role[] = ['MEMBER_REP', 'STEERING_COMMITTEE'];

const inEvery = (actor: Actor, wanted: readonly Role[], networkIds: readonly string[]) =>
  networkIds.length > 0 && networkIds.every((id) => hasRole(actor, wanted, [id]));

export const sitsIn = (actor: Actor, { bodyId, networkIds }: Circle) =>
  actor.roles.some((g) => g.bodyId !== null && g.bodyId === bodyId && networkIds.includes(g.networkId ?? ''));

export const leads = (actor: Actor, circle: Circle) =>
  sitsIn({ ...actor, roles: actor.roles.filter((g) => g.role === 'EXPERT_GROUP_LEAD') }, circle);

/** The kit's ladder; nothing here is meant for the gateway itself. */
export function mayRead(actor: Actor, { visibility, networkIds, bodyId }: Circle): boolean {
  return (
    actor.kind !== 'GATEWAY' && maySee(actor, { visibility, networkIds, bodyIds: bodyId === null ? [] : [bodyId] })
  );
}

/** In every network it names; for its group alone, only from a seat in that group. */
export function mayStartThread(actor: Actor, circle: Circle): boolean {
  if (actor.kind === 'SYSTEM') return true;
  if (actor.kind !== 'SEAT' || !inEvery(actor, writers, circle.networkIds)) return false;
  return circle.visibility !== 'GROUP' || sitsIn(actor, circle);
}

/** A thread of several networks belongs to each of them, so a writer of any one of them may answer in it. */
export function mayPost(actor: Actor, thread: Circle): boolean {
  if (actor.kind === 'SYSTEM') return true;
  return actor.kind === 'SEAT' && mayRead(actor, thread) && hasRole(actor, writers, thread.networkIds);
}

/** Its author, from the seat it was written from. */
export function mayDeletePost(actor: Actor, post: { authorSeatId: string | null }): boolean {
  return actor.kind === 'SEAT' && actor.seatId !== undefined && actor.seatId === post.authorSeatId;
}

export function mayEditPost(actor: Actor, post: { authorSeatId: string | null }, thread: Circle): boolean {
  return mayDeletePost(actor, post) && mayPost(actor, thread);
}

const officersOf = (actor: Actor, networkIds: readonly string[]) =>
  actor.kind === 'SEAT' && hasRole(actor, ['SAFETY_OFFICER'], networkIds);

/** Networks whose safety officer the actor is. */
export const officedNetworks = (actor: Actor): string[] => [
  ...new Set(
    actor.roles.flatMap(({ networkId }) => (networkId !== null && officersOf(actor, [networkId]) ? [networkId] : [])),
  ),
];

/**
 * Takes out what endangers somebody: the safety officer of one of the thread's networks, also in a group whose threads he does not
 * read. He need not read what he takes out. So may an operator, who reads nothing, when somebody of the network has asked.
 */
export function mayRedact(actor: Actor, thread: Circle, asked: Asked | null = null): boolean {
  return officersOf(actor, thread.networkIds) || mayActAsAsked(actor, asked);
}

/** What a post said before it was edited: the safety officer of a network that its author spoke in, where he may read the thread. */
export function mayReadRevisions(actor: Actor, post: { authorNetworkIds: readonly string[] }): boolean {
  return officersOf(actor, post.authorNetworkIds);
}

/** Tells the safety officers of the thread's networks of a post: anybody with a seat who may read it. */
export function mayReport(actor: Actor, thread: Circle): boolean {
  return actor.kind === 'SEAT' && mayRead(actor, thread);
}

/** Reports of one network, with the words that were reported: its safety officer. */
export function mayReadReports(actor: Actor, networkId: string): boolean {
  return officersOf(actor, [networkId]);
}

/** Who started it may resolve and reopen it; locking, and undoing a lock, is for the network's moderators and its group's lead. */
export function maySetThreadStatus(
  actor: Actor,
  thread: Circle & { status: ThreadStatus; startedBySeatId: string | null },
  status: ThreadStatus,
): boolean {
  if (actor.kind !== 'SEAT' || !mayRead(actor, thread)) return false;
  if (hasRole(actor, moderators, thread.networkIds) || leads(actor, thread)) return true;
  const mild = (s: ThreadStatus) => s === 'OPEN' || s === 'RESOLVED';
  return actor.seatId === thread.startedBySeatId && mayPost(actor, thread) && mild(thread.status) && mild(status);
}

/** Coordinators and steering members of every network it names; a group's lead its own group's meetings. */
export function mayScheduleMeeting(actor: Actor, meeting: Circle & { kind: MeetingKind }): boolean {
  if (actor.kind === 'SYSTEM') return true;
  if (actor.kind !== 'SEAT') return false;
  if (meeting.visibility === 'GROUP' && !sitsIn(actor, meeting)) return false;
  const ownGroup = meeting.kind === 'EXPERT_GROUP' && meeting.networkIds.length === 1 && leads(actor, meeting);
  return ownGroup || inEvery(actor, conveners, meeting.networkIds);
}

/** For the own organisation, whoever takes part in one of the meeting's networks. */
export function mayAnswerInvitation(actor: Actor, meeting: Circle): boolean {
  if (actor.kind === 'SYSTEM') return true;
  return actor.organisationId !== undefined && mayPost(actor, meeting);
}

/** Who was there is part of a network's directory, also where the meeting itself is public; one's own organisation is no secret to oneself. */
export function mayReadAttendance(actor: Actor, meeting: Circle, organisationId: string): boolean {
  if (actor.kind === 'SEAT' && actor.organisationId === organisationId) return true;
  return mayRead(actor, { visibility: 'NETWORK', networkIds: meeting.networkIds, bodyId: null });
}

/**
 * Opens a decision and leads it through its steps: coordinators and steering members of every network it names; a group's
 * lead what his own group decides.
 */
export function mayGuideDecision(actor: Actor, decision: Circle): boolean {
  if (actor.kind !== 'SEAT' || !actor.seatId) return false;
  if (decision.visibility === 'GROUP' && !sitsIn(actor, decision)) return false;
  const ownGroup = decision.networkIds.length === 1 && leads(actor, decision);
  return ownGroup || inEvery(actor, conveners, decision.networkIds);
}

/** Has the positions counted, which decides nothing: so one of its networks is enough. */
export function mayConcludeDecision(actor: Actor, decision: Circle): boolean {
  if (mayGuideDecision(actor, decision)) return true;
  if (actor.kind !== 'SEAT' || !actor.seatId || !mayRead(actor, decision)) return false;
  return hasRole(actor, conveners, decision.networkIds);
}

/**
 * The networks of a decision in which the actor's organisation has a voice through this seat: where it is a representative
 * or in the steering committee; in what a body decides, only from a seat in that body. None: no position can be taken.
 */
export function voiceIn(actor: Actor, decision: Circle): string[] {
  if (actor.kind !== 'SEAT' || !actor.seatId || !actor.organisationId || !mayRead(actor, decision)) return [];
  if (decision.bodyId !== null && !sitsIn(actor, decision)) return [];
  return decision.networkIds.filter((id) => hasRole(actor, voters, [id]));
}

/** Who took which position, and how it is counted, is for those whom the decision is for, also where its text and outcome are public. */
export function mayReadPositions(actor: Actor, decision: Circle): boolean {
  return mayRead(actor, { ...decision, visibility: decision.visibility === 'GROUP' ? 'GROUP' : 'NETWORK' });
}

/** All that an actor may read, as conditions for a statement. */
export interface Reach {
  /** Readable whatever the network. */
  levels: Visibility[];
  /** Readable in these networks. */
  networks: { visibility: Visibility; networkIds: string[] }[];
  /** Bodies whose GROUP records are readable, each in its network. */
  groups: { bodyId: string; networkIds: string[] }[];
}

/** Asks `mayRead` about each level, network and body the actor has to do with, so that statements and rows follow one rule. */
export function reachOf(actor: Actor): Reach {
  const known = [...actor.roles.map((g) => g.networkId), ...(actor.partner?.networkIds ?? [])];
  const networkIds = [...new Set(known)].filter((id) => id !== null);
  const bodyIds = [...new Set(actor.roles.map((g) => g.bodyId))].filter((id) => id !== null);
  const levels = visibilities.filter((visibility) => mayRead(actor, { visibility, networkIds: [], bodyId: null }));
  const closed = visibilities.filter((visibility) => !levels.includes(visibility));
  return {
    levels,
    networks: closed
      .map((visibility) => ({
        visibility,
        networkIds: networkIds.filter((id) => mayRead(actor, { visibility, networkIds: [id], bodyId: null })),
      }))
      .filter((entry) => entry.networkIds.length > 0),
    groups: bodyIds
      .map((bodyId) => ({
        bodyId,
        networkIds: networkIds.filter((id) => mayRead(actor, { visibility: 'GROUP', networkIds: [id], bodyId })),
      }))
      .filter((group) => group.networkIds.length > 0),
  };
}
