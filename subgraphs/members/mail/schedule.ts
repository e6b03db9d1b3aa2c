import { hourOfDay, todayIn } from '../../../kit/zone.ts';
import type { DigestFrequency } from '../entities/notifications.ts';

const day = 86_400_000; // ms
const dayBefore = (date: string, days: number) =>
  new Date(Date.parse(`${date}T00:00:00Z`) - days * day).toISOString().slice(0, 10);

/**
 * The last moment, now or before, at which a digest was to be made: each day, on Mondays, or on the first of a month, at that hour of the reader's clock.
 * So one that nobody made in time, since nothing ran, is made later.
 * @returns null for those who get none
 */
export function lastDigest(
  digest: DigestFrequency,
  { hour, timeZone, now }: { hour: number; timeZone: string; now: Date },
): Date | null {
  if (digest === 'OFF' || digest === 'IMMEDIATE') return null;
  const begin = (date: string): string => {
    if (digest === 'DAILY') return date;
    if (digest === 'MONTHLY') return `${date.slice(0, 8)}01`;
    const sinceMonday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
    return dayBefore(date, sinceMonday);
  };
  const current = begin(todayIn(timeZone, now));
  const at = hourOfDay(current, hour, timeZone);
  return at !== null && at <= now ? at : hourOfDay(begin(dayBefore(current, 1)), hour, timeZone);
}
