import type { EntityManager } from 'typeorm';
import * as Y from 'yjs';
import type { Transaction } from '../../../kit/database/open.ts';
import { strikeCopies } from '../commands/redaction/copies.ts';
import { applyEdits, load, snapshot, stateVector } from '../document/state.ts';
import type { Plan } from '../entities/plan.ts';
import { planCreated } from '../events.ts';
import { judge } from '../guard/judge.ts';
import { REPLICATED_LIMITS } from '../guard/verdict.ts';
import { commitEntries, type Entry } from '../log.ts';
import { rebuildProjection } from '../projection.ts';
import type { Listed, PeerDocument } from './ask.ts';
import { writeRecord } from './home.ts';
import { type Aside, putAside, type Standing, saveStanding } from './store.ts';
import type { Side } from './take.ts';

/** A plan of the peer appears here, without a document yet. PLAN_CREATED is said in this installation too, to those who listen here. */
export async function insertPlan(tx: Transaction, listed: Listed, epoch: number): Promise<void> {
  const { id, sourceLocale, homeRegion, provenance, sourceUrl, createdBy, createdAt } = listed;
  const inserted: unknown[] = await tx.manager.query(
    `INSERT INTO plan (id, network_ids, status, visibility, source_locale, epoch, home_region, amends, provenance, source_url, created_by, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT id FROM plan WHERE id = $8), $9, $10, $11, $12) ON CONFLICT DO NOTHING RETURNING 1`,
    [
      ...[id, listed.networkIds, listed.status, listed.visibility, sourceLocale, epoch, homeRegion],
      ...[listed.amends, provenance, sourceUrl, createdBy, new Date(createdAt)],
    ],
  );
  if (inserted.length === 0) return;
  await writeRecord(tx.manager, listed, homeRegion);
  const plan = { ...listed, createdAt: new Date(createdAt) } as unknown as Plan;
  tx.publish(planCreated(plan, []));
}

/**
 * Takes the home's document as the beginning of its epoch: of a plan that is not here yet, or that was redacted at its home. Under the plan's lock: the document
 * becomes the base, and all of the older epochs is purged but what the home has not got, which is appended again. Those structs keep their ids, so they fit
 * as before, and the home reads them in our new epoch.
 *
 * @returns where to go on reading; null when the plan is in this epoch already
 */
export async function takeDocument(side: Side, listed: Listed, document: PeerDocument): Promise<Standing | null> {
  const { plans, region, log } = side;
  const base = load(document.update);
  const { cursor, epoch, sequence: position, clients } = document;
  const standing: Standing = { cursor, epoch, position };
  const lost: Aside[] = [];
  const taken = await plans.database.transaction(async (tx) => {
    const { manager } = tx;
    await insertPlan(tx, { ...listed, epoch }, epoch);
    const [head] = await manager.query('SELECT seq, epoch FROM plan WHERE id = $1 FOR UPDATE', [listed.id]);
    const stored = await manager.query('SELECT FROM plan_snapshot WHERE plan_id = $1 AND epoch = $2', [
      listed.id,
      epoch,
    ]);
    if (head.epoch > epoch || stored.length > 0) return false;
    const rows: Row[] = await manager.query(
      `SELECT seq, edit_id, seat_id, update, region, origin_seq, touched FROM plan_edit WHERE plan_id = $1 AND region <> $2 ORDER BY seq`,
      [listed.id, region],
    );
    await manager.query('UPDATE plan SET epoch = $2 WHERE id = $1', [listed.id, epoch]);
    await manager.query('DELETE FROM plan_edit WHERE plan_id = $1 AND epoch < $2', [listed.id, epoch]);
    await manager.query('DELETE FROM plan_snapshot WHERE plan_id = $1 AND epoch < $2', [listed.id, epoch]);
    await manager.query('INSERT INTO plan_snapshot (plan_id, epoch, seq, update_v2) VALUES ($1, $2, $3, $4)', [
      listed.id,
      epoch,
      head.seq,
      Buffer.from(snapshot(base)),
    ]);
    await writeClients(manager, listed.id, base, clients);
    const entries = carryOver(listed.id, epoch, base, rows, lost);
    const { answers } = entries.length > 0 ? await commitEntries(manager, entries) : { answers: [] };
    const refused = answers.find((answer) => !answer.ok);
    // undoes all of it: what was acknowledged here is in the log still
    if (refused) throw new Error(`an edit did not fit the new epoch: ${!refused.ok && refused.reason}`);
    await putAside(manager, region, listed.id, 'REFUSED', lost);
    for (const redaction of document.redactions)
      if (redaction.epoch > head.epoch) await redactCopies(manager, listed.id, redaction);
    await rebuildProjection(manager, listed.id);
    await writeRecord(manager, listed, listed.homeRegion);
    await saveStanding(manager, region, listed.id, standing);
    return true;
  });
  if (!taken) return null;
  plans.rooms.announce(listed.id);
  await plans.rooms.open([listed.id]);
  for (const { originSeq, reason } of lost)
    log.error('an edit of the older epoch fits no more and was put into quarantine', {
      plan: listed.id,
      sequence: originSeq,
      reason,
    });
  log.info('a plan was taken as its home has it', { plan: listed.id, peer: region, epoch });
  return standing;
}

