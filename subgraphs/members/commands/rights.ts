import type { Transaction } from '../../../kit/database/open.ts';
import type { Governance } from '../policy.ts';

/** Says that some actor's rights are others now; the gateway, which watches the version, resolves its actors again. */
export async function bumpRights(tx: Transaction): Promise<void> {
  await tx.manager.query('UPDATE rights SET version = version + 1');
}

/** Whether the network has a seat, also a vacant one, in its Steering Committee, and a coordinator. */
export async function readGovernance(tx: Transaction, networkId: string): Promise<Governance> {
  const [row] = await tx.manager.query(
    `SELECT coalesce(bool_or(role = 'STEERING_COMMITTEE'), false) AS "hasCommittee",
       coalesce(bool_or(role = 'COORDINATOR'), false) AS "hasCoordinator"
     FROM held_role WHERE network_id = $1 AND role IN ('STEERING_COMMITTEE', 'COORDINATOR') AND effective`,
    [networkId],
  );
  return row;
}
