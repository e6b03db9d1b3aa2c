import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { createMemoryShelf } from '../../web/co-editing/shelf.ts';
import { WireFailure } from '../../web/co-editing/wire.ts';
import { until } from '../processes.ts';
import { startWorldApart, type World } from '../world.ts';
import { connectLine, type Line, openTab, readServerDocument, titleOf } from './plan.ts';

describe('sync', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorldApart();
  });
  afterAll(() => world?.stop());

  const leave: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of leave.splice(0)) await end();
  });

  async function connect(persona: string): Promise<Line> {
    const line = await connectLine(world, persona);
    leave.push(() => line.close());
    return line;
  }

  /** A tab of the persona, open and saved. */
  async function enter(persona: string, options?: Parameters<typeof openTab>[1]) {
    const line = await connect(persona);
    const tab = openTab(line, options);
    leave.unshift(() => tab.stop());
    await tab.session.start();
    await tab.saved();
    return { ...tab, line };
  }

  const texts = (tab: { session: { view: { refused: readonly { texts: { text: string }[] }[] } } }) =>
    tab.session.view.refused.flatMap((refused) => refused.texts.map(({ text }) => text));

  describe('two regions in one title', () => {
    test('both end with the same text, and the server has it', async () => {
      const [americas, africa] = [await enter('americas-editor'), await enter('africa-editor')];
      const before = americas.title('a1.1.1').length;
      const [start, end] = ['Mapa común: ', ' (Kampala 😀)'];
      [...start].forEach((letter, index) => {
        americas.title('a1.1.1').insert(index, letter);
        if (index < 10) africa.title('a1.1.1').insert(africa.title('a1.1.1').length, end.slice(index, index + 1));
      });
      africa.title('a1.1.1').insert(africa.title('a1.1.1').length, end.slice(10));
      for (const tab of [americas, africa]) {
        await tab.saved();
        await tab.until('whole', () => tab.title('a1.1.1').length === before + start.length + end.length);
      }
      const text = americas.title('a1.1.1').toString();
      expect(text.startsWith(start) && text.endsWith(end)).toBe(true);
      expect(africa.title('a1.1.1').toString()).toBe(text);
      expect(titleOf(await readServerDocument(world), 'a1.1.1').toString()).toBe(text);
      // Names come with who is here.
      const organisation = () => africa.session.view.lastChange?.author?.organisation ?? '';
      await africa.until('named', () => /muestra PE-1|Organisation UG-/.test(organisation()));
    });
  });

  describe('the outbox', () => {
    test('changes at once go together; one push is under way at most, and what is typed meanwhile goes together into the next', async () => {
      const tab = await enter('americas-editor');
      let open = () => {};
      tab.line.gate = new Promise((resolve) => {
        open = resolve;
      });
      const type = () => {
        for (let n = 0; n < 25; n++) tab.title('a1.1.2').insert(0, 'x');
      };
      type();
      await until(() => tab.line.pushes.length > 0);
      type();
      expect(tab.status()).toMatchObject({ kind: 'saving', changes: 50 });
      await new Promise((resolve) => setTimeout(resolve, 50)); // a second push would have gone out by now
      expect(tab.line.pushes).toHaveLength(1);
      expect(Y.decodeUpdate(tab.line.pushes[0]!.update).structs).toHaveLength(25);
      tab.line.gate = null;
      open();
      await tab.saved();
      expect(tab.line.pushes).toHaveLength(2);
      expect(
        titleOf(await readServerDocument(world), 'a1.1.2')
          .toString()
          .startsWith('x'.repeat(50)),
      ).toBe(true);
    });

    test('no push holds more than 32 KiB of several changes, and a long paste arrives whole', async () => {
      const tab = await enter('americas-editor');
      tab.line.cut = true;
      for (let n = 0; n < 12; n++) tab.title('a1.1.4').insert(0, 'ü'.repeat(8_000));
      tab.line.cut = false;
      tab.session.syncNow();
      await tab.saved();
      expect(tab.line.pushes.map(({ update }) => update.length).filter((bytes) => bytes > 33_000)).toEqual([]);
      expect(tab.line.pushes.length).toBeGreaterThan(5);
      const length = titleOf(await readServerDocument(world), 'a1.1.4').length;
      expect(length).toBeGreaterThan(96_000);
      tab.title('a1.1.4').delete(0, 96_000);
      await tab.saved();
    });

    test('70 kB put into a text in one transaction, then deleted and undone, arrive each time', async () => {
      const tab = await enter('americas-editor');
      const title = tab.title('a2.1.2');
      const before = title.toString();
      const undo = new Y.UndoManager(title, { trackedOrigins: new Set(['typing']), captureTimeout: 0 });
      const paste = 'ñ😀x'.repeat(18_000);
      tab.session.view.doc!.transact(() => title.insert(2, paste), 'typing');
      expect(tab.status()).toMatchObject({ kind: 'saving', changes: 1 });
      await tab.saved();
      expect(titleOf(await readServerDocument(world), 'a2.1.2').toString()).toBe(title.toString());
      tab.session.view.doc!.transact(() => title.delete(2, paste.length), 'typing');
      undo.undo();
      await tab.saved();
      expect(tab.session.view.refused).toEqual([]);
      expect(titleOf(await readServerDocument(world), 'a2.1.2').length).toBe(before.length + paste.length);
      expect(Math.max(...tab.line.pushes.map(({ update }) => update.length))).toBeLessThan(33_000);
      undo.redo();
      await tab.saved();
      expect(titleOf(await readServerDocument(world), 'a2.1.2').toString()).toBe(before);
    });

    test('a lost answer is asked for again with the same editId and bytes, and the text is there once', async () => {
      const tab = await enter('americas-editor');
      tab.line.afterPush = () => {
        tab.line.afterPush = () => {};
        throw new WireFailure('UNREACHABLE', 'the answer was lost');
      };
      tab.title('a1.1.3').insert(0, 'Once. ');
      await tab.saved();
      expect(tab.line.pushes).toHaveLength(2);
      expect(tab.line.pushes[1]).toEqual(tab.line.pushes[0]);
      const text = titleOf(await readServerDocument(world), 'a1.1.3').toString();
      expect(text.split('Once. ')).toHaveLength(2);
    });

    test('a fault of the server is not called a lost connection, and what was typed is sent again', async () => {
      const tab = await enter('americas-editor');
      tab.line.gate = Promise.reject(new WireFailure('INTERNAL', 'Something went wrong on our side.'));
      tab.title('a1.1.5').insert(0, 'Again. ');
      await tab.until('waiting', () => tab.status().kind === 'waiting');
      expect(tab.status()).toEqual({ kind: 'waiting', changes: 1, because: 'server' });
      tab.line.gate = null;
      await tab.saved();
      expect(
        titleOf(await readServerDocument(world), 'a1.1.5')
          .toString()
          .startsWith('Again. '),
      ).toBe(true);
    });

    test('what was typed without a connection outlives the tab, and goes on being typed before it is saved', async () => {
      const shelf = createMemoryShelf();
      const first = await enter('americas-editor', { shelf });
      first.line.cut = true;
      first.session.suspect();
      for (const letter of 'Kept') first.title('a2.1.1').insert(0, letter);
      await first.until('kept', () => first.status().kind === 'waiting');
      expect(first.status()).toEqual({ kind: 'waiting', changes: 4, because: 'connection' });
      // No farewell: the tab is gone, the shelf is as it is.
      const left = structuredClone(shelf.peek());
      await first.stop();
      const line = await connect('americas-editor');
      line.cut = true;
      const second = openTab(line, { shelf: createMemoryShelf(left) });
      leave.unshift(() => second.stop());
      await second.session.start();
      expect(second.title('a2.1.1').toString().startsWith('tpeK')).toBe(true);
      second.title('a2.1.1').insert(4, ' still');
      const all = { kind: 'waiting', changes: 5, because: 'connection' };
      await second.until('waiting', () => JSON.stringify(second.status()) === JSON.stringify(all));
      line.cut = false;
      second.session.syncNow();
      await second.saved();
      expect(second.session.view.refused).toEqual([]);
      expect(
        titleOf(await readServerDocument(world), 'a2.1.1')
          .toString()
          .startsWith('tpeK still'),
      ).toBe(true);
    });

    test('nothing is said to be kept on the device before the device has it', async () => {
      const shelf = createMemoryShelf();
      let write = () => {};
      const disk = new Promise<void>((resolve) => {
        write = resolve;
      });
      const slow = {
        ...shelf,
        write: async (writing: Parameters<typeof shelf.write>[0]) => {
          if (writing.put?.some(({ unsaved }) => unsaved)) await disk;
          await shelf.write(writing);
        },
      };
      const tab = await enter('americas-editor', { shelf: slow });
      tab.session.suspect();
      tab.line.cut = true;
      tab.title('a1.1.2').insert(0, 'x');
      expect(tab.status()).toEqual({ kind: 'saving', changes: 1, stage: 'typed' });
      write();
      await tab.until('kept', () => tab.status().kind === 'waiting');
      expect(tab.status()).toMatchObject({ kind: 'waiting', changes: 1 });
      expect(shelf.peek()?.entries.filter(({ unsaved }) => unsaved)).toHaveLength(1);
    });

    test('a device that takes nothing more is said to, and has everything once it takes again', async () => {
      const shelf = createMemoryShelf();
      let full = false;
      const small = {
        ...shelf,
        write: async (writing: Parameters<typeof shelf.write>[0]) => {
          if (full) throw new DOMException('full', 'QuotaExceededError');
          await shelf.write(writing);
        },
      };
      const tab = await enter('americas-editor', { shelf: small });
      tab.session.suspect();
      tab.line.cut = true;
      full = true;
      tab.title('a1.1.2').insert(0, 'y');
      await tab.until('told', () => !tab.session.view.kept);
      expect(tab.status()).toEqual({ kind: 'saving', changes: 1, stage: 'typed' });
      full = false;
      tab.title('a1.1.2').insert(0, 'z');
      await tab.until('kept', () => tab.session.view.kept);
      expect(tab.status()).toMatchObject({ kind: 'waiting', changes: 2 });
      expect(shelf.peek()?.entries.filter(({ unsaved }) => unsaved)).toHaveLength(2);
    });

    test('an edit is never on the shelf before what it stands on', async () => {
      const shelf = createMemoryShelf();
      const [reader, writer] = [await enter('americas-editor', { shelf }), await enter('africa-editor')];
      writer.title('a2.1.2').insert(0, 'Remote ');
      await reader.until('received', () => reader.title('a2.1.2').toString().startsWith('Remote '));
      reader.title('a2.1.2').insert(7, 'local ');
      const { base, entries } = shelf.peek()!; // as a crash right now would leave it
      const doc = new Y.Doc();
      Y.applyUpdateV2(doc, base);
      for (const { update } of entries) Y.applyUpdate(doc, update);
      expect(doc.store.pendingStructs).toBeNull();
      expect(titleOf(doc, 'a2.1.2').toString().startsWith('Remote local ')).toBe(true);
    });

    test('what a closed tab left behind is sent by the next one', async () => {
      const stray = createMemoryShelf();
      const gone = await enter('americas-editor', { shelf: stray });
      gone.line.cut = true;
      gone.title('a2.1.3').insert(0, 'Left behind ');
      const left = createMemoryShelf(structuredClone(stray.peek()));
      const tab = await enter('americas-editor', { shelf: { ...createMemoryShelf(), strays: async () => [left] } });
      await tab.until('received', () => tab.title('a2.1.3').toString().startsWith('Left behind '));
      await until(() => left.peek() === undefined || tab.session.view.refused.length > 0); // of which a tab says nothing
      expect(tab.session.view.refused).toEqual([]);
    });
  });

  describe('the stream', () => {
    test('after a break it goes on from its cursor, with all that was missed', async () => {
      const [reader, writer] = [await enter('africa-editor'), await enter('americas-editor')];
      reader.line.cut = true;
      reader.line.sink?.ended(new WireFailure('UNREACHABLE', 'the socket closed'));
      expect((await waitingFor(reader)).kind).toBe('waiting');
      for (let n = 0; n < 30; n++) writer.title('o1').insert(0, 'm');
      await writer.saved();
      reader.line.cut = false;
      reader.session.syncNow();
      await reader.until('caught up', () => reader.title('o1').toString().startsWith('m'.repeat(30)));
    });

    test.each(['RIGHTS_CHANGED', 'RESYNC_REQUIRED', 'CURSOR_INVALID', 'SUBGRAPH_UNAVAILABLE'])(
      'one that ends with %s is followed again, without a gap',
      async (code) => {
        const [reader, writer] = [await enter('africa-editor'), await enter('americas-editor')];
        const { cursor } = (await reader.line.open())!;
        reader.line.sink?.ended(new WireFailure(code, 'ended', code === 'RESYNC_REQUIRED' ? { cursor } : {}));
        writer.title('o2').insert(0, `${code} `);
        await reader.until('received', () => reader.title('o2').toString().startsWith(code));
        await reader.saved();
        expect(reader.session.view.rights).toBe('edit');
      },
    );

    test('others wait while characters are composed, and come after', async () => {
      const [composer, writer] = [await enter('africa-editor'), await enter('americas-editor')];
      const before = composer.title('a2.1.4').toString();
      composer.session.hold();
      writer.title('a2.1.4').insert(0, 'Other ');
      await writer.saved();
      composer.title('a2.1.4').insert(before.length, '´');
      await composer.until('own change saved', () => composer.status().kind === 'saved');
      expect(composer.title('a2.1.4').toString()).toBe(`${before}´`);
      composer.title('a2.1.4').delete(before.length, 1);
      composer.title('a2.1.4').insert(before.length, 'é');
      composer.session.release();
      await composer.until('received', () => composer.title('a2.1.4').toString() === `Other ${before}é`);
    });
  });

  describe('refusals', () => {
    test('text in a part that is not ours is kept to copy; the plan is opened anew and can be typed in', async () => {
      const tab = await enter('expert-lead');
      const first = tab.session.view.doc!;
      const before = tab.title('a1.1.5').toString();
      tab.title('a1.1.5').insert(0, 'Not mine: ');
      await tab.until('refused', () => tab.session.view.refused.length > 0);
      expect(tab.session.view.refused[0]).toMatchObject({ code: 'FORBIDDEN' });
      expect(texts(tab)).toEqual([`Not mine: ${before}`]);
      await tab.saved();
      expect(tab.session.view.doc).not.toBe(first);
      expect(tab.session.view.doc!.clientID).not.toBe(first.clientID);
      expect(tab.title('a1.1.5').toString()).toBe(before);
      tab.title('a2.1.5').insert(0, 'Mine: '); // objective 2 is the theme of the lead's group
      await tab.saved();
      expect(
        titleOf(await readServerDocument(world), 'a2.1.5')
          .toString()
          .startsWith('Mine: '),
      ).toBe(true);
      tab.session.forget(tab.session.view.refused[0]!.id);
      expect(tab.session.view.refused).toEqual([]);
    });

    test('a new epoch drops the copy and keeps what only it held', async () => {
      const tab = await enter('americas-editor');
      tab.line.cut = true;
      tab.title('a1.1.1').insert(0, 'Unsaved ');
      tab.line.sink?.next({ kind: 'reset', epoch: 2, reason: 'REDACTION' });
      expect(tab.session.view.doc).toBeNull();
      expect(texts(tab)[0]!.startsWith('Unsaved ')).toBe(true);
      tab.line.cut = false;
      tab.session.syncNow();
      await tab.saved();
      expect(tab.title('a1.1.1').toString().startsWith('Unsaved ')).toBe(false);
    });

    test('a copy of an earlier epoch is dropped when the plan is opened again', async () => {
      const shelf = createMemoryShelf();
      const first = await enter('americas-editor', { shelf });
      first.line.cut = true;
      first.title('a1.1.1').insert(0, 'Old epoch ');
      const kept = structuredClone(shelf.peek())!;
      kept.state.epoch = 77;
      const tab = await enter('americas-editor', { shelf: createMemoryShelf(kept) });
      expect(texts(tab)[0]!.startsWith('Old epoch ')).toBe(true);
      expect(tab.session.view.refused[0]!.code).toBe('EPOCH_CHANGED');
      expect(tab.line.pushes).toEqual([]);
    });

    test('who may not write reads, live, and nothing leaves the tab', async () => {
      const [reader, writer] = [await enter('americas-rep'), await enter('africa-editor')];
      expect(reader.session.view.rights).toBe('read');
      writer.title('plan').insert(0, 'Live: ');
      await reader.until('received', () => reader.title('plan').toString().startsWith('Live: '));
      reader.title('plan').insert(0, 'never ');
      expect(reader.status().kind).toBe('saved');
      expect(reader.line.pushes).toEqual([]);
    });

    test('a plan that cannot be read is said to be closed', async () => {
      const line = await connect('operator');
      const tab = openTab(line);
      leave.unshift(() => tab.stop());
      await tab.session.start();
      await tab.until('closed', () => tab.status().kind === 'closed');
      expect(tab.session.view.doc).toBeNull();
    });
  });

  async function waitingFor(tab: ReturnType<typeof openTab>) {
    await tab.until('waiting', () => tab.status().kind === 'waiting');
    return tab.status();
  }
});
