import { describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { contentEquals, isWhole } from '../subgraphs/working-plans/document/state.ts';
import { judge } from '../subgraphs/working-plans/guard/judge.ts';
import { CLIENT_LIMITS, type Rights, SERVER_LIMITS } from '../subgraphs/working-plans/guard/verdict.ts';
import { cutUpdate } from '../web/co-editing/cut.ts';
import { measureCpu } from './clock.ts';
import { ALL, forge, item, newNode, nodeOf, open, richOf, SEED, textOf, updateOf } from './plan-forge.ts';
import {
  codeOf,
  fresh,
  id,
  idOf,
  MINE,
  mine,
  SERVER,
  standUnderGuard,
  text,
  unguarded,
  VICTIM,
} from './plan-guarded.ts';

describe('plan guard', () => {
  let live: Y.Doc;
  standUnderGuard((document) => {
    live = document;
  });

  describe('The bytes', () => {
    test('seven bytes that keep applyUpdate busy are refused at once', async () => {
      const update = Uint8Array.of(1, 0xff, 0xff, 0xff, 0x7f, 1, 0);
      const refuse = () => expect(codeOf(judge(update, live, ALL))).toBe('UPDATE_MALFORMED');
      // The attack takes applyUpdate about 400 ms.
      expect(await measureCpu(refuse)).toBeLessThan(50);
    });

    test('trailing bytes, cut bytes, no bytes', () => {
      const update = updateOf(open(live, MINE), (d) => textOf(d, 'o1').insert(0, 'x'));
      expect(codeOf(judge(Uint8Array.of(...update, 0), live, mine))).toBe('UPDATE_MALFORMED');
      for (let end = 0; end < update.length; end++) {
        expect(codeOf(judge(update.slice(0, end), live, mine))).toBe('UPDATE_MALFORMED');
      }
      expect(judge(Uint8Array.of(0, 0), live, mine)).toEqual({ ok: true, clients: [], changes: [], effect: false });
    });

    test('a string that claims to go on behind the update reads no neighbour in memory', () => {
      const parent = idOf(textOf(live, 'o1'));
      const update = fresh(item(id(MINE, 0), { parent }, text('12345678')));
      const pool = Buffer.concat([update, Buffer.from('a secret of somebody else')]);
      pool[update.length - 10] = 30;
      expect(pool[update.length - 9]).toBe('1'.charCodeAt(0));
      expect(codeOf(judge(pool.subarray(0, update.length), live, mine))).toBe('UPDATE_MALFORMED');
    });

    test('a 70 kB paste is one struct: too large in one piece, taken in the pieces that a client cuts; the server has no cap', () => {
      const paste = updateOf(open(live, MINE), (d) => textOf(d, 'o1').insert(0, 'ñ'.repeat(35_000)));
      expect(paste.length).toBeGreaterThan(70_000);
      expect(Y.decodeUpdate(paste).structs).toHaveLength(1);
      expect(codeOf(judge(paste, live, mine))).toBe('UPDATE_TOO_LARGE');
      expect(codeOf(judge(paste, live, mine, SERVER_LIMITS))).toBe('ok');
      const server = open(live, SERVER);
      const pieces = cutUpdate(paste);
      for (const piece of pieces) {
        expect(judge(piece, server, mine)).toMatchObject({ ok: true, effect: true });
        Y.applyUpdate(server, piece);
      }
      expect(pieces.length).toBeGreaterThan(2);
      expect(contentEquals(server, unguarded(live, paste))).toBe(true);
    });

    test('64 KiB are taken, and one byte more is not', () => {
      const length = (letters: number) =>
        updateOf(open(live, MINE), (d) => textOf(d, 'o1').insert(0, 'x'.repeat(letters)));
      const overhead = length(60_000).length - 60_000;
      const [most, more] = [64 * 1024 - overhead, 64 * 1024 - overhead + 1].map(length);
      expect([most!.length, more!.length]).toEqual([64 * 1024, 64 * 1024 + 1]);
      expect(codeOf(judge(most!, live, mine))).toBe('ok');
      expect(codeOf(judge(more!, live, mine))).toBe('UPDATE_TOO_LARGE');
    });

    test('a gap in the midst of honest structs, as merging two updates that are not side by side writes it', () => {
      const client = open(live, MINE);
      const [first, , third] = [0, 1, 2].map((at) => updateOf(client, (d) => textOf(d, 'o1').insert(at, 'abc'[at]!)));
      const merged = Y.mergeUpdates([first!, third!]);
      expect(Y.decodeUpdate(merged).structs.some((struct) => struct instanceof Y.Skip)).toBe(true);
      expect(isWhole(unguarded(live, merged))).toBe(false);
      expect(codeOf(judge(merged, live, mine))).toBe('UPDATE_MALFORMED');
    });

    test('too many structs', () => {
      const structs = Array.from({ length: CLIENT_LIMITS.maxStructs + 1 }, (_, n) => new Y.GC(id(MINE, n), 1));
      expect(codeOf(judge(fresh(...structs), live, mine))).toBe('UPDATE_TOO_LARGE');
      expect(codeOf(judge(fresh(...structs.slice(1)), live, mine))).toBe('ok');
    });

    test('two blocks of one client: applyUpdate would see only the last', () => {
      const [a, b] = [new Y.GC(id(MINE, 0), 1), new Y.GC(id(MINE, 1), 1)];
      const update = forge({
        blocks: [
          { client: MINE, clock: 0, structs: [a] },
          { client: MINE, clock: 1, structs: [b] },
        ],
      });
      expect(Y.decodeUpdate(update).structs).toHaveLength(2);
      expect(isWhole(unguarded(live, update))).toBe(false);
      expect(codeOf(judge(update, live, mine))).toBe('UPDATE_MALFORMED');
    });

    test.each([
      ['an empty block', forge({ blocks: [{ client: MINE, clock: 0, structs: [] }] })],
      ['a struct without length', fresh(new Y.GC(id(MINE, 0), 0))],
      ['a gap (Skip)', fresh(new Y.Skip(id(MINE, 0), 5))],
      ['a jump in the clock', fresh(new Y.GC(id(MINE, 0), 1_000_001))],
      ['a jump in the clock by many', fresh(new Y.GC(id(MINE, 0), 600_000), new Y.GC(id(MINE, 600_000), 600_000))],
      ['a clock beyond all numbers', fresh(new Y.GC(id(MINE, 0), Number.MAX_SAFE_INTEGER))],
      ['an empty deleted range', forge({ deletes: [[SEED, 3, 0]] })],
      [
        'deleted ranges that overlap',
        forge({
          deletes: [
            [SEED, 0, 9],
            [SEED, 3, 9],
          ],
        }),
      ],
      [
        'nested arrays down to the stack',
        Buffer.concat([
          Buffer.from([1, 1, 1, 0, 8, 1, 5, 110, 111, 100, 101, 115, 1]),
          Buffer.alloc(60_000, Buffer.from([117, 1])),
        ]),
      ],
    ])('%s', (_, update) => {
      expect(codeOf(judge(update, live, ALL))).toBe('UPDATE_MALFORMED');
    });
  });

  const locales = () => new Y.Map(['en', 'es'].map((locale) => [locale, new Y.Text()]));
  const activity = {
    kind: 'activity',
    parent: 'o1.1',
    pos: 'a9',
    get title() {
      return locales();
    },
  };
  const mark = (doc: Y.Doc, name: string) =>
    ((richOf(doc, 'a1.1.1').get(0) as Y.XmlElement).get(0) as Y.XmlText).format(0, 3, { [name]: {} });

  describe('The clocks', () => {
    test("another one's client id: eleven bytes would take over the clock, and what its owner types later is acked and lost", () => {
      const clock = Y.getState(live.store, VICTIM);
      const update = forge({ blocks: [{ client: VICTIM, clock, structs: [new Y.GC(id(VICTIM, clock), 100)] }] });
      expect(update.length).toBeLessThanOrEqual(11);
      const attacked = unguarded(live, update);
      const later = updateOf(open(live, VICTIM), (d) => textOf(d, 'o1').insert(0, 'LOST'));
      Y.applyUpdate(attacked, later);
      expect(textOf(attacked, 'o1').toString()).not.toContain('LOST');
      expect(codeOf(judge(update, live, mine))).toBe('FORBIDDEN');
    });

    test('a gap answers RESYNC with the state vector', () => {
      const client = open(live, MINE);
      updateOf(client, (d) => textOf(d, 'o1').insert(0, 'a'));
      const verdict = judge(
        updateOf(client, (d) => textOf(d, 'o1').insert(1, 'b')),
        live,
        mine,
      );
      expect(verdict).toMatchObject({ ok: false, code: 'RESYNC', stateVector: Y.encodeStateVector(live) });
    });

    test('a clock used twice: the second body is not taken for a repeat of the first', () => {
      const [one, two] = ['one', 'two'].map((word) =>
        updateOf(open(live, MINE), (d) => textOf(d, 'o1').insert(0, word)),
      );
      const server = unguarded(live, one!);
      expect(judge(one!, server, mine)).toMatchObject({ ok: true, effect: false, clients: [] });
      expect(codeOf(judge(two!, server, mine))).toBe('RESYNC');
      const elsewhere = updateOf(open(live, MINE), (d) => textOf(d, 'o2').insert(0, 'one'));
      expect(codeOf(judge(elsewhere, server, mine))).toBe('RESYNC');
    });

    test.each<[string, (doc: Y.Doc) => void, (doc: Y.Doc) => void]>([
      [
        'a value',
        (d) => nodeOf(d, 'a1.1.1').set('endsOn', null),
        (d) => nodeOf(d, 'a1.1.1').set('endsOn', '2027-03-01'),
      ],
      [
        'a value of another field',
        (d) => nodeOf(d, 'a1.1.1').set('deleted', null),
        (d) => nodeOf(d, 'o1').set('deleted', null),
      ],
      [
        'a value where a node was made',
        (d) => d.getMap('nodes').set('n1', newNode(activity)),
        (d) => nodeOf(d, 'o1').set('deleted', null),
      ],
      ['a mark', (d) => mark(d, 'strong'), (d) => mark(d, 'em')],
      [
        'an element',
        (d) => richOf(d, 'a1.1.1').insert(0, [new Y.XmlElement('paragraph')]),
        (d) => richOf(d, 'a1.1.1').insert(0, [new Y.XmlElement('heading')]),
      ],
      [
        'text in an empty text',
        (d) => textOf(d, 'n0').insert(0, 'one'),
        (d) => textOf(d, 'n0', 'title', 'es').insert(0, 'one'),
      ],
    ])('a clock used twice is told apart also by %s', (_, one, two) => {
      const base = open(live, 77);
      base.getMap('nodes').set('n0', newNode(activity));
      const [first, second] = [one, two].map((change) => updateOf(open(base, MINE), change));
      const server = open(base, 78);
      Y.applyUpdate(server, first!);
      expect(judge(first!, server, mine)).toMatchObject({ ok: true, effect: false });
      expect(codeOf(judge(second!, server, mine))).toBe('RESYNC');
    });

    test('a struct known in part counts for the rest only', () => {
      const client = open(live, MINE);
      const first = updateOf(client, (d) => textOf(d, 'o1').insert(0, 'abc'));
      const second = updateOf(client, (d) => textOf(d, 'o1').insert(3, 'def'));
      const server = unguarded(live, first);
      const verdict = judge(Y.mergeUpdates([first, second]), server, mine);
      expect(verdict).toMatchObject({
        ok: true,
        effect: true,
        clients: [{ clientId: MINE, startClock: 3, endClock: 6 }],
      });
    });

    test('a struct known in part cannot go on in another text', () => {
      const server = unguarded(
        live,
        updateOf(open(live, MINE), (d) => textOf(d, 'o1').insert(0, 'abc')),
      );
      const elsewhere = updateOf(open(live, MINE), (d) => textOf(d, 'o2').insert(0, 'abcdef'));
      expect(codeOf(judge(elsewhere, server, mine))).not.toBe('ok');
    });
  });

  describe('What it refers to', () => {
    test.each([
      ['origin', { origin: id(VICTIM, 500) }],
      ['right origin', { right: id(VICTIM, 500) }],
      ['parent', { parent: id(VICTIM, 500) }],
      ['origin of an unknown client', { origin: id(99, 0) }],
    ])('an unknown %s would wait for ever: RESYNC', (_, anchors) => {
      const update = fresh(item(id(MINE, 0), anchors, text('x')));
      expect(isWhole(unguarded(live, update))).toBe(false);
      const stateVector = Y.encodeStateVector(live);
      expect(judge(update, live, mine)).toMatchObject({ ok: false, code: 'RESYNC', stateVector });
    });

    test('itself or a later struct of its own', () => {
      for (const clock of [0, 1, 7]) {
        expect(codeOf(judge(fresh(item(id(MINE, 0), { origin: id(MINE, clock) }, text('x'))), live, mine))).toBe(
          'UPDATE_MALFORMED',
        );
      }
    });

    test('in a circle with another client', () => {
      const here = item(id(MINE, 0), { origin: id(SERVER, 0) }, text('x'));
      const there = item(id(SERVER, 0), { origin: id(MINE, 0) }, text('y'));
      const update = forge({
        blocks: [
          { client: SERVER, clock: 0, structs: [there] },
          { client: MINE, clock: 0, structs: [here] },
        ],
      });
      expect(codeOf(judge(update, live, ALL))).toBe('RESYNC');
    });

    test('ten bytes that delete what a victim will type: RESYNC', () => {
      const clock = Y.getState(live.store, VICTIM);
      const update = forge({ deletes: [[VICTIM, clock, 50]] });
      expect(update.length).toBeLessThanOrEqual(10);
      const attacked = unguarded(live, update);
      Y.applyUpdate(
        attacked,
        updateOf(open(live, VICTIM), (d) => textOf(d, 'o1').insert(0, 'LOST')),
      );
      expect(textOf(attacked, 'o1').toString()).not.toContain('LOST');
      expect(codeOf(judge(update, live, mine))).toBe('RESYNC');
      expect(codeOf(judge(forge({ deletes: [[99, 0, 1]] }), live, mine))).toBe('RESYNC');
    });

    test('a path is resolved by origin, else right origin, else the written parent: text of others is found by each', () => {
      const theirs = textOf(live, 'a1.1.1');
      const [first, last] = [theirs._start!.id, id(SEED, idOf(theirs).clock + 3)];
      const elsewhere: Rights = { ...mine, may: ({ nodeKey }) => nodeKey === 'o1' };
      for (const anchors of [
        { origin: last, right: id(SEED, last.clock + 1) },
        { right: first },
        { parent: idOf(theirs) },
      ]) {
        const update = fresh(item(id(MINE, 0), anchors, text('x')));
        const known = codeOf(judge(update, live, mine));
        // With its parent written and nothing beside it, it claims a text that was empty: its author could have seen it so.
        expect(known).toBe('ok');
        expect(codeOf(judge(update, live, elsewhere))).toBe('FORBIDDEN');
      }
    });

    test("a delete set over the text of others, in a part that is not the sender's", () => {
      const theirs = textOf(live, 'a1.1.1');
      const update = forge({ deletes: [[VICTIM, 0, 5]] });
      expect(textOf(unguarded(live, update), 'a1.1.1').length).toBe(theirs.length - 5);
      expect(codeOf(judge(update, live, { ...mine, may: ({ nodeKey }) => nodeKey === 'o1' }))).toBe('FORBIDDEN');
      expect(judge(update, live, mine)).toMatchObject({ ok: true, clients: [], effect: true });
    });

    test('neighbours in two lists: the right one would be cut in two wherever it is', () => {
      const theirs = textOf(live, 'a1.1.1');
      const origin = textOf(live, 'o1')._start!.id;
      const right = id(VICTIM, theirs.toString().indexOf('🙂') + 1);
      const update = fresh(item(id(MINE, 0), { origin, right }, text('x')));
      expect(textOf(unguarded(live, update), 'a1.1.1').toString()).toContain('\uFFFD');
      expect(codeOf(judge(update, live, mine))).toBe('UPDATE_MALFORMED');
    });

    test('a known struct sent again with other neighbours would cut a text of others too', () => {
      const server = unguarded(
        live,
        updateOf(open(live, MINE), (d) => textOf(d, 'o1').insert(0, 'mine')),
      );
      const right = id(VICTIM, textOf(live, 'a1.1.1').toString().indexOf('🙂') + 1);
      const lie = fresh(item(id(MINE, 0), { right }, text('mine')));
      expect(codeOf(judge(lie, server, mine))).toBe('RESYNC');
      Y.applyUpdate(server, lie);
      expect(textOf(server, 'a1.1.1').toString()).toContain('\uFFFD');
    });

    test('neighbours that were never side by side would make documents differ for ever', () => {
      const title = textOf(live, 'o1');
      const [first, last] = [idOf(title).clock + 1, idOf(title).clock + title.length];
      const across = fresh(item(id(MINE, 0), { origin: id(SEED, first), right: id(SEED, last) }, text('x')));
      const turned = fresh(item(id(MINE, 0), { origin: id(SEED, last), right: id(SEED, first) }, text('x')));
      expect(codeOf(judge(across, live, mine))).toBe('UPDATE_MALFORMED');
      expect(codeOf(judge(turned, live, mine))).toBe('UPDATE_MALFORMED');
    });

    test('what somebody else put between two neighbours meanwhile is no reason to refuse', () => {
      const client = open(live, MINE);
      const edits = [0, 1, 2].map((at) => updateOf(client, (d) => textOf(d, 'a1.1.1').insert(4 + 2 * at, 'M')));
      const server = unguarded(
        live,
        updateOf(open(live, VICTIM), (d) => textOf(d, 'a1.1.1').insert(4, 'them')),
      );
      expect(judge(Y.mergeUpdates(edits), server, mine)).toMatchObject({ ok: true, effect: true });
    });

    test.each(['evil', '__proto__', 'constructor', ''])('the root %j', (root) => {
      const update = fresh(item(id(MINE, 0), { parent: root, key: 'k' }, new Y.ContentAny([1])));
      expect(codeOf(judge(update, live, mine))).toBe('UPDATE_MALFORMED');
    });
  });
});
