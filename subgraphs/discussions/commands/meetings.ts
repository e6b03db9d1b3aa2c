import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, refuseOrigin } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { Attendance, Meeting, type MeetingStatus, type Rsvp } from '../entities/meeting.ts';
import { stub } from '../entities/stubs.ts';
import { meetingEntered } from '../events.ts';
import type { DraftMeetingInput, ScheduleMeetingInput } from '../meeting-inputs.ts';
import { agreeableNetworks, mayLeadMeeting } from '../meeting-policy.ts';
import { type Circle, mayAnswerInvitation, mayScheduleMeeting } from '../policy.ts';
import { checkCircle } from './circle.ts';
import { findMeeting } from './find.ts';
import { lockRow } from './locked.ts';
import { checkAgenda, checkDetails, checkTimes } from './meeting-details.ts';
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
  const details = checkDetails(input);
  if (!origin && input.timeZone == null) throw invalid('timeZone: not an IANA name.', 'input', 'timeZone');

  return once(tx, actor, 'scheduleMeeting', input, origin?.id ?? `meet:${ulid()}`, async (id) => {
    // Only the first time: who sends it again from an offline queue may do so after the meeting has begun.
    if (!origin) checkTimes({ startsAt: input.startsAt, endsAt: input.endsAt ?? null });
    const meeting = await enter(tx, actor, { id, circle, input, details }, origin);
    Object.assign(meeting, {
      status: origin?.status ?? 'SCHEDULED',
      agreedNetworkIds: [...circle.networkIds],
      scheduledAt: origin ? null : meeting.createdAt,
    });
    await tx.manager.insert(Meeting, meeting);
    tx.publish(meetingEntered(meeting));
  });
}

/**
 * Enters a draft, which only its conveners see. A meeting of several networks is drafted in one of them, and announced when the others have agreed.
 * @returns the meeting's id
 * @throws Problem ForbiddenError, or ValidationError with the path of the field at fault
 */
export async function draftMeeting(tx: Transaction, actor: Actor, input: DraftMeetingInput): Promise<string> {
  const circle = checkCircle(input);
  if (!mayLeadMeeting(actor, { ...circle, kind: input.kind })) {
    throw forbidden(
      'Meetings are drafted by coordinators and steering members of one of their networks, or a lead in the own group.',
    );
  }
  const details = checkDetails(input);
  return once(tx, actor, 'draftMeeting', input, `meet:${ulid()}`, async (id) => {
    checkTimes({ startsAt: input.startsAt ?? null, endsAt: input.endsAt ?? null });
    const meeting = await enter(tx, actor, { id, circle, input, details });
    const agreedNetworkIds = agreeableNetworks(actor, meeting);
    await tx.manager.insert(Meeting, { ...meeting, status: 'DRAFT', announced: false, agreedNetworkIds });
  });
}

async function enter(
  tx: Transaction,
  actor: Actor,
  parts: { id: string; circle: Circle; input: ScheduleMeetingInput | DraftMeetingInput; details: Partial<Meeting> },
  origin?: PastMeeting,
): Promise<Meeting> {
  const { id, circle, input, details } = parts;
  const times = { startsAt: input.startsAt ?? null, endsAt: input.endsAt ?? null };
  const agendaItems = await checkAgenda(tx, actor, input.agenda ?? [], { id, ...times, agendaItems: [] });
  const blank = {
    ...{ place: null, hostCity: null, hostCountryCode: null, joinText: null, interpretation: null, timeZone: null },
    ...{ languages: [], coOrganiserIds: [], externals: [], webLinks: [], materialIds: [] },
    ...{ cancellationReason: null, scheduledAt: null, openedAt: null, closedAt: null, redactedAt: null },
  };
  return Object.assign(stub(Meeting, id), blank, details, {
    ...circle,
    ...times,
    networkIds: [...circle.networkIds],
    kind: input.kind,
    version: 1,
    announced: true,
    startsAtPrecision: origin?.startsAtPrecision ?? ('MINUTE' as const),
    participantsStated: origin?.participantsStated ?? null,
    agendaItems,
    provenance: origin?.provenance ?? ('USER' as const),
    sourceUrl: origin?.sourceUrl ?? null,
    createdAt: origin?.at ?? new Date(),
  });
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
  const { id } = await findMeeting(tx, actor, input.meetingId);
  // Answers and steps take turns: none is given to a meeting that is just being closed.
  const meeting = await lockRow(tx, Meeting, 'meeting', id);
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
  const known = await tx.manager.findOneBy(Attendance, { meetingId: id, organisationId });
  if (!origin && (known?.rsvp === 'ATTENDED' || known?.rsvp === 'ABSENT')) {
    throw invalid('meetingId: whether you were there is on record.', 'meetingId');
  }
  await tx.manager.upsert(
    Attendance,
    {
      meetingId: id,
      organisationId,
      seatId: (origin ? origin.seatId : actor.seatId) ?? null,
      rsvp: input.rsvp,
      provenance: origin?.provenance ?? 'USER',
    },
    ['meetingId', 'organisationId'],
  );
  return id;
}
