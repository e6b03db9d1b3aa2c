import type { Actor } from '../../../../kit/context.ts';
import type { Transaction } from '../../../../kit/database/open.ts';
import { settleNoticesAbout } from '../../../../kit/notices/write.ts';
import { once, requireSeat } from '../../../../kit/once.ts';
import { conflict, forbidden, invalid } from '../../../../kit/types.ts';
import type { TakePositionInput } from '../../decision-inputs.ts';
import { voiceIn } from '../../policy.ts';
import { type DecisionRules, decisionRules } from '../../round.ts';
import { positionsOf } from '../../tally.ts';
import { checkText, isBlank } from '../../text.ts';
import { findDecision } from '../find.ts';
import { lockDecision, newestRound } from './step.ts';

const reasonLimit = 2_000; // characters

/**
 * Takes the position of the actor's organisation, in place of the one it has in this round. It counts in every network in
 * which a seat of the organisation had a voice when it spoke in this round.
 * @returns the decision's id
 * @throws Problem ForbiddenError; ConflictError when the text is no longer the one named; ValidationError
 */
export async function takePosition(
  tx: Transaction,
  actor: Actor,
  input: TakePositionInput,
  { now }: DecisionRules = decisionRules,
): Promise<string> {
  const { id, method, ...circle } = await findDecision(tx, actor, input.decisionId);
  const networkIds = voiceIn(actor, circle);
  if (networkIds.length === 0 || !actor.organisationId) {
    throw forbidden('You may see this decision but have no voice in it.');
  }
  const possible = positionsOf[method];
  if (!possible.includes(input.position)) {
    throw invalid(`position: under ${method} one of ${possible.join(', ')}.`, 'input', 'position');
  }
  const reason = checkText(input.reason ?? '', reasonLimit, 'input', 'reason');
  if (input.position === 'OBJECT' && isBlank(reason)) {
    throw invalid('reason: an objection needs one.', 'input', 'reason');
  }
  return once(tx, actor, 'takePosition', input, id, async () => {
    const decision = await lockDecision(tx, id);
    if (decision.status !== 'CONSENT_ROUND') {
      throw invalid(`The decision is ${decision.status}: it takes no positions now.`, 'input', 'decisionId');
    }
    if (decision.contentHash !== input.contentHash) {
      throw conflict('The text is no longer the one you take a position on.', decision.version);
    }
    const { closesAt } = await newestRound(tx, decision);
    const at = now();
    if (at >= closesAt) throw invalid(`The round closed at ${closesAt.toISOString()}.`, 'input', 'decisionId');
    await tx.manager.query(
      `INSERT INTO decision_position AS p
         (decision_id, round, organisation_id, position, reason, seat_id, network_ids, taken_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (decision_id, round, organisation_id) DO UPDATE SET
         position = excluded.position, reason = excluded.reason, seat_id = excluded.seat_id, taken_at = excluded.taken_at,
         network_ids = ARRAY(SELECT DISTINCT unnest(p.network_ids || excluded.network_ids) ORDER BY 1)`,
      [
        id,
        decision.round,
        actor.organisationId,
        input.position,
        isBlank(reason) ? null : reason,
        requireSeat(actor),
        networkIds,
        at,
      ],
    );
    const query = (sql: string, parameters: unknown[]) => tx.manager.query(sql, parameters);
    await settleNoticesAbout(query, id, 'DECISION_WAITS', actor.organisationId);
  });
}
