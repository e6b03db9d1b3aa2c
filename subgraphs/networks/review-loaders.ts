import { type DataSource, In } from 'typeorm';
import { loadByKey, loadListByKey } from '../../kit/load.ts';
import { heldKinds, openStatuses } from './engagement-steps.ts';
import { ExternalPartner, Programme } from './entities/alliance.ts';
import {
  type EngagementKind,
  type EngagementStatus,
  EngagementStep,
  ReviewEngagement,
  type ReviewTrack,
} from './entities/engagement.ts';
import { CountryReview, ReviewCluster, ReviewStageChange } from './entities/review.ts';
import { ReviewEvent } from './entities/review-event.ts';
import { ReviewInput } from './entities/review-input.ts';
import type { Reach } from './policy.ts';

/** Where a page of engagements ended: when it was recorded, and its id. */
export type EngagementPlace = [string, string];
/** Where a page of the calendar ended: the day and the id. */
export type ReviewEventPlace = [string, string];

export interface EngagementPage {
  reach: Reach;
  track: ReviewTrack | null;
  kind: EngagementKind | null;
  status: EngagementStatus | null;
  /** Rows wanted for each key. */
  limit: number;
  after: EngagementPlace | null;
}

/** What engagements hang on. */
const columns = { networkId: 'network_id', reviewId: 'review_id', eventId: 'event_id' } as const;
export type EngagementOwner = keyof typeof columns;

/** The condition that the row `e` is within reach; takes the parameters from `$n` on, five of them. */
const within = (n: number) => `(e.visibility = ANY ($${n}::text[])
  OR (e.network_id, e.visibility) IN (SELECT * FROM unnest($${n + 1}::text[], $${n + 2}::text[]))
  OR (e.visibility = 'GROUP' AND (e.network_id, e.body_id) IN (SELECT * FROM unnest($${n + 3}::text[], $${n + 4}::text[]))))`;
const reachParameters = ({ open, closed, groups }: Reach) => [
  open,
  closed.map(([networkId]) => networkId),
  closed.map(([, visibility]) => visibility),
  groups.map(([networkId]) => networkId),
  groups.map(([, bodyId]) => bodyId),
];

