import type { EntityManager } from 'typeorm';
import { ulid } from 'ulid';
import type { Actor, Visibility } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { isId, once } from '../../../kit/once.ts';
import { conflict, forbidden, type Localized, type LocalizedInput } from '../../../kit/types.ts';
import type { RecordEngagementInput, SetEngagementStatusInput, UpdateEngagementInput } from '../engagement-inputs.ts';
import { canFollow, daysAt, trackOf } from '../engagement-steps.ts';
import { Body } from '../entities/body.ts';
import { EngagementStep, ReviewEngagement } from '../entities/engagement.ts';
import { CountryReview } from '../entities/review.ts';
import { ReviewEvent } from '../entities/review-event.ts';
import { engagementEvent, engagementSubject } from '../events.ts';
import { type Circle, mayChangeRecord, mayRecord, maySeeOf } from '../policy.ts';
import { writeWords } from '../words.ts';
import { checkTexts } from './check.ts';
import { checkCountry, checkDay, checkIds, checkImpersonal, checkPast, checkUrl, fault } from './facts.ts';
import { narrowEvents } from './keep.ts';
import { same } from './networks.ts';
import { findOpenNetwork } from './open-network.ts';

/** Records what a network does, or did, towards a government or the Conference, and says ENGAGEMENT_RECORDED. @returns its id */
export async function recordEngagement(tx: Transaction, actor: Actor, input: RecordEngagementInput): Promise<string> {
  const { networkId, visibility, track, kind, status } = input;
  const circle: Circle = { networkId, visibility, bodyId: input.bodyId ?? null };
  const answerVisibility = input.answerVisibility ?? (visibility === 'GROUP' ? 'GROUP' : 'NETWORK');
  requireCircle(actor, circle, answerVisibility);
  return once(tx, actor, 'recordEngagement', input, `engagement:${ulid()}`, async (id) => {
    await findOpenNetwork(tx, networkId, 'networkId');
    await checkBody(tx.manager, circle);
    if ((trackOf[kind] ?? track) !== track) throw fault('kind', `${kind} belongs to the track ${trackOf[kind]}.`);
    const links = await checkLinks(tx.manager, input);
    const countryCode = checkState(actor, input.country, links.review);
    const on = checkPast(input.on, 'on') ?? today();
    const engagement = Object.assign(new ReviewEngagement(), {
      ...{ ...circle, id, track, kind, status, answerVisibility, countryCode },
      ...daysAt(status, on, { submittedOn: null, answeredOn: null, deliveredOn: null }),
      reviewId: input.reviewId ?? null,
      eventId: input.eventId ?? null,
      dueOn: checkDay(input.dueOn, 'dueOn') ?? null,
      summaries: writeWords(null, input.summary, 4_000, 'summary'),
      office: checkImpersonal(input.office, 200, 'office'),
      answers: writeWords(null, input.answer, 4_000, 'answer'),
      sourceUrl: checkUrl(input.sourceUrl, 'sourceUrl'),
      organisationIds: checkIds(input.organisationIds ?? [], 50, 'organisationIds'),
      recordedAt: new Date(),
      recordedBySeatId: actor.seatId ?? null,
      recordedByOrganisationId: actor.organisationId ?? null,
      provenance: 'USER' as const,
      version: 1,
    });
    await tx.manager.insert(ReviewEngagement, engagement);
    await keepStep(tx.manager, actor, engagement, { from: null, on, notes: null });
    await tell(tx, engagement, ['status']);
  });
}

