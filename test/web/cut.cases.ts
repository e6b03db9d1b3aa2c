import { describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { cutUpdate } from '../../web/co-editing/cut.ts';

/** The updates of one transaction on a document, and a copy of the document from before it. */
function change(write: (doc: Y.Doc) => void, prepare: (doc: Y.Doc) => void = () => {}) {
  const doc = new Y.Doc();
  prepare(doc);
  const before = new Y.Doc();
  Y.applyUpdate(before, Y.encodeStateAsUpdate(doc));
  let update: Uint8Array = new Uint8Array();
  doc.on('update', (bytes: Uint8Array) => {
    update = bytes;
  });
  doc.transact(() => write(doc));
  return { doc, before, update };
}

const same = (a: Y.Doc, b: Y.Doc) => Y.equalSnapshots(Y.snapshot(a), Y.snapshot(b));

describe('an update that is too long for a push', () => {
  const text = (doc: Y.Doc) => doc.getText('t');
  test.each([
    ['a paste of one letter', 'x'.repeat(70_000)],
    ['a paste in three bytes a character', '漢'.repeat(70_000)],
    ['a paste of pairs', `a${'😀'.repeat(35_000)}`],
  ])('%s comes in pieces that do what it does', (_name, paste) => {
    const { doc, before, update } = change(
      (d) => text(d).insert(3, paste),
      (d) => text(d).insert(0, 'abcdef'),
    );
    const pieces = cutUpdate(update);
    expect(pieces.length).toBeGreaterThan(1);
    for (const piece of pieces) {
      expect(piece.length).toBeLessThanOrEqual(33_000);
      Y.applyUpdate(before, piece);
      expect(before.store.pendingStructs).toBeNull();
      expect(text(before).toString()).not.toContain('\ufffd');
    }
    expect(text(before).toString()).toBe(text(doc).toString());
    expect(same(doc, before)).toBe(true);
  });

  test('what it replaces goes with the last piece, and what others wrote into the middle meanwhile ends in one place for all', () => {
    const { doc, before, update } = change(
      (d) => {
        text(d).delete(1, 4);
        text(d).insert(1, 'y'.repeat(70_000));
      },
      (d) => text(d).insert(0, 'abcdef'),
    );
    const pieces = cutUpdate(update);
    const other = new Y.Doc();
    Y.applyUpdate(other, Y.encodeStateAsUpdate(before));
    text(other).insert(3, 'other');
    Y.applyUpdate(before, pieces[0]!);
    expect(text(before).toString()).toContain('bcde');
    text(before).insert(500, 'between'); // inside the first piece, while the rest is not there yet
    for (const piece of pieces) Y.applyUpdate(other, piece);
    for (const piece of pieces) Y.applyUpdate(before, piece);
    const docs = [doc, before, other];
    for (const a of docs) for (const b of docs) Y.applyUpdate(a, Y.encodeStateAsUpdate(b));
    expect(new Set(docs.map((d) => text(d).toString())).size).toBe(1);
    expect(text(doc).toString().replaceAll('y', '')).toMatch(/^a(betweenother|otherbetween)f$/);
    expect(text(doc).length).toBe(70_014);
    expect(same(doc, before) && same(doc, other)).toBe(true);
  });

  test('many paragraphs pasted at once are cut between them, and values of maps stay with what stands before them', () => {
    const { doc, before, update } = change((d) => {
      const fragment = d.getXmlFragment('f');
      const paragraphs = Array.from({ length: 400 }, (_, n) => {
        const paragraph = new Y.XmlElement('heading');
        paragraph.setAttribute('level', '2');
        paragraph.insert(0, [new Y.XmlText(`${n} ${'z'.repeat(200)}`)]);
        return paragraph;
      });
      fragment.insert(0, paragraphs);
    });
    expect(update.length).toBeGreaterThan(80_000);
    const pieces = cutUpdate(update);
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces) {
      const { structs } = Y.decodeUpdate(piece);
      expect((structs[0] as Y.Item).parentSub).toBeNull();
      Y.applyUpdate(before, piece);
      expect(before.store.pendingStructs).toBeNull();
    }
    expect(same(doc, before)).toBe(true);
    expect(before.getXmlFragment('f').toString()).toBe(doc.getXmlFragment('f').toString());
  });

  test('a short one is left as it is', () => {
    const { update } = change((d) => text(d).insert(0, 'short'));
    expect(cutUpdate(update)).toEqual([update]);
  });
});
