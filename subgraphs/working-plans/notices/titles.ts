import type * as Y from 'yjs';
import type { Localized } from '../../../kit/types.ts';
import { nodesOf, readNode } from '../document/read.ts';

/** Reads titles of a document's nodes: in the languages that have one. */
export function titlesIn(doc: Y.Doc): (nodeKey: string) => Localized {
  let nodes: ReturnType<typeof nodesOf> | undefined;
  return (nodeKey) => {
    nodes ??= nodesOf(doc);
    const found = nodes.get(nodeKey);
    const node = found && readNode(nodeKey, found);
    const titles = node && 'title' in node ? node.title : [];
    return Object.fromEntries(
      titles.filter(({ text }) => text.trim() !== '').map(({ locale, text }) => [locale, text]),
    );
  };
}
