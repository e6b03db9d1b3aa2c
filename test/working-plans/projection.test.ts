import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { deleteNode } from '../../subgraphs/working-plans/document/edit.ts';
import { readOutline } from '../../subgraphs/working-plans/document/outline.ts';
import { createLoaders } from '../../subgraphs/working-plans/loaders.ts';
import type { Plans } from '../../subgraphs/working-plans/plans.ts';
import { writeOutline } from '../../subgraphs/working-plans/projection/write.ts';
import { rebuildProjection } from '../../subgraphs/working-plans/projection.ts';
import { never, openProcesses } from './processes.ts';
import { Hand, rowsOf, storedRows } from './projecting.ts';
import { actors, joint } from './subgraph.ts';

let world: Awaited<ReturnType<typeof openProcesses>>;
beforeEach(async () => {
  world = await openProcesses();
});
afterEach(() => world.stop());

const documentOf = async (plans: Plans) => (await plans.rooms.open([joint])).get(joint)!;
const position = async () => {
  const [row] = await world.database.source.query(
    'SELECT epoch, at_seq::int AS seq, revision::int FROM plan_projection WHERE plan_id = $1',
    [joint],
  );
  return row as { epoch: number; seq: number; revision: number };
};
const late = (plans: Plans) =>
  createLoaders(plans, actors['africa-rep']).projection.page(
    { dueBefore: '2030-01-01', responsibleId: 'org:new' },
    null,
    100,
  );
/** Waits for something to come true, looking every 20 ms; a projection comes after the answer by a timer that no test can await. */
async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let left = 3_000; left > 0; left--) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('not within a minute');
}

function createPick(seed: number) {
  let state = seed;
  return <T>(from: readonly T[]): T => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return from[Math.floor((state / 2 ** 32) * from.length)]!;
  };
}

test.each([1, 2, 3])(
  'equals the typed tree and a rebuild, after random edits through two processes that project at once (seed %i)',
  async (seed) => {
    const here = world.start({ delay: 5, every: 50 });
    const there = world.start({ delay: 1, every: 50 });
    const hands = await Promise.all([here, there].map((plans) => Hand.join(plans, actors['both-editor'])));
    const pick = createPick(seed);
    for (let step = 0; step < 40; step++) {
      await Promise.all(hands.map((hand) => hand.random(pick)));
      if (step % 8 === 0) await Promise.all(hands.map((hand) => hand.look()));
      if (step % 5 === 0) await pick([here, there]).projection.catchUp([joint]);
    }
    await Promise.all([here.projection.catchUp([joint]), there.projection.catchUp([joint])]);
    const { doc, seq } = await documentOf(here);
    const projected = await storedRows(world.database);
    expect(projected).toEqual(rowsOf(doc));
    expect(await position()).toMatchObject({ epoch: 1, seq });
    await world.database.source.transaction((manager) => rebuildProjection(manager, joint));
    expect(await storedRows(world.database)).toEqual(projected);
  },
);

