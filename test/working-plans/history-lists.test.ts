import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import * as Y from 'yjs';
import { readAuthorship } from '../../subgraphs/working-plans/history/authorship.ts';
import { readDeleted } from '../../subgraphs/working-plans/history/deleted.ts';
import { createHistoryLoaders } from '../../subgraphs/working-plans/history/loaders.ts';
import { joint, openWorld, type World } from './subgraph.ts';

let world: World;
let source: DataSource;
beforeAll(async () => {
  world = await openWorld();
  await world.db.query('SET search_path TO working_plans');
  source = { query: async (sql: string, values: unknown[]) => (await world.db.query(sql, values)).rows } as never;
  await world.db.query(
    "INSERT INTO plan_client (plan_id, client_id, seat_id) VALUES ($1, 1, 'seat:1'), ($1, 2, 'seat:2')",
    [joint],
  );
});
afterAll(() => world.stop());

test('of thousands of deleted nodes the latest are told', async () => {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (let n = 0; n < 3_000; n++) {
      const node = new Y.Map<unknown>();
      doc.getMap('nodes').set(`m${n}`, node);
      const at = new Date(Date.UTC(2027, 0, 1) + n * 1_000).toISOString();
      for (const [field, value] of Object.entries({ kind: 'milestone', deleted: { by: 'seat:1', at } }))
        node.set(field, value);
    }
  });
  const found = await readDeleted(createHistoryLoaders(source), joint, doc);
  expect(found.map(({ nodeId }) => nodeId)).toEqual(Array.from({ length: 500 }, (_, n) => `${joint}/m${2_999 - n}`));
});

test('a text that two have written letter by letter is told apart for 2,000 stretches', async () => {
  const doc = new Y.Doc();
  const text = doc.getText('a');
  for (let n = 0; n < 3_000; n++) {
    doc.clientID = 1 + (n % 2);
    text.insert(n, n % 2 ? 'b' : 'a');
  }
  const found = await readAuthorship(source, joint, text);
  expect(found).toHaveLength(2_001);
  expect(found.map(({ text: piece }) => piece).join('')).toBe(text.toString());
  expect(found.slice(0, 2).map(({ seat }) => seat?.id)).toEqual(['seat:1', 'seat:2']);
  expect(found.at(-1)).toMatchObject({ text: 'ab'.repeat(500), seat: null });
});
