import { type LocalizedText, localize } from '../../kit/types.ts';

/** CLDR names these two-letter codes too, but they are no countries. */
const groupings = new Set(['EU', 'EZ', 'QO', 'UN', 'XA', 'XB']);
const sample = { en: 'Sample country', es: 'País de muestra', fr: 'Pays d’exemple', pt: 'País de amostra' };

const namesByLocale = new Map<string, Intl.DisplayNames | null>();
function namesIn(locale: string): Intl.DisplayNames | null {
  let names = namesByLocale.get(locale);
  if (names === undefined) {
    try {
      const [supported] = Intl.DisplayNames.supportedLocalesOf([locale]);
      names = supported ? new Intl.DisplayNames([supported], { type: 'region', fallback: 'none' }) : null;
    } catch {
      names = null; // not a tag that Intl takes
    }
    if (namesByLocale.size >= 100) namesByLocale.clear();
    namesByLocale.set(locale, names);
  }
  return names;
}

/** A country's name from CLDR, in the locale asked for or in English. @returns null for a code that is no country's */
export function nameCountry(code: string, locale?: string | null): LocalizedText | null {
  if (code === 'ZZ') return localize(sample, locale);
  if (groupings.has(code)) return null;
  for (const tag of [locale, locale?.split('-')[0], 'en']) {
    const text = tag && namesIn(tag)?.of(code);
    if (text) return { locale: tag, text, machineTranslated: false, sourceLocale: null };
  }
  return null;
}

export const isCountry = (code: string): boolean => nameCountry(code) !== null;
