import type { EntityManager } from 'typeorm';
import type { Actor } from '../../../../kit/context.ts';
import { ApiError } from '../../../../kit/errors.ts';
import { claim, requireSeat } from '../../../../kit/once.ts';
import { forbidden, invalid, Problem } from '../../../../kit/types.ts';
import { PlanEditError, setFields } from '../../document/edit.ts';
import type { SuggestionRow } from '../../entities/suggestion.ts';
import { judge } from '../../guard/judge.ts';
import { SERVER_LIMITS, touchedBy } from '../../guard/verdict.ts';
import type { ResolveSuggestionInput } from '../../inputs/suggestions.ts';
import { commitEntries, type Edit } from '../../log.ts';
import type { Plans } from '../../plans.ts';
import type { Room } from '../../room/room.ts';
import { issueClient } from '../join.ts';
import { planLimits } from '../push.ts';
import { mayChange } from '../rights.ts';
import { takesSuggestions } from './propose.ts';
import { checkNote, markResolved, requireOpen, requireResolver } from './resolve.ts';
import { findSuggestion, lockAtHead, readSuggestion, settle } from './rows.ts';
import { hashText, liveText, standingOf } from './texts.ts';

/**
 * Writes the proposed text into the document, as an edit of the accepting seat that keeps what is common to both ends, and marks the suggestion
 * ACCEPTED: one transaction under the plan's lock, so neither is ever there without the other, and of two who accept at once the second finds it done.
 * The edit passes the guard like any other; under review, where nobody types, it is taken all the same.
 * @returns the suggestion's id
 * @throws Problem ForbiddenError; ConflictError when it is no longer open; ValidationError. ApiError PLAN_FULL
 */
export async function acceptSuggestion(plans: Plans, actor: Actor, input: ResolveSuggestionInput): Promise<string> {
  const { suggestion, room } = await findSuggestion(plans, actor, input.id);
  requireResolver(actor, room, suggestion);
  const seatId = requireSeat(actor);
  checkNote(input.note);
  const { manager } = plans.database.source;
  try {
    const written = await plans.database.transaction(async (tx) => {
      const { first } = await claim(tx.manager, actor, 'acceptSuggestion', input, suggestion.id);
      if (!first) return null;
      await lockAtHead(tx.manager, room);
      const now = (await readSuggestion(tx.manager, suggestion.id))!;
      requireAcceptable(actor, room, now);
      const edit = await write(plans, tx.manager, actor, seatId, room, now);
      await markResolved(tx.manager, now, 'ACCEPTED', seatId, input.note);
      return edit;
    });
    if (written) {
      // As the log does after each of its commits: the live document, then the hint to other processes.
      await plans.rooms.commit(written.edits);
      plans.projection.note(room.id, written.touched);
    }
  } catch (error) {
    // Refused for a text that has changed: that was seen, and is written down.
    if (error instanceof Problem) await settle(manager, room);
    throw error;
  }
  return suggestion.id;
}

function requireAcceptable(actor: Actor, room: Room, suggestion: SuggestionRow): void {
  requireResolver(actor, room, suggestion);
  requireOpen(suggestion);
  const { status } = room.plan;
  if (!takesSuggestions.includes(status)) {
    throw invalid(`The plan is ${status}: suggestions are accepted into a draft and under review.`);
  }
  if (standingOf(room, suggestion.nodeKey)?.deleted !== false) {
    throw invalid('The node is deleted: restore it first, or reject the suggestion.');
  }
  const text = liveText(room.doc, suggestion);
  if (text === null || hashText(text) !== suggestion.baseHash) {
    throw invalid('The text has changed since this was proposed: the suggestion is outdated.');
  }
  if (room.bytes > planLimits.bytes) {
    throw new ApiError('PLAN_FULL', 'This plan has reached its size limit: delete something first.');
  }
}

async function write(
  plans: Plans,
  manager: EntityManager,
  actor: Actor,
  seatId: string,
  room: Room,
  { id, nodeKey, field, locale, proposedText }: SuggestionRow,
): Promise<{ edits: Edit[]; touched: string[] }> {
  const clientId = await issueClient(manager, room.id, seatId, plans.regionNumber);
  const update = encode(() => setFields(room.doc, nodeKey, { [field]: { [locale]: proposedText } }, clientId));
  const rights = {
    owns: (client: number) => client === clientId,
    may: (change: Parameters<typeof mayChange>[2]) => mayChange(actor, room, change),
  };
  const verdict = judge(update, room.doc, rights, { ...SERVER_LIMITS, serverMade: false });
  if (!verdict.ok) {
    if (verdict.code === 'FORBIDDEN') throw forbidden(`${verdict.message}.`);
    throw new Error(`the guard refused suggestion ${id}: ${verdict.code} ${verdict.message}`);
  }
  const { clients, changes } = verdict;
  const touched = touchedBy(changes);
  const entry = {
    planId: room.id,
    epoch: room.epoch,
    editId: id,
    seatId,
    region: plans.region,
    update,
    clients,
    touched,
    forced: true,
  };
  const { answers, edits } = await commitEntries(manager, [entry]);
  const [answer] = answers;
  if (!answer?.ok) throw new Error(`the edit of suggestion ${id} was refused: ${answer?.reason}`);
  return { edits, touched };
}

function encode(write: () => Uint8Array): Uint8Array {
  try {
    return write();
  } catch (error) {
    if (error instanceof PlanEditError) throw invalid(`${error.message}.`);
    throw error;
  }
}
