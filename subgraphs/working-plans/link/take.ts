import * as Y from 'yjs';
import type { Log } from '../../../kit/log.ts';
import { load } from '../document/state.ts';
import { type Appended, commitEntries, type Edit } from '../log.ts';
import type { Plans } from '../plans.ts';
import { isPublished } from '../policy.ts';
import { insertPlan } from './arrive.ts';
import type { Item, Listed } from './ask.ts';
import { isNews, type Judged, judgeItems, type Known } from './judge.ts';
import { type Aside, endWaiting, putAside, readWaiting, type Standing, saveStanding, waitAgain } from './store.ts';

/** What the link works with, for one peer. */
export interface Side {
  plans: Plans;
  log: Log;
  /** The peer's REGION and REGION_NUMBER. */
  region: string;
  regionNumber: number;
}

const mostWaiting = 1_000; // items of a plan
const patience = 10 * 60_000; // ms
const mostTries = 3;
const restFor = 1_000; // ms

/**
 * Takes what a peer's log of a plan says after `standing`: its own edits are judged and appended, ours have come back, and those of a third region come from
 * there. The new standing is stored in the same transaction, so each has its effect once, whoever dies when.
 * @param arriving the plan's record, where the plan is not here yet: it appears with its first edit
 * @returns the new standing
 */
export async function takeItems(
  side: Side,
  planId: string,
  standing: Standing,
  items: readonly Item[],
  arriving?: Listed,
): Promise<Standing> {
  const { plans, region } = side;
  const refusedByLog = new Map<number, string>();
  for (let tries = 1; ; tries++) {
    const [waiting, sorted] = await Promise.all([
      readWaiting(plans.database.source, region, planId, mostWaiting),
      sort(side, planId, standing, items),
    ]);
    const last = items.at(-1);
    const next: Standing = { ...standing, ...(last && { cursor: last.cursor }), position: sorted.position };
    const candidates = [...waiting, ...sorted.own];
    if (candidates.length + sorted.again.length + sorted.echoes.length + sorted.refused.length === 0)
      return rest(side, planId, next);
    const [opened, seats] = await Promise.all([plans.rooms.open([planId]), readSeats(plans, planId, candidates)]);
    const room = opened.get(planId);
    if (room?.closed) throw new Error('the plan was dropped from memory: trying again');
    // no await from here on until all is judged
    const epoch = room?.epoch ?? arriving?.epoch ?? 1;
    const known: Known = { planId, doc: room?.doc ?? load(null), epoch, seats, regionNumber: plans.regionNumber };
    const news = sorted.echoes.filter(({ update }) => isNews(update, known.doc));
    const fresh = candidates.filter(({ originSeq }) => !refusedByLog.has(originSeq));
    const judged = judgeItems(fresh, known, side.regionNumber);
    judged.refused.push(...sorted.refused, ...news.map((item) => ({ ...item, reason: 'NOT_OURS' })));
    for (const item of sorted.again)
      if (isNews(item.update, known.doc)) judged.refused.push({ ...item, reason: 'EDIT_ID_REUSED' });
    for (const item of candidates) {
      const reason = refusedByLog.get(item.originSeq);
      if (reason) judged.refused.push({ ...item, reason });
    }
    giveUp(judged, new Map(waiting.map(({ originSeq, receivedAt }) => [originSeq, receivedAt])));
    const written = await write(side, known, judged, waiting, next, room ? undefined : arriving);
    if (written.done) {
      await plans.rooms.commit(written.edits);
      for (const { entry } of judged.passed) plans.projection.note(planId, entry.touched ?? []);
      tell(side, planId, judged.refused);
      if (room && isPublished(room.plan) && written.edits.length > 0)
        side.log.error(
          'edits from another region came after the plan was adopted: its text is not what was decided on',
          {
            peer: region,
            plan: planId,
            edits: written.edits.length,
          },
        );
      return next;
    }
    if (tries < mostTries) continue;
    if (written.refused.size === 0) throw new Error('the plan changed at every try');
    for (const [originSeq, reason] of written.refused) refusedByLog.set(originSeq, reason);
  }
}

/** Nothing but what is here already, as when our own edits come back: where we stand is written down once in a while, since to read such again does nothing. */
async function rest(side: Side, planId: string, standing: Standing, now = Date.now()): Promise<Standing> {
  if (now - (standing.savedAt ?? 0) < restFor) return standing;
  await saveStanding(side.plans.database.source.manager, side.region, planId, standing);
  return { ...standing, savedAt: now };
}

/** A peer's log is read without holes, and its own edits carry their number in it; so a hole shows. What is here already is left out. */
async function sort(side: Side, planId: string, standing: Standing, items: readonly Item[]) {
  const { plans, region } = side;
  const of = (wanted: string) => items.filter((item) => item.region === wanted);
  const [known, ours] = await Promise.all([
    readOrigins(plans, planId, region, of(region)),
    readOurs(plans, planId, of(plans.region)),
  ]);
  const own: Item[] = [];
  const again: Item[] = [];
  const fresh = new Set<number>();
  const refused: Aside[] = [];
  let { position } = standing;
  for (const item of items) {
    const { originSeq } = item;
    if (item.region !== region) {
      if (position !== null) position += 1;
      const linked = item.region === plans.region || plans.links?.regions.includes(item.region);
      if (!linked) refused.push({ ...item, reason: 'UNKNOWN_REGION' });
      continue;
    }
    if (position !== null && originSeq > position + 1)
      refused.push({ ...item, update: new Uint8Array(), reason: 'GAP' });
    if (position === null || originSeq > position) position = originSeq;
    if (known.has(originSeq)) again.push(item);
    else if (!fresh.has(originSeq)) own.push(item);
    fresh.add(originSeq);
  }
  const echoes = of(plans.region).filter(({ originSeq }) => !ours.has(originSeq));
  return { own, again, refused, position, echoes };
}

