/** How many articles each instrument has: the Convention, and the protocols on trafficking in persons, smuggling of migrants, and firearms. */
const articles: Readonly<Record<string, number>> = { UNTOC: 41, TIP: 20, SOM: 25, FP: 21 };

/** `UNTOC:25`, `TIP:6`: an article that there is. */
export function isArticle(text: string): boolean {
  const [, instrument, number] = /^(UNTOC|TIP|SOM|FP):([1-9]\d?)$/.exec(text) ?? [];
  return instrument !== undefined && Number(number) <= articles[instrument]!;
}

/** A target of the Sustainable Development Goals: `16.4`, `16.a`. */
export const isSdgTarget = (text: string): boolean => /^([1-9]|1[0-7])\.([1-9]\d?|[a-d])$/.test(text);

const regions = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
/** CLDR names these two-letter codes too, but they are no countries. */
const groupings: ReadonlySet<string> = new Set(['EU', 'EZ', 'QO', 'UN', 'XA', 'XB']);

/** ISO 3166-1 alpha-2, and ZZ for no country in particular, as the shipped samples have it. */
export const isCountry = (code: string): boolean =>
  /^[A-Z]{2}$/.test(code) && !groupings.has(code) && regions.of(code) !== undefined;

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));
/** ISO 4217. */
export const isCurrency = (code: string): boolean => currencies.has(code);
