import { ulid } from 'ulid';
import { type Actor, type Visibility, visibilities } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { statesBefore } from '../../../kit/machine.ts';
import { once, refuseOrigin } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import {
  SafetyCheck,
  Statement,
  type StatementField,
  type StatementStatus,
  statementLimits,
} from '../entities/statement.ts';
import { stub } from '../entities/stubs.ts';
import { statementCirculated } from '../events.ts';
import type {
  DraftStatementInput,
  ReviseStatementInput,
  StatementStepInput,
  StatementTextInput,
  TranslateStatementInput,
} from '../statement-inputs.ts';
import { mayDraftStatement, mayLeadStatement } from '../statement-policy.ts';
import { checkId } from '../text.ts';
import { statementMachine } from '../transitions.ts';
import { canonicalJson, stateOf } from '../translation.ts';
import { checkCircle } from './circle.ts';
import { findStatement } from './find-library.ts';
import { requireStatus, stepRow } from './locked.ts';
import { checkLine } from './meeting-details.ts';
import { hashText } from './minutes.ts';
import { type Past, seatOf } from './past.ts';
import { beginRecord, checkGiven, writeRecord } from './record-texts.ts';

const forumLimit = 300; // characters

const checkTextsGiven = (texts: readonly StatementTextInput[], ...path: string[]) =>
  checkGiven<StatementField, StatementTextInput>(texts, statementLimits, [], ...path);

function checkPublication(visibility: Visibility): Visibility {
  if (['PUBLIC', 'PARTNERS', 'ALL_NETWORKS'].includes(visibility)) return visibility;
  throw invalid('visibility: a statement is published to ALL_NETWORKS, PARTNERS or PUBLIC.', 'input', 'visibility');
}

/** What a network has decided for, or is about to, goes to no more readers than it was asked about: the hash is of the text alone. */
const isWider = (visibility: Visibility, than: Visibility): boolean =>
  visibilities.indexOf(visibility) < visibilities.indexOf(than);

/**
 * Begins a statement.
 * @returns its id
 * @throws Problem ForbiddenError, or ValidationError with the path of the field at fault
 */
export async function draftStatement(
  tx: Transaction,
  actor: Actor,
  input: DraftStatementInput,
  origin?: Past,
): Promise<string> {
  refuseOrigin(actor, origin);
  const circle = checkCircle({ networkIds: input.networkIds, visibility: checkPublication(input.visibility) });
  if (!mayDraftStatement(actor, circle)) {
    throw forbidden(
      'Statements are drafted by coordinators, steering members and group leads of one of their networks.',
    );
  }
  const draftedBySeatId = seatOf(actor, origin);
  const { originalLocale } = input;
  const written = beginRecord(originalLocale, checkTextsGiven(input.texts, 'input', 'texts'), 'input', 'texts');
  const forum = checkLine(input.forum, forumLimit, 'input', 'forum');
  if (input.reviewEngagementId != null) checkId(input.reviewEngagementId, 'input', 'reviewEngagementId');

  return once(tx, actor, 'draftStatement', input, origin?.id ?? `stmt:${ulid()}`, async (id) => {
    const statement = Object.assign(stub(Statement, id), {
      ...written,
      networkIds: [...circle.networkIds],
      bodyId: null,
      visibility: 'NETWORK' as const,
      publicationVisibility: circle.visibility,
      circulated: false,
      status: 'DRAFT' as const,
      version: 1,
      contentLocales: [],
      contentHash: null,
      forum,
      engagementId: input.reviewEngagementId ?? null,
      draftedBySeatId,
      writtenBySeatIds: draftedBySeatId === null ? [] : [draftedBySeatId],
      decisionIds: [],
      withdrawalReason: null,
      provenance: origin?.provenance ?? ('USER' as const),
      sourceUrl: origin?.sourceUrl ?? null,
      createdAt: origin?.at ?? new Date(),
      ...{ circulatedAt: null, consentedAt: null, publishedAt: null, withdrawnAt: null, redactedAt: null },
    });
    await tx.manager.insert(Statement, statement);
  });
}

/** One step of a statement. What it gives back is written. @param lead whether it needs who leads one of its networks, or only who drafts for them */
export async function stepStatement(
  tx: Transaction,
  actor: Actor,
  command: string,
  input: { clientMutationId: string; statementId: string; expectedVersion: number },
  lead: (statement: Statement) => boolean,
  work: (statement: Statement) => Promise<Partial<Statement>>,
): Promise<string> {
  const { id } = await findStatement(tx, actor, input.statementId);
  return stepRow(tx, actor, {
    ...{ command, input, id, entity: Statement, table: 'statement', work },
    may: (statement) => (lead(statement) ? mayLeadStatement(actor, statement) : mayDraftStatement(actor, statement)),
    refusal:
      'This is for coordinators and steering members of one of its networks; in a draft also for leads of their groups.',
  });
}

/** @throws Problem ValidationError unless its machine knows this step */
export const requireStatementStep = (statement: Statement, to: StatementStatus): void =>
  requireStatement(statement, ...statesBefore(statementMachine, to));

