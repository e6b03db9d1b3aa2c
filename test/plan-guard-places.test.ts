import { describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import {
  completeTexts,
  createNode,
  deleteNode,
  moveNode,
  setFields,
} from '../subgraphs/working-plans/document/edit.ts';
import { readPlan } from '../subgraphs/working-plans/document/read.ts';
import { isWhole, load, snapshot } from '../subgraphs/working-plans/document/state.ts';
import { judge } from '../subgraphs/working-plans/guard/judge.ts';
import { type Change, CLIENT_LIMITS, type Rights, SERVER_LIMITS } from '../subgraphs/working-plans/guard/verdict.ts';
import { ALL, item, newNode, nodeOf, open, richOf, textOf, updateOf } from './plan-forge.ts';
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

let live: Y.Doc;
standUnderGuard((document) => {
  live = document;
});

/** What the guard says to an edit made with Yjs by an editor. */
const says = (change: (doc: Y.Doc) => void, rights: Rights = mine) =>
  codeOf(judge(updateOf(open(live, MINE), change), live, rights));
const changesOf = (update: Uint8Array, rights = mine): Change[] => {
  const verdict = judge(update, live, rights);
  if (!verdict.ok) throw new Error(`${verdict.code}: ${verdict.message}`);
  return verdict.changes;
};

describe('Where it stands', () => {
  const create = (fields: object) => (d: Y.Doc) =>
    void d.getMap('nodes').set('n1', newNode({ kind: 'activity', parent: 'o1.1', pos: 'a9', ...fields }));
  const locales = (type: new () => Y.Text | Y.XmlFragment, ...names: string[]) =>
    new Y.Map(names.map((name) => [name, new type()]));
  const titles = (d: Y.Doc) => nodeOf(d, 'o1').get('title') as Y.Map<unknown>;
  const set = (key: string, field: string, value: unknown) => (d: Y.Doc) => void nodeOf(d, key).set(field, value);
  const put = (key: string, value: unknown) => (d: Y.Doc) => void d.getMap('nodes').set(key, value);
  const at = '2027-01-01T00:00:00Z';

  test.each<[string, (doc: Y.Doc) => void]>([
    ['a text', (d) => textOf(d, 'o1').insert(0, 'x')],
    ['deleting in a text', (d) => textOf(d, 'o1').delete(0, 3)],
    ['a plain field', set('a1.1.1', 'endsOn', '2028-12-31')],
    ['clearing a plain field', set('a1.1.1', 'endsOn', null)],
    ['removing a plain field', (d) => nodeOf(d, 'a1.1.1').delete('endsOn')],
    ['removing the position, as an undo may', (d) => nodeOf(d, 'o1').delete('pos')],
    ['a move', set('a1.1.1', 'parent', 'o2.1')],
    ['the flag', set('a1.1.1', 'deleted', { by: 'seat:1', at })],
    ['a new node without texts', create({})],
    ['a new node with all its texts', create({ title: locales(Y.Text, 'en', 'es') })],
  ])('allowed: %s', (_, change) => {
    expect(says(change)).toBe('ok');
  });

  test.each<[string, (doc: Y.Doc) => void]>([
    ['removing a node', (d) => d.getMap('nodes').delete('a1.1.1')],
    ['replacing a node', put('a1.1.1', new Y.Map())],
    ['removing a localized field', (d) => nodeOf(d, 'o1').delete('title')],
    ['replacing a localized field', set('o1', 'title', new Y.Map())],
    ['removing a locale', (d) => titles(d).delete('es')],
    ['replacing a locale', (d) => titles(d).set('es', new Y.Text())],
    ['adding a locale', (d) => titles(d).set('fr', new Y.Text())],
    ['the kind', set('o1', 'kind', 'outcome')],
    ['removing the kind', (d) => nodeOf(d, 'o1').delete('kind')],
    ['deleting the plan', set('plan', 'deleted', { by: 's', at })],
    ['a second plan', create({ kind: 'plan', parent: null })],
    ['the status of an activity', set('a1.1.1', 'status', 'COMPLETED')],
    ['owner networks', set('o1', 'networks', ['net:mine'])],
    ['the visibility of the plan', set('plan', 'visibility', 'PUBLIC')],
    ['a new node with a status', create({ status: 'PLANNED' })],
  ])('FORBIDDEN, whatever the policy says: %s', (_, change) => {
    expect(says(change)).toBe('FORBIDDEN');
  });

  test.each<[string, (doc: Y.Doc) => void]>([
    ['a new node with a locale that the plan lacks', create({ title: locales(Y.Text, 'en', 'fr') })],
    ['a new node under an unknown one', create({ parent: 'n0' })],
    ['a move under an unknown node', set('a1.1.1', 'parent', 'n0')],
  ])('RESYNC, for another instance may know it: %s', (_, change) => {
    expect(says(change)).toBe('RESYNC');
  });

  test.each<[string, (doc: Y.Doc) => void]>([
    ['a new node under one of the wrong kind', create({ parent: 'o1' })],
    ['a move under a node of the wrong kind', set('o1.1', 'parent', 'a1.1.1')],
    ['a move into itself', set('a1.1.1', 'parent', 'a1.1.1')],
    ['no parent', set('a1.1.1', 'parent', null)],
    ['a new node without a kind', create({ kind: undefined })],
    ['a new node of an unknown kind', create({ kind: 'constructor' })],
    ['a new node without a position', create({ pos: null })],
    ['a new node with a title of the wrong type', create({ title: locales(Y.XmlFragment, 'en') })],
    ['a new node with a plain value for a title', create({ title: 'Title' })],
    ['a new node that is no map', put('n1', new Y.Array())],
    ['a new node that is a value', put('n1', { kind: 'activity' })],
    ['a node key with a slash', put('other/a1', new Y.Map())],
    ['the node key __proto__', put('__proto__', new Y.Map())],
    ['the node key constructor', put('constructor', new Y.Map())],
    ['an unknown field', set('o1', 'colour', 'red')],
    ['the field __proto__', set('o1', '__proto__', 'x')],
    ['the field constructor', set('o1', 'constructor', 'x')],
    ['a field of another kind', set('o1', 'countries', ['UG'])],
    ['a position beside which nothing could be inserted', set('o1', 'pos', 'a00')],
    ['a date that is none', set('a1.1.1', 'endsOn', '2027-02-30')],
    ['no period', set('plan', 'periodEnd', null)],
    ['an object for a list', set('a1.1.1', 'countries', { UG: 1 })],
    ['a list of lists', set('a1.1.1', 'countries', [['UG']])],
    ['a list without end', set('a1.1.1', 'countries', Array(500).fill('UG'))],
    ['a shared type for a value', set('a1.1.1', 'countries', new Y.Array())],
    ['bytes for a value', set('a1.1.1', 'code', new Uint8Array(3))],
    ['not a number', set('b1.1.1-1', 'amount', Number.NaN)],
    ['a flag with more in it', set('o1', 'deleted', { by: 's', at, role: 'x' })],
    [
      'a flag with another prototype',
      set('o1', 'deleted', JSON.parse(`{ "by": "s", "at": "${at}", "__proto__": {} }`)),
    ],
    ['a subdocument', set('o1', 'code', new Y.Doc())],
    ['U+0000 in a value', set('o1', 'code', '1\u0000')],
    ['U+0000 in a text', (d) => textOf(d, 'o1').insert(0, '\u0000')],
    ['formatting in a title', (d) => textOf(d, 'o1').format(0, 3, { strong: {} })],
    ['an embed in a title', (d) => textOf(d, 'o1').insertEmbed(0, { image: 'x' })],
    ['a shared type in a title', (d) => textOf(d, 'o1').insertEmbed(0, new Y.Map())],
    ['an attribute of a title', (d) => textOf(d, 'o1').setAttribute('lang', 'en')],
  ])('UPDATE_MALFORMED: %s', (_, change) => {
    expect(says(change)).toBe('UPDATE_MALFORMED');
  });

  test('shapes that only bytes made by hand have', () => {
    const node = nodeOf(live, 'o1');
    const current = node._map.get('code')!.id;
    const any = (...values: unknown[]) => new Y.ContentAny(values);
    const shapes: [string, Y.Item][] = [
      ['a value in the list of a map', item(id(MINE, 0), { parent: idOf(node) }, any('x'))],
      ['content of an old Yjs', item(id(MINE, 0), { parent: idOf(node), key: 'code' }, new Y.ContentJSON(['x']))],
      ['an entry with a right neighbour', item(id(MINE, 0), { right: current }, any('x'))],
      ['two values in one entry', item(id(MINE, 0), { origin: current }, any('x', 'y'))],
      ['a parent that is a value', item(id(MINE, 0), { parent: current }, any('x'))],
      ['text under a key', item(id(MINE, 0), { parent: idOf(textOf(live, 'o1')), key: 'x' }, text('x'))],
    ];
    for (const [shape, struct] of shapes) {
      expect([shape, codeOf(judge(fresh(struct), live, mine))]).toEqual([shape, 'UPDATE_MALFORMED']);
    }
  });

  test('a tombstone under a key replaces what is there like anything else', () => {
    const entries: [Y.Map<unknown>, string][] = [
      [nodeOf(live, 'o1'), 'title'],
      [titles(live), 'es'],
      [live.getMap('nodes'), 'o1'],
    ];
    for (const [map, key] of entries) {
      const update = fresh(item(id(MINE, 0), { origin: map._map.get(key)!.id }, new Y.ContentDeleted(1)));
      expect(unguarded(live, update).getMap('nodes').toJSON()).not.toEqual(live.getMap('nodes').toJSON());
      expect(codeOf(judge(update, live, mine))).toBe('FORBIDDEN');
    }
  });
});

describe('Rich text', () => {
  const element = (name: string, ...children: (Y.XmlElement | Y.XmlText)[]) => {
    const made = new Y.XmlElement(name);
    made.insert(0, children);
    return made;
  };
  const insert =
    (...made: (Y.XmlElement | Y.XmlText)[]) =>
    (d: Y.Doc) =>
      richOf(d, 'a1.1.1').insert(0, made);
  const inline = (d: Y.Doc) => (richOf(d, 'a1.1.1').get(0) as Y.XmlElement).get(0) as Y.XmlText;
  const mark = (name: string, value: unknown) => (d: Y.Doc) => inline(d).format(0, 3, { [name]: value });
  const link = (href: unknown) => mark('link', { href, title: null });
  const heading = (name: string, value: unknown) => (d: Y.Doc) => {
    const made = element('heading', new Y.XmlText('h'));
    made.setAttribute(name, value as string);
    insert(made)(d);
  };

  test.each<[string, (doc: Y.Doc) => void]>([
    ['a list', insert(element('bullet_list', element('list_item', element('paragraph', new Y.XmlText('x')))))],
    ['a hard break', insert(element('paragraph', new Y.XmlText('x'), element('hard_break')))],
    ['a heading', heading('level', 2)],
    ['strong', mark('strong', {})],
    ['a link', link('https://example.org/a?b=c#d')],
    ['a mail link', link('mailto:contact@example.org')],
    ['deleting a paragraph', (d) => richOf(d, 'a1.1.1').delete(0, 1)],
  ])('allowed: %s', (_, change) => {
    expect(says(change)).toBe('ok');
  });

  test.each<[string, (doc: Y.Doc) => void]>([
    ['a script link', link('javascript:alert(1)')],
    ['a script link with a newline', link('java\nscript:alert(1)')],
    ['a script link behind a good one', link('https://example.org\njavascript:alert(1)')],
    ['a data link', link('data:text/html,x')],
    ['a link without address', link(undefined)],
    ['another mark', mark('onclick', 'x')],
    ['a mark with attributes', mark('strong', { style: 'x' })],
    ['an embed', (d) => inline(d).insertEmbed(0, { image: 'x' })],
    ['a level that is none', heading('level', 'onload')],
    ['another attribute', heading('onclick', 'x')],
    ['another element', insert(element('script'))],
    ['the element constructor', insert(element('constructor'))],
    ['text outside a block', insert(new Y.XmlText('x'))],
    ['a block in a paragraph', insert(element('paragraph', element('paragraph')))],
    ['a hook', insert(new Y.XmlHook('x') as unknown as Y.XmlElement)],
  ])('UPDATE_MALFORMED: %s', (_, change) => {
    expect(says(change)).toBe('UPDATE_MALFORMED');
  });

  test('nesting without end', () => {
    const nest = (depth: number): Y.XmlElement =>
      depth === 0 ? element('bullet_list') : element('bullet_list', element('list_item', nest(depth - 1)));
    expect(says(insert(nest(5)))).toBe('ok');
    expect(says(insert(nest(50)))).toBe('UPDATE_MALFORMED');
  });

  test('what is typed into a paragraph that others deleted meanwhile is accepted and changes nothing', () => {
    const offline = updateOf(open(live, MINE), (d) => {
      inline(d).insert(0, 'typed offline');
      mark('em', {})(d);
    });
    const server = unguarded(
      live,
      updateOf(open(live, VICTIM), (d) => richOf(d, 'a1.1.1').delete(0, 1)),
    );
    const verdict = judge(offline, server, { ...mine, may: () => false });
    expect(verdict).toMatchObject({
      ok: true,
      changes: [],
      effect: true,
      clients: [{ clientId: MINE, startClock: 0 }],
    });
    const content = readPlan(server);
    Y.applyUpdate(server, offline);
    expect(isWhole(server)).toBe(true);
    expect(readPlan(server)).toEqual(content);
  });
});

describe('Rights', () => {
  const at = '2027-01-01T00:00:00Z';

  test.each<[string, (doc: Y.Doc) => void, Partial<Change>]>([
    [
      'typing',
      (d) => textOf(d, 'a1.1.1', 'title', 'es').insert(0, 'x'),
      { action: 'edit', nodeKey: 'a1.1.1', kind: 'activity', field: 'title', locale: 'es', objectives: ['o1'] },
    ],
    ['deleting', (d) => textOf(d, 'a1.1.1').delete(0, 1), { action: 'edit', field: 'title', locale: 'en' }],
    ['rich text', (d) => richOf(d, 'a1.1.1').delete(0, 1), { action: 'edit', field: 'description', locale: 'en' }],
    ['a value', (d) => nodeOf(d, 'a1.1.1').set('endsOn', null), { action: 'edit', field: 'endsOn', value: null }],
    ['no value', (d) => nodeOf(d, 'a1.1.1').delete('endsOn'), { action: 'edit', field: 'endsOn', value: undefined }],
    ['the order', (d) => nodeOf(d, 'm1.1.1-1').set('pos', 'a5'), { action: 'move', field: 'pos', objectives: ['o1'] }],
    [
      'a move to another objective',
      (d) => nodeOf(d, 'a1.1.1').set('parent', 'o2.1'),
      { action: 'move', field: 'parent', value: 'o2.1', objectives: ['o1', 'o2'] },
    ],
    [
      'the flag, with the name under it',
      (d) => nodeOf(d, 'o1').set('deleted', { by: 'seat:9', at }),
      { action: 'delete', nodeKey: 'o1', value: { by: 'seat:9', at }, objectives: ['o1'] },
    ],
    [
      'the plan itself',
      (d) => textOf(d, 'plan').insert(0, 'x'),
      { action: 'edit', nodeKey: 'plan', kind: 'plan', objectives: [] },
    ],
  ])('the policy hears of %s, and may say no', (_, change, expected) => {
    const update = updateOf(open(live, MINE), change);
    expect(changesOf(update)).toEqual([expect.objectContaining(expected)]);
    expect(codeOf(judge(update, live, { ...mine, may: () => false }))).toBe('FORBIDDEN');
  });

  test('a new branch lies in the objective that it is planted in; taking the flag away is said', () => {
    const update = updateOf(open(live, MINE), (d) => {
      d.getMap('nodes').set('n2', newNode({ kind: 'risk', parent: 'n1', pos: 'a0' }));
      d.getMap('nodes').set('n1', newNode({ kind: 'activity', parent: 'o2.1', pos: 'a9' }));
    });
    const created = { action: 'create', field: null, objectives: ['o2'] };
    expect(changesOf(update)).toMatchObject([
      { ...created, nodeKey: 'n2', value: 'n1' },
      { ...created, nodeKey: 'n1', value: 'o2.1' },
    ]);
    const server = unguarded(live, deleteNode(live, 'o1', { by: 'seat:1', at }, VICTIM));
    const restore = updateOf(open(server, MINE), (d) => nodeOf(d, 'o1').delete('deleted'));
    expect(judge(restore, server, mine)).toMatchObject({ changes: [{ action: 'restore', nodeKey: 'o1' }] });
  });

  test('one change that is not allowed refuses the whole update', () => {
    const rights = { ...mine, may: (change: Change) => change.objectives[0] === 'o1' };
    expect(says((d) => textOf(d, 'o1').insert(0, 'x'), rights)).toBe('ok');
    const both = (d: Y.Doc) => {
      for (const key of ['o1', 'o2']) textOf(d, key).insert(0, 'x');
    };
    expect(says(both, rights)).toBe('FORBIDDEN');
  });

  test('idle format marks are tidied away by whoever receives them, also in a text that he may not edit; marks that mark are not', () => {
    const inline = (d: Y.Doc) => (richOf(d, 'a1.1.1').get(0) as Y.XmlElement).get(0) as Y.XmlText;
    const marked = updateOf(open(live, VICTIM), (d) => {
      inline(d).format(0, 6, { strong: {} });
      inline(d).format(10, 6, { strong: {} });
    });
    const cut = updateOf(open(live, VICTIM + 1), (d) => inline(d).delete(0, 6));
    const server = load(snapshot(live), [marked, cut]);
    const reader = open(live, MINE);
    const tidied: Uint8Array[] = [];
    reader.on('update', (update: Uint8Array, origin) => origin !== 'log' && tidied.push(update));
    for (const update of [marked, cut]) Y.applyUpdate(reader, update, 'log');
    expect(tidied).toHaveLength(1);
    const reads: Rights = { ...mine, may: () => false };
    expect(judge(tidied[0]!, server, reads)).toMatchObject({ ok: true, changes: [], effect: true });
    const plain = updateOf(open(server, MINE), (d) => inline(d).format(0, 20, { strong: null }));
    expect(Y.decodeUpdate(plain).structs).toHaveLength(0);
    expect(codeOf(judge(plain, server, reads))).toBe('FORBIDDEN');
  });

  test("others' deletions that an honest update carries along are not asked about again", () => {
    const server = unguarded(
      live,
      updateOf(open(live, VICTIM), (d) => textOf(d, 'o2').delete(0, 5)),
    );
    const client = open(server, MINE);
    const known = Y.encodeStateVector(client);
    textOf(client, 'o1').insert(0, 'x');
    const update = Y.encodeStateAsUpdate(client, known);
    expect(Y.decodeUpdate(update).ds.clients.size).toBeGreaterThan(0);
    expect(judge(update, server, mine)).toMatchObject({ ok: true, changes: [{ nodeKey: 'o1' }] });
    expect(judge(update, live, mine)).toMatchObject({ ok: true, changes: [{ nodeKey: 'o1' }, { nodeKey: 'o2' }] });
  });
});

describe("The server's own updates", () => {
  const own: Rights = { owns: (client) => client === SERVER, may: () => true };

  test('typed edits pass like typing', () => {
    const values = { title: { en: 'Anew' }, description: { es: 'a\nb' }, countries: ['UG'] };
    for (const update of [
      createNode(live, { key: 'n1', kind: 'activity', parent: 'o1.1', after: null, values }, SERVER),
      setFields(live, 'a1.1.1', values, SERVER),
      moveNode(live, { key: 'a1.1.1', parent: 'o2.1' }, SERVER),
      deleteNode(live, 'o1', { by: 'seat:1', at: '2027-01-01T00:00:00Z' }, SERVER),
    ]) {
      expect(codeOf(judge(update, live, own))).toBe('ok');
    }
  });

  test('only they add a locale, complete a node, and make the plan itself', () => {
    const french = completeTexts(live, SERVER, ['fr']);
    expect(codeOf(judge(french, live, own, { ...CLIENT_LIMITS, maxBytes: 1e6 }))).toBe('FORBIDDEN');
    expect(codeOf(judge(french, live, own, SERVER_LIMITS))).toBe('ok');
    expect(codeOf(judge(Y.encodeStateAsUpdate(live), new Y.Doc(), ALL, SERVER_LIMITS))).toBe('ok');

    const bare = (d: Y.Doc) =>
      void d.getMap('nodes').set('n1', newNode({ kind: 'milestone', parent: 'a1.1.1', pos: 'a9' }));
    const server = unguarded(live, updateOf(open(live, MINE), bare));
    const whole = completeTexts(server, SERVER);
    expect(codeOf(judge(whole, server, own))).toBe('FORBIDDEN');
    expect(codeOf(judge(whole, server, own, SERVER_LIMITS))).toBe('ok');
    Y.applyUpdate(server, whole);
    expect(textOf(server, 'n1', 'title', 'es')).toBeInstanceOf(Y.Text);
  });
});
