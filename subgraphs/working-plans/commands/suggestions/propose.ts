import type { EntityManager } from 'typeorm';
import { ulid } from 'ulid';
import type { Actor } from '../../../../kit/context.ts';
import { claim, requireSeat } from '../../../../kit/once.ts';
import { forbidden, invalid } from '../../../../kit/types.ts';
import { fieldType } from '../../document/fields.ts';
import { isCleanText } from '../../document/values.ts';
import type { ProposeSuggestionInput } from '../../inputs/suggestions.ts';
import type { Plans } from '../../plans.ts';
import { mayOpenDocument, maySuggest } from '../../policy.ts';
import type { Room } from '../../room/room.ts';
import { lockAtHead, settle } from './rows.ts';
import { hashText, liveText, nodeOfId, standingOf, type TextPlace } from './texts.ts';

/** Statuses in which texts are proposed and accepted: the typing of a draft, and the review, when suggestions are all that changes it. */
export const takesSuggestions: readonly string[] = ['DRAFT', 'CHANGES_REQUESTED', 'UNDER_REVIEW'];

/** How many suggestions may be open in a plan, and of one seat in it; how long the texts may be, in UTF-16 code units and lines. */
export const suggestionLimits = { open: 500, openOfSeat: 100, proposed: 10_000, lines: 500, base: 20_000 };

/**
 * Proposes a text in place of one that stands in the plan; open until somebody with the right to resolve it does, or the text is changed.
 * @returns the suggestion's id
 * @throws Problem ForbiddenError; ValidationError with the path of the field at fault, `baseHash` when another text stands there now
 */
export async function proposeSuggestion(plans: Plans, actor: Actor, input: ProposeSuggestionInput): Promise<string> {
  const [planId, nodeKey] = nodeOfId(input.nodeId);
  const { field, locale } = input;
  const place: TextPlace = { nodeKey, field, locale };
  const room = (await plans.rooms.open([planId])).get(planId);
  if (!room || !mayOpenDocument(actor, room.plan)) throw forbidden('There is no such node, or you may not see it.');
  const seatId = requireSeat(actor);
  checkProposed(input.proposedText);
  return plans.database.transaction(async (tx) => {
    const { id, first } = await claim(tx.manager, actor, 'proposeSuggestion', input, `suggestion:${ulid()}`);
    if (!first) return id;
    await lockAtHead(tx.manager, room);
    const base = requireBase(actor, room, place, input);
    await settle(tx.manager, room);
    await insert(tx.manager, room, { id, ...place, proposed: input.proposedText, base, seatId });
    return id;
  });
}

function checkProposed(text: string): void {
  const fail = (why: string) => invalid(`proposedText: ${why}`, 'input', 'proposedText');
  const { proposed, lines } = suggestionLimits;
  if (text.length > proposed) throw fail(`at most ${proposed} characters.`);
  if (text.split('\n').length > lines) throw fail(`at most ${lines} lines.`);
  // A lone half of a character has no UTF-8, so no hash.
  if (!isCleanText(text) || Buffer.from(text).toString() !== text) throw fail('well-formed text, without U+0000.');
}

/** @returns the text that is there now, which the proposer has seen */
function requireBase(actor: Actor, room: Room, place: TextPlace, input: ProposeSuggestionInput): string {
  const standing = standingOf(room, place.nodeKey);
  const fail = (field: string, why: string) => invalid(`${field}: ${why}`, 'input', field);
  if (!standing || standing.deleted) throw fail('nodeId', 'the plan has no such node, or it is deleted.');
  if (!mayOpenDocument(actor, room.plan) || !maySuggest(actor, room.plan, standing.objective)) {
    throw forbidden('Suggestions come from the members of the networks that own this part of the plan.');
  }
  if (!takesSuggestions.includes(room.plan.status)) {
    throw invalid(`The plan is ${room.plan.status}: it takes suggestions as a draft and under review.`);
  }
  const type = fieldType(standing.kind, place.field);
  if (type !== 'text' && type !== 'richText') throw fail('field', `${standing.kind} has no such text.`);
  const base = liveText(room.doc, place);
  if (base === null) throw fail('locale', 'the plan has no text in this locale there.');
  if (base.length > suggestionLimits.base) {
    throw fail('field', `a text of more than ${suggestionLimits.base} characters is changed by typing.`);
  }
  if (hashText(base) !== input.baseHash.toLowerCase()) {
    throw fail('baseHash', 'another text stands there now: read it and propose again.');
  }
  if (base === input.proposedText) throw fail('proposedText', 'this is the text that stands there.');
  return base;
}

interface New extends TextPlace {
  id: string;
  proposed: string;
  base: string;
  seatId: string;
}

/** Under the plan's lock, so the bounds hold and the numbers have no holes. */
async function insert(manager: EntityManager, room: Room, suggestion: New): Promise<void> {
  const { id, nodeKey, field, locale, proposed, base, seatId } = suggestion;
  const [counts]: { open: number; own: number; last: number }[] = await manager.query(
    `SELECT count(*) FILTER (WHERE status = 'OPEN')::int AS open, count(*) FILTER (WHERE status = 'OPEN' AND author = $2)::int AS own,
       coalesce(max(number), 0)::int AS last
     FROM plan_suggestion WHERE plan_id = $1`,
    [room.id, seatId],
  );
  const { open, own, last } = counts!;
  if (open >= suggestionLimits.open) {
    throw invalid(`The plan has ${open} open suggestions: some must be resolved first.`);
  }
  if (own >= suggestionLimits.openOfSeat) {
    throw invalid(`You have ${own} open suggestions in this plan: withdraw some, or wait until some are resolved.`);
  }
  await manager.query(
    `INSERT INTO plan_suggestion (id, plan_id, number, node_key, field, locale, proposed_text, base_text, base_hash, base_seq, author)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [id, room.id, last + 1, nodeKey, field, locale, proposed, base, hashText(base), room.seq, seatId],
  );
}
