import type { Actor } from '../../../../kit/context.ts';
import type { Transaction } from '../../../../kit/database/open.ts';
import { conflict, invalid } from '../../../../kit/types.ts';
import { requireDecision } from '../../decisions.ts';
import { Guidelines, GuidelinesRevision } from '../../entities/guidelines.ts';
import { guidelinesAdopted, guidelinesCirculated } from '../../events.ts';
import type {
  AdoptGuidelinesInput,
  CirculateGuidelinesInput,
  TakeBackGuidelinesInput,
} from '../../guideline-inputs.ts';
import { checkNote } from '../check.ts';
import { dayOf } from '../dates.ts';
import { changeGuidelines, drafting, lastRevision, leading, limits, requireStatus, saveGuidelines } from './change.ts';

/** Puts a draft to the members: from here its text stands still, so that it can be discussed and decided on. Says GUIDELINES_CIRCULATED in its network. */
export async function circulateGuidelines(
  tx: Transaction,
  actor: Actor,
  input: CirculateGuidelinesInput,
  now = new Date(),
): Promise<string> {
  const { manager } = tx;
  return changeGuidelines(tx, actor, 'circulateGuidelines', input, leading, async (guidelines) => {
    requireStatus(guidelines, ['DRAFT'], 'circulated');
    const { consultationEndsOn = null } = input;
    if (consultationEndsOn !== null && consultationEndsOn < dayOf(now)) {
      throw invalid('consultationEndsOn: that day is over.', 'input', 'consultationEndsOn');
    }
    await saveGuidelines(manager, guidelines, { status: 'CONSULTATION', consultationEndsOn, note: null }, now);
    const { id, recordLocale, recordTitle, recordBody, contentHash } = guidelines;
    const last = await lastRevision(manager, id);
    const isNew = last?.contentHash !== contentHash;
    const number = (last?.number ?? 0) + (isNew ? 1 : 0);
    if (isNew) {
      const text = { recordLocale, title: recordTitle, body: recordBody, contentHash };
      const sent = { circulatedBySeatId: actor.seatId ?? null, circulatedAt: now };
      await manager.insert(GuidelinesRevision, { guidelinesId: id, number, ...text, ...sent });
    }
    tx.publish(guidelinesCirculated(guidelines, number));
  });
}

/** Takes a text back to DRAFT. A decision under way on it is on a text that may no longer be adopted: that it is the same is asked then. */
export async function reviseGuidelines(
  tx: Transaction,
  actor: Actor,
  input: TakeBackGuidelinesInput,
  now = new Date(),
): Promise<string> {
  return changeGuidelines(tx, actor, 'reviseGuidelines', input, leading, async (guidelines) => {
    requireStatus(guidelines, ['CONSULTATION'], 'taken back');
    const note = checkNote(input.note, limits.note, 'note');
    await saveGuidelines(tx.manager, guidelines, { status: 'DRAFT', consultationEndsOn: null, note }, now);
  });
}

/** Gives a text up; a draft may also be given up by who began it. */
export async function withdrawGuidelines(
  tx: Transaction,
  actor: Actor,
  input: TakeBackGuidelinesInput,
  now = new Date(),
): Promise<string> {
  const { manager } = tx;
  const began = await manager.findOneBy(Guidelines, { id: input.id });
  const isOwn = began?.status === 'DRAFT' && began.draftedBySeatId !== null && began.draftedBySeatId === actor.seatId;
  return changeGuidelines(tx, actor, 'withdrawGuidelines', input, isOwn ? drafting : leading, async (guidelines) => {
    // Who began it may have lost it to the members since it was first looked at.
    const open = leading.may(actor, guidelines.networkId) ? (['DRAFT', 'CONSULTATION'] as const) : (['DRAFT'] as const);
    requireStatus(guidelines, open, 'withdrawn');
    const note = checkNote(input.note, limits.note, 'note');
    await saveGuidelines(manager, guidelines, { status: 'WITHDRAWN', consultationEndsOn: null, note }, now);
  });
}

/**
 * Puts a text into force: it stands in consultation, it has this hash, and a decision of its network about these Guidelines adopted this very hash. The edition
 * before is SUPERSEDED. Says GUIDELINES_ADOPTED. What is in force by the same decision is left as it is.
 * @throws Problem; ApiError DECISION_NOT_YET_KNOWN
 */
export async function adoptGuidelines(
  tx: Transaction,
  actor: Actor,
  input: AdoptGuidelinesInput,
  now = new Date(),
): Promise<string> {
  const { manager } = tx;
  const { decisionId, contentHash } = input;
  return changeGuidelines(tx, actor, 'adoptGuidelines', input, leading, async (guidelines) => {
    const { id, networkId, version, supersedesId } = guidelines;
    if (contentHash !== guidelines.contentHash) {
      throw conflict('contentHash: this is not the text of the guidelines as it is now.', version);
    }
    if (guidelines.adoptedByDecisionId === decisionId) return;
    requireStatus(guidelines, ['CONSULTATION'], 'adopted');
    const subject = { typename: 'Guidelines', id };
    const { concludedAt } = await requireDecision(manager, { decisionId, networkId, subject, contentHash, version });
    if (supersedesId !== null) await supersede(tx, supersedesId, now);
    const adopted = { status: 'ADOPTED', adoptedOn: dayOf(concludedAt), adoptedByDecisionId: decisionId } as const;
    await saveGuidelines(manager, guidelines, adopted, now);
    tx.audit({
      ...{ actor, action: 'GUIDELINES_ADOPTED', target: { type: 'Guidelines', id } },
      networkIds: [networkId],
      detail: `${decisionId} ${contentHash}`,
    });
    tx.publish(guidelinesAdopted(guidelines));
  });
}

async function supersede({ manager }: Transaction, id: string, now: Date): Promise<void> {
  const before = await manager.findOneOrFail(Guidelines, { where: { id }, lock: { mode: 'pessimistic_write' } });
  if (before.status === 'ADOPTED') await saveGuidelines(manager, before, { status: 'SUPERSEDED' }, now);
}
