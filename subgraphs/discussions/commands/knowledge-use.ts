import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, refuseOrigin, requireSeat } from '../../../kit/once.ts';
import { conflict, forbidden, invalid } from '../../../kit/types.ts';
import { KnowledgeItem, KnowledgeReading, type KnowledgeStatus, ReuseRecord } from '../entities/knowledge.ts';
import { knowledgePublished } from '../events.ts';
import { mayEditKnowledge, mayGiveReading, mayPublishKnowledge, mayRecordReuse } from '../knowledge-policy.ts';
import type {
  GiveReadingInput,
  KnowledgeStepInput,
  RecordReuseInput,
  ReviewKnowledgeInput,
  WithdrawReuseInput,
} from '../library-inputs.ts';
import { checkId } from '../text.ts';
import { findKnowledge } from './find-library.ts';
import { stepKnowledge, withinNetworks } from './knowledge.ts';
import { lockRow, requireStatus } from './locked.ts';
import { checkLine } from './meeting-details.ts';
import type { Past } from './past.ts';

/** Organisations other than its own that must recommend research as it is before it is published. */
export const peersOfResearch = 2;
const noteLimits = { reading: 5_000, reuse: 2_000 }; // characters

const requireItem = (item: KnowledgeItem, ...allowed: KnowledgeStatus[]): void =>
  requireStatus(item, 'The item', allowed, 'input', 'knowledgeItemId');

/** DRAFT or RETIRED -> PEER_READING: its networks read it, and nobody beyond them. */
export function startPeerReading(tx: Transaction, actor: Actor, input: KnowledgeStepInput): Promise<string> {
  const may = (item: KnowledgeItem) => mayEditKnowledge(actor, item);
  return stepKnowledge(tx, actor, 'startPeerReading', input, may, async (item) => {
    requireItem(item, 'DRAFT', 'RETIRED');
    const visibility = withinNetworks(item);
    // A cursor of yesterday must not bring back what it was.
    const bodyIds = item.bodyId === null ? [] : [item.bodyId];
    await tx.manager.query('SELECT feed.narrow_knowledge($1, $2, $3)', [item.id, visibility, bodyIds]);
    return { status: 'PEER_READING', shown: true, visibility };
  });
}

/** -> PUBLISHED. Research must have been recommended, as it is, by two other organisations. Says GOOD_PRACTICE_PUBLISHED or KNOWLEDGE_PUBLISHED. */
export function publishKnowledge(
  tx: Transaction,
  actor: Actor,
  input: KnowledgeStepInput,
  at = new Date(),
): Promise<string> {
  const may = (item: KnowledgeItem) => mayPublishKnowledge(actor, item);
  return stepKnowledge(tx, actor, 'publishKnowledge', input, may, async (item) => {
    requireItem(item, 'DRAFT', 'PEER_READING', 'RETIRED');
    if (item.kind === 'RESEARCH') {
      const { id: itemId, sourceRevision } = item;
      const found = await tx.manager.countBy(KnowledgeReading, { itemId, sourceRevision, verdict: 'RECOMMENDS' });
      if (found < peersOfResearch) {
        const text = `Research is published when ${peersOfResearch} other organisations recommend it as it is: ${found} do.`;
        throw invalid(text, 'input', 'knowledgeItemId');
      }
    }
    const { publicationVisibility: visibility } = item;
    tx.publish(knowledgePublished(Object.assign(new KnowledgeItem(), item, { visibility }), item.version + 1, at));
    return { status: 'PUBLISHED', shown: true, visibility, publishedAt: item.publishedAt ?? at };
  });
}

/** PUBLISHED -> RETIRED: it stays readable, and is no longer recommended. */
export function retireKnowledge(tx: Transaction, actor: Actor, input: KnowledgeStepInput): Promise<string> {
  const may = (item: KnowledgeItem) => mayEditKnowledge(actor, item);
  return stepKnowledge(tx, actor, 'retireKnowledge', input, may, async (item) => {
    requireItem(item, 'PUBLISHED');
    return { status: 'RETIRED' };
  });
}

