const formats = new Map<string, Intl.DateTimeFormat>();

/** What clocks in the zone show at an instant, as if it were UTC. Milliseconds; whole seconds. */
function wallClock(at: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    if (formats.size >= 100) formats.clear();
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year, month, day, hour, minute, second } = parts as Record<string, number>;
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
}

/**
 * The instant at which a day (2027-01-15) is over in a zone. Where clocks pass over that midnight, it is the moment they go on from.
 * @param timeZone IANA name that exists
 */
export function endOfDay(day: string, timeZone: string): Date {
  const midnight = Date.parse(`${day}T00:00:00Z`) + 86_400_000;
  const offset = (at: number) => wallClock(at, timeZone) - at;
  const first = midnight - offset(midnight);
  const second = midnight - offset(first);
  return new Date(offset(second) === offset(first) ? second : Math.max(first, second));
}
