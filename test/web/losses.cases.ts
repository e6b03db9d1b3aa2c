import { afterEach, describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { PlanSession } from '../../web/co-editing/session.ts';
import { createMemoryShelf, type Kept, type Shelf } from '../../web/co-editing/shelf.ts';
import { type PlanWire, WireFailure } from '../../web/co-editing/wire.ts';
import { createClock } from './clock.ts';
import { createServer, nodeOf, titleOf } from './small-server.ts';

describe('losses', () => {
  const sessions: PlanSession[] = [];
  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.stop();
  });

  async function open(wire: PlanWire, shelf: Shelf) {
    const clock = createClock();
    const session = new PlanSession({ wire, shelf, timers: clock });
    sessions.push(session);
    await session.start();
    await clock.pass(0);
    return { session, clock };
  }

  describe('what was typed and not saved', () => {
    test('outlives a shelf that cannot be read when the plan is opened', async () => {
      const { server, wire } = createServer();
      const shelf = createMemoryShelf();
      const first = await open(wire, shelf);
      server.cut = true;
      titleOf(first.session.view.doc!).insert(0, 'typed on the train ');
      await first.clock.pass(0);
      const left = structuredClone(shelf.peek())!;
      expect(left.entries.filter(({ unsaved }) => unsaved)).toHaveLength(1);
      server.cut = false;

      // The tab is closed. At the next opening the browser cannot read its storage once (IndexedDB: UnknownError).
      const again = createMemoryShelf(left);
      let fails = true;
      const flaky: Shelf = {
        ...again,
        load: async () => {
          if (!fails) return again.load();
          fails = false;
          throw new DOMException('Internal error opening backing store', 'UnknownError');
        },
      };
      const second = await open(wire, flaky);
      await second.clock.pass(0);
      await second.session.stop();
      const third = await open(wire, createMemoryShelf(structuredClone(again.peek()) as Kept));
      await third.clock.pass(60_000);
      expect(String(titleOf(server.doc))).toBe('typed on the train Title');
    });

    test('and is refused is kept to copy though it is no text: a date, an amount', async () => {
      const { server, wire } = createServer();
      const { session, clock } = await open(wire, createMemoryShelf());
      server.refuse = new WireFailure('PLAN_FROZEN', 'the plan is under review');
      nodeOf(session.view.doc!).set('endsOn', '2027-06-30');
      await clock.pass(0);
      server.refuse = undefined;
      await clock.pass(60_000);
      expect(session.view.refused).toHaveLength(1);
      expect(session.view.refused[0]).toMatchObject({
        code: 'PLAN_FROZEN',
        texts: [{ field: 'endsOn', text: '2027-06-30' }],
      });
    });

    test('and is refused is kept to copy though the device holds no whole document any more', async () => {
      const { server, wire } = createServer();
      // What a device has left whose write of somebody else's edit failed: the own edit stands on what is not there.
      const other = new Y.Doc();
      Y.applyUpdate(other, Y.encodeStateAsUpdate(server.doc));
      const base = Y.encodeStateAsUpdateV2(other);
      titleOf(other).insert(5, ' by another');
      const own = new Y.Doc();
      Y.applyUpdate(own, Y.encodeStateAsUpdate(other));
      own.clientID = 2 ** 24 + 9;
      const before = Y.encodeStateVector(own);
      titleOf(own).insert(16, ' and an hour of mine');
      const kept: Kept = {
        state: { epoch: 1, cursor: 'c0', clientId: own.clientID, refused: [] },
        base,
        entries: [
          { n: 1, update: Y.encodeStateAsUpdate(own, before), unsaved: { clientId: own.clientID, changes: 1 } },
        ],
      };
      server.refuse = new WireFailure('PLAN_FROZEN', 'the plan is under review');
      const { session, clock } = await open(wire, createMemoryShelf(kept));
      await clock.pass(60_000);
      expect(JSON.stringify(session.view.refused)).toContain('and an hour of mine');
    });

    test('stands on nothing that the device could not keep', async () => {
      const { server, wire } = createServer();
      const memory = createMemoryShelf();
      let full = false;
      const shelf: Shelf = {
        ...memory,
        write: (writing) =>
          full ? Promise.reject(new DOMException('full', 'QuotaExceededError')) : memory.write(writing),
      };
      const { session, clock } = await open(wire, shelf);
      full = true; // for a moment, in which nothing is typed here
      const before = Y.encodeStateVector(server.doc);
      titleOf(server.doc).insert(5, ' by another');
      const update = Y.encodeStateAsUpdate(server.doc, before);
      server.sink!.next({ kind: 'edits', cursor: 'c1', update, author: null, at: '' });
      await clock.pass(5_000);
      full = false;
      server.cut = true;
      titleOf(session.view.doc!).insert(16, ' and mine');
      await clock.pass(5_000);
      // The tab crashes without a word, and is opened again without a connection.
      const again = await open(wire, createMemoryShelf(structuredClone(memory.peek())));
      expect(again.session.view.doc && String(titleOf(again.session.view.doc))).toBe('Title by another and mine');
    });

    test.each([
      'GRAPHQL_VALIDATION_FAILED',
      'QUERY_PLANNING_FAILED',
      'BAD_REQUEST',
      'INVALID_SUBGRAPH_VALUE',
      'PERSISTED_QUERY_NOT_FOUND',
    ])('waits where %s says nothing of the edit, and is saved when that is over', async (code) => {
      const { server, wire } = createServer();
      const { session, clock } = await open(wire, createMemoryShelf());
      server.refuse = new WireFailure(code, 'a gateway in the middle of a roll-out');
      titleOf(session.view.doc!).insert(0, 'x');
      await clock.pass(100);
      expect(session.view.refused).toEqual([]);
      server.refuse = undefined;
      await clock.pass(60_000);
      expect(String(titleOf(server.doc))).toBe('xTitle');
    });
  });
});
