import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import type { ServedFile } from '../../kit/files.ts';
import { localize } from '../../kit/types.ts';
import type { Meeting } from './entities/meeting.ts';
import { createMeetingLoaders, placeOf } from './meeting-loaders.ts';
import { mayReadInside } from './meeting-policy.ts';
import { inZone } from './times.ts';

export const calendarName = 'meeting.ics';
const prefix = { meeting: 'calendar.', network: 'calendar-of.' };
const most = 500; // meetings of a network in one file

/** The ids of calendar files: of one meeting, and of all the meetings of a network that the reader may see. */
export const calendarIdOf = (meetingId: string): string => `${prefix.meeting}${meetingId}`;
export const networkCalendarIdOf = (networkId: string): string => `${prefix.network}${networkId}`;

/** @returns null for an id that is no calendar's, and for what the actor may not see; texts are in English where there are any */
export async function findCalendar(manager: EntityManager, actor: Actor, id: string): Promise<ServedFile | null> {
  const loaders = createMeetingLoaders(manager, actor);
  if (id.startsWith(prefix.meeting)) {
    const meeting = await loaders.meeting.load(id.slice(prefix.meeting.length));
    return meeting?.startsAt ? fileOf(calendarName, [meeting], actor) : null;
  }
  if (!id.startsWith(prefix.network)) return null;
  const meetings: Meeting[] = [];
  for (let last: Meeting | undefined; meetings.length < most; ) {
    const page = { limit: 100, after: last ? placeOf(last) : null };
    const found = await loaders.meetingsOfNetwork(page).load(id.slice(prefix.network.length));
    meetings.push(...found);
    last = found.at(-1);
    if (found.length < page.limit) break;
  }
  const timed = meetings.filter(({ startsAt }) => startsAt !== null);
  return timed.length > 0 ? fileOf('meetings.ics', timed, actor) : null;
}

const fileOf = (name: string, meetings: Meeting[], actor: Actor): ServedFile => ({
  name,
  mediaType: 'text/calendar; charset=utf-8',
  bytes: Buffer.from(writeCalendar(meetings, actor)),
});

/**
 * Times are instants, so that each reader's calendar shows the own local time; of which only days are known, whole days. Nobody is named: neither who comes nor
 * who presents.
 */
export function writeCalendar(meetings: readonly Meeting[], actor: Actor): string {
  const calendar = ical({ prodId: { company: 'NET4U', product: 'discussions' }, method: ICalCalendarMethod.PUBLISH });
  for (const meeting of meetings) {
    const { startsAt, endsAt, startsAtPrecision } = meeting;
    if (!startsAt) continue;
    const allDay = startsAtPrecision === 'DAY';
    // An all-day event ends before the day it names; of a meeting the last day is kept.
    const end = allDay ? new Date((endsAt ?? startsAt).getTime() + 86_400_000) : endsAt;
    calendar.createEvent({
      id: `${meeting.id}@net4u`,
      sequence: meeting.version - 1,
      stamp: meeting.scheduledAt ?? meeting.createdAt,
      start: startsAt,
      ...(end && { end }),
      allDay,
      ...(allDay && { timezone: 'UTC' }),
      summary: localize(meeting.titles, 'en')?.text ?? 'Meeting',
      description: describe(meeting, actor),
      location: [meeting.place, meeting.hostCity, meeting.hostCountryCode].filter(Boolean).join(', ') || null,
      status: statusOf(meeting),
    });
  }
  return calendar.toString();
}

function statusOf({ status }: Meeting): ICalEventStatus {
  if (status === 'CANCELLED') return ICalEventStatus.CANCELLED;
  return status === 'DRAFT' ? ICalEventStatus.TENTATIVE : ICalEventStatus.CONFIRMED;
}

function describe(meeting: Meeting, actor: Actor): string {
  const { startsAt, startsAtPrecision, timeZone, agendaItems, joinText } = meeting;
  const agenda = agendaItems.map(({ titles, minutesAllotted }, index) => {
    const minutes = minutesAllotted === null ? '' : ` (${minutesAllotted} min)`;
    return `${index + 1}. ${localize(titles, 'en')?.text ?? ''}${minutes}`;
  });
  const held = startsAt && timeZone && startsAtPrecision !== 'DAY' ? [`${inZone(startsAt, timeZone)} ${timeZone}`] : [];
  const join = joinText !== null && mayReadInside(actor, meeting) ? [joinText] : [];
  return [...held, ...join, ...agenda].join('\n');
}
