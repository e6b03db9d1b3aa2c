import type { Machine } from '../../kit/machine.ts';
import { type ReviewStage, reviewStages } from './entities/review.ts';

const stages = (from: readonly ReviewStage[], guard: string) =>
  Object.fromEntries(from.map((stage) => [stage, [guard]])) as Machine<ReviewStage>[ReviewStage];

/** The life of a country review, forward-only: it may pass over stages of which nothing is known. */
export const reviewMachine = Object.fromEntries(
  reviewStages.map((from, place) => [from, stages(reviewStages.slice(place + 1), 'a source and when it was checked')]),
) as Machine<ReviewStage>;

/** What was recorded wrongly may be put right in any direction; the same stage, with another date. */
export const correctionMachine = Object.fromEntries(
  reviewStages.map((from) => [from, stages(reviewStages, 'a source with an address')]),
) as Machine<ReviewStage>;
