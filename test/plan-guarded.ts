import { afterEach, beforeEach, expect } from '@jest/globals';
import * as Y from 'yjs';
import { snapshot } from '../subgraphs/working-plans/document/state.ts';
import type { RefusalCode, Rights, Verdict } from '../subgraphs/working-plans/guard/verdict.ts';
import { forge, open, samplePlan, textOf, updateOf } from './plan-forge.ts';

/** Client ids: of whoever is attacked, of whoever attacks, of the server. */
export const VICTIM = 20_000_001;
export const MINE = 20_000_002;
export const SERVER = 20_000_003;

export const mine: Rights = { owns: (client) => client === MINE, may: () => true };
export const codeOf = (verdict: Verdict): RefusalCode | 'ok' => (verdict.ok ? 'ok' : verdict.code);
export const idOf = (type: Y.AbstractType<never> | Y.Map<unknown> | Y.Text | Y.XmlFragment) => type._item!.id;
export const id = (client: number, clock: number) => Y.createID(client, clock);
/** An update with these structs as the attacker's first. */
export const fresh = (...structs: (Y.Item | Y.GC | Y.Skip)[]) =>
  forge({ blocks: [{ client: MINE, clock: 0, structs }] });
export const text = (value: string) => new Y.ContentString(value);
/** What the bytes do to a copy of the document that has no guard. */
export const unguarded = (live: Y.Doc, update: Uint8Array): Y.Doc => {
  const doc = open(live, 77);
  Y.applyUpdate(doc, update);
  return doc;
};

/** Before each test of a suite: the sample plan with words of the victim. After it: the same document to the byte, with no new roots, whatever was judged. */
export function standUnderGuard(use: (live: Y.Doc) => void): void {
  let live: Y.Doc;
  let before: Uint8Array;
  beforeEach(() => {
    live = samplePlan();
    const victim = open(live, VICTIM);
    Y.applyUpdate(
      live,
      updateOf(victim, (d) => textOf(d, 'a1.1.1').insert(0, 'by 🙂 them: ')),
    );
    before = snapshot(live);
    use(live);
  });
  afterEach(() => {
    expect(Buffer.compare(snapshot(live), before)).toBe(0);
    expect([...live.share.keys()]).toEqual(['nodes']);
  });
}
