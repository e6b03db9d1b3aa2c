import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { type Database, openDatabase } from '../../kit/database/open.ts';
import { resumeClientId } from '../../subgraphs/working-plans/commands/client-ids.ts';
import { beginEpoch } from '../../subgraphs/working-plans/commands/redaction/epoch.ts';
import { load, snapshot } from '../../subgraphs/working-plans/document/state.ts';
import { commitEntries, type Entry } from '../../subgraphs/working-plans/log.ts';
import { readEdits, readPlans, writeSnapshot } from '../../subgraphs/working-plans/room/read.ts';
import { openWorld, secret, type World } from '../working-plans/subgraph.ts';
import { Dice } from './clock.ts';
import { PlanTables } from './postgres.ts';

/* The tables in memory, on which the schedules stand, answer what Postgres answers. */

let world: World;
let database: Database;
beforeAll(async () => {
  world = await openWorld();
  database = await openDatabase({
    url: world.database.url,
    secret,
    hints: world.hints,
    subgraph: 'working-plans',
    entities: [],
    migrations: [],
  });
});
afterAll(async () => {
  await database.stop();
  await world.stop();
});

const seats = ['seat:one', 'seat:two'];
const clientIds = [30_000_001, 30_000_002, 30_000_003, 30_000_004];

/** @param outcomes is told how entries ended: repeated or not, or why not taken */
async function compare(seed: number, outcomes: Set<string>): Promise<void> {
  const dice = new Dice(seed);
  const { source } = database;
  const real = (sql: string, values: unknown[] = []) => source.query(sql, values);
  const id = `plan:statements-${seed}`;
  await real(
    `INSERT INTO plan (id, network_ids, status, visibility, source_locale, provenance)
     VALUES ($1, '{net:americas}', 'DRAFT', 'NETWORK', 'en', 'USER')`,
    [id],
  );
  const { plan } = (await readPlans(source, [{ id, seq: null, epoch: null }])).get(id)!;
  const tables = new PlanTables({ ...plan }, () => 0, dice.below);
  const model = { query: async (sql: string, values: unknown[]) => tables.run(sql, values) } as unknown as DataSource;
  for (const [index, clientId] of clientIds.entries()) {
    const seatId = seats[index % 2]!;
    tables.clients.set(clientId, { seatId, nextClock: 0 });
    await real('INSERT INTO plan_client (plan_id, client_id, seat_id) VALUES ($1, $2, $3)', [id, clientId, seatId]);
  }

  const entry = (): Entry => {
    const clients = clientIds
      .filter(() => dice.chance(0.4))
      .map((clientId) => {
        const known = tables.clients.get(clientId)!.nextClock;
        const startClock = dice.chance(0.85) ? known : known + dice.pick([-1, 1]);
        return { clientId, startClock, endClock: startClock + 1 + dice.below(3) };
      });
    return {
      planId: dice.chance(0.95) ? id : 'plan:none',
      epoch: dice.chance(0.95) ? tables.plan.epoch : tables.plan.epoch + 1,
      editId: `edit-${seed}-${dice.below(60)}`,
      seatId: dice.pick(seats),
      region: 'americas',
      update: Buffer.from([0, dice.below(3)]),
      clients: dice.chance(0.5) ? clients.filter(({ clientId }) => clientId % 2 === 1) : clients,
      forced: dice.chance(0.1),
    };
  };
  for (let step = 0; step < 60; step++) {
    const batch = Array.from({ length: 1 + dice.below(5) }, entry).sort((a, b) => (a.planId < b.planId ? -1 : 1));
    const [here, there] = [await commitEntries(source, batch), await commitEntries(model, batch)];
    expect(there.answers).toEqual(here.answers);
    expect(there.edits.map(({ seq, update }) => [seq, update])).toEqual(
      here.edits.map(({ seq, update }) => [seq, update]),
    );
    for (const answer of here.answers) outcomes.add(answer.ok ? `${answer.repeated}` : answer.reason);

    if (dice.chance(0.2)) {
      const resume = { clientId: dice.pick(clientIds), nextClock: dice.below(4), outboxEnd: 4 + dice.below(9) };
      const seat = dice.pick(seats);
      const known = await resumeClientId(source.manager, id, seat, resume);
      expect(await resumeClientId(model, id, seat, resume)).toBe(known);
    }
    if (dice.chance(0.1)) {
      const status = dice.pick(['DRAFT', 'DRAFT', 'UNDER_REVIEW'] as const);
      tables.plan.status = status;
      await real('UPDATE plan SET status = $2 WHERE id = $1', [id, status]);
    }
    if (dice.chance(0.15)) {
      const at = [tables.plan.epoch, dice.chance(0.8) ? tables.plan.seq : 1] as const;
      for (const to of [source, model])
        await writeSnapshot(to, id, ...at, { bytes: Buffer.from([step]), stateVector: Buffer.from([step, 1]) });
    }
    if (dice.chance(0.05)) {
      const doc = load(null);
      tables.startEpoch(snapshot(doc));
      await source.transaction((manager) => beginEpoch(manager, id, doc));
    }
    const held = dice.pick([
      { id, seq: null, epoch: null },
      { id, seq: dice.below(tables.plan.seq + 1), epoch: tables.plan.epoch },
      { id, seq: 0, epoch: tables.plan.epoch - 1 },
    ]);
    const [seen, modelled] = await Promise.all(
      [source, model].map(async (of) => (await readPlans(of, [held])).get(id)!),
    );
    const told = ({ plan: { seq, epoch, status }, snapshot, edits }: typeof seen & object) => ({
      seq,
      epoch,
      status,
      snapshot: snapshot && {
        seq: snapshot.seq,
        bytes: [...snapshot.bytes],
        stateVector: snapshot.stateVector && [...snapshot.stateVector],
      },
      edits: edits.map((edit) => [edit.seq, edit.epoch, edit.seatId, [...edit.update]]),
    });
    expect(told(modelled!)).toEqual(told(seen!));
    const after = [tables.plan.epoch, dice.below(tables.plan.seq + 1), 3] as const;
    const [read, readThere] = await Promise.all([source, model].map((of) => readEdits(of, id, ...after)));
    expect(readThere!.map(({ seq }) => seq)).toEqual(read!.map(({ seq }) => seq));
  }
}

test('entries taken, refused and repeated, snapshots, epochs and resumed ids; they end in every way there is', async () => {
  const outcomes = new Set<string>();
  for (const seed of [1, 2, 3, 4]) await compare(seed, outcomes);
  const every = ['CLOCK', 'EDIT_ID_REUSED', 'EPOCH_CHANGED', 'NOT_FOUND', 'PLAN_FROZEN', 'false', 'true'];
  expect([...outcomes].sort()).toEqual(every.sort());
});
