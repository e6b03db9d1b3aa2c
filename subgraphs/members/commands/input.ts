import { cleanText } from '../../../kit/text.ts';
import { invalid } from '../../../kit/types.ts';

/** @returns the text as `cleanText` has it. @throws Problem when empty or longer than `max` characters */
export function checkText(value: string, max: number, field: string): string {
  const text = cleanText(value);
  if (text === '') throw invalid(`${field}: must not be empty.`, 'input', field);
  if (text.length > max) throw invalid(`${field}: at most ${max} characters.`, 'input', field);
  return text;
}

export const checkOptionalText = (value: string | null | undefined, max: number, field: string): string | null =>
  value == null || value.trim() === '' ? null : checkText(value, max, field);

/** Up to 20 words or short phrases, each once. @throws Problem */
export function checkTags(values: readonly string[], field: string): string[] {
  if (values.length > 20) throw invalid(`${field}: at most 20.`, 'input', field);
  return [...new Set(values.map((tag) => checkText(tag, 60, field)))];
}

/** Ids are `kind:name`. @throws Problem for anything else */
export function checkId(value: string, kind: string, field: string): string {
  if (!new RegExp(`^${kind}:[A-Za-z0-9._-]{1,80}$`).test(value)) {
    throw invalid(`${field}: not the id of a ${kind}.`, 'input', field);
  }
  return value;
}

/** @throws Problem unless it is the name of an IANA time zone */
export function checkTimeZone(value: string): string {
  try {
    // An offset such as +03:00 would be taken too, but follows no summer time.
    if (/^[A-Za-z]/.test(value)) return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
  } catch {}
  throw invalid('timeZone: not an IANA time zone, as in Africa/Kampala.', 'input', 'timeZone');
}

/** @throws Problem unless it is a web address */
export function checkWebsite(value: string): string {
  const text = checkText(value, 300, 'website');
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw invalid('website: an address that begins with https:// or http://.', 'input', 'website');
  }
  return text;
}

/** @throws Problem unless it looks like a mailbox */
export function checkMailbox(value: string): string {
  const text = checkText(value, 200, 'contactMailbox');
  if (!/^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/.test(text)) {
    throw invalid('contactMailbox: a mailbox of a role, as in info@example.org.', 'input', 'contactMailbox');
  }
  return text;
}
