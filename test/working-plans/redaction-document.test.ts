import { describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { strikeContent } from '../../subgraphs/working-plans/commands/redaction/copies.ts';
import { isCollected, strikeDocument } from '../../subgraphs/working-plans/commands/redaction/document.ts';
import { strike, type Target } from '../../subgraphs/working-plans/commands/redaction/target.ts';
import { canonicalPlan } from '../../subgraphs/working-plans/document/canonical.ts';
import { nodesOf, readNode, readPlan } from '../../subgraphs/working-plans/document/read.ts';
import { plainText } from '../../subgraphs/working-plans/document/rich-text.ts';
import { applyEdits, isWhole, load, snapshot } from '../../subgraphs/working-plans/document/state.ts';
import { judge } from '../../subgraphs/working-plans/guard/judge.ts';
import { Editor, FIRST, Server } from '../plan-editor.ts';
import { ALL, nodeOf, open, richOf, samplePlan, textOf } from '../plan-forge.ts';

const canary = 'Xochi´tl Zñqy';
const officer = { clientId: 40_000_000, deletion: { by: 'seat:safety', at: '2026-11-22T00:00:00.000Z' } };

/** Strikes as a redaction does, and answers the document that a new epoch would begin with, as a client loads it. */
function redact(doc: Y.Doc, target: Target): { doc: Y.Doc; places: string[] } {
  const { update, places } = strikeDocument(doc, target, officer);
  applyEdits(doc, [update]);
  expect(isWhole(doc) && isCollected(doc)).toBe(true);
  return { doc: load(snapshot(doc)), places };
}
const texts = (...all: string[]): Target => ({ texts: all });
/** Every string that the document holds anywhere, deleted or not. */
function stringsOf(doc: Y.Doc): string {
  const found: unknown[] = [];
  for (const structs of doc.store.clients.values()) {
    for (const struct of structs) {
      if (!(struct instanceof Y.Item)) continue;
      found.push(struct.parentSub);
      if (struct.content instanceof Y.ContentFormat) found.push(struct.content.key, struct.content.value);
      else if (struct.content instanceof Y.ContentString) found.push(struct.content.str);
      else if (!(struct.content instanceof Y.ContentType)) found.push(struct.content.getContent());
    }
  }
  return JSON.stringify(found);
}
function expectGone(doc: Y.Doc, text: string): void {
  expect(stringsOf(doc).includes(text)).toBe(false);
  expect(Buffer.from(Y.encodeStateAsUpdate(doc)).includes(text)).toBe(false);
  // V2 writes all strings one after the other: short words may come together there that are nowhere in the plan.
  if (text.length > 7) expect(Buffer.from(snapshot(doc)).includes(text)).toBe(false);
}
/** A client's edit, applied to the plan as the log does. */
function write(doc: Y.Doc, change: (copy: Y.Doc) => void, clientId = FIRST, taken = true): void {
  const copy = open(doc, clientId);
  const updates: Uint8Array[] = [];
  copy.on('update', (update: Uint8Array) => updates.push(update));
  change(copy);
  expect(judge(Y.mergeUpdates(updates), doc, ALL)).toMatchObject({ ok: taken });
  applyEdits(doc, updates);
}

describe('striking a string', () => {
  test('takes out every occurrence, also one that comes together once another is gone', () => {
    expect(strike('Ana and Anabel', ['Ana'])).toBe(' and bel');
    expect(strike('AnAnaa', ['Ana'])).toBe('');
    expect(strike('AAnanAnaaa', ['Ana'])).toBe('a');
    expect(strike('ana', ['Ana'])).toBe('ana');
    expect(strike('aaa', ['aa'])).toBe('a');
    const link = `https://example.org/${encodeURIComponent('Ana Ñu')}?q=1`;
    expect(strike(`100% of ${link}, and Ana Ñu.`, ['Ana Ñu'])).toBe('100% of  and .');
    expect(strike('100% sure', ['Ana'])).toBe('100% sure');
    const nested = 'Ma'.repeat(100_000) + 'ría'.repeat(100_000);
    expect(strike(nested, ['María', 'Marí´a'])).toBe('');
  });
});

describe('in a document', () => {
  test('a name typed, deleted, typed again, overwritten and hidden leaves no byte, and nothing else is touched', () => {
    const doc = samplePlan();
    const before = readPlan(load(snapshot(doc)));
    let writer = FIRST;
    // character by character, then away again
    write(doc, (copy) => {
      for (const [index, character] of [...canary].entries()) textOf(copy, 'a1.1.1').insert(index, character);
    });
    write(doc, (copy) => textOf(copy, 'a1.1.1').delete(0, canary.length), ++writer);
    write(doc, (copy) => textOf(copy, 'a1.1.1').insert(3, canary), ++writer);
    write(doc, (copy) => textOf(copy, 'plan', 'title', 'es').insert(2, canary), ++writer);
    // plain values, also one written over
    write(doc, (copy) => nodeOf(copy, 'a1.1.1').set('externalPartners', [canary]), ++writer);
    write(doc, (copy) => nodeOf(copy, 'a1.1.1').set('externalPartners', ['Kept', `by ${canary}`, canary]), ++writer);
    write(doc, (copy) => nodeOf(copy, 'a1.1.2').set('code', `1.1.2 ${canary}`), ++writer);
    write(doc, (copy) => nodeOf(copy, 'a1.1.2').set('expertGroup', canary), ++writer);
    // a deleted node, whose flag says more than when, as the guard no longer takes it
    write(doc, (copy) => textOf(copy, 'a2.1.5').insert(0, canary), ++writer);
    const at = `2026-11-22 (${canary})`;
    expect(Number.isNaN(Date.parse(at))).toBe(false);
    write(doc, (copy) => nodeOf(copy, 'a2.1.5').set('deleted', { by: 'seat:s02', at }), ++writer, false);
    const { doc: fresh, places } = redact(doc, texts(canary));
    expectGone(fresh, canary);
    expect(places.sort()).toEqual(
      [
        'a1.1.1 externalPartners',
        'a1.1.1 title en',
        'a1.1.2 code',
        'a1.1.2 expertGroup',
        'a2.1.5 deleted',
        'a2.1.5 title en',
        'plan title es',
      ].sort(),
    );
    const after = readPlan(fresh);
    expect(after.objectives[0]?.outcomes[0]?.activities[0]?.externalPartners).toEqual(['Kept', 'by ']);
    expect(nodeOf(fresh, 'a2.1.5').get('deleted')).toEqual(officer.deletion);
    // All the rest is as it was.
    write(fresh, (copy) => nodeOf(copy, 'a2.1.5').set('deleted', null), 50_000_000);
    write(fresh, (copy) => nodeOf(copy, 'a1.1.1').set('externalPartners', []), 50_000_001);
    write(fresh, (copy) => nodeOf(copy, 'a1.1.2').set('code', '1.1.2'), 50_000_002);
    write(
      fresh,
      (copy) =>
        nodeOf(copy, 'a1.1.2').set('expertGroup', before.objectives[0]!.outcomes[0]!.activities[1]!.expertGroup),
      50_000_003,
    );
    expect(canonicalPlan(readPlan(fresh))).toBe(canonicalPlan(before));
  });

  test('also where marks, links, neighbours and nesting cut the name into pieces', () => {
    const doc = samplePlan();
    write(doc, (copy) => {
      const fragment = richOf(copy, 'a1.1.1');
      fragment.delete(0, fragment.length);
      const first = new Y.XmlElement('paragraph');
      fragment.insert(0, [first]);
      const [left, right] = [new Y.XmlText(), new Y.XmlText()];
      first.insert(0, [left, right]);
      left.insert(0, `Said by ${canary.slice(0, 4)}`);
      right.insert(0, `${canary.slice(4)} and others`);
      right.format(2, 3, { strong: true });
      right.format(10, 3, { link: { href: `https://example.org/${encodeURIComponent(canary)}` } });
      const item = new Y.XmlElement('list_item');
      const list = new Y.XmlElement('bullet_list');
      fragment.insert(1, [list]);
      list.insert(0, [item]);
      const below = new Y.XmlElement('paragraph');
      item.insert(0, [below]);
      const text = new Y.XmlText();
      below.insert(0, [text]);
      text.insert(0, `${canary}${canary} (twice)`);
    });
    const { doc: fresh, places } = redact(doc, texts(canary));
    expect(places).toEqual(['a1.1.1 description en']);
    expect(plainText(richOf(fresh, 'a1.1.1'))).toBe('Said by  and others\n (twice)');
    expectGone(fresh, canary);
    expect(stringsOf(fresh).includes('example.org')).toBe(false);
    expect(stringsOf(fresh).includes('strong')).toBe(true);
  });

  test('a value that a struct hides behind the one that counts', () => {
    const doc = samplePlan();
    const node = nodeOf(doc, 'a1.1.1');
    const old = node._map.get('countries')!;
    const item = new Y.Item(
      Y.createID(FIRST, 0),
      null,
      old.lastId,
      null,
      null,
      null,
      null,
      new Y.ContentAny([canary, ['UG']]),
    );
    const encoder = new Y.UpdateEncoderV1();
    encoder.writeLen(1);
    encoder.writeLen(1);
    encoder.writeClient(FIRST);
    encoder.writeLen(0);
    item.write(encoder, 0);
    encoder.writeLen(0);
    applyEdits(doc, [encoder.toUint8Array()]);
    expect(stringsOf(doc).includes(canary)).toBe(true);
    const { doc: fresh } = redact(doc, texts(canary));
    expectGone(fresh, canary);
    expect(nodeOf(fresh, 'a1.1.1').get('countries')).toEqual(['UG']);
  });

  test('accents composed and decomposed are alike', () => {
    const doc = samplePlan();
    const name = 'Zoë Ñandú';
    write(doc, (copy) => textOf(copy, 'a1.1.1').insert(0, name.normalize('NFD')));
    write(doc, (copy) => textOf(copy, 'a1.1.2').insert(0, name.normalize('NFC')), FIRST + 1);
    const { doc: fresh } = redact(doc, texts(name, name.normalize('NFC'), name.normalize('NFD')));
    for (const form of ['NFC', 'NFD'] as const) expectGone(fresh, name.normalize(form));
  });

  test('names of kinds, keys, positions and dates are structure', () => {
    const doc = samplePlan();
    const before = snapshot(load(snapshot(doc)));
    for (const text of ['activity', 'a1.1', '2027']) {
      const { update } = strikeDocument(doc, texts(text), officer);
      const copy = load(before);
      applyEdits(copy, [update]);
      expect([...nodesOf(copy).keys()]).toEqual([...nodesOf(doc).keys()]);
      expect(readPlan(copy).periodStart).toBe(readPlan(doc).periodStart);
      for (const [key, node] of nodesOf(copy)) {
        for (const field of ['kind', 'pos', 'parent']) expect(node.get(field)).toBe(nodeOf(doc, key).get(field));
      }
    }
  });

  test('one field of one node, the whole of it', () => {
    const doc = samplePlan();
    const field = (target: object) => target as Target;
    expect(redact(doc, field({ nodeKey: 'a1.1.1', field: 'title', locale: 'en' })).places).toEqual(['a1.1.1 title en']);
    expect(textOf(doc, 'a1.1.1').toString()).toBe('');
    expect(textOf(doc, 'a1.1.1', 'title', 'es').toString()).not.toBe('');
    redact(doc, field({ nodeKey: 'a1.1.1', field: 'description', locale: 'en' }));
    expect(richOf(doc, 'a1.1.1').length).toBe(1);
    expect(plainText(richOf(doc, 'a1.1.1'))).toBe('');
    redact(doc, field({ nodeKey: 'a1.1.1', field: 'code', locale: null }));
    redact(doc, field({ nodeKey: 'a1.1.1', field: 'countries', locale: null }));
    redact(doc, field({ nodeKey: 'a1.1.1', field: 'responsible', locale: null }));
    expect(readNode('a1.1.1', nodeOf(doc, 'a1.1.1'))).toMatchObject({ code: '', countries: [], responsible: null });
    // Again: nothing is left to take out but the paragraph to type in.
    expect(redact(doc, field({ nodeKey: 'a1.1.1', field: 'title', locale: 'en' })).places).toEqual([]);
  });

  test('whatever random editors have done: Yjs keeps nothing of what is deleted, and all else stays', () => {
    let seed = 7;
    const below = (n: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * n);
    };
    for (let round = 0; round < 3; round++) {
      const server = new Server(samplePlan());
      const editors = [1, 2, 3].map((n) => new Editor(FIRST + n, server, below));
      for (let step = 0; step < 150; step++) {
        const editor = editors[below(3)]!;
        editor.act();
        if (below(3) === 0) editor.push();
        if (below(3) === 0) editor.receive();
      }
      for (const editor of editors) editor.push();
      expect(isCollected(server.doc)).toBe(true);
      for (const word of ['ñandú', 'informe', 'map', '🗺️']) {
        const old = allTexts(server.doc);
        const { doc } = redact(server.doc, texts(word));
        const now = allTexts(doc);
        expect(now).toEqual(old.map(([place, text]) => [place, strike(text!, [word])]));
        expectGone(doc, word);
      }
    }
  });
});

