import { invalid } from '../../../kit/types.ts';

/** @returns the text without surrounding space. @throws Problem when empty or longer than `max` characters */
export function checkText(value: string, max: number, field: string): string {
  const text = value.trim();
  if (text === '') throw invalid(`${field}: must not be empty.`, 'input', field);
  if (text.length > max) throw invalid(`${field}: at most ${max} characters.`, 'input', field);
  return text;
}

export const checkOptionalText = (value: string | null | undefined, max: number, field: string): string | null =>
  value == null || value.trim() === '' ? null : checkText(value, max, field);

/** @throws Problem unless it is the name of an IANA time zone */
export function checkTimeZone(value: string): string {
  try {
    // An offset such as +03:00 would be taken too, but follows no summer time.
    if (/^[A-Za-z]/.test(value)) return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
  } catch {}
  throw invalid('timeZone: not an IANA time zone, as in Africa/Kampala.', 'input', 'timeZone');
}

/** Ids are `kind:name`. @throws Problem for anything else */
export function checkId(value: string, kind: string, field: string): string {
  if (!new RegExp(`^${kind}:[A-Za-z0-9._-]{1,80}$`).test(value)) {
    throw invalid(`${field}: not the id of a ${kind}.`, 'input', field);
  }
  return value;
}
