import type { Database, Transaction } from '../../kit/database/open.ts';
import { ApiError } from '../../kit/errors.ts';

/** The seat of what the server itself writes: seed, templates. Readers see no seat. */
export const SYSTEM_SEAT = 'SYSTEM';

/** What an update adds of one client: clocks `startClock` up to, not including, `endClock`. */
export interface ClientRange {
  clientId: number;
  startClock: number;
  endClock: number;
}

/** An edit that the guard has passed, to be committed. */
export interface Entry {
  planId: string;
  /** The epoch the writer is in. */
  epoch: number;
  editId: string;
  seatId: string;
  /** The installation that accepted it. */
  region: string;
  /** Its number in the log of that installation; absent for edits accepted here. */
  originSeq?: number;
  /** Yjs, V1. */
  update: Uint8Array;
  clients: readonly ClientRange[];
}

/** A row of the log. `seq` counts a plan's edits from 1, without holes, in all epochs. */
export interface Edit {
  planId: string;
  seq: number;
  epoch: number;
  update: Uint8Array;
  seatId: string;
  region: string;
  at: Date;
}

/** `CLOCK`: another edit of one of its clients came first, or the client is not the seat's: catch up and judge again. */
export type Refusal = 'NOT_FOUND' | 'PLAN_FROZEN' | 'EPOCH_CHANGED' | 'EDIT_ID_REUSED' | 'CLOCK';
/** `repeated`: it had been committed before, under this number. */
export type Appended =
  | { ok: true; seq: number; epoch: number; repeated: boolean }
  | { ok: false; reason: Refusal; epoch: number };

export interface PlanLog {
  /** Resolves once the edit is committed or refused. @throws when the commit's fate is unknown: append again with the same editId */
  append(entry: Entry): Promise<Appended>;
  /** Ends what is under way; later appends get SERVICE_STOPPING. */
  stop(): Promise<void>;
}

interface Waiting {
  entry: Entry;
  resolve(appended: Appended): void;
  reject(error: unknown): void;
}
interface LockedPlan {
  seq: number;
  epoch: number;
  status: string;
}

const openStatuses = ['DRAFT', 'CHANGES_REQUESTED'];
const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const keyOf = (...parts: (string | number)[]) => parts.join('\n');

/**
 * The log of all plans: durable, in order. Group commit: what queues while a plan's last commit is in flight goes into its next transaction; no timer.
 * A plan is in at most one transaction of this process at a time, so its edits are committed in the order they came.
 * @param onCommit sees each transaction's new edits, in order, after the commit and before any writer is told
 * @param lanes transactions at a time
 */
export function createPlanLog(options: {
  database: Database;
  onCommit?: (edits: Edit[]) => Promise<void>;
  lanes?: number;
  largestBatch?: number;
}): PlanLog {
  const { database, onCommit = async () => {}, lanes = 4, largestBatch = 1_000 } = options;
  const waiting = new Map<string, Waiting[]>();
  const busy = new Set<string>();
  const running = new Set<Promise<void>>();
  let stopped = false;

  function takeBatch(): Waiting[] {
    const batch: Waiting[] = [];
    for (const [planId, queue] of waiting) {
      if (busy.has(planId)) continue;
      batch.push(...queue.splice(0, largestBatch - batch.length));
      if (queue.length === 0) waiting.delete(planId);
      if (batch.length >= largestBatch) break;
    }
    return batch;
  }

  function pump(): void {
    while (running.size < lanes) {
      const batch = takeBatch();
      if (batch.length === 0) return;
      const plans = new Set(batch.map(({ entry }) => entry.planId));
      for (const plan of plans) busy.add(plan);
      const run = flush(batch).finally(() => {
        for (const plan of plans) busy.delete(plan);
        running.delete(run);
        pump();
      });
      running.add(run);
    }
  }

  async function flush(batch: Waiting[]): Promise<void> {
    try {
      const { answers, edits } = await database.transaction((tx) =>
        commitEntries(
          tx,
          batch.map(({ entry }) => entry),
        ),
      );
      if (edits.length > 0) await onCommit(edits);
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index]!);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return {
    append(entry) {
      if (stopped) return Promise.reject(new ApiError('SERVICE_STOPPING', 'This process is stopping.'));
      return new Promise((resolve, reject) => {
        const queue = waiting.get(entry.planId);
        if (queue) queue.push({ entry, resolve, reject });
        else waiting.set(entry.planId, [{ entry, resolve, reject }]);
        queueMicrotask(pump);
      });
    },
    async stop() {
      stopped = true;
      while (running.size > 0 || waiting.size > 0) {
        pump();
        await Promise.all(running);
      }
    },
  };
}

