import type { EntityManager } from 'typeorm';
import { QueryFailedError } from 'typeorm';
import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { mayFollow } from '../../../kit/machine.ts';
import { isId, once } from '../../../kit/once.ts';
import { conflict, invalid } from '../../../kit/types.ts';
import { CountryReview, ReviewCluster, ReviewStageChange } from '../entities/review.ts';
import { reviewStageEvent } from '../events.ts';
import type { RecordCountryReviewInput, SetReviewStageInput, UpdateCountryReviewInput } from '../review-inputs.ts';
import { correctionMachine, reviewMachine } from '../review-stages.ts';
import { checkCount } from './check.ts';
import { checkCountry, checkImpersonal, checkPast, checkSource, fault, type Source } from './facts.ts';
import { requireKeeper, requireLeader } from './keep.ts';
import { same } from './networks.ts';
import { findOpenNetwork } from './open-network.ts';

/** Begins to track a review; REVIEW_STAGE_CHANGED is said in every network that lists the country. @returns its id */
export async function recordCountryReview(
  tx: Transaction,
  actor: Actor,
  input: RecordCountryReviewInput,
): Promise<string> {
  requireLeader(actor, input.networkId);
  const listing = await requireKeeper(tx, actor, input.networkId, input.country);
  return once(tx, actor, 'recordCountryReview', input, `review:${ulid()}`, async (id) => {
    const countryCode = checkCountry(actor, input.country, 'country');
    const { networkId, clusterCode, instrument, stage } = input;
    await findOpenNetwork(tx, networkId, 'networkId');
    const cluster = await tx.manager.findOneBy(ReviewCluster, { code: clusterCode });
    if (!cluster) throw fault('clusterCode', 'no such cluster.');
    if (!cluster.articles.some((tag) => tag.startsWith(`${instrument}:`))) {
      throw fault('instrument', `cluster ${clusterCode} has no article of it.`);
    }
    const source = checkSource(input.source, 'EITHER');
    const review = Object.assign(new CountryReview(), {
      ...{ id, countryCode, instrument, clusterCode, stage },
      ...checkDetails(actor, input, countryCode),
      stageSince: checkPast(input.since, 'since') ?? null,
      ...placeOf(source),
      recordedByNetworkId: networkId,
      provenance: 'USER' as const,
      version: 1,
    });
    try {
      await tx.manager.insert(CountryReview, review);
    } catch (error) {
      const { constraint } = error instanceof QueryFailedError ? (error.driverError as { constraint?: string }) : {};
      if (constraint !== 'country_review_once') throw error;
      throw fault('country', `its review under cluster ${clusterCode} (${instrument}) is recorded already.`);
    }
    await keepChange(tx.manager, actor, review, networkId, { from: null, correction: false, source });
    tx.publish(reviewStageEvent(review, [...new Set([...listing, networkId])], { from: null, correction: false }));
  });
}

/**
 * Moves a review to a later stage; back, or to the same one with another date, only as a correction with an address. Each change is kept with its source.
 * @returns its id
 */
export async function setReviewStage(tx: Transaction, actor: Actor, input: SetReviewStageInput): Promise<string> {
  const { networkId, stage, correction = false } = input;
  requireLeader(actor, networkId);
  const known = await findReview(tx, input.id);
  const listing = await requireKeeper(tx, actor, networkId, known.countryCode);
  return once(tx, actor, 'setReviewStage', input, input.id, async (id) => {
    await findOpenNetwork(tx, input.networkId, 'networkId');
    const review = await lockReview(tx, id, input.expectedVersion);
    const from = review.stage;
    const since = checkPast(input.since, 'since') ?? null;
    if (!mayFollow(correction ? correctionMachine : reviewMachine, from, stage)) {
      throw fault('stage', `the review is at ${from}, which is not before ${stage}; if that is wrong, correct it.`);
    }
    if (stage === from && since === review.stageSince) throw fault('stage', 'this is what is recorded.');
    const source = checkSource(input.source, correction ? 'ADDRESS' : 'EITHER');
    const wanted = { stage, stageSince: since, ...placeOf(source), version: review.version + 1 };
    await tx.manager.update(CountryReview, { id }, wanted);
    Object.assign(review, wanted);
    await keepChange(tx.manager, actor, review, networkId, { from, correction, source });
    tx.publish(reviewStageEvent(review, [...new Set([...listing, networkId])], { from, correction }));
  });
}

