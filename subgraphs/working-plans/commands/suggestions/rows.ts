import type { EntityManager } from 'typeorm';
import type { Actor } from '../../../../kit/context.ts';
import { forbidden } from '../../../../kit/types.ts';
import type { SuggestionRow, SuggestionStatus } from '../../entities/suggestion.ts';
import type { Plans } from '../../plans.ts';
import { mayOpenDocument } from '../../policy.ts';
import { readPlans } from '../../room/read.ts';
import type { Room } from '../../room/room.ts';
import { hashText, liveText, type TextPlace } from './texts.ts';

const columns = `id, plan_id AS "planId", number, node_key AS "nodeKey", field, locale, proposed_text AS "proposedText", base_text AS "baseText",
  base_hash AS "baseHash", author, status, note, version, created_at AS "createdAt", resolved_by AS "resolvedBy", resolved_at AS "resolvedAt"`;

export async function readSuggestion(manager: EntityManager, id: string): Promise<SuggestionRow | undefined> {
  if (id.includes('\u0000')) return undefined;
  const [row] = await manager.query(`SELECT ${columns} FROM plan_suggestion WHERE id = $1`, [id]);
  return row;
}

/** Suggestions of a plan, newest first: those before the number. */
export interface SuggestionPage {
  room: Room;
  status: SuggestionStatus | null;
  before: number | null;
  limit: number;
}

/** A page of each of several plans, all settled first. */
export async function readSuggestionPages(
  manager: EntityManager,
  pages: readonly SuggestionPage[],
): Promise<SuggestionRow[][]> {
  await settleAll(manager, [...new Set(pages.map(({ room }) => room))]);
  const rows: (SuggestionRow & { n: number })[] = await manager.query(
    `SELECT k.n::int, s.* FROM unnest($1::text[], $2::text[], $3::int[], $4::int[]) WITH ORDINALITY AS k(plan, wanted, before, most, n)
     CROSS JOIN LATERAL (
       SELECT ${columns} FROM plan_suggestion
       WHERE plan_id = k.plan AND (k.wanted IS NULL OR status = k.wanted) AND (k.before IS NULL OR number < k.before)
       ORDER BY number DESC LIMIT k.most
     ) s ORDER BY k.n, s.number DESC`,
    [
      pages.map(({ room }) => room.id),
      pages.map(({ status }) => status),
      pages.map(({ before }) => before),
      pages.map(({ limit }) => limit),
    ],
  );
  const lists: SuggestionRow[][] = pages.map(() => []);
  for (const { n, ...row } of rows) lists[n - 1]!.push(row);
  return lists;
}

/**
 * Writes down which open suggestions have become outdated, by the document as this room has it. Whoever looks at suggestions does so first; what was
 * once seen as outdated stays so, also if somebody types the old text again. A room that is behind the moment a suggestion was made does not judge it, and a
 * redaction that changes what a suggestion was made against meanwhile is not mistaken for a change of the text.
 */
export const settle = (manager: EntityManager, room: Room): Promise<void> => settleAll(manager, [room]);

async function settleAll(manager: EntityManager, rooms: readonly Room[]): Promise<void> {
  const all: (OpenSuggestion & { planId: string })[] = await manager.query(
    `SELECT id, plan_id AS "planId", node_key AS "nodeKey", field, locale, base_hash AS "baseHash", base_seq AS "baseSeq"
     FROM plan_suggestion WHERE plan_id = ANY ($1) AND status = 'OPEN'`,
    [rooms.map(({ id }) => id)],
  );
  const outdated = rooms.flatMap((room) =>
    findOutdated(
      room,
      all.filter(({ planId }) => planId === room.id),
    ),
  );
  if (outdated.length === 0) return;
  await manager.query(
    `WITH locked AS (
       SELECT s.id FROM plan_suggestion s JOIN unnest($1::text[], $2::text[]) AS seen(id, base_hash) USING (id, base_hash)
       WHERE s.status = 'OPEN' ORDER BY s.id FOR UPDATE OF s
     )
     UPDATE plan_suggestion s SET status = 'OUTDATED', version = version + 1, resolved_at = now() FROM locked WHERE s.id = locked.id`,
    [outdated.map(({ id }) => id), outdated.map(({ baseHash }) => baseHash)],
  );
}

type OpenSuggestion = TextPlace & { id: string; baseHash: string; baseSeq: string };

function findOutdated(room: Room, open: readonly OpenSuggestion[]): OpenSuggestion[] {
  // Hundreds may be about one text, and it may have grown to megabytes since.
  const hashes = new Map<string, string | null>();
  const hashNow = (place: TextPlace) => {
    const name = `${place.nodeKey} ${place.field} ${place.locale}`;
    if (!hashes.has(name)) {
      const text = liveText(room.doc, place);
      hashes.set(name, text === null ? null : hashText(text));
    }
    return hashes.get(name);
  };
  return open.filter(
    (suggestion) => Number(suggestion.baseSeq) <= room.seq && hashNow(suggestion) !== suggestion.baseHash,
  );
}

/**
 * The suggestion, settled, and the room of its plan.
 * @throws Problem ForbiddenError: the same for one that is not there and one that is not theirs to see
 */
export async function findSuggestion(
  plans: Plans,
  actor: Actor,
  id: string,
): Promise<{ suggestion: SuggestionRow; room: Room }> {
  const { manager } = plans.database.source;
  const known = await readSuggestion(manager, id);
  const room = known && (await plans.rooms.open([known.planId])).get(known.planId);
  if (!known || !room || !mayOpenDocument(actor, room.plan)) {
    throw forbidden('There is no such suggestion, or you may not see it.');
  }
  await settle(manager, room);
  return { suggestion: (await readSuggestion(manager, id))!, room };
}

/**
 * Takes the plan's lock and brings the room to the head of its log. Until the transaction ends nobody commits an edit, changes the plan's status or
 * redacts, so what the room says is so. The reading goes through the transaction: a second connection of the pool might never come.
 */
export async function lockAtHead(manager: EntityManager, room: Room): Promise<void> {
  await manager.query('SELECT FROM plan WHERE id = $1 FOR UPDATE', [room.id]);
  const startedAt = Date.now();
  const { id, seq, epoch } = room;
  const reading = (await readPlans(manager, [{ id, seq, epoch }])).get(id)!;
  if (!room.refresh(reading, startedAt)) throw new Error(`the room of ${id} did not reach the head of its log`);
}
