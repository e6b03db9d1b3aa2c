import * as Y from 'yjs';
import { FIELDS, fieldType, type Kind, textFields } from './fields.ts';
import type { UpdateWriter } from './writer.ts';

/** Locale -> text. */
export type LocalizedRecord = Record<string, string>;

export interface NewNode {
  key: string;
  kind: Kind;
  parent: string | null;
  pos: string;
  /** Field -> value, a localized field as locale -> text. What is not in the table of fields, or lives in SQL, is passed over. */
  values: object;
  /** The plan's locales: every localized field is created for each of them, so that nobody has to create one later. */
  locales: readonly string[];
}

export function writeNode(writer: UpdateWriter, node: NewNode): void {
  const values = node.values as Record<string, unknown>;
  const id = writer.set('nodes', node.key, new Y.Map());
  writer.set(id, 'kind', node.kind);
  writer.set(id, 'code', values.code ?? '');
  writer.set(id, 'parent', node.parent);
  writer.set(id, 'pos', node.pos);
  for (const field of Object.keys(FIELDS[node.kind])) {
    const type = fieldType(node.kind, field);
    if (type === 'sql' || type === 'text' || type === 'richText') continue;
    if (values[field] !== undefined) writer.set(id, field, values[field]);
  }
  for (const [field, type] of textFields(node.kind)) {
    const texts = values[field] as LocalizedRecord | undefined;
    const map = writer.set(id, field, new Y.Map());
    for (const locale of node.locales) writeText(writer, map, locale, type, texts?.[locale] ?? '');
  }
}

/** A new text in a map of locales. */
export function writeText(
  writer: UpdateWriter,
  map: Y.ID,
  locale: string,
  type: 'text' | 'richText',
  text: string,
): void {
  if (type === 'richText') writeParagraphs(writer, writer.set(map, locale, new Y.XmlFragment()), null, text);
  else {
    const id = writer.set(map, locale, new Y.Text());
    if (text) writer.insert(id, null, null, text);
  }
}

/** A paragraph a line, after `last` and before `right` (null: to the end). Empty text gets a paragraph with a text too, so that two people who start typing share them. */
export function writeParagraphs(
  writer: UpdateWriter,
  fragment: Y.ID,
  last: Y.ID | null,
  text: string,
  right: Y.ID | null = null,
): void {
  let before = last;
  for (const line of text.split('\n')) {
    before = writer.insert(fragment, before, right, new Y.XmlElement('paragraph'));
    const inline = writer.insert(before, null, null, new Y.XmlText());
    if (line) writer.insert(inline, null, null, line);
  }
}
