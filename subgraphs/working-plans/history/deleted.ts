import type * as Y from 'yjs';
import { type Deletion, textFields } from '../document/fields.ts';
import { type Localized, nodesOf, readHead, readNode } from '../document/read.ts';
import { accepts } from '../document/values.ts';
import { DeletedNode, DeletedText } from '../entities/history.ts';
import { Seat, stub } from '../entities/stubs.ts';
import { SYSTEM_SEAT } from '../log.ts';
import { idOfNode } from './entries.ts';
import type { HistoryLoaders } from './loaders.ts';

const most = 500;

/** The nodes that carry the flag, latest first, at most 500. What stands below them is hidden with them and comes back with them. */
export async function readDeleted(
  loaders: Pick<HistoryLoaders, 'lastWritten'>,
  planId: string,
  doc: Y.Doc,
): Promise<DeletedNode[]> {
  const nodes = nodesOf(doc);
  const flags: [key: string, flag: Deletion, at: number][] = [];
  for (const [key, node] of nodes) {
    const flag = node.get('deleted') as Deletion;
    if (accepts('deletion', flag) && readHead(key, node)) flags.push([key, flag, Date.parse(flag.at)]);
  }
  if (flags.length === 0) return [];
  flags.sort((a, b) => b[2] - a[2]);
  const flagged = new Map(flags.slice(0, most).map(([key, flag]) => [key, flag]));
  const written = await readLastWritten(loaders, planId, flagged);
  const lastBelow = new Map<string, number>();
  for (const [key, at] of written) {
    // To the node itself, and to each flagged one that it stands below; bounded, as parents may run in a circle.
    let above: string | null | undefined = key;
    for (let step = 0; above && step < 8; step++) {
      if (flagged.has(above)) lastBelow.set(above, Math.max(at, lastBelow.get(above) ?? 0));
      const node = nodes.get(above);
      above = node && readHead(above, node)?.parent;
    }
  }
  return [...flagged].flatMap(([key, { by, at }]) => {
    const node = readNode(key, nodes.get(key)!);
    if (!node) return [];
    const texts = textFields(node.kind).flatMap(([field]) =>
      ((node as unknown as Record<string, Localized>)[field] ?? [])
        .filter(({ text }) => text !== '')
        .map(({ locale, text }) => Object.assign(new DeletedText(), { field, locale, text })),
    );
    const found = {
      nodeId: idOfNode(planId, key),
      kind: node.kind,
      code: node.code,
      deletedBy: by === SYSTEM_SEAT ? null : stub(Seat, { id: by }),
      deletedAt: new Date(at),
      writtenAfter: (lastBelow.get(key) ?? 0) > Date.parse(at),
      texts,
    };
    return [Object.assign(new DeletedNode(), found)];
  });
}

/** When each node was last written into since the first of the deletions; the flags themselves are no writing. ms */
async function readLastWritten(
  { lastWritten }: Pick<HistoryLoaders, 'lastWritten'>,
  planId: string,
  flagged: ReadonlyMap<string, Deletion>,
) {
  const since = Math.min(...[...flagged.values()].map(({ at }) => Date.parse(at)));
  const rows = await lastWritten.load({ planId, since: new Date(since) });
  return rows.map(({ key, at }): [string, number] => [key, +at]);
}
