import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { statesBefore } from '../../../kit/machine.ts';
import { once } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { Meeting, type MeetingStatus } from '../entities/meeting.ts';
import { meetingCancelled, meetingChanged, meetingEntered, meetingHeld } from '../events.ts';
import type {
  CancelMeetingInput,
  ChangeAgendaInput,
  ChangeMeetingInput,
  MeetingStepInput,
  SetMeetingMaterialsInput,
} from '../meeting-inputs.ts';
import { agreeableNetworks, mayLeadMeeting } from '../meeting-policy.ts';
import { meetingMachine } from '../transitions.ts';
import { findMeeting } from './find.ts';
import { findReadableKnowledge } from './find-library.ts';
import { lockRow, requireStatus, stepRow } from './locked.ts';
import { checkAgenda, checkDetails, checkLine, checkLinks, checkTimes, moveAgenda } from './meeting-details.ts';

const reasonLimit = 1_000; // characters
const early = 86_400_000; // ms before its start in which a meeting may open

/** One step of a meeting by somebody who leads it. What it gives back is written. */
export async function stepMeeting(
  tx: Transaction,
  actor: Actor,
  command: string,
  input: { clientMutationId: string; meetingId: string; expectedVersion: number },
  work: (meeting: Meeting) => Promise<Partial<Meeting>>,
  may: (actor: Actor, meeting: Meeting) => boolean = mayLeadMeeting,
): Promise<string> {
  const { id } = await findMeeting(tx, actor, input.meetingId);
  return stepRow(tx, actor, {
    ...{ command, input, id, entity: Meeting, table: 'meeting', work },
    may: (meeting) => may(actor, meeting),
    refusal: 'A meeting is led by coordinators and steering members of its networks, or its group’s lead.',
  });
}

/** @throws Problem ValidationError unless its machine knows this step */
export const requireMeetingStep = (meeting: Meeting, to: MeetingStatus): void =>
  requireMeeting(meeting, ...statesBefore(meetingMachine, to));

export const requireMeeting = (meeting: Meeting, ...allowed: MeetingStatus[]): void =>
  requireStatus(meeting, 'The meeting', allowed, 'input', 'meetingId');

/** In a draft, a change is agreed to by those who make it, and by nobody else yet. */
const agreedAfter = (actor: Actor, meeting: Meeting): Partial<Meeting> =>
  meeting.status === 'DRAFT' ? { agreedNetworkIds: agreeableNetworks(actor, meeting) } : {};

/** Changes what is named, until the meeting opens. Of an announced one MEETING_CHANGED is said. */
export function changeMeeting(tx: Transaction, actor: Actor, input: ChangeMeetingInput): Promise<string> {
  const details = checkDetails(input);
  return stepMeeting(tx, actor, 'changeMeeting', input, async (meeting) => {
    requireMeeting(meeting, 'DRAFT', 'SCHEDULED');
    const after = Object.assign(new Meeting(), meeting, details);
    const moved = ['startsAt', 'endsAt'].some((field) => field in details);
    if (moved) checkTimes(after);
    if (meeting.status === 'SCHEDULED') checkWhen(after);
    const agendaItems = moved ? moveAgenda(meeting, after) : meeting.agendaItems;
    if (meeting.announced) tx.publish(meetingChanged(after, Object.keys(details), meeting.version + 1));
    return { ...details, agendaItems, ...agreedAfter(actor, meeting) };
  });
}

/** @throws Problem ValidationError: who is invited must know when */
function checkWhen({ startsAt, timeZone }: Meeting): void {
  if (!startsAt) throw invalid('startsAt: an announced meeting has a beginning.', 'input', 'startsAt');
  if (!timeZone) throw invalid('timeZone: an announced meeting is held in a time zone.', 'input', 'timeZone');
}

/** Writes the agenda anew. Once the meeting is open nobody does any more. */
export function changeAgenda(tx: Transaction, actor: Actor, input: ChangeAgendaInput): Promise<string> {
  return stepMeeting(tx, actor, 'changeAgenda', input, async (meeting) => {
    requireMeeting(meeting, 'DRAFT', 'SCHEDULED');
    const agendaItems = await checkAgenda(tx, actor, input.agenda, meeting);
    if (meeting.announced) tx.publish(meetingChanged(meeting, ['agenda'], meeting.version + 1));
    return { agendaItems, ...agreedAfter(actor, meeting) };
  });
}

/** Says yes to a draft as it is, for the networks of which the actor is a convener. */
export function agreeToMeeting(tx: Transaction, actor: Actor, input: MeetingStepInput): Promise<string> {
  return stepMeeting(tx, actor, 'agreeToMeeting', input, async (meeting) => {
    requireMeeting(meeting, 'DRAFT');
    return { agreedNetworkIds: agreedWith(actor, meeting) };
  });
}

const agreedWith = (actor: Actor, meeting: Meeting): string[] =>
  [...new Set([...meeting.agreedNetworkIds, ...agreeableNetworks(actor, meeting)])].sort();

