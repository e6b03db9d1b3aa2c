import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import type { EraseAuditReasonInput } from '../account-inputs.ts';
import { mayEraseReason } from '../account-policy.ts';

/** Takes a reason out of the audit log; that it was, and by whom, is an entry of its own. @returns the entry's id */
export async function eraseAuditReason(tx: Transaction, actor: Actor, input: EraseAuditReasonInput): Promise<string> {
  const { networkId, entryId } = input;
  if (!mayEraseReason(actor, networkId)) {
    throw forbidden('Reasons in the audit log are erased by a safety officer of the network.');
  }
  return once(tx, actor, 'eraseAuditReason', input, entryId, async () => {
    const [{ erased }] = await tx.manager.query('SELECT audit.erase_reason($1, $2) AS erased', [networkId, entryId]);
    if (!erased) throw invalid('entryId: no entry of this network with a reason.', 'input', 'entryId');
    const target = { type: 'AuditEntry', id: entryId };
    tx.audit({ actor, action: 'REASON_ERASED', target, networkIds: [networkId] });
  });
}
