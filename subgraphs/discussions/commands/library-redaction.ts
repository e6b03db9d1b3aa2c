import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { forgetNotices } from '../../../kit/notices/write.ts';
import { forgotten, isId, once } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { KnowledgeItem, KnowledgeReading, ReuseRecord } from '../entities/knowledge.ts';
import { AttendanceAlias, Meeting } from '../entities/meeting.ts';
import { Minutes } from '../entities/minutes.ts';
import { SafetyCheck, Statement } from '../entities/statement.ts';
import type { RedactRecordInput } from '../library-inputs.ts';
import { mayRedact } from '../policy.ts';
import { indexItem } from './knowledge.ts';
import { lockRow } from './locked.ts';
import { checkLine } from './meeting-details.ts';

/** What stands in the place of words that were taken out, whatever their number. */
export const blackened = '▇▇▇';

const kinds = {
  Meeting: { entity: Meeting, table: 'meeting' },
  Statement: { entity: Statement, table: 'statement' },
  KnowledgeItem: { entity: KnowledgeItem, table: 'knowledge_item' },
} as const;

/** The columns of a record that people write into. */
const written = {
  Meeting: ['titles', 'agendaItems', 'place', 'hostCity', 'joinText', 'externals', 'webLinks', 'cancellationReason'],
  Statement: ['texts', 'forum', 'withdrawalReason'],
  KnowledgeItem: ['texts', 'tags', 'webLinks'],
} as const;

/** Replaces words in every text of a value, whatever their case and however their accents are encoded. */
function blacken<T>(value: T, words: RegExp, count: { places: number }): T {
  if (typeof value === 'string') {
    const changed = value.normalize('NFC').replace(words, () => {
      count.places += 1;
      return blackened;
    });
    return (changed.includes(blackened) ? changed : value) as T;
  }
  if (Array.isArray(value)) return value.map((one) => blacken(one, words, count)) as T;
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, blacken(part, words, count)])) as T;
}

/** Columns with the words taken out, or nothing where they are not in any. */
function blackenColumns<T extends object>(
  row: T,
  columns: readonly (keyof T)[],
  words: RegExp,
  count: { places: number },
): Partial<T> | null {
  const before = count.places;
  const changes = Object.fromEntries(columns.map((column) => [column, blacken(row[column], words, count)]));
  return count.places > before ? (changes as Partial<T>) : null;
}

/**
 * Takes words (a name, a place) out of a meeting with its minutes, a statement or an item of the library, in every language, for good: out of the rows, the
 * words they are found by, and the hashes of inputs from which they could be guessed. By the safety officer of one of its networks, also of what he does not read.
 * @returns in how many places they were
 * @throws Problem ForbiddenError, ValidationError
 */
export async function redactRecord(
  tx: Transaction,
  actor: Actor,
  input: RedactRecordInput,
  at = new Date(),
): Promise<number> {
  const { typename, id } = input;
  const kind = Object.hasOwn(kinds, typename) ? kinds[typename as keyof typeof kinds] : undefined;
  if (!kind) throw invalid(`typename: one of ${Object.keys(kinds).join(', ')}.`, 'input', 'typename');
  const row = isId(id)
    ? await lockRow<Meeting | Statement | KnowledgeItem>(tx, kind.entity, kind.table, id)
    : undefined;
  if (!row || !mayRedact(actor, row)) {
    throw forbidden('There is no such record, or you are not the safety officer of one of its networks.');
  }
  const words = checkLine(input.words, 200, 'input', 'words')?.normalize('NFC') ?? '';
  if ([...words].length < 2) throw invalid('words: at least two characters.', 'input', 'words');
  const reason = checkLine(input.reason, 300, 'input', 'reason');
  const pattern = new RegExp(words.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'giu');
  if (reason === null || pattern.test(reason)) {
    throw invalid('reason: say why, without the words.', 'input', 'reason');
  }
  pattern.lastIndex = 0;
  const count = { places: 0 };
  await once(tx, actor, 'redactRecord', input, id, async () => {
    if (row instanceof Meeting) await redactMeeting(tx, row, pattern, count, at);
    else if (row instanceof Statement) await redactStatement(tx, row, pattern, count, at);
    else await redactItem(tx, row, pattern, count, at);
    await tx.manager.query('UPDATE mutation SET input_hash = $2 WHERE result_id = $1', [id, forgotten]);
    await forgetNotices((sql, parameters) => tx.manager.query(sql, parameters), id);
    tx.audit({ actor, action: 'TEXT_REDACTED', target: { type: typename, id }, networkIds: row.networkIds, reason });
  });
  return count.places;
}

type Count = { places: number };

async function redactMeeting(tx: Transaction, row: Meeting, words: RegExp, count: Count, at: Date): Promise<void> {
  const { manager } = tx;
  const changes = blackenColumns(row, written.Meeting, words, count) ?? {};
  for (const minutes of await manager.findBy(Minutes, { meetingId: row.id })) {
    const changed = blackenColumns(minutes, ['texts'], words, count);
    if (changed) await manager.update(Minutes, { meetingId: row.id, number: minutes.number }, changed);
  }
  for (const { alias, rsvp } of await manager.findBy(AttendanceAlias, { meetingId: row.id })) {
    const changed = blacken(alias, words, count);
    if (changed === alias) continue;
    await manager.delete(AttendanceAlias, { meetingId: row.id, alias });
    await manager.upsert(AttendanceAlias, { meetingId: row.id, alias: changed, rsvp }, ['meetingId', 'alias']);
  }
  await manager.update(Meeting, { id: row.id }, { ...changes, redactedAt: at, version: row.version + 1 });
}

async function redactStatement(tx: Transaction, row: Statement, words: RegExp, count: Count, at: Date): Promise<void> {
  const changes = blackenColumns(row, written.Statement, words, count) ?? {};
  for (const check of await tx.manager.findBy(SafetyCheck, { statementId: row.id })) {
    const { networkId, byOfficer } = check;
    const changed = blackenColumns(check, ['note'], words, count);
    if (changed) await tx.manager.update(SafetyCheck, { statementId: row.id, networkId, byOfficer }, changed);
  }
  await tx.manager.update(Statement, { id: row.id }, { ...changes, redactedAt: at, version: row.version + 1 } as never);
}

async function redactItem(tx: Transaction, row: KnowledgeItem, words: RegExp, count: Count, at: Date): Promise<void> {
  const { manager } = tx;
  const { id: itemId } = row;
  const changes = blackenColumns(row, written.KnowledgeItem, words, count);
  for (const entity of [KnowledgeReading, ReuseRecord]) {
    for (const record of await manager.findBy<KnowledgeReading | ReuseRecord>(entity, { itemId })) {
      const { organisationId } = record;
      const changed = blackenColumns(record, ['note'], words, count);
      if (changed) await manager.update<KnowledgeReading | ReuseRecord>(entity, { itemId, organisationId }, changed);
    }
  }
  await manager.update(KnowledgeItem, { id: itemId }, {
    ...changes,
    redactedAt: at,
    version: row.version + 1,
  } as never);
  if (changes) await indexItem(manager, itemId, { ...row, ...changes });
}
