import type { CountryReview } from './entities/review.ts';

const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** As precise as the date is: 2026-03 and six months are 2026-09; the 31st of a shorter month is its last day. */
function monthsAfter(date: string, months: number): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number?];
  const first = new Date(Date.UTC(year, month - 1 + months, 1));
  const text = first.toISOString();
  if (day === undefined) return text.slice(0, 7);
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return `${text.slice(0, 8)}${String(Math.min(day, last)).padStart(2, '0')}`;
}

/**
 * When a review should have left its stage by the rules of the Mechanism: a focal point two weeks and experts four weeks after the start, the questionnaire answered
 * within six months, feedback within six months of receiving it.
 * @returns null where the rules name no time, or the date to count from is not known precisely enough
 */
export function expectedBy({ stage, startedOn, stageSince }: CountryReview): string | null {
  switch (stage) {
    case 'NOT_STARTED':
      return startedOn?.length === 10 ? dayAfter(startedOn, 14) : null;
    case 'FOCAL_POINT_APPOINTED':
      return startedOn?.length === 10 ? dayAfter(startedOn, 28) : null;
    case 'SELF_ASSESSMENT':
    case 'WRITTEN_FEEDBACK':
      return stageSince !== null && stageSince.length >= 7 ? monthsAfter(stageSince, 6) : null;
    default:
      return null;
  }
}
