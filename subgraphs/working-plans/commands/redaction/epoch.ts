import type { EntityManager } from 'typeorm';
import type * as Y from 'yjs';
import { isWhole, snapshot } from '../../document/state.ts';
import { isCollected } from './document.ts';

/**
 * Begins a plan's next epoch with this document, at the number where its log stands, and purges the log and the snapshots of the older ones. The
 * numbers go on, and the structs keep their ids: an edit that another region has taken before still fits. The caller holds the plan's row lock, and
 * the document is all that the log says.
 * @returns the new epoch
 */
export async function beginEpoch(manager: EntityManager, planId: string, doc: Y.Doc): Promise<number> {
  if (!isWhole(doc) || !isCollected(doc)) throw new Error(`the document of ${planId} keeps what was deleted`);
  const [[plan]]: [{ epoch: number; seq: string }[], number] = await manager.query(
    'UPDATE plan SET epoch = epoch + 1, version = version + 1 WHERE id = $1 RETURNING epoch, seq',
    [planId],
  );
  const { epoch, seq } = plan!;
  await manager.query('DELETE FROM plan_edit WHERE plan_id = $1 AND epoch < $2', [planId, epoch]);
  await manager.query('DELETE FROM plan_snapshot WHERE plan_id = $1 AND epoch < $2', [planId, epoch]);
  await manager.query('INSERT INTO plan_snapshot (plan_id, epoch, seq, update_v2) VALUES ($1, $2, $3, $4)', [
    planId,
    epoch,
    seq,
    Buffer.from(snapshot(doc)),
  ]);
  return epoch;
}
