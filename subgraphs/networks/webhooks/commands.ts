import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import type { Vector } from '../../../kit/feed/vector.ts';
import { once } from '../../../kit/once.ts';
import { invalid } from '../../../kit/types.ts';
import { feedScope, mayKeepWebhooks } from '../policy.ts';
import { checkFilter, checkUrl, lockEndpoint, lockPartner, noteAct } from './change.ts';
import type { Webhooks } from './context.ts';
import { WebhookEndpoint } from './entities.ts';
import type { CreateWebhookInput, RotateWebhookSecretInput, UpdateWebhookInput, WebhookStepInput } from './inputs.ts';

/** Of one partner. */
export const mostEndpoints = 10;

/** What a command gives: the secret is told once, since it is kept sealed. */
export interface Told {
  id: string;
  /** Null when this `clientMutationId` has been used before. */
  secret: string | null;
}

/** @param place where it begins @throws Problem ForbiddenError, ValidationError */
export async function createWebhook(
  tx: Transaction,
  actor: Actor,
  input: CreateWebhookInput,
  place: Vector,
  { secrets, settings, epoch }: Webhooks,
): Promise<Told> {
  const { manager } = tx;
  const partner = await lockPartner(tx, input.partnerId ?? actor.partner?.id ?? '', (one) =>
    mayKeepWebhooks(actor, one),
  );
  const url = checkUrl(input.url, settings);
  const filter = checkFilter(input.filter);
  let secret: string | null = null;
  const id = await once(tx, actor, 'createWebhook', input, `webhook:${ulid()}`, async (newId) => {
    if (partner.status !== 'ACTIVE' || !partner.scopes.includes(feedScope))
      throw invalid('partnerId: it reads no updates.', 'input', 'partnerId');
    if ((await manager.countBy(WebhookEndpoint, { partnerId: partner.id })) >= mostEndpoints)
      throw invalid(`partnerId: it has ${mostEndpoints} endpoints: delete one first.`, 'input', 'partnerId');
    secret = secrets.make();
    await manager.query(
      `INSERT INTO webhook_endpoint (id, partner_id, url, mode, filter, state, secret, place, epoch) VALUES ($1, $2, $3, $4, $5, 'ACTIVE', $6, $7, $8)`,
      [
        ...[newId, partner.id, url, input.mode ?? 'STRUCTURED', JSON.stringify(filter)],
        ...[secrets.seal(newId, secret), JSON.stringify(place), epoch],
      ],
    );
    noteAct(tx, actor, 'WEBHOOK_CREATED', partner, newId);
  });
  return { id, secret };
}

/** @throws Problem ForbiddenError, ConflictError, ValidationError */
export async function updateWebhook(
  tx: Transaction,
  actor: Actor,
  input: UpdateWebhookInput,
  { settings }: Webhooks,
): Promise<string> {
  return once(tx, actor, 'updateWebhook', input, input.id, async () => {
    const { endpoint, partner } = await lockEndpoint(tx, actor, input, 'keep');
    const url = input.url == null ? endpoint.url : checkUrl(input.url, settings);
    await tx.manager.query(
      // another address may well take what this one did not, and has all the time that any has
      `UPDATE webhook_endpoint SET url = $2, mode = $3, filter = $4, retry_at = CASE WHEN url = $2 THEN retry_at END,
         attempts = CASE WHEN url = $2 THEN attempts ELSE 0 END, item_failing_since = CASE WHEN url = $2 THEN item_failing_since END,
         failing_since = CASE WHEN url = $2 THEN failing_since END, version = version + 1 WHERE id = $1`,
      [
        endpoint.id,
        url,
        input.mode ?? endpoint.mode,
        JSON.stringify(input.filter == null ? endpoint.filter : checkFilter(input.filter)),
      ],
    );
    noteAct(tx, actor, 'WEBHOOK_CHANGED', partner, endpoint.id);
  });
}

