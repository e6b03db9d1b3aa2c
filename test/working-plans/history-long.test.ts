import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { Copy, joint, openWorld, type World } from './subgraph.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.db.query('SET search_path TO working_plans');
});
afterAll(() => world.stop());

test('a seat that touched hundreds of fields at a time for hours is read in pieces, and nothing is left out', async () => {
  const { doc } = await Copy.open(world.instance, 'africa-rep');
  await world.db.query(
    `INSERT INTO plan_edit (plan_id, seq, epoch, edit_id, seat_id, client_id, update, region, touched)
     SELECT $1, s, 1, 'e' || s, 'seat:s02', 5, '\\x0000', 'americas',
       ARRAY(SELECT 'edit a' || ((s * 7 + l) % 500) || ' description en' FROM generate_series(1, 200) l)
     FROM generate_series(2, 2501) s`,
    [joint],
  );
  await world.db.query('UPDATE plan SET seq = 2501 WHERE id = $1', [joint]);
  await world.db.query('INSERT INTO plan_snapshot (plan_id, epoch, seq, update_v2) VALUES ($1, 1, 2501, $2)', [
    joint,
    Buffer.from(Y.encodeStateAsUpdateV2(doc)),
  ]);
  const pages: number[][] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { data } = await world.instance.ask(
      'africa-rep',
      `query ($after: Cursor) { workingPlan(id: "${joint}") { history(first: 10, after: $after) { edges { node { edits } } pageInfo { hasNextPage endCursor } } } }`,
      { after },
    );
    const { edges, pageInfo } = data.workingPlan.history;
    pages.push(edges.map(({ node }: { node: { edits: number } }) => node.edits));
    [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
  }
  expect(pages.length).toBeGreaterThan(1);
  expect(Math.max(...pages.flat())).toBeLessThan(1_500);
  expect(pages.flat().reduce((sum, edits) => sum + edits)).toBe(2_501);
});