export const requireStatement = (statement: Statement, ...allowed: StatementStatus[]): void =>
  requireStatus(statement, 'The statement', allowed, 'input', 'statementId');

/** The exact text of a statement: what its hash is made of. */
export const canonicalText = ({ texts, contentLocales }: Statement): string =>
  canonicalJson(Object.fromEntries(contentLocales.map((locale) => [locale, texts[locale]?.fields ?? {}])));

/** Fixes the text as it is: the original, and what people have translated of it as it is now. */
function fix(statement: Statement, at: Date): Partial<Statement> {
  const contentLocales = Object.keys(statement.texts)
    .filter((locale) => ['ORIGINAL', 'HUMAN_REVIEWED'].includes(stateOf(statement, locale)))
    .sort();
  const contentHash = hashText(canonicalText(Object.assign(new Statement(), statement, { contentLocales })));
  return { contentLocales, contentHash, circulatedAt: at };
}

/**
 * Writes a text anew. One that was circulated gets a new hash and is circulated again: what was decided, checked or endorsed before was another text, and counts
 * no longer. After consent nothing changes any more.
 */
export function reviseStatement(tx: Transaction, actor: Actor, input: ReviseStatementInput): Promise<string> {
  const given = checkTextsGiven(input.texts, 'input', 'texts');
  const publication = input.visibility == null ? null : checkPublication(input.visibility);
  const forum = checkLine(input.forum, forumLimit, 'input', 'forum');
  const leads = ({ status }: Statement) => status !== 'DRAFT';
  return stepStatement(tx, actor, 'reviseStatement', input, leads, async (statement) => {
    requireStatement(statement, 'DRAFT', 'CIRCULATED');
    const { originalLocale } = statement;
    if (input.dropLocales?.includes(originalLocale)) {
      throw invalid('dropLocales: the language of record stays.', 'input', 'dropLocales');
    }
    const kept = Object.entries(statement.texts).filter(([locale]) => !input.dropLocales?.includes(locale));
    const left = { ...statement, texts: Object.fromEntries(kept) };
    const written = writeRecord<StatementField>(left, given, 'input', 'texts');
    const isWriting = given.length > 0 || (input.dropLocales ?? []).length > 0 || input.forum !== undefined;
    const writers = new Set([...statement.writtenBySeatIds, ...(isWriting && actor.seatId ? [actor.seatId] : [])]);
    const changes: Partial<Statement> = {
      ...written,
      writtenBySeatIds: [...writers].sort(),
      ...(input.forum !== undefined && { forum }),
      ...(publication && { publicationVisibility: publication }),
    };
    if (statement.status === 'DRAFT') return changes;
    if (publication && isWider(publication, statement.publicationVisibility)) {
      const why = 'visibility: its networks were asked for a narrower one: withdraw it, and draft it for more readers.';
      throw invalid(why, 'input', 'visibility');
    }
    // Where it is to be heard is read with the text, and has no hash: who has checked it looks again.
    if (forum !== statement.forum && input.forum !== undefined) {
      await tx.manager.delete(SafetyCheck, { statementId: statement.id });
    }
    const at = new Date();
    const fixed = fix(Object.assign(new Statement(), statement, changes), at);
    if (fixed.contentHash === statement.contentHash) return changes;
    const after = Object.assign(new Statement(), statement, changes, fixed);
    tx.publish(statementCirculated(after, statement.version + 1, at));
    return { ...changes, ...fixed };
  });
}

/** DRAFT -> CIRCULATED: the text gets its hash, and every reader of its networks sees it. Says STATEMENT_CIRCULATED. */
export function circulateStatement(
  tx: Transaction,
  actor: Actor,
  input: StatementStepInput,
  at = new Date(),
): Promise<string> {
  return stepStatement(
    tx,
    actor,
    'circulateStatement',
    input,
    () => true,
    async (statement) => {
      requireStatementStep(statement, 'CIRCULATED');
      const changes: Partial<Statement> = { ...fix(statement, at), status: 'CIRCULATED', circulated: true };
      tx.publish(statementCirculated(Object.assign(new Statement(), statement, changes), statement.version + 1, at));
      return changes;
    },
  );
}

/** Adds a translation that nobody has decided on, at any time before the statement is withdrawn. */
export function translateStatement(tx: Transaction, actor: Actor, input: TranslateStatementInput): Promise<string> {
  const given = checkTextsGiven([input.text], 'input', 'text');
  return stepStatement(
    tx,
    actor,
    'translateStatement',
    input,
    () => false,
    async (statement) => {
      requireStatement(statement, 'DRAFT', 'CIRCULATED', 'CONSENTED', 'PUBLISHED');
      const { locale } = input.text;
      if (locale === statement.originalLocale || statement.contentLocales.includes(locale)) {
        throw invalid(
          'locale: this text was circulated, or is the original: it is revised, not translated.',
          'input',
          'text',
          'locale',
        );
      }
      return writeRecord<StatementField>(statement, given, 'input', 'text');
    },
  );
}
