import { expect, test } from '@jest/globals';
import type * as Y from 'yjs';
import { contentEquals } from '../../subgraphs/working-plans/document/state.ts';
import { judge } from '../../subgraphs/working-plans/guard/judge.ts';
import { REPLICATED_LIMITS, type Verdict } from '../../subgraphs/working-plans/guard/verdict.ts';
import type { Item } from '../../subgraphs/working-plans/link/ask.ts';
import { judgeItems } from '../../subgraphs/working-plans/link/judge.ts';
import type { Aside } from '../../subgraphs/working-plans/link/store.ts';
import { type Below, Editor, Server } from '../plan-editor.ts';
import { random, samplePlan } from '../plan-forge.ts';

const ids = 2 ** 24;

/** A region's document and log, which takes its own editors' pushes, and what comes from the others. */
class Region extends Server {
  /** Its own edits, as the others read them. */
  readonly own: Item[] = [];
  readonly editors: Editor[];
  private readonly read = new Map<Region, number>();
  private waiting: Aside[] = [];

  constructor(
    readonly number: number,
    doc: Y.Doc,
    below: Below,
  ) {
    super(doc);
    this.editors = [5, 3].map((n) => new Editor(number * ids + n, this, below));
  }

  override take(update: Uint8Array, verdict: Verdict & { ok: true }): void {
    super.take(update, verdict);
    if (!verdict.effect) return;
    const originSeq = this.own.length + 1;
    const seatId = `seat:${verdict.clients[0]?.clientId ?? 'deletes'}`;
    this.own.push({ cursor: `${originSeq}`, region: `${this.number}`, originSeq, seatId, update });
  }

  /** Takes up to `most` edits that another region has and this one has not read, as the link does. */
  pull(from: Region, most: number): void {
    const at = this.read.get(from) ?? 0;
    const items = from.own.slice(at, at + most);
    this.read.set(from, at + items.length);
    const mine = this.waiting.filter(({ region }) => region === `${from.number}`);
    const known = {
      planId: 'plan',
      doc: this.doc,
      epoch: 1,
      seats: new Map<number, string>(),
      regionNumber: this.number,
    };
    const { passed, waiting, refused } = judgeItems([...mine, ...items], known, from.number);
    expect(refused.map(({ reason, originSeq }) => ({ reason, originSeq }))).toEqual([]);
    this.waiting = [...this.waiting.filter((item) => !mine.includes(item)), ...waiting];
    for (const { update } of passed) {
      const again = judge(update, this.doc, { owns: () => true, may: () => true }, REPLICATED_LIMITS);
      super.take(update, again as Verdict & { ok: true });
    }
  }

  get isBusy(): boolean {
    return this.waiting.length > 0 || this.editors.some((editor) => editor.busy);
  }
}

test('what honest editors write in one region is never refused in another, in whatever order it comes, and all converge', () => {
  let waited = 0;
  for (let round = 0; round < 2; round++) {
    const below = random(7_000 + round);
    const regions = [1, 2, 3].map((number) => new Region(number, samplePlan(), below));
    const pairs = regions.flatMap((to) => regions.filter((from) => from !== to).map((from) => [to, from] as const));
    for (let step = 0; step < 500; step++) {
      const region = regions[below(3)]!;
      const editor = region.editors[below(2)]!;
      editor.act();
      if (below(3) === 0) editor.receive();
      if (below(2) === 0) editor.push();
      const [to, from] = pairs[below(pairs.length)]!;
      if (below(12) === 0) to.pull(from, 1 + below(40));
      if (to.isBusy) waited += 1;
    }
    // what they receive makes their Yjs tidy idle format marks away, which is an edit again
    for (let quiet = 0; quiet < 3; quiet = regions.some(({ isBusy }) => isBusy) ? 0 : quiet + 1) {
      for (const [to, from] of pairs) to.pull(from, 10_000);
      for (const { editors } of regions) for (const editor of editors) editor.receive();
      for (const { editors } of regions) for (const editor of editors) editor.push();
    }
    const [first, ...others] = regions;
    for (const { doc } of others) expect(contentEquals(doc, first!.doc)).toBe(true);
    for (const { editors } of regions) for (const { doc } of editors) expect(contentEquals(doc, first!.doc)).toBe(true);
    expect(first!.own.length).toBeGreaterThan(50);
  }
  expect(waited).toBeGreaterThan(0);
});
