import type { EntityManager } from 'typeorm';
import * as Y from 'yjs';
import { snapshot } from '../document/state.ts';
import type { Plan } from '../entities/plan.ts';
import { commitEntries, SYSTEM_SEAT } from '../log.ts';
import type { Reading } from '../room/read.ts';
import { issueClient, issueShippedClient } from './join.ts';

/** The installation that accepts the plan's first edit. */
export interface Home {
  region: string;
  regionNumber: number;
}

/** Writes the plan's row's document: the first edit of its log, and a snapshot. @param write a new document, all written by this client id */
export async function writeFirstEdit(
  manager: EntityManager,
  plan: Plan,
  seatId: string,
  home: Home,
  write: (clientId: number) => Y.Doc,
): Promise<Y.Doc> {
  const clientId =
    seatId === SYSTEM_SEAT
      ? await issueShippedClient(manager, plan.id)
      : await issueClient(manager, plan.id, seatId, home.regionNumber);
  const doc = write(clientId);
  const { answers } = await commitEntries(manager, [
    {
      planId: plan.id,
      epoch: plan.epoch,
      editId: `created:${plan.id}`,
      seatId,
      region: home.region,
      update: Y.encodeStateAsUpdate(doc),
      clients: [{ clientId, startClock: 0, endClock: Y.getState(doc.store, clientId) }],
      forced: true,
    },
  ]);
  if (!answers[0]?.ok) throw new Error(`the first edit of ${plan.id} was refused: ${answers[0]?.reason}`);
  await manager.query('INSERT INTO plan_snapshot (plan_id, epoch, seq, update_v2) VALUES ($1, $2, 1, $3)', [
    plan.id,
    plan.epoch,
    Buffer.from(snapshot(doc)),
  ]);
  return doc;
}

/** The objectives that only some of the networks own: as in the plan they were copied from, as far as its networks are this plan's too. */
export async function keepObjectiveNetworks(manager: EntityManager, plan: Plan, copied: Reading): Promise<void> {
  const rows = Object.entries(copied.objectiveNetworks)
    .map(([key, owners]) => ({ key, owners: owners.filter((id) => plan.networkIds.includes(id)) }))
    .filter(({ owners }) => owners.length > 0 && owners.length < plan.networkIds.length);
  for (const { key, owners } of rows) {
    await manager.query('INSERT INTO objective_networks (plan_id, node_key, network_ids) VALUES ($1, $2, $3)', [
      plan.id,
      key,
      owners,
    ]);
  }
}
