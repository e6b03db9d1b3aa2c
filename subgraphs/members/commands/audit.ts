import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import type { EraseAuditReasonInput } from '../account-inputs.ts';
import { mayEraseReason } from '../account-policy.ts';

/** The same words stand where they were given. Those of a lock or a freezing are kept there while it lasts, and read by nobody. */
async function forgetCopies(tx: Transaction, networkId: string, entryId: string): Promise<void> {
  const [entry] = await tx.manager.query(
    'SELECT target_type AS type, target_id AS id FROM audit.entry WHERE network_id = $1 AND id = $2',
    [networkId, entryId],
  );
  if (entry.type === 'DirectoryExport')
    await tx.manager.query(`UPDATE directory_export SET reason = '' WHERE id = $1`, [entry.id]);
  if (entry.type === 'BreakGlass')
    await tx.manager.query(`UPDATE break_glass SET reason = '' WHERE id = $1`, [entry.id]);
  if (entry.type !== 'Seat') return;
  await tx.manager.query('UPDATE seat SET freeze_reason = NULL WHERE id = $1', [entry.id]);
  await tx.manager.query(
    'UPDATE organisation SET lock_reason = NULL WHERE id = (SELECT organisation_id FROM seat WHERE id = $1)',
    [entry.id],
  );
}

/** Takes a reason out of the audit log; that it was, and by whom, is an entry of its own. @returns the entry's id */
export async function eraseAuditReason(tx: Transaction, actor: Actor, input: EraseAuditReasonInput): Promise<string> {
  const { networkId, entryId } = input;
  if (!mayEraseReason(actor, networkId)) {
    throw forbidden('Reasons in the audit log are erased by a safety officer of the network.');
  }
  return once(tx, actor, 'eraseAuditReason', input, entryId, async () => {
    const [{ erased }] = await tx.manager.query('SELECT audit.erase_reason($1, $2) AS erased', [networkId, entryId]);
    if (!erased) throw invalid('entryId: no entry of this network with a reason.', 'input', 'entryId');
    await forgetCopies(tx, networkId, entryId);
    const target = { type: 'AuditEntry', id: entryId };
    tx.audit({ actor, action: 'REASON_ERASED', target, networkIds: [networkId] });
  });
}
