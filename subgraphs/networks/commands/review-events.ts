import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, refuseOrigin } from '../../../kit/once.ts';
import type { Origin } from '../../../kit/subgraph.ts';
import { conflict } from '../../../kit/types.ts';
import { ReviewEvent, type StoredDeadline } from '../entities/review-event.ts';
import { reviewEventEvent } from '../events.ts';
import type { UpsertReviewEventInput } from '../review-inputs.ts';
import { checkTexts, checkTimeZone } from './check.ts';
import { checkDay, checkImpersonal, checkLine, checkPast, checkSource, checkUrl, fault } from './facts.ts';
import { requireLeader } from './keep.ts';
import { same } from './networks.ts';
import { findOpenNetwork } from './open-network.ts';

/**
 * Enters an event of the Review Mechanism, or replaces all of one. Of what is still to come, REVIEW_EVENT_CHANGED is said in every network that works; what is
 * over is no news.
 * @returns its id
 */
export async function upsertReviewEvent(
  tx: Transaction,
  actor: Actor,
  input: UpsertReviewEventInput,
  origin?: Origin,
): Promise<string> {
  refuseOrigin(actor, origin);
  if (!origin) requireLeader(actor, input.networkId);
  return once(tx, actor, 'upsertReviewEvent', input, input.id ?? origin?.id ?? `review-event:${ulid()}`, async (id) => {
    if (!origin) await findOpenNetwork(tx, input.networkId, 'networkId');
    const wanted = checkEvent(input, origin !== undefined);
    const fields = Object.keys(wanted) as (keyof typeof wanted)[];
    if (!input.id) {
      const provenance = origin?.provenance ?? 'USER';
      const event = Object.assign(new ReviewEvent(), wanted, { id, provenance, version: 1 });
      await tx.manager.insert(ReviewEvent, event);
      await tell(tx, event, fields);
      return;
    }
    // The lock makes the second of two changes meet the first one's version.
    const event = await tx.manager.findOne(ReviewEvent, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!event) throw fault('id', 'no such event.');
    if (event.version !== input.expectedVersion) {
      throw conflict(`The event is at version ${event.version}.`, event.version);
    }
    const changed = fields.filter((key) => !same(wanted[key], event[key]));
    if (changed.length === 0) return;
    const version = event.version + 1;
    await tx.manager.update(ReviewEvent, { id }, { ...wanted, version });
    await tell(tx, Object.assign(event, wanted, { version }), changed);
  });
}

function checkEvent(input: UpsertReviewEventInput, isShipped: boolean) {
  const { kind, status, startsOn } = input;
  const title = checkTexts(input.title, 300, 'title');
  if (Object.keys(title).length === 0) throw fault('title', 'give it in one language at least.');
  if (status === 'HELD' && !isShipped) checkPast(startsOn, 'startsOn');
  checkDay(startsOn, 'startsOn');
  const endsOn = checkDay(input.endsOn, 'endsOn') ?? null;
  if (endsOn !== null && endsOn < startsOn.slice(0, endsOn.length)) throw fault('endsOn', 'it is before startsOn.');
  const languages = [...new Set(input.languages ?? [])];
  if (languages.length > 20) throw fault('languages', 'at most 20.');
  const timeZone = checkTimeZone(input.timeZone ?? 'Europe/Vienna');
  const source = checkSource(input.source, status === 'EXPECTED' ? 'NOTHING' : 'ADDRESS', isShipped);
  return {
    ...{ kind, status, title, startsOn, endsOn, languages, timeZone },
    topics: [...new Set(input.topics ?? [])],
    hours: checkLine(input.hours, 100, 'hours'),
    mode: input.mode ?? null,
    place: checkLine(input.place, 200, 'place'),
    participantsStated: checkImpersonal(input.participantsStated, 300, 'participantsStated'),
    storedDeadlines: checkDeadlines(input, timeZone),
    sourceUrl: source.url,
    checkedOn: source.checkedOn,
  };
}

function checkDeadlines({ deadlines }: UpsertReviewEventInput, timeZone: string): StoredDeadline[] {
  const given = deadlines ?? [];
  if (given.length > 20) throw fault('deadlines', 'at most 20.');
  return given.map((deadline, index) => {
    const { kind } = deadline;
    const field = `deadlines.${index}`;
    if (kind === 'ENGAGEMENT') throw fault(`${field}.kind`, 'an engagement has its own dueOn.');
    return {
      kind,
      dueOn: checkDay(deadline.dueOn, `${field}.dueOn`),
      timeZone: deadline.timeZone == null ? timeZone : checkTimeZone(deadline.timeZone),
      sourceUrl: checkUrl(deadline.sourceUrl, `${field}.sourceUrl`),
    };
  });
}

async function tell(tx: Transaction, event: ReviewEvent, fields: readonly string[]): Promise<void> {
  const last = event.endsOn ?? event.startsOn;
  if (last < new Date().toISOString().slice(0, last.length)) return;
  const rows: { id: string }[] = await tx.manager.query("SELECT id FROM network WHERE status <> 'CLOSED' ORDER BY id");
  const changed = fields.map((key) => (key === 'storedDeadlines' ? 'deadlines' : key));
  tx.publish(
    reviewEventEvent(
      event,
      rows.map(({ id }) => id),
      changed,
    ),
  );
}
