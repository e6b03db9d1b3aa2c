import { type FSWatcher, watch } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const quiet = 100; // ms without a change until a change counts: editors and copies write in steps
const lookEvery = 2_000; // ms; network and container volumes may tell of nothing

/**
 * Calls `onChange` after a file, or a file of a folder, was written, replaced, added or removed, once it is quiet; and once at
 * the beginning, so that nothing is missed between reading and watching. The folder is what is watched, since editors and
 * mounted configuration put a new file in the old one's place; and as not every file system tells of changes, it is looked at
 * from time to time as well.
 * @returns stop watching
 */
export function watchPath(path: string, onChange: () => void): () => void {
  let stopped = false;
  let looking = false;
  let again = false;
  let settled: string | undefined;
  const watchers: FSWatcher[] = [];

  const look = async (): Promise<void> => {
    again = true;
    if (looking || stopped) return;
    looking = true;
    while (again && !stopped) {
      again = false;
      let seen = await fingerprint(path);
      if (seen === settled) continue;
      for (let now = ''; now !== seen; ) {
        if (now) seen = now;
        await pause(quiet, undefined, { ref: false });
        now = await fingerprint(path);
      }
      settled = seen;
      if (!stopped) onChange();
    }
    looking = false;
  };

  const listen = (folder: string) => {
    try {
      const watcher = watch(folder, { persistent: false }, () => void look());
      watchers.push(watcher.on('error', () => watcher.close()));
    } catch {
      // no more watchers, or none on this file system: looking from time to time remains
    }
  };
  void (async () => {
    const isFolder = (await stat(path).catch(() => undefined))?.isDirectory();
    const real = await realpath(path).catch(() => path);
    if (!stopped) for (const folder of new Set([path, real].map((at) => (isFolder ? at : dirname(at))))) listen(folder);
    await look();
  })();
  const timer = setInterval(() => void look(), lookEvery);
  timer.unref();

  return () => {
    stopped = true;
    clearInterval(timer);
    for (const watcher of watchers) watcher.close();
  };
}

/** Another text for another state of the file, or of the folder's files. */
async function fingerprint(path: string): Promise<string> {
  const one = async (file: string): Promise<string> => {
    const found = await stat(file, { bigint: true }).catch(() => undefined);
    return found ? `${file} ${found.ino} ${found.size} ${found.mtimeNs}` : `${file} is not there`;
  };
  const names = await readdir(path).catch(() => undefined); // of a file there are none
  return names ? (await Promise.all(names.sort().map((name) => one(join(path, name))))).join('\n') : one(path);
}
