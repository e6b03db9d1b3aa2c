import * as Y from 'yjs';
import { type Deletion, fieldType, isKind, type Kind } from '../../document/fields.ts';
import { writeParagraphs } from '../../document/node.ts';
import { nodesOf } from '../../document/read.ts';
import { UpdateWriter } from '../../document/writer.ts';
import { holds, kept, strike, type Target } from './target.ts';

/** Which deletions were made by whom and when is no text, but a client chose the instant's spelling. */
export interface Author {
  clientId: number;
  deletion: Deletion;
}

/**
 * Takes the target out of the document, in deleted nodes as well.
 * @returns an update (V1) that deletes it, two bytes when there is nothing; and where it was: `a1.1.1 title en`
 */
export function strikeDocument(doc: Y.Doc, target: Target, author: Author): { update: Uint8Array; places: string[] } {
  const writer = new UpdateWriter(doc, author.clientId);
  const places: string[] = [];
  for (const [key, node] of nodesOf(doc)) {
    const kind = node.get('kind');
    if (!isKind(kind) || ('nodeKey' in target && target.nodeKey !== key)) continue;
    for (const [field, item] of node._map) {
      if (item.deleted || ('field' in target && target.field !== field)) continue;
      for (const locale of strikeField(writer, node, kind, field, item, target, author)) {
        places.push([key, field, locale].filter(Boolean).join(' '));
      }
    }
  }
  return { update: writer.encode(), places };
}

/** @returns the locales in which something was struck; null for a field that has none */
function strikeField(
  writer: UpdateWriter,
  node: Y.Map<unknown>,
  kind: Kind,
  field: string,
  item: Y.Item,
  target: Target,
  author: Author,
): (string | null)[] {
  const { content } = item;
  if (content instanceof Y.ContentType && content.type instanceof Y.Map) {
    const texts = [...content.type._map].filter(([locale, text]) => {
      if (text.deleted || !(text.content instanceof Y.ContentType)) return false;
      if ('locale' in target && target.locale !== locale) return false;
      const type = text.content.type as Y.Text | Y.XmlFragment;
      return 'texts' in target ? strikeText(writer, type, target.texts) : empty(writer, type);
    });
    return texts.map(([locale]) => locale);
  }
  if (!(content instanceof Y.ContentAny)) return [];
  const value: unknown = content.arr.at(-1);
  const rest = 'texts' in target ? without(kind, field, content.arr, target.texts, author) : emptied(kind, field);
  if (rest === undefined || (value === rest.value && content.arr.length === 1)) return [];
  writer.set(node._item!.id, field, rest.value, item);
  return [null];
}

/** Everything in a text: characters, blocks and marks. Rich text keeps a paragraph to type in. */
function empty(writer: UpdateWriter, type: Y.Text | Y.XmlFragment): boolean {
  let last: Y.Item | null = null;
  let any = false;
  for (let item = type._start; item !== null; item = item.right) {
    any ||= !item.deleted;
    writer.delete(item);
    last = item;
  }
  if (any && !(type instanceof Y.Text)) writeParagraphs(writer, type._item!.id, last?.lastId ?? null, '');
  return any;
}

/** Characters of a text in reading order, and whose they are; a line break between blocks is nobody's. */
interface Run {
  item: Y.Item | null;
  text: string;
}

/** Occurrences also where marks, or pieces typed by different people, lie between their characters. */
function strikeText(writer: UpdateWriter, type: Y.Text | Y.XmlFragment, texts: readonly string[]): boolean {
  const runs: Run[] = [];
  const marks: Y.Item[] = [];
  read(type, runs, marks);
  const stays = kept(runs.map(({ text }) => text).join(''), texts);
  const struck = marks.filter(({ content }) => holds((content as Y.ContentFormat).value, texts));
  for (const mark of struck) writer.delete(mark);
  if (stays) strikeRuns(writer, runs, stays);
  return stays !== undefined || struck.length > 0;
}

function read(type: Pick<Y.XmlFragment, '_start'>, runs: Run[], marks: Y.Item[]): void {
  for (let item = type._start; item !== null; item = item.right) {
    if (item.deleted) continue;
    const { content } = item;
    if (content instanceof Y.ContentString) runs.push({ item, text: content.str });
    else if (content instanceof Y.ContentFormat) marks.push(item);
    else if (content instanceof Y.ContentType) {
      if (!(content.type instanceof Y.Text)) runs.push({ item: null, text: '\n' });
      read(content.type, runs, marks);
    }
  }
}

function strikeRuns(writer: UpdateWriter, runs: readonly Run[], stays: readonly number[]): void {
  let at = 0; // of the run, in the whole text
  let next = 0; // in `stays`
  for (const { item, text } of runs) {
    let from = 0;
    for (; next < stays.length && stays[next]! < at + text.length; next++) {
      const keep = stays[next]! - at;
      if (item) writer.delete(item, from, keep - from);
      from = keep + 1;
    }
    if (item) writer.delete(item, from, text.length - from);
    at += text.length;
  }
}

/** A plain field in which the text was; undefined where there is nothing to write. */
function without(
  kind: Kind,
  field: string,
  values: readonly unknown[],
  texts: readonly string[],
  { deletion }: Author,
): { value: unknown } | undefined {
  const value = values.at(-1);
  const rest = rewrite(kind, field, value, texts, deletion);
  // A struct under a key may bring values that the last one hides.
  if (rest === undefined && holds(values.slice(0, -1), texts)) return { value };
  return rest;
}

function rewrite(
  kind: Kind,
  field: string,
  value: unknown,
  texts: readonly string[],
  deletion: Deletion,
): { value: unknown } | undefined {
  if (!holds(value, texts)) return undefined;
  switch (fieldType(kind, field)) {
    case 'string': {
      const rest = strike(String(value), texts);
      // What only reads as the text once decoded cannot be cut at its characters.
      return { value: emptyAs(field, holds(rest, texts) ? '' : rest) };
    }
    case 'strings': {
      const list = (Array.isArray(value) ? value : []).map((entry) => strike(String(entry), texts));
      return { value: list.filter((entry) => entry.trim() !== '' && !holds(entry, texts)) };
    }
    case 'deletion':
      return { value: deletion };
    default:
      // Dates, positions, keys and names of kinds are structure: `in` is part of `indicator`, and no text of anybody.
      return undefined;
  }
}

const emptyAs = (field: string, text: string) => (text.trim() === '' ? (field === 'code' ? '' : null) : text);

function emptied(kind: Kind, field: string): { value: unknown } {
  return { value: fieldType(kind, field) === 'strings' ? [] : emptyAs(field, '') };
}

/**
 * Whether nothing of what is deleted is left in the document's memory: with garbage collection on, Yjs keeps of it the length alone. Checked before such a
 * document becomes the base of a new epoch.
 */
export function isCollected(doc: Y.Doc): boolean {
  for (const structs of doc.store.clients.values()) {
    for (const struct of structs) {
      if (struct instanceof Y.Item && struct.deleted && !(struct.content instanceof Y.ContentDeleted)) return false;
    }
  }
  return true;
}
