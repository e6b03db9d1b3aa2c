import type { StoredEntry } from './hash.ts';

// biome-ignore lint/suspicious/noExplicitAny: rows of the statement at hand
type Query = (sql: string, parameters: unknown[]) => Promise<any[]>;

/** Where a chain stands: who keeps it elsewhere can tell later whether what was before it has been rewritten. */
export interface ChainHead {
  networkId: string;
  position: number;
  hash: string;
}

const columns = `network_id AS "networkId", position::float8 AS position, id,
  to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, login, actor_kind AS "actorKind",
  actor_seat_id AS "actorSeatId", actor_person_id AS "actorPersonId", action, target_type AS "targetType",
  target_id AS "targetId", detail, reason, reason_salt AS "reasonSalt", reason_hash AS "reasonHash",
  previous_hash AS "previousHash", hash`;

/** In the order of the chain. */
export const readChain = (query: Query, networkId: string, after: number, limit: number): Promise<StoredEntry[]> =>
  query(`SELECT ${columns} FROM audit.entry WHERE network_id = $1 AND position > $2 ORDER BY position LIMIT $3`, [
    networkId,
    after,
    limit,
  ]);

/** The latest first. @param before absent: from the head */
export const readLatest = (
  query: Query,
  page: { networkId: string; before: number | null; actions: readonly string[] | null; limit: number },
): Promise<StoredEntry[]> =>
  query(
    `SELECT ${columns} FROM audit.entry WHERE network_id = $1 AND ($2::bigint IS NULL OR position < $2)
       AND ($3::text[] IS NULL OR action = ANY ($3))
     ORDER BY position DESC LIMIT $4`,
    [page.networkId, page.before, page.actions, page.limit],
  );

export async function readEntry(query: Query, networkId: string, id: string): Promise<StoredEntry> {
  const [row] = await query(`SELECT ${columns} FROM audit.entry WHERE network_id = $1 AND id = $2`, [networkId, id]);
  return row;
}

export const readChains = (query: Query, networkId: string | null = null): Promise<ChainHead[]> =>
  query(
    `SELECT network_id AS "networkId", position::float8 AS position, hash FROM audit.chain
     WHERE $1::text IS NULL OR network_id = $1 ORDER BY network_id`,
    [networkId],
  );
