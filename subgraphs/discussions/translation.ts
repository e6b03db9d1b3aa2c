import { Field, ObjectType } from 'type-graphql';
import { LocaleTag } from '../../kit/scalars.ts';
import { invalid, type LocalizedText, localize, type TranslationState, TranslationStateEnum } from '../../kit/types.ts';

/** A record's texts in one language, and which revision of the original they were made from. */
export interface TextIn<F extends string> {
  fields: { [field in F]?: string };
  machine: boolean;
  /** The original's revision at that time; of the original itself, its own. */
  revision: number;
}

/** A record whose texts stand in several languages, one of which is the language of record. */
export interface Translated<F extends string> {
  texts: Record<string, TextIn<F>>;
  originalLocale: string;
  sourceRevision: number;
}

@ObjectType({ description: 'A language in which a record can be read.' })
export class Translation {
  @Field(() => LocaleTag)
  locale!: string;
  @Field(() => TranslationStateEnum)
  state!: TranslationState;
}

export function stateOf<F extends string>(record: Translated<F>, locale: string): TranslationState {
  if (locale === record.originalLocale) return 'ORIGINAL';
  const text = record.texts[locale];
  if (!text || text.revision < record.sourceRevision) return 'STALE';
  return text.machine ? 'MACHINE' : 'HUMAN_REVIEWED';
}

/** The original first, then by locale. */
export const translationsOf = <F extends string>(record: Translated<F>): Translation[] =>
  Object.keys(record.texts)
    .sort((a, b) => Number(b === record.originalLocale) - Number(a === record.originalLocale) || (a < b ? -1 : 1))
    .map((locale) => Object.assign(new Translation(), { locale, state: stateOf(record, locale) }));

/** One of a record's texts for a reader, as `localize` chooses it. */
export function textFor<F extends string>(
  record: Translated<F>,
  field: F,
  locale: string | null | undefined,
): LocalizedText | null {
  const found = Object.entries(record.texts).flatMap(([tag, { fields }]) =>
    fields[field] ? [[tag, fields[field]]] : [],
  );
  const text = localize(Object.fromEntries(found), locale, record.originalLocale);
  if (text) text.machineTranslated = record.texts[text.locale]?.machine === true;
  return text;
}

/**
 * The record with texts written in: one in the language of record makes its next revision, unless it says what it said before, and every translation that is not
 * given with it is STALE from then on.
 * @throws Problem ValidationError when a language comes twice, or the language of record would be made by a machine
 */
export function writeTexts<F extends string>(
  record: Translated<F>,
  given: readonly { locale: string; fields: TextIn<F>['fields']; machine: boolean }[],
  ...path: string[]
): Translated<F> {
  const { originalLocale } = record;
  const locales = given.map(({ locale }) => locale);
  const twice = locales.findIndex((locale, index) => locales.indexOf(locale) !== index);
  if (twice >= 0) throw invalid(`${locales[twice]}: this language comes twice.`, ...path, `${twice}`);
  const original = given.find(({ locale }) => locale === originalLocale);
  if (original?.machine) {
    throw invalid(
      `${originalLocale}: the language of record is no translation.`,
      ...path,
      `${given.indexOf(original)}`,
    );
  }
  const before = record.texts[originalLocale];
  const changed =
    original !== undefined && (!before || canonicalJson(before.fields) !== canonicalJson(original.fields));
  const sourceRevision = record.sourceRevision + (changed ? 1 : 0);
  const texts = { ...record.texts };
  for (const { locale, fields, machine } of given) texts[locale] = { fields, machine, revision: sourceRevision };
  return { texts, originalLocale, sourceRevision };
}

/** JSON with the keys of every object in order and no spaces: equal for equal values. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
