import type { DataSource } from 'typeorm';
import type { Plan } from '../entities/plan.ts';
import type { Edit } from '../log.ts';

/** What a process holds of a plan; `seq` and `epoch` null when nothing. */
export interface Held {
  id: string;
  seq: number | null;
  epoch: number | null;
}

/** A plan's row, and what the holder lacks of its document: a snapshot when it holds nothing of this epoch, and the edits since. */
export interface Reading {
  plan: Plan;
  /** Objective node key -> networks that own it; absent: all of the plan's. */
  objectiveNetworks: Record<string, string[]>;
  snapshot: { seq: number; bytes: Uint8Array; stateVector: Uint8Array | null } | null;
  edits: Edit[];
}

interface Row extends Omit<Plan, 'seq'> {
  seq: string;
  objectiveNetworks: Record<string, string[]> | null;
  snapshotSeq: string | null;
  snapshotBytes: Buffer | null;
  snapshotVector: Buffer | null;
  seqs: string[] | null;
  /** One after the other: an array of byte strings takes a hundred times as long to read. */
  updates: Buffer;
  lengths: number[];
  seats: string[];
  regions: string[];
  origins: (string | null)[];
  times: Date[];
}

const planColumns = `p.id, p.network_ids AS "networkIds", p.status, p.visibility, p.source_locale AS "sourceLocale",
  p.expert_groups AS "expertGroups", p.seq, p.epoch, p.version, p.home_region AS "homeRegion", p.amends, p.provenance, p.source_url AS "sourceUrl",
  p.created_by AS "createdBy", p.created_at AS "createdAt"`;

const readStatement = `
  SELECT ${planColumns}, s.seq AS "snapshotSeq", s.update_v2 AS "snapshotBytes", s.state_vector AS "snapshotVector", e.*,
    (SELECT jsonb_object_agg(o.node_key, to_jsonb(o.network_ids)) FROM objective_networks o WHERE o.plan_id = p.id) AS "objectiveNetworks"
  FROM unnest($1::text[], $2::bigint[], $3::int[]) AS held(id, seq, epoch)
  JOIN plan p ON p.id = held.id
  LEFT JOIN LATERAL (
    SELECT seq, update_v2, state_vector FROM plan_snapshot
    WHERE plan_id = p.id AND epoch = p.epoch AND held.epoch IS DISTINCT FROM p.epoch ORDER BY seq DESC LIMIT 1
  ) s ON true
  LEFT JOIN LATERAL (
    SELECT array_agg(seq ORDER BY seq) AS seqs, string_agg(update, ''::bytea ORDER BY seq) AS updates,
      array_agg(length(update) ORDER BY seq) AS lengths, array_agg(seat_id ORDER BY seq) AS seats,
      array_agg(region ORDER BY seq) AS regions, array_agg(origin_seq ORDER BY seq) AS origins, array_agg(at ORDER BY seq) AS times
    FROM plan_edit WHERE plan_id = p.id AND epoch = p.epoch
      AND seq > CASE WHEN held.epoch = p.epoch THEN held.seq ELSE coalesce(s.seq, 0) END
  ) e ON true`;

/** One statement, however many plans: so the row, the snapshot and the edits of each are of one moment. Unknown ids are left out. */
export async function readPlans(
  source: Pick<DataSource, 'query'>,
  held: readonly Held[],
): Promise<Map<string, Reading>> {
  const rows: Row[] = await source.query(readStatement, [
    held.map((h) => h.id),
    held.map((h) => h.seq),
    held.map((h) => h.epoch),
  ]);
  return new Map(rows.map((row) => [row.id, toReading(row)]));
}

function toReading(row: Row): Reading {
  const {
    objectiveNetworks,
    snapshotSeq,
    snapshotBytes,
    snapshotVector,
    seqs,
    updates,
    lengths,
    seats,
    regions,
    origins,
    times,
    ...plan
  } = row;
  let end = 0;
  return {
    plan: { ...plan, seq: Number(plan.seq) },
    objectiveNetworks: objectiveNetworks ?? {},
    snapshot: snapshotBytes && { seq: Number(snapshotSeq), bytes: snapshotBytes, stateVector: snapshotVector },
    edits: (seqs ?? []).map((seq, index) => {
      const start = end;
      end += lengths[index]!;
      return {
        planId: plan.id,
        seq: Number(seq),
        epoch: plan.epoch,
        update: updates.subarray(start, end),
        seatId: seats[index]!,
        region: regions[index]!,
        originSeq: toOrigin(origins[index]!),
        at: times[index]!,
      };
    }),
  };
}

const toOrigin = (text: string | null) => (text === null ? null : Number(text));

/** Edits after `seq`, oldest first, of one epoch. */
export async function readEdits(
  source: DataSource,
  planId: string,
  epoch: number,
  seq: number,
  limit: number,
): Promise<Edit[]> {
  const rows: (Omit<Edit, 'seq' | 'originSeq'> & { seq: string; originSeq: string | null })[] = await source.query(
    `SELECT plan_id AS "planId", seq, epoch, update, seat_id AS "seatId", region, origin_seq AS "originSeq", at FROM plan_edit
     WHERE plan_id = $1 AND epoch = $2 AND seq > $3 ORDER BY seq LIMIT $4`,
    [planId, epoch, seq, limit],
  );
  return rows.map((row) => ({ ...row, seq: Number(row.seq), originSeq: toOrigin(row.originSeq) }));
}

/**
 * Stores a snapshot unless a redaction came between, and forgets all but the last two of the epoch. The plan's row is locked against a redaction:
 * one that is under way is waited for, and then the epoch is no longer this one.
 */
export async function writeSnapshot(
  source: DataSource,
  planId: string,
  epoch: number,
  seq: number,
  { bytes, stateVector }: { bytes: Uint8Array; stateVector: Uint8Array },
): Promise<void> {
  await source.query(
    `WITH kept AS (SELECT seq FROM plan_snapshot WHERE plan_id = $1 AND epoch = $2 ORDER BY seq DESC LIMIT 1),
     forgotten AS (DELETE FROM plan_snapshot WHERE plan_id = $1 AND epoch = $2 AND seq < (SELECT seq FROM kept))
     INSERT INTO plan_snapshot (plan_id, epoch, seq, update_v2, state_vector)
     SELECT id, epoch, $3, $4, $5 FROM plan WHERE id = $1 AND epoch = $2 FOR KEY SHARE ON CONFLICT DO NOTHING`,
    [planId, epoch, seq, toBuffer(bytes), toBuffer(stateVector)],
  );
}

const toBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
