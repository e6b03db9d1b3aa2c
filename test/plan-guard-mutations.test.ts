import { expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { readPlan } from '../subgraphs/working-plans/document/read.ts';
import { applyEdits, contentEquals, isWhole, load, snapshot } from '../subgraphs/working-plans/document/state.ts';
import { judge } from '../subgraphs/working-plans/guard/judge.ts';
import type { RefusalCode } from '../subgraphs/working-plans/guard/verdict.ts';
import { measureCpu } from './clock.ts';
import { type Below, Editor, editRich, FIRST, Server, shortPlan } from './plan-editor.ts';
import { nodeOf, random, richOf } from './plan-forge.ts';

/*
 * Honest updates of maps, texts and rich-text trees with some of their bytes changed, 100,000 of them in all: none changes the live document by being
 * refused, none harms it by being accepted, and none holds the event loop up.
 */
const mutations = 100_000;
const ME = FIRST + 3;
const OTHER = FIRST + 9;
const longestBlock = 20; // ms

/** What an editor does in a round, by what it works on. */
const hands: Record<string, (editor: Editor, below: Below) => void> = {
  maps: (editor) => editor.setSomething(),
  texts: (editor, below) => editor.typeInto(['a1.1.1', 'o1', 'o2'][below(3)]!),
  trees: (editor, below) => editRich(richOf(editor.doc, ['a1.1.1', 'a1.1.2'][below(2)]!), below),
  anything: (editor) => editor.act(),
};

test.each(Object.keys(hands))(`a quarter of ${mutations} mutated updates: %s`, async (name) => {
  const below = random(77 + name.length);
  let [server, me, other] = open(below);
  const seen: Record<RefusalCode | 'ok' | 'effect', number> = {
    ok: 0,
    effect: 0,
    UPDATE_MALFORMED: 0,
    UPDATE_TOO_LARGE: 0,
    RESYNC: 0,
    FORBIDDEN: 0,
  };
  let [judged, slowest] = [0, 0];
  const rounds = 100;
  const eachRound = mutations / Object.keys(hands).length / rounds;
  for (let round = 0; round < rounds; round++) {
    if (round % 20 === 0) [server, me, other] = open(below); // small again: it is copied often
    // One's new update, judged beside what somebody else wrote meanwhile and the server does not have yet.
    const mine = updateBy(me, () => hands[name]!(me, below));
    const theirs = updateBy(other, () => hands[name]!(other, below));
    const base = snapshot(server.doc);
    for (let turn = 0; turn < eachRound; turn++) {
      const update = mutate(mine, below);
      const look = () => judge(update, server.doc, { owns: (client) => client === ME, may: () => true });
      const start = performance.now();
      const verdict = look();
      slowest = Math.max(slowest, await blockOf(performance.now() - start, look));
      judged++;
      seen[verdict.ok ? 'ok' : verdict.code]++;
      if (!verdict.ok || !verdict.effect) continue;
      expectHarmless(base, [update, theirs], seen.effect++ % 16 === 0);
    }
    expect([...server.doc.share.keys()]).toEqual(['nodes']);
    expect(Buffer.compare(snapshot(server.doc), base)).toBe(0);
    for (const editor of [me, other]) editor.push();
    for (const editor of [me, other]) editor.receive();
  }
  if (process.env.PLAN_GUARD_REPORT)
    process.stderr.write(`${name} ${JSON.stringify({ judged, ...seen, slowestMs: slowest })}\n`);
  expect(judged).toBe(mutations / 4);
  // Each road was taken often enough to mean something.
  for (const outcome of ['ok', 'effect', 'UPDATE_MALFORMED', 'RESYNC', 'FORBIDDEN'] as const)
    expect({ [outcome]: seen[outcome] > 100 }).toEqual({ [outcome]: true });
  expect(slowest).toBeLessThanOrEqual(longestBlock);
});

function open(below: Below): [Server, Editor, Editor] {
  const server = new Server(shortPlan());
  return [server, new Editor(ME, server, below), new Editor(OTHER, server, below)];
}

function updateBy(editor: Editor, change: () => void): Uint8Array {
  for (;;) {
    const updates: Uint8Array[] = [];
    const take = (update: Uint8Array) => updates.push(update);
    editor.doc.on('update', take);
    change();
    editor.doc.off('update', take);
    if (updates.length > 0) return updates.length === 1 ? updates[0]! : Y.mergeUpdates(updates);
  }
}

/** What took long is judged again: reading changes nothing, so the CPU that it takes is what it costs, and the rest the machine's. */
const blockOf = async (ms: number, look: () => void): Promise<number> =>
  ms > longestBlock / 4 ? Math.min(ms, await measureCpu(look, longestBlock / 4)) : ms;

/** Applied in both orders it leaves two documents that are whole and equal. @param whole by the full rule of convergence */
function expectHarmless(base: Uint8Array, edits: readonly [Uint8Array, Uint8Array], whole: boolean): void {
  const [one, two] = [edits, edits.toReversed()].map((order) => {
    const doc = load(base);
    for (const edit of order) applyEdits(doc, [edit]);
    return doc;
  }) as [Y.Doc, Y.Doc];
  const isEqual = whole ? contentEquals(one, two) : isWhole(one) && isWhole(two) && areEqualReloaded(one, two);
  if (!isEqual) throw new Error(`differ: ${edits.map((edit) => Buffer.from(edit).toString('base64')).join(' ')}`);
  if (whole) expect(readPlan(one).key).toBe('plan');
  expect(nodeOf(one, 'plan')).toBeDefined();
}

/** Equal bytes are equal reloaded, too: most often one of them is enough to be reloaded. */
function areEqualReloaded(one: Y.Doc, two: Y.Doc): boolean {
  const [first, second] = [snapshot(one), snapshot(two)];
  const reloaded = load(first);
  return Buffer.compare(first, second) === 0 || Buffer.compare(snapshot(reloaded), snapshot(load(second))) === 0;
}

function mutate(update: Uint8Array, below: Below): Uint8Array {
  let bytes = update.slice();
  for (let times = 1 + below(2); times > 0; times--) {
    const at = below(bytes.length);
    const kind = below(6);
    if (kind === 0) bytes[at]! ^= 1 << below(8);
    else if (kind === 1) bytes[at] = below(256);
    else if (kind === 2) bytes[at] = (bytes[at]! + 1) & 255;
    else if (kind === 3) bytes = splice(bytes, at, 0, [below(256)]);
    else if (kind === 4) bytes = splice(bytes, at, 1 + below(3), []);
    else bytes = splice(bytes, at, 0, bytes.subarray(below(bytes.length)).subarray(0, below(12)));
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

const splice = (bytes: Uint8Array, at: number, length: number, into: ArrayLike<number>): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([...bytes.subarray(0, at), ...Array.from(into), ...bytes.subarray(at + length)]);
