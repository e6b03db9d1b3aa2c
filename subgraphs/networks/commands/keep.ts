import type { EntityManager } from 'typeorm';
import type { Actor, Visibility } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { forbidden } from '../../../kit/types.ts';
import { mayChangeNetwork, mayKeepFacts } from '../policy.ts';

/** The networks that list a country. */
export async function findListing(manager: EntityManager, country: string): Promise<string[]> {
  const rows: { id: string }[] = await manager.query(
    "SELECT id FROM network WHERE $1 = ANY (countries) AND status <> 'CLOSED' ORDER BY id",
    [country],
  );
  return rows.map(({ id }) => id);
}

/** @throws Problem ForbiddenError */
export function requireLeader(actor: Actor, networkId: string): void {
  if (mayChangeNetwork(actor, networkId)) return;
  throw forbidden('Only a coordinator or the steering committee of the network you name does this in its name.');
}

/**
 * Who keeps what is said of a country.
 * @returns the networks that list it
 * @throws Problem ForbiddenError
 */
export async function requireKeeper(
  tx: Transaction,
  actor: Actor,
  networkId: string,
  country: string,
): Promise<string[]> {
  const listing = await findListing(tx.manager, country);
  if (mayKeepFacts(actor, networkId, listing)) return listing;
  throw forbidden('The reviews of this country are kept by the networks that list it.');
}

/**
 * What was made less visible is so in the log, too: a cursor of yesterday must not bring back what it was. Updates that stood at a narrower visibility stay there.
 * No other statement changes an event of these records, so that no lock of its rows waits for another.
 */
export async function narrowEvents(
  manager: EntityManager,
  networkId: string,
  subject: string,
  to: { visibility: Visibility; bodyId: string | null },
): Promise<void> {
  const bodies = to.bodyId === null ? [] : [to.bodyId];
  await manager.query('SELECT feed.narrow($1, $2, $3, $4)', [networkId, subject, to.visibility, bodies]);
}
