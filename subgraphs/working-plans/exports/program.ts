import { buffer } from 'node:stream/consumers';
import type { Task, TaskLine } from './apart.ts';

/** The program that apart.ts runs: a task on stdin; on stdout a line of JSON each, of which the last says how many bytes follow it. */
const say = (line: TaskLine) => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function run(task: Task): Promise<{ line: TaskLine; bytes: Uint8Array }> {
  if (task.kind === 'render') {
    const { renderPlan } = await import('./render.ts');
    const { bytes, ...about } = await renderPlan(task.source, task.format, (part) => say({ part }));
    return { line: { done: about, size: bytes.byteLength }, bytes };
  }
  const { readSpreadsheet } = await import('../imports/spreadsheet.ts');
  const sheets = await readSpreadsheet(Buffer.from(task.bytes, 'base64'));
  const bytes = Buffer.from(JSON.stringify(sheets));
  return { line: { done: {}, size: bytes.byteLength }, bytes };
}

try {
  const { line, bytes } = await run(JSON.parse((await buffer(process.stdin)).toString('utf8')) as Task);
  say(line);
  process.stdout.write(bytes);
} catch (error) {
  say({ failed: error instanceof Error ? error.message : String(error), name: (error as Error)?.name ?? '' });
}
