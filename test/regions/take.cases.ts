import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { createSystemActor } from '../../kit/context.ts';
import { openDatabase } from '../../kit/database/open.ts';
import { createProcessHints } from '../../kit/hints.ts';
import type { Peer } from '../../kit/link.ts';
import { createLog } from '../../kit/log.ts';
import { readInstallation } from '../../kit/subgraph.ts';
import { createPlan } from '../../subgraphs/working-plans/commands/create-plan.ts';
import { load, snapshot } from '../../subgraphs/working-plans/document/state.ts';
import { Plan } from '../../subgraphs/working-plans/entities/plan.ts';
import type { Item } from '../../subgraphs/working-plans/link/ask.ts';
import { openLinks } from '../../subgraphs/working-plans/link/links.ts';
import { replicate } from '../../subgraphs/working-plans/link/replicate.ts';
import type { Standing } from '../../subgraphs/working-plans/link/store.ts';
import { type Side, takeItems } from '../../subgraphs/working-plans/link/take.ts';
import { migrations } from '../../subgraphs/working-plans/migrations/index.ts';
import { openPlans, type Plans } from '../../subgraphs/working-plans/plans.ts';
import { loadRecords } from '../../subgraphs/working-plans/records.ts';
import { freshDatabase } from '../database.ts';
import { titleOf } from '../plan-writer.ts';
import { until } from '../processes.ts';
import { edit } from './region.ts';

