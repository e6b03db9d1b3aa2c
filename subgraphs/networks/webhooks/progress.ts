import { ulid } from 'ulid';
import type { Database, Transaction } from '../../../kit/database/open.ts';
import type { RecordedEvent } from '../../../kit/feed/read.ts';
import type { Vector } from '../../../kit/feed/vector.ts';
import type { WebhookDisabling } from './entities.ts';
import type { Held } from './lease.ts';
import type { Outcome } from './sender.ts';
import { backOff, type Settings } from './settings.ts';

/** Only while this process has the endpoint, and nobody has changed it since it was taken: else its place is another one. Takes $1 to $3. */
const isMine = 'id = $1 AND lease_by = $2 AND version = $3';

/** Writes down how far an endpoint has come. Each answers whether it is still this process's to serve. */
export interface Progress {
  /** It has taken an update, or all up to `place` is not for it. @param outcome null for the latter */
  reach(held: Held, place: Vector, outcome: Outcome | null): Promise<boolean>;
  /** It has not taken the update that leads to `place`. */
  fail(held: Held, event: RecordedEvent, place: Vector, outcome: Outcome): Promise<void>;
  disable(held: Held, reason: WebhookDisabling): Promise<void>;
}

export function createProgress(database: Database, by: string, settings: Settings): Progress {
  const { giveUpMs, disableMs, now } = settings;
  const { source } = database;
  const mine = (held: Held) => [held.id, by, held.version];

  async function disableIn(tx: Transaction, held: Held, reason: WebhookDisabling): Promise<void> {
    const [, count] = await tx.manager.query(
      `UPDATE webhook_endpoint SET state = 'DISABLED', disabled_reason = $4, state_since = now(), retry_at = NULL, version = version + 1,
         lease_by = NULL, lease_until = NULL WHERE ${isMine}`,
      [...mine(held), reason],
    );
    if (count === 0) return;
    tx.audit({
      actor: { kind: 'SYSTEM' },
      action: 'WEBHOOK_DISABLED',
      target: { type: 'WebhookEndpoint', id: held.id },
      networkIds: held.partner.networkIds,
      detail: reason,
    });
  }

  return {
    async reach(held, place, outcome) {
      const [, count] = await source.query(
        outcome
          ? `UPDATE webhook_endpoint SET place = $4, attempts = 0, item_failing_since = NULL, failing_event_id = NULL, failing_since = NULL,
               retry_at = NULL, delivered = delivered + 1, last_attempt_at = now(), last_success_at = now(), last_status = $5, last_error = NULL WHERE ${isMine}`
          : `UPDATE webhook_endpoint SET place = $4 WHERE ${isMine}`,
        [...mine(held), JSON.stringify(place), ...(outcome ? [outcome.status] : [])],
      );
      return count > 0;
    },

    async fail(held, event, place, outcome) {
      if (outcome.status === 410) return database.transaction((tx) => disableIn(tx, held, 'GONE'));
      const at = now();
      // What failed before may not be for it any more: then this one has its own time.
      const isSame = held.failingEventId === event.id;
      const attempts = isSame ? held.attempts + 1 : 1;
      const itemSince = (isSame && held.itemFailingSince) || new Date(at);
      const since = held.failingSince ?? new Date(at);
      const isDead = at - itemSince.getTime() >= giveUpMs;
      await database.transaction(async (tx) => {
        const [, count] = await tx.manager.query(
          `UPDATE webhook_endpoint SET attempts = $4, item_failing_since = $5, failing_event_id = $6, failing_since = coalesce(failing_since, $7),
             retry_at = now() + $8 * interval '1 ms', place = coalesce($9, place), failed = failed + 1, last_attempt_at = now(), last_status = $10,
             last_error = $11 WHERE ${isMine}`,
          [
            ...mine(held),
            ...(isDead ? [0, null, null] : [attempts, itemSince, event.id]),
            new Date(at),
            isDead ? null : backOff(attempts, outcome.retryAfter, settings),
            isDead ? JSON.stringify(place) : null,
            outcome.status,
            outcome.failure,
          ],
        );
        if (count === 0) return;
        // In the transaction that moves its place past it: it is either still to be sent, or here.
        if (isDead) await bury(tx, held, event, { ...outcome, attempts, since: itemSince });
        if (at - since.getTime() >= disableMs) await disableIn(tx, held, 'FAILING');
      });
    },

    disable: (held, reason) => database.transaction((tx) => disableIn(tx, held, reason)),
  };
}

async function bury(
  { manager }: Transaction,
  held: Held,
  event: RecordedEvent,
  { failure, status, attempts, since }: Outcome & { attempts: number; since: Date },
): Promise<void> {
  await manager.query(
    `INSERT INTO webhook_dead_letter (id, endpoint_id, network_id, position, event_id, type, error, last_status, attempts, failing_since)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (endpoint_id, event_id) DO UPDATE SET error = excluded.error, last_status = excluded.last_status, attempts = excluded.attempts,
       failing_since = excluded.failing_since, died_at = now()`,
    [
      `dead-letter:${ulid()}`,
      held.id,
      ...[event.networkId, event.position, event.id, event.type],
      ...[failure, status, attempts, since],
    ],
  );
}
