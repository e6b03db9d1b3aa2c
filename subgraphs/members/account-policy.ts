import type { AuditAction } from '../../kit/audit/append.ts';
import type { Actor } from '../../kit/context.ts';
import { hasRole } from '../../kit/visibility.ts';

/** Who may do what with accounts and the audit log, as pure sentences like those of policy.ts. */

/** A person, in a seat or without one: sessions, settings, exports and erasure are the person's own and nobody else's. */
export const isPerson = (actor: Actor): actor is Actor & { personId: string } =>
  (actor.kind === 'SEAT' || actor.kind === 'PERSON') && actor.personId !== undefined;

export const mayReadExport = (actor: Actor, dataExport: { personId: string }): boolean =>
  isPerson(actor) && actor.personId === dataExport.personId;

const isOperator = (actor: Actor) => actor.kind !== 'PARTNER' && hasRole(actor, ['PLATFORM_OPERATOR']);

/**
 * The audit log of a network: its Steering Committee, coordinator and safety officer; an operator too, who reads what was
 * done and not why. What concerns no network (null) is the operator's alone.
 */
export const mayReadAudit = (actor: Actor, networkId: string | null): boolean =>
  isOperator(actor) ||
  (networkId !== null && hasRole(actor, ['STEERING_COMMITTEE', 'COORDINATOR', 'SAFETY_OFFICER'], [networkId]));

/** Where the chains of these networks stand: for another installation that keeps it as evidence, with the key that its link has. */
export const headsFor = (actor: Actor): readonly string[] | null =>
  actor.kind === 'PARTNER' && actor.partner?.scopes.includes('plans:replicate') ? actor.partner.networkIds : null;

/** Acts of safety: why they were done may name the danger, so their reasons are the safety officer's. */
const safetyActions: readonly AuditAction[] = [
  'FREEZE_ASKED',
  'REDACTION_ASKED',
  'SAFETY_LOCKED',
  'SAFETY_UNLOCKED',
  'TEXT_REDACTED',
  'EDIT_HISTORY_READ',
  'SEAT_CHANGED',
];

export const mayReadReason = (actor: Actor, entry: { networkId: string; action: string }): boolean =>
  hasRole(actor, ['SAFETY_OFFICER'], [entry.networkId]) ||
  (!(safetyActions as readonly string[]).includes(entry.action) &&
    hasRole(actor, ['STEERING_COMMITTEE', 'COORDINATOR'], [entry.networkId]));

/** Asks an operator to take text out, where no safety officer can do it now: who leads the network in that, and its safety officer. */
export const mayAskToRedact = (actor: Actor, networkId: string): boolean =>
  actor.kind === 'SEAT' &&
  actor.personId !== undefined &&
  hasRole(actor, ['COORDINATOR', 'SAFETY_OFFICER'], [networkId]);

/** A reason may name somebody: it is taken out like any other text. */
export const mayEraseReason = (actor: Actor, networkId: string): boolean =>
  hasRole(actor, ['SAFETY_OFFICER'], [networkId]);

/** Operators read no content, but for an emergency: nobody else breaks the glass. */
export const mayBreakGlass = (actor: Actor): boolean => isPerson(actor) && isOperator(actor);

/** Who broke it, and those whom the network trusts to say that it was enough. */
export const mayCloseGlass = (actor: Actor, glass: { personId: string | null; networkId: string }): boolean =>
  (isPerson(actor) && actor.personId === glass.personId) ||
  hasRole(actor, ['SAFETY_OFFICER', 'STEERING_COMMITTEE', 'COORDINATOR'], [glass.networkId]);
