import type { DataSource, EntityManager } from 'typeorm';
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
  /** What it does, for the history: `edit a1.1.1 title en`, `create a1.2.3`; see `touchedBy`. */
  touched?: readonly string[];
  /** Where it makes nodes or texts: the number up to which the log was known when it was judged. An edit after that which touched the same makes it `CLOCK`. */
  judgedAt?: number;
  /** Taken whatever the plan's status, as the server's own edits are: what another region has accepted, and what a decision about the plan writes. */
  forced?: boolean;
}

/** A row of the log. `seq` counts a plan's edits from 1, without holes, in all epochs. */
export interface Edit {
  planId: string;
  seq: number;
  epoch: number;
  update: Uint8Array;
  seatId: string;
  region: string;
  /** Its number in the log of that region; null: this one's. */
  originSeq?: number | null;
  at: Date;
}

/** `CLOCK`: another edit of one of its clients came first, or one that touched what it makes, or the client is not the seat's: catch up and judge again. */
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
const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * The log of all plans: durable, in order. Group commit: what queues while a plan's last commit is in flight goes into its next transaction; no timer.
 * A plan is in at most one transaction of this process at a time, so its edits are committed in the order they came.
 * @param onCommit sees each transaction's new edits, in order, after the commit and before any writer is told
 * @param lanes transactions at a time
 */
export function createPlanLog(options: {
  source: DataSource;
  onCommit?: (edits: Edit[]) => Promise<void>;
  lanes?: number;
  largestBatch?: number;
}): PlanLog {
  const { source, onCommit = async () => {}, lanes = 4, largestBatch = 1_000 } = options;
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
      // One statement is one transaction: its answer comes after the commit.
      const { answers, edits } = await commitEntries(
        source,
        batch.map(({ entry }) => entry),
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

/** One transaction's work, also for the loader: in the order of `entries`, those of a plan together. */
export async function commitEntries(
  manager: Pick<EntityManager, 'query'>,
  entries: readonly Entry[],
): Promise<{ answers: Appended[]; edits: Edit[] }> {
  const rows: Row[] = await manager.query(
    'SELECT * FROM append_plan_edits($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
    [
      entries.map((entry) => entry.planId),
      entries.map((entry) => entry.epoch),
      entries.map((entry) => entry.editId),
      entries.map((entry) => entry.seatId),
      entries.map((entry) => asBuffer(entry.update)),
      entries.map((entry) => entry.region),
      entries.map((entry) => entry.originSeq ?? null),
      JSON.stringify(entries.map(({ clients }) => clients.map((c) => [c.clientId, c.startClock, c.endClock]))),
      JSON.stringify(entries.map(({ touched = [] }) => touched)),
      entries.map(({ forced, seatId }) => forced === true || seatId === SYSTEM_SEAT),
      entries.map(({ judgedAt }) => judgedAt ?? null),
    ],
  );
  const answers = rows.map(({ outcome, at_seq, at_epoch: epoch }): Appended => {
    if (outcome !== 'COMMITTED' && outcome !== 'REPEATED') return { ok: false, reason: outcome, epoch };
    return { ok: true, seq: Number(at_seq), epoch, repeated: outcome === 'REPEATED' };
  });
  const edits = entries.flatMap(({ planId, epoch, update, seatId, region, originSeq = null }, index): Edit[] => {
    const { outcome, at_seq, at_time: at } = rows[index]!;
    return outcome === 'COMMITTED'
      ? [{ planId, seq: Number(at_seq), epoch, update, seatId, region, originSeq, at: at! }]
      : [];
  });
  return { answers, edits };
}

interface Row {
  outcome: 'COMMITTED' | 'REPEATED' | Refusal;
  at_seq: string | null;
  at_epoch: number;
  at_time: Date | null;
}
