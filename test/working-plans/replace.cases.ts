import { describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { setFields } from '../../subgraphs/working-plans/document/edit.ts';
import { nodesOf } from '../../subgraphs/working-plans/document/read.ts';
import { plainText } from '../../subgraphs/working-plans/document/rich-text.ts';
import { applyEdits, contentEquals, load, snapshot } from '../../subgraphs/working-plans/document/state.ts';
import { judge } from '../../subgraphs/working-plans/guard/judge.ts';
import { Editor, FIRST, Server } from '../plan-editor.ts';
import { ALL, open, richOf, samplePlan, updateOf } from '../plan-forge.ts';

const server = 40_000_000;
const set = (doc: Y.Doc, key: string, field: string, locale: string, text: string) =>
  setFields(doc, key, { [field]: { [locale]: text } }, server);

/** Paragraphs, or a list of them, with a bold word each. */
function write(doc: Y.Doc, lines: readonly string[], list = false): void {
  const fragment = richOf(doc, 'a1.1.1');
  fragment.delete(0, fragment.length);
  const paragraphs = lines.map((line) => {
    const paragraph = new Y.XmlElement('paragraph');
    const text = new Y.XmlText(line);
    paragraph.insert(0, [text]);
    return paragraph;
  });
  if (list) {
    const items = paragraphs.map((paragraph) => {
      const item = new Y.XmlElement('list_item');
      item.insert(0, [paragraph]);
      return item;
    });
    const whole = new Y.XmlElement('bullet_list');
    whole.insert(0, items);
    fragment.insert(0, [whole]);
  } else fragment.insert(0, paragraphs);
}
const replaced = (doc: Y.Doc, text: string) => {
  const update = set(doc, 'a1.1.1', 'description', 'en', text);
  expect(judge(update, doc, ALL)).toMatchObject({ ok: true });
  applyEdits(doc, [update]);
  expect(plainText(richOf(doc, 'a1.1.1'))).toBe(text);
  return richOf(doc, 'a1.1.1');
};

describe('a rich text that is made another', () => {
  test('keeps its formatting, its lists, and the blocks that stay as they were', () => {
    const doc = samplePlan();
    write(doc, ['One two three', 'Four', 'Five'], true);
    const paragraph = (richOf(doc, 'a1.1.1').get(0) as Y.XmlElement).querySelector('paragraph') as Y.XmlElement;
    const text = paragraph.get(0) as Y.XmlText;
    text.format(4, 3, { strong: {} });
    const list = richOf(doc, 'a1.1.1').get(0);
    const fragment = replaced(doc, 'One two 3\nFour\nFive!');
    expect(fragment.get(0)).toBe(list);
    expect(text.toString()).toBe('One <strong>two</strong> 3');
    // A paragraph below the list leaves the list alone; one within takes it away.
    expect(replaced(doc, 'One two 3\nFour\nFive!\nSix').get(0)).toBe(list);
    expect(replaced(doc, 'Zero\nOne two 3\nFour\nFive!\nSix').get(1)).toBe(list);
    expect(replaced(doc, 'Zero\nOne two 3\nThree and a half\nFour\nFive!\nSix').toString()).not.toContain('list');
  });

  test('keeps what others type into the other paragraphs at the same time', () => {
    const doc = samplePlan();
    write(doc, ['First', 'Second', 'Third']);
    const other = open(doc, FIRST);
    const typed = updateOf(other, () => {
      const last = (richOf(other, 'a1.1.1').get(2) as Y.XmlElement).get(0) as Y.XmlText;
      last.insert(5, ', typed meanwhile');
    });
    replaced(doc, 'First\nOne more\nAnd another\nThird');
    applyEdits(doc, [typed]);
    expect(plainText(richOf(doc, 'a1.1.1'))).toBe('First\nOne more\nAnd another\nThird, typed meanwhile');
  });

  test('whatever random editors have made of it, reads as asked for, in every order of edits', () => {
    let seed = 11;
    const below = (n: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * n);
    };
    for (let round = 0; round < 2; round++) {
      const plan = new Server(samplePlan());
      const editors = [1, 2, 3].map((n) => new Editor(FIRST + n, plan, below));
      for (let step = 0; step < 120; step++) {
        const editor = editors[below(3)]!;
        editor.act();
        if (below(3) === 0) editor.push();
        if (below(3) === 0) editor.receive();
      }
      for (const editor of editors) editor.push();
      for (const [key, node] of nodesOf(plan.doc)) {
        for (const [field, texts] of node.entries()) {
          const text = texts instanceof Y.Map ? texts.get('en') : undefined;
          if (!(text instanceof Y.XmlFragment)) continue;
          const lines = plainText(text).split('\n');
          const at = below(lines.length + 1);
          const fresh = ['', 'A line', 'ñandú 🙂', lines[0]!].slice(below(4), 4);
          lines.splice(at, below(3), ...fresh.slice(0, below(3)));
          const wanted = lines.join('\n');
          const update = set(plan.doc, key, field, 'en', wanted);
          expect(judge(update, plan.doc, ALL)).toMatchObject({ ok: true });
          const here = load(snapshot(plan.doc));
          applyEdits(here, [update]);
          expect(plainText(richOf(here, key, field))).toBe(wanted);
          if (below(5) > 0) continue;
          // What somebody types at the same time comes before it here, after it there.
          const other = open(plan.doc, FIRST + 9);
          const typed = updateOf(other, () => {
            const fragment = richOf(other, key, field);
            fragment.insert(below(fragment.length + 1), [new Y.XmlElement('paragraph')]);
          });
          const there = load(snapshot(plan.doc));
          applyEdits(here, [typed]);
          applyEdits(there, [typed, update]);
          expect(contentEquals(here, there)).toBe(true);
        }
      }
    }
  });
});
