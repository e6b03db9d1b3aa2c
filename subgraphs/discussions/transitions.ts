import type { DecisionMethod, DecisionStatus } from './entities/decision.ts';

const next: Record<DecisionStatus, readonly DecisionStatus[]> = {
  DRAFT: ['CLARIFYING', 'WITHDRAWN'],
  CLARIFYING: ['REACTIONS', 'WITHDRAWN'],
  REACTIONS: ['CONSENT_ROUND', 'WITHDRAWN'],
  CONSENT_ROUND: ['INTEGRATING_OBJECTIONS', 'ADOPTED', 'NOT_ADOPTED', 'WITHDRAWN', 'EXPIRED'],
  INTEGRATING_OBJECTIONS: ['CONSENT_ROUND', 'WITHDRAWN'],
  ADOPTED: [],
  NOT_ADOPTED: [],
  WITHDRAWN: [],
  EXPIRED: [],
};

/**
 * The steps of the consent method: present, clarify, react, consent round, integrate objections. The other two methods may
 * open their round at any time before; a vote has no objections to integrate.
 */
export function mayFollow(method: DecisionMethod, from: DecisionStatus, to: DecisionStatus): boolean {
  if (method === 'MAJORITY' && to === 'INTEGRATING_OBJECTIONS') return false;
  if (method !== 'CONSENT' && to === 'CONSENT_ROUND' && (from === 'DRAFT' || from === 'CLARIFYING')) return true;
  return next[from].includes(to);
}
