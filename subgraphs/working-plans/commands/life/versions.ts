import type { Actor } from '../../../../kit/context.ts';
import { claim, requireSeat } from '../../../../kit/once.ts';
import { invalid } from '../../../../kit/types.ts';
import { contentOf } from '../../document/canonical.ts';
import { areasOf, planVersionCreated } from '../../events.ts';
import type { Plans } from '../../plans.ts';
import { mayKeepVersion } from '../../policy.ts';
import { writeVersion } from '../../versions.ts';
import { type Change, findPlanFor, lockPlan, requireRight, requireStatus } from './change.ts';

/** Each may be as large as the plan. */
const mostNamed = 500;

/**
 * Keeps the plan as it is now under a name. Says PLAN_VERSION_CREATED.
 * @returns the version's id
 * @throws Problem ForbiddenError; ValidationError
 */
export async function savePlanVersion(
  plans: Plans,
  actor: Actor,
  planId: string,
  input: { label: string; clientMutationId: string },
): Promise<string> {
  const label = input.label.trim();
  const who = 'Versions are kept by those who may edit the plan itself.';
  const change: Change = { name: 'savePlanVersion', planId, input, may: mayKeepVersion, who };
  const room = await findPlanFor(plans, actor, change);
  const seatId = requireSeat(actor);
  if (label === '' || label.length > 200 || label.includes('\u0000')) {
    throw invalid('label: 1 to 200 characters, without U+0000.', 'label');
  }
  return plans.database.transaction(async ({ manager, publish }) => {
    const { plan, tree } = await lockPlan(manager, room);
    const [{ next, kept }] = await manager.query(
      `SELECT coalesce(max(number), 0) + 1 AS next, count(*) FILTER (WHERE kind = 'NAMED')::int AS kept FROM plan_version WHERE plan_id = $1`,
      [planId],
    );
    const named = { ...input, planId };
    const { id, first } = await claim(manager, actor, change.name, named, `${planId}@${next}`);
    if (!first) return id;
    requireRight(plans, actor, change, plan);
    requireStatus(plan, ['DRAFT', 'UNDER_REVIEW', 'CHANGES_REQUESTED'], 'gets new versions');
    if (kept >= mostNamed) throw invalid(`A plan keeps at most ${mostNamed} versions under names.`);
    const { seq, epoch } = plan;
    const content = contentOf(tree);
    const version = await writeVersion(manager, {
      planId,
      seq,
      epoch,
      kind: 'NAMED',
      label,
      content,
      createdBy: seatId,
    });
    publish(planVersionCreated(plan, areasOf(tree), version));
    return id;
  });
}
