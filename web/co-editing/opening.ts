import type * as Y from 'yjs';
import type { Journal } from './journal.ts';
import type { PlanView } from './view.ts';
import { type OpenedDocument, type PlanWire, WireFailure } from './wire.ts';

/** Whether the document holds something that stands on what it has not got. */
export const hasGap = (doc: Y.Doc): boolean => doc.store.pendingStructs !== null || doc.store.pendingDs !== null;

/** Why a local copy cannot go on with what the server has, as a code of the graph; null when it can. */
export function findMisfit(journal: Journal, doc: Y.Doc, server: OpenedDocument): 'EPOCH_CHANGED' | 'RESYNC' | null {
  if (journal.state.epoch !== server.epoch) return 'EPOCH_CHANGED';
  return journal.isAhead(doc, server.stateVector) ? 'RESYNC' : null;
}

/**
 * Gives the document an id to type with, the one from before where it can be gone on with.
 * @returns what this person may do @throws WireFailure
 */
export async function joinAs(wire: PlanWire, journal: Journal, doc: Y.Doc, epoch: number): Promise<PlanView['rights']> {
  try {
    const joined = await wire.join(journal.resume(doc));
    if (joined.epoch !== epoch) throw new WireFailure('INTERNAL', 'a new epoch began meanwhile');
    // After loading: Yjs changes an id whose own edits come in from outside.
    doc.clientID = joined.clientId;
    void journal.setState({ clientId: joined.clientId });
    return 'edit';
  } catch (error) {
    const { code } = error as WireFailure;
    if (code !== 'FORBIDDEN' && code !== 'PLAN_FROZEN') throw error;
    void journal.setState({ clientId: null });
    return code === 'FORBIDDEN' ? 'read' : 'frozen';
  }
}