describe('take', () => {
  const ids = 2 ** 24;
  const own = { region: 'americas', regionNumber: 1 };
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let plans: Plans;
  let stop: () => Promise<void>;
  const alarms: string[] = [];
  beforeAll(async () => {
    database = await freshDatabase();
    const hints = createProcessHints();
    const log = createLog('test', 'error', (line) => alarms.push(line));
    const plan = JSON.parse(readFileSync(new URL('../../seed/plan.json', import.meta.url), 'utf8'));
    const opened = await openDatabase({
      ...{ url: database.url, secret: 'a secret for this file only, long enough', hints },
      ...{ subgraph: 'working-plans', entities: [Plan], migrations },
      load: async (tx) => {
        await loadRecords(tx, { system: createSystemActor(), records: { plans: [plan] }, refuseSamples: false }, own);
      },
    });
    const installation = await readInstallation(opened.source);
    plans = openPlans({
      database: opened,
      hints,
      log,
      cursorSecret: 'another secret, for cursors',
      installation,
      ...own,
    });
    stop = async () => {
      await plans.stop();
      await opened.stop();
      await database.drop();
    };
  });
  afterAll(() => stop?.());

  let planId: string;
  let side: Side;
  /** The plan as the peer has it. */
  let there: Y.Doc;
  let sent: number;
  beforeEach(async () => {
    const editor = {
      ...{ kind: 'SEAT' as const, subject: 'x', seatId: 'seat:here', networks: ['net:africa'], rightsVersion: 1 },
      roles: [{ role: 'MEMBER_EDITOR' as const, networkId: 'net:africa', bodyId: null }],
    };
    const input = {
      ...{ clientMutationId: randomUUID(), networkIds: ['net:africa'], title: [{ locale: 'en', text: 'Title' }] },
      ...{ periodStart: '2027-01-01', periodEnd: '2027-12-31', sourceLocale: 'en', visibility: 'NETWORK' as const },
    };
    planId = await plans.database.transaction((tx) => createPlan(tx, editor, input as never, plans));
    side = { plans, log: createLog('link', 'error', (line) => alarms.push(line)), region: 'africa', regionNumber: 2 };
    there = load(snapshot((await plans.rooms.open([planId])).get(planId)!.doc));
    there.clientID = 2 * ids + 1;
    alarms.length = 0;
    sent = 1; // the first edit came from here
  });

  const standing: Standing = { cursor: 'start', epoch: 1, position: 1 };
  const item = (update: Uint8Array, over: Partial<Item> = {}): Item => {
    sent += 1;
    return { cursor: `c${sent}`, region: 'africa', originSeq: sent, seatId: 'seat:there', update, ...over };
  };
  const type = (text: string) => edit(there, (title) => title.insert(title.length, text));
  const titleHere = async () => titleOf((await plans.rooms.open([planId])).get(planId)!.doc).toString();
  const query = (sql: string): Promise<Record<string, unknown>[]> => plans.database.source.query(sql, [planId]);
  const taken = () =>
    query('SELECT origin_seq::int AS n FROM plan_edit WHERE plan_id = $1 AND origin_seq IS NOT NULL ORDER BY 1');
  const aside = () =>
    query('SELECT origin_seq::int AS n, state, reason FROM link_item WHERE plan_id = $1 ORDER BY origin_seq, id');
  const numbers = (...values: number[]) => values.map((n) => ({ n }));

  describe('items of a peer', () => {
    test('are taken once, in one batch or many, again or not', async () => {
      const items = [' a', ' b', ' c'].map((text) => item(type(text)));
      const [first, second, third] = items as [Item, Item, Item];
      let at = await takeItems(side, planId, standing, [first, first, second]);
      expect(at).toMatchObject({ cursor: 'c3', epoch: 1, position: 3 });
      at = await takeItems(side, planId, at, [second, third]);
      at = await takeItems(side, planId, at, [third]);
      await takeItems(side, planId, standing, items); // all again, from the start
      expect(at).toMatchObject({ cursor: 'c4', epoch: 1, position: 4 });
      expect(await taken()).toEqual(numbers(2, 3, 4));
      expect(await titleHere()).toBe('Title a b c');
      expect([await aside(), alarms]).toEqual([[], []]);
    });

    test('that were typed over what is typed here meanwhile fit, and so do nodes that both sides made under one key', async () => {
      const room = (await plans.rooms.open([planId])).get(planId)!;
      const here = load(snapshot(room.doc));
      here.clientID = ids + 1;
      const make = (doc: Y.Doc, code: string) => edit(doc, () => doc.transact(() => makeNode(doc, code)));
      await takeItems({ ...side, region: 'asia', regionNumber: 1 }, planId, standing, [
        { ...item(make(here, 'here')), region: 'asia' },
      ]);
      sent = 1;
      const at = await takeItems(side, planId, standing, [item(make(there, 'there')), item(type(' on'))]);
      expect(at.position).toBe(3);
      expect([await aside(), await titleHere()]).toEqual([[], 'Title on']);
    });

    test('wait for what they build on, and are taken when that has come', async () => {
      const [first, second, third] = [item(type(' 1')), item(type(' 2')), item(type(' 3'))];
      let at = await takeItems(side, planId, standing, [
        { ...second!, originSeq: 2 },
        { ...third!, originSeq: 3 },
      ]);
      expect(at.position).toBe(3);
      expect(await aside()).toEqual([2, 3].map((n) => ({ n, state: 'WAITING', reason: 'RESYNC' })));
      at = await takeItems(side, planId, at, [{ ...first!, originSeq: 4 }]);
      expect([at.position, await aside(), await titleHere()]).toEqual([4, [], 'Title 1 2 3']);
      expect(alarms).toEqual([]);
    });

    test('wait no longer than ten minutes', async () => {
      type(' never sent');
      const late = item(type(' late'));
      const at = await takeItems(side, planId, standing, [late]);
      await query("UPDATE link_item SET received_at = now() - interval '11 minutes' WHERE plan_id = $1");
      await takeItems(side, planId, at, []);
      expect(await aside()).toEqual([{ n: 2, state: 'REFUSED', reason: 'RESYNC' }]);
      expect(alarms).toHaveLength(1);
    });

    test('that build on a third region which is cut off for longer are taken once that is heard again', async () => {
      const asia = { ...side, region: 'asia', regionNumber: 3 };
      plans.links = { regions: ['africa', 'asia'], heard() {}, stop: async () => {} };
      try {
        const far = load(snapshot(there));
        far.clientID = 3 * ids + 1;
        const first = edit(far, (title) => title.insert(title.length, ' far'));
        Y.applyUpdate(there, first);
        const echo = { ...item(first), region: 'asia', originSeq: 2, seatId: 'seat:far' };
        let at = await takeItems(side, planId, standing, [echo, item(type(' there'))]);
        expect(await aside()).toEqual([{ n: 3, state: 'WAITING', reason: 'RESYNC' }]);
        await query("UPDATE link_item SET received_at = now() - interval '11 minutes' WHERE plan_id = $1");
        at = await takeItems(side, planId, at, []);
        await takeItems(asia, planId, standing, [{ ...echo, cursor: 'a2' }]);
        await takeItems(side, planId, at, []); // as the link does, every time it looks
        expect([await aside(), await titleHere()]).toEqual([[], 'Title far there']);
      } finally {
        delete plans.links;
      }
    });

    test('are put aside, each with an alarm, when they are forged or missing; the others go on', async () => {
      const base = snapshot(there);
      const forged = (client: number) => {
        const doc = load(base);
        doc.clientID = client;
        return edit(doc, (title) => title.insert(0, 'forged '));
      };
      const items = [
        item(type(' by one seat')),
        item(type(' by another'), { seatId: 'seat:other' }), // the same client id
        item(forged(ids + 9)), // an id of this region
        item(forged(2 * ids + 3), { region: 'americas', originSeq: 77 }), // said to be ours
        item(forged(3 * ids + 3), { region: 'europe', originSeq: 1 }),
        item(new Uint8Array([1, 2, 3])),
      ];
      sent += 1; // one is missing
      const other = load(base);
      other.clientID = 2 * ids + 20;
      items.push(item(edit(other, (title) => title.insert(title.length, ' honest'))));
      const at = await takeItems(side, planId, standing, items);
      expect(at.position).toBe(sent);
      const reasons = (await aside()).map(({ reason }) => reason);
      expect(reasons.sort()).toEqual([
        'FORBIDDEN',
        'FORBIDDEN',
        'GAP',
        'NOT_OURS',
        'UNKNOWN_REGION',
        'UPDATE_MALFORMED',
      ]);
      expect(alarms).toHaveLength(reasons.length);
      expect(alarms.join()).not.toContain('forged ');
      expect(await titleHere()).toMatch(/^Title( by one seat| honest){2}$/);
    });

    test('under a number that was another edit’s are put aside with an alarm: a peer that was set back to a backup uses its numbers again', async () => {
      const base = snapshot(there);
      const first = item(type(' before'));
      const at = await takeItems(side, planId, standing, [first]);
      const restored = load(base);
      restored.clientID = 2 * ids + 2;
      const again = { ...first, update: edit(restored, (title) => title.insert(title.length, ' after')) };
      await takeItems(side, planId, { ...standing, cursor: at.cursor }, [again, first]);
      expect(await aside()).toEqual([{ n: 2, state: 'REFUSED', reason: 'EDIT_ID_REUSED' }]);
      expect(alarms).toHaveLength(1);
      expect(await titleHere()).toBe('Title before');
    });

    test('come into a frozen plan', async () => {
      await query("UPDATE plan SET status = 'UNDER_REVIEW' WHERE id = $1");
      await takeItems(side, planId, standing, [item(type(' late'))]);
      expect(await titleHere()).toBe('Title late');
    });
  });

  test('one of several processes holds the links; another takes them over', async () => {
    const url = 'http://127.0.0.1:9'; // nobody there
    const regions = [{ region: 'africa', url, readKey: async () => 'n4u_africa_x' }];
    const log = createLog('links', 'error');
    const holders = async () =>
      (await plans.database.source.query(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = 4904822 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
      )) as { pid: number }[];
    const hints = createProcessHints();
    const [first, second] = [openLinks({ plans, hints, log, regions }), openLinks({ plans, hints, log, regions })];
    try {
      await until(async () => (await holders()).length === 1);
      const [{ pid } = { pid: 0 }] = await holders();
      // as when its process dies
      await plans.database.source.query('SELECT pg_terminate_backend($1)', [pid]);
      await until(async () => (await holders()).some((holder) => holder.pid !== pid));
      expect(await holders()).toHaveLength(1);
      const told = () => plans.database.source.query('SELECT connected, error FROM link_peer');
      await until(async () => (await told())[0]?.error?.includes('ECONNREFUSED'));
      expect(await told()).toMatchObject([{ connected: false }]);
    } finally {
      await Promise.all([first.stop(), second.stop()]);
    }
    expect(await holders()).toEqual([]);
  });

  test('a state that this release does not know holds up neither the plan’s text nor its other states', async () => {
    const update = type(' from there');
    const activity = { node_key: 'n1', note: null, version: 2, changed_by: 'seat:there', changed_at: new Date() };
    const states = {
      activity_status: [
        { ...activity, status: 'PAUSED' },
        { ...activity, node_key: 'n2', status: 'PLANNED' },
      ],
      milestone_status: [],
      indicator_actual: [],
    };
    const listed = {
      ...{ id: planId, networkIds: ['net:africa'], status: 'DRAFT', visibility: 'NETWORK', sourceLocale: 'en' },
      ...{ expertGroups: {}, objectiveNetworks: {}, epoch: 1, version: 1, sequence: 2, stateHash: 'another' },
      ...{ homeRegion: 'americas', amends: null, provenance: 'USER', sourceUrl: null, createdBy: null },
      ...{ createdAt: new Date().toISOString(), start: 'start' },
    };
    const ended = new AbortController();
    const peer = {
      signal: ended.signal,
      ended: new Error('closed'),
      ask: async (query: string) =>
        query.includes('replicatedStates')
          ? { replicatedStates: structuredClone(states) }
          : { replicatedPlans: { region: 'africa', regionNumber: 2, plans: [listed] } },
      async *follow() {
        const edit = {
          __typename: 'PlanEdits',
          cursor: 'c2',
          region: 'africa',
          originSequence: 2,
          seat: { id: 'seat:there' },
        };
        yield [{ ...edit, update: Buffer.from(update).toString('base64') }];
        await new Promise((resolve) => ended.signal.addEventListener('abort', resolve));
      },
      close: async () => {},
    } as unknown as Peer;
    const running = replicate(side, peer, { poll: 50, idle: 1_000 }).catch(() => {});
    try {
      // there is nothing to listen to: who takes edits tells the room, and states nobody
      for (let n = 0; n < 1_200 && (await titleHere()) === 'Title'; n++)
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await titleHere()).toBe('Title from there');
      expect(await query('SELECT node_key, status FROM activity_status WHERE plan_id = $1')).toEqual([
        { node_key: 'n2', status: 'PLANNED' },
      ]);
      expect(alarms.join()).toContain('n1');
    } finally {
      ended.abort();
      await running;
    }
  });

  function makeNode(doc: Y.Doc, code: string): void {
    const node = new Y.Map<unknown>();
    for (const [field, value] of Object.entries({ kind: 'objective', parent: null, pos: 'a5', code }))
      node.set(field, value);
    doc.getMap('nodes').set('same-key', node);
  }
});
