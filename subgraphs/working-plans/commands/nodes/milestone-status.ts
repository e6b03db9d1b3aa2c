import type { Actor } from '../../../../kit/context.ts';
import { claim } from '../../../../kit/once.ts';
import { conflict, invalid } from '../../../../kit/types.ts';
import { isCleanText } from '../../document/values.ts';
import { milestoneReached } from '../../events.ts';
import type { MilestoneStatusInput } from '../../inputs/plans.ts';
import type { Plans } from '../../plans.ts';
import { type MilestoneState, newMilestone } from '../../statuses.ts';
import { enterForStatus, refuseHistory } from './status.ts';

const day = 24 * 60 * 60 * 1_000;

/**
 * Says whether a milestone was reached, when, and what shows it; says MILESTONE_REACHED in the networks of its objective when it comes to be. Beside the
 * document: editable after adoption. Evidence may be added without changing the status.
 * @returns the milestone's id
 * @throws Problem ForbiddenError; ConflictError when it has changed since `expectedVersion`; ValidationError
 */
export async function setMilestoneStatus(
  plans: Plans,
  actor: Actor,
  input: MilestoneStatusInput,
  now = new Date(),
): Promise<string> {
  const { milestoneId, status, expectedVersion } = input;
  const { view, place, about, seatId } = await enterForStatus(plans, actor, milestoneId, 'milestone');
  const { id: planId } = view.plan;
  check(input, now);
  await plans.database.transaction(async (tx) => {
    const { first } = await claim(tx.manager, actor, 'setMilestoneStatus', input, milestoneId);
    if (!first) return;
    await refuseHistory(tx, planId);
    const at = [planId, place.node.key];
    await tx.manager.query(
      'INSERT INTO milestone_status (plan_id, node_key, status, version) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
      [...at, newMilestone.status, newMilestone.version],
    );
    const [before]: MilestoneState[] = await tx.manager.query(
      'SELECT status, evidence, version FROM milestone_status WHERE plan_id = $1 AND node_key = $2 FOR UPDATE',
      at,
    );
    if (before!.version !== expectedVersion)
      throw conflict(`The milestone has changed since: it is ${before!.status} now.`, before!.version);
    const version = expectedVersion + 1;
    // Who reports it today need not say so.
    const reachedOn = status === 'REACHED' ? (input.reachedOn ?? now.toISOString().slice(0, 10)) : null;
    await tx.manager.query(
      `UPDATE milestone_status SET status = $3, reached_on = $4, evidence = $5, version = $6, changed_by = $7, changed_at = now()
       WHERE plan_id = $1 AND node_key = $2`,
      [...at, status, reachedOn, input.evidence ?? before!.evidence, version, seatId],
    );
    if (status !== 'REACHED' || before!.status === 'REACHED') return;
    const activityId = view.idOf(place.activity!);
    tx.publish(milestoneReached(view.plan, about, { milestoneId, activityId, planId, reachedOn: reachedOn!, version }));
  });
  return milestoneId;
}

function check({ status, reachedOn, evidence }: MilestoneStatusInput, now: Date): void {
  if (reachedOn != null && status !== 'REACHED')
    throw invalid('reachedOn: only for a milestone that is REACHED.', 'input', 'reachedOn');
  // The database knows no year 0, and no network was there before the Convention.
  if (reachedOn != null && reachedOn < '2000-01-01')
    throw invalid('reachedOn: a day of 2000 or later.', 'input', 'reachedOn');
  // Somewhere it is tomorrow already.
  if (reachedOn != null && reachedOn > new Date(now.getTime() + day).toISOString().slice(0, 10))
    throw invalid('reachedOn: it lies in the future.', 'input', 'reachedOn');
  if ((evidence?.length ?? 0) > 20) throw invalid('evidence: at most 20.', 'input', 'evidence');
  for (const [index, text] of (evidence ?? []).entries()) {
    if (text.trim() === '' || text.length > 500 || !isCleanText(text))
      throw invalid('evidence: 1 to 500 characters each, without U+0000.', 'input', 'evidence', `${index}`);
    // Shown as a link by some clients: browsers pass over controls before and within a scheme.
    if (/^(javascript:|vbscript:|data:[a-z]+[/;,])/i.test(text.replace(/[\s\p{Cc}]/gu, '')))
      throw invalid('evidence: a text, or an address of the web.', 'input', 'evidence', `${index}`);
  }
}
