import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { ApiError } from '../../../kit/errors.ts';
import { locate, type Query } from '../../../kit/feed/read.ts';
import type { Vector } from '../../../kit/feed/vector.ts';
import { once } from '../../../kit/once.ts';
import { invalid } from '../../../kit/types.ts';
import { resumable } from '../updates.ts';
import { lockEndpoint, noteAct } from './change.ts';
import type { Webhooks } from './context.ts';
import type { ReplayDeadLettersInput, ReplayWebhookInput } from './inputs.ts';

/** @throws Problem ValidationError for a cursor that cannot be resumed, or is none */
export async function findPlace(query: Query, cursor: string, { feedCursors, settings }: Webhooks): Promise<Vector> {
  const since = new Date(settings.now() - resumable);
  const place = await locate(query, feedCursors, cursor, since).catch((error) => {
    if (error instanceof ApiError) throw invalid(`after: ${error.message}`, 'input', 'after');
    throw error;
  });
  if ('after' in place) return place.after;
  throw invalid(`after: it cannot be resumed (${place.resync}): go on after oldestAvailable.`, 'input', 'after');
}

/** Goes on after another place. One that was disabled because its own cannot be resumed is active again. */
export async function replayWebhook(
  tx: Transaction,
  actor: Actor,
  input: ReplayWebhookInput,
  webhooks: Webhooks,
): Promise<string> {
  return once(tx, actor, 'replayWebhook', input, input.id, async () => {
    const { endpoint, partner } = await lockEndpoint(tx, actor, { id: input.id }, 'keep');
    const place = await findPlace((sql, parameters) => tx.manager.query(sql, parameters), input.after, webhooks);
    const wasLost = endpoint.disabledReason === 'RESYNC_REQUIRED';
    await tx.manager.query(
      `UPDATE webhook_endpoint SET place = $2, epoch = $3, attempts = 0, item_failing_since = NULL, retry_at = NULL, version = version + 1,
         state = CASE WHEN $4 THEN 'ACTIVE' ELSE state END, state_since = CASE WHEN $4 THEN now() ELSE state_since END,
         disabled_reason = CASE WHEN $4 THEN NULL ELSE disabled_reason END WHERE id = $1`,
      [endpoint.id, JSON.stringify(place), webhooks.epoch, wasLost],
    );
    noteAct(tx, actor, 'WEBHOOK_REPLAYED', partner, endpoint.id);
  });
}

/** Sends dead letters once more, as soon as the endpoint is active. */
export async function replayDeadLetters(tx: Transaction, actor: Actor, input: ReplayDeadLettersInput): Promise<string> {
  const ids = input.deadLetterIds ?? null;
  if (ids && ids.length > 100) throw invalid('deadLetterIds: at most 100.', 'input', 'deadLetterIds');
  return once(tx, actor, 'replayDeadLetters', input, input.id, async () => {
    const { endpoint, partner } = await lockEndpoint(tx, actor, { id: input.id }, 'keep');
    const [, count] = await tx.manager.query(
      'UPDATE webhook_dead_letter SET is_asked_for = true WHERE endpoint_id = $1 AND ($2::text[] IS NULL OR id = ANY ($2))',
      [endpoint.id, ids],
    );
    if (count < new Set(ids ?? []).size) throw invalid('deadLetterIds: it has no such ones.', 'input', 'deadLetterIds');
    noteAct(tx, actor, 'WEBHOOK_REPLAYED', partner, endpoint.id, `${count} dead letters`);
  });
}
