import { describe, expect, test } from '@jest/globals';
import { generateKeyBetween } from 'fractional-indexing';
import * as Y from 'yjs';
import { buildPlanDocument } from '../subgraphs/working-plans/document/build.ts';
import { readPlan } from '../subgraphs/working-plans/document/read.ts';
import { applyEdits, contentEquals, isWhole, load, snapshot } from '../subgraphs/working-plans/document/state.ts';
import { judge } from '../subgraphs/working-plans/guard/judge.ts';
import { type Below, Editor, FIRST, Server } from './plan-editor.ts';
import { forge, item, nodeOf, RECORD, random, SEED, samplePlan } from './plan-forge.ts';

describe('Honest clients', () => {
  test('typing, rich text, moves, undo, offline phases and repeated pushes are never refused, and all converge', () => {
    for (let round = 0; round < 6; round++) {
      const below = random(1_000 + round);
      const server = new Server(samplePlan());
      const editors = [7, 3, 9, 5].map((n) => new Editor(FIRST + n, server, below));
      for (let step = 0; step < 600; step++) {
        const editor = editors[below(editors.length)]!;
        if (below(30) === 0) editor.offline = !editor.offline;
        editor.act();
        if (editor.offline) continue;
        if (below(3) === 0) editor.receive();
        if (below(2) === 0) editor.push();
      }
      // What they receive makes their Yjs tidy idle format marks away, which is an edit again.
      for (let idle = 0; idle < 2; idle = editors.some((editor) => editor.busy) ? 0 : idle + 1) {
        for (const editor of editors) editor.push();
        for (const editor of editors) editor.receive();
      }
      for (const editor of editors) expect(contentEquals(editor.doc, server.doc)).toBe(true);
      expect(readPlan(server.doc).unreachable).toEqual([]);
      expect(server.repeats).toBeGreaterThan(0);
      report('honest', { pushes: server.log.length, repeats: server.repeats, slowestMs: server.slowestMs });
    }
  });
});

/** One objective with two activities: small enough to copy a thousand times. */
function smallPlan(): Y.Doc {
  const [objective] = RECORD.objectives;
  const [outcome] = objective!.outcomes;
  const outcomes = [{ ...outcome!, activities: outcome!.activities.slice(0, 2) }];
  return buildPlanDocument({ ...RECORD, objectives: [{ ...objective!, outcomes }] }, SEED);
}

/** Applies the same edits in two orders, each with a copy of its own, and proves that nothing waits and all is equal. */
function expectHarmless(base: Uint8Array, edits: readonly Uint8Array[], below: Below): void {
  const copies = [edits, [...edits].reverse(), shuffled(edits, below)].map((order) => {
    const doc = load(base);
    for (const edit of order) applyEdits(doc, [edit]);
    return doc;
  });
  for (const copy of copies) {
    expect(isWhole(copy)).toBe(true);
    expect(contentEquals(copy, copies[0]!)).toBe(true);
  }
  expect(readPlan(copies[0]!).key).toBe('plan');
}
function shuffled<T>(list: readonly T[], below: Below): T[] {
  return list
    .map((value) => ({ value, at: below(1e9) }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

describe('Hostile structs', () => {
  test('structs made up by editors with every right, among honest typing, leave no two copies different', () => {
    const seen = { ok: 0, refused: 0 };
    for (let round = 0; round < 18; round++) {
      const below = random(9_000 + round);
      const server = new Server(smallPlan());
      const base = snapshot(server.doc);
      const editors = [8, 2].map((n) => new Editor(FIRST + n, server, below));
      const forgers = [FIRST + 1, FIRST + 5].slice(0, 1 + below(2)).map((clientId) => ({ clientId, clock: 0 }));
      for (let step = 0; step < 60; step++) {
        const editor = editors[below(2)]!;
        editor.typeInto('a1.1.1');
        if (below(4) === 0) editor.receive();
        if (below(2) === 0) editor.push();
        const forger = forgers[below(forgers.length)]!;
        for (let attempt = 0; attempt < 8; attempt++) {
          const update = invent(server.doc, forger, below);
          const verdict = judge(update, server.doc, { owns: (client) => client === forger.clientId, may: () => true });
          seen[verdict.ok ? 'ok' : 'refused']++;
          if (!verdict.ok || !verdict.effect) continue;
          server.take(update, verdict);
          forger.clock = Y.getState(server.doc.store, forger.clientId);
        }
      }
      expectHarmless(base, server.log, below);
      expect(contentEquals(load(base, server.log), server.doc)).toBe(true);
      expect(contentEquals(load(snapshot(server.doc)), server.doc)).toBe(true);
    }
    expect(seen.ok).toBeGreaterThan(400);
    expect(seen.refused).toBeGreaterThan(500);
    report('invented', seen);
  });
});

/** A struct or two that no Yjs wrote: neighbours from anywhere in one list (or two), any content. */
function invent(doc: Y.Doc, forger: { clientId: number; clock: number }, below: Below): Uint8Array {
  const activity = nodeOf(doc, 'a1.1.1');
  const fragment = (activity.get('description') as Y.Map<Y.XmlFragment>).get('en')!;
  const title = (activity.get('title') as Y.Map<Y.Text>).get('en')!;
  const inner = fragment.toArray().flatMap((child) => (child instanceof Y.XmlElement ? child.toArray() : []));
  const lists: Y.AbstractType<never>[] = [title, title, fragment, ...inner] as never;
  const pick = () => {
    const list = lists[below(lists.length)]!;
    const ids: (Y.ID | null)[] = [null];
    for (let at = list._start; at; at = at.right)
      ids.push(Y.createID(at.id.client, at.id.clock + below(at.length)), at.id, at.lastId);
    const key = below(3) ? null : ['pos', 'code', 'countries', 'title'][below(4)]!;
    const entry = key && activity._map.get(key);
    for (let at = entry || null; at; at = at.left) ids.push(at.id);
    const any = () => ids[below(ids.length)]!;
    return { origin: any(), right: below(3) ? any() : null, parent: list._item!.id };
  };
  const { clientId, clock } = forger;
  const contents = [
    () => new Y.ContentString('*'.repeat(1 + below(3))),
    () => new Y.ContentString('*'),
    () => new Y.ContentString('+'),
    () => new Y.ContentDeleted(1 + below(3)),
    () => new Y.ContentFormat('em', below(2) ? {} : (null as never)),
    () => new Y.ContentType(new Y.XmlElement('paragraph')),
    () => new Y.ContentType(new Y.XmlText()),
    () => new Y.ContentAny([generateKeyBetween(null, null)]),
  ];
  const structs: Y.Item[] = [];
  let at = clock;
  for (let count = below(3) ? 1 : 3; count > 0; count--) {
    const { origin, right, parent } = pick();
    const own = at > 0 && below(4) === 0 ? Y.createID(clientId, below(at)) : origin;
    const anchors = { origin: own, right, parent: own || right ? null : parent };
    structs.push(item(Y.createID(clientId, at), anchors, contents[below(contents.length)]!()));
    at += structs.at(-1)!.length;
  }
  const deletes: [number, number, number][] = below(3)
    ? []
    : [[SEED, below(Y.getState(doc.store, SEED)), 1 + below(5)]];
  return forge({ blocks: [{ client: clientId, clock, structs }], deletes });
}

/** Figures for whoever looks; nothing is promised about them. */
function report(name: string, figures: object): void {
  if (process.env.PLAN_GUARD_REPORT) process.stderr.write(`${name} ${JSON.stringify(figures)}\n`);
}
