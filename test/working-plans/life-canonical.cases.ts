import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { buildPlanDocument } from '../../subgraphs/working-plans/document/build.ts';
import {
  canonicalize,
  canonicalPlan,
  contentHash,
  contentOf,
  type Json,
  nodesOfContent,
  withoutText,
} from '../../subgraphs/working-plans/document/canonical.ts';
import { completeTexts, deleteNode, moveNode, setField } from '../../subgraphs/working-plans/document/edit.ts';
import { readPlan } from '../../subgraphs/working-plans/document/read.ts';
import { load, snapshot } from '../../subgraphs/working-plans/document/state.ts';

const record = JSON.parse(readFileSync(new URL('../../seed/plan.json', import.meta.url), 'utf8'));
const writer = 16_777_217;
const other = 16_777_218;
const build = () => buildPlanDocument(record, writer);
const contentIn = (doc: Y.Doc) => canonicalPlan(readPlan(doc));
const changed = (doc: Y.Doc, write: (doc: Y.Doc) => Uint8Array) => {
  Y.applyUpdate(doc, write(doc));
  return contentIn(doc);
};

describe('RFC 8785', () => {
  test('section 3.2: literals, numbers, strings, sorting, UTF-8', () => {
    const input = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`);
    const bytes =
      '7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333332e33333333333333' +
      '2c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d';
    expect(Buffer.from(canonicalize(input), 'utf8').toString('hex')).toBe(bytes);
  });

  test('section 3.2.3: keys by their UTF-16 code units', () => {
    const input = JSON.parse(String.raw`{
      "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"
    }`);
    expect(Object.values(JSON.parse(canonicalize(input)))).toHaveLength(7);
    expect([...canonicalize(input).matchAll(/:"([^"]+)"/g)].map(([, value]) => value)).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  const numbers: [hex: string, json: string][] = [
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ];
  test.each(numbers)('appendix B: %s', (hex, json) => {
    expect(canonicalize(Buffer.from(hex, 'hex').readDoubleBE())).toBe(json);
  });

  test('refuses what I-JSON cannot hold', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '\ud83d', { '\udead': 1 }] as Json[]) {
      expect(() => canonicalize(value)).toThrow(RangeError);
    }
  });
});

describe('The content of a plan', () => {
  test('holds every text and value of the record, and nothing of SQL, positions or parents', () => {
    const content = JSON.parse(contentIn(build()));
    expect(content).toMatchObject({
      key: 'plan',
      locales: ['en', 'es'],
      periodStart: '2027-01-01',
      title: record.title,
    });
    const { code, title, description, budget, risks, milestones } = record.objectives[0].outcomes[0].activities[0];
    expect(content.objectives[0].outcomes[0].activities[0]).toMatchObject({
      key: 'a1.1.1',
      code,
      title,
      description,
      budget: [{ label: budget[0].label, amount: budget[0].amount }],
      risks: [{ description: risks[0].description, safetyRelevant: false }],
      milestones: milestones.map((milestone: { title: object; dueOn: string }) => ({
        title: milestone.title,
        dueOn: milestone.dueOn,
      })),
    });
    const members = new Set([...nodesOfContent(content)].flatMap(({ node }) => Object.keys(node)));
    for (const absent of [
      'status',
      'visibility',
      'networks',
      'provenance',
      'pos',
      'parent',
      'kind',
      'deleted',
      'formats',
    ])
      expect(members).not.toContain(absent);
  });

  test('is the same in every copy, whatever the way there, and its hash is of its bytes', () => {
    const doc = build();
    const content = contentIn(doc);
    expect(contentIn(load(snapshot(doc)))).toBe(content);
    const there = changed(doc, (d) => setField(d, 'a1.1.1', 'title', { en: 'Somewhere else' }, other));
    expect(there).not.toBe(content);
    const title = record.objectives[0].outcomes[0].activities[0].title.en;
    expect(changed(doc, (d) => setField(d, 'a1.1.1', 'title', { en: title }, other))).toBe(content);
    expect(contentHash('é')).toBe(
      createHash('sha256')
        .update(Buffer.from([0xc3, 0xa9]))
        .digest('hex'),
    );
    const tree = readPlan(doc);
    expect(contentOf(tree)).toBe(contentOf(tree));
    expect(contentOf(tree)).toEqual({ json: content, hash: contentHash(content) });
  });

  test('follows order and parents; a position alone, a deleted node and an empty locale say nothing', () => {
    const doc = build();
    const content = contentIn(doc);
    const keys = (json: string) =>
      JSON.parse(json).objectives[0].outcomes[0].activities.map(({ key }: { key: string }) => key);
    const last = keys(content).at(-1);
    const moved = changed(doc, (d) => moveNode(d, { key: last, after: null }, other));
    expect(keys(moved)[0]).toBe(last);
    expect(changed(doc, (d) => moveNode(d, { key: last, after: keys(content).at(-2) }, other))).toBe(content);
    const gone = changed(doc, (d) => deleteNode(d, last, { by: 'seat:s01', at: '2027-01-01T00:00:00Z' }, other));
    expect(keys(gone)).toEqual(keys(content).slice(0, -1));
    expect(gone).not.toContain(`"${last}"`);
    expect(changed(doc, (d) => deleteNode(d, last, null, other))).toBe(content);
    const { locales, ...rest } = JSON.parse(changed(doc, (d) => completeTexts(d, other, ['fr'])));
    expect(locales).toEqual(['en', 'es', 'fr']);
    expect({ ...rest, locales: ['en', 'es'] }).toEqual(JSON.parse(content));
  });

  test('says where a link leads and what is a list: words alone are not what was agreed', () => {
    const doc = build();
    doc.clientID = other;
    const content = contentIn(doc);
    const node = doc.getMap<Y.Map<Y.Map<Y.XmlFragment>>>('nodes').get('a1.1.1')!;
    const fragment = node.get('description')!.get('en')!;
    const text = (fragment.get(0) as Y.XmlElement).get(0) as Y.XmlText;
    const link = (href: string) => text.format(0, 4, { link: { href, title: null } });
    const formats = () => JSON.parse(contentIn(doc)).objectives[0].outcomes[0].activities[0].formats?.description.en;

    link('https://a.example.org');
    const one = contentIn(doc);
    expect(formats()).toEqual([[0, 4, 'link', { href: 'https://a.example.org' }]]);
    link('https://b.example.org');
    expect(contentIn(doc)).not.toBe(one);
    link('https://a.example.org');
    expect(contentIn(doc)).toBe(one);
    // set in two steps that touch, it is one mark
    text.format(5, 2, { strong: true });
    text.format(7, 3, { strong: {} });
    text.format(0, 10, { link: null });
    expect(formats()).toEqual([[5, 10, 'strong']]);
    text.format(5, 5, { strong: null });
    expect(contentIn(doc)).toBe(content);

    const item = new Y.XmlElement('list_item');
    const list = new Y.XmlElement('bullet_list');
    const heading = new Y.XmlElement('heading');
    heading.setAttribute('level', 2 as never);
    heading.insert(0, [new Y.XmlText('Head')]);
    const paragraph = new Y.XmlElement('paragraph');
    paragraph.insert(0, [new Y.XmlText('one'), new Y.XmlElement('hard_break'), new Y.XmlText('two')]);
    item.insert(0, [paragraph]);
    list.insert(0, [item]);
    const start = readPlan(doc).objectives[0]!.outcomes[0]!.activities[0]!.description[0]!.text.length;
    fragment.insert(1, [heading, list]);
    const after = readPlan(doc).objectives[0]!.outcomes[0]!.activities[0]!.description[0]!.text;
    expect(after.slice(start)).toBe('\nHead\none\ntwo');
    expect(formats()).toEqual([
      [start + 1, start + 5, 'heading', { level: 2 }],
      [start + 6, start + 13, 'bullet_list'],
      [start + 6, start + 13, 'list_item'],
      [start + 9, start + 10, 'hard_break'],
    ]);
    expect(contentIn(load(snapshot(doc)))).toBe(contentIn(doc));
  });

  test('loses one text, its formats with it, and nothing else', () => {
    const doc = build();
    doc.clientID = other;
    const node = doc.getMap<Y.Map<Y.Map<Y.XmlFragment>>>('nodes').get('a1.1.1')!;
    const paragraph = node.get('description')!.get('en')!.get(0) as Y.XmlElement;
    (paragraph.get(0) as Y.XmlText).format(0, 4, { strong: true });
    const content = contentIn(doc);
    const activity = (json: string) => JSON.parse(json).objectives[0].outcomes[0].activities[0];
    const cut = withoutText(content, 'a1.1.1', 'description', 'en');
    const { description, formats, ...rest } = activity(content);
    expect(formats).toEqual({ description: { en: [[0, 4, 'strong']] } });
    expect(activity(cut)).toEqual({ ...rest, description: { es: description.es } });
    expect(activity(withoutText(cut, 'a1.1.1', 'description', 'es'))).toEqual(rest);
    expect(activity(withoutText(content, 'a1.1.1', 'description'))).toEqual(rest);
    expect(withoutText(content, 'a1.1.1', 'toString')).toBe(content);
    expect(withoutText(content, 'a9.9.9', 'title', 'en')).toBe(content);
    expect(JSON.parse(withoutText(content, 'plan', 'title', 'es')).title).toEqual({ en: record.title.en });
    expect(activity(withoutText(content, 'b1.1.1-1', 'label')).budget[0]).not.toHaveProperty('label');
  });
});
