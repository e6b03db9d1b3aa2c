import type { Actor } from '../../../kit/context.ts';
import { requireSeat } from '../../../kit/once.ts';
import { invalid } from '../../../kit/types.ts';
import { editPlan } from '../commands/nodes/edit-plan.ts';
import { type ContentNode, contentOf } from '../document/canonical.ts';
import { rewritePlan } from '../document/rewrite.ts';
import type { Plans } from '../plans.ts';
import { readVersion } from '../versions.ts';

export interface RestoreVersion {
  clientMutationId: string;
  planId: string;
  number: number;
}

const nothing = new Uint8Array([0, 0]);

/**
 * Writes the text of a version back, as one edit of the seat: what came since stays in the history. Judged like typing: who may not change an objective
 * cannot restore it either.
 * @returns the plan's id
 * @throws Problem ForbiddenError, ValidationError, ConflictError (the plan takes no edits in its status)
 */
export async function restorePlanVersion(
  plans: Plans,
  actor: Actor,
  input: RestoreVersion,
  now = new Date(),
): Promise<string> {
  const { planId, number } = input;
  const by = requireSeat(actor);
  let version: Awaited<ReturnType<typeof readVersion>> = null;
  return editPlan(plans, actor, {
    command: 'restorePlanVersion',
    input,
    planId,
    id: planId,
    async read() {
      version = await readVersion(plans.database.source.manager, planId, number);
    },
    write({ view, clientId }) {
      if (!version) throw invalid('number: the plan has no such version.', 'input', 'number');
      const content = JSON.parse(version.content) as ContentNode;
      if (contentOf(view.tree).json === version.content) return nothing;
      return rewritePlan(view.room.doc, content, clientId, { by, at: now.toISOString() });
    },
  });
}
