import type { Transaction } from '../../../kit/database/open.ts';

/** Says that some actor's rights are others now; the gateway, which watches the version, resolves its actors again. */
export async function bumpRights(tx: Transaction): Promise<void> {
  await tx.manager.query('UPDATE rights SET version = version + 1');
}

/** True when the network has a Steering Committee seat, also a vacant one. */
export async function hasCommittee(tx: Transaction, networkId: string): Promise<boolean> {
  const rows = await tx.manager.query(
    `SELECT 1 FROM held_role WHERE network_id = $1 AND role = 'STEERING_COMMITTEE' AND effective LIMIT 1`,
    [networkId],
  );
  return rows.length > 0;
}
