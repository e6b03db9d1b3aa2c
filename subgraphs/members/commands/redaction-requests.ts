import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { isId, once } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import type { AskToRedactInput } from '../account-inputs.ts';
import { mayAskToRedact } from '../account-policy.ts';
import { checkText } from './input.ts';

/** What text is taken out of as a whole, each by its own subgraph, which looks for the request. */
export const redactable = ['Post', 'Thread', 'Meeting', 'Statement', 'KnowledgeItem', 'Decision', 'WorkingPlan'];

/**
 * Asks that text be taken out of a thing of the network. The request is its entry in the audit log; whether the thing is the
 * network's is found by who carries it out. @returns its id @throws Problem
 */
export async function askToRedact(tx: Transaction, actor: Actor, input: AskToRedactInput): Promise<string> {
  const { networkId, typename, id: targetId } = input;
  if (!mayAskToRedact(actor, networkId)) {
    throw forbidden('A coordinator or safety officer of the network asks that text be taken out.');
  }
  return once(tx, actor, 'askToRedact', input, `ask:${ulid()}`, async () => {
    if (!redactable.includes(typename)) {
      throw invalid(`typename: one of ${redactable.join(', ')}.`, 'input', 'typename');
    }
    if (!isId(targetId)) throw invalid('id: the id of a record.', 'input', 'id');
    const reason = checkText(input.reason, 1_000, 'reason');
    const target = { type: typename, id: targetId };
    tx.audit({ actor, action: 'REDACTION_ASKED', target, networkIds: [networkId], reason });
  });
}
