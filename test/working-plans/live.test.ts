import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { createCursors } from '../../kit/cursor.ts';
import {
  af,
  am,
  base64,
  bytes,
  Copy,
  codeOf,
  createPlan,
  cursorSecret,
  type Instance,
  joint,
  type Name,
  nextSecond,
  openWorld,
  stored,
  type World,
} from './subgraph.ts';

let world: World;
let here: Instance;
beforeAll(async () => {
  world = await openWorld();
  here = world.instance;
});
afterAll(() => world.stop());

describe('what is refused', () => {
  test('gets its own code and leaves no byte behind', async () => {
    const copy = await Copy.join(here, 'africa-editor');
    const before = await stored(world);
    const document = (await Copy.open(here, 'africa-editor')).doc;
    expect(codeOf(await copy.push('AAA'))).toBe('UPDATE_MALFORMED');
    expect(codeOf(await copy.push('AA=A'))).toBe('BAD_USER_INPUT');
    expect(codeOf(await copy.push(base64(new Uint8Array([1, 2, 3, 4, 5]))))).toBe('UPDATE_MALFORMED');
    expect(codeOf(await copy.push(base64(new Uint8Array(70_000))))).toBe('UPDATE_TOO_LARGE');
    expect(codeOf(await copy.push('AAA=', 'with spaces'))).toBe('BAD_USER_INPUT');
    expect(codeOf(await copy.push('AAA=', 'x', { planId: 'plan:none' }))).toBe('NOT_FOUND');
    expect(codeOf(await copy.push('AAA=', 'x', { planId: 'plan:\u0000' }))).toBe('NOT_FOUND');
    const changed = await copy.push(copy.type('x'), 'epoch', { epoch: 2 });
    expect(changed.errors?.[0]?.extensions).toMatchObject({ code: 'EPOCH_CHANGED', epoch: 1 });
    const stranger = await Copy.open(here, 'africa-editor');
    expect(codeOf(await stranger.push(stranger.type('x')))).toBe('FORBIDDEN');
    const other = await Copy.join(here, 'americas-editor');
    stranger.doc.clientID = other.doc.clientID;
    expect(codeOf(await stranger.push(stranger.type('x')))).toBe('FORBIDDEN');
    expect(await stored(world)).toEqual(before);
    expect(Y.equalSnapshots(Y.snapshot((await Copy.open(here, 'africa-editor')).doc), Y.snapshot(document))).toBe(true);
  });

  test('an edit on top of one that never came is told what the plan has', async () => {
    const copy = await Copy.join(here, 'africa-editor');
    copy.type('lost');
    const answer = await copy.push(copy.type('on top'));
    expect(answer.errors?.[0]?.extensions.code).toBe('RESYNC');
    const known = Y.decodeStateVector(bytes(answer.errors?.[0]?.extensions.stateVector));
    expect(known.get(copy.doc.clientID) ?? 0).toBe(0);
    expect(known.size).toBeGreaterThan(0);
  });
});

describe('opening', () => {
  test('with a state vector gives what is missing, and update, cursor and state vector are of one moment', async () => {
    const [writer, reader] = [await Copy.join(here, 'americas-editor'), await Copy.open(here, 'africa-rep')];
    await writer.push(writer.type('more '));
    const open = (since: string | null) =>
      here.ask(
        'africa-rep',
        `query ($since: StateVector) { workingPlan(id: "${joint}") { document(since: $since) { update cursor stateVector epoch } } }`,
        { since },
      );
    const since = base64(Y.encodeStateVector(reader.doc));
    const [whole, part] = [await open(null), await open(since)].map(({ data }) => data.workingPlan.document);
    expect(part.update.length).toBeLessThan(whole.update.length / 4);
    Y.applyUpdateV2(reader.doc, bytes(part.update));
    expect(base64(Y.encodeStateVector(reader.doc))).toBe(part.stateVector);
    expect(reader.text().toString()).toMatch(/^more /);
    expect(part.cursor).toBe(whole.cursor);
    expect(codeOf(await open('/////w=='))).toBe('BAD_USER_INPUT');
  });
});