/** Changes what is given, but the status. What becomes visible to fewer is so in the log too. @returns its id */
export async function updateEngagement(tx: Transaction, actor: Actor, input: UpdateEngagementInput): Promise<string> {
  if (!isId(input.id)) throw unseen();
  return once(tx, actor, 'updateEngagement', input, input.id, async (id) => {
    const engagement = await lockEngagement(tx, actor, id, input.expectedVersion);
    const visibility = input.visibility ?? engagement.visibility;
    const answerVisibility = input.answerVisibility ?? engagement.answerVisibility;
    const circle = { networkId: engagement.networkId, visibility, bodyId: engagement.bodyId };
    requireCircle(actor, circle, answerVisibility);
    const { review } = await checkLinks(tx.manager, input);
    const wanted: Partial<ReviewEngagement> = {
      ...{ visibility, answerVisibility },
      ...(input.reviewId != null && { reviewId: input.reviewId }),
      ...(review && { countryCode: checkState(actor, engagement.countryCode, review, 'reviewId') }),
      ...(input.eventId != null && { eventId: input.eventId }),
      ...(input.noDueDate && { dueOn: null }),
      ...(input.dueOn != null && { dueOn: checkDay(input.dueOn, 'dueOn') }),
      summaries: writeWords(engagement.summaries, input.summary, 4_000, 'summary'),
      answers: writeWords(engagement.answers, input.answer, 4_000, 'answer'),
      ...(input.office != null && { office: checkImpersonal(input.office, 200, 'office') }),
      ...(input.organisationIds && { organisationIds: checkIds(input.organisationIds, 50, 'organisationIds') }),
      ...(input.sourceUrl != null && { sourceUrl: checkUrl(input.sourceUrl, 'sourceUrl') }),
    };
    const changed = (Object.keys(wanted) as (keyof ReviewEngagement)[]).filter(
      (key) => !same(wanted[key], engagement[key]),
    );
    if (changed.length === 0) return;
    Object.assign(wanted, { version: engagement.version + 1 });
    await tx.manager.update(ReviewEngagement, { id }, wanted);
    if (visibility !== engagement.visibility) {
      await narrowEvents(tx.manager, engagement.networkId, engagementSubject(id), circle);
    }
    await tell(
      tx,
      Object.assign(engagement, wanted),
      changed.map((key) => fieldNames[key] ?? key),
    );
  });
}

/** Moves an engagement on; anywhere else only as a correction, with a note that says why. @returns its id */
export async function setEngagementStatus(
  tx: Transaction,
  actor: Actor,
  input: SetEngagementStatusInput,
): Promise<string> {
  if (!isId(input.id)) throw unseen();
  return once(tx, actor, 'setEngagementStatus', input, input.id, async (id) => {
    const { status, correction = false } = input;
    const engagement = await lockEngagement(tx, actor, id, input.expectedVersion);
    const from = engagement.status;
    if (status === from) throw fault('status', `it is ${from} already.`);
    if (!correction && !canFollow(engagement.kind, from, status)) {
      throw fault('status', `${status} does not follow ${from}; if that is wrong, correct it.`);
    }
    const notes = checkWords(input.note, 1_000, 'note');
    if (notes === null && (correction || status === 'WITHDRAWN')) throw fault('note', 'say why.');
    const on = checkPast(input.on, 'on') ?? today();
    const wanted: Partial<ReviewEngagement> = {
      ...{ status, version: engagement.version + 1 },
      ...daysAt(status, on, engagement),
      answers: writeWords(engagement.answers, input.answer, 4_000, 'answer'),
    };
    await tx.manager.update(ReviewEngagement, { id }, wanted);
    Object.assign(engagement, wanted);
    await keepStep(tx.manager, actor, engagement, { from, on, notes });
    await tell(tx, engagement, input.answer ? ['status', 'answer'] : ['status']);
  });
}

/** Properties that have another name in the graph. */
const fieldNames: Partial<Record<keyof ReviewEngagement, string>> = {
  reviewId: 'review',
  eventId: 'event',
  countryCode: 'country',
  summaries: 'summary',
  answers: 'answer',
  organisationIds: 'organisations',
};

/** Who may not see it is told what he would be if it were not there. */
const unseen = () => forbidden('There is no such engagement, or you may not see it.');

const today = () => new Date().toISOString().slice(0, 10);

