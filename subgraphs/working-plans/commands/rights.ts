import * as Y from 'yjs';
import type { Actor } from '../../../kit/context.ts';
import { type ThematicArea, thematicAreas } from '../../../kit/types.ts';
import type { Change } from '../guard/verdict.ts';
import { mayEditObjective, mayEditPlan, mayEditStructure, type ObjectiveFacts } from '../policy.ts';
import type { Room } from '../room/room.ts';

/** An objective as the live document has it; one that an update is about to create belongs to all of the plan's networks and has no theme yet. */
function factsOf(room: Room, key: string): ObjectiveFacts {
  const node = room.doc.getMap('nodes').get(key);
  const area = node instanceof Y.Map ? node.get('thematicArea') : undefined;
  return {
    networkIds: room.objectiveNetworks[key] ?? room.plan.networkIds,
    thematicArea: thematicAreas.find((known): known is ThematicArea => known === area) ?? null,
  };
}

/**
 * Whether the actor may make this change to the document. In an objective: the editors of any network that owns it, and its group's lead. The plan's own text, and
 * which objectives there are in what order: the editors of any of its networks. An objective's theme makes its lead, so a lead cannot set it. What moves
 * from one objective to another needs both. Who deletes says so in their own name.
 */
export function mayChange(actor: Actor, room: Room, change: Change): boolean {
  if (change.action === 'delete') {
    const { by } = (change.value ?? {}) as { by?: unknown };
    if (by !== actor.seatId) return false;
  }
  if (change.objectives.length === 0) return mayEditPlan(actor, room.plan);
  return change.objectives.every((key) => {
    const facts = factsOf(room, key);
    const structure = change.kind === 'objective' && (change.action !== 'edit' || change.field === 'thematicArea');
    return structure ? mayEditStructure(actor, facts) : mayEditObjective(actor, room.plan, facts);
  });
}
