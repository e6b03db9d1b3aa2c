import { expect, test } from '@jest/globals';
import { compareTexts, compareWords } from '../../subgraphs/networks/comparison.ts';
import { measureCpu } from '../clock.ts';

test('words come out as they went in, whatever the texts; long ones within bounds', async () => {
  let seed = 7;
  const next = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  const make = () => Array.from({ length: Math.floor(next() * 40) }, () => 'ab \n#é'[Math.floor(next() * 6)]).join('');
  for (let round = 0; round < 500; round += 1) {
    const [from, to] = [make(), make()];
    const words = compareWords(from, to);
    const side = (left: string) =>
      words
        .filter(({ change: c }) => c !== left)
        .map((word) => word.text)
        .join('');
    expect([side('ADDED'), side('REMOVED')]).toEqual([from, to]);
    const parts = compareTexts(from, to);
    expect(compareTexts(from, from).every(({ change: c }) => c === 'SAME')).toBe(true);
    const firsts = parts.filter(({ from: was }) => was !== null).length;
    expect(firsts).toBe(compareTexts(from, '').filter(({ from: was }) => was !== null).length);
  }
  const long = (word: string) => Array.from({ length: 30_000 }, (_, i) => `${word}${i % 7}`).join(' ');
  const [from, to] = [long('a'), long('b')];
  const compare = () => expect(compareWords(from, to)).toHaveLength(2);
  expect(await measureCpu(compare, 1_000)).toBeLessThan(1_000);
});

test('no two texts of the length that is allowed keep everybody else waiting', async () => {
  const most = 60_000; // characters
  const texts = [
    `${'#'.repeat(most - 1)}x`,
    `# ${' #'.repeat(most / 2 - 2)}x`,
    '#a\n'.repeat(most / 3),
    Array.from({ length: 8_000 }, (_, n) => `# h${n}`).join('\n'),
  ];
  for (const from of texts) {
    for (const to of texts) {
      expect(await measureCpu(() => compareTexts(from, to), 1_000)).toBeLessThan(1_000);
    }
  }
});

test('sections are found again by the words of their heading, wherever they stand', () => {
  const parts = compareTexts(
    'Intro\n# II. Quórum\nA\n# Fondos\nB\n## Fondos\nC',
    '# Fondos\nB\n# 3) QUORUM\nA2\n# Fondos\nC',
  );
  expect(parts.map(({ heading, change: how }) => [heading, how])).toEqual([
    [null, 'ONLY_FROM'],
    ['Fondos', 'SAME'],
    ['3) QUORUM', 'CHANGED'],
    ['Fondos', 'SAME'],
  ]);
});
