import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import type { RevokeSessionsInput } from '../account-inputs.ts';
import { isPerson } from '../account-policy.ts';
import { isEnded } from '../sessions.ts';
import { bumpRights } from './rights.ts';

/** @throws Problem ForbiddenError for whoever is no person: a partner system, or the platform itself */
export function requirePerson(actor: Actor): string {
  if (!isPerson(actor)) throw forbidden('Only a person who is signed in has this.');
  return actor.personId;
}

/**
 * Ends sessions of the person: within a second nothing that was signed in by them is answered, and their streams end.
 * @returns how many of those meant are ended now
 * @throws Problem ValidationError for an id that is none of the person's sessions
 */
export async function revokeSessions(tx: Transaction, actor: Actor, input: RevokeSessionsInput): Promise<number> {
  const personId = requirePerson(actor);
  const ids = [...new Set(input.sessionIds ?? [])];
  if (input.all !== true && ids.length === 0) throw invalid('sessionIds: name one, or all.', 'input', 'sessionIds');
  if (ids.length > 100) throw invalid('sessionIds: at most 100.', 'input', 'sessionIds');
  const meant = input.all === true ? 'true' : 'id = ANY ($2)';
  const of = input.all === true ? [personId] : [personId, ids];
  await once(tx, actor, 'revokeSessions', input, personId, async () => {
    // First the person, then what is his, as his erasure takes them.
    await tx.manager.query('SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE', [personId]);
    const own: { id: string }[] = await tx.manager.query(
      `SELECT id FROM session WHERE person_id = $1 AND ${meant} ORDER BY id FOR UPDATE`,
      of,
    );
    const unknown = input.all === true ? undefined : ids.find((id) => !own.some((session) => session.id === id));
    if (unknown !== undefined) throw invalid(`sessionIds: ${unknown} is no session of yours.`, 'input', 'sessionIds');
    await tx.manager.query(
      `UPDATE session SET revoked_at = clock_timestamp() WHERE person_id = $1 AND ${meant} AND NOT ${isEnded}`,
      of,
    );
    if (input.all === true)
      await tx.manager.query('UPDATE person SET sessions_ended_at = clock_timestamp() WHERE id = $1', of);
    await bumpRights(tx);
  });
  const [{ count }] = await tx.manager.query(
    `SELECT count(*)::int AS count FROM session WHERE person_id = $1 AND ${meant} AND ${isEnded}`,
    of,
  );
  return count;
}
