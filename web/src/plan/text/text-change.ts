/** What others did to a text, as Yjs tells it. */
export type TextDelta = readonly { insert?: unknown; delete?: number; retain?: number }[];

/** The first half of a character outside the basic plane: what follows belongs to it. */
export const isHigh = (code: number) => code >= 0xd800 && code < 0xdc00;
const isLow = (code: number) => code >= 0xdc00 && code < 0xe000;

/**
 * The smallest change that makes `next` of `old`, placed where the caret says it was typed: in `aa`, an `a` typed first and one typed last look alike.
 * Never cuts a surrogate pair.
 */
export function findChange(old: string, next: string, caret: number) {
  const tail = next.slice(caret);
  let after = old.endsWith(tail) ? tail.length : commonEnd(old, next, Math.min(old.length, next.length));
  const most = Math.min(old.length, next.length) - after;
  let index = 0;
  while (index < most && old[index] === next[index]) index++;
  if (index > 0 && isHigh(old.charCodeAt(index - 1))) index--;
  // With the start found, what stayed the same behind it may reach further forward than the caret.
  after += commonEnd(
    old.slice(index, old.length - after),
    next.slice(index, next.length - after),
    Math.min(old.length, next.length) - after - index,
  );
  if (after > 0 && isLow(old.charCodeAt(old.length - after))) after--;
  return { index, remove: old.length - after - index, insert: next.slice(index, next.length - after) };
}

function commonEnd(a: string, b: string, most: number): number {
  let length = 0;
  while (length < most && a[a.length - 1 - length] === b[b.length - 1 - length]) length++;
  return length;
}

/** Where an index is after others' changes. What is inserted right at a caret comes behind it. */
export function moveIndex(index: number, delta: TextDelta): number {
  let at = 0; // in the old text, as far as the changes have been passed
  let moved = index;
  for (const { retain, insert, delete: removed } of delta) {
    if (retain !== undefined) at += retain;
    else if (typeof insert === 'string') {
      if (at < index) moved += insert.length;
    } else if (removed !== undefined) {
      moved -= Math.max(0, Math.min(index, at + removed) - at);
      at += removed;
    }
    if (at >= index) break;
  }
  return moved;
}
