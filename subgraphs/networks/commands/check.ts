import type { Actor } from '../../../kit/context.ts';
import { fromInput, invalid, type Localized, type LocalizedInput } from '../../../kit/types.ts';
import { isCountry } from '../countries.ts';

// Every check throws a Problem (ValidationError) that names the field.

/** Visible text without control characters but newline and tab, in each language once; at most `max` characters each. */
export function checkTexts(texts: readonly LocalizedInput[], max: number, field: string): Localized {
  if (new Set(texts.map(({ locale }) => locale)).size < texts.length) {
    throw invalid(`${field}: a language comes twice.`, 'input', field);
  }
  const clean = texts.map(({ locale, text }, index) => {
    const trimmed = text.replace(/[^\P{Cc}\n\t]|\p{Cs}/gu, '').trim();
    if (trimmed === '') throw invalid(`${field}: the text is empty.`, 'input', field, `${index}`, 'text');
    if (trimmed.length > max) {
      throw invalid(`${field}: at most ${max} characters.`, 'input', field, `${index}`, 'text');
    }
    return { locale, text: trimmed };
  });
  return fromInput(clean);
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
