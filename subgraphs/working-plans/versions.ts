import type { EntityManager } from 'typeorm';
import type { Content } from './document/canonical.ts';
import type { VersionKind, VersionRecord } from './entities/version.ts';
import { SYSTEM_SEAT } from './log.ts';

type Query = Pick<EntityManager, 'query'>;

export interface NewVersion {
  planId: string;
  /** Where the document stands in the log: the content is of exactly this. */
  seq: number;
  epoch: number;
  kind: VersionKind;
  label?: string | null;
  content: Content;
  decisionIds?: readonly string[];
  /** A seat; null for shipped records. */
  createdBy: string | null;
}

/** Every column but the content. `v` is plan_version. */
export const versionColumns = `v.plan_id AS "planId", v.number, v.seq::float8 AS seq, v.epoch, v.kind, v.label, v.content_hash AS "contentHash",
  v.decision_ids AS "decisionIds", v.contributors, v.created_by AS "createdBy", v.created_at AS "createdAt", v.redacted_at AS "redactedAt"`;

/**
 * Writes the plan's next version. The caller holds the plan's row lock: it counts the versions, and keeps the log from growing past `seq`.
 *
 * Who has written: seats of the log, found by skipping from one to the next in its index, and those of earlier versions, whose edits a redaction may
 * have purged.
 */
export async function writeVersion(manager: Query, version: NewVersion): Promise<VersionRecord> {
  const [written]: VersionRecord[] = await manager.query(
    `WITH RECURSIVE seats AS (
       SELECT min(seat_id) AS id FROM plan_edit WHERE plan_id = $1
       UNION ALL
       SELECT (SELECT min(e.seat_id) FROM plan_edit e WHERE e.plan_id = $1 AND e.seat_id > seats.id) FROM seats WHERE seats.id IS NOT NULL
     ), writers AS (
       SELECT id FROM seats WHERE id <> '${SYSTEM_SEAT}'
       UNION SELECT unnest(contributors) FROM plan_version WHERE plan_id = $1
     )
     INSERT INTO plan_version AS v (plan_id, number, seq, epoch, kind, label, content, content_hash, decision_ids, created_by, contributors)
     SELECT $1, coalesce((SELECT max(number) FROM plan_version WHERE plan_id = $1), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9,
       ARRAY(SELECT id FROM writers ORDER BY id)
     RETURNING ${versionColumns}`,
    [
      version.planId,
      version.seq,
      version.epoch,
      version.kind,
      version.label ?? null,
      version.content.json,
      version.content.hash,
      version.decisionIds ?? [],
      version.createdBy,
    ],
  );
  return written!;
}

/** @returns null when the plan has no such version */
export async function readVersion(
  manager: Query,
  planId: string,
  number: number,
): Promise<(VersionRecord & { content: string }) | null> {
  const [version] = await manager.query(
    `SELECT ${versionColumns}, v.content FROM plan_version v WHERE plan_id = $1 AND number = $2`,
    [planId, number],
  );
  return version ?? null;
}

/** The newest version of a kind with this very text, and all of it; null when there is none. */
export async function findVersion(
  manager: Query,
  planId: string,
  kind: VersionKind,
  contentHash: string,
): Promise<VersionRecord | null> {
  const [version] = await manager.query(
    `SELECT ${versionColumns} FROM plan_version v
     WHERE plan_id = $1 AND kind = $2 AND content_hash = $3 AND redacted_at IS NULL ORDER BY number DESC LIMIT 1`,
    [planId, kind, contentHash],
  );
  return version ?? null;
}

/** What was submitted is what is adopted. */
export async function adoptVersion(
  manager: Query,
  { planId, number }: VersionRecord,
  decisionIds: readonly string[],
): Promise<void> {
  await manager.query(
    `UPDATE plan_version SET kind = 'ADOPTED', decision_ids = $3 WHERE plan_id = $1 AND number = $2`,
    [planId, number, decisionIds],
  );
}

/** A page of a plan's versions, newest first. */
export interface VersionPage {
  planId: string;
  /** Only the adopted ones: all that readers from outside the owner networks may know of. */
  adoptedOnly: boolean;
  /** The number that the page comes after. */
  after: number | null;
  limit: number;
}

/** Pages of many plans in one statement, in the order asked for. */
export async function readVersionPages(manager: Query, pages: readonly VersionPage[]): Promise<VersionRecord[][]> {
  const rows: (VersionRecord & { page: number })[] = await manager.query(
    `SELECT asked.page::int AS page, v.* FROM unnest($1::text[], $2::boolean[], $3::int[], $4::int[]) WITH ORDINALITY
       AS asked(plan_id, adopted_only, after, size, page)
     CROSS JOIN LATERAL (
       SELECT ${versionColumns} FROM plan_version v
       WHERE v.plan_id = asked.plan_id AND v.number < coalesce(asked.after, 2147483647) AND (v.kind = 'ADOPTED' OR NOT asked.adopted_only)
       ORDER BY v.number DESC LIMIT asked.size
     ) v ORDER BY asked.page, v.number DESC`,
    [
      pages.map(({ planId }) => planId),
      pages.map(({ adoptedOnly }) => adoptedOnly),
      pages.map(({ after }) => after),
      pages.map(({ limit }) => limit),
    ],
  );
  const found: VersionRecord[][] = pages.map(() => []);
  for (const { page, ...version } of rows) found[page - 1]!.push(version);
  return found;
}

/** Versions by plan and number, in one statement; with their contents when asked. Null where there is none. */
export async function readVersions(
  manager: Query,
  ids: readonly { planId: string; number: number }[],
): Promise<(VersionRecord | null)[]> {
  const rows: VersionRecord[] = await manager.query(
    `SELECT ${versionColumns} FROM plan_version v JOIN unnest($1::text[], $2::int[]) AS asked(plan_id, number) USING (plan_id, number)`,
    [ids.map(({ planId }) => planId), ids.map(({ number }) => number)],
  );
  return ids.map(({ planId, number }) => rows.find((row) => row.planId === planId && row.number === number) ?? null);
}

/** Contents alike. */
export async function readContents(
  manager: Query,
  ids: readonly { planId: string; number: number }[],
): Promise<(string | null)[]> {
  const rows: { plan_id: string; number: number; content: string }[] = await manager.query(
    `SELECT plan_id, number, content FROM plan_version JOIN unnest($1::text[], $2::int[]) AS asked(plan_id, number) USING (plan_id, number)`,
    [ids.map(({ planId }) => planId), ids.map(({ number }) => number)],
  );
  const byId = new Map(rows.map((row) => [`${row.plan_id}@${row.number}`, row.content]));
  return ids.map(({ planId, number }) => byId.get(`${planId}@${number}`) ?? null);
}
