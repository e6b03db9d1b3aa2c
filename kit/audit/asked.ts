import type { Actor } from '../context.ts';
import { hasRole } from '../visibility.ts';

/** Who has asked for an act, not long ago, and nothing was done about it since. */
export interface Asked {
  askedByPersonId: string | null;
  askedBySeatId: string | null;
}

// biome-ignore lint/suspicious/noExplicitAny: rows of the statement at hand
type Query = (sql: string, parameters: unknown[]) => Promise<any[]>;

/**
 * The request of the last 24 hours that text be taken out of a thing, by somebody of one of its networks. An act of an operator
 * upon content needs one; for anybody else nothing is looked up.
 */
export async function findAskedToRedact(
  query: Query,
  actor: Actor,
  target: { type: string; id: string },
  networkIds: readonly string[],
): Promise<Asked | null> {
  if (!hasRole(actor, ['PLATFORM_OPERATOR'])) return null;
  const [asked] = await query(
    `SELECT person_id AS "askedByPersonId", seat_id AS "askedBySeatId"
     FROM audit.asked($1, 'REDACTION_ASKED', 'TEXT_REDACTED', $2, $3)`,
    [networkIds, target.type, target.id],
  );
  return asked ?? null;
}

/** An operator acts upon content when another person has asked: never alone, and never in a seat. */
export const mayActAsAsked = (actor: Actor, asked: Asked | null): boolean =>
  asked !== null &&
  asked.askedByPersonId !== null &&
  actor.kind === 'PERSON' &&
  hasRole(actor, ['PLATFORM_OPERATOR']) &&
  actor.personId !== asked.askedByPersonId;