/** Changes what is given, but the stage. That somebody looked and found nothing new is a change too. @returns its id */
export async function updateCountryReview(
  tx: Transaction,
  actor: Actor,
  input: UpdateCountryReviewInput,
): Promise<string> {
  requireLeader(actor, input.networkId);
  const known = await findReview(tx, input.id);
  await requireKeeper(tx, actor, input.networkId, known.countryCode);
  return once(tx, actor, 'updateCountryReview', input, input.id, async (id) => {
    await findOpenNetwork(tx, input.networkId, 'networkId');
    const review = await lockReview(tx, id, input.expectedVersion);
    const details = checkDetails(actor, input, review.countryCode);
    const checkedOn = checkPast(input.checkedOn, 'checkedOn');
    if (checkedOn && checkedOn < review.checkedOn) {
      throw fault('checkedOn', `somebody looked later, on ${review.checkedOn}.`);
    }
    const wanted: Partial<CountryReview> = {
      ...(input.reviewGroup != null && { reviewGroup: details.reviewGroup }),
      ...(input.startedOn != null && { startedOn: details.startedOn }),
      ...(input.reviewingStates && { reviewingStates: details.reviewingStates }),
      ...(input.governmentFocalPointOffice != null && {
        governmentFocalPointOffice: details.governmentFocalPointOffice,
      }),
      ...(checkedOn && { checkedOn }),
    };
    if ((Object.keys(wanted) as (keyof CountryReview)[]).every((key) => same(wanted[key], review[key]))) return;
    await tx.manager.update(CountryReview, { id }, { ...wanted, version: review.version + 1 });
  });
}

const placeOf = ({ url, note, checkedOn }: Source) => ({ publicSourceUrl: url, sourceNote: note, checkedOn });

type Details = Pick<
  RecordCountryReviewInput,
  'reviewGroup' | 'startedOn' | 'reviewingStates' | 'governmentFocalPointOffice'
>;

function checkDetails(actor: Actor, input: Details, country: string) {
  const states = input.reviewingStates ?? [];
  states.forEach((code, index) => {
    checkCountry(actor, code, 'reviewingStates', `${index}`);
    if (code === country) throw fault('reviewingStates', 'no State reviews itself.', `${index}`);
  });
  const reviewingStates = [...new Set(states)];
  if (reviewingStates.length > 2) throw fault('reviewingStates', 'two at most.');
  return {
    reviewGroup: checkCount(input.reviewGroup, 3, 'reviewGroup'),
    startedOn: checkPast(input.startedOn, 'startedOn') ?? null,
    reviewingStates,
    governmentFocalPointOffice: checkImpersonal(input.governmentFocalPointOffice, 200, 'governmentFocalPointOffice'),
  };
}

const missing = () => invalid('id: no such review.', 'input', 'id');

async function findReview(tx: Transaction, id: string): Promise<CountryReview> {
  const review = isId(id) ? await tx.manager.findOneBy(CountryReview, { id }) : null;
  if (!review) throw missing();
  return review;
}

/** The lock makes the second of two changes meet the first one's version. */
async function lockReview(tx: Transaction, id: string, expectedVersion: number): Promise<CountryReview> {
  const review = await tx.manager.findOne(CountryReview, { where: { id }, lock: { mode: 'pessimistic_write' } });
  if (!review) throw missing();
  if (review.version !== expectedVersion) {
    throw conflict(`The review is at version ${review.version}.`, review.version);
  }
  return review;
}

/** Numbered under the lock of its review. */
async function keepChange(
  manager: EntityManager,
  actor: Actor,
  review: CountryReview,
  networkId: string,
  { from, correction, source }: { from: ReviewStageChange['from']; correction: boolean; source: Source },
): Promise<void> {
  const reviewId = review.id;
  await manager.insert(ReviewStageChange, {
    reviewId,
    number: (await manager.countBy(ReviewStageChange, { reviewId })) + 1,
    from,
    to: review.stage,
    since: review.stageSince,
    correction,
    sourceUrl: source.url,
    sourceNote: source.note,
    checkedOn: source.checkedOn,
    recordedAt: new Date(),
    networkId,
    seatId: actor.seatId ?? null,
  });
}
