import { isId } from '../../kit/once.ts';
import { invalid, type Localized, type LocalizedInput } from '../../kit/types.ts';

export const bodyLimit = 20_000; // characters
export const titleLimit = 300; // characters in each language

/** Plain text as it is kept: no control characters but newline and tab, line ends as one newline, no halves of surrogate pairs. */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(/\p{Cs}/gu, '\uFFFD');
}

/** Text as cleaned, or a ValidationError at `path` when it is longer than `limit` characters. */
export function checkText(text: string, limit: number, ...path: string[]): string {
  const clean = cleanText(text);
  if (clean.length > limit && [...clean].length > limit) {
    throw invalid(`${path.at(-1)}: at most ${limit.toLocaleString('en')} characters.`, ...path);
  }
  return clean;
}

/** Whether there is nothing to be seen: no letter, digit or sign, only spaces and what turns, joins or marks others. */
export const isBlank = (text: string) =>
  !/[\p{L}\p{N}\p{P}\p{S}]/u.test(text.replace(/\p{Default_Ignorable_Code_Point}/gu, ''));

/** A text per language, blank ones left out. ValidationError when one is too long or a language comes twice. */
export function checkTexts(texts: readonly LocalizedInput[], limit: number, ...path: string[]): Localized {
  const checked: Localized = {};
  texts.forEach(({ locale, text }, index) => {
    if (checked[locale] !== undefined) throw invalid(`${locale}: this language comes twice.`, ...path, `${index}`);
    const clean = checkText(text, limit, ...path, `${index}`, 'text');
    if (!isBlank(clean)) checked[locale] = clean;
  });
  return checked;
}

export function checkId(id: string, ...path: string[]): string {
  if (!isId(id)) throw invalid(`${path.at(-1)}: not an id.`, ...path);
  return id;
}
