import { invalid } from '../../../kit/types.ts';
import { checkText, isBlank } from '../text.ts';
import { type TextIn, type Translated, writeTexts } from '../translation.ts';

const languageLimit = 10;

/** A text as an input gives it, besides its fields. */
export interface GivenText {
  locale: string;
  machine: boolean;
}

/** What an input writes into a record, in one language. */
export interface CheckedText<F extends string> extends GivenText {
  fields: TextIn<F>['fields'];
}

/**
 * Texts as they are kept.
 * @param limits the fields that there are, and how many characters each may have
 * @param optional fields that may be left out
 * @throws Problem ValidationError with the path of the field at fault
 */
export function checkGiven<F extends string, T extends GivenText & { [field in F]?: string | null }>(
  texts: readonly T[],
  limits: Record<F, number>,
  optional: readonly F[],
  ...path: string[]
): CheckedText<F>[] {
  return texts.map((text, index) => {
    const fields: TextIn<F>['fields'] = {};
    for (const field of Object.keys(limits) as F[]) {
      const clean = checkText(text[field] ?? '', limits[field], ...path, `${index}`, field);
      if (!isBlank(clean)) fields[field] = clean;
      else if (!optional.includes(field)) throw invalid(`${field}: it is empty.`, ...path, `${index}`, field);
    }
    return { locale: text.locale, machine: text.machine, fields };
  });
}

/**
 * The record with these texts written in, as `writeTexts` does it: it always has its language of record, and not more than ten.
 * @throws Problem ValidationError
 */
export function writeRecord<F extends string>(
  record: Translated<F>,
  given: readonly CheckedText<F>[],
  ...path: string[]
): Translated<F> {
  const written = writeTexts(record, given, ...path);
  if (written.texts[written.originalLocale] === undefined) {
    throw invalid('originalLocale: there is no text in this language.', 'input', 'originalLocale');
  }
  if (Object.keys(written.texts).length > languageLimit)
    throw invalid(`${path.at(-1)}: at most ${languageLimit} languages.`, ...path);
  return written;
}

/** A record that begins with these texts. @throws Problem ValidationError */
export const beginRecord = <F extends string>(
  originalLocale: string,
  given: readonly CheckedText<F>[],
  ...path: string[]
): Translated<F> => writeRecord({ texts: {}, originalLocale, sourceRevision: 0 }, given, ...path);
