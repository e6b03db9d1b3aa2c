import { type DataSource, In } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import type { Vector } from '../../kit/feed/vector.ts';
import { loadByKey, loadListByKey } from '../../kit/load.ts';
import { Partner, PartnerToken } from './entities/partner.ts';
import { partnersSeenBy } from './policy.ts';
import type { ReadingRoad } from './readings.ts';

/** How far a partner has read, and what of its networks' logs lies after that. */
export interface StoredReading {
  partnerId: string;
  road: ReadingRoad;
  place: Vector;
  /** Of the installation, when it was noted. */
  epoch: number;
  notedAt: Date;
  /** Entries after its place, those that are not for it counted. */
  behind: number;
  /** When the oldest of them was recorded. */
  since: Date | null;
}

export function createPartnerLoaders({ manager }: DataSource) {
  return {
    partner: loadByKey<string, Partner>(
      (ids) => manager.findBy(Partner, { id: In([...ids]) }),
      (partner) => partner.id,
    ),
    /** Those that are good now, newest first. */
    keysOfPartner: loadListByKey<string, PartnerToken>(
      (ids) =>
        manager
          .createQueryBuilder(PartnerToken, 't')
          .where('t.partnerId IN (:...ids) AND t.revokedAt IS NULL AND t.expiresAt > now()', { ids: [...ids] })
          .orderBy({ 't.createdAt': 'DESC', 't.id': 'DESC' })
          .getMany(),
      (token) => token.partnerId,
    ),
    readingsOfPartner: loadListByKey<string, StoredReading>(
      (ids) =>
        manager.query(
          `SELECT r.partner_id AS "partnerId", r.road, r.place, r.epoch, r.noted_at AS "notedAt",
             coalesce(sum(greatest(s.position - here.position, 0)), 0)::integer AS behind, min(v.recorded_at) AS since
           FROM partner_reading r JOIN partner p ON p.id = r.partner_id
           LEFT JOIN feed.stream s ON s.network_id = ANY (p.network_ids)
           LEFT JOIN LATERAL (SELECT coalesce((r.place ->> s.network_id)::bigint, 0) AS position) here ON true
           LEFT JOIN feed.event v ON v.network_id = s.network_id AND v.position = here.position + 1
           WHERE r.partner_id = ANY ($1) GROUP BY r.partner_id, r.road ORDER BY r.road`,
          [[...ids]],
        ),
      (reading) => reading.partnerId,
    ),
  };
}

/** Partners that the actor may see, of one network or all, by id. @param after an id */
export function listPartners(
  { manager }: DataSource,
  actor: Actor,
  page: { networkId: string | null; after: string; limit: number },
): Promise<Partner[]> {
  const seen = partnersSeenBy(actor);
  const found = manager
    .createQueryBuilder(Partner, 'p')
    .where('p.id > :after AND (:networkId::text IS NULL OR :networkId = ANY (p.networkIds))', page);
  if (seen !== 'all' && 'id' in seen) found.andWhere('p.id = :id', seen);
  else if (seen !== 'all') found.andWhere('p.networkIds && :networkIds::text[]', seen);
  return found.orderBy('p.id').limit(page.limit).getMany();
}
