import type { DataSource, EntityManager } from 'typeorm';
import { ApiError } from '../../../kit/errors.ts';
import { describeError, type Log } from '../../../kit/log.ts';

/** What a tab says of the id that it had before. */
export interface Resume {
  clientId: number;
  /** The id's next clock when all that was acknowledged is counted. */
  nextClock: number;
  /** The same when all that waits in the outbox is counted too: a push whose answer was lost may have come, or not. */
  outboxEnd?: number | null | undefined;
}

const lifetime = "interval '90 days'";

/**
 * Gives a seat its id back, unless it has ended or is not where its tab believes it to be: then something else wrote by it, or its tab has lost something.
 * @returns the id's next clock; undefined when it cannot be had back
 * @throws ApiError BAD_USER_INPUT
 */
export async function resumeClientId(
  manager: Pick<EntityManager, 'query'>,
  planId: string,
  seatId: string,
  { clientId, nextClock, outboxEnd }: Resume,
): Promise<number | undefined> {
  const end = outboxEnd ?? nextClock;
  if (nextClock < 0) throw new ApiError('BAD_USER_INPUT', 'resume.nextClock: 0 or more.');
  if (end < nextClock) throw new ApiError('BAD_USER_INPUT', 'resume.outboxEnd: nextClock or more.');
  const [rows]: [{ next_clock: string }[]] = await manager.query(
    `UPDATE plan_client SET used_at = now() WHERE plan_id = $1 AND client_id = $2 AND seat_id = $3
     AND next_clock BETWEEN $4 AND $5 AND used_at > now() - ${lifetime} RETURNING next_clock`,
    [planId, clientId, seatId, nextClock, end],
  );
  return rows[0] && Number(rows[0].next_clock);
}

/** Ends a seat's ids in a plan for good, also if it gets its rights back: meanwhile they wrote into a document that the seat could not follow. */
export async function endClientIds(
  manager: Pick<EntityManager, 'query'>,
  planId: string,
  seatId: string,
): Promise<void> {
  await manager.query(
    "UPDATE plan_client SET used_at = '-infinity' WHERE plan_id = $1 AND seat_id = $2 AND used_at > '-infinity'",
    [planId, seatId],
  );
}

/**
 * Deletes ids that have ended, or could have, and never wrote. One that has written stays for ever: it is in the document. What another process, or an edit
 * under way, has in hand is passed over.
 * @returns how many
 */
export async function deleteUnusedClientIds(manager: Pick<EntityManager, 'query'>, batch = 1_000): Promise<number> {
  for (let deleted = 0; ; ) {
    const [, count]: [unknown, number] = await manager.query(
      `WITH unused AS MATERIALIZED (
         SELECT plan_id, client_id FROM plan_client
         WHERE next_clock = 0 AND greatest(used_at, issued_at) < now() - ${lifetime} LIMIT $1 FOR UPDATE SKIP LOCKED)
       DELETE FROM plan_client c USING unused WHERE c.plan_id = unused.plan_id AND c.client_id = unused.client_id`,
      [batch],
    );
    deleted += count;
    if (count < batch) return deleted;
  }
}

const hour = 3_600_000; // ms

/** Does so every few hours, at moments of this process's own. @returns stop, which waits for what is under way */
export function keepDeletingUnusedClientIds(source: DataSource, log: Log, random = Math.random): () => Promise<void> {
  let running = Promise.resolve();
  let timer: NodeJS.Timeout;
  const plan = (ms: number) => {
    timer = setTimeout(() => {
      plan((6 + random()) * hour);
      running = deleteUnusedClientIds(source.manager).then(
        (deleted) => log.info('client ids that were never used are deleted', { deleted }),
        (error) => log.warn('client ids could not be deleted; trying again in some hours', describeError(error)),
      );
    }, ms);
    timer.unref();
  };
  plan(random() * hour);
  return async () => {
    clearTimeout(timer);
    await running;
  };
}
