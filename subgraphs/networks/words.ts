import {
  type Localized,
  type LocalizedInput,
  type LocalizedText,
  localize,
  type TranslationState,
} from '../../kit/types.ts';
import { checkTexts } from './commands/check.ts';

/** A text in several languages, one of which is the language of record: the one it was first written in. */
export interface Words {
  texts: Localized;
  recordLocale: string;
  /** Languages whose text was made from an earlier one of record. */
  stale: string[];
}

/**
 * The words with languages written in: those that are left out stay, but are stale once the text of record is another. No language at all removes them.
 * @returns what was there before, if nothing differs
 * @throws Problem ValidationError
 */
export function writeWords(
  before: Words | null,
  given: readonly LocalizedInput[] | null | undefined,
  max: number,
  field: string,
): Words | null {
  if (!given) return before;
  if (given.length === 0) return null;
  const clean = checkTexts(given, max, field);
  if (before === null) return { texts: clean, recordLocale: given[0]!.locale, stale: [] };
  const { recordLocale } = before;
  const isNew = (locale: string) => clean[locale] !== undefined && clean[locale] !== before.texts[locale];
  const texts = { ...before.texts, ...clean };
  const stale = Object.keys(texts).filter(
    (locale) =>
      locale !== recordLocale && clean[locale] === undefined && (isNew(recordLocale) || before.stale.includes(locale)),
  );
  const isSame = !Object.keys(clean).some(isNew) && stale.length === before.stale.length;
  return isSame ? before : { texts, recordLocale, stale };
}

export const readWords = (words: Words | null, locale?: string | null): LocalizedText | null =>
  words && localize(words.texts, locale, words.recordLocale);

/** Null where there is nothing in that language. */
export function stateOfWords(words: Words | null, locale: string): TranslationState | null {
  if (words?.texts[locale] === undefined) return null;
  if (locale === words.recordLocale) return 'ORIGINAL';
  return words.stale.includes(locale) ? 'STALE' : 'HUMAN_REVIEWED';
}
