export { isArticle } from '../../vocabulary/instruments.ts';
export { isSdgTarget } from '../../vocabulary/sdgs.ts';

const regions = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
/** CLDR names these two-letter codes too, but they are no countries. */
const groupings: ReadonlySet<string> = new Set(['EU', 'EZ', 'QO', 'UN', 'XA', 'XB']);

/** ISO 3166-1 alpha-2, and ZZ for no country in particular, as the shipped samples have it. */
export const isCountry = (code: string): boolean =>
  /^[A-Z]{2}$/.test(code) && !groupings.has(code) && regions.of(code) !== undefined;

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));
/** ISO 4217. */
export const isCurrency = (code: string): boolean => currencies.has(code);
