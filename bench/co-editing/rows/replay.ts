import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as Y from 'yjs';
import { textOf } from '../plan.ts';
import { cpuOf } from '../sides/process.ts';
import type { Editor, Side } from '../sides/side.ts';

interface Trace {
  endContent: string;
  txns: { parents: number[]; agent: number; patches: [position: number, deleted: number, inserted: string][] }[];
}
export const trace: Trace = JSON.parse(
  gunzipSync(readFileSync(new URL('../traces/friendsforever.json.gz', import.meta.url))).toString(),
);

/** How many transactions of the other writer each transaction has seen, for each writer in its own order. */
function seenOfOther(): { own: Trace['txns']; needs: number[] }[] {
  const writers = [0, 1].map(() => ({ own: [] as Trace['txns'], needs: [] as number[] }));
  const known: [number, number][] = [];
  for (const txn of trace.txns) {
    const has: [number, number] = [0, 0];
    for (const parent of txn.parents) for (const w of [0, 1] as const) has[w] = Math.max(has[w], known[parent]![w]);
    const { own, needs } = writers[txn.agent]!;
    own.push(txn);
    needs.push(has[1 - txn.agent]!);
    has[txn.agent as 0 | 1] = own.length;
    known.push(has);
  }
  return writers;
}

interface Typed {
  update: Uint8Array;
  /** The other writer's clock when it was typed. */
  needs: number;
}

/** The trace as updates, made beforehand: what each writer types stands where the trace says, whatever else has arrived by then. */
export function prepare(base: Uint8Array, clients: readonly [number, number]): [Typed[], Typed[]] {
  const writers = seenOfOther();
  const docs = clients.map((client) => {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, base);
    doc.clientID = client;
    return doc;
  });
  const typed: [Typed[], Typed[]] = [[], []];
  const merged = [0, 0];
  for (const { agent } of trace.txns) {
    const [doc, own] = [docs[agent]!, writers[agent]!];
    const n = typed[agent as 0 | 1].length;
    for (const other = 1 - agent; merged[agent]! < own.needs[n]!; merged[agent]!++)
      Y.applyUpdate(doc, typed[other as 0 | 1][merged[agent]!]!.update);
    let update: Uint8Array = new Uint8Array([0, 0]);
    doc.once('update', (made: Uint8Array) => {
      update = made;
    });
    const needs = stateOf(doc, clients[1 - agent]!);
    const text = textOf(doc);
    doc.transact(() => {
      for (const [position, deleted, inserted] of own.own[n]!.patches) {
        if (deleted > 0) text.delete(position, deleted);
        if (inserted) text.insert(position, inserted);
      }
    });
    typed[agent as 0 | 1].push({ update, needs });
  }
  return typed;
}

/**
 * Two writers type a real trace again as fast as they can: each types on as soon as what the trace says it had seen of the other has arrived.
 * @param perKeystroke waits for each keystroke's acknowledgement: one push a keystroke
 */
export async function replay(side: Side, options: { perKeystroke?: boolean; keystrokes?: number } = {}) {
  const id = await side.create(0);
  // Where one typed beside what the other was deleting, the trace ends as it does when the first writer's id is the smaller one.
  const byId = (one: Editor, other: Editor) => one.doc.clientID - other.doc.clientID;
  const [a, b] = [await side.edit(id), await side.edit(id)].sort(byId) as [Editor, Editor];
  a.text.delete(0, a.text.length);
  await a.saved();
  await until(() => b.text.length === 0);
  const clients: [number, number] = [a.doc.clientID, b.doc.clientID]; // Yjs takes others when it meets them in updates
  const typed = prepare(Y.encodeStateAsUpdate(a.doc), clients);
  const most = options.keystrokes ?? Number.POSITIVE_INFINITY;
  const started = performance.now();
  const cpu = cpuOf(side.pids());
  let total = 0;
  await Promise.all(
    [a, b].map(async (editor, w) => {
      const other = clients[1 - w]!;
      for (const { update, needs } of typed[w as 0 | 1]) {
        if (total >= most) break;
        while (stateOf(editor.doc, other) < needs) {
          if (total >= most) return;
          await new Promise<void>((resolve) => {
            editor.onArrival = resolve;
            setTimeout(resolve, 50); // the other may have ended
          });
        }
        Y.applyUpdate(editor.doc, update, 'typed');
        total += 1;
        if (options.perKeystroke) await editor.saved();
      }
      await editor.saved();
    }),
  );
  const seconds = (performance.now() - started) / 1_000;
  const used = cpuOf(side.pids()) - cpu;
  if (total === trace.txns.length) await until(() => [a, b].every(({ text }) => text.toString() === trace.endContent));
  const pushes = [a, b].reduce((sum, editor) => sum + ((editor as { pushes?: number }).pushes ?? 0), 0);
  a.close();
  b.close();
  return { perSecond: total / seconds, cpu: used / total, pushes, total };
}

const stateOf = (doc: Y.Doc, client: number): number => {
  const last = doc.store.clients.get(client)?.at(-1);
  return last ? last.id.clock + last.length : 0;
};

async function until(what: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !what(); ) {
    if (Date.now() > end) throw new Error(`not equal to the trace: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
