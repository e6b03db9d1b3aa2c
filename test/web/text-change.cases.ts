import { describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { findChange, moveIndex } from '../../web/src/plan/text/text-change.ts';

/** Random numbers that are the same in every run. */
function createRandom(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
const letters = ['a', 'a', 'b', ' ', 'é', 'ñ', '😀', '👍🏽'];
/** Half of a character outside the basic plane. */
const half = /\p{Surrogate}/u;

describe('the change that a field made', () => {
  test.each([
    ['typed at the caret, not at an equal letter', 'aa', 'aaa', 1, { index: 0, remove: 0, insert: 'a' }],
    ['typed at the end', 'aa', 'aaa', 3, { index: 2, remove: 0, insert: 'a' }],
    ['deleted before the caret', 'abc', 'ac', 1, { index: 1, remove: 1, insert: '' }],
    ['a composed letter replaces its accent', 'caf´', 'café', 4, { index: 3, remove: 1, insert: 'é' }],
    ['another emoji with the same first half is replaced whole', '😀', '😁', 2, { index: 0, remove: 2, insert: '😁' }],
    ['nothing', 'same', 'same', 2, { index: 4, remove: 0, insert: '' }],
  ])('%s', (_what, old, next, caret, change) => {
    expect(findChange(old, next, caret)).toMatchObject({ remove: change.remove, insert: change.insert });
    if (change.remove > 0 || change.insert) expect(findChange(old, next, caret).index).toBe(change.index);
  });

  test('10,000 random inputs: it makes the new text of the old one and cuts no character in two', () => {
    const random = createRandom(4);
    const word = (most: number) => Array.from({ length: random(most) }, () => letters[random(letters.length)]).join('');
    for (let round = 0; round < 10_000; round++) {
      const parts = [word(6), word(3), word(6)];
      const typed = word(3);
      const [old, next] = [parts.join(''), parts[0] + typed + parts[2]];
      // Browsers put the caret behind what was typed; a script may leave it anywhere.
      const caret = random(4) > 0 ? parts[0]!.length + typed.length : random(next.length + 1);
      const { index, remove, insert } = findChange(old, next, caret);
      expect(old.slice(0, index) + insert + old.slice(index + remove)).toBe(next);
      expect(insert).not.toMatch(half);
      expect(old.slice(index, index + remove)).not.toMatch(half);
    }
  });
});

test('10,000 random changes by others: the caret stays before the letter it stood before', () => {
  const random = createRandom(5);
  for (let round = 0; round < 10_000; round++) {
    const text = new Y.Doc().getText();
    text.insert(0, 'abcdefghij'.slice(0, random(11)));
    const caret = random(text.length + 1);
    const before = Y.createRelativePositionFromTypeIndex(text, caret, -1);
    let moved = -1;
    text.observe(({ delta }) => {
      moved = moveIndex(caret, delta);
    });
    text.doc!.transact(() => {
      for (let n = random(4); n >= 0; n--) {
        const at = random(text.length + 1);
        if (random(2) > 0) text.insert(at, 'XYZ'.slice(random(3)));
        else text.delete(at, random(text.length - at + 1));
      }
    });
    const expected = Y.createAbsolutePositionFromRelativePosition(before, text.doc!)!.index;
    if (moved >= 0) expect(moved).toBe(expected);
  }
});
