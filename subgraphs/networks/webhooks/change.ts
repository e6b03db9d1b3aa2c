import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { isId } from '../../../kit/once.ts';
import { conflict, forbidden, invalid } from '../../../kit/types.ts';
import { Partner } from '../entities/partner.ts';
import type { NetworkUpdateFilter } from '../inputs.ts';
import { mayKeepWebhooks, mayStopWebhooks } from '../policy.ts';
import { WebhookEndpoint, type WebhookFilter } from './entities.ts';
import type { Settings } from './settings.ts';
import { findFault } from './target.ts';

type Act = 'WEBHOOK_CREATED' | 'WEBHOOK_CHANGED' | 'WEBHOOK_DELETED' | 'WEBHOOK_SECRET_ROTATED' | 'WEBHOOK_REPLAYED';

const refused = () => forbidden('There is no such partner or endpoint, or its webhooks are not yours to change.');

/** With the partner's row locked, so that endpoints are counted and changed one command after the other. @throws Problem ForbiddenError */
export async function lockPartner(
  { manager }: Transaction,
  id: string,
  may: (partner: Partner) => boolean,
): Promise<Partner> {
  const lock = { mode: 'pessimistic_write' } as const;
  const partner = isId(id) ? await manager.findOne(Partner, { where: { id }, lock }) : null;
  if (!partner || !may(partner)) throw refused();
  return partner;
}

/**
 * An endpoint that the actor may change, or only stop, with both rows locked.
 * @param expectedVersion undefined where a change takes nothing back that another has made
 * @throws Problem ForbiddenError, ConflictError
 */
export async function lockEndpoint(
  tx: Transaction,
  actor: Actor,
  { id, expectedVersion }: { id: string; expectedVersion?: number },
  right: 'keep' | 'stop',
): Promise<{ endpoint: WebhookEndpoint; partner: Partner }> {
  const may = right === 'keep' ? mayKeepWebhooks : mayStopWebhooks;
  const seen = isId(id) ? await tx.manager.findOneBy(WebhookEndpoint, { id }) : null;
  if (!seen) throw refused();
  const partner = await lockPartner(tx, seen.partnerId, (found) => may(actor, found));
  const lock = { mode: 'pessimistic_write' } as const;
  const endpoint = await tx.manager.findOne(WebhookEndpoint, { where: { id }, lock });
  if (!endpoint) throw refused();
  if (expectedVersion !== undefined && expectedVersion !== endpoint.version)
    throw conflict('Somebody has changed this endpoint, or it has been disabled.', endpoint.version);
  return { endpoint, partner };
}

export function noteAct(tx: Transaction, actor: Actor, action: Act, partner: Partner, id: string, detail?: string) {
  const target = { type: 'WebhookEndpoint', id };
  tx.audit({ actor, action, target, networkIds: partner.networkIds, detail: detail ?? partner.id });
}

/** @throws Problem ValidationError */
export function checkUrl(text: string, settings: Settings): string {
  const fault = findFault(text, settings);
  if (fault !== null) throw invalid(`url: ${fault}.`, 'input', 'url');
  return new URL(text).href;
}

/** @throws Problem ValidationError */
export function checkFilter(filter: NetworkUpdateFilter | null | undefined): WebhookFilter {
  const { networks = null, types = null, thematicAreas = null, countries = null } = filter ?? {};
  for (const [name, list] of Object.entries({ networks, types, thematicAreas, countries })) {
    if (list && list.length > 300) throw invalid(`filter: at most 300 ${name}.`, 'input', 'filter', name);
  }
  return { networks, types, thematicAreas, countries };
}