describe('a process that dies between commit and projection', () => {
  test('is made good by whoever reads', async () => {
    const dies = world.start({ delay: never, every: never });
    const hand = await Hand.join(dies, actors['both-editor']);
    await hand.set('a1.1.1', { responsible: 'org:new', endsOn: '2027-06-01' });
    const reader = world.start();
    expect((await late(reader)).map(({ head }) => head.key)).toEqual(['a1.1.1']);
    expect(reader.rooms.size).toBe(0); // no plan was opened for it
    await hand.set('a1.1.1', { responsible: null });
    expect(await late(reader)).toEqual([]);
  });

  test('by SIGKILL too', async () => {
    const script = fileURLToPath(new URL('./committer.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, world.url, 'org:new'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const said = await new Promise((resolve) =>
      child.stdout.once('data', resolve).once('end', () => resolve('nothing')),
    );
    child.kill('SIGKILL');
    expect(String(said)).toBe('committed\n');
    expect((await late(world.start())).map(({ head }) => head.key)).toEqual(['a1.1.1']);
  });

  test('or by the round of another', async () => {
    const dies = world.start({ delay: never, every: never });
    await dies.projection.catchUp([joint]);
    const hand = await Hand.join(dies, actors['both-editor']);
    await hand.set('a1.1.2', { responsible: 'org:new' });
    const { seq } = await documentOf(dies);
    world.start({ delay: never, every: 50 }); // it leaves two seconds to the process that committed
    await until(async () => (await position()).seq === seq);
    expect((await storedRows(world.database)).find((row) => row.node_key === 'a1.1.2')?.responsible).toBe('org:new');
  });
});

test('typing in texts costs the projection nothing: it moves on without reading the document', async () => {
  const plans = world.start({ delay: 1, every: never });
  const hand = await Hand.join(plans, actors['both-editor']);
  await plans.projection.catchUp([joint]);
  const before = await position();
  world.statements.length = 0;
  for (let n = 0; n < 20; n++) await hand.set('a1.1.1', { title: { en: `Typed ${n}` } });
  await late(plans);
  expect(world.statements.filter((sql) => /plan_node/.test(sql) && !/SELECT/.test(sql))).toEqual([]);
  expect(await position()).toEqual(before);
  const round = world.start({ delay: never, every: 20 });
  await until(async () => (await position()).seq === before.seq + 20);
  expect((await position()).revision).toBe(before.revision);
  await round.stop();
  // A structural edit after them is found among them.
  await hand.set('a1.1.1', { title: { en: 'Typed again' } });
  await hand.set('a1.1.1', { responsible: 'org:new' });
  await hand.set('a1.1.1', { title: { en: 'And again' } });
  expect((await late(world.start())).map(({ head }) => head.key)).toEqual(['a1.1.1']);
});

test('only what has changed is written, and by the process that committed it, soon', async () => {
  const plans = world.start({ delay: 1, every: never });
  const hand = await Hand.join(plans, actors['both-editor']);
  await plans.projection.catchUp([joint]);
  await hand.set('a1.1.3', { endsOn: '2027-07-07' });
  const { seq } = await documentOf(plans);
  await until(async () => (await position()).seq === seq);
  const written = await world.database.source.query(
    'SELECT node_key FROM plan_node WHERE plan_id = $1 AND at_seq = $2',
    [joint, seq],
  );
  expect(written).toEqual([{ node_key: 'a1.1.3' }]);
});

test('a rebuild voids what a process knew of the rows', async () => {
  const plans = world.start({ delay: never, every: never });
  const hand = await Hand.join(plans, actors['both-editor']);
  await plans.projection.catchUp([joint]);
  await world.database.source.query('DELETE FROM plan_node WHERE plan_id = $1', [joint]); // as nobody may: damage to repair
  await world.database.source.transaction((manager) => rebuildProjection(manager, joint));
  await hand.set('a1.1.1', { responsible: 'org:new' });
  await plans.projection.catchUp([joint]);
  expect(await storedRows(world.database)).toEqual(rowsOf((await documentOf(plans)).doc));
  const by = { by: actors['both-editor'].seatId!, at: '2027-01-01T00:00:00Z' };
  for (const key of ['o1', 'o2']) await hand.push(deleteNode(hand.doc, key, by, hand.clientId));
  await world.database.source.transaction((manager) => rebuildProjection(manager, joint));
  expect(await storedRows(world.database)).toEqual([]);
  for (const key of ['o1', 'o2']) await hand.push(deleteNode(hand.doc, key, null, hand.clientId));
  await plans.projection.catchUp([joint]);
  expect(await storedRows(world.database)).toEqual(rowsOf((await documentOf(plans)).doc));
});

test('an older reading never overwrites a newer one, and a redaction’s epoch wins with its commit', async () => {
  const plans = world.start();
  const hand = await Hand.join(plans, actors['both-editor']);
  await hand.set('o1', { code: 'a name' });
  const room = await documentOf(plans);
  const stale = { at: room.position, outline: readOutline(room.doc) };
  await hand.set('o1', { code: 'redacted' });
  await plans.projection.catchUp([joint]);
  expect(await writeOutline(world.database.source, joint, stale.at, stale.outline)).toBeUndefined();
  const codes = async () => (await storedRows(world.database)).filter((row) => row.code === 'a name').length;
  expect(await codes()).toBe(0);

  // A redaction: new epoch at the same seq, its rows in its own transaction. Who wrote from the old epoch waits for it, then finds it.
  let racing: Promise<unknown> = Promise.resolve();
  await world.database.source.transaction(async (manager) => {
    await manager.query('SELECT FROM plan WHERE id = $1 FOR UPDATE', [joint]);
    await manager.query(
      'INSERT INTO plan_snapshot (plan_id, epoch, seq, update_v2) SELECT plan_id, 2, p.seq, update_v2 FROM plan_snapshot s JOIN plan p ON p.id = s.plan_id WHERE s.plan_id = $1 LIMIT 1',
      [joint],
    );
    await manager.query('UPDATE plan SET epoch = 2 WHERE id = $1', [joint]);
    await rebuildProjection(manager, joint);
    racing = writeOutline(world.database.source, joint, { epoch: 1, seq: stale.at.seq + 1_000 }, stale.outline);
  });
  expect(await racing).toBeUndefined();
  expect(await codes()).toBe(0);
  expect(await position()).toMatchObject({ epoch: 2 });
});

test('a reader waits two seconds for who holds a plan, then goes on with what was there before', async () => {
  const plans = world.start({ delay: never, every: never });
  const hand = await Hand.join(plans, actors['both-editor']);
  await hand.set('a1.1.1', { responsible: 'org:new', endsOn: '2027-06-01' });
  expect(await late(plans)).toHaveLength(1);
  await hand.set('a1.1.1', { responsible: null });
  const runner = world.database.source.createQueryRunner();
  await runner.startTransaction();
  await runner.query('SELECT FROM plan_projection WHERE plan_id = $1 FOR UPDATE', [joint]);
  const reader = world.start();
  expect(await late(reader)).toHaveLength(1);
  await runner.rollbackTransaction();
  await runner.release();
  expect(await late(reader)).toHaveLength(0);
});
