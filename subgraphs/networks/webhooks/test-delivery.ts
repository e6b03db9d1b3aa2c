import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Database } from '../../../kit/database/open.ts';
import { claim } from '../../../kit/once.ts';
import { invalid } from '../../../kit/types.ts';
import { webhookTested } from '../events.ts';
import { lockEndpoint } from './change.ts';
import type { Webhooks } from './context.ts';
import type { WebhookEndpoint } from './entities.ts';
import type { TestWebhookInput } from './inputs.ts';
import { toMessage } from './message.ts';
import { openLive } from './secrets.ts';
import { type Outcome, openSender } from './sender.ts';

const pause = 5; // seconds between two tests of an endpoint

/**
 * Sends an event that says nothing, now and once, whatever state the endpoint is in; nothing else of it changes.
 * @returns null when this `clientMutationId` has been used before
 * @throws Problem ForbiddenError, ValidationError
 */
export async function testWebhook(
  database: Database,
  actor: Actor,
  input: TestWebhookInput,
  { secrets, settings }: Webhooks,
): Promise<Outcome | null> {
  const ready = await database.transaction(
    async (tx): Promise<{ endpoint: WebhookEndpoint; live: string[] } | null> => {
      const { endpoint } = await lockEndpoint(tx, actor, { id: input.id }, 'keep');
      const { first } = await claim(tx.manager, actor, 'testWebhook', input, input.id);
      if (!first) return null;
      const [, count] = await tx.manager.query(
        `UPDATE webhook_endpoint SET tested_at = now() WHERE id = $1 AND coalesce(tested_at <= now() - $2 * interval '1 second', true)`,
        [input.id, pause],
      );
      if (count === 0) throw invalid(`id: it was tested just now; once in ${pause} seconds.`, 'input', 'id');
      const { secret, previousSecret, previousSecretUntil } = endpoint;
      const isPreviousLive = previousSecret !== null && Number(previousSecretUntil) > settings.now();
      const live = openLive(secrets, input.id, [secret, ...(isPreviousLive ? [previousSecret] : [])]);
      if (!live) throw invalid('id: its secret is lost: take a new one with rotateWebhookSecret.', 'input', 'id');
      return { endpoint, live };
    },
  );
  if (!ready) return null;
  const { id, url, mode } = ready.endpoint;
  const cloudEvent = {
    ...{ specversion: '1.0', id: ulid(), source: `/webhooks/${id}`, type: webhookTested, subject: `webhook/${id}` },
    ...{ time: new Date(settings.now()).toISOString(), datacontenttype: 'application/json', data: { webhookId: id } },
  };
  const sender = openSender(url, settings);
  try {
    return await sender.send(toMessage(cloudEvent, mode), ready.live, new AbortController().signal);
  } finally {
    sender.close();
  }
}
