import type { AuditedAct } from '../../../../kit/audit/append.ts';
import type { Actor } from '../../../../kit/context.ts';
import type { Transaction } from '../../../../kit/database/open.ts';
import { settleNoticesAbout } from '../../../../kit/notices/write.ts';
import { once } from '../../../../kit/once.ts';
import { conflict, forbidden, invalid } from '../../../../kit/types.ts';
import {
  Decision,
  type DecisionOutcome,
  DecisionRound,
  type DecisionStatus,
  PositionRecord,
} from '../../entities/decision.ts';
import { decisionConcluded } from '../../events.ts';
import { type Circle, mayGuideDecision } from '../../policy.ts';
import { select } from '../../statement.ts';
import { mayFollow } from '../../transitions.ts';
import { findDecision } from '../find.ts';

/** Steps and positions of one decision take turns at its row. What is checked of it is checked after this. */
export async function lockDecision(tx: Transaction, id: string): Promise<Decision> {
  const [decision] = await select(
    tx.manager,
    Decision,
    (columns, bind) => `SELECT ${columns} FROM decision r WHERE r.id = ${bind(id)} FOR UPDATE`,
  );
  return decision as Decision; // nothing deletes one
}

export async function newestRound(tx: Transaction, { id, round }: Decision): Promise<DecisionRound> {
  return tx.manager.findOneByOrFail(DecisionRound, { decisionId: id, number: round });
}

export const positionsTaken = (tx: Transaction, { id, round }: Decision): Promise<PositionRecord[]> =>
  tx.manager.findBy(PositionRecord, { decisionId: id, round });

/** @throws Problem ValidationError */
export function checkStep(decision: Decision, to: DecisionStatus, ...path: string[]): void {
  if (mayFollow(decision.method, decision.status, to)) return;
  throw invalid(`The decision is ${decision.status}: under ${decision.method} it does not become ${to} now.`, ...path);
}

/**
 * One step, once for its `clientMutationId`.
 * @param work gets the decision under its lock, at the version expected, and makes the step
 * @returns the decision's id
 * @throws Problem ForbiddenError; ConflictError when the decision has moved on; what `work` throws
 */
export async function takeStep(
  tx: Transaction,
  actor: Actor,
  command: string,
  input: { clientMutationId: string; decisionId: string; expectedVersion: number },
  work: (decision: Decision) => Promise<void>,
  may: (actor: Actor, decision: Circle) => boolean = mayGuideDecision,
): Promise<string> {
  const { id, ...circle } = await findDecision(tx, actor, input.decisionId);
  if (!may(actor, circle)) throw forbidden('You may see this decision but not lead it through its steps.');
  return once(tx, actor, command, input, id, async () => {
    const decision = await lockDecision(tx, id);
    if (decision.version !== input.expectedVersion) {
      throw conflict(`The decision has moved on: it is ${decision.status} now.`, decision.version);
    }
    await work(decision);
  });
}

export async function change(tx: Transaction, decision: Decision, to: Partial<Decision>): Promise<void> {
  await tx.manager.update(Decision, { id: decision.id }, { ...to, version: decision.version + 1 });
  // The round that was awaited is over; a new one is told anew.
  const query = (sql: string, parameters: unknown[]) => tx.manager.query(sql, parameters);
  if (to.status) await settleNoticesAbout(query, decision.id, 'DECISION_WAITS');
}

/** Ends a decision, whose lock is held, and says so. @param actor SYSTEM when nobody did in time */
export async function conclude(
  tx: Transaction,
  actor: AuditedAct['actor'],
  decision: Decision,
  status: DecisionOutcome,
  at: Date,
  more: Partial<Decision> = {},
): Promise<void> {
  await change(tx, decision, { ...more, status, concludedAt: at });
  tx.publish(decisionConcluded(decision, status, at));
  const { id, networkIds, contentHash } = decision;
  const detail = contentHash === null ? status : `${status} ${contentHash}`;
  tx.audit({ actor, action: 'DECISION_CONCLUDED', target: { type: 'Decision', id }, networkIds, detail });
}
