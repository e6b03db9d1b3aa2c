import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { cpuOf } from '../sides/process.ts';
import type { Editor, Side } from '../sides/side.ts';

interface Trace {
  endContent: string;
  txns: { parents: number[]; agent: number; patches: [position: number, deleted: number, inserted: string][] }[];
}
const trace: Trace = JSON.parse(
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

/**
 * Two writers type a real trace again as fast as they can: each types on as soon as what the trace says it had seen of the other has arrived.
 * @param perKeystroke waits for each keystroke's acknowledgement: one push a keystroke
 */
export async function replay(side: Side, options: { perKeystroke?: boolean; keystrokes?: number } = {}) {
  const id = await side.create(0);
  const writers = seenOfOther();
  const editors: Editor[] = [await side.edit(id), await side.edit(id)];
  for (const [w, editor] of editors.entries()) {
    if (w === 0) editor.text.delete(0, editor.text.length);
  }
  await editors[0]!.saved();
  await until(() => editors[1]!.text.length === 0);
  const most = options.keystrokes ?? Number.POSITIVE_INFINITY;
  const started = performance.now();
  const cpu = cpuOf(side.pids());
  const typed = [0, 0];
  await Promise.all(
    editors.map(async (editor, w) => {
      const other = editors[1 - w]!;
      const { own, needs } = writers[w]!;
      const { clientID } = other.doc;
      // The other's keystrokes in this document, by its clock: as many as its own document had after each.
      const clocks = clocksOf.get(other) ?? [];
      clocksOf.set(other, clocks);
      const mine = clocksOf.get(editor) ?? [];
      clocksOf.set(editor, mine);
      let wake = () => {};
      editor.onArrival = () => wake();
      for (const [i, txn] of own.entries()) {
        if (typed[0]! + typed[1]! >= most) break;
        const need = needs[i]!;
        while (need > 0 && (clocks.length < need || stateOf(editor, clientID) < clocks[need - 1]!)) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        editor.doc.transact(() => {
          for (const [position, deleted, inserted] of txn.patches) {
            if (deleted > 0) editor.text.delete(position, deleted);
            if (inserted) editor.text.insert(position, inserted);
          }
        });
        mine.push(stateOf(editor, editor.doc.clientID));
        typed[w] = typed[w]! + 1;
        if (options.perKeystroke) await editor.saved();
      }
      await editor.saved();
    }),
  );
  const seconds = (performance.now() - started) / 1_000;
  const used = cpuOf(side.pids()) - cpu;
  const total = typed[0]! + typed[1]!;
  if (total === trace.txns.length) {
    await until(() => editors.every(({ text }) => text.toString() === trace.endContent));
  }
  const pushes = editors.reduce((sum, editor) => sum + ((editor as { pushes?: number }).pushes ?? 0), 0);
  for (const editor of editors) editor.close();
  return { perSecond: total / seconds, cpu: used / total, pushes, total };
}

const clocksOf = new WeakMap<Editor, number[]>();
const stateOf = (editor: Editor, client: number): number => {
  const structs = editor.doc.store.clients.get(client);
  const last = structs?.at(-1);
  return last ? last.id.clock + last.length : 0;
};

async function until(what: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !what(); ) {
    if (Date.now() > end) throw new Error('the two writers did not become equal to the trace');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