function requireCircle(actor: Actor, circle: Circle, answerVisibility: Visibility): void {
  if (circle.visibility === 'GROUP' && circle.bodyId === null) throw fault('bodyId', 'for a group: say which.');
  if (answerVisibility === 'GROUP' && circle.bodyId === null) throw fault('answerVisibility', 'there is no group.');
  for (const visibility of [circle.visibility, answerVisibility]) {
    if (mayRecord(actor, { ...circle, visibility })) continue;
    throw forbidden(
      'Engagements are recorded by leaders, group leads and editors of the network, for its members or their own group; for others by its leaders alone.',
    );
  }
}

/**
 * The lock makes the second of two changes meet the first one's version.
 * @throws Problem ForbiddenError, ConflictError
 */
async function lockEngagement(
  tx: Transaction,
  actor: Actor,
  id: string,
  expectedVersion: number,
): Promise<ReviewEngagement> {
  const { manager } = tx;
  const known = await manager.findOneBy(ReviewEngagement, { id });
  if (!known || !maySeeOf(actor, known)) throw unseen();
  await findOpenNetwork(tx, known.networkId, 'id');
  const engagement = await manager.findOneOrFail(ReviewEngagement, {
    where: { id },
    lock: { mode: 'pessimistic_write' },
  });
  // also what became of it since it was first looked at
  if (!mayChangeRecord(actor, engagement)) {
    throw forbidden('Leaders of the network, the lead of its group and the organisation that recorded it change it.');
  }
  if (engagement.version !== expectedVersion) {
    throw conflict(`The engagement is at version ${engagement.version}.`, engagement.version);
  }
  return engagement;
}

const checkWords = (texts: LocalizedInput[] | null | undefined, max: number, field: string): Localized | null =>
  texts && texts.length > 0 ? checkTexts(texts, max, field) : null;

async function checkBody(manager: EntityManager, { bodyId, networkId }: Circle): Promise<void> {
  if (bodyId === null) return;
  const known = isId(bodyId) && (await manager.existsBy(Body, { id: bodyId, networkId }));
  if (!known) throw fault('bodyId', 'this network has no such body.');
}

async function checkLinks(
  manager: EntityManager,
  { reviewId, eventId }: { reviewId?: string | null; eventId?: string | null },
) {
  const review = reviewId != null && isId(reviewId) ? await manager.findOneBy(CountryReview, { id: reviewId }) : null;
  if (reviewId != null && !review) throw fault('reviewId', 'no such review.');
  const event = eventId == null || (isId(eventId) && (await manager.existsBy(ReviewEvent, { id: eventId })));
  if (!event) throw fault('eventId', 'no such event.');
  return { review };
}

/** The State that an engagement is about is the one under the review that it is about. */
function checkState(
  actor: Actor,
  country: string | null | undefined,
  review: CountryReview | null,
  field = 'country',
): string | null {
  if (country == null) return review?.countryCode ?? null;
  if (review && review.countryCode !== country) throw fault(field, `the review is of ${review.countryCode}.`);
  return checkCountry(actor, country, field);
}

/** Numbered under the lock of its engagement. */
async function keepStep(
  manager: EntityManager,
  actor: Actor,
  engagement: ReviewEngagement,
  { from, on, notes }: Pick<EngagementStep, 'from' | 'on' | 'notes'>,
): Promise<void> {
  const engagementId = engagement.id;
  const number = (await manager.countBy(EngagementStep, { engagementId })) + 1;
  const recordedAt = new Date();
  const step = { engagementId, number, from, to: engagement.status, on, notes, recordedAt };
  await manager.insert(EngagementStep, { ...step, seatId: actor.seatId ?? null });
}

async function tell(tx: Transaction, engagement: ReviewEngagement, changed: string[]): Promise<void> {
  const { bodyId } = engagement;
  const body = bodyId === null ? null : await tx.manager.findOneBy(Body, { id: bodyId });
  tx.publish(engagementEvent(engagement, changed, body?.thematicArea ? [body.thematicArea] : []));
}
