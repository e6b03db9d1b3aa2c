/** Whether it is an IANA name. An offset is accepted by Intl but is no zone: it knows no summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

/** An instant as clocks of a zone show it, with their offset: `2026-12-01T18:00:00+03:00`. @param timeZone an IANA name */
export function inZone(at: Date, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, hourCycle: 'h23', timeZoneName: 'longOffset' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  } as Intl.DateTimeFormatOptions);
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const { year, month, day, hour, minute, second, timeZoneName = 'GMT' } = parts;
  const offset = timeZoneName === 'GMT' ? '+00:00' : timeZoneName.slice(3, 9);
  return `${year?.padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}${offset}`;
}

/** The dates of a stretch of time in a zone, first to last: `2026-12-01`, `2026-12-02`. At most 60. */
export function daysOf(from: Date, to: Date | null, timeZone: string): string[] {
  const first = inZone(from, timeZone).slice(0, 10);
  // What ends at midnight does not take up the day that begins then.
  const last = to && to > from ? inZone(new Date(to.getTime() - 1), timeZone).slice(0, 10) : first;
  const days: string[] = [];
  for (let day = first; day <= last && days.length < 60; ) {
    days.push(day);
    day = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  }
  return days;
}
