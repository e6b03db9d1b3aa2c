import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { buildPlanDocument, type PlanRecord } from '../subgraphs/working-plans/document/build.ts';
import {
  completeTexts,
  createNode,
  deleteNode,
  moveNode,
  type PlanEditError,
  setField,
  setFields,
} from '../subgraphs/working-plans/document/edit.ts';
import { positionAfter } from '../subgraphs/working-plans/document/order.ts';
import { type PlanTree, pick, readPlan } from '../subgraphs/working-plans/document/read.ts';
import { contentEquals, load, snapshot, stateVector } from '../subgraphs/working-plans/document/state.ts';
import { isNodeKey, isPosition } from '../subgraphs/working-plans/document/values.ts';

const RECORD: PlanRecord = JSON.parse(readFileSync(new URL('../seed/plan.json', import.meta.url), 'utf8'));
const SEED = 16_777_217;
const SERVER = 16_777_218;

const build = () => buildPlanDocument(RECORD, SEED);
const node = (doc: Y.Doc, key: string) => doc.getMap<Y.Map<unknown>>('nodes').get(key)!;
const activities = (tree: PlanTree) => tree.objectives[0]!.outcomes[0]!.activities;
/** Applies what a typed edit wrote, after proving that writing it changed nothing. */
function apply(doc: Y.Doc, write: (doc: Y.Doc) => Uint8Array): Y.Doc {
  const before = snapshot(doc);
  const update = write(doc);
  expect(Buffer.compare(snapshot(doc), before)).toBe(0);
  Y.applyUpdate(doc, update);
  expect(doc.store.pendingStructs ?? doc.store.pendingDs).toBeNull();
  return doc;
}
const refused = (code: PlanEditError['code']) => expect.objectContaining({ code }) as unknown as Error;

describe('A plan from its records', () => {
  test('has the shape of the contract', () => {
    const activity = node(build(), 'a1.1.1');
    expect(activity.toJSON()).toMatchObject({
      kind: 'activity',
      code: '1.1.1',
      parent: 'o1.1',
      responsible: 'org:s01',
    });
    expect((activity.get('title') as Y.Map<unknown>).get('es')).toBeInstanceOf(Y.Text);
    const description = (activity.get('description') as Y.Map<Y.XmlFragment>).get('en')!;
    expect(description).toBeInstanceOf(Y.XmlFragment);
    expect(description.toString()).toMatch(/^<paragraph>Each national member .*<\/paragraph>$/);
  });

  test('keeps statuses, visibility and owner networks out of the document', () => {
    const doc = build();
    const keys = new Set([...doc.getMap<Y.Map<unknown>>('nodes').values()].flatMap((entry) => [...entry.keys()]));
    for (const field of ['status', 'visibility', 'networks', 'provenance']) expect(keys).not.toContain(field);
  });

  test('gives the same bytes and node keys every time', () => {
    expect(Buffer.compare(snapshot(build()), snapshot(build()))).toBe(0);
    expect([...build().getMap('nodes').keys()]).toEqual(
      expect.arrayContaining(['plan', 'o1', 'o1.1', 'a1.1.1', 'm1.1.1-1', 'i1.1.1-1', 'b1.1.1-1', 'r1.1.1-1']),
    );
  });

  test('reads back as the records, in their order', () => {
    const tree = readPlan(build());
    expect(tree.locales).toEqual(['en', 'es']);
    expect(tree.unreachable).toEqual([]);
    expect(pick(tree.preamble, 'es', 'en')).toEqual({ locale: 'es', text: RECORD.preamble!.es });
    const records = RECORD.objectives.flatMap((o) => o.outcomes.flatMap((outcome) => outcome.activities));
    const read = tree.objectives.flatMap((o) => o.outcomes.flatMap((outcome) => outcome.activities));
    expect(read.map((a) => a.code)).toEqual(records.map((a) => a.code));
    for (const [index, record] of records.entries()) {
      const activity = read[index]!;
      expect(activity).toMatchObject({
        countries: record.countries,
        startsOn: record.startsOn,
        responsible: record.responsible,
      });
      expect(Object.fromEntries(activity.description.map((t) => [t.locale, t.text]))).toEqual(record.description);
      expect(activity.milestones.map((m) => m.dueOn)).toEqual((record.milestones ?? []).map((m) => m.dueOn));
      expect(activity.budget.map((b) => b.amount)).toEqual((record.budget ?? []).map((b) => b.amount));
    }
  });

  test('refuses two records with one key', () => {
    const twice = { ...RECORD, objectives: [RECORD.objectives[0]!, RECORD.objectives[0]!] };
    expect(() => buildPlanDocument(twice, SEED)).toThrow(/node key o1$/);
  });
});