describe('following', () => {
  test('after a cursor: what was missed, then live, each edit once and in order, while others push', async () => {
    const writers = await Promise.all([1, 2, 3, 4].map(() => Copy.join(here, 'americas-editor')));
    const start = await Copy.open(here, 'africa-rep');
    const before = (await stored(world)).seq;
    const pushRounds = async (rounds: number) => {
      for (let round = 0; round < rounds; round++) {
        await Promise.all(writers.map((writer) => writer.push(writer.type('z'))));
      }
    };
    await pushRounds(60); // more than a page of the log
    const pushing = pushRounds(30);
    const readers = await Promise.all([1, 2, 3].map(() => here.follow('africa-rep', joint, start.cursor)));
    await pushing;
    const { seq } = await stored(world);
    const { rows } = await world.db.query(
      'SELECT update, seat_id FROM working_plans.plan_edit WHERE plan_id = $1 AND seq > $2 ORDER BY seq',
      [joint, before],
    );
    expect(rows).toHaveLength(seq - before);
    for (const reader of readers) {
      const got = await reader.take(rows.length);
      expect(got.map((event) => event.update)).toEqual(rows.map((row) => row.update.toString('base64')));
      expect(got[0]).toMatchObject({ __typename: 'PlanEdits', seat: { id: 'seat:s02' }, region: 'americas' });
    }
    await writers[0]?.push(writers[0].type('live'));
    for (const reader of readers) {
      expect(await reader.take(rows.length + 1)).toHaveLength(rows.length + 1);
      reader.close();
    }
    // From the middle: exactly the rest.
    const [middle] = readers[0]!.events.slice(100, 101);
    const rest = await here.follow('africa-rep', joint, middle.cursor);
    expect((await rest.take(rows.length - 100)).map((event) => event.cursor)).toEqual(
      readers[0]!.events.slice(101).map((event) => event.cursor),
    );
    rest.close();
  });

  test('without a cursor: from now', async () => {
    const writer = await Copy.join(here, 'americas-editor');
    const reader = await here.follow('africa-rep', joint);
    // The first edit may still come before the subscription has begun; the reader then waits for a later one.
    while (reader.events.length === 0) await writer.push(writer.type('.'));
    const seqs = Y.decodeUpdate(bytes(reader.events[0].update));
    expect(seqs.structs.length).toBeGreaterThan(0);
    reader.close();
  });

  test('is refused to who may not read, and for a cursor of anything else', async () => {
    const code = async (who: Name, planId: string, cursor: string | null) =>
      (await (await here.follow(who, planId, cursor)).refused)?.[0]?.extensions.code;
    expect(await code('observer', joint, null)).toBe('NOT_FOUND');
    expect(await code('partner', joint, 'rubbish')).toBe('NOT_FOUND');
    expect(await code('africa-rep', 'plan:none', null)).toBe('NOT_FOUND');
    expect(await code('africa-rep', joint, 'rubbish')).toBe('CURSOR_INVALID');
    const { rows } = await world.db.query('SELECT id, epoch FROM feed.installation');
    const cursors = (kind: string, stream: string, installation = `${rows[0].id} ${rows[0].epoch}`) =>
      createCursors<object>(cursorSecret, { kind, stream, installation }).encode({ epoch: 1, seq: 1 });
    expect(await code('africa-rep', joint, cursors('plan', 'plan:other'))).toBe('CURSOR_INVALID');
    expect(await code('africa-rep', joint, cursors('feed', joint))).toBe('CURSOR_INVALID');
    expect(await code('africa-rep', joint, cursors('plan', joint, 'another'))).toBe('CURSOR_INVALID');
    const ahead = createCursors<object>(cursorSecret, {
      kind: 'plan',
      stream: joint,
      installation: `${rows[0].id} ${rows[0].epoch}`,
    }).encode({ epoch: 1, seq: 1e9 });
    expect(await code('africa-rep', joint, ahead)).toBe('CURSOR_INVALID');
  });

  test('rights are judged again at each delivery', async () => {
    const writer = await Copy.join(here, 'americas-editor');
    const reader = await here.follow('africa-rep', joint, writer.cursor);
    await writer.push(writer.type('seen'));
    await reader.take(1);
    await world.db.query('UPDATE working_plans.plan SET network_ids = $2 WHERE id = $1', [joint, [am]]);
    await nextSecond();
    await writer.push(writer.type('unseen'));
    expect((await reader.refused)?.[0]?.extensions.code).toBe('RIGHTS_CHANGED');
    expect(reader.events).toHaveLength(1);
    await world.db.query('UPDATE working_plans.plan SET network_ids = $2 WHERE id = $1', [joint, [af, am]]);
    await nextSecond();
  });
});

describe('a new epoch', () => {
  test('resets its followers, old cursors and old pushes, and the old epoch can be purged', async () => {
    const planId = await createPlan(here, 'both-editor');
    const [copy, idle] = [await Copy.join(here, 'both-editor', planId), await Copy.open(here, 'both-editor', planId)];
    await copy.push(copy.type('a name '));
    const reader = await here.follow('both-editor', planId, copy.cursor);
    await reader.take(1);
    // What a redaction does: the document without its history becomes the new epoch's snapshot.
    const clean = new Y.Doc();
    Y.applyUpdateV2(clean, Y.encodeStateAsUpdateV2(idle.doc));
    await world.db.query('BEGIN');
    await world.db.query('UPDATE working_plans.plan SET epoch = 2 WHERE id = $1', [planId]);
    await world.db.query(
      'INSERT INTO working_plans.plan_snapshot (plan_id, epoch, seq, update_v2) SELECT id, 2, seq, $2 FROM working_plans.plan WHERE id = $1',
      [planId, Buffer.from(Y.encodeStateAsUpdateV2(clean))],
    );
    await world.db.query('DELETE FROM working_plans.plan_edit WHERE plan_id = $1', [planId]);
    await world.db.query('COMMIT');
    expect((await reader.take(2))[1]).toMatchObject({ __typename: 'PlanReset', epoch: 2 });
    expect((await copy.push(copy.type('x'))).errors?.[0]?.extensions).toMatchObject({
      code: 'EPOCH_CHANGED',
      epoch: 2,
    });
    const late = await here.follow('both-editor', planId, copy.cursor);
    expect((await late.take(1))[0]).toMatchObject({ __typename: 'PlanReset', epoch: 2 });
    const again = await Copy.join(here, 'both-editor', planId);
    expect(again.epoch).toBe(2);
    expect(codeOf(await again.push(again.type('new ')))).toBeUndefined();
    expect((await late.take(2))[1]).toMatchObject({ __typename: 'PlanEdits' });
    expect((await reader.take(3))[2]).toMatchObject({ __typename: 'PlanEdits' });
    const { rows } = await world.db.query('SELECT seq::int FROM working_plans.plan_edit WHERE plan_id = $1', [planId]);
    expect(rows).toEqual([{ seq: 3 }]);
    reader.close();
    late.close();
  });
});
