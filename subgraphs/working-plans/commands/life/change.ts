import type { EntityManager } from 'typeorm';
import type { Actor } from '../../../../kit/context.ts';
import type { Transaction } from '../../../../kit/database/open.ts';
import { statesBefore } from '../../../../kit/machine.ts';
import { claim, requireSeat } from '../../../../kit/once.ts';
import { forbidden, invalid } from '../../../../kit/types.ts';
import { type PlanTree, readPlan } from '../../document/read.ts';
import type { Plan, PlanStatus } from '../../entities/plan.ts';
import { requireHome } from '../../link/home.ts';
import type { Plans } from '../../plans.ts';
import { mayRead } from '../../policy.ts';
import { readPlans } from '../../room/read.ts';
import { openDocument, type Room } from '../../room/room.ts';
import { planMachine } from '../../states.ts';

/** A plan whose row is locked, and its typed tree at exactly that row's `seq`. */
export interface Locked {
  plan: Plan;
  tree: PlanTree;
}

/** A command that changes a plan's row. */
export interface Change {
  name: string;
  planId: string;
  /** What the caller gave; equal inputs under one `clientMutationId` are done once. */
  input: { clientMutationId?: string | null };
  may(actor: Actor, plan: Plan): boolean;
  /** Who may, as a sentence. */
  who: string;
  /** Whether the plan that this one amends changes with it. */
  withAmended?: boolean;
}

/**
 * Runs `work` in one transaction with the plan locked, by an actor who may, in the plan's home region. Other processes are told after the commit.
 * Rights are judged twice: before anything is locked, and by the row under the lock.
 * @throws Problem ForbiddenError, ValidationError, and whatever `work` throws
 */
export async function changePlan(
  plans: Plans,
  actor: Actor,
  change: Change,
  work: (tx: Transaction, locked: Locked, seatId: string) => Promise<void>,
): Promise<string> {
  const { planId } = change;
  const room = await findPlanFor(plans, actor, change);
  const seatId = requireSeat(actor);
  await plans.database.transaction(async (tx) => {
    const locked = await lockPlan(tx.manager, room, change.withAmended ? room.plan.amends : null);
    if (!(await isFirst(tx.manager, actor, change))) return;
    requireRight(plans, actor, change, locked.plan);
    await work(tx, locked, seatId);
  });
  plans.rooms.announce(planId);
  return planId;
}

/** Claims the change's `clientMutationId`, if it has one. */
async function isFirst(manager: EntityManager, actor: Actor, { name, planId, input }: Change): Promise<boolean> {
  const { clientMutationId } = input;
  if (!clientMutationId) return true;
  const named = { ...input, planId, clientMutationId };
  return (await claim(manager, actor, name, named, planId)).first;
}

/** @throws Problem ForbiddenError */
export async function findPlanFor(plans: Plans, actor: Actor, change: Change): Promise<Room> {
  const room = (await plans.rooms.open([change.planId])).get(change.planId);
  if (!room || !mayRead(actor, room.plan)) throw forbidden('There is no such plan, or you may not see it.');
  requireRight(plans, actor, change, room.plan);
  return room;
}

export function requireRight(plans: Plans, actor: Actor, { may, who }: Change, plan: Plan): void {
  if (!may(actor, plan)) throw forbidden(who);
  requireHome(plan, plans.region);
}

/**
 * Locks the plan's row, and reads with one statement what is true under the lock: the row, and the edits that this process has not applied yet. Whoever
 * adds to the log takes the same lock, so until the transaction ends nothing comes after the row's `seq`: what is worked out from `tree` is of the
 * document as it is frozen, kept or adopted.
 *
 * Mostly the room is there already and its tree is taken as it is. Where it is behind (another process has committed, or our own log has and the answer is
 * on its way), the document is made from the log through this transaction's own connection: a second one could wait for ever for a free place in the
 * pool, held by others who wait for this lock.
 * @param other a plan to lock with it: in id order, as the log does, so that no two can wait for each other
 */
export async function lockPlan(manager: EntityManager, room: Room, other: string | null = null): Promise<Locked> {
  const { id } = room;
  await manager.query('SELECT FROM plan WHERE id = ANY ($1) ORDER BY id FOR UPDATE', [[id, other ?? id]]);
  const { plan } = (await readPlans(manager, [{ id, seq: room.seq, epoch: room.epoch }])).get(id)!;
  // No await between this comparison and the tree.
  if (!room.closed && room.epoch === plan.epoch && room.seq === plan.seq) return { plan, tree: room.tree };
  const doc = openDocument((await readPlans(manager, [{ id, seq: null, epoch: null }])).get(id)!);
  try {
    return { plan, tree: readPlan(doc) };
  } finally {
    doc.destroy();
  }
}

/** @param done what the command does with a plan, as in `is submitted` */
export function requireStatus({ status }: Plan, allowed: readonly PlanStatus[], done: string): void {
  if (allowed.includes(status)) return;
  throw invalid(`The plan is ${status}: it ${done} only while it is ${allowed.join(' or ')}.`);
}

/** @param to the state that the command brings it to, which must be a step of its machine */
export const requireStep = (plan: Plan, to: PlanStatus, done: string): void =>
  requireStatus(plan, statesBefore(planMachine, to), done);

/** Moves the locked plan on, by a step of its machine. `plan` is as it is after that. */
export async function setStatus(manager: EntityManager, plan: Plan, status: PlanStatus): Promise<void> {
  requireStep(plan, status, `becomes ${status}`);
  plan.status = status;
  plan.version += 1;
  await manager.query('UPDATE plan SET status = $2, version = $3 WHERE id = $1', [plan.id, status, plan.version]);
}
