import type { EntityManager } from 'typeorm';
import { forbidden } from './types.ts';

/** Where an installation stands among others. */
export interface Home {
  /** REGION. */
  region: string;
  /** Regions that it is linked with: each is another installation, which writes what is at home there. */
  linked: readonly string[];
}

/**
 * Refuses what is written in another region: what belongs to these networks is at home here if one of them is, or if its home
 * is none of the regions that this installation is linked with, so that one which stands alone keeps them all.
 * @param networkIds none: it belongs to no network, and is at home everywhere
 * @throws Problem ForbiddenError that names the home
 */
export async function requireHome(
  manager: EntityManager,
  { linked }: Home,
  networkIds: readonly string[],
): Promise<void> {
  if (linked.length === 0 || networkIds.length === 0) return;
  const away: { networkId: string; region: string }[] = await manager.query(
    'SELECT network_id AS "networkId", region FROM feed.home WHERE network_id = ANY ($1) AND region = ANY ($2) ORDER BY 1',
    [networkIds, linked],
  );
  const [first] = away;
  if (!first || networkIds.some((id) => !away.some(({ networkId }) => networkId === id))) return;
  throw forbidden(`This is decided in its home region, ${first.region}: do it there.`, first.region);
}
