import type { Side } from '../sides/side.ts';

/** 200 keystrokes, each acknowledged; 100 ms later the server is killed. @returns how many of them it has lost */
export async function countLost(side: Side): Promise<number> {
  const id = await side.create(10);
  const editor = await side.edit(id);
  const before = editor.text.length;
  for (let i = 0; i < 200; i++) {
    editor.text.insert(editor.text.length, 'x');
    await editor.saved();
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  editor.close(); // a client that stays would bring its copy back
  await side.crash();
  await side.restart();
  const reader = await side.edit(id);
  const kept = reader.text.length - before;
  reader.close();
  return 200 - kept;
}
