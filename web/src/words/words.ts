import { createContext, useContext } from 'react';
import { en, type Words } from './en.ts';

export type { Words };
export const languages = { en: 'English', es: 'Español', fr: 'Français', pt: 'Português' } as const;
export type Language = keyof typeof languages;

const KEY = 'net4u.language';
const isLanguage = (tag: unknown): tag is Language => typeof tag === 'string' && Object.hasOwn(languages, tag);

const words: Record<Exclude<Language, 'en'>, () => Promise<Words>> = {
  es: () => import('./es.ts').then(({ es }) => es),
  fr: () => import('./fr.ts').then(({ fr }) => fr),
  pt: () => import('./pt.ts').then(({ pt }) => pt),
};

/** What the page says in a language: of those that are not English, fetched when it is chosen. @throws when it does not come */
export const loadWords = (language: Language): Promise<Words> =>
  language === 'en' ? Promise.resolve(en) : words[language]();

/** The one chosen in this browser before, else the first that the browser asks for. Which language is no secret, so it may outlive the tab. */
export function readLanguage(): Language {
  const chosen = localStorage.getItem(KEY);
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
}

export const WordsContext = createContext<Words>(en);
export const useWords = (): Words => useContext(WordsContext);

/** A date as precise as the source gave it: `2022`, `2023-06` or `2023-06-15`. */
export function formatPartialDate(date: string, locale: string): string {
  const parts = date.slice(0, 10).split('-');
  const options: Intl.DateTimeFormatOptions = { timeZone: 'UTC', year: 'numeric' };
  if (parts.length > 1) options.month = 'long';
  if (parts.length > 2) options.day = 'numeric';
  const full = `${parts[0]}-${parts[1] ?? '01'}-${parts[2] ?? '01'}T00:00:00Z`;
  return new Intl.DateTimeFormat(formatTag(locale), options).format(new Date(full));
}

/** Hours and minutes on the reader's own clock. */
export function formatTime(instant: string, locale: string): string {
  return new Intl.DateTimeFormat(formatTag(locale), { hour: '2-digit', minute: '2-digit' }).format(new Date(instant));
}

/** Day and time on the reader's own clock. */
export function formatMoment(instant: string, locale: string): string {
  return new Intl.DateTimeFormat(formatTag(locale), { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(instant),
  );
}

/** Day and time on the reader's own clock, and which clock that is: for what ends at a moment. */
export function formatDeadline(instant: string, locale: string): string {
  const day = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
  return new Intl.DateTimeFormat(formatTag(locale), {
    ...day,
    ...{ hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
  }).format(new Date(instant));
}

/** What a language is called in the page's own. */
export const nameLanguage = (tag: string, locale: string): string =>
  new Intl.DisplayNames([formatTag(locale)], { type: 'language' }).of(tag) ?? tag;

/** The day on the reader's own calendar. */
export function formatDay(instant: string, locale: string): string {
  return new Intl.DateTimeFormat(formatTag(locale), { dateStyle: 'full' }).format(new Date(instant));
}

/** The page's English writes day before month and 24 hours, as the organisations it is for do. */
const formatTag = (locale: string) => (locale === 'en' ? 'en-GB' : locale);
