import type { Actor, Role } from '../../kit/context.ts';
import { hasRole } from '../../kit/visibility.ts';
import type { KnowledgeStatus } from './entities/knowledge.ts';
import { networksOf } from './meeting-policy.ts';
import { type Circle, conveners, mayRead, sitsIn } from './policy.ts';

const contributors: readonly Role[] = ['MEMBER_REP', 'MEMBER_EDITOR', 'EXPERT_GROUP_LEAD', ...conveners];

interface Item extends Circle {
  organisationId: string;
}

/** In every network it names; for its group alone, only from a seat in that group. */
export function mayContribute(actor: Actor, item: Circle): boolean {
  if (actor.kind === 'SYSTEM') return true;
  if (actor.kind !== 'SEAT' || !actor.seatId || actor.organisationId === undefined) return false;
  if (item.networkIds.length === 0) return false;
  if (!item.networkIds.every((id) => hasRole(actor, contributors, [id]))) return false;
  return item.visibility !== 'GROUP' || sitsIn(actor, item);
}

const isOwn = (actor: Actor, item: { organisationId: string; networkIds: readonly string[] }): boolean =>
  actor.organisationId === item.organisationId && hasRole(actor, contributors, item.networkIds);

/** The organisation it comes from, and who leads one of its networks. */
export function mayEditKnowledge(actor: Actor, item: Item): boolean {
  if (actor.kind === 'SYSTEM') return true;
  if (actor.kind !== 'SEAT' || !actor.seatId || !mayRead(actor, item)) return false;
  return isOwn(actor, item) || hasRole(actor, conveners, item.networkIds);
}

/** A draft is its organisation's, and of those who lead its networks. */
export function mayReadKnowledge(actor: Actor, item: Item & { shown: boolean }): boolean {
  if (!mayRead(actor, item)) return false;
  return item.shown || actor.kind === 'SYSTEM' || isOwn(actor, item) || hasRole(actor, conveners, item.networkIds);
}

/** Within its networks its organisation publishes it; beyond them, who leads one of them answers for it. */
export function mayPublishKnowledge(
  actor: Actor,
  item: Item & { publicationVisibility: Circle['visibility'] },
): boolean {
  if (!mayEditKnowledge(actor, item)) return false;
  const within = item.publicationVisibility === 'NETWORK' || item.publicationVisibility === 'GROUP';
  return within || actor.kind === 'SYSTEM' || hasRole(actor, conveners, item.networkIds);
}

/** Reads it as a peer: another organisation of one of its networks. */
export function mayGiveReading(actor: Actor, item: Item): boolean {
  if (actor.kind !== 'SEAT' || !actor.seatId || actor.organisationId === undefined) return false;
  if (actor.organisationId === item.organisationId || !mayRead(actor, item)) return false;
  return hasRole(actor, contributors, item.networkIds);
}

/** Says, in a network it takes part in, that its organisation has put it to use; one's own does not count. */
export function mayRecordReuse(actor: Actor, item: Item & { status: KnowledgeStatus }, networkId: string): boolean {
  if (actor.kind === 'SYSTEM') return true;
  if (actor.kind !== 'SEAT' || !actor.seatId || actor.organisationId === undefined) return false;
  if (actor.organisationId === item.organisationId || !mayRead(actor, item)) return false;
  return hasRole(actor, contributors, [networkId]);
}

/** Whose item it is: told to all where it is named; else to itself and to who leads its networks. */
export const mayReadContributor = (actor: Actor, item: Item & { named: boolean }): boolean =>
  item.named || isOwn(actor, item) || hasRole(actor, conveners, item.networkIds);

/** Who put it to use: readers of the item's networks, and of the network in which it was used. */
export const mayReadReuse = (
  actor: Actor,
  item: Circle,
  record: { networkId: string; organisationId: string },
): boolean =>
  actor.organisationId === record.organisationId ||
  mayRead(actor, { visibility: 'NETWORK', networkIds: [...item.networkIds, record.networkId], bodyId: null });

/** What an actor sees of drafts, as conditions for a statement; the same as `mayReadKnowledge`. */
export function knowledgeDraftReach(actor: Actor) {
  return {
    leading: networksOf(actor, conveners),
    organisationId: actor.organisationId ?? null,
    contributing: networksOf(actor, contributors),
  };
}
