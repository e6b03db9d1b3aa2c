/** How a part of two texts compares. */
export type PartChange = 'SAME' | 'CHANGED' | 'ONLY_FROM' | 'ONLY_TO';
export type WordChange = 'SAME' | 'REMOVED' | 'ADDED';

export interface ComparedPart {
  /** Null: what stands before the first heading. That of the second text where both have the section. */
  heading: string | null;
  change: PartChange;
  from: string | null;
  to: string | null;
  /** `to` as it comes out of `from`; empty unless CHANGED. */
  words: { change: WordChange; text: string }[];
}

interface Section {
  heading: string | null;
  text: string;
  key: string;
}

/**
 * Two texts side by side. Sections stand under headings (lines that begin with `#`) and are paired by the words of the heading, whatever its number, level, case and
 * accents, wherever they stand; the second text gives the order, and what only the first has stands where it stood.
 */
export function compareTexts(from: string, to: string): ComparedPart[] {
  const [old, now] = [sectionsOf(from), sectionsOf(to)];
  const parts: ComparedPart[] = [];
  const budget = budgetOf();
  const places = new Map(old.map(({ key }, place) => [key, place]));
  const keys = new Set(now.map(({ key }) => key));
  let passed = 0; // of the first text, up to there
  const passUpTo = (end: number) => {
    for (; passed < end; passed += 1) {
      const { heading, text, key } = old[passed]!;
      if (!keys.has(key)) parts.push({ heading, change: 'ONLY_FROM', from: text, to: null, words: [] });
    }
  };
  for (const { heading, text, key } of now) {
    const place = places.get(key);
    const was = place === undefined ? undefined : old[place];
    if (!was) {
      parts.push({ heading, change: 'ONLY_TO', from: null, to: text, words: [] });
      continue;
    }
    passUpTo(place!);
    const isSame = was.text === text && was.heading === heading;
    const words = isSame ? [] : compareWords(was.text, text, budget);
    parts.push({ heading, change: isSame ? 'SAME' : 'CHANGED', from: was.text, to: text, words });
  }
  passUpTo(old.length);
  return parts;
}

function sectionsOf(text: string): Section[] {
  const sections: { heading: string | null; lines: string[] }[] = [{ heading: null, lines: [] }];
  for (const line of text.split('\n')) {
    const heading = /^#{1,6}(.*)$/.exec(line)?.[1];
    if (heading !== undefined) sections.push({ heading: trimHeading(heading), lines: [] });
    else sections.at(-1)!.lines.push(line);
  }
  const seen = new Map<string, number>();
  return sections
    .map(({ heading, lines }) => ({ heading, text: lines.join('\n').trim() }))
    .filter(({ heading, text }) => heading !== null || text !== '')
    .map((section) => {
      const name = section.heading === null ? '' : `#${fold(section.heading)}`;
      const count = seen.get(name) ?? 0; // the second section of a name is paired with the second
      seen.set(name, count + 1);
      return { ...section, key: `${count} ${name}` };
    });
}

/** Without the signs that close it. Sign by sign: a pattern that may begin at each of them would look at each line that often. */
function trimHeading(text: string): string {
  let end = text.length;
  while (end > 0 && /[\s#]/.test(text[end - 1]!)) end -= 1;
  return text.slice(0, end).trimStart();
}

/** "2. Quórum" and "III) QUORUM" are one heading. */
const fold = (heading: string): string =>
  heading
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/^((article|articulo|artigo|section|seccion|secao)\s+)?([\divxlc]+[.):]|\d+([.]\d+)*)\s*/u, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** Cells of the tables that one comparison may fill: about 40 ms. What is beyond is shown as one text replaced by the other. */
interface Budget {
  cells: number;
}
const budgetOf = (): Budget => ({ cells: 8_000_000 });
const mostAtOnce = 2_000_000;

type Words = ComparedPart['words'];

/** How the second text comes out of the first: whole lines first, then the words and spaces of the lines that differ. */
export function compareWords(from: string, to: string, budget = budgetOf()): Words {
  const lines = (text: string) => text.match(/[^\n]*\n|[^\n]+/gu) ?? [];
  const split = (text: string) => text.match(/\s+|[^\s]+/gu) ?? [];
  const words: Words = [];
  const say = ({ change, text }: Words[number]) => {
    const last = words.at(-1);
    if (last?.change === change) last.text += text;
    else if (text !== '') words.push({ change, text });
  };
  let [removed, added] = ['', ''];
  const sayDifference = () => {
    for (const word of lineUp(split(removed), split(added), budget)) say(word);
    [removed, added] = ['', ''];
  };
  for (const line of lineUp(lines(from), lines(to), budget)) {
    if (line.change === 'REMOVED') removed += line.text;
    else if (line.change === 'ADDED') added += line.text;
    else {
      sayDifference();
      say(line);
    }
  }
  sayDifference();
  return words;
}

/** Two rows of pieces, lined up by what they have in common in the same order. */
function lineUp(a: string[], b: string[], budget: Budget): Words {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const same = (pieces: string[]): Words => pieces.map((text) => ({ change: 'SAME', text }));
  return [
    ...same(a.slice(0, start)),
    ...alignMiddle(a.slice(start, a.length - end), b.slice(start, b.length - end), budget),
    ...same(a.slice(a.length - end)),
  ];
}

function alignMiddle(a: string[], b: string[], budget: Budget): Words {
  const width = b.length + 1;
  const cells = (a.length + 1) * width;
  if (a.length === 0 || b.length === 0 || cells > Math.min(mostAtOnce, budget.cells)) {
    return [
      { change: 'REMOVED', text: a.join('') },
      { change: 'ADDED', text: b.join('') },
    ];
  }
  budget.cells -= cells;
  // longest[i * width + j]: how many pieces the ends from a[i] and from b[j] on have in common
  const longest = new Uint32Array(cells);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] =
        a[i] === b[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
    }
  }
  const pieces: Words = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      pieces.push({ change: 'SAME', text: a[i]! });
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!)) {
      pieces.push({ change: 'REMOVED', text: a[i]! });
      i += 1;
    } else {
      pieces.push({ change: 'ADDED', text: b[j]! });
      j += 1;
    }
  }
  return pieces;
}