/** The words themselves did not travel; so in our copies the fields that held them lose all of their text. */
async function redactCopies(
  manager: EntityManager,
  planId: string,
  { epoch, seatId, at, reason, places }: PeerDocument['redactions'][number],
): Promise<void> {
  const found: unknown[] = await manager.query(
    `INSERT INTO plan_redaction (plan_id, epoch, seat_id, at, reason, places) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING 1`,
    [planId, epoch, seatId, at, reason, places],
  );
  if (found.length === 0) return;
  for (const place of places) {
    const [nodeKey = '', field = '', locale = null] = place.split(' ');
    await strikeCopies(manager, planId, { nodeKey, field, locale });
  }
}

/** Where each client's clock stands in the document; who is known here keeps its seat. */
async function writeClients(
  manager: EntityManager,
  planId: string,
  doc: Y.Doc,
  clients: PeerDocument['clients'],
): Promise<void> {
  const clocks = Y.decodeStateVector(stateVector(doc));
  await manager.query(
    `UPDATE plan_client c SET next_clock = coalesce((SELECT clock FROM unnest($2::int[], $3::bigint[]) AS s(id, clock) WHERE s.id = c.client_id), 0)
     WHERE plan_id = $1`,
    [planId, [...clocks.keys()], [...clocks.values()]],
  );
  await manager.query(
    `INSERT INTO plan_client (plan_id, client_id, seat_id, next_clock) SELECT $1, * FROM unnest($2::int[], $3::text[], $4::bigint[])
     ON CONFLICT DO NOTHING`,
    [
      planId,
      clients.map(({ clientId }) => clientId),
      clients.map(({ seatId }) => seatId),
      clients.map(({ clientId }) => clocks.get(clientId) ?? 0),
    ],
  );
}

interface Row {
  seq: string;
  edit_id: string;
  seat_id: string;
  update: Buffer;
  region: string;
  origin_seq: string | null;
  touched: string[];
}

/** What of the old log the home's document lacks, in order. Of each only what is new goes on: the rest might be what was redacted. */
function carryOver(planId: string, epoch: number, base: Y.Doc, rows: readonly Row[], lost: Aside[]): Entry[] {
  const entries: Entry[] = [];
  for (const row of rows) {
    const verdict = judge(row.update, base, { owns: () => true, may: () => true }, REPLICATED_LIMITS);
    if (!verdict.ok) {
      const originSeq = Number(row.origin_seq ?? row.seq);
      const { seat_id: seatId, region, update } = row;
      lost.push({ region, originSeq, seatId, update, reason: verdict.code });
      continue;
    }
    if (!verdict.effect) continue;
    const update = Y.diffUpdate(row.update, Y.encodeStateVector(base));
    applyEdits(base, [update]);
    entries.push({
      planId,
      epoch,
      editId: row.edit_id,
      seatId: row.seat_id,
      region: row.region,
      ...(row.origin_seq !== null && { originSeq: Number(row.origin_seq) }),
      update,
      clients: verdict.clients,
      touched: row.touched,
      forced: true,
    });
  }
  return entries;
}
