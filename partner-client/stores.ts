import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Where the cursor is kept of what has been handled. To keep it in the transaction of the effect, which makes each effect happen exactly once, give
 * a store without `save` and write the batch's cursor yourself (examples/mirror.ts).
 */
export interface CursorStore {
  /** @returns nothing where nothing has been handled yet: then updates begin from now, with a heartbeat */
  load(): Promise<string | null | undefined>;
  /** Called with the cursor of what was handled, before anything more is given out. What it throws ends the iteration. */
  save?(cursor: string): Promise<void>;
}

/** Forgets at the end of the process. `cursor` is where it stands. */
export class MemoryStore implements CursorStore {
  constructor(public cursor?: string) {}
  async load(): Promise<string | undefined> {
    return this.cursor;
  }
  async save(cursor: string): Promise<void> {
    this.cursor = cursor;
  }
}

/**
 * One file for one follower. It holds the last cursor or the one before, never half of one, whatever dies when. A process that dies between its effect
 * and the save is given that update, or batch, again: drop it by `source` + `id`.
 */
export class FileStore implements CursorStore {
  constructor(readonly path: string) {}

  async load(): Promise<string | undefined> {
    try {
      return (await readFile(this.path, 'utf8')).trim() || undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async save(cursor: string): Promise<void> {
    const draft = `${this.path}.draft`;
    await sync(draft, 'w', cursor);
    await rename(draft, this.path);
    await sync(dirname(this.path), 'r'); // the new name itself
  }
}

async function sync(path: string, flags: string, text?: string): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    if (text !== undefined) await file.writeFile(`${text}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}