/** One per request; what depends on the reader is given its reach. No row beyond it leaves the database. */
export function createReviewLoaders({ manager }: DataSource) {
  const findInOrder = async (listed: readonly { id: string }[]) => {
    if (listed.length === 0) return [];
    const rows = await manager.findBy(ReviewEngagement, { id: In(listed.map(({ id }) => id)) });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return listed.flatMap(({ id }) => byId.get(id) ?? []);
  };
  const engagementsOf = (owner: EngagementOwner, { reach, track, kind, status, limit, after }: EngagementPage) =>
    loadListByKey<string, ReviewEngagement>(
      async (keys) => {
        const listed: { id: string }[] = await manager.query(
          `SELECT r.id FROM unnest($1::text[]) AS k(id) CROSS JOIN LATERAL (
             SELECT e.id, e.recorded_at FROM review_engagement e
             WHERE e.${columns[owner]} = k.id AND ($2::text IS NULL OR e.track = $2) AND ($3::text IS NULL OR e.kind = $3)
               AND ($4::text IS NULL OR e.status = $4)
               AND ($5::timestamptz IS NULL OR (e.recorded_at, e.id) < ($5, $6)) AND ${within(8)}
             ORDER BY e.recorded_at DESC, e.id DESC LIMIT $7
           ) r ORDER BY r.recorded_at DESC, r.id DESC`,
          [[...keys], track, kind, status, after?.[0] ?? null, after?.[1] ?? null, limit, ...reachParameters(reach)],
        );
        return findInOrder(listed);
      },
      (row) => row[owner] ?? [],
    );
  const engagementLists = new Map<string, ReturnType<typeof engagementsOf>>();

  return {
    engagement: loadByKey<string, ReviewEngagement>(
      (ids) => manager.findBy(ReviewEngagement, { id: In([...ids]) }),
      (row) => row.id,
    ),
    /** One loader for each set of arguments, as a batch is one statement. */
    engagements(owner: EngagementOwner, page: EngagementPage) {
      const name = JSON.stringify([owner, page]);
      const known = engagementLists.get(name) ?? engagementsOf(owner, page);
      engagementLists.set(name, known);
      return known;
    },
    /** Those of a network that are still to be done, due in these days; at most `limit`. */
    async dueEngagements(networkId: string, reach: Reach, from: string, until: string, limit: number) {
      const listed: { id: string }[] = await manager.query(
        `SELECT e.id FROM review_engagement e
         WHERE e.network_id = $1 AND e.due_on BETWEEN $2 AND $3
           AND (e.status = 'PLANNED' OR e.kind = ANY ($4::text[]) AND e.status = ANY ($5::text[])) AND ${within(7)}
         ORDER BY e.due_on, e.id LIMIT $6`,
        [networkId, from, until, heldKinds, openStatuses, limit, ...reachParameters(reach)],
      );
      return findInOrder(listed);
    },
    engagementSteps: loadListByKey<string, EngagementStep>(
      (ids) => manager.find(EngagementStep, { where: { engagementId: In([...ids]) }, order: { number: 'ASC' } }),
      (row) => row.engagementId,
    ),
    review: loadByKey<string, CountryReview>(
      (ids) => manager.findBy(CountryReview, { id: In([...ids]) }),
      (row) => row.id,
    ),
    reviewsOfCountry: loadListByKey<string, CountryReview>(
      (codes) =>
        manager.find(CountryReview, {
          where: { countryCode: In([...codes]) },
          order: { clusterCode: 'ASC', instrument: 'ASC' },
        }),
      (row) => row.countryCode,
    ),
    reviewHistory: loadListByKey<string, ReviewStageChange>(
      (ids) => manager.find(ReviewStageChange, { where: { reviewId: In([...ids]) }, order: { number: 'ASC' } }),
      (row) => row.reviewId,
    ),
    reviewInput: loadByKey<string, ReviewInput>(
      (ids) => manager.findBy(ReviewInput, { id: In([...ids]) }),
      (row) => row.id,
    ),
    reviewInputs: loadListByKey<string, ReviewInput>(
      (ids) => manager.find(ReviewInput, { where: { reviewId: In([...ids]) }, order: { article: 'ASC' } }),
      (row) => row.reviewId,
    ),
    clusterById: loadByKey<string, ReviewCluster>(
      (ids) => manager.findBy(ReviewCluster, { id: In([...ids]) }),
      (row) => row.id,
    ),
    cluster: loadByKey<string, ReviewCluster>(
      (codes) => manager.findBy(ReviewCluster, { code: In([...codes]) }),
      (row) => row.code,
    ),
    reviewEvent: loadByKey<string, ReviewEvent>(
      (ids) => manager.findBy(ReviewEvent, { id: In([...ids]) }),
      (row) => row.id,
    ),
    externalPartner: loadByKey<string, ExternalPartner>(
      (ids) => manager.findBy(ExternalPartner, { id: In([...ids]) }),
      (row) => row.id,
    ),
    externalPartnersOfNetwork: loadListByKey<string, ExternalPartner>(
      (ids) => manager.find(ExternalPartner, { where: { networkId: In([...ids]) }, order: { id: 'ASC' } }),
      (row) => row.networkId,
    ),
    programme: loadByKey<string, Programme>(
      (ids) => manager.findBy(Programme, { id: In([...ids]) }),
      (row) => row.id,
    ),
    programmesOfNetwork: loadListByKey<string, Programme>(
      (ids) =>
        manager
          .createQueryBuilder(Programme, 'p')
          .where('p.network_ids && :ids', { ids: [...ids] })
          .orderBy('p.id')
          .getMany(),
      (row) => row.networkIds,
    ),
  };
}
