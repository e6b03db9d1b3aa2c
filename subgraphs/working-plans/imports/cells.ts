import { invalid, Problem } from '../../../kit/types.ts';
import { rules } from '../commands/nodes/rules.ts';
import { isCountry } from '../commands/nodes/vocabulary.ts';
import { ENUMS, type Kind } from '../document/fields.ts';
import { accepts } from '../document/values.ts';
import { foldHeading, wordOf } from '../exports/words.ts';
import type { PlanView } from '../view.ts';

/** A cell that cannot be taken, and why. */
export class CellError extends Error {
  override readonly name = 'CellError';
}
const fail = (why: string): never => {
  throw new CellError(why);
};

/** Ids by the names that people use for them. */
export type Names = ReadonlyMap<string, string>;

/** What a cell is read with. */
export interface Reading {
  view: PlanView;
  locale: string;
  names: Names;
}

/** A value as the typed mutations take it, by the same rules. @throws CellError */
export function byRule(kind: Kind, name: string, value: unknown, { view }: Reading): unknown {
  const rule = rules[kind][name]!;
  try {
    return rule.read(value as never, { view, key: null, fail: (why) => invalid(why) });
  } catch (error) {
    if (error instanceof Problem) return fail(error.message);
    throw error;
  }
}

export const localized = (text: string, { locale }: Reading) => [{ locale, text }];
export const listOf = (text: string): string[] =>
  text
    .split(/[;\n]/)
    .map((one) => one.trim())
    .filter(Boolean);
/** Codes may also be parted by commas. */
export const codesOf = (text: string): string[] =>
  text
    .split(/[;,\n]/)
    .map((one) => one.trim())
    .filter(Boolean);

export function dayOf(text: string): string {
  return accepts('date', text) ? text : fail('a day is written as 2027-03-31.');
}

/** One of a set of words of the platform, itself or as it is said in one of the languages. */
export function enumOf<E extends keyof typeof ENUMS>(name: E, text: string): (typeof ENUMS)[E][number] {
  const values = ENUMS[name] as readonly string[];
  const word = values.find((value) => foldHeading(value) === foldHeading(text)) ?? wordOf(text, values as never);
  return (word ?? fail(`one of ${values.join(', ')}.`)) as never;
}

/** `Name [org:s01]`, `org:s01`, or a name that was given with its id. */
export function idOf(text: string, { names }: Reading, prefix: string): string {
  const [, id] = /\[([\x21-\x5a\x5e-\x7e]+)\]\s*$/.exec(text) ?? [];
  if (id) return id;
  const named = names.get(foldHeading(text));
  if (named) return named;
  if (text.startsWith(prefix)) return text;
  return fail(`${JSON.stringify(text.slice(0, 80))} is not known by name: write its id too, as in Name [${prefix}…].`);
}

/** A body; or the theme whose group it is, as the document may have it too. */
export function groupOf(text: string, at: Reading): string {
  const area =
    (ENUMS.ThematicArea as readonly string[]).find((one) => one === text) ?? wordOf(text, ENUMS.ThematicArea);
  return area ?? (byRule('activity', 'expertGroupId', idOf(text, at, 'body:'), at) as string);
}

let countryNames: Map<string, string> | undefined;

/** A code of ISO 3166, or the country's name in one of the four languages. */
export function countryOf(text: string): string {
  const code = text.toUpperCase();
  if (isCountry(code)) return code;
  if (!countryNames) {
    countryNames = new Map();
    for (const language of ['en', 'es', 'fr', 'pt']) {
      const names = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
      for (let first = 65; first <= 90; first++)
        for (let second = 65; second <= 90; second++) {
          const one = String.fromCharCode(first, second);
          const name = isCountry(one) ? names.of(one) : undefined;
          if (name) countryNames.set(foldHeading(name), one);
        }
    }
  }
  return countryNames.get(foldHeading(text)) ?? fail(`${JSON.stringify(text.slice(0, 80))} is no country.`);
}
