import type { Actor } from '../../../kit/context.ts';
import { requireSeat } from '../../../kit/once.ts';
import type { Origin } from '../../../kit/subgraph.ts';

/** What SYSTEM knows of a shipped record beyond its input. */
export interface Past extends Origin {
  seatId?: string | null;
}

/** The seat that speaks. @throws Problem ForbiddenError for someone without one */
export const seatOf = (actor: Actor, origin: Past | undefined): string | null =>
  actor.kind === 'SYSTEM' ? (origin?.seatId ?? null) : requireSeat(actor);
