import type { Machine } from '../../kit/machine.ts';
import type { PlanStatus } from './entities/plan.ts';
import type { SuggestionStatus } from './entities/suggestion.ts';

/** The life of a plan. Its structure is frozen from UNDER_REVIEW on; an amendment is a new draft from the adopted version. */
export const planMachine: Machine<PlanStatus> = {
  DRAFT: { UNDER_REVIEW: [] },
  UNDER_REVIEW: { CHANGES_REQUESTED: ['a note'], ADOPTED: ['a decision of every owner network on this hash'] },
  CHANGES_REQUESTED: { UNDER_REVIEW: [] },
  ADOPTED: { SUPERSEDED: ['what amends it is adopted'], ARCHIVED: [] },
  SUPERSEDED: {},
  ARCHIVED: {},
};

/** The life of a suggestion: open, then one of the others for good. */
export const suggestionMachine: Machine<SuggestionStatus> = {
  OPEN: {
    ACCEPTED: ['the text it was made against still stands'],
    REJECTED: [],
    WITHDRAWN: ['by the seat that made it'],
    OUTDATED: ['the text it was made against has changed'],
  },
  ACCEPTED: {},
  REJECTED: {},
  WITHDRAWN: {},
  OUTDATED: {},
};
