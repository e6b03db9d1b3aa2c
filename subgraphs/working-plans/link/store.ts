import type { DataSource, EntityManager } from 'typeorm';
import type { Item } from './ask.ts';
import { PlanReplica } from './entities.ts';

/** Up to where a peer's log of a plan has been read. */
export interface Standing {
  cursor: string;
  /** The peer's epoch that the cursor is of. */
  epoch: number;
  /** The number of the last item in the peer's log; null where the epoch does not begin at 1 and none has told yet. */
  position: number | null;
  /** When it was last stored although nothing else was; ms since 1970. */
  savedAt?: number;
}

/** An item that waits, or was refused. */
export interface Aside extends Omit<Item, 'cursor'> {
  reason: string;
}

export async function readStanding(source: DataSource, region: string, planId: string): Promise<Standing | null> {
  const [row] = await source.query('SELECT cursor, epoch, position FROM link_plan WHERE region = $1 AND plan_id = $2', [
    region,
    planId,
  ]);
  return row ? { ...row, position: row.position === null ? null : Number(row.position) } : null;
}

/** All of a peer's, by plan: what a restart needs to know which plans have moved on. */
export async function readStandings(source: DataSource, region: string): Promise<Map<string, Standing>> {
  const rows: (Standing & { plan_id: string; position: string | null })[] = await source.query(
    'SELECT plan_id, cursor, epoch, position FROM link_plan WHERE region = $1',
    [region],
  );
  return new Map(
    rows.map(({ plan_id, cursor, epoch, position }) => [
      plan_id,
      { cursor, epoch, position: position === null ? null : Number(position) },
    ]),
  );
}

export async function saveStanding(
  manager: EntityManager,
  region: string,
  planId: string,
  { cursor, epoch, position }: Standing,
): Promise<void> {
  await manager.query(
    `INSERT INTO link_plan (region, plan_id, cursor, epoch, position) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (region, plan_id) DO UPDATE SET cursor = $3, epoch = $4, position = $5`,
    [region, planId, cursor, epoch, position],
  );
}

/** The next reading of this plan begins at the start of its epoch. */
export async function forgetStanding(source: DataSource, region: string, planId: string): Promise<void> {
  await source.query('DELETE FROM link_plan WHERE region = $1 AND plan_id = $2', [region, planId]);
}

/** Items of a plan that wait, oldest first, at most `limit`; `late`: when each was received, ms since 1970. */
export async function readWaiting(
  source: DataSource,
  region: string,
  planId: string,
  limit: number,
): Promise<(Aside & { receivedAt: number })[]> {
  const rows: { origin_seq: string; seat_id: string; update: Buffer; reason: string; received_at: Date }[] =
    await source.query(
      `SELECT origin_seq, seat_id, update, reason, received_at FROM link_item
       WHERE region = $1 AND plan_id = $2 AND state = 'WAITING' AND update IS NOT NULL ORDER BY origin_seq LIMIT $3`,
      [region, planId, limit],
    );
  return rows.map((row) => ({
    region,
    originSeq: Number(row.origin_seq),
    seatId: row.seat_id,
    update: row.update,
    reason: row.reason,
    receivedAt: row.received_at.getTime(),
  }));
}

export async function countWaiting(source: DataSource, region: string): Promise<Map<string, number>> {
  const rows: { plan_id: string; count: number }[] = await source.query(
    "SELECT plan_id, count(*)::int FROM link_item WHERE region = $1 AND state = 'WAITING' GROUP BY plan_id",
    [region],
  );
  return new Map(rows.map(({ plan_id, count }) => [plan_id, count]));
}

export async function putAside(
  manager: EntityManager,
  region: string,
  planId: string,
  state: 'WAITING' | 'REFUSED',
  items: readonly Aside[],
): Promise<void> {
  if (items.length === 0) return;
  await manager.query(
    `INSERT INTO link_item (region, plan_id, state, origin_seq, seat_id, update, reason)
     SELECT $1, $2, $3, * FROM unnest($4::bigint[], $5::text[], $6::bytea[], $7::text[]) ON CONFLICT DO NOTHING`,
    [
      region,
      planId,
      state,
      items.map(({ originSeq }) => originSeq),
      items.map(({ seatId }) => seatId),
      items.map(({ update }) => Buffer.from(update)),
      items.map(({ reason }) => reason),
    ],
  );
}

/** Something of `region` has come: what others had built on it, and was waited for no longer, may fit now. */
export async function waitAgain(manager: EntityManager, region: string, planId: string): Promise<void> {
  await manager.query(
    `UPDATE link_item SET state = 'WAITING', received_at = now() WHERE id IN (
       SELECT min(r.id) FROM link_item r
       WHERE r.plan_id = $2 AND r.region <> $1 AND r.state = 'REFUSED' AND r.reason = 'RESYNC' AND r.update IS NOT NULL
         AND NOT EXISTS (SELECT FROM link_item w WHERE w.state = 'WAITING' AND (w.region, w.plan_id, w.origin_seq) = (r.region, r.plan_id, r.origin_seq))
       GROUP BY r.region, r.origin_seq)`,
    [region, planId],
  );
}

export async function endWaiting(
  manager: EntityManager,
  region: string,
  planId: string,
  originSeqs: readonly number[],
): Promise<void> {
  if (originSeqs.length === 0) return;
  await manager.query(
    "DELETE FROM link_item WHERE region = $1 AND plan_id = $2 AND state = 'WAITING' AND origin_seq = ANY ($3)",
    [region, planId, originSeqs],
  );
}

export async function saveStatus(
  source: DataSource,
  region: string,
  { heardAt, connected, error }: { heardAt: number | null; connected: boolean; error: string | null },
): Promise<void> {
  await source.query(
    `INSERT INTO link_peer AS p (region, heard_at, connected, error) VALUES ($1, $2, $3, $4)
     ON CONFLICT (region) DO UPDATE SET heard_at = coalesce(excluded.heard_at, p.heard_at), connected = $3, error = $4`,
    [region, heardAt === null ? null : new Date(heardAt), connected, error],
  );
}

/** A link whose process died says nothing any more: not heard of for this long, it counts as cut. */
const freshness = "interval '30 seconds'";

export async function readReplicas(source: DataSource, planIds: readonly string[]): Promise<PlanReplica[][]> {
  const rows: { plan_id: string; region: string; connected: boolean; heard_at: Date | null; waiting: number }[] =
    await source.query(
      `SELECT l.plan_id, l.region, coalesce(p.connected AND p.heard_at > now() - ${freshness}, false) AS connected, p.heard_at,
         (SELECT count(*)::int FROM link_item i WHERE i.plan_id = l.plan_id AND i.region = l.region AND i.state = 'WAITING') AS waiting
       FROM link_plan l LEFT JOIN link_peer p ON p.region = l.region WHERE l.plan_id = ANY ($1) ORDER BY l.region`,
      [planIds],
    );
  return planIds.map((id) =>
    rows
      .filter(({ plan_id }) => plan_id === id)
      .map(({ region, connected, heard_at: lastHeardAt, waiting }) =>
        Object.assign(new PlanReplica(), { region, connected, lastHeardAt, waiting }),
      ),
  );
}
