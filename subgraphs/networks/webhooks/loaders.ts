import { type DataSource, In } from 'typeorm';
import { loadByKey } from '../../../kit/load.ts';
import { WebhookDeadLetter, WebhookEndpoint } from './entities.ts';

/** How far an endpoint is behind the logs of its partner's networks. */
export interface Backlog {
  id: string;
  /** Entries after its place, those that are not for it counted. */
  behind: number;
  /** When the oldest of them was recorded. */
  since: Date | null;
  deadLetters: number;
}

export function createWebhookLoaders({ manager }: DataSource) {
  return {
    webhook: loadByKey<string, WebhookEndpoint>(
      (ids) => manager.findBy(WebhookEndpoint, { id: In([...ids]) }),
      (endpoint) => endpoint.id,
    ),
    webhookBacklog: loadByKey<string, Backlog>(
      (ids) =>
        manager.query(
          `SELECT e.id, coalesce(sum(greatest(s.position - here.position, 0)), 0)::integer AS behind, min(v.recorded_at) AS since,
             (SELECT count(*)::integer FROM webhook_dead_letter d WHERE d.endpoint_id = e.id) AS "deadLetters"
           FROM webhook_endpoint e JOIN partner p ON p.id = e.partner_id
           LEFT JOIN feed.stream s ON s.network_id = ANY (p.network_ids)
           LEFT JOIN LATERAL (SELECT coalesce((e.place ->> s.network_id)::bigint, 0) AS position) here ON true
           LEFT JOIN feed.event v ON v.network_id = s.network_id AND v.position = here.position + 1
           WHERE e.id = ANY ($1) GROUP BY e.id`,
          [[...ids]],
        ),
      (backlog) => backlog.id,
    ),
  };
}

/** Of one partner, the oldest first; they are few (commands.ts). @param after an id */
export const listWebhooks = ({ manager }: DataSource, partnerId: string, after: string, limit: number) =>
  manager
    .createQueryBuilder(WebhookEndpoint, 'e')
    .where('e.partnerId = :partnerId AND e.id > :after', { partnerId, after })
    .orderBy('e.id')
    .limit(limit)
    .getMany();

/** Of one partner, or one of its endpoints, the oldest first. @param after an id */
export const listDeadLetters = (
  { manager }: DataSource,
  partnerId: string,
  endpointId: string | null,
  after: string,
  limit: number,
) =>
  manager
    .createQueryBuilder(WebhookDeadLetter, 'd')
    .innerJoin(WebhookEndpoint, 'e', 'e.id = d.endpointId AND e.partnerId = :partnerId', { partnerId })
    .where('d.id > :after AND (:endpointId::text IS NULL OR d.endpointId = :endpointId)', { after, endpointId })
    .orderBy('d.id')
    .limit(limit)
    .getMany();
