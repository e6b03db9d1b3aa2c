import type { Actor } from '../../../kit/context.ts';
import { isId } from '../../../kit/once.ts';
import { invalid } from '../../../kit/types.ts';
import { isCountry } from '../countries.ts';
import { type Instrument, instruments } from '../entities/review.ts';

// Checks of what is said about governments and with what source. Each throws a Problem (ValidationError) that names the field.

/** @param field path under `input`, with dots: `source.url` */
export const fault = (field: string, why: string, ...deeper: string[]) =>
  invalid(`${field}: ${why}`, 'input', ...field.split('.'), ...deeper);

/** The highest article of each instrument. */
const lastArticle: Record<Instrument, number> = { UNTOC: 41, TIP: 20, SOM: 25, FP: 21 };

/** The day it is where it is latest: what has happened anywhere is not in the future. */
export const latestDay = (now = new Date()): string =>
  new Date(now.getTime() + 14 * 3_600_000).toISOString().slice(0, 10);

const lastDayOf = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** A day of the calendar, or a year or month of it. */
export function checkDay<T extends string | null | undefined>(day: T, field: string): T {
  if (day == null) return day;
  const [year, month, date] = day.split('-').map(Number);
  if (!year || (date !== undefined && date > lastDayOf(year, month!))) {
    throw fault(field, `${day} is no day of the calendar.`);
  }
  return day;
}

/** The same, and not to come. */
export function checkPast<T extends string | null | undefined>(day: T, field: string): T {
  checkDay(day, field);
  if (day != null && day > latestDay().slice(0, day.length)) throw fault(field, 'it is in the future.');
  return day;
}

/** A web address that can be shown as a link: http or https, without a name or password in it. */
export function checkUrl(url: string | null | undefined, field: string): string | null {
  if (url == null || url.trim() === '') return null;
  const refuse = () => fault(field, 'a web address, as in https://www.unodc.org/.');
  const text = url.trim();
  if (text.length > 1_000 || !/^https?:\/\/[\x21-\x7e]+$/i.test(text)) throw refuse();
  let parsed: URL;
  try {
    parsed = new URL(text);
  } catch {
    throw refuse();
  }
  if (parsed.username !== '' || parsed.password !== '') throw refuse();
  return text;
}

/** One line of visible text, or null. */
export function checkLine(text: string | null | undefined, max: number, field: string): string | null {
  const line = text
    ?.replace(/[\p{Cc}\p{Cs}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (!line) return null;
  if (line.length > max) throw fault(field, `at most ${max} characters.`);
  return line;
}

const personal: [RegExp, string][] = [
  [/\S@\S/, 'an e-mail address'],
  [/\+\d[\d\s().-]{6,}|(?:\d[\s().-]?){9,}/, 'a telephone number'],
  [
    /(?:^|[\s(,;:])(?:mr|mrs|ms|miss|dr|prof|sr|sra|srta|dra|lic|mme|mlle|m\.|exc(?:mo|ma)|ilmo|ilma)\.?\s+\p{L}/iu,
    'a form of address',
  ],
  [/(?:^|[\s(,;:])(?:h\.\s?e\.|s\.\s?e\.)/iu, 'a form of address'],
];

/** An office or a citation: it may not hold what points to a person, since whom a State sends is not for this register. */
export function checkImpersonal(text: string | null | undefined, max: number, field: string): string | null {
  const line = checkLine(text, max, field);
  const found = line && personal.find(([pattern]) => pattern.test(line));
  if (found) throw fault(field, `an office, never a person; this has ${found[1]}.`);
  return line;
}

/** Article tags such as `UNTOC:5`, each once, in their order. */
export function checkArticles(tags: readonly string[], field: string): string[] {
  if (tags.length > 100) throw fault(field, 'at most 100.');
  for (const [index, tag] of tags.entries()) {
    const [, instrument, number] = /^([A-Z]+):([1-9]\d?)$/.exec(tag) ?? [];
    const known = instruments.find((name) => name === instrument);
    if (!known || Number(number) > lastArticle[known]) {
      throw fault(field, 'an instrument and its article, as in UNTOC:5.', `${index}`);
    }
  }
  return [...new Set(tags)];
}

/** Ids of other subgraphs' records, each once. Whether there is such a record is theirs to know. */
export function checkIds(ids: readonly string[], max: number, field: string): string[] {
  if (ids.length > max) throw fault(field, `at most ${max}.`);
  const wrong = ids.findIndex((id) => !isId(id));
  if (wrong >= 0) throw fault(field, 'no id.', `${wrong}`);
  return [...new Set(ids)];
}

export function checkId(id: string | null | undefined, field: string): string | null {
  if (id == null) return null;
  if (!isId(id)) throw fault(field, 'no id.');
  return id;
}

/** ZZ is for shipped samples only. */
export function checkCountry(actor: Actor, code: string, field: string, ...deeper: string[]): string {
  if (isCountry(code) && (code !== 'ZZ' || actor.kind === 'SYSTEM')) return code;
  throw fault(field, `${code} is no country's code.`, ...deeper);
}

/** What a fact is taken from. `checkedOn` is today where it is left out. */
export interface Source {
  url: string | null;
  note: string | null;
  checkedOn: string;
}

/**
 * @param needs an address, either an address or a citation, or neither
 * @param isShipped the day is that of the records: a clock that is wrong keeps nobody from loading them
 */
export function checkSource(
  source: { url?: string | null; note?: string | null; checkedOn?: string | null },
  needs: 'ADDRESS' | 'EITHER' | 'NOTHING',
  isShipped = false,
): Source {
  const url = checkUrl(source.url, 'source.url');
  const note = checkImpersonal(source.note, 500, 'source.note');
  if (needs === 'ADDRESS' && url === null) throw fault('source.url', 'this needs an address where it can be read.');
  if (needs === 'EITHER' && url === null && note === null) throw fault('source', 'an address or a citation.');
  const today = new Date().toISOString().slice(0, 10);
  const checkedOn = (isShipped ? source.checkedOn : checkPast(source.checkedOn, 'source.checkedOn')) ?? today;
  return { url, note, checkedOn };
}
