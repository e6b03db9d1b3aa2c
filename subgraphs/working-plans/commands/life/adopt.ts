import { setTimeout as delay } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../../../kit/context.ts';
import { ApiError } from '../../../../kit/errors.ts';
import { statesBefore } from '../../../../kit/machine.ts';
import { isId } from '../../../../kit/once.ts';
import { conflict, invalid } from '../../../../kit/types.ts';
import { findDecisions, type KeptDecision } from '../../decisions.ts';
import { contentOf } from '../../document/canonical.ts';
import type { Plan } from '../../entities/plan.ts';
import type { VersionRecord } from '../../entities/version.ts';
import { areasOf, planAdopted, planVersionCreated } from '../../events.ts';
import type { Plans } from '../../plans.ts';
import { mayConclude } from '../../policy.ts';
import { planMachine } from '../../states.ts';
import { adoptVersion, findVersion, writeVersion } from '../../versions.ts';
import { type Change, changePlan, findPlanFor, type Locked, requireStep, setStatus } from './change.ts';

/** How long a decision that is not known here yet is waited for, ms. */
const patience = 2_000;
const lookEvery = 100; // ms

/** Some of the decisions have not been read from the feed yet. */
class NotYetKnown extends Error {}

/**
 * Adopts a plan under review: its text as it is now has this hash, and in every network that owns it one of these decisions adopted this very hash. What was
 * submitted becomes the adopted version; where suggestions were accepted since, a new version is written. A plan that it amends becomes SUPERSEDED.
 * Says PLAN_ADOPTED. What is adopted already, by the same decisions, is left as it is.
 * @throws Problem ForbiddenError; ConflictError when the hash is not the plan's or not a decision's; ValidationError. ApiError DECISION_NOT_YET_KNOWN
 */
export async function adoptPlan(
  plans: Plans,
  actor: Actor,
  planId: string,
  input: { decisionIds: readonly string[]; contentHash: string },
): Promise<string> {
  const decisionIds = [...new Set(input.decisionIds)].sort();
  if (decisionIds.length === 0 || decisionIds.length > 50 || !decisionIds.every(isId)) {
    throw invalid('decisionIds: the ids of 1 to 50 decisions.', 'decisionIds');
  }
  const who = 'A plan is adopted by steering and coordinators of its networks, once they have decided so.';
  const change = { name: 'adoptPlan', planId, input: {}, may: mayConclude, who, withAmended: true };
  await findPlanFor(plans, actor, change);
  for (const until = Date.now() + patience; ; ) {
    // Always: what is known of a decision may no longer be what was said of it last.
    await plans.decisions.read();
    try {
      return await adoptBy(plans, actor, change, decisionIds, input.contentHash);
    } catch (error) {
      if (!(error instanceof NotYetKnown)) throw error;
      if (Date.now() >= until) throw new ApiError('DECISION_NOT_YET_KNOWN', error.message, { retryAfterMs: patience });
    }
    // Between two looks nothing is locked.
    await delay(lookEvery);
  }
}

async function adoptBy(
  plans: Plans,
  actor: Actor,
  change: Change,
  decisionIds: readonly string[],
  contentHash: string,
): Promise<string> {
  let superseded: string | null = null;
  await changePlan(plans, actor, change, async ({ manager, publish, audit }, locked, seatId) => {
    const { plan, tree } = locked;
    if (await isDone(manager, plan, decisionIds, contentHash)) return;
    requireStep(plan, 'ADOPTED', 'is adopted');
    if (contentHash !== contentOf(tree).hash) {
      throw conflict('contentHash: this is not the text of the plan as it is now.', plan.version);
    }
    requireDecisions(plan, await findDecisions(manager, decisionIds), decisionIds, contentHash);
    superseded = await supersede(manager, plan);
    const { version, isNew } = await keepAdopted(manager, locked, seatId, decisionIds);
    await setStatus(manager, plan, 'ADOPTED');
    const target = { type: 'WorkingPlan', id: plan.id };
    const detail = `version ${version.number} ${contentHash}`;
    audit({ actor, action: 'PLAN_ADOPTED', target, networkIds: plan.networkIds, detail });
    const areas = areasOf(tree);
    if (isNew) publish(planVersionCreated(plan, areas, version));
    publish(
      planAdopted(plan, areas, { number: version.number, decisionIds: [...decisionIds], supersedes: superseded }),
    );
  });
  if (superseded) plans.rooms.announce(superseded);
  return change.planId;
}

