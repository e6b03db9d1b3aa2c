import ical, { ICalEventBusyStatus, ICalEventTransparency } from 'ical-generator';
import { linesOf, sayStatus } from './columns.ts';
import type { PlanModel } from './model.ts';
import { coded } from './undp.ts';
import type { Say } from './words.ts';

const lastDay = '9999-12-31'; // has no day after it that a calendar can name
const over = new Set<string | null>(['CANCELLED', 'DROPPED']);

/**
 * The plan's deadlines as days of a calendar: ends of activities, and milestones. A deadline keeps its identity, so that a later file moves it in the calendar
 * that took an earlier one.
 */
export function writeIcs(plan: PlanModel, say: Say): Uint8Array {
  const { planId, exportedAt } = plan.source;
  const calendar = ical({ name: plan.title.text, prodId: { company: 'NET4U', product: 'Working plans' } });
  const add = (key: string, day: string, summary: string, description: string) => {
    if (day >= lastDay) return;
    calendar.createEvent({
      id: `${planId}/${key}`,
      start: day,
      end: nextDay(day),
      allDay: true,
      stamp: exportedAt,
      summary,
      description,
      transparency: ICalEventTransparency.TRANSPARENT,
      busystatus: ICalEventBusyStatus.FREE,
    });
  };
  for (const { activity } of linesOf(plan)) {
    if (!activity || over.has(activity.status)) continue;
    const who = activity.responsible ? `${say('responsible')}: ${plan.nameOf(activity.responsible)}` : '';
    const about = [who, activity.status && `${say('status')}: ${sayStatus(activity.status, say)}`];
    const title = coded(activity.code, activity.title.text);
    if (activity.endsOn) add(activity.key, activity.endsOn, title, about.filter(Boolean).join('\n'));
    for (const { key, title: name, dueOn, status } of activity.milestones)
      if (dueOn && !over.has(status))
        add(key, dueOn, `${name.text} (${activity.code})`, [title, who].filter(Boolean).join('\n'));
  }
  return Buffer.from(calendar.toString());
}

/** The end of an event is the day after its last. */
const nextDay = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