describe('Reading', () => {
  test('a missing or empty locale falls back to the source locale and says so', () => {
    const localized = [
      { locale: 'en', text: 'Map' },
      { locale: 'es', text: '' },
      { locale: 'pt', text: 'Mapa' },
    ];
    expect(pick(localized, 'pt-BR', 'en')).toEqual({ locale: 'pt', text: 'Mapa' });
    for (const locale of ['es', 'fr', undefined])
      expect(pick(localized, locale, 'en')).toEqual({ locale: 'en', text: 'Map' });
    expect(pick([], 'en', 'en')).toBeNull();
  });

  test('survives circles, unknown parents and values of the wrong type, and reports what it could not place', () => {
    const doc = build();
    node(doc, 'o1.1').set('parent', 'a1.1.1');
    node(doc, 'a2.1.1').set('parent', 'nowhere');
    node(doc, 'a2.1.2').set('startsOn', { an: 'object' });
    node(doc, 'a2.1.2').set('pos', 7);
    doc.getMap('nodes').set('stray', 'not a node');
    const tree = readPlan(doc);
    expect(tree.objectives[0]!.outcomes).toEqual([]);
    expect(tree.unreachable).toEqual(expect.arrayContaining(['o1.1', 'a1.1.1', 'm1.1.1-1', 'a2.1.1']));
    expect(tree.unreachable).not.toContain('a2.1.2');
    expect(tree.objectives[1]!.outcomes[0]!.activities[0]).toMatchObject({ key: 'a2.1.2', startsOn: null, pos: '' });
  });

  test('rich text reads as lines: lists, hard breaks and marks', () => {
    const doc = build();
    const fragment = (node(doc, 'a1.1.1').get('description') as Y.Map<Y.XmlFragment>).get('en')!;
    const item = new Y.XmlElement('list_item');
    const inner = new Y.XmlElement('paragraph');
    const list = new Y.XmlElement('bullet_list');
    inner.insert(0, [new Y.XmlText('one'), new Y.XmlElement('hard_break'), new Y.XmlText('two')]);
    item.insert(0, [inner]);
    list.insert(0, [item]);
    fragment.delete(0, fragment.length);
    fragment.insert(0, [list]);
    (inner.get(0) as Y.XmlText).format(0, 3, { strong: {} });
    expect(pick(activities(readPlan(doc))[0]!.description, 'en', 'en')!.text).toBe('one\ntwo');
  });

  test('a document without its plan node is an error, not an empty plan', () => {
    expect(() => readPlan(load(null))).toThrow(/no node "plan"/);
  });
});

