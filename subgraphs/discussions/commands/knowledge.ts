import type { EntityManager } from 'typeorm';
import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, refuseOrigin } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { type KnowledgeField, KnowledgeItem, knowledgeLimits } from '../entities/knowledge.ts';
import { stub } from '../entities/stubs.ts';
import { knowledgePublished } from '../events.ts';
import { mayContribute, mayEditKnowledge, mayPublishKnowledge } from '../knowledge-policy.ts';
import type { AddKnowledgeInput, EditKnowledgeInput, KnowledgeTextInput } from '../library-inputs.ts';
import { checkId } from '../text.ts';
import type { Translated } from '../translation.ts';
import { configOf, plain } from '../words.ts';
import { checkCircle } from './circle.ts';
import { findKnowledge } from './find-library.ts';
import { stepRow } from './locked.ts';
import { checkLine, checkLinks } from './meeting-details.ts';
import { type Past, seatOf } from './past.ts';
import { beginRecord, checkGiven, writeRecord } from './record-texts.ts';

/** What SYSTEM knows of an item of the past: whose it is, and that it was published. */
export interface PastKnowledge extends Past {
  organisationId: string;
}

type Facts = Partial<Omit<EditKnowledgeInput, 'clientMutationId' | 'knowledgeItemId' | 'expectedVersion' | 'texts'>>;

/** How many articles each instrument has. */
const articles: Record<string, number> = { UNTOC: 41, TIP: 20, SOM: 25, FP: 21 };

function isArticle(tag: string): boolean {
  const [, instrument = '', number] = /^(UNTOC|TIP|SOM|FP):([1-9]\d?)$/.exec(tag) ?? [];
  return Number(number) <= (articles[instrument] ?? 0);
}

/** A list without doubles, or nothing where the input names none. */
function checkList(list: readonly string[] | null | undefined, limit: number, field: string): string[] | undefined {
  if (list === undefined) return undefined;
  if ((list?.length ?? 0) > limit) throw invalid(`${field}: at most ${limit}.`, 'input', field);
  return [...new Set(list ?? [])];
}

function checkFacts(input: Facts): Partial<KnowledgeItem> {
  const tags = checkList(input.tags, 20, 'tags')?.map((tag, index) => {
    const clean = checkLine(tag, 50, 'input', 'tags', `${index}`)?.toLocaleLowerCase('en');
    if (!clean) throw invalid('tags: it is empty.', 'input', 'tags', `${index}`);
    return clean;
  });
  const named = checkList(input.articles, 20, 'articles');
  named?.forEach((tag, index) => {
    if (!isArticle(tag)) throw invalid('articles: UNTOC:31, TIP:9, SOM:15 or FP:14.', 'input', 'articles', `${index}`);
  });
  const activityIds = checkList(input.activityIds, 50, 'activityIds');
  for (const id of activityIds ?? []) checkId(id, 'input', 'activityIds');
  const countryCodes = checkList(input.countries, 60, 'countries');
  return {
    ...(tags && { tags: [...new Set(tags)] }),
    ...(named && { articles: named }),
    ...(input.thematicAreas !== undefined && { thematicAreas: [...new Set(input.thematicAreas ?? [])] }),
    ...(countryCodes && { countryCodes }),
    ...(input.links !== undefined && { webLinks: checkLinks(input.links ?? [], 'input', 'links') }),
    ...(activityIds && { activityIds }),
    ...(input.named != null && { named: input.named }),
    ...(input.reviewOn !== undefined && { reviewOn: input.reviewOn }),
  };
}

const checkTextsOf = (texts: readonly KnowledgeTextInput[]) =>
  checkGiven<KnowledgeField, KnowledgeTextInput>(texts, knowledgeLimits, ['body'], 'input', 'texts');

/** Who sees an item that is not published yet. */
const before = (item: Pick<KnowledgeItem, 'publicationVisibility'>) =>
  item.publicationVisibility === 'GROUP' ? ('GROUP' as const) : ('NETWORK' as const);

/**
 * Puts an item into the library, as a draft.
 * @param origin of SYSTEM alone: then it is published, and is said to be, at that time
 * @returns its id
 * @throws Problem ForbiddenError, or ValidationError with the path of the field at fault
 */