/** Every localized text of every node, deleted or not. */
function allTexts(doc: Y.Doc): string[][] {
  const found: string[][] = [];
  for (const [key, node] of nodesOf(doc)) {
    for (const [field, map] of node.entries()) {
      if (!(map instanceof Y.Map)) continue;
      for (const [locale, text] of map.entries()) {
        found.push([
          `${key} ${field} ${locale}`,
          text instanceof Y.Text ? text.toString() : plainText(text as Y.XmlFragment),
        ]);
      }
    }
  }
  return found.sort(([a], [b]) => (a! < b! ? -1 : 1));
}

describe('in the content of a version', () => {
  test('is what the document without it would have given', () => {
    const doc = samplePlan();
    write(doc, (copy) => {
      textOf(copy, 'a1.1.1').insert(3, canary);
      nodeOf(copy, 'a1.1.1').set('externalPartners', ['Kept', canary]);
      (richOf(copy, 'a1.1.2').get(0) as Y.XmlElement).insert(0, [
        new Y.XmlText(`${canary} here, at https://example.org/${encodeURIComponent(canary)} `),
      ]);
    });
    const version = canonicalPlan(readPlan(doc));
    const { doc: fresh } = redact(doc, texts(canary));
    expect(strikeContent(version, texts(canary))).toBe(canonicalPlan(readPlan(fresh)));
    expect(strikeContent(version, texts('nobody of this name'))).toBe(version);
  });
});
