import type { EntityManager } from 'typeorm';
import * as Y from 'yjs';
import { type Asked, findAskedToRedact } from '../../../../kit/audit/asked.ts';
import type { Actor } from '../../../../kit/context.ts';
import type { FeedEvent } from '../../../../kit/feed/publish.ts';
import { forgetNotices } from '../../../../kit/notices/write.ts';
import { claim, findClaim, forgotten, requireSeat } from '../../../../kit/once.ts';
import { forbidden, invalid } from '../../../../kit/types.ts';
import { isKind, type Kind } from '../../document/fields.ts';
import { readPlan } from '../../document/read.ts';
import { applyEdits } from '../../document/state.ts';
import type { Plan } from '../../entities/plan.ts';
import { areasOf, planTextRedacted } from '../../events.ts';
import type { RedactPlanTextInput } from '../../inputs/suggestions.ts';
import { commitEntries } from '../../log.ts';
import type { Plans } from '../../plans.ts';
import { mayRead, mayRedact } from '../../policy.ts';
import { rebuildProjection } from '../../projection.ts';
import { readPlans } from '../../room/read.ts';
import { openDocument } from '../../room/room.ts';
import { issueClient } from '../join.ts';
import { deleteDerived, strikeCopies, touchedTables } from './copies.ts';
import { strikeDocument } from './document.ts';
import { beginEpoch } from './epoch.ts';
import { checkField, type Target, targetOf } from './target.ts';

/**
 * Takes a text out of the plan, its history and all its copies, and begins a new epoch without them. One transaction under the plan's lock: an edit
 * acknowledged before it is in the new epoch, without the text; one that comes after is told EPOCH_CHANGED. Who repeats the call does nothing again,
 * unless the text is there again.
 * @returns whether the dead rows were vacuumed, which can only be tried after the commit
 * @throws Problem ForbiddenError, ValidationError
 */
export async function redactPlanText(plans: Plans, actor: Actor, input: RedactPlanTextInput): Promise<boolean> {
  const { planId } = input;
  const room = (await plans.rooms.open([planId])).get(planId);
  const unread = { ...input, text: null } as RedactPlanTextInput;
  // What an operator was asked for is done once: the call that is sent again finds no request any more.
  const isRepeated = (await findClaim(plans.database.source.manager, actor, 'redactPlanText', unread)) !== undefined;
  if (isRepeated && actor.kind !== 'SEAT') return vacuum(plans);
  const asked = room ? await findAsked(plans.database.source, actor, room.plan) : null;
  if (!room || !(mayRead(actor, room.plan) || mayRedact(actor, room.plan, asked)))
    throw forbidden('There is no such plan, or you may not see it.');
  requireOfficer(plans, actor, room.plan, asked);
  const target = targetOf(input);
  await plans.database.transaction(async (tx) => {
    const { manager } = tx;
    // The text is not hashed into the claim: what is to be forgotten must not be kept as something that it can be guessed from.
    const { first } = await claim(manager, actor, 'redactPlanText', unread, planId);
    await manager.query('SELECT FROM plan WHERE id = $1 FOR UPDATE', [planId]);
    const done = await redact(plans, manager, actor, planId, target, input.reason.trim(), first);
    if (!done) return;
    tx.publish(done);
    const place = 'nodeKey' in target ? target.nodeKey : null;
    const { networkIds } = room.plan;
    tx.audit({
      ...{ actor, action: 'TEXT_REDACTED', networkIds, detail: place, reason: input.reason },
      target: { type: 'WorkingPlan', id: planId },
    });
  });
  plans.rooms.announce(planId);
  return vacuum(plans);
}

const findAsked = (manager: Pick<EntityManager, 'query'>, actor: Actor, { id, networkIds }: Plan) =>
  findAskedToRedact(
    (sql, parameters) => manager.query(sql, parameters),
    actor,
    { type: 'WorkingPlan', id },
    networkIds,
  );

/**
 * @returns the seat in whose name the plan is changed: an operator, who has none, acts in that of who has asked
 * @throws Problem ForbiddenError; ValidationError when it is another region that begins the plan's epochs
 */
function requireOfficer(plans: Plans, actor: Actor, plan: Plan, asked: Asked | null): string {
  if (!mayRedact(actor, plan, asked))
    throw forbidden("Text is redacted by a safety officer of one of the plan's networks.");
  const { homeRegion } = plan;
  if (homeRegion !== null && homeRegion !== plans.region) {
    throw invalid(`The plan's epochs are begun in its home region, ${homeRegion}: redact the text there.`);
  }
  return actor.seatId ?? asked?.askedBySeatId ?? requireSeat(actor);
}

