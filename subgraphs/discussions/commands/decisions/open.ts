import { ulid } from 'ulid';
import type { Actor } from '../../../../kit/context.ts';
import type { Transaction } from '../../../../kit/database/open.ts';
import { once, requireSeat } from '../../../../kit/once.ts';
import { forbidden, invalid } from '../../../../kit/types.ts';
import type { OpenDecisionInput } from '../../decision-inputs.ts';
import { Decision } from '../../entities/decision.ts';
import { stub } from '../../entities/stubs.ts';
import { mayGuideDecision } from '../../policy.ts';
import { type DecisionRules, decisionRules } from '../../round.ts';
import { checkTexts, titleLimit } from '../../text.ts';
import { checkAnchor, decisionSubjects } from '../anchor.ts';
import { checkCircle } from '../circle.ts';

/** @throws Problem ValidationError unless it is a SHA-256 in lower-case hex */
export function checkHash(hash: string): string {
  if (!/^[0-9a-f]{64}$/.test(hash)) {
    throw invalid('contentHash: a SHA-256 as 64 lower-case hex digits.', 'input', 'contentHash');
  }
  return hash;
}

/**
 * Puts a question. It begins as DRAFT; nothing is said to the feed before it is concluded.
 * @returns the decision's id
 * @throws Problem ForbiddenError, or ValidationError with the path of the field at fault
 */
export async function openDecision(
  tx: Transaction,
  actor: Actor,
  input: OpenDecisionInput,
  { now }: DecisionRules = decisionRules,
): Promise<string> {
  const circle = checkCircle(input);
  // Each network says who sits in its bodies: a second one could give its own people a voice in this body.
  if (circle.bodyId !== null && circle.networkIds.length > 1) {
    throw invalid('networkIds: a body is of one network.', 'input', 'networkIds');
  }
  if (!mayGuideDecision(actor, circle)) {
    throw forbidden(
      'Decisions are opened by coordinators and steering members of every network you name, or a lead in the own group.',
    );
  }
  const subject = await checkAnchor(tx, actor, input.subject, circle, decisionSubjects, 'input', 'subject');
  // What is said of a decision names its networks only: a body's would be taken for the network's own.
  if (subject.typename === 'WorkingPlan' && circle.bodyId !== null) {
    throw invalid('bodyId: a plan is decided on by whole networks.', 'input', 'bodyId');
  }
  const titles = checkTexts(input.title, titleLimit, 'input', 'title');
  if (Object.keys(titles).length === 0) throw invalid('title: it is empty.', 'input', 'title');
  const contentHash = checkHash(input.contentHash);
  const quorum = checkQuorum(input);

  return once(tx, actor, 'openDecision', input, `decision:${ulid()}`, (id) =>
    tx.manager.insert(
      Decision,
      Object.assign(stub(Decision, id), {
        ...circle,
        networkIds: [...circle.networkIds],
        subjectTypename: subject.typename,
        subjectId: subject.id,
        titles,
        contentHash,
        method: input.method,
        quorum,
        status: 'DRAFT' as const,
        version: 1,
        round: 0,
        openedBySeatId: requireSeat(actor),
        withdrawalReason: null,
        createdAt: now(),
        concludedAt: null,
      }),
    ),
  );
}

function checkQuorum({ method, quorum }: OpenDecisionInput): number | null {
  const at = ['input', 'quorum'];
  if (method === 'LAZY_CONSENSUS') {
    if (quorum != null) throw invalid('quorum: silence counts under LAZY_CONSENSUS, so it has none.', ...at);
    return null;
  }
  if (quorum == null || quorum < 1 || quorum > 1_000) {
    throw invalid(`quorum: ${method} needs one, between 1 and 1,000 organisations.`, ...at);
  }
  return quorum;
}
