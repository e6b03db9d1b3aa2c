import { createHash } from 'node:crypto';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { requireSeat } from '../../../kit/once.ts';
import { conflict, invalid } from '../../../kit/types.ts';
import type { Meeting } from '../entities/meeting.ts';
import { Minutes } from '../entities/minutes.ts';
import { minutesAdopted } from '../events.ts';
import type { AdoptMinutesInput, WriteMinutesInput } from '../meeting-inputs.ts';
import { mayAdoptMinutes } from '../meeting-policy.ts';
import { canonicalJson } from '../translation.ts';
import { checkAdoption } from './locked.ts';
import { checkTitle } from './meeting-details.ts';
import { requireMeetingStep, stepMeeting } from './meeting-steps.ts';

const minutesLimit = 100_000; // characters in each language

export const hashText = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Writes minutes, or corrects them: the next version, with a hash of its own. CLOSED -> MINUTES_DRAFT. */
export function writeMinutes(tx: Transaction, actor: Actor, input: WriteMinutesInput): Promise<string> {
  const texts = checkTitle(input.text, minutesLimit, 'input', 'text');
  const { originalLocale, attributed } = input;
  if (texts[originalLocale] === undefined) {
    throw invalid('originalLocale: there is no text in this language.', 'input', 'originalLocale');
  }
  return stepMeeting(tx, actor, 'writeMinutes', input, async (meeting) => {
    // Corrections of a draft change no status.
    if (meeting.status !== 'MINUTES_DRAFT') requireMeetingStep(meeting, 'MINUTES_DRAFT');
    const newest = await newestMinutes(tx, meeting);
    const contentHash = hashText(canonicalJson(texts));
    // Who decides on a hash decides on its text alone: the same text must not be opened to more readers by another word on it.
    const isSaid = { meetingId: meeting.id, contentHash, attributed: true };
    if (!attributed && (await tx.manager.existsBy(Minutes, isSaid))) {
      const why = 'attributed: earlier minutes with this very text say who said what; take that out of the text.';
      throw invalid(why, 'input', 'attributed');
    }
    await tx.manager.insert(Minutes, {
      meetingId: meeting.id,
      number: (newest?.number ?? 0) + 1,
      texts,
      originalLocale,
      attributed,
      contentHash,
      writtenBySeatId: requireSeat(actor),
      createdAt: new Date(),
      decisionIds: [],
      adoptedAt: null,
    });
    return { status: 'MINUTES_DRAFT' };
  });
}

const newestMinutes = (tx: Transaction, { id }: Meeting): Promise<Minutes | null> =>
  tx.manager.findOne(Minutes, { where: { meetingId: id }, order: { number: 'DESC' } });

/**
 * MINUTES_DRAFT -> MINUTES_ADOPTED: the newest minutes have this hash, and in every network of the meeting (or in its body) a decision adopted this very hash.
 * Says MINUTES_ADOPTED.
 */
export function adoptMinutes(
  tx: Transaction,
  actor: Actor,
  input: AdoptMinutesInput,
  now = new Date(),
): Promise<string> {
  const work = async (meeting: Meeting): Promise<Partial<Meeting>> => {
    requireMeetingStep(meeting, 'MINUTES_ADOPTED');
    const newest = await newestMinutes(tx, meeting);
    if (!newest || newest.contentHash !== input.contentHash) {
      throw conflict('The minutes are not, or no longer, the text you name.', meeting.version);
    }
    const thing = { typename: 'Meeting' as const, ...meeting };
    const decisionIds = await checkAdoption(tx, thing, newest.contentHash, input.decisionIds);
    await tx.manager.update(Minutes, { meetingId: meeting.id, number: newest.number }, { decisionIds, adoptedAt: now });
    tx.publish(minutesAdopted(meeting, newest, decisionIds, now));
    tx.audit({
      actor,
      action: 'MINUTES_ADOPTED',
      target: { type: 'Meeting', id: meeting.id },
      networkIds: meeting.networkIds,
      detail: newest.contentHash,
    });
    return { status: 'MINUTES_ADOPTED' };
  };
  return stepMeeting(tx, actor, 'adoptMinutes', input, work, mayAdoptMinutes);
}