describe('Typed edits', () => {
  test('a new node comes with every text in every locale, and its place', () => {
    const create = {
      key: 'n1',
      kind: 'activity',
      parent: 'o1.1',
      after: 'a1.1.1',
      values: { title: { es: 'Nueva' } },
    } as const;
    const doc = apply(build(), (d) => createNode(d, create, SERVER));
    const [, created] = activities(readPlan(doc));
    expect(created).toMatchObject({
      key: 'n1',
      title: [
        { locale: 'en', text: '' },
        { locale: 'es', text: 'Nueva' },
      ],
    });
    expect(created!.description).toEqual([
      { locale: 'en', text: '' },
      { locale: 'es', text: '' },
    ]);
    expect(completeTexts(doc, SERVER)).toHaveLength(2);
  });

  test('moves: first, last, after, below another parent', () => {
    const doc = build();
    const order = () => activities(readPlan(doc)).map((a) => a.key);
    apply(doc, (d) => moveNode(d, { key: 'a1.1.3', after: null }, SERVER));
    apply(doc, (d) => moveNode(d, { key: 'a1.1.1' }, SERVER));
    expect(order()).toEqual(['a1.1.3', 'a1.1.2', 'a1.1.4', 'a1.1.5', 'a1.1.1']);
    apply(doc, (d) => moveNode(d, { key: 'a2.1.2', parent: 'o1.1', after: 'a1.1.3' }, SERVER));
    expect(order()).toEqual(['a1.1.3', 'a2.1.2', 'a1.1.2', 'a1.1.4', 'a1.1.5', 'a1.1.1']);
  });

  test('the same gap taken by two clients at once gives two different positions', () => {
    const doc = build();
    const here = createNode(doc, { key: 'n1', kind: 'activity', parent: 'o1.1', after: 'a1.1.1' }, SERVER);
    const there = createNode(doc, { key: 'n2', kind: 'activity', parent: 'o1.1', after: 'a1.1.1' }, SERVER + 1);
    Y.applyUpdate(doc, here);
    Y.applyUpdate(doc, there);
    const [, first, second] = activities(readPlan(doc));
    expect([first!.key, second!.key].sort()).toEqual(['n1', 'n2']);
    expect(first!.pos < second!.pos).toBe(true);
  });

  test('between nodes that tie, the later one gets a new position', () => {
    const siblings = ['a', 'b', 'c'].map((key) => ({ key, pos: 'a0' }));
    const { pos, rekeyed } = positionAfter([...siblings, { key: 'd', pos: 'a1' }], 'a', SERVER);
    expect(rekeyed.map((sibling) => sibling.key)).toEqual(['b', 'c']);
    const all = ['a0', pos, ...rekeyed.map((sibling) => sibling.pos), 'a1'];
    expect([...all].sort()).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
    for (const key of all) expect(isPosition(key)).toBe(true);
  });

  test('a thousand insertions into one gap stay ordered and short', () => {
    let upper = 'a1';
    for (let step = 0; step < 1_000; step++) {
      const { pos } = positionAfter(
        [
          { key: 'a', pos: 'a0' },
          { key: 'b', pos: upper },
        ],
        'a',
        SERVER + (step % 7),
      );
      expect(pos > 'a0' && pos < upper && isPosition(pos)).toBe(true);
      upper = pos;
    }
    expect(upper.length).toBeLessThan(256);
  });

  test('a text set anew keeps what others type at its ends meanwhile', () => {
    const doc = build();
    const title = (node(doc, 'a1.1.1').get('title') as Y.Map<Y.Text>).get('en')!;
    const update = setField(doc, 'a1.1.1', 'title', { en: 'Keep a shared, public map 🗺️ of each country' }, SERVER);
    title.insert(0, 'Always: ');
    Y.applyUpdate(doc, update);
    expect(title.toString()).toBe('Always: Keep a shared, public map 🗺️ of each country');
  });

  test('any text can be replaced by any other, over what was deleted, without breaking a character in two', () => {
    const doc = build();
    const texts = ['', '🙂', '🙃', 'a🙂b', 'a🙃b', '🙃🙂', 'ab', 'b', ''];
    for (const from of texts) {
      for (const to of texts) {
        for (const text of [from, to]) apply(doc, (d) => setField(d, 'a1.1.1', 'title', { en: text }, SERVER));
        expect(pick(activities(readPlan(doc))[0]!.title, 'en', 'en')!.text).toBe(to);
      }
    }
    expect(contentEquals(doc, load(snapshot(doc)))).toBe(true);
  });

  test('rich text is set as paragraphs, plain values are set and cleared, the second time as well', () => {
    const doc = build();
    for (const text of ['one\ntwo', '', 'three']) {
      apply(doc, (d) => setFields(d, 'a1.1.1', { description: { en: text }, countries: ['UG'], endsOn: null }, SERVER));
      const activity = activities(readPlan(doc))[0]!;
      expect(activity).toMatchObject({ countries: ['UG'], endsOn: null });
      expect(activity.description[0]).toEqual({ locale: 'en', text });
    }
  });

  test('a deleted node is left out with all below it, keeps what is typed into it, and comes back whole', () => {
    const doc = apply(build(), (d) => deleteNode(d, 'o1.1', { by: 'seat:1', at: '2027-01-01T00:00:00Z' }, SERVER));
    apply(doc, (d) => setField(d, 'a1.1.1', 'title', { en: 'Typed meanwhile' }, SERVER));
    expect(readPlan(doc)).toMatchObject({ unreachable: [] });
    expect(readPlan(doc).objectives[0]!.outcomes).toEqual([]);
    apply(doc, (d) => deleteNode(d, 'o1.1', null, SERVER));
    expect(activities(readPlan(doc))[0]!.title[0]!.text).toBe('Typed meanwhile');
  });

  test('a locale is added to every text at once', () => {
    const doc = apply(build(), (d) => completeTexts(d, SERVER, ['fr']));
    const tree = readPlan(doc);
    expect(tree.locales).toEqual(['en', 'es', 'fr']);
    expect(activities(tree)[0]!.milestones[0]!.title.map((t) => t.locale)).toEqual(['en', 'es', 'fr']);
    apply(doc, (d) => setField(d, 'plan', 'title', { fr: 'Plan' }, SERVER));
    expect(pick(readPlan(doc).title, 'fr', 'en')).toEqual({ locale: 'fr', text: 'Plan' });
  });

  test('what cannot be written is refused by name', () => {
    const doc = build();
    const set = (key: string, field: string, value: unknown) => () => setField(doc, key, field, value, SERVER);
    expect(set('nowhere', 'title', { en: '' })).toThrow(refused('UNKNOWN_NODE'));
    expect(set('a1.1.1', 'status', 'COMPLETED')).toThrow(refused('UNKNOWN_FIELD'));
    expect(set('a1.1.1', 'constructor', 'x')).toThrow(refused('UNKNOWN_FIELD'));
    expect(set('a1.1.1', 'title', { fr: 'Carte' })).toThrow(refused('UNKNOWN_LOCALE'));
    expect(set('a1.1.1', 'startsOn', '2027-02-30')).toThrow(refused('BAD_VALUE'));
    expect(set('o1', 'thematicArea', 'OTHER')).toThrow(refused('BAD_VALUE'));
    expect(() => moveNode(doc, { key: 'a1.1.1', parent: 'o1' }, SERVER)).toThrow(refused('BAD_VALUE'));
    expect(() => createNode(doc, { key: 'a/b', kind: 'risk', parent: 'a1.1.1' }, SERVER)).toThrow(refused('BAD_VALUE'));
    expect(() => createNode(doc, { key: 'o1', kind: 'risk', parent: 'a1.1.1' }, SERVER)).toThrow(
      refused('NODE_EXISTS'),
    );
    for (const key of ['__proto__', 'constructor', 'prototype', '', 'a b', 'a/b']) expect(isNodeKey(key)).toBe(false);
  });
});

describe('State', () => {
  test('a snapshot and the edits after it give the same document', () => {
    const doc = build();
    const before = snapshot(doc);
    const edits: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => edits.push(update));
    apply(doc, (d) => setField(d, 'a1.1.1', 'title', { en: 'Other' }, SERVER));
    apply(doc, (d) => moveNode(d, { key: 'a1.1.1' }, SERVER));
    const again = load(before, edits);
    expect(contentEquals(doc, again)).toBe(true);
    expect(stateVector(again)).toEqual(stateVector(doc));
    expect(() => load(before, edits.slice(1))).toThrow(/gap/);
  });

  test('documents with equal state vectors that differ by a deletion have not converged', () => {
    const [a, b] = [build(), build()];
    const title = (node(a, 'a1.1.1').get('title') as Y.Map<Y.Text>).get('en')!;
    title.delete(0, 1);
    expect(stateVector(a)).toEqual(stateVector(b));
    expect(contentEquals(a, b)).toBe(false);
    Y.applyUpdate(b, Y.encodeStateAsUpdate(a, stateVector(b)));
    expect(contentEquals(a, b)).toBe(true);
  });
});
