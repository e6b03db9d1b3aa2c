import type { Actor } from '../../../../kit/context.ts';
import { conflict, invalid } from '../../../../kit/types.ts';
import { contentOf } from '../../document/canonical.ts';
import { areasOf, planChangesRequested, planSubmitted, planVersionCreated } from '../../events.ts';
import type { Plans } from '../../plans.ts';
import { mayConclude, maySubmit } from '../../policy.ts';
import { writeVersion } from '../../versions.ts';
import { changePlan, requireStep, setStatus } from './change.ts';

/**
 * Freezes a draft for review and writes the version that is reviewed, with its hash: one transaction under the plan's lock, so that every edit is either in
 * what was hashed or refused with PLAN_FROZEN. Says PLAN_SUBMITTED and PLAN_VERSION_CREATED.
 * @throws Problem ForbiddenError; ConflictError when the plan's row has changed since `expectedVersion`; ValidationError naming the status
 */
export function submitPlan(
  plans: Plans,
  actor: Actor,
  planId: string,
  input: { expectedVersion: number; clientMutationId?: string | null },
): Promise<string> {
  const who = 'A plan is submitted by a coordinator of one of its networks.';
  return changePlan(
    plans,
    actor,
    { name: 'submitPlanForReview', planId, input, may: maySubmit, who },
    async ({ manager, publish }, { plan, tree }, seatId) => {
      if (plan.version !== input.expectedVersion) {
        throw conflict(`The plan has changed since: it is ${plan.status} now.`, plan.version);
      }
      requireStep(plan, 'UNDER_REVIEW', 'is submitted');
      const { seq, epoch } = plan;
      await setStatus(manager, plan, 'UNDER_REVIEW');
      const version = await writeVersion(manager, {
        planId,
        seq,
        epoch,
        kind: 'SUBMITTED',
        content: contentOf(tree),
        createdBy: seatId,
      });
      const areas = areasOf(tree);
      publish(planSubmitted(plan, areas));
      publish(planVersionCreated(plan, areas, version));
    },
  );
}

const longestNote = 2_000;

/**
 * Gives a plan under review back to its editors, with the reason. Says PLAN_CHANGES_REQUESTED.
 * @throws Problem ForbiddenError; ValidationError
 */
export function requestChanges(
  plans: Plans,
  actor: Actor,
  planId: string,
  input: { note: string; clientMutationId?: string | null },
): Promise<string> {
  const note = input.note.trim();
  const who = 'Changes are asked for by steering and coordinators of its networks.';
  return changePlan(
    plans,
    actor,
    { name: 'requestPlanChanges', planId, input, may: mayConclude, who },
    async ({ manager, publish }, { plan, tree }, seatId) => {
      if (note === '' || note.length > longestNote || note.includes('\u0000')) {
        throw invalid('note: 1 to 2,000 characters, without U+0000.', 'note');
      }
      requireStep(plan, 'CHANGES_REQUESTED', 'is given back');
      await setStatus(manager, plan, 'CHANGES_REQUESTED');
      await manager.query(
        'INSERT INTO plan_changes_request (plan_id, version, note, requested_by) VALUES ($1, $2, $3, $4)',
        [planId, plan.version, note, seatId],
      );
      publish(planChangesRequested(plan, areasOf(tree)));
    },
  );
}