export async function pauseWebhook(tx: Transaction, actor: Actor, input: WebhookStepInput): Promise<string> {
  return once(tx, actor, 'pauseWebhook', input, input.id, async () => {
    const { endpoint, partner } = await lockEndpoint(tx, actor, input, 'stop');
    if (endpoint.state !== 'ACTIVE') throw invalid(`id: it is ${endpoint.state}.`, 'input', 'id');
    await tx.manager.query(
      `UPDATE webhook_endpoint SET state = 'PAUSED', state_since = now(), version = version + 1 WHERE id = $1`,
      [endpoint.id],
    );
    noteAct(tx, actor, 'WEBHOOK_CHANGED', partner, endpoint.id, 'PAUSED');
  });
}

/** Goes on where it stood, whether the partner paused it or we disabled it; what was tried in vain is tried anew. */
export async function resumeWebhook(tx: Transaction, actor: Actor, input: WebhookStepInput): Promise<string> {
  return once(tx, actor, 'resumeWebhook', input, input.id, async () => {
    const { endpoint, partner } = await lockEndpoint(tx, actor, input, 'keep');
    if (endpoint.state === 'ACTIVE') throw invalid('id: it is ACTIVE.', 'input', 'id');
    if (endpoint.disabledReason === 'RESYNC_REQUIRED')
      throw invalid('id: its place cannot be resumed: say with replayWebhook where to go on.', 'input', 'id');
    if (endpoint.disabledReason === 'SECRET_UNREADABLE')
      throw invalid('id: its secret is lost: take a new one with rotateWebhookSecret.', 'input', 'id');
    await tx.manager.query(
      `UPDATE webhook_endpoint SET state = 'ACTIVE', disabled_reason = NULL, state_since = now(), attempts = 0, item_failing_since = NULL,
         failing_since = NULL, retry_at = NULL, version = version + 1 WHERE id = $1`,
      [endpoint.id],
    );
    noteAct(tx, actor, 'WEBHOOK_CHANGED', partner, endpoint.id, 'ACTIVE');
  });
}

/** With its dead letters. @returns the partner's id */
export async function deleteWebhook(tx: Transaction, actor: Actor, input: WebhookStepInput): Promise<string> {
  return once(tx, actor, 'deleteWebhook', input, input.id, async () => {
    const { endpoint, partner } = await lockEndpoint(tx, actor, input, 'stop');
    await tx.manager.delete(WebhookEndpoint, { id: endpoint.id });
    noteAct(tx, actor, 'WEBHOOK_DELETED', partner, endpoint.id);
  });
}

/** A new secret; the one before it signs beside it for some hours. An older one ends. */
export async function rotateWebhookSecret(
  tx: Transaction,
  actor: Actor,
  input: RotateWebhookSecretInput,
  { secrets }: Webhooks,
): Promise<Told> {
  const hours = input.overlapHours ?? 24;
  if (hours < 0 || hours > 168) throw invalid('overlapHours: 0 to 168.', 'input', 'overlapHours');
  let secret: string | null = null;
  const id = await once(tx, actor, 'rotateWebhookSecret', input, input.id, async () => {
    const { endpoint, partner } = await lockEndpoint(tx, actor, { id: input.id }, 'keep');
    const isLost = endpoint.disabledReason === 'SECRET_UNREADABLE';
    secret = secrets.make();
    await tx.manager.query(
      `UPDATE webhook_endpoint SET secret = $2, previous_secret = CASE WHEN $3 > 0 THEN secret END,
         previous_until = CASE WHEN $3 > 0 THEN now() + make_interval(hours => $3) END, version = version + 1,
         state = CASE WHEN $4 THEN 'ACTIVE' ELSE state END, state_since = CASE WHEN $4 THEN now() ELSE state_since END,
         disabled_reason = CASE WHEN $4 THEN NULL ELSE disabled_reason END WHERE id = $1`,
      [endpoint.id, secrets.seal(endpoint.id, secret), isLost ? 0 : hours, isLost],
    );
    noteAct(tx, actor, 'WEBHOOK_SECRET_ROTATED', partner, endpoint.id);
  });
  return { id, secret };
}
