import * as Y from 'yjs';

/**
 * What of a rich text its plain text does not say: an element other than a paragraph, or a mark, from one place of the plain text to another, in UTF-16
 * code units. `[0, 12, "heading", { "level": 2 }]`, `[4, 9, "strong"]`.
 */
export type Format = readonly [from: number, to: number, name: string, attributes?: Readonly<Record<string, unknown>>];

/** The formats of a rich text in its order, an element before what is in it; none for bare paragraphs. Equal for texts that look and link alike. */
export function formatsOf(fragment: Y.XmlFragment): readonly Format[] {
  if (isBare(fragment)) return [];
  const formats: Format[] = [];
  appendElements(fragment, formats, { at: 0, lines: 0 });
  return formats;
}

function isBare(fragment: Y.XmlFragment): boolean {
  return fragment
    .toArray()
    .every(
      (block) =>
        block instanceof Y.XmlElement &&
        block.nodeName === 'paragraph' &&
        block.toArray().every((inline) => inline instanceof Y.XmlText && !inline._hasFormatting),
    );
}

/** Keeps step with `plainText`: each paragraph or heading is a line. */
function appendElements(parent: Y.XmlFragment, formats: Format[], text: { at: number; lines: number }): void {
  for (const child of parent.toArray()) {
    if (!(child instanceof Y.XmlElement)) continue;
    const from = text.lines === 0 ? text.at : text.at + 1;
    const place = formats.length;
    if (child.nodeName === 'paragraph' || child.nodeName === 'heading') {
      text.lines += 1;
      text.at = appendInline(child, formats, from);
    } else appendElements(child, formats, text);
    if (child.nodeName === 'paragraph') continue;
    formats.splice(place, 0, format(from, Math.max(from, text.at), child.nodeName, child.getAttributes()));
  }
}

/** @returns where the line ends */
function appendInline(block: Y.XmlElement, formats: Format[], from: number): number {
  const marks = new Map<string, { from: number; to: number; name: string; value: unknown }[]>();
  let at = from;
  for (const child of block.toArray()) {
    if (child instanceof Y.XmlElement && child.nodeName === 'hard_break') {
      formats.push([at, at + 1, 'hard_break']);
      at += 1;
    }
    if (!(child instanceof Y.XmlText)) continue;
    for (const { insert, attributes = {} } of child.toDelta() as Delta) {
      if (typeof insert !== 'string') continue;
      const to = at + insert.length;
      for (const [name, value] of Object.entries(attributes)) {
        // An idle mark in between cuts a delta in two: what touches and is alike is one.
        const alike = JSON.stringify(format(0, 0, name, value));
        const ranges = marks.get(alike) ?? [];
        const last = ranges.at(-1);
        if (last?.to === at) last.to = to;
        else ranges.push({ from: at, to, name, value });
        marks.set(alike, ranges);
      }
      at = to;
    }
  }
  const found = [...marks].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, ranges]) => ranges);
  for (const { from: start, to, name, value } of found) formats.push(format(start, to, name, value));
  return at;
}
type Delta = { insert: unknown; attributes?: Record<string, unknown> }[];

/** `true` and `{}` say the same of a mark: that it is there. */
function format(from: number, to: number, name: string, value: unknown): Format {
  const attributes = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const given = attributes.filter(([, attribute]) => attribute != null).sort(([a], [b]) => (a < b ? -1 : 1));
  return given.length === 0 ? [from, to, name] : [from, to, name, Object.fromEntries(given)];
}
