import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { PlanSession } from '../../web/co-editing/session.ts';
import { createMemoryShelf, type Writing } from '../../web/co-editing/shelf.ts';
import { type PlanEvent, type PlanWire, WireFailure } from '../../web/co-editing/wire.ts';
import { until } from '../processes.ts';
import { startWorldApart, type World } from '../world.ts';
import { createClock } from './clock.ts';
import { connectLine, type Line, openTab, readServerDocument, titleOf } from './plan.ts';

describe('faults', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorldApart();
  });
  afterAll(() => world?.stop());

  const leave: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of leave.splice(0)) await end();
  });

  async function enter(persona: string, options?: Parameters<typeof openTab>[1]) {
    const line: Line = await connectLine(world, persona);
    const tab = openTab(line, options);
    leave.push(async () => {
      await tab.stop();
      await line.close();
    });
    await tab.session.start();
    await tab.saved();
    return { ...tab, line, id: () => tab.session.view.doc!.clientID };
  }

  const onServer = async (node: string) => titleOf(await readServerDocument(world), node).toString();

  describe('a client id', () => {
    test('is gone on with after the plan was opened again, and after a reload with something unsaved', async () => {
      const shelf = createMemoryShelf();
      const first = await enter('americas-editor', { shelf });
      first.title('a1.1.1').insert(0, '1');
      await first.saved();
      const id = first.id();
      first.line.sink?.ended(new WireFailure('RIGHTS_CHANGED', 'look again'));
      await first.until('opened again', () => first.status().kind !== 'saved');
      first.title('a1.1.1').insert(0, '2');
      await first.saved();
      expect(first.id()).toBe(id);
      // Committed, and the answer lost with the tab.
      first.line.afterPush = () => {
        throw new WireFailure('UNREACHABLE', 'the tab is gone');
      };
      first.title('a1.1.1').insert(0, '3');
      await first.until('kept', () => first.status().kind === 'waiting');
      const left = structuredClone(shelf.peek());
      first.line.cut = true;
      const second = await enter('americas-editor', { shelf: createMemoryShelf(left) });
      expect(second.id()).toBe(id);
      second.title('a1.1.1').insert(0, '4');
      await second.saved();
      expect(second.session.view.refused).toEqual([]);
      expect(await onServer('a1.1.1')).toMatch(/^4321/);
    });

    test('is not, from a copy of the device that is behind it: what the copy writes is saved under another', async () => {
      const shelf = createMemoryShelf();
      const first = await enter('americas-editor', { shelf });
      first.title('a1.1.2').insert(0, 'A');
      await first.saved();
      await first.until('shelved', () => shelf.peek()!.entries.every(({ unsaved }) => !unsaved));
      const copy = structuredClone(shelf.peek());
      first.title('a1.1.2').insert(0, 'B');
      await first.saved();
      const second = await enter('americas-editor', { shelf: createMemoryShelf(copy) });
      expect(second.id()).not.toBe(first.id());
      second.title('a1.1.2').insert(0, 'C');
      await second.saved();
      expect(second.session.view.refused).toEqual([]);
      expect(await onServer('a1.1.2')).toMatch(/^CBA/);
    });

    test('used from two copies of a device at once: one text is saved, the other kept to copy, both end equal and go on', async () => {
      const shelf = createMemoryShelf();
      const first = await enter('americas-editor', { shelf });
      first.title('a1.1.3').insert(0, 'A');
      await first.saved();
      await first.until('shelved', () => shelf.peek()!.entries.every(({ unsaved }) => !unsaved));
      const second = await enter('americas-editor', { shelf: createMemoryShelf(structuredClone(shelf.peek())) });
      expect(second.id()).toBe(first.id());
      const tabs = [first, second];
      first.title('a1.1.3').insert(0, 'first ');
      second.title('a1.1.3').insert(0, 'second ');
      for (const tab of tabs) await tab.until('settled', () => tab.status().kind === 'saved');
      const refused = tabs.flatMap((tab) =>
        tab.session.view.refused.flatMap(({ texts }) => texts.map(({ text }) => text)),
      );
      expect(refused).toHaveLength(1);
      const text = await onServer('a1.1.3');
      expect([text, refused[0]].map((one) => one!.split(' ')[0]).sort()).toEqual(['first', 'second']);
      for (const tab of tabs) {
        await tab.until('equal', () => tab.session.view.doc !== null && tab.title('a1.1.3').toString() === text);
        await tab.saved();
        tab.title('a1.1.3').insert(0, '+');
      }
      for (const tab of tabs) await tab.saved();
      for (const tab of tabs) await tab.until('whole', () => tab.title('a1.1.3').toString() === `++${text}`);
      expect(first.id()).not.toBe(second.id());
    });
  });

  describe('a link that is dead without a word', () => {
    test('a push that hangs where the stream hung is sent again once there is a stream, and is there once', async () => {
      const tab = await enter('americas-editor');
      tab.line.gate = new Promise(() => {}); // never answered
      tab.title('a1.1.4').insert(0, 'Hung ');
      await tab.until('sent', () => JSON.stringify(tab.status()).includes('"sent"'));
      tab.line.gate = null;
      tab.line.sink?.ended(new WireFailure('UNREACHABLE', 'no answer to a ping'));
      await tab.saved();
      const [hung, again, ...others] = tab.line.pushes;
      expect(again).toEqual(hung);
      expect(others).toEqual([]);
      expect(await onServer('a1.1.4')).toMatch(/^Hung (?!Hung)/);
    });

    test('what is answered after the tab was closed is not written where another tab may be by now', async () => {
      const shelf = createMemoryShelf();
      const late: Writing[] = [];
      let released = false;
      const watched = {
        ...shelf,
        write: async (writing: Writing) => {
          if (released) late.push(writing);
          await shelf.write(writing);
        },
        release: () => {
          released = true;
        },
      };
      const tab = await enter('americas-editor', { shelf: watched });
      let open = () => {};
      tab.line.gate = new Promise((resolve) => {
        open = resolve;
      });
      let answered = () => {};
      const answer = new Promise<void>((resolve) => {
        answered = resolve;
      });
      tab.line.afterPush = () => setImmediate(answered);
      tab.title('a1.1.5').insert(0, 'Late ');
      await until(() => tab.line.pushes.length === 1);
      await tab.stop();
      open();
      await answer;
      expect(late).toEqual([]);
      expect(shelf.peek()!.entries.filter(({ unsaved }) => unsaved)).toHaveLength(1); // the next tab asks again, and is told
    });
  });

  describe('the stream', () => {
    test('that breaks off while a letter is being composed loses nothing of what waits for its end', async () => {
      const [composer, writer] = [await enter('africa-editor'), await enter('americas-editor')];
      const { sink } = composer.line;
      let cursor = '';
      let came = () => {};
      const coming = new Promise<void>((resolve) => {
        came = resolve;
      });
      composer.session.hold();
      const next = sink!.next.bind(sink);
      sink!.next = (event: PlanEvent) => {
        next(event);
        if (event.kind === 'edits') cursor = event.cursor;
        came();
      };
      writer.title('a2.1.1').insert(0, 'Held ');
      await coming;
      sink!.ended(new WireFailure('RESYNC_REQUIRED', 'too slow', { cursor }));
      composer.session.release();
      await composer.until('received', () => composer.title('a2.1.1').toString().startsWith('Held '));
    });

    test('and the plan being opened again, with other rights, wait for the end of a composition too', async () => {
      const [composer, writer] = [await enter('africa-editor'), await enter('americas-editor')];
      const before = composer.title('a2.1.3').toString();
      composer.session.hold();
      composer.line.sink!.ended(new WireFailure('RIGHTS_CHANGED', 'look again'));
      writer.title('a2.1.3').insert(0, 'Meanwhile ');
      await writer.saved();
      const joins = composer.line.join;
      let joined = false;
      composer.line.join = (resume) => {
        joined = true;
        return joins(resume);
      };
      await composer.line.open(); // by now its own question has been answered as well, which was asked before
      composer.title('a2.1.3').insert(before.length, '´');
      expect(composer.title('a2.1.3').toString()).toBe(`${before}´`);
      expect(joined).toBe(false);
      composer.session.release();
      await composer.until('received', () => composer.title('a2.1.3').toString() === `Meanwhile ${before}´`);
      await composer.saved();
    });

    test('that hands on an edit without the one it stands on makes the plan be opened again', async () => {
      const [reader, writer] = [await enter('africa-editor'), await enter('americas-editor')];
      const { sink } = reader.line;
      const next = sink!.next.bind(sink);
      let dropped = 0;
      sink!.next = (event) => (dropped++ === 0 ? undefined : next(event));
      writer.title('a2.1.2').insert(0, 'one ');
      await writer.saved();
      writer.title('a2.1.2').insert(4, 'two ');
      await reader.until('received', () => reader.title('a2.1.2').toString().startsWith('one two '));
      expect(dropped).toBe(2);
      await reader.until('followed anew', () => reader.line.sink !== sink);
    });

    test('that ends at once each time is asked for ever more seldom', async () => {
      const clock = createClock();
      const whole = new Y.Doc();
      let follows = 0;
      const wire: PlanWire = {
        open: async () => ({
          update: Y.encodeStateAsUpdateV2(whole),
          cursor: 'c',
          epoch: 1,
          stateVector: Y.encodeStateVector(whole),
        }),
        join: async () => ({ clientId: 1, epoch: 1 }),
        push: async () => 'c',
        follow(_after, sink) {
          follows++;
          sink.opened();
          queueMicrotask(() => sink.ended(new WireFailure('INTERNAL', 'it breaks')));
          return () => {};
        },
      };
      const session = new PlanSession({ wire, shelf: createMemoryShelf(), timers: clock, random: () => 1 });
      await session.start();
      await clock.pass(120_000);
      expect(follows).toBeGreaterThan(5);
      expect(follows).toBeLessThan(15);
      expect(session.view.status).toEqual({ kind: 'waiting', changes: 0, because: 'server' });
      await session.stop();
      expect(clock.waiting()).toBe(0);
    });
  });
});
