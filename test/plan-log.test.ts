import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { openDatabase } from '../kit/database/open.ts';
import { contentEquals } from '../subgraphs/working-plans/document/state.ts';
import { createPlanLog, type Entry } from '../subgraphs/working-plans/log.ts';
import {
  bytes,
  Copy,
  codeOf,
  type Instance,
  joint,
  openWorld,
  secret,
  startInstance,
} from './working-plans/subgraph.ts';

let world: Awaited<ReturnType<typeof openWorld>>;
let here: Instance;
beforeAll(async () => {
  world = await openWorld();
  here = world.instance;
});
afterAll(() => world.stop());

const log = async () =>
  (
    await world.db.query('SELECT seq, edit_id, update FROM working_plans.plan_edit WHERE plan_id = $1 ORDER BY seq', [
      joint,
    ])
  ).rows;
const head = async () =>
  Number((await world.db.query('SELECT seq FROM working_plans.plan WHERE id = $1', [joint])).rows[0].seq);

describe('an acknowledged edit', () => {
  test('is in the log before the answer, and a process that starts afterwards reads it', async () => {
    const copy = await Copy.join(here, 'americas-editor');
    const answer = await copy.push(copy.type('acked '), 'acked');
    expect(answer.errors).toBeUndefined();
    expect((await log()).some((row) => row.edit_id === 'acked')).toBe(true);
    const fresh = await startInstance(world.database.url);
    const elsewhere = await Copy.open(fresh, 'africa-rep');
    await fresh.stop();
    expect(elsewhere.text().toString()).toBe(copy.text().toString());
    expect(elsewhere.cursor).toBe(answer.data.pushPlanEdits.cursor);
    expect(contentEquals(elsewhere.doc, copy.doc)).toBe(true);
  });

  test('is looked for by its number: however long the log is, no append reads all of it', async () => {
    const times = 12; // after five a connection may plan for values that it does not know
    const all = <T>(value: T) => Array.from({ length: times }, () => value);
    await world.db.query('BEGIN');
    try {
      await world.db.query(
        `INSERT INTO working_plans.plan_edit (plan_id, seq, epoch, edit_id, seat_id, client_id, update, region, touched)
         SELECT $1, 100000 + n, 1, 'long-' || n, 'seat:s02', 1, '\\x0000', 'here', '{a}' FROM generate_series(1, 20000) AS n`,
        [joint],
      );
      await world.db.query('ANALYZE working_plans.plan_edit');
      const { rows } = await world.db.query(
        `SELECT outcome FROM working_plans.append_plan_edits($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
        [
          ...[all(joint), all(1), all('').map((_, n) => `index-${n}`), all('seat:s01'), all(Buffer.from([0, 0]))],
          ...[all('here'), all(null), JSON.stringify(all([])), JSON.stringify(all(['a'])), all(true), all(0)],
        ],
      );
      expect(rows).toHaveLength(times);
      const scans = await world.db.query(
        `SELECT seq_scan::int AS whole, idx_scan::int AS by_index FROM pg_stat_xact_all_tables WHERE schemaname = 'working_plans' AND relname = 'plan_edit'`,
      );
      expect(scans.rows[0].whole).toBe(0);
      expect(scans.rows[0].by_index).toBeGreaterThanOrEqual(2 * times); // its id, and what is newer than it was judged upon
    } finally {
      await world.db.query('ROLLBACK');
    }
  });

  test('is written once for one editId, also when it is sent many times at once, and always gets its first cursor', async () => {
    const copy = await Copy.join(here, 'americas-editor');
    const update = copy.type('once ');
    const before = await head();
    const answers = await Promise.all(Array.from({ length: 20 }, () => copy.push(update, 'once')));
    const cursors = new Set(answers.map((answer) => answer.data.pushPlanEdits.cursor));
    expect(cursors.size).toBe(1);
    expect(await head()).toBe(before + 1);
    await copy.push(copy.type('later '));
    expect((await copy.push(update, 'once')).data.pushPlanEdits.cursor).toBe([...cursors][0]);
  });

  test('keeps its editId: other bytes under it are refused, another seat may use the same', async () => {
    const [mine, theirs] = [await Copy.join(here, 'americas-editor'), await Copy.join(here, 'africa-editor')];
    expect(codeOf(await mine.push(mine.type('a'), 'shared'))).toBeUndefined();
    expect(codeOf(await mine.push(mine.type('b'), 'shared'))).toBe('EDIT_ID_REUSED');
    expect(codeOf(await theirs.push(theirs.type('c'), 'shared'))).toBeUndefined();
  });

  test('sent again under a new editId, as after a lost answer, is not written twice', async () => {
    const copy = await Copy.join(here, 'americas-editor');
    const first = copy.type('x');
    await copy.push(first);
    const before = await head();
    expect(codeOf(await copy.push(first))).toBeUndefined();
    expect(await head()).toBe(before);
    expect(codeOf(await copy.push(Y.mergeUpdates([first, copy.type('y')])))).toBeUndefined();
    expect(await head()).toBe(before + 1);
  });

  test('cannot be changed or taken out of the log', async () => {
    const change = world.db.query("UPDATE working_plans.plan_edit SET update = ''");
    await expect(change).rejects.toThrow('append-only');
    await expect(world.db.query('DELETE FROM working_plans.plan_edit')).rejects.toThrow('append-only');
  });
});

describe('group commit', () => {
  test('what queues while a commit is in flight shares the next: far fewer transactions than pushes, numbers without holes', async () => {
    const copies = await Promise.all(Array.from({ length: 40 }, () => Copy.join(here, 'americas-editor')));
    const before = await head();
    here.statements.length = 0;
    const pushes = copies.flatMap((copy, n) =>
      [copy.type(`${n} `), copy.type(`${n}' `)].map((update) => copy.push(update)),
    );
    const answers = await Promise.all(pushes);
    expect(answers.map(codeOf).filter(Boolean)).toEqual([]);
    const transactions = here.statements.filter((sql) => sql.includes('append_plan_edits')).length;
    expect(transactions).toBeLessThan(answers.length / 2);
    expect((await log()).map((row) => Number(row.seq))).toEqual(Array.from({ length: before + 80 }, (_, n) => n + 1));
    expect(await head()).toBe(before + 80);
  });

  test('a client that sends its edits without waiting has them committed in its order, however they arrive', async () => {
    const copy = await Copy.join(here, 'africa-editor');
    const updates = Array.from({ length: 30 }, (_, n) => copy.type(String(n % 10)));
    const answers = await Promise.all(updates.toReversed().map((update) => copy.push(update)));
    expect(answers.map(codeOf).filter(Boolean)).toEqual([]);
    expect(contentEquals((await Copy.open(here, 'africa-editor')).doc, copy.doc)).toBe(true);
  });

  test('one refused edit fails alone', async () => {
    const copies = await Promise.all(Array.from({ length: 6 }, () => Copy.join(here, 'americas-editor')));
    const updates = copies.map((copy, n) => copy.type(`${n}`));
    const used = copies[3]!;
    await used.push(updates[3]!);
    await used.push(used.type('z'), 'used');
    const answers = await Promise.all(
      copies.map((copy, n) => (n === 3 ? copy.push(copy.type('other'), 'used') : copy.push(updates[n]!))),
    );
    expect(answers.map(codeOf)).toEqual([undefined, undefined, undefined, 'EDIT_ID_REUSED', undefined, undefined]);
  });
});

describe('two processes over one database', () => {
  let there: Instance;
  beforeAll(async () => {
    there = await startInstance(world.database.url, world.hints);
  });
  afterAll(() => there.stop());

  test('commit no fork: of two bodies at one clock of one client id exactly one is taken', async () => {
    for (let round = 0; round < 10; round++) {
      const one = await Copy.join(here, 'americas-editor');
      const two = await Copy.open(there, 'americas-editor');
      two.doc.clientID = one.doc.clientID;
      // Both processes know the plan as it is: neither can refuse before the lock.
      const [a, b] = [one.type(`left${round} `), two.type(`right${round} `)];
      const before = await head();
      const answers = await Promise.all([one.push(a), two.push(b)]);
      expect(answers.map(codeOf).toSorted()).toEqual(['RESYNC', undefined]);
      expect(await head()).toBe(before + 1);
      const kept = answers[0] && codeOf(answers[0]) === undefined ? one : two;
      for (const process of [here, there]) {
        const now = await Copy.open(process, 'americas-editor');
        expect(contentEquals(now.doc, kept.doc)).toBe(true);
      }
    }
  });

  test('take edits for one plan at once: one order, equal documents, every reader gets every edit once', async () => {
    const writers = await Promise.all(
      [here, there, here, there].map((process, n) => Copy.join(process, n % 2 ? 'africa-editor' : 'americas-editor')),
    );
    const start = await Copy.open(here, 'africa-rep');
    const readers = await Promise.all([
      here.follow('africa-rep', joint, start.cursor),
      there.follow('africa-rep', joint, start.cursor),
    ]);
    const before = await head();
    for (let round = 0; round < 25; round++) {
      const answers = await Promise.all(writers.map((writer, n) => writer.push(writer.type(`${n}.${round} `))));
      expect(answers.map(codeOf).filter(Boolean)).toEqual([]);
    }
    expect(await head()).toBe(before + 100);
    const [a, b] = await Promise.all(readers.map((reader) => reader.take(100)));
    expect(a?.map((event) => event.update)).toEqual(b?.map((event) => event.update));
    expect(new Set(a?.map((event) => event.cursor)).size).toBe(100);
    for (const event of a ?? []) Y.applyUpdate(start.doc, bytes(event.update));
    for (const process of [here, there]) {
      expect(contentEquals((await Copy.open(process, 'africa-rep')).doc, start.doc)).toBe(true);
    }
    for (const reader of readers) reader.close();
  });

  test('a process that hears no hint finds what the other committed by itself', async () => {
    const deaf = await startInstance(world.database.url); // hints of its own: it hears nobody
    const opened = await Copy.open(deaf, 'africa-rep');
    const reader = await deaf.follow('africa-rep', joint, opened.cursor);
    const writer = await Copy.join(there, 'africa-editor');
    await writer.push(writer.type('unheard '));
    const [event] = await reader.take(1); // it reads the log anew every three seconds
    Y.applyUpdate(opened.doc, bytes(event.update));
    expect(opened.text().toString()).toMatch(/^unheard /);
    await deaf.stop();
  });
});

describe('under the lock', () => {
  test('two logs given two bodies at one clock commit exactly one, and never a stale epoch, a frozen plan or a foreign client id', async () => {
    const databases = await Promise.all(
      [1, 2].map(() =>
        openDatabase({
          url: world.database.url,
          secret,
          hints: world.hints,
          subgraph: 'working-plans',
          entities: [],
          migrations: [],
        }),
      ),
    );
    const logs = databases.map((database) => createPlanLog({ source: database.source }));
    const copy = await Copy.join(here, 'americas-editor');
    const clientId = copy.doc.clientID;
    const entry = (over: object): Entry => ({
      planId: joint,
      epoch: 1,
      editId: randomUUID(),
      seatId: 'seat:s02',
      region: 'americas',
      update: copy.type('x'),
      clients: [{ clientId, startClock: 0, endClock: 1 }],
      ...over,
    });
    const before = await head();
    const forks = [entry({}), entry({ update: copy.type('y') })];
    const answers = await Promise.all(logs.map((one, n) => one.append(forks[n]!)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers).toContainEqual({ ok: false, reason: 'CLOCK', epoch: 1 });
    expect(await head()).toBe(before + 1);

    const refused = (over: object) => logs[0]!.append(entry(over));
    expect(await refused({ epoch: 2 })).toMatchObject({ reason: 'EPOCH_CHANGED', epoch: 1 });
    expect(await refused({ planId: 'plan:none' })).toMatchObject({ reason: 'NOT_FOUND' });
    const next = [{ clientId, startClock: 1, endClock: 2 }];
    expect(await refused({ seatId: 'seat:s08', clients: next })).toMatchObject({ reason: 'CLOCK' });
    await world.db.query("UPDATE working_plans.plan SET status = 'UNDER_REVIEW' WHERE id = $1", [joint]);
    expect(await refused({ clients: next })).toMatchObject({ reason: 'PLAN_FROZEN' });
    await world.db.query("UPDATE working_plans.plan SET status = 'DRAFT' WHERE id = $1", [joint]);
    expect(await head()).toBe(before + 1);
    await Promise.all(logs.map((one) => one.stop()));
    await expect(logs[0]!.append(entry({}))).rejects.toMatchObject({ code: 'SERVICE_STOPPING' });
    await Promise.all(databases.map((database) => database.stop()));
  });
});
