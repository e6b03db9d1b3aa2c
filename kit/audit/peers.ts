import type { ChainHead } from './read.ts';

// biome-ignore lint/suspicious/noExplicitAny: rows of the statement at hand
type Query = (sql: string, parameters: unknown[]) => Promise<any[]>;

/** A place of a chain, and the hash that stands there; null: nothing does. */
export interface Mark {
  networkId: string;
  position: number;
  hash: string | null;
}

/** What another installation says of its log: where its chains stand, and what stands where it said so before. */
export interface SaidHeads {
  heads: Mark[];
  known: Mark[];
}

/** What stands at these places of these networks' chains now. A place of any other network is passed over. */
export const readMarks = (query: Query, networkIds: readonly string[], places: readonly Omit<Mark, 'hash'>[]) =>
  query(
    `SELECT p.network_id AS "networkId", p.position::float8 AS position, e.hash
     FROM unnest($2::text[], $3::bigint[]) AS p (network_id, position)
     LEFT JOIN audit.entry e ON e.network_id = p.network_id AND e.position = p.position
     WHERE p.network_id = ANY ($1) ORDER BY 1, 2`,
    [networkIds, places.map(({ networkId }) => networkId), places.map(({ position }) => position)],
  ) as Promise<Mark[]>;

/** The last head of each chain that a region has told, and that was never contradicted since. */
export const readKept = (query: Query, region: string): Promise<ChainHead[]> =>
  query(
    `SELECT network_id AS "networkId", position::float8 AS position, hash FROM audit.peer_head
     WHERE region = $1 ORDER BY network_id`,
    [region],
  );

/**
 * Keeps the heads that a region tells. By its hash a head vouches for all that is before it, so the latest is enough; one that
 * the region no longer has is kept as it is, since it is the evidence.
 * @param kept what was asked about. Networks that the answer leaves out are no longer told to this installation
 * @returns those that are not what the region said before: its log was rewritten, or cut off
 */
export async function keepHeads(
  query: Query,
  region: string,
  kept: readonly ChainHead[],
  { heads, known }: SaidHeads,
): Promise<ChainHead[]> {
  const disputed = kept.filter((one) =>
    known.some((mark) => mark.networkId === one.networkId && mark.position === one.position && mark.hash !== one.hash),
  );
  for (const { networkId } of disputed)
    await query(
      'UPDATE audit.peer_head SET disputed_at = coalesce(disputed_at, now()) WHERE region = $1 AND network_id = $2',
      [region, networkId],
    );
  for (const { networkId, position, hash } of heads) {
    if (hash === null || disputed.some((one) => one.networkId === networkId)) continue;
    // Of two processes that hear of it at once, the one that heard less changes nothing.
    await query(
      `INSERT INTO audit.peer_head AS h (region, network_id, position, hash) VALUES ($1, $2, $3, $4)
       ON CONFLICT (region, network_id) DO UPDATE SET position = $3, hash = $4, heard_at = now()
       WHERE h.position < $3 AND h.disputed_at IS NULL`,
      [region, networkId, position, hash],
    );
  }
  return disputed;
}
