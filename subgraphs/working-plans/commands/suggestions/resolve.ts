import type { EntityManager } from 'typeorm';
import type { Actor } from '../../../../kit/context.ts';
import { statesAfter } from '../../../../kit/machine.ts';
import { claim, requireSeat } from '../../../../kit/once.ts';
import { conflict, forbidden, invalid } from '../../../../kit/types.ts';
import { isCleanText } from '../../document/values.ts';
import type { SuggestionRow } from '../../entities/suggestion.ts';
import type { ResolveSuggestionInput, WithdrawSuggestionInput } from '../../inputs/suggestions.ts';
import type { Plans } from '../../plans.ts';
import { mayOpenDocument, mayResolveSuggestion } from '../../policy.ts';
import type { Room } from '../../room/room.ts';
import { suggestionMachine } from '../../states.ts';
import { findSuggestion, readSuggestion } from './rows.ts';
import { standingOf } from './texts.ts';

/** @throws Problem ForbiddenError; ConflictError when it is no longer open; ValidationError */
export async function rejectSuggestion(plans: Plans, actor: Actor, input: ResolveSuggestionInput): Promise<string> {
  const { suggestion, room } = await findSuggestion(plans, actor, input.id);
  requireResolver(actor, room, suggestion);
  checkNote(input.note);
  return close(plans, actor, 'rejectSuggestion', 'REJECTED', input, suggestion);
}

/** By its author, in whatever status the plan is. @throws Problem ForbiddenError; ConflictError when it is no longer open */
export async function withdrawSuggestion(plans: Plans, actor: Actor, input: WithdrawSuggestionInput): Promise<string> {
  const { suggestion } = await findSuggestion(plans, actor, input.id);
  if (suggestion.author !== actor.seatId) throw forbidden('A suggestion is withdrawn by the seat that made it.');
  return close(plans, actor, 'withdrawSuggestion', 'WITHDRAWN', input, suggestion);
}

async function close(
  plans: Plans,
  actor: Actor,
  command: string,
  status: 'REJECTED' | 'WITHDRAWN',
  input: WithdrawSuggestionInput & { note?: string | null },
  { id, planId }: SuggestionRow,
): Promise<string> {
  const seatId = requireSeat(actor);
  await plans.database.transaction(async (tx) => {
    const { first } = await claim(tx.manager, actor, command, input, id);
    if (!first) return;
    // Whoever accepts holds this lock, so the suggestion is either still open, or its text is in the document.
    await tx.manager.query('SELECT FROM plan WHERE id = $1 FOR UPDATE', [planId]);
    const now = (await readSuggestion(tx.manager, id))!;
    requireOpen(now);
    await markResolved(tx.manager, now, status, seatId, input.note);
  });
  return id;
}

/** @throws Problem ForbiddenError */
export function requireResolver(actor: Actor, room: Room, { nodeKey }: SuggestionRow): void {
  const objective = standingOf(room, nodeKey)?.objective ?? null;
  if (mayOpenDocument(actor, room.plan) && mayResolveSuggestion(actor, room.plan, objective)) return;
  throw forbidden(
    "Suggestions are resolved by steering members and coordinators of the networks that own this part of the plan, and its group's lead.",
  );
}

/** @throws Problem ConflictError */
export function requireOpen({ status, version }: SuggestionRow): void {
  if (statesAfter(suggestionMachine, status).length === 0)
    throw conflict(`The suggestion is ${status} already.`, version);
}

/** @throws Problem ValidationError */
export function checkNote(note: string | null | undefined): void {
  if (note && (note.length > 2_000 || !isCleanText(note))) {
    throw invalid('note: at most 2,000 characters, without U+0000.', 'input', 'note');
  }
}

/** @throws Problem ConflictError when somebody saw it as outdated in this very moment */
export async function markResolved(
  manager: EntityManager,
  { id, version }: SuggestionRow,
  status: 'ACCEPTED' | 'REJECTED' | 'WITHDRAWN',
  seatId: string,
  note: string | null | undefined,
): Promise<void> {
  const [, marked]: [unknown, number] = await manager.query(
    `UPDATE plan_suggestion SET status = $2, resolved_by = $3, note = $4, resolved_at = now(), version = version + 1
     WHERE id = $1 AND status = 'OPEN'`,
    [id, status, seatId, note?.trim() || null],
  );
  if (marked !== 1) throw conflict('The suggestion is OUTDATED already.', version + 1);
}