/** @returns what is said of it; null: nothing was to be done */
async function redact(
  plans: Plans,
  manager: EntityManager,
  actor: Actor,
  planId: string,
  target: Target,
  reason: string,
  always: boolean,
): Promise<FeedEvent | null> {
  // A copy of its own: nothing of this may be in the live document before it is committed.
  const reading = (await readPlans(manager, [{ id: planId, seq: null, epoch: null }])).get(planId)!;
  // Again, under the lock.
  const seatId = requireOfficer(plans, actor, reading.plan, await findAsked(manager, actor, reading.plan));
  const doc = openDocument(reading);
  try {
    if ('nodeKey' in target) checkField(kindIn(doc, target.nodeKey), target);
    const clientId = await issueClient(manager, planId, seatId, plans.regionNumber);
    const deletion = { by: seatId, at: new Date().toISOString() };
    const { update, places } = strikeDocument(doc, target, { clientId, deletion });
    if (places.length > 0) await logEdit(plans, manager, reading.plan, seatId, clientId, update);
    const copies = await strikeCopies(manager, planId, target);
    if (!always && places.length === 0 && copies === 0) return null;
    applyEdits(doc, [update]);
    const epoch = await beginEpoch(manager, planId, doc);
    await rebuildProjection(manager, planId);
    await forgetNotices((sql, parameters) => manager.query(sql, parameters), planId);
    await forgetInputs(manager, planId);
    await deleteDerived(manager, planId);
    await manager.query(
      'INSERT INTO plan_redaction (plan_id, epoch, seat_id, reason, places) VALUES ($1, $2, $3, $4, $5)',
      [planId, epoch, seatId, reason, places],
    );
    const nodeId = 'nodeKey' in target ? anchorIn(doc, planId, target.nodeKey) : null;
    return planTextRedacted(reading.plan, areasOf(readPlan(doc)), { planId, epoch, nodeId });
  } finally {
    doc.destroy();
  }
}

/** Of the mutations of this plan stays that they were done: the hash of a name, among words that are known, would let it be found again. */
async function forgetInputs(manager: EntityManager, planId: string): Promise<void> {
  await manager.query(
    `UPDATE mutation SET input_hash = $2 WHERE input_hash <> $2 AND (result_id = $1 OR starts_with(result_id, $1 || '/')
       OR starts_with(result_id, $1 || '@') OR result_id IN (SELECT id FROM plan_suggestion WHERE plan_id = $1 UNION ALL SELECT id FROM plan_strategy WHERE plan_id = $1
         UNION ALL SELECT id FROM plan_export WHERE plan_id = $1))`,
    [planId, forgotten],
  );
}

function kindIn(doc: Y.Doc, nodeKey: string): Kind | undefined {
  const node = doc.getMap('nodes').get(nodeKey);
  const kind = node instanceof Y.Map ? node.get('kind') : undefined;
  return isKind(kind) ? kind : undefined;
}

/** What a thread may hang on of which a node is a part; null where that is not known. */
function anchorIn(doc: Y.Doc, planId: string, nodeKey: string): string | null {
  const nodes = doc.getMap('nodes');
  let key: unknown = nodeKey;
  for (let steps = 0; steps < 8 && typeof key === 'string'; steps++) {
    const node = nodes.get(key);
    if (!(node instanceof Y.Map)) return null;
    const kind = node.get('kind');
    if (kind === 'plan') return planId;
    if (kind === 'objective' || kind === 'outcome' || kind === 'activity') return `${planId}/${key}`;
    key = node.get('parent');
  }
  return null;
}

/** As an edit of the log, in any status: so the plan's number goes on, and a process that still has the old document cannot write its copies over the new ones. */
async function logEdit(
  plans: Plans,
  manager: EntityManager,
  { id, epoch }: Plan,
  seatId: string,
  clientId: number,
  update: Uint8Array,
): Promise<void> {
  const endClock = Y.parseUpdateMeta(update).to.get(clientId);
  const clients = endClock === undefined ? [] : [{ clientId, startClock: 0, endClock }];
  const editId = `redaction:${clientId}`;
  const { region } = plans;
  const { answers } = await commitEntries(manager, [
    { planId: id, epoch, editId, seatId, region, update, clients, forced: true },
  ]);
  const [answer] = answers;
  if (!answer?.ok) throw new Error(`the edit of a redaction in ${id} was refused: ${answer?.reason}`);
}

/**
 * What was deleted or overwritten stays in a table's pages, unseen by any statement, until they are vacuumed. The login owns its tables, so it may. Autovacuum
 * would come too, later; a transaction that is still open and older than the redaction keeps both from it. Neither FULL, which would keep everybody from
 * every plan while it copies the log, nor TRUNCATE, which may wait for 5 s a table: so in a file's free space old bytes may stay until they are written over.
 */
async function vacuum({ database }: Plans): Promise<boolean> {
  try {
    await database.source.query(`VACUUM (TRUNCATE false) ${touchedTables.join(', ')}`);
    return true;
  } catch {
    return false;
  }
}
