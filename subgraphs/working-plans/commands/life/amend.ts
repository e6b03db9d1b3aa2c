import { ulid } from 'ulid';
import type { Actor } from '../../../../kit/context.ts';
import { copyPlanDocument } from '../../document/copy.ts';
import { localesOf, readPlan } from '../../document/read.ts';
import { Plan } from '../../entities/plan.ts';
import { areasOf, planArchived, planCreated } from '../../events.ts';
import type { Plans } from '../../plans.ts';
import { mayConclude } from '../../policy.ts';
import { readPlans } from '../../room/read.ts';
import { openDocument } from '../../room/room.ts';
import { keepObjectiveNetworks, writeFirstEdit } from '../first-edit.ts';
import { changePlan, requireStep, setStatus } from './change.ts';

/**
 * A draft that is to take an adopted plan's place: its text under the same node keys, with the same owners. There is one at a time: who asks while there is one
 * gets that one. Says PLAN_CREATED.
 * @returns the draft's id
 * @throws Problem ForbiddenError; ValidationError naming the status
 */
export async function amendPlan(plans: Plans, actor: Actor, planId: string): Promise<string> {
  const who = 'An adopted plan is amended by steering and coordinators of its networks.';
  const change = { name: 'amendPlan', planId, input: {}, may: mayConclude, who };
  let amendment = `plan:${ulid()}`;
  await changePlan(plans, actor, change, async ({ manager, publish }, { plan }, seatId) => {
    requireStep(plan, 'SUPERSEDED', 'is amended');
    const [open] = await manager.query(
      `SELECT id FROM plan WHERE amends = $1 AND status IN ('DRAFT', 'UNDER_REVIEW', 'CHANGES_REQUESTED')`,
      [planId],
    );
    if (open) {
      amendment = open.id;
      return;
    }
    const copied = (await readPlans(manager, [{ id: planId, seq: null, epoch: null }])).get(planId)!;
    const source = openDocument(copied);
    const draft: Plan = Object.assign(new Plan(), plan, {
      id: amendment,
      status: 'DRAFT',
      seq: 0,
      epoch: 1,
      version: 1,
      homeRegion: null,
      amends: planId,
      provenance: 'USER',
      sourceUrl: null,
      createdBy: seatId,
      createdAt: new Date(),
    } satisfies Partial<Plan>);
    await manager.insert(Plan, draft);
    const locales = localesOf(source);
    const doc = await writeFirstEdit(manager, draft, seatId, plans, (id) => copyPlanDocument(source, id, { locales }));
    await keepObjectiveNetworks(manager, draft, copied);
    publish(planCreated(draft, areasOf(readPlan(doc))));
    doc.destroy();
    source.destroy();
  });
  return amendment;
}

/**
 * Puts an adopted plan away: it stays readable, and its activities are history. Says PLAN_ARCHIVED.
 * @throws Problem ForbiddenError; ValidationError naming the status
 */
export function archivePlan(
  plans: Plans,
  actor: Actor,
  planId: string,
  input: { clientMutationId?: string | null },
): Promise<string> {
  const who = 'A plan is archived by steering and coordinators of its networks.';
  const change = { name: 'archivePlan', planId, input, may: mayConclude, who };
  return changePlan(plans, actor, change, async ({ manager, publish }, { plan, tree }) => {
    requireStep(plan, 'ARCHIVED', 'is archived');
    await setStatus(manager, plan, 'ARCHIVED');
    publish(planArchived(plan, areasOf(tree)));
  });
}
