import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once } from '../../../kit/once.ts';
import { conflict, forbidden, invalid } from '../../../kit/types.ts';
import { Network } from '../entities/network.ts';
import { networkEvent } from '../events.ts';
import type { SetParentNetworkInput } from '../inputs.ts';
import { maySetParent } from '../policy.ts';

const deepest = 4; // networks from the top of a tree to its leaves

/** One tree of networks changes at a time: two changes that are right alone could make a ring together. */
const treeLock = `SELECT pg_advisory_xact_lock(hashtext(current_schema() || ' tree of networks'))`;

/**
 * @param childId the network that is to be part of it; absent: a new one
 * @returns the parent's id
 * @throws Problem ValidationError when there is no such open network, it is part of the child, or the tree would be too deep
 */
export async function checkParent({ manager }: Transaction, parentId: string, childId?: string): Promise<string> {
  const refuse = (why: string) => invalid(`parentId: ${why}`, 'input', 'parentId');
  await manager.query(treeLock);
  // Up from the parent, and down from the child; the tree is free of rings before the change.
  const [{ above, within, status, below }] = await manager.query(
    `WITH RECURSIVE up AS (
       SELECT id, parent_id, 1 AS depth FROM network WHERE id = $1
       UNION ALL SELECT n.id, n.parent_id, up.depth + 1 FROM network n JOIN up ON n.id = up.parent_id
     ), down AS (
       SELECT id, 1 AS depth FROM network WHERE id = $2
       UNION ALL SELECT n.id, down.depth + 1 FROM network n JOIN down ON n.parent_id = down.id
     )
     SELECT (SELECT coalesce(max(depth), 0)::int FROM up) AS above, EXISTS (SELECT FROM up WHERE id = $2) AS within,
       (SELECT status FROM network WHERE id = $1) AS status, (SELECT coalesce(max(depth), 1)::int FROM down) AS below`,
    [parentId, childId ?? null],
  );
  if (status === null) throw refuse('no such network.');
  if (status === 'CLOSED') throw refuse('that network is closed.');
  if (within) throw refuse('a network is not part of itself.');
  if (above + below > deepest) throw refuse(`at most ${deepest} networks, one within the other.`);
  return parentId;
}

/** Makes a network part of another, or of none. Says NETWORK_CHANGED in it. @returns its id */
export async function setParentNetwork(tx: Transaction, actor: Actor, input: SetParentNetworkInput): Promise<string> {
  const { manager } = tx;
  const parentId = input.parentId ?? null;
  const known = await manager.findOneBy(Network, { id: input.id });
  const who = 'A network joins another by who leads both or by the operator, and leaves it by who leads either.';
  if (!maySetParent(actor, input.id, known?.parentId ?? null, parentId)) throw forbidden(who);
  return once(tx, actor, 'setParentNetwork', input, input.id, async (id) => {
    if (parentId !== null) await checkParent(tx, parentId, id);
    const network = await manager.findOne(Network, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!network) throw invalid('id: no such network.', 'input', 'id');
    await tx.requireHome([id]);
    if (network.version !== input.expectedVersion) {
      throw conflict(`The network is at version ${network.version}.`, network.version);
    }
    // Whose it is to let it go may have changed since it was first asked.
    if (!maySetParent(actor, id, network.parentId, parentId)) throw forbidden(who);
    if (network.status === 'CLOSED') throw invalid('id: the network is closed.', 'input', 'id');
    if (network.parentId === parentId) return;
    Object.assign(network, { parentId, version: network.version + 1 });
    await manager.update(Network, { id }, { parentId, version: network.version });
    tx.publish(networkEvent('NETWORK_CHANGED', network, ['parent']));
  });
}
