/** What stands in the place of words that were taken out, whatever their number. */
export const blackened = '▇▇▇';

/** In how many places words were taken out. */
export interface Count {
  places: number;
}

/** Words whatever their case, however their accents are encoded, and also where a line ends between them. */
export const patternOf = (words: string): RegExp =>
  new RegExp(
    words
      .normalize('NFC')
      .split(/\s+/)
      .map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('\\s+'),
    'giu',
  );

/** Of a list of things in a column: the fields that people write into. All others are ids, times and names of the platform's own. */
const fields: Record<string, readonly string[]> = {
  agendaItems: ['titles'],
  externals: ['offices'],
  webLinks: ['url', 'titles', 'textAlternative'],
};

/** Replaces words in every text of a value. */
export function blacken<T>(value: T, words: RegExp, count: Count): T {
  if (typeof value === 'string') return blackenText(value, words, count) as T;
  if (Array.isArray(value)) return value.map((one) => blacken(one, words, count)) as T;
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, blacken(part, words, count)])) as T;
}

function blackenText(value: string, words: RegExp, count: Count): string {
  const before = count.places;
  const changed = value.normalize('NFC').replace(words, () => {
    count.places += 1;
    return blackened;
  });
  const rest = count.places > before ? changed : value;
  // An address in which the words only read as such once its percent signs are decoded cannot be cut at its characters.
  const clean = rest.replace(/\S*%\S*/g, (word) => {
    if (decoded(word).search(words) < 0) return word;
    count.places += 1;
    return blackened;
  });
  return clean;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text).normalize('NFC');
  } catch {
    return text;
  }
}

/** Columns with the words taken out, or nothing where they are not in any. */
export function blackenColumns<T extends object>(
  row: T,
  columns: readonly (keyof T & string)[],
  words: RegExp,
  count: Count,
): Partial<T> | null {
  const before = count.places;
  const changes = columns.map((column) => {
    const own = fields[column];
    if (!own) return [column, blacken(row[column], words, count)];
    const things = row[column] as Record<string, unknown>[];
    return [
      column,
      things.map((thing) => ({
        ...thing,
        ...Object.fromEntries(own.map((field) => [field, blacken(thing[field], words, count)])),
      })),
    ];
  });
  return count.places > before ? (Object.fromEntries(changes) as Partial<T>) : null;
}