/** Whether it was adopted so before; since then it may have been superseded or archived. */
async function isDone(
  manager: EntityManager,
  { id, status }: Plan,
  decisionIds: readonly string[],
  contentHash: string,
): Promise<boolean> {
  if (status === 'DRAFT' || status === 'UNDER_REVIEW' || status === 'CHANGES_REQUESTED') return false;
  const [adopted] = await manager.query(
    `SELECT 1 FROM plan_version WHERE plan_id = $1 AND kind = 'ADOPTED' AND content_hash = $2 AND decision_ids = $3`,
    [id, contentHash, decisionIds],
  );
  return adopted !== undefined;
}

/**
 * Every decision named must count, and every network must have one. A decision counts for the networks in whose feed it stands.
 * @throws NotYetKnown; Problem ValidationError, ConflictError
 */
function requireDecisions(
  plan: Plan,
  found: readonly KeptDecision[],
  decisionIds: readonly string[],
  contentHash: string,
): void {
  const refuse = (why: string) => invalid(`decisionIds: ${why}`, 'decisionIds');
  const decided = new Set<string>();
  for (const id of decisionIds) {
    const own = found.filter(({ decisionId }) => decisionId === id);
    if (own.length === 0) throw new NotYetKnown(`Decision ${id} is not known here yet: try again.`);
    const here = own.filter(({ networkId }) => plan.networkIds.includes(networkId));
    if (here.length === 0) throw refuse(`${id} was taken by no network of this plan.`);
    for (const { networkId, subjectTypename, subjectId, outcome, contentHash: hash } of here) {
      if (subjectTypename !== 'WorkingPlan' || subjectId !== plan.id) throw refuse(`${id} is not about this plan.`);
      if (outcome !== 'ADOPTED') throw refuse(`${id} ended as ${outcome}.`);
      if (hash !== contentHash) {
        throw conflict(`contentHash: decision ${id} of ${networkId} was about another text.`, plan.version);
      }
      decided.add(networkId);
    }
  }
  const missing = plan.networkIds.filter((networkId) => !decided.has(networkId));
  if (missing.length > 0) throw refuse(`none of them was taken by ${missing.join(', ')}.`);
}

async function keepAdopted(
  manager: EntityManager,
  { plan, tree }: Locked,
  seatId: string,
  decisionIds: readonly string[],
): Promise<{ version: VersionRecord; isNew: boolean }> {
  const { id: planId, seq, epoch } = plan;
  const content = contentOf(tree);
  const submitted = await findVersion(manager, planId, 'SUBMITTED', content.hash);
  if (submitted) {
    await adoptVersion(manager, submitted, decisionIds);
    return { version: submitted, isNew: false };
  }
  const version = { planId, seq, epoch, kind: 'ADOPTED', content, decisionIds, createdBy: seatId } as const;
  return { version: await writeVersion(manager, version), isNew: true };
}

/**
 * The plan that this one amends gives way to it. What of its activities is under way goes on: statuses, milestones reached and what was measured come over,
 * under the same node keys, unless the amendment has its own.
 * @returns its id; null when there is none, or it was archived meanwhile
 */
async function supersede(manager: EntityManager, { id, amends }: Plan): Promise<string | null> {
  if (amends === null) return null;
  const [, changed]: [unknown, number] = await manager.query(
    `UPDATE plan SET status = 'SUPERSEDED', version = version + 1 WHERE id = $1 AND status = ANY ($2)`,
    [amends, statesBefore(planMachine, 'SUPERSEDED')],
  );
  for (const [table, columns] of Object.entries(underWay)) {
    await manager.query(
      `INSERT INTO ${table} (plan_id, ${columns}) SELECT $1, ${columns} FROM ${table} WHERE plan_id = $2 ON CONFLICT DO NOTHING`,
      [id, amends],
    );
  }
  return changed > 0 ? amends : null;
}

const underWay = {
  activity_status: 'node_key, status, note, version, changed_by, changed_at',
  milestone_status: 'node_key, status, reached_on, evidence, version, changed_by, changed_at',
  indicator_actual: 'node_key, actual, version, changed_by, changed_at',
};
