import type { DataSource } from 'typeorm';
import { type Query, type RecordedEvent, readEvents } from '../../../kit/feed/read.ts';
import type { Held } from './lease.ts';
import type { Outcome } from './sender.ts';

interface AskedFor {
  id: string;
  network_id: string;
  position: string;
}

/**
 * Dead letters of an endpoint that its partner has asked for again: each is tried once more, in the order in which it had its place.
 * @param until of `performance.now()`: what is left then waits for the next turn, so that what is new does not wait for all of them
 */
export async function sendAgain(
  source: DataSource,
  held: Held,
  {
    signal,
    send,
    until,
  }: { signal: AbortSignal; send(event: RecordedEvent): Promise<Outcome | 'passed'>; until: number },
): Promise<void> {
  const query: Query = (sql, parameters) => source.query(sql, parameters);
  const letters: AskedFor[] = await source.query(
    `SELECT id, network_id, position FROM webhook_dead_letter WHERE endpoint_id = $1 AND is_asked_for
     ORDER BY network_id, position LIMIT 100`,
    [held.id],
  );
  for (const { id, network_id: networkId, position } of letters) {
    if (signal.aborted || performance.now() > until) return;
    const [event] = await readEvents(query, {
      after: { [networkId]: Number(position) - 1 },
      upTo: { [networkId]: Number(position) },
      limit: 1,
    });
    const outcome = event ? await send(event) : 'passed';
    if (outcome === 'passed' || outcome.failure === null) {
      await source.query('DELETE FROM webhook_dead_letter WHERE id = $1', [id]);
      if (outcome === 'passed') continue;
      await source.query(
        `UPDATE webhook_endpoint SET delivered = delivered + 1, last_attempt_at = now(), last_success_at = now(), last_status = $2, last_error = NULL,
           failing_since = NULL WHERE id = $1`,
        [held.id, outcome.status],
      );
      continue;
    }
    await source.query(
      `WITH letter AS (
         UPDATE webhook_dead_letter SET is_asked_for = false, attempts = attempts + 1, error = $2, last_status = $3 WHERE id = $1 RETURNING endpoint_id)
       UPDATE webhook_endpoint e SET failed = failed + 1, last_attempt_at = now(), last_status = $3, last_error = $2 FROM letter
       WHERE e.id = letter.endpoint_id`,
      [id, outcome.failure, outcome.status],
    );
  }
}

/** Whatever is older than a cursor may be is of no use to anybody. */
export const forgetDeadLetters = (source: DataSource): Promise<unknown> =>
  source.query("DELETE FROM webhook_dead_letter WHERE died_at < now() - interval '30 days'");
