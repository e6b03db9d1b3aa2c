import { afterEach, describe, expect, test } from '@jest/globals';
import { PlanSession } from '../../web/co-editing/session.ts';
import { createMemoryShelf, type Shelf } from '../../web/co-editing/shelf.ts';
import { type PlanWire, WireFailure } from '../../web/co-editing/wire.ts';
import { measureCpu } from '../clock.ts';
import { createClock } from './clock.ts';
import { createServer, titleOf } from './small-server.ts';

describe('claims', () => {
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

  describe('what a person is told', () => {
    test('is not that all is saved and others’ edits arrive, while the stream does not stand', async () => {
      const { server, wire } = createServer();
      server.opens = false; // the socket is taken by a proxy that never answers
      const { session, clock } = await open(wire, createMemoryShelf());
      await clock.pass(120_000);
      expect(session.view.status.kind).not.toBe('saved');
    });

    test('costs no more at the 20,000th keystroke without a connection than at the first', async () => {
      const { server, wire } = createServer();
      const { session, clock } = await open(wire, createMemoryShelf());
      server.cut = true;
      server.sink!.ended(new WireFailure('UNREACHABLE', 'cut'));
      await clock.pass(0);
      const title = titleOf(session.view.doc!);
      const type = async (count: number) => {
        for (let at = 0; at < count; at++) {
          title.insert(0, 'x');
          if (at % 100 === 0) await clock.pass(0);
        }
      };
      await type(500);
      const first = await measureCpu(() => type(1_000));
      await type(15_500);
      const last = await measureCpu(() => type(1_000), first * 3);
      expect(last).toBeLessThan(first * 3);
    });
  });
});
