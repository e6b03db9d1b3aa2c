import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { createSystemActor } from '../../kit/context.ts';
import { type Database, openDatabase } from '../../kit/database/open.ts';
import { createProcessHints } from '../../kit/hints.ts';
import { createLog } from '../../kit/log.ts';
import { followPlan } from '../../subgraphs/working-plans/commands/follow.ts';
import { joinPlan } from '../../subgraphs/working-plans/commands/join.ts';
import { planLimits, pushPlanEdits } from '../../subgraphs/working-plans/commands/push.ts';
import { contentEquals } from '../../subgraphs/working-plans/document/state.ts';
import { Plan } from '../../subgraphs/working-plans/entities/plan.ts';
import type { Entry } from '../../subgraphs/working-plans/log.ts';
import { migrations } from '../../subgraphs/working-plans/migrations/index.ts';
import { openPlans, type Plans } from '../../subgraphs/working-plans/plans.ts';
import { loadRecords } from '../../subgraphs/working-plans/records.ts';
import type { RoomsOptions } from '../../subgraphs/working-plans/room/rooms.ts';
import { freshDatabase } from '../database.ts';
import { actors, base64, joint, records, secret } from './subgraph.ts';

const editor = actors['americas-editor'];
const reader = actors['africa-rep'];
const home = { region: 'americas', regionNumber: 1 };
let server: Awaited<ReturnType<typeof freshDatabase>>;
let database: Database;
const open: Plans[] = [];

beforeAll(async () => {
  server = await freshDatabase();
  database = await openDatabase({
    url: server.url,
    secret,
    hints: createProcessHints(),
    subgraph: 'working-plans',
    entities: [Plan],
    migrations,
    load: async (tx) => {
      await loadRecords(tx, { system: createSystemActor(), records, refuseSamples: false }, home);
    },
  });
});
afterAll(async () => {
  for (const plans of open) await plans.stop();
  await database.stop();
  await server.drop();
});

/** What one process has, with rooms as the test wants them. */
function startPlans(options: Partial<RoomsOptions> = {}): Plans {
  const plans = openPlans({
    database,
    hints: createProcessHints(),
    log: createLog('test', 'error'),
    cursorSecret: secret,
    installation: { id: 'x', epoch: 1 },
    ...home,
    rooms: options,
  });
  open.push(plans);
  return plans;
}

async function startWriter(plans: Plans) {
  const doc = new Y.Doc();
  const room = (await plans.rooms.open([joint])).get(joint)!;
  Y.applyUpdateV2(doc, room.whole);
  const { clientId } = await joinPlan(plans, editor, joint);
  doc.clientID = clientId;
  const nodes = doc.getMap<Y.Map<unknown>>('nodes');
  const title = (nodes.get('plan')!.get('title') as Y.Map<Y.Text>).get('en')!;
  let made = new Uint8Array();
  doc.on('update', (update: Uint8Array) => {
    made = new Uint8Array(update);
  });
  let typed = 0;
  const type = (): Entry => {
    const startClock = Y.getState(doc.store, clientId);
    title.insert(typed++, 'x');
    return {
      planId: joint,
      epoch: 1,
      editId: randomUUID(),
      seatId: editor.seatId!,
      region: 'americas',
      update: made,
      clients: [{ clientId, startClock, endClock: startClock + 1 }],
    };
  };
  const edit = (change: () => void) => {
    doc.transact(change);
    const sent = { planId: joint, epoch: 1, editId: randomUUID(), update: base64(made) };
    return pushPlanEdits(plans, editor, sent);
  };
  return { doc, nodes, title, type, edit };
}
const snapshots = async () =>
  (await database.source.query('SELECT seq::int FROM plan_snapshot WHERE plan_id = $1 ORDER BY seq', [joint])).map(
    ({ seq }: { seq: number }) => seq,
  );

describe('a reader that is too slow', () => {
  test('is told so with the cursor of what it last got, and misses nothing by going on from there', async () => {
    const plans = startPlans();
    const writer = await startWriter(plans);
    const follower = await followPlan(plans, reader, joint, null);
    const first = plans.log.append(writer.type());
    const got = [(await follower.next()).value];
    await first;
    const entries = Array.from({ length: 1_200 }, () => writer.type());
    const answers = await Promise.all(entries.map((entry) => plans.log.append(entry)));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    const error = await follower.next().catch((caught) => caught);
    expect(error).toMatchObject({ code: 'RESYNC_REQUIRED', extensions: { cursor: got[0].cursor } });
    expect(await follower.next()).toEqual({ value: undefined, done: true });
    const again = await followPlan(plans, reader, joint, error.extensions.cursor);
    while (got.length < 1_201) got.push((await again.next()).value);
    expect(got.map(({ update }) => update).slice(1)).toEqual(entries.map(({ update }) => base64(update)));
    await again.return();
    expect((await plans.rooms.enter(joint))?.readers).toBe(0);
  });

  test('can leave while it waits', async () => {
    const plans = startPlans();
    const follower = await followPlan(plans, reader, joint, null);
    const waiting = follower.next();
    await follower.return();
    expect(await waiting).toEqual({ value: undefined, done: true });
    expect((await plans.rooms.enter(joint))?.readers).toBe(0);
  });

  test('ends when the process stops', async () => {
    const plans = startPlans();
    const follower = await followPlan(plans, reader, joint, null);
    const waiting = follower.next();
    await plans.stop();
    expect((await waiting).done).toBe(true);
  });
});

