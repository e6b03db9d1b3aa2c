import type { Actor } from '../../../kit/context.ts';
import { cleanText } from '../../../kit/text.ts';
import { fromInput, invalid, type Localized, type LocalizedInput } from '../../../kit/types.ts';
import { isCountry } from '../countries.ts';

// Every check throws a Problem (ValidationError) that names the field.

/** Visible text without control characters but newline and tab; at most `max` characters. `path` leads to it, from the input's field down. */
export function checkText(text: string, max: number, ...path: [field: string, ...string[]]): string {
  const trimmed = cleanText(text);
  if (trimmed === '') throw invalid(`${path[0]}: the text is empty.`, 'input', ...path);
  if (trimmed.length > max) throw invalid(`${path[0]}: at most ${max} characters.`, 'input', ...path);
  return trimmed;
}

/** Such a text in each language once. */
export function checkTexts(
  texts: readonly LocalizedInput[],
  max: number,
  ...path: [field: string, ...string[]]
): Localized {
  if (new Set(texts.map(({ locale }) => locale)).size < texts.length) {
    throw invalid(`${path[0]}: a language comes twice.`, 'input', ...path);
  }
  const clean = texts.map(({ locale, text }, index) => ({
    locale,
    text: checkText(text, max, ...path, `${index}`, 'text'),
  }));
  return fromInput(clean);
}

/** A text that may be left out: null then, and also when it is blank. */
export function checkNote(text: string | null | undefined, max: number, field: string): string | null {
  return text == null || text.trim() === '' ? null : checkText(text, max, field);
}

export function checkName(texts: readonly LocalizedInput[]): Localized {
  if (texts.length === 0) throw invalid('name: give it in one language at least.', 'input', 'name');
  return checkTexts(texts, 200, 'name');
}

/** Country codes, each once, in their order. ZZ is for shipped samples only. */
export function checkCountries(actor: Actor, codes: readonly string[]): string[] {
  for (const [index, code] of codes.entries()) {
    if (isCountry(code) && (code !== 'ZZ' || actor.kind === 'SYSTEM')) continue;
    throw invalid(`countries: ${code} is no country's code.`, 'input', 'countries', `${index}`);
  }
  return [...new Set(codes)];
}

export function checkPattern(value: string, pattern: RegExp, field: string, shape: string): string {
  if (!pattern.test(value)) throw invalid(`${field}: ${shape}.`, 'input', field);
  return value;
}

export function checkTimeZone(timeZone: string): string {
  try {
    // The answer has the zone's own spelling.
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    throw invalid('timeZone: an IANA name, as in Africa/Kampala.', 'input', 'timeZone');
  }
}

export function checkCount(value: number | null | undefined, max: number, field: string): number | null {
  if (value == null) return null;
  if (value < 1 || value > max) throw invalid(`${field}: between 1 and ${max}.`, 'input', field);
  return value;
}

/** An address for mail, or null for none. @throws Problem ValidationError */
export function checkMailbox(address: string | null | undefined): string | null {
  if (address == null || address === '') return null;
  if (address.length <= 254 && /^[\w.+-]{1,64}@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i.test(address))
    return address;
  throw invalid('contactMailbox: the address of a mailbox, as in coordination@example.org.', 'input', 'contactMailbox');
}