/**
 * One transaction's work, also for the loader: locks the plans, then judges each entry by what is true under the lock (a repeated editId, epoch,
 * status, the clocks of its clients), then numbers and writes those that passed. A refused entry leaves the others as they are.
 */
export async function commitEntries(
  tx: Transaction,
  entries: readonly Entry[],
): Promise<{ answers: Appended[]; edits: Edit[] }> {
  const plans = await lockPlans(tx, [...new Set(entries.map((entry) => entry.planId))].sort());
  const known = await readKnown(tx, entries);
  const clocks = await readClocks(tx, entries);
  const starts = new Map<string, { range: ClientRange; planId: string }>();
  const accepted: { entry: Entry; seq: number }[] = [];

  const answers = entries.map((entry): Appended => {
    const plan = plans.get(entry.planId);
    if (!plan) return { ok: false, reason: 'NOT_FOUND', epoch: entry.epoch };
    const refuse = (reason: Refusal): Appended => ({ ok: false, reason, epoch: plan.epoch });
    const editKey = keyOf(entry.planId, entry.seatId, entry.editId);
    const before = known.get(editKey);
    if (before) {
      if (Buffer.compare(before.update, entry.update) !== 0) return refuse('EDIT_ID_REUSED');
      return { ok: true, seq: before.seq, epoch: before.epoch, repeated: true };
    }
    if (entry.epoch !== plan.epoch) return refuse('EPOCH_CHANGED');
    if (entry.seatId !== SYSTEM_SEAT && !openStatuses.includes(plan.status)) return refuse('PLAN_FROZEN');
    const continues = entry.clients.every((range) => {
      const client = clocks.get(keyOf(entry.planId, range.clientId));
      return client?.seatId === entry.seatId && client.nextClock === range.startClock;
    });
    if (!continues) return refuse('CLOCK');

    for (const range of entry.clients) {
      const clientKey = keyOf(entry.planId, range.clientId);
      clocks.get(clientKey)!.nextClock = range.endClock;
      const first = starts.get(clientKey)?.range.startClock ?? range.startClock;
      starts.set(clientKey, { planId: entry.planId, range: { ...range, startClock: first } });
    }
    plan.seq += 1;
    known.set(editKey, { seq: plan.seq, epoch: plan.epoch, update: entry.update });
    accepted.push({ entry, seq: plan.seq });
    return { ok: true, seq: plan.seq, epoch: plan.epoch, repeated: false };
  });

  const edits = accepted.length > 0 ? await write(tx, accepted, [...starts.values()]) : [];
  return { answers, edits };
}

/** Locks in id order, so that two transactions over several plans cannot wait for each other. */
async function lockPlans(tx: Transaction, planIds: string[]): Promise<Map<string, LockedPlan>> {
  const rows: { id: string; seq: string; epoch: number; status: string }[] = await tx.manager.query(
    'SELECT id, seq, epoch, status FROM plan WHERE id = ANY($1) ORDER BY id FOR UPDATE',
    [planIds],
  );
  return new Map(rows.map((row) => [row.id, { seq: Number(row.seq), epoch: row.epoch, status: row.status }]));
}

/** Must be a statement of its own after the lock: a statement that waits for a lock reads other tables as they were before the wait. */
async function readKnown(tx: Transaction, entries: readonly Entry[]) {
  const rows: { plan_id: string; seat_id: string; edit_id: string; seq: string; epoch: number; update: Buffer }[] =
    await tx.manager.query(
      `SELECT e.plan_id, e.seat_id, e.edit_id, e.seq, e.epoch, e.update
       FROM unnest($1::text[], $2::text[], $3::text[]) AS q(plan_id, seat_id, edit_id)
       JOIN plan_edit e USING (plan_id, seat_id, edit_id)`,
      [entries.map((e) => e.planId), entries.map((e) => e.seatId), entries.map((e) => e.editId)],
    );
  return new Map<string, { seq: number; epoch: number; update: Uint8Array }>(
    rows.map((row) => [keyOf(row.plan_id, row.seat_id, row.edit_id), { ...row, seq: Number(row.seq) }]),
  );
}

