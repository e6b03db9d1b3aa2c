import { In } from 'typeorm';
import { ulid } from 'ulid';
import type { Actor } from '../../../../kit/context.ts';
import type { Transaction } from '../../../../kit/database/open.ts';
import { once } from '../../../../kit/once.ts';
import { conflict, forbidden, invalid } from '../../../../kit/types.ts';
import { guidelinesText, hashText } from '../../canonical.ts';
import { Guidelines, GuidelinesTranslation } from '../../entities/guidelines.ts';
import { guidelinesSubject } from '../../events.ts';
import type { DraftGuidelinesInput, TranslateGuidelinesInput, UpdateGuidelinesInput } from '../../guideline-inputs.ts';
import { checkText } from '../check.ts';
import { checkUrl } from '../facts.ts';
import { narrowEvents } from '../keep.ts';
import { findOpenNetwork } from '../open-network.ts';
import { changeGuidelines, drafting, leading, limits, requireStatus, saveGuidelines } from './change.ts';

const visibilities = ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK'] as const;

/** Begins a text, or a new edition of one in force: what is left out is that of the edition before, its translations come along. @returns its id */
export async function draftGuidelines(
  tx: Transaction,
  actor: Actor,
  input: DraftGuidelinesInput,
  now = new Date(),
): Promise<string> {
  const { networkId, supersedes = null } = input;
  if (!drafting.may(actor, networkId)) throw forbidden(drafting.who);
  return once(tx, actor, 'draftGuidelines', input, `guidelines:${ulid()}`, async (id) => {
    const { manager } = tx;
    await findOpenNetwork(tx, networkId, 'networkId', 'pessimistic_write'); // two drafts begun at once are counted one after the other
    const before = supersedes === null ? null : await findSuperseded(tx, networkId, supersedes);
    const open = await manager.countBy(Guidelines, { networkId, status: In(['DRAFT', 'CONSULTATION']) });
    if (open >= limits.openTexts) {
      throw invalid(`networkId: ${open} texts are being written already: adopt or withdraw one.`, 'input', 'networkId');
    }
    const text = textOf(input, before);
    const guidelines = Object.assign(new Guidelines(), {
      id,
      networkId,
      seriesId: before?.seriesId ?? id,
      edition: (before?.edition ?? 0) + 1,
      supersedesId: supersedes,
      status: 'DRAFT',
      visibility: checkVisibility(input.visibility ?? before?.visibility ?? 'ALL_NETWORKS'),
      ...text,
      consultationEndsOn: null,
      adoptedOn: null,
      adoptedByDecisionId: null,
      note: null,
      draftedBySeatId: actor.seatId ?? null,
      createdAt: now,
      updatedAt: now,
      provenance: 'USER',
      sourceUrl: checkUrl(input.sourceUrl, 'sourceUrl'),
      version: 1,
    } satisfies Omit<Guidelines, 'constructor'>);
    await manager.insert(Guidelines, guidelines);
    if (!before || text.recordLocale !== before.recordLocale) return;
    await manager.query(
      `INSERT INTO guidelines_translation (guidelines_id, locale, title, body, source_hash, translated_by_seat_id, translated_at)
       SELECT $1, locale, title, body, source_hash, translated_by_seat_id, translated_at FROM guidelines_translation WHERE guidelines_id = $2`,
      [id, before.id],
    );
  });
}

async function findSuperseded({ manager }: Transaction, networkId: string, id: string): Promise<Guidelines> {
  const refuse = (why: string) => invalid(`supersedes: ${why}`, 'input', 'supersedes');
  const before = await manager.findOneBy(Guidelines, { id });
  if (before?.networkId !== networkId) throw refuse('this network has no such guidelines.');
  if (before.status !== 'ADOPTED') throw refuse(`${id} is ${before.status}: only what is in force is amended.`);
  const open = await manager.existsBy(Guidelines, { supersedesId: id, status: In(['DRAFT', 'CONSULTATION']) });
  if (open) throw refuse(`a next edition of ${id} is being written already.`);
  return before;
}

type Text = Pick<Guidelines, 'recordLocale' | 'recordTitle' | 'recordBody' | 'contentHash'>;

