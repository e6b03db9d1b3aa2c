import type { DecisionMethod, Position, Tally } from './entities/decision.ts';

/** Which positions can be taken under a method: for, against, neither. */
export const positionsOf: Record<DecisionMethod, readonly [Position, Position, Position]> = {
  CONSENT: ['CONSENT', 'OBJECT', 'STAND_ASIDE'],
  LAZY_CONSENSUS: ['CONSENT', 'OBJECT', 'STAND_ASIDE'],
  MAJORITY: ['YES', 'NO', 'ABSTAIN'],
};

interface Question {
  networkIds: readonly string[];
  method: DecisionMethod;
  quorum: number | null;
  /** 0: no round has begun, so silence means nothing yet. */
  round: number;
}

/** @param taken the positions of the newest round, one of each organisation, with the networks in which each counts */
export function countPositions(
  question: Question,
  taken: readonly { position: Position; networkIds: readonly string[] }[],
): Tally[] {
  return question.networkIds.map((networkId) => {
    const own = taken.filter((record) => record.networkIds.includes(networkId));
    const [inFavour, against, abstaining] = positionsOf[question.method].map(
      (position) => own.filter((record) => record.position === position).length,
    ) as [number, number, number];
    const counts = { networkId, responded: own.length, inFavour, against, abstaining };
    const quorumReached = question.round > 0 && own.length >= (question.quorum ?? 0);
    return { ...counts, quorumReached, adopts: quorumReached && carries(question.method, counts) };
  });
}

function carries(method: DecisionMethod, { inFavour, against }: { inFavour: number; against: number }): boolean {
  switch (method) {
    case 'CONSENT':
      return against === 0 && inFavour > 0;
    case 'MAJORITY':
      return inFavour > against;
    case 'LAZY_CONSENSUS':
      return against === 0;
  }
}

/** Adopted when it is in each of its networks. */
export const outcomeOf = (tallies: readonly Tally[]): 'ADOPTED' | 'NOT_ADOPTED' =>
  tallies.length > 0 && tallies.every(({ adopts }) => adopts) ? 'ADOPTED' : 'NOT_ADOPTED';