/** What has waited too long, or among too many, is waited for no longer. */
function giveUp(judged: Judged, since: ReadonlyMap<number, number>, now = Date.now()): void {
  const tooLate = ({ originSeq }: Aside) => now - (since.get(originSeq) ?? now) > patience;
  const kept = judged.waiting.filter((item) => !tooLate(item)).slice(0, mostWaiting);
  judged.refused.push(...judged.waiting.filter((item) => !kept.includes(item)));
  judged.waiting = kept;
}

type Written = { done: true; edits: Edit[] } | { done: false; refused: Map<number, string> };
class Again extends Error {
  constructor(readonly refused = new Map<number, string>()) {
    super();
  }
}

async function write(
  { plans, region }: Side,
  known: Known,
  judged: Judged,
  waiting: readonly Aside[],
  standing: Standing,
  arriving: Listed | undefined,
): Promise<Written> {
  const { planId } = known;
  const entries = judged.passed.map(({ entry }) => entry);
  try {
    const edits = await plans.database.transaction(async (tx) => {
      const { manager } = tx;
      if (arriving && entries.length > 0) await insertPlan(tx, arriving, known.epoch);
      const committed = entries.length > 0 ? await commitEntries(manager, entries) : { answers: [], edits: [] };
      const refused = refusals(committed.answers, judged);
      if (refused.size > 0) throw new Again(refused);
      await saveStanding(manager, region, planId, standing);
      const still = new Set(judged.waiting.map(({ originSeq }) => originSeq));
      await endWaiting(
        manager,
        region,
        planId,
        waiting.map(({ originSeq }) => originSeq).filter((originSeq) => !still.has(originSeq)),
      );
      await putAside(manager, region, planId, 'WAITING', judged.waiting);
      await putAside(manager, region, planId, 'REFUSED', judged.refused);
      if (entries.length > 0) await waitAgain(manager, region, planId);
      return committed.edits;
    });
    return { done: true, edits };
  } catch (error) {
    if (error instanceof Again) return { done: false, refused: error.refused };
    throw error;
  }
}

function refusals(answers: readonly Appended[], { passed }: Judged): Map<number, string> {
  const refused = new Map<number, string>();
  for (const [index, answer] of answers.entries()) {
    if (answer.ok) continue;
    if (answer.reason === 'EPOCH_CHANGED' || answer.reason === 'NOT_FOUND') throw new Again();
    refused.set(passed[index]!.originSeq, answer.reason);
  }
  return refused;
}

/** An alarm for each: the rest flows on, and somebody must look. */
function tell({ log, region }: Side, planId: string, refused: readonly Aside[]): void {
  for (const { originSeq, reason, region: of } of refused) {
    const fields = { peer: region, plan: planId, of, sequence: originSeq, reason };
    log.error('an edit from another region was put into quarantine', fields);
  }
}

/** The seats of the client ids that these items write with, as far as they are known here. */
async function readSeats(
  plans: Plans,
  planId: string,
  items: readonly Pick<Item, 'update'>[],
): Promise<Map<number, string>> {
  const ids = new Set(items.flatMap(({ update }) => clientsOf(update)));
  const rows: { client_id: number; seat_id: string }[] = await plans.database.source.query(
    'SELECT client_id, seat_id FROM plan_client WHERE plan_id = $1 AND client_id = ANY ($2)',
    [planId, [...ids].filter((id) => id < 2 ** 31)],
  );
  return new Map(rows.map(({ client_id, seat_id }) => [client_id, seat_id]));
}

/** None, where these are no bytes of an update: the guard says so. */
function clientsOf(update: Uint8Array): number[] {
  try {
    return [...Y.parseUpdateMeta(update).from.keys()];
  } catch {
    return [];
  }
}

async function readOrigins(plans: Plans, planId: string, region: string, items: readonly Item[]): Promise<Set<number>> {
  if (items.length === 0) return new Set();
  const rows: { origin_seq: string }[] = await plans.database.source.query(
    'SELECT origin_seq FROM plan_edit WHERE plan_id = $1 AND region = $2 AND origin_seq = ANY ($3)',
    [planId, region, items.map(({ originSeq }) => originSeq)],
  );
  return new Set(rows.map(({ origin_seq }) => Number(origin_seq)));
}

async function readOurs(plans: Plans, planId: string, items: readonly Item[]): Promise<Set<number>> {
  if (items.length === 0) return new Set();
  const rows: { seq: string }[] = await plans.database.source.query(
    'SELECT seq FROM plan_edit WHERE plan_id = $1 AND origin_seq IS NULL AND seq = ANY ($2)',
    [planId, items.map(({ originSeq }) => originSeq)],
  );
  return new Set(rows.map(({ seq }) => Number(seq)));
}
