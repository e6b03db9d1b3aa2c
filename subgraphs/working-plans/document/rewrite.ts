import { isDeepStrictEqual } from 'node:util';
import { generateNKeysBetween } from 'fractional-indexing';
import * as Y from 'yjs';
import { type ContentNode, contentOf, type Json } from './canonical.ts';
import { CHILDREN, type Deletion, FIELDS, type Kind, PLAN_KEY, REQUIRED } from './fields.ts';
import { type Format, formatsOf } from './formats.ts';
import { readPlan } from './read.ts';
import { plainText } from './rich-text.ts';
import { writeRichText } from './rich-write.ts';
import { load, snapshot, stateVector } from './state.ts';

/** Where the nodes of a content stand: each by its key, with its kind and its parent's key. */
type Places = Map<string, { kind: Kind; node: ContentNode; parent: string | null }>;

/**
 * An update (V1) that makes `doc` say what `content` says, written by `clientId`: what was deleted since comes back, what came since is deleted in `by`'s
 * name, and of each text only what differs is replaced. Nothing is taken out of the history: it is an edit like any other. `doc` is left untouched.
 */
export function rewritePlan(doc: Y.Doc, content: ContentNode, clientId: number, by: Deletion): Uint8Array {
  const scratch = load(snapshot(doc));
  scratch.clientID = clientId;
  const nodes = scratch.getMap<Y.Map<unknown>>('nodes');
  const wanted = placesOf(content);
  const present = placesOf(contentNodeOf(doc));
  scratch.transact(() => {
    for (const [key, { kind, node, parent }] of wanted) {
      let map = nodes.get(key);
      if (!map) {
        map = new Y.Map<unknown>();
        nodes.set(key, map);
        for (const [field, value] of Object.entries({ kind, code: '', parent, pos: 'a0' })) map.set(field, value);
      }
      if (map.get('deleted') != null) map.set('deleted', null);
      if (parent !== null && (map.get('parent') ?? PLAN_KEY) !== parent) map.set('parent', parent);
      writeFields(map, kind, node, content.locales as string[]);
    }
    for (const place of wanted.values()) writeOrder(nodes, place, present.get(place.node.key)?.node);
  });
  // Only now is seen what came since: it may stand below something that has just come back.
  const shown = placesOf(contentNodeOf(scratch));
  scratch.transact(() => {
    for (const [key, { parent }] of shown) {
      if (!wanted.has(key) && (parent === null || wanted.has(parent))) nodes.get(key)?.set('deleted', { ...by });
    }
  });
  const update = Y.encodeStateAsUpdate(scratch, stateVector(doc));
  scratch.destroy();
  return update;
}

const contentNodeOf = (doc: Y.Doc): ContentNode => JSON.parse(contentOf(readPlan(doc)).json) as ContentNode;

function placesOf(content: ContentNode): Places {
  const places: Places = new Map();
  const walk = (node: ContentNode, kind: Kind, parent: string | null) => {
    places.set(node.key, { kind, node, parent });
    for (const [branch, below] of Object.entries<Kind>(CHILDREN[kind])) {
      for (const child of (node[branch] ?? []) as unknown as ContentNode[]) walk(child, below, node.key);
    }
  };
  walk(content, 'plan', null);
  return places;
}

function writeFields(map: Y.Map<unknown>, kind: Kind, node: ContentNode, locales: readonly string[]): void {
  const set = (field: string, value: Json | undefined) => {
    const now = map.get(field);
    if (isDeepStrictEqual(now ?? null, value ?? null) || (value === undefined && REQUIRED.has(field))) return;
    map.set(field, value ?? null);
  };
  if ((map.get('code') ?? '') !== (node.code ?? '')) map.set('code', node.code ?? '');
  for (const [field, type] of Object.entries(FIELDS[kind])) {
    if (type === 'text' || type === 'richText') writeTexts(map, node, field, type, locales);
    else if (type === 'strings') set(field, node[field] ?? (map.get(field) === undefined ? undefined : []));
    else if (type !== 'sql') set(field, node[field]);
  }
}

function writeTexts(
  map: Y.Map<unknown>,
  node: ContentNode,
  field: string,
  type: 'text' | 'richText',
  locales: readonly string[],
) {
  let texts = map.get(field) as Y.Map<Y.Text | Y.XmlFragment> | undefined;
  if (!(texts instanceof Y.Map)) {
    texts = new Y.Map();
    map.set(field, texts);
  }
  const wanted = (node[field] ?? {}) as Record<string, string>;
  const formats = ((node.formats as Record<string, Json> | undefined)?.[field] ?? {}) as unknown as Record<
    string,
    Format[]
  >;
  // A locale that came since keeps its text empty: what the version says, it says in its own locales.
  for (const locale of new Set([...locales, ...texts.keys()])) {
    let text = texts.get(locale);
    if (!text) {
      text = type === 'text' ? new Y.Text() : new Y.XmlFragment();
      texts.set(locale, text);
    }
    const value = wanted[locale] ?? '';
    if (text instanceof Y.Text && !(text instanceof Y.XmlText)) replaceDifference(text, value);
    else if (text instanceof Y.XmlFragment) {
      const own = formats[locale] ?? [];
      if (plainText(text) === value && isDeepStrictEqual(JSON.parse(JSON.stringify(formatsOf(text))), own)) continue;
      writeRichText(text, value, own);
    }
  }
}

/** Keeps what is common at both ends, so that cursors and authors stay. */
function replaceDifference(text: Y.Text, value: string): void {
  const old = text.toString();
  if (old === value) return;
  const most = Math.min(old.length, value.length);
  let start = 0;
  while (start < most && old[start] === value[start]) start++;
  let tail = 0;
  while (tail < most - start && old[old.length - 1 - tail] === value[value.length - 1 - tail]) tail++;
  // Never between the two halves of one character.
  if (start > 0 && /[\uD800-\uDBFF]/.test(old[start - 1]!)) start--;
  if (tail > 0 && /[\uDC00-\uDFFF]/.test(old[old.length - tail]!)) tail--;
  text.delete(start, old.length - tail - start);
  text.insert(start, value.slice(start, value.length - tail));
}

/** Gives the children of a node new positions where they do not stand in the wanted order already. */
function writeOrder(
  nodes: Y.Map<Y.Map<unknown>>,
  { kind, node }: { kind: Kind; node: ContentNode },
  before: ContentNode | undefined,
): void {
  for (const branch of Object.keys(CHILDREN[kind])) {
    const keys = (of: ContentNode | undefined) =>
      ((of?.[branch] ?? []) as unknown as ContentNode[]).map(({ key }) => key);
    const wanted = keys(node);
    const now = keys(before).filter((key) => wanted.includes(key));
    if (isDeepStrictEqual(now, wanted)) continue;
    const positions = generateNKeysBetween(null, null, wanted.length);
    for (const [index, key] of wanted.entries()) nodes.get(key)!.set('pos', positions[index]);
  }
}
