import type { Actor, Role } from '../../kit/context.ts';
import { hasRole } from '../../kit/visibility.ts';
import { networksOf } from './meeting-policy.ts';
import { type Circle, conveners, mayRead, voters } from './policy.ts';

const drafters: readonly Role[] = [...conveners, 'EXPERT_GROUP_LEAD'];

/** Drafts, and sees drafts: coordinators, steering members and leads of groups of one of its networks. */
export function mayDraftStatement(actor: Actor, { networkIds }: { networkIds: readonly string[] }): boolean {
  return actor.kind === 'SYSTEM' || (actor.kind === 'SEAT' && !!actor.seatId && hasRole(actor, drafters, networkIds));
}

/** Circulates, has it consented to, publishes and withdraws: coordinators and steering members of one of its networks. */
export function mayLeadStatement(actor: Actor, { networkIds }: { networkIds: readonly string[] }): boolean {
  return actor.kind === 'SYSTEM' || (actor.kind === 'SEAT' && !!actor.seatId && hasRole(actor, conveners, networkIds));
}

/** Networks of whose drafts an actor knows. */
export const draftingNetworks = (actor: Actor): string[] => networksOf(actor, drafters);

/** Signs, or disagrees, for the own organisation: its representatives and steering members in one of its networks. */
export function mayTakeStance(actor: Actor, statement: Circle): boolean {
  return (
    actor.kind === 'SEAT' &&
    !!actor.seatId &&
    actor.organisationId !== undefined &&
    mayRead(actor, statement) &&
    hasRole(actor, voters, statement.networkIds)
  );
}

/** How far a text has to be inside: who may endorse it is known once it is published. */
export const mayReadInsideNetworks = (actor: Actor, { networkIds }: { networkIds: readonly string[] }): boolean =>
  mayRead(actor, { visibility: 'NETWORK', networkIds, bodyId: null });

/**
 * For which of its networks the actor may say that a text endangers nobody: as safety officer; or as a second person, which is
 * a coordinator, steering member or group lead who has neither written of the text nor publishes it.
 */
export function checkableNetworks(
  actor: Actor,
  { networkIds, writtenBySeatIds }: { networkIds: readonly string[]; writtenBySeatIds: readonly string[] },
): { networkId: string; byOfficer: boolean }[] {
  if (actor.kind !== 'SEAT' || !actor.seatId) return [];
  const mayBeSecond = !writtenBySeatIds.includes(actor.seatId);
  return networkIds
    .map((networkId) => ({ networkId, byOfficer: hasRole(actor, ['SAFETY_OFFICER'], [networkId]) }))
    .filter(({ networkId, byOfficer }) => byOfficer || (mayBeSecond && hasRole(actor, drafters, [networkId])));
}
