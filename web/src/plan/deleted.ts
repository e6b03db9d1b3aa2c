import * as Y from 'yjs';
import { asPlain, type Kind, type TreeNode } from './tree.ts';

/** A node that was deleted: still in the document, with whatever was written into it before and since. */
export interface DeletedNode {
  key: string;
  kind: Kind;
  code: string;
  /** ISO 8601; null when it is not said. */
  at: string | null;
  /** Key of the objective it stands below; null for what hangs on nothing. */
  objective: string | null;
  /** Its texts and those of what it took along, in each language in which something is written. */
  texts: { node: TreeNode; field: string; locale: string }[];
}

const nodesOf = (doc: Y.Doc) => doc.getMap('nodes');
const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
const flagOf = (node: unknown) => (node instanceof Y.Map ? (node.get('deleted') ?? null) : null);

/** Newest first. */
export function readDeleted(doc: Y.Doc): DeletedNode[] {
  const nodes = nodesOf(doc);
  const below = new Map<string, string[]>();
  for (const [key, node] of nodes.entries()) {
    const parent = node instanceof Y.Map ? textOf(node.get('parent')) : '';
    below.set(parent, [...(below.get(parent) ?? []), key]);
  }
  const found: DeletedNode[] = [];
  for (const [key, node] of nodes.entries()) {
    const flag = flagOf(node);
    if (!(node instanceof Y.Map) || flag === null) continue;
    const taken = [key];
    // What lies below goes with it, unless it was deleted by itself. No node is met twice, also in a circle.
    for (const one of taken) {
      const more = (below.get(one) ?? []).filter(
        (child) => !taken.includes(child) && flagOf(nodes.get(child)) === null,
      );
      taken.push(...more);
    }
    found.push({
      key,
      kind: textOf(node.get('kind')) as Kind,
      code: textOf(node.get('code')),
      at: textOf((flag as { at?: unknown }).at) || null,
      objective: ancestors(doc, key).find((one) => kindOf(nodes.get(one)) === 'objective') ?? null,
      texts: taken.flatMap((one) => readTexts(one, nodes.get(one))),
    });
  }
  return found.sort((a, b) => (b.at ?? '').localeCompare(a.at ?? '') || (a.key < b.key ? -1 : 1));
}

/** Shows the node again, and what it stands below. */
export function restoreNode(doc: Y.Doc, key: string): void {
  doc.transact(() => {
    for (const one of ancestors(doc, key)) {
      const node = nodesOf(doc).get(one);
      if (node instanceof Y.Map && flagOf(node) !== null) node.set('deleted', null);
    }
  });
}

/** The node and all above it. */
function ancestors(doc: Y.Doc, key: string): string[] {
  const found: string[] = [];
  for (let at = key; at && !found.includes(at); ) {
    const node = nodesOf(doc).get(at);
    found.push(at);
    at = node instanceof Y.Map ? textOf(node.get('parent')) : '';
  }
  return found;
}

const kindOf = (node: unknown) => (node instanceof Y.Map ? textOf(node.get('kind')) : '');

function readTexts(key: string, map: unknown): DeletedNode['texts'] {
  if (!(map instanceof Y.Map)) return [];
  const node: TreeNode = { key, kind: kindOf(map) as Kind, code: textOf(map.get('code')), map, children: [] };
  const fields = [...map.entries()].sort(([a], [b]) => (a < b ? 1 : -1)); // title before description
  return fields.flatMap(([field, texts]) => {
    if (!(texts instanceof Y.Map)) return [];
    const written = [...texts.keys()].filter((locale) => asPlain(texts.get(locale)).trim() !== '').sort();
    return written.map((locale) => ({ node, field, locale }));
  });
}
