import { invalid } from '../../../kit/types.ts';

// Days are text as in 2027-01-15: they compare as text, and no time zone moves them.

/** The day it is at a moment, in a time zone; UTC where a network has chosen none. */
export const dayOf = (moment: Date, timeZone?: string | null): string =>
  new Intl.DateTimeFormat('en-CA', {
    timeZone: timeZone ?? 'UTC',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(moment);

const isDay = (text: string): boolean => {
  const moment = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text);
};

/** A date as precise as its source gives it: one that was, and not before 1900. @throws Problem ValidationError */
export function checkPastDate(date: string, today: string, field: string): string {
  const first = `${date}-01-01`.slice(0, 10); // the first day it may be
  if (!isDay(first)) throw invalid(`${field}: there is no such day.`, 'input', field);
  if (date > today.slice(0, date.length)) throw invalid(`${field}: it has not come yet.`, 'input', field);
  if (date < '1900') throw invalid(`${field}: not before 1900.`, 'input', field);
  return date;
}

/** The last day of a term of so many months that begins on a day: the day before the same one, or before the month after it where it has none. */
export function endOfTerm(startsOn: string, months: number): string {
  const [year, month, day] = startsOn.split('-').map(Number) as [number, number, number];
  const end = new Date(Date.UTC(year, month - 1 + months, day));
  const wanted = (((month - 1 + months) % 12) + 12) % 12;
  if (end.getUTCMonth() !== wanted) end.setUTCDate(1); // the 31st of a month of thirty days has become the next month's
  end.setUTCDate(end.getUTCDate() - 1);
  return end.toISOString().slice(0, 10);
}
