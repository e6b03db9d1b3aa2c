import type { Actor } from '../../../../kit/context.ts';
import type { Transaction } from '../../../../kit/database/open.ts';
import { requireSeat } from '../../../../kit/once.ts';
import { invalid } from '../../../../kit/types.ts';
import type {
  AdvanceDecisionInput,
  ConcludeDecisionInput,
  StartDecisionRoundInput,
  WithdrawDecisionInput,
} from '../../decision-inputs.ts';
import { type Decision, DecisionRound, type DecisionStatus } from '../../entities/decision.ts';
import { positionAwaited } from '../../notices.ts';
import { mayConcludeDecision } from '../../policy.ts';
import { type DecisionRules, decisionRules, fullRound } from '../../round.ts';
import { countPositions, outcomeOf } from '../../tally.ts';
import { checkText, isBlank } from '../../text.ts';
import { checkHash } from './open.ts';
import { change, checkStep, conclude, newestRound, positionsTaken, takeStep } from './step.ts';

const reasonLimit = 1_000; // characters
const longestRound = 366 * 86_400_000; // ms
const named: readonly DecisionStatus[] = ['CLARIFYING', 'REACTIONS', 'INTEGRATING_OBJECTIONS'];

export function advanceDecision(tx: Transaction, actor: Actor, input: AdvanceDecisionInput): Promise<string> {
  return takeStep(tx, actor, 'advanceDecision', input, async (decision) => {
    const at = ['input', 'to'];
    if (!named.includes(input.to)) throw invalid(`to: one of ${named.join(', ')}; the others have their own.`, ...at);
    checkStep(decision, input.to, ...at);
    if (input.to === 'INTEGRATING_OBJECTIONS') {
      const taken = await positionsTaken(tx, decision);
      if (!taken.some(({ position }) => position === 'OBJECT')) throw invalid('to: there is no objection.', ...at);
    }
    await change(tx, decision, { status: input.to });
  });
}

/** Opens a round on the text named, or on that of before. Positions of an earlier round stay as its history and no longer count. */
export function startDecisionRound(
  tx: Transaction,
  actor: Actor,
  input: StartDecisionRoundInput,
  rules: DecisionRules = decisionRules,
): Promise<string> {
  const contentHash = input.contentHash == null ? null : checkHash(input.contentHash);
  return takeStep(tx, actor, 'startDecisionRound', input, async (decision) => {
    checkStep(decision, 'CONSENT_ROUND', 'input', 'decisionId');
    if (
      decision.status === 'INTEGRATING_OBJECTIONS' &&
      (contentHash ?? decision.contentHash) === decision.contentHash
    ) {
      throw invalid('contentHash: the objections are to be integrated: name the new text.', 'input', 'contentHash');
    }
    const round = {
      decisionId: decision.id,
      number: decision.round + 1,
      contentHash: contentHash ?? decision.contentHash,
      startedBySeatId: requireSeat(actor),
      ...checkTimes(decision, input, rules),
    };
    await tx.manager.insert(DecisionRound, round);
    await change(tx, decision, {
      status: 'CONSENT_ROUND',
      round: round.number,
      contentHash: round.contentHash,
    });
    tx.notify(positionAwaited(decision, round));
  });
}

function checkTimes({ method }: Decision, input: StartDecisionRoundInput, { now, shortestRound }: DecisionRules) {
  const opensAt = now();
  const full = fullRound(opensAt);
  const closesAt = input.closesAt ?? full;
  const length = closesAt.getTime() - opensAt.getTime();
  const at = ['input', 'closesAt'];
  if (length < shortestRound || length <= 0) {
    throw invalid(`closesAt: a round is open for at least ${shortestRound / 1_000} seconds.`, ...at);
  }
  if (length > longestRound) throw invalid('closesAt: a round is open for a year at most.', ...at);
  if (method === 'LAZY_CONSENSUS' && closesAt < full) {
    const end = full.toISOString();
    throw invalid(`closesAt: silence counts under LAZY_CONSENSUS, so its round is open until ${end} at least.`, ...at);
  }
  const reason = checkReason(input.shortReason, 'shortReason');
  if (closesAt < full && reason === null) {
    const end = full.toISOString();
    throw invalid(`shortReason: why it closes before ${end}, the end of five working days?`, 'input', 'shortReason');
  }
  return { opensAt, closesAt, shortReason: closesAt < full ? reason : null };
}

function checkReason(text: string | null | undefined, field: string): string | null {
  const clean = checkText(text ?? '', reasonLimit, 'input', field);
  return isBlank(clean) ? null : clean;
}

/** What the positions come to, once the round has closed. Nobody chooses the outcome. */
export function concludeDecision(
  tx: Transaction,
  actor: Actor,
  input: ConcludeDecisionInput,
  { now }: DecisionRules = decisionRules,
): Promise<string> {
  const work = async (decision: Decision) => {
    checkStep(decision, 'ADOPTED', 'input', 'decisionId');
    const { closesAt } = await newestRound(tx, decision);
    const at = now(); // after the lock: no position can come in behind it
    if (at < closesAt) throw invalid(`The round is open until ${closesAt.toISOString()}.`, 'input', 'decisionId');
    const tallies = countPositions(decision, await positionsTaken(tx, decision));
    await conclude(tx, actor, decision, outcomeOf(tallies), at);
  };
  return takeStep(tx, actor, 'concludeDecision', input, work, mayConcludeDecision);
}

/** Takes the question back, at any step before it is concluded. */
export function withdrawDecision(
  tx: Transaction,
  actor: Actor,
  input: WithdrawDecisionInput,
  { now }: DecisionRules = decisionRules,
): Promise<string> {
  const withdrawalReason = checkReason(input.reason, 'reason');
  return takeStep(tx, actor, 'withdrawDecision', input, async (decision) => {
    checkStep(decision, 'WITHDRAWN', 'input', 'decisionId');
    await conclude(tx, actor, decision, 'WITHDRAWN', now(), { withdrawalReason });
  });
}
