import * as Y from 'yjs';
import type { Format } from './formats.ts';

const isMark = (name: string): boolean => name === 'strong' || name === 'em' || name === 'link';

/** Writes a rich text anew from its plain text and its formats, as `plainText` and `formatsOf` read them. The fragment must be in a document. */
export function writeRichText(fragment: Y.XmlFragment, text: string, formats: readonly Format[]): void {
  fragment.delete(0, fragment.length);
  const breaks = new Set(formats.filter(([, , name]) => name === 'hard_break').map(([from]) => from));
  const containers = formats.filter(([, , name]) => /_(list|item)$/.test(name));
  let open: { format: Format; element: Y.XmlElement }[] = [];
  for (const [from, to] of linesOf(text, breaks)) {
    const around = containers.filter(([start, end]) => start <= from && to <= end);
    const kept = open.findIndex(({ format }, depth) => format !== around[depth]);
    if (kept >= 0) open = open.slice(0, kept);
    for (const format of around.slice(open.length)) {
      const element = append(open.at(-1)?.element ?? fragment, format);
      open.push({ format, element });
    }
    const heading = formats.find(([start, end, name]) => name === 'heading' && start === from && end === to);
    const block = append(open.at(-1)?.element ?? fragment, heading ?? [from, to, 'paragraph']);
    writeLine(block, text, from, to, formats, breaks);
  }
}

/** A newline that is no hard break parts two lines. */
function linesOf(text: string, breaks: ReadonlySet<number>): [from: number, to: number][] {
  const lines: [number, number][] = [];
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && (text[at] !== '\n' || breaks.has(at))) continue;
    lines.push([from, at]);
    from = at + 1;
  }
  return lines;
}

function append(parent: Y.XmlFragment, [, , name, attributes = {}]: Format): Y.XmlElement {
  const element = new Y.XmlElement(name);
  parent.insert(parent.length, [element]);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value as string);
  return element;
}

/** A line has a text even when it is empty, so that two people who start typing share it. */
function writeLine(
  block: Y.XmlElement,
  text: string,
  from: number,
  to: number,
  formats: readonly Format[],
  breaks: ReadonlySet<number>,
): void {
  let start = from;
  for (let at = from; at <= to; at++) {
    if (at < to && !breaks.has(at)) continue;
    const inline = new Y.XmlText();
    block.insert(block.length, [inline]);
    inline.insert(0, text.slice(start, at));
    for (const [first, last, name, attributes = {}] of formats) {
      const [begin, end] = [Math.max(first, start), Math.min(last, at)];
      if (isMark(name) && begin < end) inline.format(begin - start, end - begin, { [name]: attributes });
    }
    if (at < to) block.insert(block.length, [new Y.XmlElement('hard_break')]);
    start = at + 1;
  }
}
