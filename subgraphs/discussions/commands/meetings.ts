import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, refuseOrigin } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { Attendance, Meeting, type MeetingStatus, type Rsvp } from '../entities/meeting.ts';
import { stub } from '../entities/stubs.ts';
import { meetingEntered } from '../events.ts';
import type { AgendaItemInput, ScheduleMeetingInput } from '../inputs.ts';
import { mayAnswerInvitation, mayScheduleMeeting } from '../policy.ts';
import { checkText, checkTexts, isBlank, titleLimit } from '../text.ts';
import { checkCircle } from './circle.ts';
import { findMeeting } from './find.ts';
import type { Past } from './past.ts';

/** What SYSTEM knows of a meeting of the past. */
export interface PastMeeting extends Past {
  status: MeetingStatus;
  startsAtPrecision: 'DAY' | 'MINUTE';
  participantsStated: string | null;
}

/**
 * Enters a meeting and says MEETING_SCHEDULED (of one that is over, MEETING_HELD) once in each of its networks.
 * @returns the meeting's id
 * @throws Problem ForbiddenError, or ValidationError with the path of the field at fault
 */
export async function scheduleMeeting(
  tx: Transaction,
  actor: Actor,
  input: ScheduleMeetingInput,
  origin?: PastMeeting,
): Promise<string> {
  refuseOrigin(actor, origin);
  const circle = checkCircle(input);
  if (!mayScheduleMeeting(actor, { ...circle, kind: input.kind })) {
    throw forbidden('Meetings are scheduled by coordinators and steering members of every network you name.');
  }
  const titles = checkTexts(input.title, titleLimit, 'input', 'title');
  if (Object.keys(titles).length === 0) throw invalid('title: it is empty.', 'input', 'title');
  if (input.languages.length > 20) throw invalid('languages: at most 20.', 'input', 'languages');
  const place = checkText(input.place ?? '', titleLimit, 'input', 'place');
  const agenda = checkAgenda(input.agenda ?? []);
  if (!origin) checkTimes(input);

  return once(tx, actor, 'scheduleMeeting', input, origin?.id ?? `meet:${ulid()}`, async (id) => {
    const meeting = Object.assign(stub(Meeting, id), {
      ...circle,
      networkIds: [...circle.networkIds],
      kind: input.kind,
      status: origin?.status ?? ('SCHEDULED' as const),
      titles,
      startsAt: input.startsAt,
      startsAtPrecision: origin?.startsAtPrecision ?? ('MINUTE' as const),
      endsAt: input.endsAt ?? null,
      timeZone: input.timeZone,
      place: isBlank(place) ? null : place,
      participantsStated: origin?.participantsStated ?? null,
      languages: [...new Set(input.languages)],
      interpretation: input.interpretation ?? null,
      agendaItems: agenda.map((item, index) => ({ id: `${id}/agenda-${index + 1}`, ...item })),
      provenance: origin?.provenance ?? ('USER' as const),
      sourceUrl: origin?.sourceUrl ?? null,
      createdAt: origin?.at ?? new Date(),
    });
    await tx.manager.insert(Meeting, meeting);
    tx.publish(meetingEntered(meeting));
  });
}

function checkAgenda(items: AgendaItemInput[]) {
  if (items.length > 50) throw invalid('agenda: at most 50 items.', 'input', 'agenda');
  return items.map((item, index) => {
    const at = (field: string) => ['input', 'agenda', `${index}`, field];
    const titles = checkTexts(item.title, titleLimit, ...at('title'));
    if (Object.keys(titles).length === 0) throw invalid('title: it is empty.', ...at('title'));
    const minutesAllotted = item.minutesAllotted ?? null;
    if (minutesAllotted !== null && (minutesAllotted < 1 || minutesAllotted > 1_440)) {
      throw invalid('minutesAllotted: between 1 and 1,440.', ...at('minutesAllotted'));
    }
    return { titles, minutesAllotted };
  });
}

function checkTimes({ startsAt, endsAt, timeZone }: ScheduleMeetingInput, now = new Date()): void {
  if (startsAt <= now) throw invalid('startsAt: it is in the past.', 'input', 'startsAt');
  if (endsAt && endsAt <= startsAt) throw invalid('endsAt: it is not after startsAt.', 'input', 'endsAt');
  if (!isTimeZone(timeZone ?? '')) throw invalid('timeZone: not an IANA name.', 'input', 'timeZone');
}

function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false; // an offset is accepted by Intl but is no zone: it knows no summer time
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

const answers: readonly Rsvp[] = ['GOING', 'REMOTE', 'DECLINED'];

/**
 * Answers for the own organisation; a later answer of any of its seats takes the place of the earlier.
 * @param origin of SYSTEM alone: the organisation's own entry in a past meeting
 * @throws Problem ForbiddenError; ValidationError
 */
export async function setRsvp(
  tx: Transaction,
  actor: Actor,
  input: { meetingId: string; rsvp: Rsvp },
  origin?: Past & { organisationId: string },
): Promise<string> {
  refuseOrigin(actor, origin);
  const meeting = await findMeeting(tx, actor, input.meetingId);
  const organisationId = origin?.organisationId ?? actor.organisationId;
  if (!mayAnswerInvitation(actor, meeting) || !organisationId) {
    throw forbidden('You may see this meeting but have no invitation to answer.');
  }
  if (!origin && !answers.includes(input.rsvp)) {
    throw invalid(`rsvp: your own answer is one of ${answers.join(', ')}.`, 'rsvp');
  }
  if (!origin && meeting.status !== 'SCHEDULED' && meeting.status !== 'OPEN') {
    throw invalid('meetingId: this meeting takes no answers.', 'meetingId');
  }
  await tx.manager.upsert(
    Attendance,
    {
      meetingId: meeting.id,
      organisationId,
      seatId: (origin ? origin.seatId : actor.seatId) ?? null,
      rsvp: input.rsvp,
      provenance: origin?.provenance ?? 'USER',
    },
    ['meetingId', 'organisationId'],
  );
  return meeting.id;
}
