import { mayFollow as isStep, type Machine } from '../../kit/machine.ts';
import type { DecisionMethod, DecisionStatus } from './entities/decision.ts';
import type { MeetingStatus } from './entities/meeting.ts';
import type { StatementStatus } from './entities/statement.ts';

const counted = ['the round has closed', 'as the positions come to'] as const;

/** The life of a decision, by the consent method: present, clarify, react, consent round, integrate objections. */
export const decisionMachine: Machine<DecisionStatus> = {
  DRAFT: { CLARIFYING: [], WITHDRAWN: [] },
  CLARIFYING: { REACTIONS: [], WITHDRAWN: [] },
  REACTIONS: { CONSENT_ROUND: ['five working days, or a reason'], WITHDRAWN: [] },
  CONSENT_ROUND: {
    INTEGRATING_OBJECTIONS: ['there is an objection'],
    ADOPTED: counted,
    NOT_ADOPTED: counted,
    WITHDRAWN: [],
    EXPIRED: ['nobody concluded it for 14 days'],
  },
  INTEGRATING_OBJECTIONS: { CONSENT_ROUND: ['another hash', 'five working days, or a reason'], WITHDRAWN: [] },
  ADOPTED: {},
  NOT_ADOPTED: {},
  WITHDRAWN: {},
  EXPIRED: {},
};

/** The other two methods may open their round at any time before; a vote has no objections to integrate. */
export function mayFollow(method: DecisionMethod, from: DecisionStatus, to: DecisionStatus): boolean {
  if (method === 'MAJORITY' && to === 'INTEGRATING_OBJECTIONS') return false;
  if (method !== 'CONSENT' && to === 'CONSENT_ROUND' && (from === 'DRAFT' || from === 'CLARIFYING')) return true;
  return isStep(decisionMachine, from, to);
}

/** The life of a meeting. Its agenda locks at OPEN; a draft that is cancelled is given up unheard. */
export const meetingMachine: Machine<MeetingStatus> = {
  DRAFT: { SCHEDULED: ['every network has agreed', 'a beginning and a time zone'], CANCELLED: [] },
  SCHEDULED: { OPEN: ['from a day before it begins'], CANCELLED: [] },
  OPEN: { CLOSED: [] },
  CLOSED: { MINUTES_DRAFT: ['minutes'] },
  MINUTES_DRAFT: { MINUTES_ADOPTED: ['a decision of every network, or its body, on this hash'] },
  MINUTES_ADOPTED: {},
  CANCELLED: {},
};

/** The life of a statement. It may be taken back at any time; a circulated text that is revised stays CIRCULATED, under a new hash. */
export const statementMachine: Machine<StatementStatus> = {
  DRAFT: { CIRCULATED: [], WITHDRAWN: ['a reason'] },
  CIRCULATED: { CONSENTED: ['a decision of every network on this hash'], WITHDRAWN: ['a reason'] },
  CONSENTED: { PUBLISHED: ['the safety check of every network has passed'], WITHDRAWN: ['a reason'] },
  PUBLISHED: { WITHDRAWN: ['a reason'] },
  WITHDRAWN: {},
};