export async function addKnowledge(
  tx: Transaction,
  actor: Actor,
  input: AddKnowledgeInput,
  origin?: PastKnowledge,
): Promise<string> {
  refuseOrigin(actor, origin);
  const circle = checkCircle(input);
  const organisationId = origin?.organisationId ?? actor.organisationId;
  if (!mayContribute(actor, circle) || organisationId === undefined) {
    throw forbidden(
      'The library is written by members of every network you name; what is for a group, by its members.',
    );
  }
  const { originalLocale, kind } = input;
  const written = beginRecord(originalLocale, checkTextsOf(input.texts), 'input', 'texts');
  const facts = checkFacts(input);

  return once(tx, actor, 'addKnowledge', input, origin?.id ?? `know:${ulid()}`, async (id) => {
    const at = origin?.at ?? new Date();
    const blank = { tags: [], articles: [], thematicAreas: [], countryCodes: [], webLinks: [], activityIds: [] };
    const item = Object.assign(stub(KnowledgeItem, id), blank, { named: true, reviewOn: null }, facts, written, {
      ...{ kind, organisationId, bodyId: circle.bodyId, networkIds: [...circle.networkIds] },
      publicationVisibility: circle.visibility,
      visibility: origin ? circle.visibility : before({ publicationVisibility: circle.visibility }),
      shown: origin !== undefined,
      status: origin ? ('PUBLISHED' as const) : ('DRAFT' as const),
      version: 1,
      writtenBySeatId: seatOf(actor, origin),
      reviewedAt: null,
      redactedAt: null,
      provenance: origin?.provenance ?? ('USER' as const),
      sourceUrl: origin?.sourceUrl ?? null,
      createdAt: at,
      publishedAt: origin ? at : null,
    });
    await tx.manager.insert(KnowledgeItem, item);
    await indexItem(tx.manager, id, written);
    if (origin) tx.publish(knowledgePublished(item, 1, at));
  });
}

const indexed = 20_000; // characters of a body that are found by their words

/** Lets an item be found by its words in each of its languages, with accents and without, those of its title first. */
export async function indexItem(
  manager: EntityManager,
  id: string,
  { texts }: Translated<KnowledgeField>,
): Promise<void> {
  const parameters: unknown[] = [id];
  const bind = (value: string) => `$${parameters.push(value)}`;
  const vectors = Object.entries(texts).flatMap(([locale, { fields }]) => {
    const config = bind(configOf(locale));
    return (['title', 'summary', 'body'] as const).flatMap((field, place) => {
      if (!fields[field]) return [];
      const text = bind(fields[field].slice(0, indexed));
      const bare = plain(`${text}::text`);
      const all = [
        `to_tsvector(${config}::text::regconfig, ${text})`,
        `to_tsvector(${config}::text::regconfig, ${bare})`,
      ];
      return [`setweight(${[...all, `to_tsvector('simple', ${bare})`].join(' || ')}, '${'ABC'[place]}')`];
    });
  });
  await manager.query(`UPDATE knowledge_item SET search = ${vectors.join(' || ')} WHERE id = $1`, parameters);
}

/** One step of an item. @param may of the item under its lock */
export async function stepKnowledge(
  tx: Transaction,
  actor: Actor,
  command: string,
  input: { clientMutationId: string; knowledgeItemId: string; expectedVersion: number },
  may: (item: KnowledgeItem) => boolean,
  work: (item: KnowledgeItem) => Promise<Partial<KnowledgeItem>>,
): Promise<string> {
  const { id } = await findKnowledge(tx, actor, input.knowledgeItemId);
  return stepRow(tx, actor, {
    ...{ command, input, id, entity: KnowledgeItem, table: 'knowledge_item', may, work },
    refusal:
      'An item is kept by the organisation it comes from and by coordinators and steering members of its networks; what is seen beyond them, by the latter.',
  });
}

/** Changes what is named. The original of research that was published is not changed before it is with its peers again: it was read by peers as it is. */
export function editKnowledge(tx: Transaction, actor: Actor, input: EditKnowledgeInput): Promise<string> {
  const facts = checkFacts(input);
  const given = checkTextsOf(input.texts ?? []);
  // Also once it is retired it is still read by whom it was published to.
  const may = (item: KnowledgeItem) =>
    item.status === 'PUBLISHED' || item.status === 'RETIRED'
      ? mayPublishKnowledge(actor, item)
      : mayEditKnowledge(actor, item);
  return stepKnowledge(tx, actor, 'editKnowledge', input, may, async (item) => {
    const written = writeRecord<KnowledgeField>(item, given, 'input', 'texts');
    const isOut = item.status === 'PUBLISHED' || item.status === 'RETIRED';
    if (item.kind === 'RESEARCH' && isOut && written.sourceRevision !== item.sourceRevision) {
      const why =
        'texts: published research is read by peers again when it changes: retire it, and start peer reading.';
      throw invalid(why, 'input', 'texts');
    }
    if (given.length > 0) await indexItem(tx.manager, item.id, written);
    return { ...facts, ...written, ...(input.visibility != null && meantFor(item, input.visibility)) };
  });
}

/** @throws Problem ValidationError */
function meantFor(item: KnowledgeItem, visibility: KnowledgeItem['visibility']): Partial<KnowledgeItem> {
  const { networkIds, bodyId, status } = item;
  const { visibility: publicationVisibility } = checkCircle({ networkIds, bodyId, visibility });
  if (publicationVisibility === item.publicationVisibility) return {};
  if (status === 'PUBLISHED' || status === 'RETIRED') {
    throw invalid('visibility: it was published as it is.', 'input', 'visibility');
  }
  return { publicationVisibility, visibility: before({ publicationVisibility }) };
}

/** Who sees an item again that was published and is being read by peers. */
export const withinNetworks = before;
