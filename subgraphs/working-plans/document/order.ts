import { generateNKeysBetween } from 'fractional-indexing';
import { MAX_POSITION } from './values.ts';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export interface Placed {
  key: string;
  pos: string;
}

/** By position, then by node key: every reader breaks a tie alike. Compares code units, as `fractional-indexing` demands; never by locale. */
export function byPosition(a: Placed, b: Placed): number {
  if (a.pos !== b.pos) return a.pos < b.pos ? -1 : 1;
  if (a.key === b.key) return 0;
  return a.key < b.key ? -1 : 1;
}

/**
 * Where a node goes among `siblings` (sorted, without the node itself) to stand right after the sibling `after` (null: first, undefined: last).
 *
 * `rekeyed` are siblings that must get a new position too: those that tie with the one before the gap, since between equal keys there is none, and
 * those that have none (an undo can leave a node without) and stand first. Where the new position would be longer than one may be (a thousand insertions at
 * one place, or one sibling whose position leaves no room), all siblings are spread anew.
 * Keys end with digits made from the client id, so two clients that insert into one gap at once do not tie again.
 * Throws RangeError when `after` is not among the siblings.
 */
export function positionAfter(
  siblings: readonly Placed[],
  after: string | null | undefined,
  clientId: number,
): { pos: string; rekeyed: Placed[] } {
  let gap = siblings.length;
  if (after === null) gap = 0;
  else if (after !== undefined) gap = siblings.findIndex((sibling) => sibling.key === after) + 1;
  if (gap === 0 && after) throw new RangeError(`${after} is not a sibling`);
  const lower = siblings[gap - 1]?.pos || null;
  let end = gap;
  while (end < siblings.length && siblings[end]!.pos <= (lower ?? '')) end++;
  const tied = siblings.slice(gap, end);
  const [pos, ...rest] = keysBetween(lower, siblings[end]?.pos ?? null, 1 + tied.length, clientId);
  if ([pos!, ...rest].some((key) => key.length > MAX_POSITION)) {
    const keys = keysBetween(null, null, siblings.length + 1, clientId);
    const [own] = keys.splice(gap, 1);
    return { pos: own!, rekeyed: siblings.map(({ key }, index) => ({ key, pos: keys[index]! })) };
  }
  return { pos: pos!, rekeyed: tied.map((sibling, index) => ({ key: sibling.key, pos: rest[index]! })) };
}

function keysBetween(lower: string | null, upper: string | null, count: number, clientId: number): string[] {
  const keys = generateNKeysBetween(lower, upper, count);
  return keys.map((key, index) => {
    const signed = key + signature(clientId);
    // A key that is a prefix of the next one would overtake it with anything appended.
    const next = keys[index + 1] ?? upper;
    return next === null || signed < next ? signed : key;
  });
}

/** The client id in base 62; never ends with the zero digit, which `fractional-indexing` refuses at the end of a key. */
function signature(clientId: number): string {
  let text = '';
  for (let rest = clientId; rest > 0; rest = Math.floor(rest / DIGITS.length)) text += DIGITS[rest % DIGITS.length];
  return text.endsWith('0') || text === '' ? `${text}V` : text;
}
