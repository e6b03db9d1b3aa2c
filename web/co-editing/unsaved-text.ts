import * as Y from 'yjs';
import type { Refused } from './shelf.ts';

/**
 * What a person would have to type again if these updates were lost: each text and each value they touched, as it stands in the document that holds
 * them. What the document does not hold, as it lacks what that stands on, is given as the characters that were typed.
 */
export function readTouchedTexts(doc: Y.Doc, updates: readonly Uint8Array[]): Refused['texts'] {
  const found = new Map<string, Refused['texts'][number]>();
  for (const update of updates) {
    const { structs, ds } = Y.decodeUpdate(update);
    let lost = '';
    for (const struct of structs) {
      note(doc, found, struct.id);
      const isHeld = struct.id.clock < Y.getState(doc.store, struct.id.client);
      if (!isHeld && struct instanceof Y.Item && struct.content instanceof Y.ContentString) lost += struct.content.str;
    }
    if (lost !== '') found.set(`/${found.size}`, { code: '', kind: '', field: '', locale: '', text: lost });
    for (const [client, ranges] of ds.clients) {
      for (const range of ranges) note(doc, found, Y.createID(client, range.clock));
    }
  }
  return [...found.values()];
}

function note(doc: Y.Doc, found: Map<string, Refused['texts'][number]>, id: Y.ID): void {
  const item = id.clock < Y.getState(doc.store, id.client) ? Y.getItem(doc.store, id) : undefined;
  if (!(item instanceof Y.Item)) return;
  const keys: string[] = [];
  let text: Y.Text | Y.XmlFragment | undefined;
  let node: Y.Map<unknown> | undefined;
  for (let at: Y.Item | null = item; at; ) {
    if (at.parentSub !== null) keys.unshift(at.parentSub);
    const parent: unknown = at.parent;
    if (!(parent instanceof Y.AbstractType)) return;
    // The outermost list is the text; what is above it are maps.
    if (parent instanceof Y.Text || parent instanceof Y.XmlFragment) text = parent;
    if (parent instanceof Y.Map && parent._item?.parentSub && parent._item.parent === doc.getMap('nodes'))
      node = parent;
    at = parent._item;
  }
  if (!text && node && keys.length === 2) noteValue(found, node, keys as [string, string]);
  if (!text || !node || keys.length < 3) return;
  const [nodeKey, field, locale] = keys as [string, string, string];
  const written = text instanceof Y.XmlFragment && !(text instanceof Y.XmlText) ? plain(text) : String(text);
  found.set(`${nodeKey}/${field}/${locale}`, {
    code: String(node.get('code') ?? ''),
    kind: String(node.get('kind') ?? ''),
    field,
    locale,
    text: written,
  });
}

/** Where a node stands, and that it is there, nobody can copy. */
const unwritten: ReadonlySet<string> = new Set(['kind', 'parent', 'pos', 'code', 'deleted']);

function noteValue(
  found: Map<string, Refused['texts'][number]>,
  node: Y.Map<unknown>,
  [nodeKey, field]: [string, string],
): void {
  const value = node.get(field);
  if (unwritten.has(field) || value === undefined || value === null || value instanceof Y.AbstractType) return;
  found.set(`${nodeKey}/${field}`, {
    code: String(node.get('code') ?? ''),
    kind: String(node.get('kind') ?? ''),
    field,
    locale: '',
    text: typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : String(value),
  });
}

/** Rich text without its marks, a line a block. */
export function plain(parent: Y.XmlFragment): string {
  const lines: string[] = [];
  for (const child of parent.toArray()) {
    if (child instanceof Y.XmlText) lines.push(Y.Text.prototype.toString.call(child));
    else if (child instanceof Y.XmlElement) lines.push(child.nodeName === 'hard_break' ? '\n' : plain(child));
  }
  return lines.join(parent instanceof Y.XmlElement && ['paragraph', 'heading'].includes(parent.nodeName) ? '' : '\n');
}
