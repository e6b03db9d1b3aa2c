import type { Actor } from '../../kit/context.ts';
import { ApiError } from '../../kit/errors.ts';

/** What one operation may cost (operation-cost.ts), by who asks: a member's seat, a partner system, a person without a seat. */
export interface Budgets {
  seat: number;
  partner: number;
  person: number;
}

/**
 * Three times the dearest operation of schema/operations, which anybody may run (it comes to some 10,400), and a third more for
 * members, who live here. Two pages of 100 within each other, in every network, are over it.
 */
export const defaultBudgets: Budgets = { seat: 40_000, partner: 30_000, person: 30_000 };

const names: Record<Actor['kind'], keyof Budgets | undefined> = {
  SEAT: 'seat',
  PARTNER: 'partner',
  PERSON: 'person',
  GATEWAY: undefined,
  SYSTEM: undefined,
};

/** @throws ApiError COST_EXCEEDED with `extensions.cost` and `extensions.budget` */
export function checkBudget(budgets: Budgets, { kind }: Actor, cost: number): void {
  const name = names[kind];
  const budget = name ? budgets[name] : 0;
  if (cost <= budget) return;
  const message = `This operation may cost up to ${cost}, and one of yours may cost ${budget}: ask for shorter pages, or for less in each item.`;
  throw new ApiError('COST_EXCEEDED', message, { cost, budget });
}