/** DRAFT -> SCHEDULED, once each of its networks has agreed to it as it is. Says MEETING_SCHEDULED. */
export function announceMeeting(tx: Transaction, actor: Actor, input: MeetingStepInput): Promise<string> {
  return stepMeeting(tx, actor, 'announceMeeting', input, async (meeting) => {
    requireMeetingStep(meeting, 'SCHEDULED');
    const agreedNetworkIds = agreedWith(actor, meeting);
    const missing = meeting.networkIds.filter((id) => !agreedNetworkIds.includes(id));
    if (missing.length > 0) {
      throw invalid(`meetingId: not agreed yet by ${missing.join(', ')}.`, 'input', 'meetingId');
    }
    checkWhen(meeting);
    checkTimes(meeting);
    const scheduledAt = new Date();
    const after = Object.assign(new Meeting(), meeting, { status: 'SCHEDULED', announced: true, scheduledAt });
    tx.publish({ ...meetingEntered(after), occurredAt: scheduledAt });
    return { status: 'SCHEDULED', announced: true, scheduledAt, agreedNetworkIds };
  });
}

/** SCHEDULED -> CANCELLED, and MEETING_CANCELLED is said; a draft is given up and nobody hears of it. */
export function cancelMeeting(tx: Transaction, actor: Actor, input: CancelMeetingInput): Promise<string> {
  const cancellationReason = checkLine(input.reason, reasonLimit, 'input', 'reason');
  return stepMeeting(tx, actor, 'cancelMeeting', input, async (meeting) => {
    requireMeetingStep(meeting, 'CANCELLED');
    if (meeting.announced) tx.publish(meetingCancelled(meeting));
    return { status: 'CANCELLED', cancellationReason };
  });
}

/** SCHEDULED -> OPEN, at the earliest a day before its time. From now on the agenda stands. */
export function openMeeting(tx: Transaction, actor: Actor, input: MeetingStepInput, now = new Date()): Promise<string> {
  return stepMeeting(tx, actor, 'openMeeting', input, async (meeting) => {
    requireMeetingStep(meeting, 'OPEN');
    if (meeting.startsAt && meeting.startsAt.getTime() - now.getTime() > early) {
      throw invalid('meetingId: it begins in more than a day; change its time first.', 'input', 'meetingId');
    }
    return { status: 'OPEN', openedAt: now };
  });
}

/** OPEN -> CLOSED. Says MEETING_HELD. */
export function closeMeeting(
  tx: Transaction,
  actor: Actor,
  input: MeetingStepInput,
  now = new Date(),
): Promise<string> {
  return stepMeeting(tx, actor, 'closeMeeting', input, async (meeting) => {
    requireMeetingStep(meeting, 'CLOSED');
    tx.publish(meetingHeld(meeting, now));
    return { status: 'CLOSED', closedAt: now };
  });
}

/** Names what was handed out or shown, before or after; every item is one that the actor may read. */
export function setMeetingMaterials(tx: Transaction, actor: Actor, input: SetMeetingMaterialsInput): Promise<string> {
  const ids = [...new Set(input.knowledgeItemIds)];
  if (ids.length > 50) throw invalid('knowledgeItemIds: at most 50.', 'input', 'knowledgeItemIds');
  const webLinks = input.links == null ? null : checkLinks(input.links, 'input', 'links');
  return stepMeeting(tx, actor, 'setMeetingMaterials', input, async (meeting) => {
    if (meeting.status === 'CANCELLED') throw invalid('The meeting is CANCELLED.', 'input', 'meetingId');
    const unnamed = ids.filter((id) => !meeting.materialIds.includes(id));
    const found = await findReadableKnowledge(tx, actor, unnamed);
    const unknown = unnamed.find((id) => !found.has(id));
    if (unknown !== undefined) {
      const path = ['input', 'knowledgeItemIds', `${input.knowledgeItemIds.indexOf(unknown)}`];
      throw invalid('knowledgeItemIds: there is no such item, or you may not see it.', ...path);
    }
    // What another convener put there and this one may not read stays; it is taken away by naming nothing of it only where it is seen.
    const named = await findReadableKnowledge(tx, actor, meeting.materialIds);
    const kept = meeting.materialIds.filter((id) => ids.includes(id) || !named.has(id));
    const materialIds = [...kept, ...unnamed];
    if (meeting.announced) tx.publish(meetingChanged(meeting, ['materials'], meeting.version + 1));
    return { materialIds, ...(webLinks && { webLinks }) };
  });
}

/** For commands that leave the version as it is. @returns the meeting under its lock, once for the `clientMutationId` */
export async function withMeeting(
  tx: Transaction,
  actor: Actor,
  command: string,
  input: { clientMutationId: string; meetingId: string },
  work: (meeting: Meeting) => Promise<void>,
): Promise<string> {
  const { id } = await findMeeting(tx, actor, input.meetingId);
  return once(tx, actor, command, input, id, async () => {
    const meeting = await lockRow(tx, Meeting, 'meeting', id);
    if (!mayLeadMeeting(actor, meeting)) {
      throw forbidden('Attendance is kept by coordinators and steering members of its networks, or its group’s lead.');
    }
    await work(meeting);
  });
}
