import type { Actor } from '../../../../kit/context.ts';
import { claim, requireSeat } from '../../../../kit/once.ts';
import { conflict, forbidden, invalid } from '../../../../kit/types.ts';
import type { Plan } from '../../entities/plan.ts';
import type { ObjectiveNetworksInput } from '../../inputs/plans.ts';
import { requireHome } from '../../link/home.ts';
import type { Plans } from '../../plans.ts';
import { isOpen, mayChangeOwners, type PlanFacts } from '../../policy.ts';
import { splitId, viewFor } from '../../view.ts';

/**
 * Says which of the plan's networks own an objective: their editors type in it. Beside the document, since who types could else give himself rights.
 * The plan's version goes up by 1.
 * @returns the objective's id
 * @throws Problem ForbiddenError; ConflictError when the plan has changed since `expectedVersion`, or takes no edits; ValidationError
 */
export async function setObjectiveNetworks(plans: Plans, actor: Actor, input: ObjectiveNetworksInput): Promise<string> {
  const { objectiveId, expectedVersion } = input;
  const [planId = '', nodeKey = ''] = splitId(objectiveId) ?? [];
  const view = viewFor(actor, (await plans.rooms.open([planId])).get(planId));
  if (view?.places.get(nodeKey)?.node.kind !== 'objective')
    throw forbidden('There is no such objective, or you may not see it.');
  requireSeat(actor);
  const after = [...new Set(input.networkIds)].sort();
  if (after.length === 0) throw invalid('networkIds: one at least.', 'input', 'networkIds');
  await plans.database.transaction(async (tx) => {
    const { first } = await claim(tx.manager, actor, 'setObjectiveNetworks', input, objectiveId);
    if (!first) return;
    const [plan]: (PlanFacts & Pick<Plan, 'version' | 'homeRegion'>)[] = await tx.manager.query(
      `SELECT network_ids AS "networkIds", status, visibility, expert_groups AS "expertGroups", version, home_region AS "homeRegion" FROM plan WHERE id = $1 FOR UPDATE`,
      [planId],
    );
    const [owners]: { networkIds: string[] }[] = await tx.manager.query(
      'SELECT network_ids AS "networkIds" FROM objective_networks WHERE plan_id = $1 AND node_key = $2',
      [planId, nodeKey],
    );
    const { networkIds, version } = plan!;
    requireHome(plan!, plans.region);
    if (!mayChangeOwners(actor, plan!, owners?.networkIds ?? networkIds, after))
      throw forbidden(
        'Owners are changed by steering and coordinators of a network that owns the objective; none takes it from another network.',
      );
    if (!isOpen(plan!)) throw conflict(`The plan is ${plan!.status}: who owns what is settled.`, version);
    if (version !== expectedVersion) throw conflict('The plan has changed since.', version);
    for (const [index, id] of input.networkIds.entries())
      if (!networkIds.includes(id))
        throw invalid('networkIds: not a network of this plan.', 'input', 'networkIds', `${index}`);
    await tx.manager.query('DELETE FROM objective_networks WHERE plan_id = $1 AND node_key = $2', [planId, nodeKey]);
    if (after.length < networkIds.length) {
      await tx.manager.query('INSERT INTO objective_networks (plan_id, node_key, network_ids) VALUES ($1, $2, $3)', [
        planId,
        nodeKey,
        after,
      ]);
    }
    await tx.manager.query('UPDATE plan SET version = version + 1 WHERE id = $1', [planId]);
  });
  plans.rooms.announce(planId);
  return objectiveId;
}
