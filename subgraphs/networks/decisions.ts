import type { EntityManager } from 'typeorm';
import { ApiError } from '../../kit/errors.ts';
import { isId } from '../../kit/once.ts';
import { conflict, invalid } from '../../kit/types.ts';
import type { DecisionConcluded } from '../discussions/events.ts';

/** A decision by which a network changes one of its own things. */
export interface DecisionNeeded {
  decisionId: string;
  networkId: string;
  subject: { typename: string; id: string };
  /** SHA-256 of the text that is there now. Absent: what was decided on is not a text of this subgraph. */
  contentHash?: string;
  /** Of the thing: told when the hash is another. */
  version: number;
}

/** Where the network's feed says it; of two decisions on one thing the greater place is the later. */
export interface DecisionFound {
  position: number;
  concludedAt: Date;
}

const retryAfterMs = 2_000;

/**
 * The network's own decision that adopted this very text. What the network's feed says last of a decision is what counts, and only what whole networks decided:
 * a body's decision is its own.
 * @throws Problem ValidationError, or ConflictError when it was about another text; ApiError DECISION_NOT_YET_KNOWN
 */
export async function requireDecision(manager: EntityManager, needed: DecisionNeeded): Promise<DecisionFound> {
  const { decisionId, networkId, subject, contentHash } = needed;
  const refuse = (why: string) => invalid(`decisionId: ${why}`, 'input', 'decisionId');
  if (!isId(decisionId)) throw refuse('the id of a decision.');
  const [said] = await manager.query(
    `SELECT position, body_ids AS "bodyIds", data, occurred_at AS "concludedAt" FROM feed.event
     WHERE network_id = $1 AND type = 'DECISION_CONCLUDED' AND data ->> 'decisionId' = $2 ORDER BY position DESC LIMIT 1`,
    [networkId, decisionId],
  );
  if (!said) {
    throw new ApiError('DECISION_NOT_YET_KNOWN', `Decision ${decisionId} is not known here yet: try again.`, {
      retryAfterMs,
    });
  }
  const { subject: about, outcome, contentHash: hash } = said.data as Partial<DecisionConcluded>;
  if (said.bodyIds.length > 0) throw refuse(`${decisionId} was taken by a body, not by the network.`);
  if (about?.typename !== subject.typename || about.id !== subject.id) {
    throw refuse(`${decisionId} is not about this ${subject.typename}.`);
  }
  if (outcome !== 'ADOPTED') throw refuse(`${decisionId} ended as ${outcome}.`);
  if (contentHash !== undefined && hash !== contentHash) {
    throw conflict(`contentHash: decision ${decisionId} was about another text.`, needed.version);
  }
  return { position: Number(said.position), concludedAt: said.concludedAt };
}
