import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { commitEntries } from '../../subgraphs/working-plans/log.ts';
import { adopt, adopted, conclude, problemOf, submitted } from './life.ts';
import { Copy, openWorld, type World } from './subgraph.ts';

describe('life regions', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.stop());

  /** An edit that Africa took while it was cut off: as the link appends it. */
  async function arrive(planId: string): Promise<void> {
    const copy = await Copy.open(world.instance, 'both-editor', planId);
    copy.doc.clientID = 2 * 2 ** 24 + 1;
    const update = copy.type('Never decided: ');
    const endClock = Y.parseUpdateMeta(update).to.get(copy.doc.clientID)!;
    const clients = [{ clientId: copy.doc.clientID, startClock: 0, endClock }];
    const entry = { planId, epoch: 1, editId: 'of africa 1', seatId: 'seat:there', region: 'africa', originSeq: 1 };
    await world.db.query('SET search_path TO working_plans, public');
    const manager = { query: async (sql: string, values?: unknown[]) => (await world.db.query(sql, values)).rows };
    await commitEntries(manager as never, [{ ...entry, update, clients, forced: true }]);
  }

  const standing = async (planId: string) =>
    (
      await world.instance.ask('asia-editor', 'query ($id: ID!) { workingPlan(id: $id) { status isAsAdopted } }', {
        id: planId,
      })
    ).data.workingPlan;

  test('what comes from another region after the freeze is not adopted by the decision on what was frozen', async () => {
    const { id, hash } = await submitted(world.instance);
    const decision = await conclude(world, id, hash);
    await arrive(id);
    expect(problemOf(await adopt(world.instance, 'steering-member', id, [decision], hash))[0]).toBe('ConflictError');
  });

  test('what comes after the adoption is told apart from what was adopted, to readers from outside too', async () => {
    const { id } = await adopted(world, { visibility: 'PUBLIC' });
    expect(await standing(id)).toEqual({ status: 'ADOPTED', isAsAdopted: true });
    await arrive(id);
    expect(await standing(id)).toEqual({ status: 'ADOPTED', isAsAdopted: false });
  });
});
