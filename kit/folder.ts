import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** As mkdir -p. Node's own recursive mkdir never ends below /proc, and calls a read-only file system ENOENT. */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  for (const isSecond of [false, true]) {
    try {
      return void (await mkdir(path, { mode }));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
      if (code !== 'ENOENT' || isSecond) throw error;
    }
    await makeFolder(dirname(path));
  }
}