async function readClocks(tx: Transaction, entries: readonly Entry[]) {
  const wanted = entries.flatMap((entry) => entry.clients.map(({ clientId }) => ({ planId: entry.planId, clientId })));
  const rows: { plan_id: string; client_id: number; seat_id: string; next_clock: string }[] =
    wanted.length === 0
      ? []
      : await tx.manager.query(
          `SELECT DISTINCT c.plan_id, c.client_id, c.seat_id, c.next_clock
           FROM unnest($1::text[], $2::int[]) AS q(plan_id, client_id) JOIN plan_client c USING (plan_id, client_id)`,
          [wanted.map((w) => w.planId), wanted.map((w) => w.clientId)],
        );
  return new Map(
    rows.map((row) => [keyOf(row.plan_id, row.client_id), { seatId: row.seat_id, nextClock: Number(row.next_clock) }]),
  );
}

/** Clocks, edits and counters in one statement. The counts cannot differ under the lock; should they, all is rolled back. */
async function write(
  tx: Transaction,
  accepted: { entry: Entry; seq: number }[],
  clients: { planId: string; range: ClientRange }[],
): Promise<Edit[]> {
  const heads = new Map(accepted.map(({ entry, seq }) => [entry.planId, seq]));
  const rows: { plan_id: string; seq: string; at: Date; clients: string; plans: string }[] = await tx.manager.query(
    `WITH moved AS (
       UPDATE plan_client c SET next_clock = q.next FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) AS q(plan_id, client_id, start, next)
       WHERE c.plan_id = q.plan_id AND c.client_id = q.client_id AND c.next_clock = q.start RETURNING 1
     ), counted AS (
       UPDATE plan p SET seq = q.seq FROM unnest($5::text[], $6::bigint[]) AS q(plan_id, seq)
       WHERE p.id = q.plan_id AND p.seq < q.seq RETURNING 1
     ), added AS (
       INSERT INTO plan_edit (plan_id, seq, epoch, edit_id, seat_id, client_id, update, region, origin_seq)
       SELECT * FROM unnest($7::text[], $8::bigint[], $9::int[], $10::text[], $11::text[], $12::int[], $13::bytea[], $14::text[], $15::bigint[])
       RETURNING plan_id, seq, at
     )
     SELECT plan_id, seq, at, (SELECT count(*) FROM moved) AS clients, (SELECT count(*) FROM counted) AS plans FROM added`,
    [
      clients.map((c) => c.planId),
      clients.map((c) => c.range.clientId),
      clients.map((c) => c.range.startClock),
      clients.map((c) => c.range.endClock),
      [...heads.keys()],
      [...heads.values()],
      accepted.map(({ entry }) => entry.planId),
      accepted.map(({ seq }) => seq),
      accepted.map(({ entry }) => entry.epoch),
      accepted.map(({ entry }) => entry.editId),
      accepted.map(({ entry }) => entry.seatId),
      accepted.map(({ entry }) => entry.clients[0]?.clientId ?? null),
      accepted.map(({ entry }) => asBuffer(entry.update)),
      accepted.map(({ entry }) => entry.region),
      accepted.map(({ entry }) => entry.originSeq ?? null),
    ],
  );
  const wrong = Number(rows[0]?.clients) !== clients.length || Number(rows[0]?.plans) !== heads.size;
  if (rows.length !== accepted.length || wrong) throw new Error('the plan log changed under its lock');
  const times = new Map(rows.map((row) => [keyOf(row.plan_id, Number(row.seq)), row.at]));
  return accepted.map(({ entry, seq }) => ({
    planId: entry.planId,
    seq,
    epoch: entry.epoch,
    update: entry.update,
    seatId: entry.seatId,
    region: entry.region,
    at: times.get(keyOf(entry.planId, seq))!,
  }));
}
