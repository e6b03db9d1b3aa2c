import { ulid } from 'ulid';
import type { Actor } from '../context.ts';
import { cleanText } from '../text.ts';

/** What is written into the audit log. A name is never taken back: rows keep it. */
export const auditActions = [
  'ROLE_ASSIGNED',
  'ROLE_REVOKED',
  'MEMBERSHIP_CHANGED',
  'APPLICATION_ERASED',
  'SEAT_CREATED',
  'SEAT_CHANGED',
  'SEAT_ENDED',
  'FREEZE_ASKED',
  'SAFETY_LOCKED',
  'SAFETY_UNLOCKED',
  'REDACTION_ASKED',
  'TEXT_REDACTED',
  'EDIT_HISTORY_READ',
  'DECISION_CONCLUDED',
  'PLAN_ADOPTED',
  'GUIDELINES_ADOPTED',
  'CHARTER_CHANGED',
  'BODY_CLOSED',
  'MINUTES_ADOPTED',
  'STATEMENT_PUBLISHED',
  'PARTNER_ADMITTED',
  'PARTNER_CHANGED',
  'PARTNER_KEY_ISSUED',
  'PARTNER_KEY_REVOKED',
  'WEBHOOK_CREATED',
  'WEBHOOK_CHANGED',
  'WEBHOOK_DELETED',
  'WEBHOOK_DISABLED',
  'WEBHOOK_SECRET_ROTATED',
  'WEBHOOK_REPLAYED',
  'LINK_KEY_ISSUED',
  'LINK_KEY_REVOKED',
  'DIRECTORY_EXPORTED',
  'PLAN_EXPORTED',
  'PERSON_EXPORTED',
  'PERSON_ERASED',
  'BREAK_GLASS_OPENED',
  'BREAK_GLASS_CLOSED',
  'REASON_ERASED',
  'DATABASE_RESTORED',
] as const;
export type AuditAction = (typeof auditActions)[number];

/** An act as a subgraph says it. Ids and machine words only; the one text that a person writes is `reason`. */
export interface AuditedAct {
  /** Who acts. SYSTEM for what the records that ship, a job, or a command line does. */
  actor: Pick<Actor, 'kind' | 'seatId' | 'personId'>;
  action: AuditAction;
  /** GraphQL type and id, e.g. `{ type: 'Seat', id: 'seat:s10' }`. */
  target: { type: string; id: string };
  /** One entry is made in the chain of each; none: in that of the installation. */
  networkIds: readonly string[];
  /** What the target alone does not say, in machine words: `COORDINATOR`, `ACTIVE -> SUSPENDED`, a hash. At most 400 characters are kept. */
  detail?: string | null;
  /** As the actor gave it; it can be erased later. At most 1000 characters are kept. */
  reason?: string | null;
}

/** The chain of what concerns no network. */
export const installationChain = '';

type Query = (sql: string, parameters: unknown[]) => Promise<unknown>;

/**
 * Writes acts into their chains. Must come after the last lock of the transaction but those of the feed's counters: a
 * chain's row stays locked until commit, which is what makes its order free of holes. Networks are taken in id order, and
 * every transaction takes chains before counters, so that two cannot wait for each other.
 */
export async function appendActs(query: Query, acts: readonly AuditedAct[], newId: () => string = ulid): Promise<void> {
  const chainsOf = (act: AuditedAct) => (act.networkIds.length > 0 ? act.networkIds : [installationChain]);
  for (const networkId of [...new Set(acts.flatMap(chainsOf))].sort()) {
    const entries = acts
      .filter((act) => chainsOf(act).includes(networkId))
      .map(({ actor, action, target, detail, reason }) => ({
        id: newId(),
        actor_kind: actor.kind,
        actor_seat_id: actor.seatId ?? null,
        actor_person_id: actor.personId ?? null,
        action,
        target_type: target.type,
        target_id: target.id,
        detail: cut(detail, 400),
        reason: cut(reason, 1_000),
      }));
    await query('SELECT audit.append($1, $2::jsonb)', [networkId, JSON.stringify(entries)]);
  }
}

/** Whole characters only: for half of one the act would be refused with its transaction. */
const cut = (text: string | null | undefined, max: number): string | null =>
  [...cleanText(text ?? '')].slice(0, max).join('') || null;
