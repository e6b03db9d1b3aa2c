import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, requireSeat } from '../../../kit/once.ts';
import { conflict, forbidden, invalid } from '../../../kit/types.ts';
import { SafetyCheck, Statement, StatementStance } from '../entities/statement.ts';
import { statementPublished, statementWithdrawn } from '../events.ts';
import { mayRead } from '../policy.ts';
import type {
  CheckStatementInput,
  ConsentStatementInput,
  PublishStatementInput,
  StatementStanceInput,
  WithdrawStanceInput,
  WithdrawStatementInput,
} from '../statement-inputs.ts';
import { checkableNetworks, mayTakeStance } from '../statement-policy.ts';
import { findStatement } from './find-library.ts';
import { checkAdoption, lockRow } from './locked.ts';
import { checkLine } from './meeting-details.ts';
import { requireStatement, requireStatementStep, stepStatement } from './statements.ts';

const reasonLimit = 1_000; // characters

/** @throws Problem ConflictError when the text is no longer the one named */
function requireText(statement: Statement, contentHash: string): void {
  if (statement.contentHash === contentHash) return;
  throw conflict('The text is not, or no longer, the one you name.', statement.version);
}

/** CIRCULATED -> CONSENTED: every network of the statement decided for this very text. */
export function consentStatement(tx: Transaction, actor: Actor, input: ConsentStatementInput): Promise<string> {
  return stepStatement(
    tx,
    actor,
    'consentStatement',
    input,
    () => true,
    async (statement) => {
      requireStatementStep(statement, 'CONSENTED');
      requireText(statement, input.contentHash);
      const thing = { typename: 'Statement' as const, ...statement };
      const decisionIds = await checkAdoption(tx, thing, input.contentHash, input.decisionIds);
      return { status: 'CONSENTED', decisionIds, consentedAt: new Date() };
    },
  );
}

/** CONSENTED -> PUBLISHED, once somebody has read this very text for dangers on behalf of each of its networks. Says STATEMENT_PUBLISHED. */
export function publishStatement(
  tx: Transaction,
  actor: Actor,
  input: PublishStatementInput,
  at = new Date(),
): Promise<string> {
  return stepStatement(
    tx,
    actor,
    'publishStatement',
    input,
    () => true,
    async (statement) => {
      requireStatementStep(statement, 'PUBLISHED');
      requireText(statement, input.contentHash);
      const checks = await tx.manager.findBy(SafetyCheck, {
        statementId: statement.id,
        contentHash: input.contentHash,
      });
      for (const networkId of statement.networkIds) {
        const own = checks.filter((check) => check.networkId === networkId);
        const officer = own.find(({ byOfficer }) => byOfficer);
        const second = own.find(({ byOfficer, seatId }) => !byOfficer && seatId !== actor.seatId);
        if (!(officer ?? second)?.passed) {
          const why = (officer ?? second) ? 'it has not passed' : 'nobody but you has made';
          throw invalid(`contentHash: ${why} the safety check of ${networkId}.`, 'input', 'contentHash');
        }
      }
      const { publicationVisibility: visibility } = statement;
      const after = Object.assign(new Statement(), statement, { visibility });
      tx.publish(statementPublished(after, statement.version + 1, at));
      tx.audit({
        actor,
        action: 'STATEMENT_PUBLISHED',
        target: { type: 'Statement', id: statement.id },
        networkIds: statement.networkIds,
        detail: statement.contentHash,
      });
      return { status: 'PUBLISHED', visibility, publishedAt: at };
    },
  );
}

/** Takes a statement back, with the reason. Of one that was circulated STATEMENT_WITHDRAWN is said; a published one stays, without its text. */
export function withdrawStatement(
  tx: Transaction,
  actor: Actor,
  input: WithdrawStatementInput,
  at = new Date(),
): Promise<string> {
  const withdrawalReason = checkLine(input.reason, reasonLimit, 'input', 'reason');
  if (withdrawalReason === null) throw invalid('reason: it is empty.', 'input', 'reason');
  const leads = ({ status }: Statement) => status !== 'DRAFT';
  return stepStatement(tx, actor, 'withdrawStatement', input, leads, async (statement) => {
    requireStatementStep(statement, 'WITHDRAWN');
    if (statement.circulated) tx.publish(statementWithdrawn(statement, statement.version + 1, at));
    return { status: 'WITHDRAWN', withdrawalReason, withdrawnAt: at };
  });
}

/** Says for the networks of which the actor may whether the text endangers anybody. A later word of the same kind takes the place of the earlier. */
export async function checkStatementSafety(tx: Transaction, actor: Actor, input: CheckStatementInput): Promise<string> {
  const { id } = await findStatement(tx, actor, input.statementId);
  const note = checkLine(input.note, reasonLimit, 'input', 'note');
  if (!input.passed && note === null) throw invalid('note: say what endangers whom, without names.', 'input', 'note');
  return once(tx, actor, 'checkStatementSafety', input, id, async () => {
    const statement = await lockRow(tx, Statement, 'statement', id);
    const networks = mayRead(actor, statement) ? checkableNetworks(actor, statement) : [];
    if (networks.length === 0) {
      throw forbidden(
        'Statements are checked by safety officers, or by a second person who leads in one of their networks.',
      );
    }
    requireStatement(statement, 'CIRCULATED', 'CONSENTED');
    requireText(statement, input.contentHash);
    const { contentHash, passed } = input;
    const check = { statementId: id, contentHash, passed, note, seatId: requireSeat(actor), checkedAt: new Date() };
    for (const network of networks) {
      await tx.manager.upsert(SafetyCheck, { ...check, ...network }, ['statementId', 'networkId', 'byOfficer']);
    }
  });
}

/** Puts the own organisation's name under the text, or counts it as one that disagrees; either takes the place of the other. */
export async function takeStance(
  tx: Transaction,
  actor: Actor,
  input: StatementStanceInput,
  stance: StatementStance['stance'],
): Promise<string> {
  const { id } = await findStatement(tx, actor, input.statementId);
  const command = stance === 'ENDORSES' ? 'endorseStatement' : 'dissentFromStatement';
  return once(tx, actor, command, input, id, async () => {
    const { statement, organisationId } = await lockForStance(tx, actor, id);
    requireStatement(statement, 'CIRCULATED', 'CONSENTED', 'PUBLISHED');
    requireText(statement, input.contentHash);
    await tx.manager.upsert(
      StatementStance,
      {
        ...{ statementId: id, organisationId, stance },
        ...{ contentHash: input.contentHash, seatId: requireSeat(actor), takenAt: new Date() },
      },
      ['statementId', 'organisationId'],
    );
  });
}

/** Takes the own organisation's word back, whichever it was, at any time. */
export async function withdrawStance(tx: Transaction, actor: Actor, input: WithdrawStanceInput): Promise<string> {
  const { id } = await findStatement(tx, actor, input.statementId);
  return once(tx, actor, 'withdrawStance', input, id, async () => {
    const { organisationId } = await lockForStance(tx, actor, id);
    await tx.manager.delete(StatementStance, { statementId: id, organisationId });
  });
}

async function lockForStance(tx: Transaction, actor: Actor, id: string) {
  const statement = await lockRow(tx, Statement, 'statement', id);
  const { organisationId } = actor;
  if (!mayTakeStance(actor, statement) || organisationId === undefined) {
    throw forbidden(
      'For an organisation speak its representatives and steering members in one of the statement’s networks.',
    );
  }
  return { statement, organisationId };
}
