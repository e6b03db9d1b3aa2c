import type { Decision, PlanLife } from './read.ts';

/** Whether a decision is about the plan's text as it is now. */
export const isOnText = (life: PlanLife, { contentHash }: Decision): boolean => contentHash === life.contentHash;

const final = ['ADOPTED', 'NOT_ADOPTED', 'WITHDRAWN', 'EXPIRED'];
export const isOver = ({ status }: Decision): boolean => final.includes(status);

export const isOf = ({ networks }: Decision, networkId: string): boolean =>
  (networks ?? []).some(({ id }) => id === networkId);

/** The decisions by which the plan can be adopted now, and the networks of which none is seen here: what is decided in another network may not be. */
export function findAdopting(life: PlanLife): { decisionIds: string[]; missing: PlanLife['networks'] } {
  const adopted = life.decisions.filter((decision) => decision.status === 'ADOPTED' && isOnText(life, decision));
  const found = new Set<string>();
  const missing = life.networks.filter(({ id }) => {
    const decision = adopted.find((one) => isOf(one, id));
    if (decision) found.add(decision.id);
    return !decision;
  });
  return { decisionIds: [...found], missing };
}

export type Move = 'CLARIFYING' | 'REACTIONS' | 'INTEGRATING_OBJECTIONS' | 'round' | 'conclude';

/** The steps that may follow in a decision now. */
export function findMoves(decision: Decision, now: number): Move[] {
  const { status, method, tally, closesAt } = decision;
  const closed = closesAt !== null && Date.parse(closesAt) <= now;
  if (status === 'DRAFT') return method === 'CONSENT' ? ['CLARIFYING'] : ['round'];
  if (status === 'CLARIFYING') return method === 'CONSENT' ? ['REACTIONS'] : ['round'];
  if (status === 'REACTIONS') return ['round'];
  if (status !== 'CONSENT_ROUND') return [];
  const objected = method !== 'MAJORITY' && tally.some(({ against }) => against > 0);
  return [...(objected ? (['INTEGRATING_OBJECTIONS'] as const) : []), ...(closed ? (['conclude'] as const) : [])];
}

/** The typing of a draft, and the review, when suggestions are all that changes the text. */
export const takesSuggestions = (life: PlanLife | null): boolean =>
  life !== null && ['DRAFT', 'CHANGES_REQUESTED', 'UNDER_REVIEW'].includes(life.status);
