import * as Y from 'yjs';
import type { Shared } from './place.ts';

/**
 * Whether a text looks the same without these format marks.
 *
 * After each edit that it receives, a client's Yjs removes marks that mark nothing any more, in any text, and sends that as the client's own edit:
 * tidying, which needs no right to the text.
 */
export function marksNothing(text: Shared, removed: ReadonlySet<Y.Item>): boolean {
  const withThem = new Map<string, string>();
  const without = new Map<string, string>();
  for (let item = text._start; item !== null; item = item.right) {
    if (item.deleted) continue;
    if (item.content instanceof Y.ContentFormat) {
      const { key, value } = item.content;
      for (const marks of removed.has(item) ? [withThem] : [withThem, without]) {
        if (value === null) marks.delete(key);
        else marks.set(key, JSON.stringify(value));
      }
    } else if (item.countable && !areEqual(withThem, without)) return false;
  }
  return true;
}

function areEqual(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}
