import { generateNKeysBetween } from 'fractional-indexing';
import * as Y from 'yjs';
import { CHILDREN, FIELDS, PLAN_KEY } from './fields.ts';
import type { LocalizedRecord } from './node.ts';
import { type PlanNode, readPlan } from './read.ts';
import { load } from './state.ts';

/** What the copy has of its own. */
export interface CopyOptions {
  locales: readonly string[];
  title?: LocalizedRecord;
  periodStart?: string;
  periodEnd?: string;
}
interface Copying extends CopyOptions {
  source: Y.Map<Y.Map<unknown>>;
  copy: Y.Map<Y.Map<unknown>>;
  /** Keys of the nodes that are copied. */
  keys: ReadonlySet<string>;
}

/**
 * A new document that says what another one says, as if `clientId` (one that the server issued to itself) had written it: the nodes of its tree under
 * the same keys, in the same order, their texts with their formats. Nothing that was deleted comes along, and no history.
 */
export function copyPlanDocument(source: Y.Doc, clientId: number, options: CopyOptions): Y.Doc {
  const doc = load(null);
  doc.clientID = clientId;
  const tree = readPlan(source);
  const nodes = { source: source.getMap<Y.Map<unknown>>('nodes'), copy: doc.getMap<Y.Map<unknown>>('nodes') };
  doc.transact(() => copyNode({ ...options, ...nodes, keys: new Set(keysFrom(tree)) }, tree, null, 'a0'));
  return doc;
}

const branchesOf = (node: PlanNode): PlanNode[][] =>
  Object.keys(CHILDREN[node.kind]).map((branch) => (node as unknown as Record<string, PlanNode[]>)[branch]!);

function* keysFrom(node: PlanNode): Generator<string> {
  yield node.key;
  for (const child of branchesOf(node).flat()) yield* keysFrom(child);
}

function copyNode(copying: Copying, node: PlanNode, parent: string | null, pos: string): void {
  const map = new Y.Map<unknown>();
  copying.copy.set(node.key, map);
  map.set('kind', node.kind);
  map.set('code', node.code);
  map.set('parent', parent);
  map.set('pos', pos);
  for (const [field, type] of Object.entries(FIELDS[node.kind])) {
    if (type === 'sql') continue;
    if (type === 'text' || type === 'richText') copyTexts(copying, node, map, field, type);
    else {
      const value = plainValue(copying, node, field);
      if (value !== null) map.set(field, value);
    }
  }
  for (const children of branchesOf(node)) {
    const positions = generateNKeysBetween(null, null, children.length);
    for (const [index, child] of children.entries()) copyNode(copying, child, node.key, positions[index]!);
  }
}

function plainValue({ keys, ...own }: Copying, node: PlanNode, field: string): unknown {
  const value = (node as unknown as Record<string, unknown>)[field];
  if (field === 'dependsOn') return (value as string[]).filter((key) => keys.has(key));
  if (node.key === PLAN_KEY && (field === 'periodStart' || field === 'periodEnd')) return own[field] ?? value;
  return value;
}

function copyTexts(copying: Copying, node: PlanNode, map: Y.Map<unknown>, field: string, type: 'text' | 'richText') {
  const { source, locales } = copying;
  const texts = new Y.Map<Y.Text | Y.XmlFragment>();
  map.set(field, texts);
  const from = source.get(node.key)?.get(field);
  const own = node.key === PLAN_KEY && field === 'title' ? copying.title : undefined;
  for (const locale of locales) {
    const text = from instanceof Y.Map ? from.get(locale) : undefined;
    if (type === 'text')
      texts.set(locale, new Y.Text(own ? own[locale] : text instanceof Y.Text ? text.toString() : ''));
    else texts.set(locale, text instanceof Y.XmlFragment && text.length > 0 ? text.clone() : emptyParagraph());
  }
}

/** How a new rich text begins: what two people who start to type share is there already. */
function emptyParagraph(): Y.XmlFragment {
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText()]);
  const fragment = new Y.XmlFragment();
  fragment.insert(0, [paragraph]);
  return fragment;
}
