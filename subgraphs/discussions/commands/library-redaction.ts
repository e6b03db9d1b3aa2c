import { findAskedToRedact } from '../../../kit/audit/asked.ts';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { forgetNotices } from '../../../kit/notices/write.ts';
import { findClaim, forgotten, isId, once } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { Decision, DecisionRound, PositionRecord } from '../entities/decision.ts';
import { KnowledgeItem, KnowledgeReading, ReuseRecord } from '../entities/knowledge.ts';
import { AttendanceAlias, Meeting } from '../entities/meeting.ts';
import { Minutes } from '../entities/minutes.ts';
import { SafetyCheck, Statement } from '../entities/statement.ts';
import { Thread } from '../entities/thread.ts';
import type { RedactRecordInput } from '../library-inputs.ts';
import { mayRedact } from '../policy.ts';
import { recordKinds as kinds, written } from '../written.ts';
import { blacken, blackenColumns, type Count, patternOf } from './blacken.ts';
import { indexItem } from './knowledge.ts';
import { lockRow } from './locked.ts';
import { checkLine } from './meeting-details.ts';

/**
 * Takes words (a name, a place) out of a meeting with its minutes, a statement, an item of the library or a decision with its reasons, in every language, and out of
 * what threads quote of it, for good: out of the rows, the words they are found by, and the hashes of inputs from which they could be guessed. By the safety officer
 * of one of its networks, also of what he does not read.
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
  if ((await findClaim(tx.manager, actor, 'redactRecord', input)) !== undefined) return 0;
  const row = isId(id)
    ? await lockRow<Meeting | Statement | KnowledgeItem | Decision>(tx, kind.entity, kind.table, id)
    : undefined;
  const query = (sql: string, parameters: unknown[]) => tx.manager.query(sql, parameters);
  const asked = row ? await findAskedToRedact(query, actor, { type: typename, id }, row.networkIds) : null;
  if (!row || !mayRedact(actor, row, asked)) {
    throw forbidden('There is no such record, or you are not the safety officer of one of its networks.');
  }
  const words = checkLine(input.words, 200, 'input', 'words') ?? '';
  if ([...words].length < 2) throw invalid('words: at least two characters.', 'input', 'words');
  const reason = checkLine(input.reason, 300, 'input', 'reason');
  const pattern = patternOf(words);
  if (reason === null || blacken(reason, pattern, { places: 0 }) !== reason) {
    throw invalid('reason: say why, without the words.', 'input', 'reason');
  }
  const count = { places: 0 };
  await once(tx, actor, 'redactRecord', input, id, async () => {
    if (row instanceof Meeting) await redactMeeting(tx, row, pattern, count, at);
    else if (row instanceof Statement) await redactStatement(tx, row, pattern, count, at);
    else if (row instanceof Decision) await redactDecision(tx, row, pattern, count);
    else await redactItem(tx, row, pattern, count, at);
    await redactQuotes(tx, row, typename, pattern, count);
    await tx.manager.query('UPDATE mutation SET input_hash = $2 WHERE result_id = $1', [id, forgotten]);
    await forgetNotices((sql, parameters) => tx.manager.query(sql, parameters), id);
    tx.audit({ actor, action: 'TEXT_REDACTED', target: { type: typename, id }, networkIds: row.networkIds, reason });
  });
  return count.places;
}

/** What threads keep of the text that they hang on. In whichever network: a quote is a copy. */
async function redactQuotes(
  { manager }: Transaction,
  { id: anchorId }: { id: string },
  anchorTypename: string,
  words: RegExp,
  count: Count,
): Promise<void> {
  const threads = await manager.findBy(Thread, {
    anchorId,
    anchorTypename: anchorTypename as Thread['anchorTypename'],
  });
  for (const thread of threads.sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const changed = blackenColumns(thread, ['anchorQuote'], words, count);
    if (!changed) continue;
    await manager.update(Thread, { id: thread.id }, changed);
    await manager.query('UPDATE mutation SET input_hash = $2 WHERE result_id = $1', [thread.id, forgotten]);
  }
}

async function redactDecision({ manager }: Transaction, row: Decision, words: RegExp, count: Count): Promise<void> {
  const { id: decisionId } = row;
  const changes = blackenColumns(row, written.Decision, words, count) ?? {};
  for (const round of await manager.findBy(DecisionRound, { decisionId })) {
    const changed = blackenColumns(round, ['shortReason'], words, count);
    if (changed) await manager.update(DecisionRound, { decisionId, number: round.number }, changed);
  }
  for (const position of await manager.findBy(PositionRecord, { decisionId })) {
    const { round, organisationId } = position;
    const changed = blackenColumns(position, ['reason'], words, count);
    if (changed) await manager.update(PositionRecord, { decisionId, round, organisationId }, changed);
  }
  await manager.update(Decision, { id: decisionId }, { ...changes, version: row.version + 1 });
}

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
