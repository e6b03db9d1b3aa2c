import * as Y from 'yjs';
import { isKind, type Kind } from '../document/fields.ts';
import { plainValue } from './content.ts';
import type { FreshNode } from './place.ts';
import { kindOf, type Structure } from './structure.ts';
import type { Change } from './verdict.ts';

/** Sums up, for the policy, what was created and touched. */
export function changesOf(structure: Structure, nodes: Y.Map<unknown>): Change[] {
  const changes: Change[] = [];
  for (const node of structure.created.values()) {
    const kind = kindOf(node, structure);
    const objectives = objectivesOf(node.key, structure, nodes);
    const value = valueIn(node, 'parent', structure);
    changes.push({ action: 'create', nodeKey: node.key, kind, field: null, locale: null, value, objectives });
    const deleted = valueIn(node, 'deleted', structure) ?? null;
    if (deleted !== null) {
      const field = 'deleted';
      changes.push({ action: 'delete', nodeKey: node.key, kind, field, locale: null, value: deleted, objectives });
    }
  }
  for (const { place, field, locale, item } of structure.touched.values()) {
    const { nodeKey } = place;
    const counts = item !== null && !structure.isDeleted(item.lastId);
    const value = counts ? plainValue(item)?.value : undefined;
    const objectives = new Set(objectivesOf(nodeKey, structure, nodes));
    if (field === 'parent') for (const key of above(place.kind!, nodeKey, value, structure, nodes)) objectives.add(key);
    let action: Change['action'] = 'edit';
    if (field === 'parent' || field === 'pos') action = 'move';
    if (field === 'deleted') action = value === undefined || value === null ? 'restore' : 'delete';
    changes.push({ action, nodeKey, kind: place.kind!, field, locale, value, objectives: [...objectives] });
  }
  return changes;
}

/** The objective that a node is or stands under, as the document says now, or the update where it creates the node. */
function objectivesOf(nodeKey: string, structure: Structure, nodes: Y.Map<unknown>): string[] {
  const fresh = structure.created.get(nodeKey);
  const live = nodes.get(nodeKey);
  if (fresh) return above(kindOf(fresh, structure), nodeKey, valueIn(fresh, 'parent', structure), structure, nodes);
  const kind = live instanceof Y.Map ? live.get('kind') : undefined;
  return isKind(kind) ? above(kind, nodeKey, (live as Y.Map<unknown>).get('parent'), structure, nodes) : [];
}

/** Kinds go strictly downwards wherever the guard has passed the parent, so this ends; `steps` holds it where it has not. */
function above(kind: Kind, nodeKey: string, parent: unknown, structure: Structure, nodes: Y.Map<unknown>): string[] {
  let [at, of, up]: [string, unknown, unknown] = [nodeKey, kind, parent];
  for (let steps = 0; steps < 8; steps++) {
    if (of === 'objective') return [at];
    if (typeof up !== 'string') return [];
    at = up;
    const fresh = structure.created.get(at);
    const live = nodes.get(at);
    if (fresh) [of, up] = [kindOf(fresh, structure), valueIn(fresh, 'parent', structure)];
    else if (live instanceof Y.Map) [of, up] = [live.get('kind'), live.get('parent')];
    else return [];
  }
  return [];
}

function valueIn(node: FreshNode, field: string, structure: Structure): unknown {
  const item = structure.entryOf(node, field);
  return item && plainValue(item)?.value;
}