/** The text of record after the input, with its hash. A language of record is not changed under a text of another language. */
function textOf(
  input: { recordLocale?: string | null; title?: string | null; body?: string | null },
  before: Text | null,
): Text {
  const recordLocale = input.recordLocale ?? before?.recordLocale;
  if (!recordLocale) throw invalid('recordLocale: a new text needs one.', 'input', 'recordLocale');
  const kept = before?.recordLocale === recordLocale ? before : null;
  const part = (given: string | null | undefined, was: string | undefined, field: 'title' | 'body'): string => {
    if (given != null) return checkText(given, limits[field], field).normalize('NFC');
    if (was === undefined) throw invalid(`${field}: it is needed in ${recordLocale}.`, 'input', field);
    return was;
  };
  const title = part(input.title, kept?.recordTitle, 'title');
  const body = part(input.body, kept?.recordBody, 'body');
  const contentHash = hashText(guidelinesText({ recordLocale, title, body }));
  return { recordLocale, recordTitle: title, recordBody: body, contentHash };
}

function checkVisibility(visibility: string): Guidelines['visibility'] {
  const found = visibilities.find((known) => known === visibility);
  if (!found) throw invalid(`visibility: one of ${visibilities.join(', ')}.`, 'input', 'visibility');
  return found;
}

/** Changes a draft. Of other guidelines only who may read them, and where they were published, is changed: by who leads the network. What becomes visible to fewer is so in the log too. */
export async function updateGuidelines(
  tx: Transaction,
  actor: Actor,
  input: UpdateGuidelinesInput,
  now = new Date(),
): Promise<string> {
  const touchesText = input.recordLocale != null || input.title != null || input.body != null;
  return changeGuidelines(tx, actor, 'updateGuidelines', input, drafting, async (guidelines) => {
    if (touchesText) requireStatus(guidelines, ['DRAFT'], 'rewritten: their text stands still');
    else if (guidelines.status !== 'DRAFT' && !leading.may(actor, guidelines.networkId)) throw forbidden(leading.who);
    const wanted: Partial<Guidelines> = {
      ...(touchesText && textOf(input, guidelines)),
      ...(input.visibility != null && { visibility: checkVisibility(input.visibility) }),
      ...(input.sourceUrl != null && { sourceUrl: checkUrl(input.sourceUrl, 'sourceUrl') }),
    };
    const keys = Object.keys(wanted) as (keyof Guidelines)[];
    if (keys.every((key) => wanted[key] === guidelines[key])) return;
    const { id, networkId, visibility } = guidelines;
    await saveGuidelines(tx.manager, guidelines, wanted, now);
    if (wanted.visibility !== undefined && wanted.visibility !== visibility) {
      await narrowEvents(tx.manager, networkId, guidelinesSubject(id), { ...guidelines, bodyId: null });
    }
  });
}

/** Gives the text in another language; at any time, as it changes nothing of what is decided. @throws Problem ConflictError when the text is no longer the one that was translated */
export async function translateGuidelines(
  tx: Transaction,
  actor: Actor,
  input: TranslateGuidelinesInput,
  now = new Date(),
): Promise<string> {
  return changeGuidelines(tx, actor, 'translateGuidelines', input, drafting, async (guidelines) => {
    const { id, contentHash, recordLocale, version } = guidelines;
    if (input.contentHash !== contentHash) throw conflict('contentHash: the text has changed since.', version);
    if (input.locale === recordLocale) throw invalid('locale: that is the language of record.', 'input', 'locale');
    const translation = Object.assign(new GuidelinesTranslation(), {
      guidelinesId: id,
      locale: input.locale,
      title: checkText(input.title, limits.title, 'title'),
      body: checkText(input.body, limits.body, 'body'),
      sourceHash: contentHash,
      translatedBySeatId: actor.seatId ?? null,
      translatedAt: now,
    });
    const known = await tx.manager.countBy(GuidelinesTranslation, { guidelinesId: id });
    if (
      known >= 30 &&
      !(await tx.manager.existsBy(GuidelinesTranslation, { guidelinesId: id, locale: input.locale }))
    ) {
      throw invalid('locale: at most 30 translations.', 'input', 'locale');
    }
    await tx.manager.upsert(GuidelinesTranslation, translation, ['guidelinesId', 'locale']);
  });
}