describe('snapshots', () => {
  test('are written every so many edits, two are kept, and opening from one gives the same document', async () => {
    const plans = startPlans({ snapshotEvery: 20 });
    const writer = await startWriter(plans);
    for (let n = 0; n < 90; n++) await plans.log.append(writer.type());
    const { seq, doc } = (await plans.rooms.enter(joint))!;
    await plans.stop(); // waits for what is being written
    const kept = await snapshots();
    expect(kept).toHaveLength(2);
    expect(seq - kept.at(-1)).toBeLessThan(20);
    const cold = (await startPlans().rooms.open([joint])).get(joint)!;
    expect(cold.seq).toBe(seq);
    expect(cold.snapshotSeq).toBe(kept.at(-1));
    expect(contentEquals(cold.doc, doc)).toBe(true);
    expect(contentEquals(cold.doc, writer.doc)).toBe(true);
  });

  test('one is written once nobody types any more, so that the next to open the plan finds it in one piece', async () => {
    const plans = startPlans({ quietAfter: 20, recheckAfter: 20 });
    const writer = await startWriter(plans);
    for (let i = 0; i < 3; i++) await plans.log.append(writer.type());
    const { seq } = (await plans.rooms.open([joint])).get(joint)!;
    while ((await snapshots()).at(-1) !== seq) await new Promise((resolve) => setTimeout(resolve, 10));
    const other = (await startPlans().rooms.open([joint])).get(joint)!;
    expect(other.snapshotSeq).toBe(seq);
    expect(contentEquals(other.doc, writer.doc)).toBe(true);
  });

  test('a plan without people is dropped, with a snapshot if it has moved on; one with people stays', async () => {
    const plans = startPlans({ idleAfter: 0, recheckAfter: 20, snapshotEvery: 100 });
    const writer = await startWriter(plans);
    const follower = await followPlan(plans, reader, joint, null);
    for (let n = 0; n < 15; n++) await plans.log.append(writer.type());
    expect(plans.rooms.size).toBe(1);
    const { seq } = (await plans.rooms.enter(joint))!;
    await follower.return();
    while (plans.rooms.size > 0) await new Promise((resolve) => setTimeout(resolve, 10)); // the next look, in 20 ms
    await plans.stop();
    expect((await snapshots()).at(-1)).toBe(seq);
  });
});

describe('a plan that is full', () => {
  test('says so, takes deletions, and can still be read', async () => {
    const plans = startPlans();
    const writer = await startWriter(plans);
    const { bytes } = planLimits;
    planLimits.bytes = 1;
    try {
      await expect(writer.edit(() => writer.title.insert(0, 'more'))).rejects.toMatchObject({ code: 'PLAN_FULL' });
      const again = await startWriter(plans);
      await again.edit(() => again.title.delete(0, 3));
      await again.edit(() => {
        again.nodes.get('a2.1.5')!.set('deleted', { by: editor.seatId, at: '2026-11-21T00:00:00.000Z' });
      });
      expect((await plans.rooms.enter(joint))?.tree.objectives[1]?.outcomes[0]?.activities).toHaveLength(4);
    } finally {
      planLimits.bytes = bytes;
    }
  });
});

describe('two processes that hear nothing of each other', () => {
  test('an edit is acknowledged by a process only once it has what was committed before it', async () => {
    const [here, there] = [startPlans(), startPlans()];
    const [mine, theirs] = [await startWriter(here), await startWriter(there)];
    const [room, other] = [(await here.rooms.enter(joint))!, (await there.rooms.enter(joint))!];
    for (let round = 0; round < 5; round++) {
      await there.log.append(theirs.type());
      expect(room.seq).toBe(other.seq - 1);
      await here.log.append(mine.type());
      expect(room.seq).toBe(other.seq + 1);
      await there.rooms.open([joint]);
    }
    expect(contentEquals(room.doc, other.doc)).toBe(true);
  });
});

describe('a room that cannot follow the log', () => {
  test('is made again from it, and its readers are told where to go on', async () => {
    const plans = startPlans();
    const writer = await startWriter(plans);
    const room = (await plans.rooms.enter(joint))!;
    const follower = await followPlan(plans, reader, joint, null);
    const waiting = follower.next();
    // A hint that says what is not so: bytes that build on nothing this plan has.
    const lost = writer.type();
    await plans.rooms.commit([{ ...writer.type(), seq: room.seq + 1, at: new Date() }]);
    await expect(waiting).rejects.toMatchObject({ code: 'RESYNC_REQUIRED', extensions: { cursor: room.cursor } });
    expect(room.closed).toBe(true);
    await plans.log.append(lost);
    const now = (await plans.rooms.open([joint])).get(joint)!;
    expect(now).not.toBe(room);
    expect(now.seq).toBe(room.seq + 1);
  });
});
