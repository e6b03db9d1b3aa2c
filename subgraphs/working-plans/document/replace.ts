import * as Y from 'yjs';
import { writeParagraphs } from './node.ts';
import { blocksOf, inlineText, plainText } from './rich-text.ts';
import type { UpdateWriter } from './writer.ts';

/*
 * The smallest change that makes a text another: what is common to both ends stays as it is, with the cursors and the formatting in it and with what others
 * type there at the same time.
 */

export function replaceText(writer: UpdateWriter, type: Y.Text | Y.XmlFragment, text: string): void {
  if (type instanceof Y.Text) replaceCharacters(writer, type, text);
  else if (plainText(type) !== text) replaceBlocks(writer, type, text.split('\n'));
}

function replaceCharacters(writer: UpdateWriter, type: Y.Text, text: string): void {
  // XmlText's own toString writes the marks as tags.
  const old = Y.Text.prototype.toString.call(type);
  const most = Math.min(old.length, text.length);
  let start = 0;
  while (start < most && old[start] === text[start]) start++;
  let tail = 0;
  while (tail < most - start && old[old.length - 1 - tail] === text[text.length - 1 - tail]) tail++;
  // Never between the two halves of one character: Yjs would put U+FFFD in place of both.
  if (start > 0 && /[\uD800-\uDBFF]/.test(old[start - 1]!)) start--;
  if (tail > 0 && /[\uDC00-\uDFFF]/.test(old[old.length - tail]!)) tail--;

  const end = old.length - tail;
  let origin: Y.ID | null = null;
  let rightOrigin: Y.ID | null = type._start?.id ?? null;
  let at = 0;
  for (let item = type._start; item !== null; item = item.right) {
    const length = item.deleted || !item.countable ? 0 : item.length;
    const from = Math.min(Math.max(start - at, 0), length);
    const to = Math.min(Math.max(end - at, 0), length);
    if (from > 0) {
      origin = Y.createID(item.id.client, item.id.clock + from - 1);
      // The very next struct, deleted or not: with anything between its two neighbours a new struct may land differently elsewhere.
      rightOrigin = from < item.length ? Y.createID(item.id.client, item.id.clock + from) : (item.right?.id ?? null);
    }
    writer.delete(item, from, to - from);
    at += length;
  }
  const inserted = text.slice(start, text.length - tail);
  if (inserted) writer.insert(type._item!.id, origin, rightOrigin, inserted);
}

/** A paragraph or heading, with the lines it reads as: more than one where it has hard breaks. */
interface Block {
  element: Y.XmlElement;
  lines: string[];
}

/**
 * Blocks that read the same at both ends stay. Between them: as many blocks of one text each as there are lines keep their kind and formatting, and each text
 * changes as little as it can; else blocks that stand in the fragment itself give way to paragraphs. Where a list would have to be cut, all of it does.
 */
function replaceBlocks(writer: UpdateWriter, fragment: Y.XmlFragment, lines: string[]): void {
  const blocks = blocksOf(fragment).map((element): Block => ({ element, lines: inlineText(element).split('\n') }));
  const head = countAlike(blocks, lines);
  const left = lines.slice(linesIn(blocks.slice(0, head)));
  const mirrored = blocks.slice(head).map((block): Block => ({ ...block, lines: [...block.lines].reverse() }));
  const tail = countAlike(mirrored.reverse(), [...left].reverse());
  const inner = blocks.slice(head, blocks.length - tail);
  const wanted = left.slice(0, left.length - linesIn(blocks.slice(blocks.length - tail)));

  const texts = inner.map(({ element }) => onlyText(element));
  if (inner.length === wanted.length && texts.every((text) => text !== null)) {
    for (const [index, text] of texts.entries()) replaceCharacters(writer, text!, wanted[index]!);
    return;
  }
  const after = topOf(fragment, blocks[head - 1]);
  const before = topOf(fragment, blocks[blocks.length - tail]);
  const inList = inner.some(({ element }) => element.parent !== fragment);
  if (inList || (after !== null && after === before)) {
    replaceAll(writer, fragment, lines.join('\n'));
    return;
  }
  for (const { element } of inner) writer.delete(element._item!);
  if (wanted.length === 0) return;
  const right = after ? after.right : fragment._start;
  writeParagraphs(writer, fragment._item!.id, after?.lastId ?? null, wanted.join('\n'), right?.id ?? null);
}

/** How many blocks from the first on read as the lines do. */
function countAlike(blocks: readonly Block[], lines: readonly string[]): number {
  let at = 0;
  for (const [index, block] of blocks.entries()) {
    if (block.lines.some((line, next) => line !== lines[at + next])) return index;
    at += block.lines.length;
  }
  return blocks.length;
}

const linesIn = (blocks: readonly Block[]): number => blocks.reduce((sum, { lines }) => sum + lines.length, 0);

/** The block, or the list it is in, as it stands in the fragment; null for none. */
function topOf(fragment: Y.XmlFragment, block: Block | undefined): Y.Item | null {
  let at: Y.AbstractType<unknown> | undefined | null = block?.element as Y.AbstractType<unknown> | undefined;
  while (at && at.parent !== fragment) at = at.parent;
  return at?._item ?? null;
}

/** The one text that a block consists of; null when it has hard breaks, pieces, or nothing. */
function onlyText(element: Y.XmlElement): Y.XmlText | null {
  const children = element.toArray();
  const [text] = children;
  return children.length === 1 && text instanceof Y.XmlText ? text : null;
}

function replaceAll(writer: UpdateWriter, fragment: Y.XmlFragment, text: string): void {
  let last: Y.Item | null = null;
  for (let item = fragment._start; item !== null; item = item.right) {
    writer.delete(item);
    last = item;
  }
  writeParagraphs(writer, fragment._item!.id, last?.lastId ?? null, text);
}
