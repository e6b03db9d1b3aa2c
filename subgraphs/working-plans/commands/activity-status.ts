import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { mayFollow } from '../../../kit/machine.ts';
import { claim } from '../../../kit/once.ts';
import { conflict, invalid } from '../../../kit/types.ts';
import { activityStatusChanged } from '../events.ts';
import type { ActivityStatusInput } from '../inputs/plans.ts';
import type { Plans } from '../plans.ts';
import { type ActivityState, activityMachine, newActivity } from '../statuses.ts';
import type { PlanView } from '../view.ts';
import { enterForStatus, refuseHistory } from './nodes/status.ts';

/**
 * Moves an activity on in its states and says ACTIVITY_STATUS_CHANGED in the networks of its objective. Status is not part of the document: it
 * stays editable after adoption.
 * @throws Problem ForbiddenError; ConflictError when the status has changed since `expectedVersion`; ValidationError
 */
export async function setActivityStatus(plans: Plans, actor: Actor, input: ActivityStatusInput): Promise<string> {
  const { activityId } = input;
  const { view, place, about, seatId } = await enterForStatus(plans, actor, activityId, 'activity');
  const { id: planId } = view.plan;
  const nodeKey = place.node.key;
  const milestones = place.activity!.milestones.map(({ key }) => key);
  await plans.database.transaction(async (tx) => {
    const { first } = await claim(tx.manager, actor, 'setActivityStatus', input, activityId);
    if (!first) return;
    const before = await lockState(tx, view, nodeKey);
    await check(tx, view, input, before, milestones);
    const version = before.version + 1;
    await tx.manager.query(
      `INSERT INTO activity_status (plan_id, node_key, status, note, version, changed_by) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (plan_id, node_key) DO UPDATE SET status = $3, note = $4, version = $5, changed_by = $6, changed_at = now()`,
      [planId, nodeKey, input.status, input.note?.trim() || null, version, seatId],
    );
    tx.publish(
      activityStatusChanged(view.plan, about, { activityId, planId, from: before.status, to: input.status, version }),
    );
  });
  return activityId;
}

/**
 * The status as it is under the lock of its own row, or, before there is one, of a new row: so of two changes from one version the second meets the first's.
 * The plan's lock is shared: edits of the text wait a moment, other statuses do not.
 */
async function lockState(tx: Transaction, view: PlanView, nodeKey: string): Promise<ActivityState> {
  const { id } = view.plan;
  await refuseHistory(tx, id);
  await tx.manager.query(
    'INSERT INTO activity_status (plan_id, node_key, status, version) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [id, nodeKey, newActivity.status, newActivity.version],
  );
  const [state] = await tx.manager.query(
    'SELECT status, note, version FROM activity_status WHERE plan_id = $1 AND node_key = $2 FOR UPDATE',
    [id, nodeKey],
  );
  return state;
}

async function check(
  tx: Transaction,
  view: PlanView,
  input: ActivityStatusInput,
  before: ActivityState,
  milestones: string[],
): Promise<void> {
  const { status, note, expectedVersion } = input;
  if (before.version !== expectedVersion) {
    throw conflict(`The status has changed since: it is ${before.status} now.`, before.version);
  }
  if (!mayFollow(activityMachine, before.status, status)) {
    throw invalid(`status: ${before.status} does not become ${status}.`, 'input', 'status');
  }
  if (note && (note.length > 2_000 || note.includes('\u0000'))) {
    throw invalid('note: at most 2,000 characters, without U+0000.', 'input', 'note');
  }
  if (note?.trim()) return;
  if (status === 'DEFERRED' || status === 'CANCELLED')
    throw invalid(`note: ${status} needs a reason.`, 'input', 'note');
  if (status !== 'COMPLETED') return;
  const [shown] = await tx.manager.query(
    'SELECT 1 FROM milestone_status WHERE plan_id = $1 AND node_key = ANY($2) AND cardinality(evidence) > 0 LIMIT 1',
    [view.plan.id, milestones],
  );
  if (!shown) throw invalid('note: COMPLETED needs evidence at a milestone, or a reason.', 'input', 'note');
}
