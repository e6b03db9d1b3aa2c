import { isDeepStrictEqual } from 'node:util';

/** An answer without the values of these fields. */
export const without = (names: readonly string[], value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null, (key, inner) => (names.includes(key) ? typeof inner : inner)));

/** @returns where two answers first differ, and how; undefined when they are deep-equal */
export function findDifference(ours: unknown, theirs: unknown, path = 'data'): string | undefined {
  if (isDeepStrictEqual(ours, theirs)) return undefined;
  const isPair = [ours, theirs].every((value) => typeof value === 'object' && value !== null);
  if (isPair) {
    const [left, right] = [ours, theirs] as Record<string, unknown>[];
    for (const key of new Set([...Object.keys(left!), ...Object.keys(right!)])) {
      const found = findDifference(left![key], right![key], `${path}.${key}`);
      if (found) return found;
    }
  }
  const [left, right] = [ours, theirs].map((value) => JSON.stringify(value)?.slice(0, 200));
  return `${path}: ours ${left}, theirs ${right}`;
}

/** How many objects and values an answer holds: an empty one would equal another too easily. */
export function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return value === null || value === undefined ? 0 : 1;
  return Object.values(value).reduce<number>((sum, one) => sum + countValues(one), 0);
}
