import { describe, expect, test } from '@jest/globals';
import { compareTexts } from '../../web/src/plan/difference.ts';
import { differencePath, nodeHistoryPath, readPlanPath, versionPath } from '../../web/src/plan/path.ts';

describe('two texts, word by word', () => {
  test('what is gone comes before what is new, and words stay whole', () => {
    expect(compareTexts('Map of the offices', 'Map of all the offices, in Español')).toEqual([
      { kind: 'same', text: 'Map of ' },
      { kind: 'new', text: 'all ' },
      { kind: 'same', text: 'the offices' },
      { kind: 'new', text: ', in Español' },
    ]);
    expect(compareTexts('una acción común', 'una lista de acciones comunes')).toEqual([
      { kind: 'same', text: 'una ' },
      { kind: 'gone', text: 'acción común' },
      { kind: 'new', text: 'lista de acciones comunes' },
    ]);
    expect(compareTexts('', '')).toEqual([]);
    expect(compareTexts('', 'new')).toEqual([{ kind: 'new', text: 'new' }]);
  });

  test('both texts can be read out of the pieces, also of long ones and those without anything in common', () => {
    let state = 7;
    const random = (most: number) => {
      state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
      return Math.floor((state / 2 ** 32) * most);
    };
    const words = ['la', 'trata', 'de', 'personas', '\n', '–', '🙂', 'é', '', '  ', 'e\u0301'];
    const write = (length: number) => Array.from({ length }, () => words[random(words.length)]).join(' ');
    const pairs = Array.from({ length: 300 }, () => [write(random(12)), write(random(12))]);
    pairs.push([write(2_000), write(2_000)], ['x'.repeat(20_000), 'y '.repeat(9_000)]);
    for (const [before, after] of pairs as [string, string][]) {
      const pieces = compareTexts(before, after);
      const read = (kind: 'gone' | 'new') =>
        pieces
          .filter((piece) => piece.kind === 'same' || piece.kind === kind)
          .map(({ text }) => text)
          .join('');
      expect([read('gone'), read('new')]).toEqual([before, after]);
    }
  });
});

test('an address says what of a plan is looked at', () => {
  const planId = 'plan:01J/ñ';
  for (const [path, place] of [
    [versionPath(planId, 3), { planId, section: 'version', number: 3 }],
    [differencePath(planId, 3, null), { planId, section: 'difference', from: 3, to: null }],
    [differencePath(planId, 3, 5), { planId, section: 'difference', from: 3, to: 5 }],
    [nodeHistoryPath(planId, 'a1/2'), { planId, section: 'history', node: 'a1/2' }],
    ['/plans/plan:1', { planId: 'plan:1', section: 'text' }],
    ['/plans/plan:1/versions/x', { planId: 'plan:1', section: 'versions' }],
    ['/plans/%E0%A4', { planId: '%E0%A4', section: 'text' }],
    ['/plans/', null],
    ['/signed-in', null],
  ] as const) {
    expect(readPlanPath(path)).toEqual(place);
  }
});
