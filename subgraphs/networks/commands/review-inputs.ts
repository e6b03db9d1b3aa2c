import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { isId, once } from '../../../kit/once.ts';
import { conflict, forbidden } from '../../../kit/types.ts';
import { CountryReview, ReviewCluster } from '../entities/review.ts';
import { ReviewInput } from '../entities/review-input.ts';
import { mayRecord } from '../policy.ts';
import type { UpsertReviewInputInput } from '../review-inputs.ts';
import { writeWords } from '../words.ts';
import { checkId, fault } from './facts.ts';
import { findOpenNetwork } from './open-network.ts';

/** Articles of a review's questionnaire: those of the cluster that are of its instrument. */
export const articlesOf = ({ articles }: ReviewCluster, { instrument }: CountryReview): string[] =>
  articles.filter((tag) => tag.startsWith(`${instrument}:`));

/** Makes a line of a network's input kit, or changes what is given of it. @returns its id */
export async function upsertReviewInput(tx: Transaction, actor: Actor, input: UpsertReviewInputInput): Promise<string> {
  const { networkId, reviewId, article } = input;
  const requireAuthor = (visibility: ReviewInput['visibility']) => {
    if (mayRecord(actor, { networkId, visibility, bodyId: null })) return;
    throw forbidden('Leaders, group leads and editors of the network keep its kit; its leaders show it to others.');
  };
  const visibility = input.visibility ?? 'NETWORK';
  if (visibility === 'GROUP' || visibility === 'SEAT_ONLY') throw fault('visibility', 'NETWORK or wider.');
  requireAuthor(visibility);
  const key = `${reviewId}/${networkId}/${article}`;
  return once(tx, actor, 'upsertReviewInput', input, key, async (id) => {
    await findOpenNetwork(tx, networkId, 'networkId');
    const review = isId(id) ? await tx.manager.findOneBy(CountryReview, { id: reviewId }) : null;
    if (!review) throw fault('reviewId', 'no such review.');
    const cluster = await tx.manager.findOneByOrFail(ReviewCluster, { code: review.clusterCode });
    if (!articlesOf(cluster, review).includes(article)) throw fault('article', 'this review does not ask about it.');
    const given = {
      ...(input.status && { status: input.status }),
      ...(input.organisationId != null && { organisationId: checkId(input.organisationId, 'organisationId') }),
    };
    // Two that begin the same line: the second waits for the first, and then finds its row.
    await tx.manager.query(
      `INSERT INTO review_input (id, review_id, network_id, article, status, visibility, changed_at, version)
       VALUES ($1, $2, $3, $4, 'COLLECTING', $5, now(), 0) ON CONFLICT DO NOTHING`,
      [id, reviewId, networkId, article, visibility],
    );
    const row = await tx.manager.findOneOrFail(ReviewInput, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (row.version > 0 && row.version !== input.expectedVersion) {
      throw conflict(`This line is there already, at version ${row.version}.`, row.version);
    }
    requireAuthor(row.visibility);
    const texts = writeWords(row.texts, input.text, 10_000, 'text');
    await tx.manager.update(
      ReviewInput,
      { id },
      {
        ...given,
        texts,
        changedBySeatId: actor.seatId ?? null,
        ...(input.visibility && { visibility }),
        changedAt: new Date(),
        version: row.version + 1,
      },
    );
  });
}
