import { createHash } from 'node:crypto';
import * as Y from 'yjs';
import { type ThematicArea, thematicAreas } from '../../../../kit/types.ts';
import { isKind, type Kind, PLAN_KEY } from '../../document/fields.ts';
import { isDeleted } from '../../document/read.ts';
import { plainText } from '../../document/rich-text.ts';
import type { ObjectiveFacts } from '../../policy.ts';
import type { Room } from '../../room/room.ts';
import { splitId } from '../../view.ts';

export interface TextPlace {
  nodeKey: string;
  field: string;
  locale: string;
}

/** SHA-256 of the text in UTF-8, in hexadecimal. */
export const hashText = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** `plan:x/a1` -> [`plan:x`, `a1`], and the plan's own id -> [`plan:x`, `plan`]. */
export const nodeOfId = (id: string): [planId: string, nodeKey: string] => splitId(id) ?? [id, PLAN_KEY];

/** The text as the document has it now, also of a deleted node; null where there is none. */
export function liveText(doc: Y.Doc, { nodeKey, field, locale }: TextPlace): string | null {
  const node = doc.getMap('nodes').get(nodeKey);
  const texts = node instanceof Y.Map ? node.get(field) : undefined;
  const text = texts instanceof Y.Map ? texts.get(locale) : undefined;
  if (text instanceof Y.XmlFragment) return plainText(text);
  return text instanceof Y.Text ? text.toString() : null;
}

/** A node that is there: with its kind, whether it or one above it is deleted, and the objective that it is or stands under (null: the plan itself). */
export interface Standing {
  kind: Kind;
  deleted: boolean;
  objective: ObjectiveFacts | null;
}

/** Where a node stands, deleted or not; undefined when there is none, or it hangs on nothing. */
export function standingOf(room: Room, nodeKey: string): Standing | undefined {
  const nodes = room.doc.getMap('nodes');
  let deleted = false;
  let kind: Kind | undefined;
  let key: unknown = nodeKey;
  for (let steps = 0; steps < 8 && typeof key === 'string'; steps++) {
    const node = nodes.get(key);
    const of = node instanceof Y.Map ? node.get('kind') : undefined;
    if (!(node instanceof Y.Map) || !isKind(of)) return undefined;
    kind ??= of;
    deleted ||= isDeleted(node);
    if (of === 'plan') return { kind, deleted, objective: null };
    if (of === 'objective') return { kind, deleted, objective: objectiveFacts(room, key, node) };
    key = node.get('parent');
  }
  return undefined;
}

function objectiveFacts(room: Room, key: string, node: Y.Map<unknown>): ObjectiveFacts {
  const area = node.get('thematicArea');
  return {
    networkIds: room.objectiveNetworks[key] ?? room.plan.networkIds,
    thematicArea: thematicAreas.find((known): known is ThematicArea => known === area) ?? null,
  };
}
