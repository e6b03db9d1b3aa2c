import type { Transaction } from '../../../kit/database/open.ts';
import { invalid } from '../../../kit/types.ts';
import { Network } from '../entities/network.ts';

/**
 * The network whose body, guidelines or charter is about to change. It is held until the transaction ends, so that it is not closed meanwhile; so whoever locks
 * several rows begins with the network's.
 * @throws Problem ValidationError when there is none, or it is closed; ForbiddenError when it is at home in another region
 */
export async function findOpenNetwork(
  tx: Transaction,
  id: string,
  field: string,
  mode: 'pessimistic_read' | 'pessimistic_write' = 'pessimistic_read',
): Promise<Network> {
  const network = await tx.manager.findOne(Network, { where: { id }, lock: { mode } });
  if (!network) throw invalid(`${field}: no such network.`, 'input', field);
  await tx.requireHome([id]);
  if (network.status === 'CLOSED') throw invalid(`${field}: the network is closed.`, 'input', field);
  return network;
}
