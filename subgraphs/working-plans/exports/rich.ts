import type { Text } from './model.ts';

export interface Run {
  text: string;
  strong: boolean;
  em: boolean;
  /** Where it leads. */
  href: string | null;
}
/** A line of a rich text. */
export interface Block {
  kind: 'paragraph' | 'heading' | 'bullet' | 'number';
  /** Of a heading 1 to 6, of a list from 0. */
  level: number;
  /** Of a numbered item, from 1. */
  number: number;
  runs: Run[];
}

/** A text as its lines, with what its formats say; lines without words are left out. */
export function blocksOf({ text, formats }: Text): Block[] {
  const breaks = new Set(formats.filter(([, , name]) => name === 'hard_break').map(([from]) => from));
  const marks = formats.filter(([, , name]) => name === 'strong' || name === 'em' || name === 'link');
  const blocks: Block[] = [];
  const counts = new Map<unknown, number>();
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && (text[at] !== '\n' || breaks.has(at))) continue;
    const [start, end] = [from, at];
    from = at + 1;
    if (text.slice(start, end).trim() === '') continue;
    const around = formats.filter(([a, b, name]) => /_(list|item)$/.test(name) && a <= start && end <= b);
    const list = around.findLast(([, , name]) => name.endsWith('_list'));
    const heading = formats.find(([a, b, name]) => name === 'heading' && a === start && b === end);
    const number = (counts.get(list) ?? 0) + 1;
    if (list) counts.set(list, number);
    blocks.push({
      kind: heading ? 'heading' : list ? (list[2] === 'ordered_list' ? 'number' : 'bullet') : 'paragraph',
      level: heading
        ? Number(heading[3]?.level ?? 1)
        : Math.max(0, around.filter(([, , name]) => name.endsWith('_list')).length - 1),
      number,
      runs: runsOf(text, start, end, marks),
    });
  }
  return blocks;
}

function runsOf(text: string, start: number, end: number, marks: Text['formats']): Run[] {
  const edges = new Set([start, end]);
  for (const [from, to] of marks) for (const edge of [from, to]) if (edge > start && edge < end) edges.add(edge);
  const ordered = [...edges].sort((a, b) => a - b);
  return ordered.slice(0, -1).map((from, index) => {
    const to = ordered[index + 1]!;
    const own = marks.filter(([a, b]) => a <= from && to <= b);
    const href = own.find(([, , name]) => name === 'link')?.[3]?.href;
    return {
      text: text.slice(from, to),
      strong: own.some(([, , name]) => name === 'strong'),
      em: own.some(([, , name]) => name === 'em'),
      href: typeof href === 'string' ? href : null,
    };
  });
}
