import type { EntityManager } from 'typeorm';
import { invalid } from '../../../kit/types.ts';
import { Network } from '../entities/network.ts';

/**
 * The network whose body, guidelines or charter is about to change. It is held until the transaction ends, so that it is not closed meanwhile; so whoever locks
 * several rows begins with the network's.
 * @throws Problem ValidationError when there is none, or it is closed
 */
export async function findOpenNetwork(
  manager: EntityManager,
  id: string,
  field: string,
  mode: 'pessimistic_read' | 'pessimistic_write' = 'pessimistic_read',
): Promise<Network> {
  const network = await manager.findOne(Network, { where: { id }, lock: { mode } });
  if (!network) throw invalid(`${field}: no such network.`, 'input', field);
  if (network.status === 'CLOSED') throw invalid(`${field}: the network is closed.`, 'input', field);
  return network;
}
