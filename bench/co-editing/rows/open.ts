import { median } from '../../gateway/report.ts';
import { memoryOf } from '../sides/process.ts';
import type { Editor, Side } from '../sides/side.ts';

/** The plan of 500 activities after so many edits: ms until a client has it whole, when no process has it open, and when one has. */
export async function measureOpening(side: Side, edits: number): Promise<{ cold: number; warm: number }> {
  const id = await side.create(500);
  const editor = await side.edit(id);
  for (let i = 0; i < edits; i++) {
    // As people do: something is taken away again now and then.
    if (i % 7 === 6) editor.text.delete(editor.text.length - 1, 1);
    else editor.text.insert(editor.text.length, String.fromCharCode(97 + (i % 26)));
    if (i % 20 === 19) await new Promise((resolve) => setImmediate(resolve));
    if (i % 500 === 499) await editor.saved();
  }
  await editor.saved();
  await new Promise((resolve) => setTimeout(resolve, 12_000)); // Hocuspocus stores 10 s after the first change, at the latest
  const wanted = editor.text.toString();
  editor.close();
  const look = async () => {
    const at = performance.now();
    const reader = await side.edit(id);
    const took = performance.now() - at;
    if (reader.text.toString() !== wanted) throw new Error('it is not the document that was typed');
    return { took, reader };
  };
  const cold: number[] = [];
  for (let i = 0; i < 3; i++) {
    await side.crash();
    await side.restart();
    const other = await side.create(0); // connections, compiled code
    for (let k = 0; k < 5; k++) (await side.edit(other)).close();
    const { took, reader } = await look();
    cold.push(took);
    reader.close();
  }
  const stays = await look();
  const warm: number[] = [];
  for (let i = 0; i < 11; i++) {
    const { took, reader } = await look();
    warm.push(took);
    reader.close();
  }
  stays.reader.close();
  return { cold: median(cold), warm: median(warm) };
}

/**
 * Bytes that a plan of 100 activities takes while someone has it open: each of the first, with what a process grows by when it begins to work, and
 * each of twice as many after them.
 */
export async function measureMemory(side: Side, plans: number): Promise<{ first: number; next: number }> {
  const warmUp = await side.edit(await side.create(100));
  const ids: string[] = [];
  for (let i = 0; i < 3 * plans; i++) ids.push(await side.create(100));
  await side.crash(); // nothing is open
  await side.restart();
  warmUp.close();
  for (const id of ids.slice(0, 5)) (await side.edit(id)).close();
  const editors: Editor[] = [];
  const open = async (some: readonly string[]): Promise<number> => {
    for (const id of some) editors.push(await side.edit(id));
    await new Promise((resolve) => setTimeout(resolve, 5_000)); // what opening needed is given back
    return memoryOf(side.pids());
  };
  const before = memoryOf(side.pids());
  const [first, all] = [await open(ids.slice(0, plans)), await open(ids.slice(plans))];
  for (const editor of editors) editor.close();
  return { first: (first - before) / plans, next: (all - first) / (2 * plans) };
}