/** Somebody has looked, and it still holds. */
export function reviewKnowledge(
  tx: Transaction,
  actor: Actor,
  input: ReviewKnowledgeInput,
  at = new Date(),
): Promise<string> {
  const may = (item: KnowledgeItem) => mayEditKnowledge(actor, item);
  return stepKnowledge(tx, actor, 'reviewKnowledge', input, may, async () => ({
    reviewedAt: at,
    reviewOn: input.reviewOn ?? null,
  }));
}

/** Says what the own organisation thinks of another's item, as it is now; a later word takes the place of the earlier. */
export async function giveReading(tx: Transaction, actor: Actor, input: GiveReadingInput): Promise<string> {
  const { id } = await findKnowledge(tx, actor, input.knowledgeItemId);
  const note = checkLine(input.note, noteLimits.reading, 'input', 'note');
  if (input.verdict === 'SUGGESTS_CHANGES' && note === null) {
    throw invalid('note: say what you suggest.', 'input', 'note');
  }
  return once(tx, actor, 'giveReading', input, id, async () => {
    const item = await lockRow(tx, KnowledgeItem, 'knowledge_item', id);
    const { organisationId } = actor;
    if (!mayGiveReading(actor, item) || organisationId === undefined) {
      throw forbidden('Peers are the other organisations of its networks.');
    }
    requireItem(item, 'PEER_READING');
    const { verdict, sourceRevision } = input;
    if (sourceRevision !== item.sourceRevision) throw conflict('The text has changed since you read it.', item.version);
    await tx.manager.upsert(
      KnowledgeReading,
      {
        ...{ itemId: id, organisationId, sourceRevision, verdict, note },
        seatId: requireSeat(actor),
        readAt: new Date(),
      },
      ['itemId', 'organisationId'],
    );
  });
}

/** Says that the own organisation has put an item to use: counted once, in the network named last. */
export async function recordReuse(
  tx: Transaction,
  actor: Actor,
  input: RecordReuseInput,
  origin?: Past & { organisationId: string },
): Promise<string> {
  refuseOrigin(actor, origin);
  const { id } = await findKnowledge(tx, actor, input.knowledgeItemId);
  const note = checkLine(input.note, noteLimits.reuse, 'input', 'note');
  const networkId = checkId(input.networkId, 'input', 'networkId');
  const activityId = input.activityId == null ? null : checkId(input.activityId, 'input', 'activityId');
  return once(tx, actor, 'recordReuse', input, id, async () => {
    const item = await lockRow(tx, KnowledgeItem, 'knowledge_item', id);
    const organisationId = origin?.organisationId ?? actor.organisationId;
    if (!mayRecordReuse(actor, item, networkId) || organisationId === undefined) {
      throw forbidden('Reuse is recorded by other organisations, each in a network it takes part in.');
    }
    requireItem(item, 'PUBLISHED');
    const seatId = (origin ? origin.seatId : actor.seatId) ?? null;
    const reusedAt = origin?.at ?? new Date();
    await tx.manager.upsert(
      ReuseRecord,
      { itemId: id, organisationId, networkId, activityId, note, seatId, reusedAt },
      ['itemId', 'organisationId'],
    );
  });
}

/** Takes the own organisation's reuse back. */
export async function withdrawReuse(tx: Transaction, actor: Actor, input: WithdrawReuseInput): Promise<string> {
  const { id } = await findKnowledge(tx, actor, input.knowledgeItemId);
  return once(tx, actor, 'withdrawReuse', input, id, async () => {
    const { organisationId } = actor;
    const [record] = organisationId ? await tx.manager.findBy(ReuseRecord, { itemId: id, organisationId }) : [];
    const item = await lockRow(tx, KnowledgeItem, 'knowledge_item', id);
    if (!record || !mayRecordReuse(actor, item, record.networkId)) {
      throw forbidden('Your organisation has recorded no reuse of it.');
    }
    await tx.manager.delete(ReuseRecord, { itemId: id, organisationId: record.organisationId });
  });
}
