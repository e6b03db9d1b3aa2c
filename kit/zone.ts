import { ApiError } from './errors.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws ApiError BAD_USER_INPUT for what is no IANA time zone */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    try {
      format = new Intl.DateTimeFormat('en-US', {
        ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
        ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
      });
    } catch {
      throw new ApiError('BAD_USER_INPUT', 'timeZone: an IANA name, as in Africa/Kampala.');
    }
    if (formats.size >= 1_000) formats.clear(); // clients choose them
    formats.set(timeZone, format);
  }
  return format;
}

/** What clocks there show at a moment, as ms of UTC. */
function wallTime(at: number, format: Intl.DateTimeFormat): number {
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!, parts.second!);
}

/**
 * The moment when a day is over in a time zone: its next midnight, or when clocks are set forward over that, what they show instead.
 * @param day YYYY-MM-DD
 * @returns null for a year that no calendar of ours has
 */
export function endOfDay(day: string, timeZone: string): Date | null {
  return momentOf(Date.parse(`${day}T00:00:00Z`) + 86_400_000, timeZone);
}

/** The moment when clocks in a time zone show a day and an hour; one that they are set forward over, what they show instead. @param day YYYY-MM-DD */
export const hourOfDay = (day: string, hour: number, timeZone: string): Date | null =>
  momentOf(Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000, timeZone);

/** @param wanted what clocks are to show there, as ms of UTC */
function momentOf(wanted: number, timeZone: string): Date | null {
  const format = formatOf(timeZone);
  if (!(wanted > Date.UTC(1900, 0, 2) && wanted < Date.UTC(3000, 0, 1))) return null;
  let at = wanted;
  // The second time with the offset of the day itself, which may be another than that of the first guess.
  for (let pass = 0; pass < 2; pass++) at = wanted - (wallTime(at, format) - at);
  return new Date(at);
}

/** The day that it is in a time zone. */
export function todayIn(timeZone: string, now: Date): string {
  return new Date(wallTime(now.getTime(), formatOf(timeZone))).toISOString().slice(0, 10);
}
