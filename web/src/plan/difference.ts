/** A piece of two texts: in both, in the first only, or in the second only. */
export interface Piece {
  kind: 'same' | 'gone' | 'new';
  text: string;
}

const MOST = 400_000; // cells of the table: above that, what is between the common ends is one change

/** What makes `after` of `before`, word by word. */
export function compareTexts(before: string, after: string): Piece[] {
  const [a, b] = [split(before), split(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const pieces: Piece[] = [];
  const add = (kind: Piece['kind'], text: string) => {
    const last = pieces.at(-1);
    if (text === '') return;
    if (last?.kind === kind) last.text += text;
    else pieces.push({ kind, text });
  };
  add('same', a.slice(0, start).join(''));
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  if (left.length * right.length > MOST) {
    add('gone', left.join(''));
    add('new', right.join(''));
  } else walk(left, right, add);
  add('same', a.slice(a.length - end).join(''));
  return join(pieces);
}

/** What stayed between two changes and is no word belongs to them: or every blank of a sentence that is another would stand alone. */
function join(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  let gone = '';
  let added = '';
  const flush = () => {
    if (gone) joined.push({ kind: 'gone', text: gone });
    if (added) joined.push({ kind: 'new', text: added });
    gone = added = '';
  };
  for (const [index, { kind, text }] of pieces.entries()) {
    const isBetween = gone !== '' && added !== '' && index < pieces.length - 1 && !/[\p{L}\p{N}]/u.test(text);
    if (kind !== 'new' && (kind === 'gone' || isBetween)) gone += text;
    if (kind !== 'gone' && (kind === 'new' || isBetween)) added += text;
    if (kind !== 'same' || isBetween) continue;
    flush();
    joined.push({ kind, text });
  }
  flush();
  return joined;
}

/** Words, blanks and signs. */
const split = (text: string): string[] => text.match(/\s+|[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu) ?? [];

/** By the longest common subsequence. What is gone comes before what is new. */
function walk(a: string[], b: string[], add: (kind: Piece['kind'], text: string) => void): void {
  const width = b.length + 1;
  const length = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      length[i * width + j] =
        a[i] === b[j]
          ? 1 + length[(i + 1) * width + j + 1]!
          : Math.max(length[(i + 1) * width + j]!, length[i * width + j + 1]!);
    }
  }
  let [i, j] = [0, 0];
  let held = ''; // new text, until what is gone beside it has been said
  const flush = () => {
    add('new', held);
    held = '';
  };
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      flush();
      add('same', a[i]!);
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && length[(i + 1) * width + j]! >= length[i * width + j + 1]!)) {
      add('gone', a[i++]!);
    } else held += b[j++]!;
  }
  flush();
}
