import { createHash } from 'node:crypto';
import { access, chmod, constants, lstat, mkdir, readlink, realpath, rename, stat, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ConfigurationError } from '../../errors.ts';
import { makeFolder } from '../../folder.ts';
import { type Account, findClass, findClosedFolders, isRoot, nobody } from './account.ts';
import { clearPostmaster } from './postmaster.ts';
import { readRecord } from './record.ts';

/** Where root keeps what cannot be where it was asked for, because Postgres' account cannot get there. */
export const systemFolder = '/var/lib/net4u';

export interface Place {
  /** DATA_DIR, with symbolic links resolved. */
  readonly dataDir: string;
  /** Postgres' own data directory, there or not yet. Its parent is open to `account`. */
  readonly dataDirectory: string;
  /** Undefined: our own. */
  readonly account: Account | undefined;
}

/**
 * Decides where the cluster of this DATA_DIR lives and who runs it.
 *
 * An ordinary user: DATA_DIR/postgres, run by that user. Root: by the owner of an existing cluster, otherwise nobody;
 * and when that account cannot get to DATA_DIR, the cluster lives in /var/lib/net4u/<hash of the path>/postgres and
 * DATA_DIR/postgres is a symbolic link to it.
 *
 * @throws ConfigurationError when DATA_DIR cannot be used; the message says what to do.
 */
export async function findPlace(asked: string, report: (step: string) => void): Promise<Place> {
  const dataDir = await openDataDir(resolve(asked));
  const entry = join(dataDir, 'postgres');
  const found = await lstat(entry).catch(() => undefined);
  if (found && !found.isDirectory() && !found.isSymbolicLink()) {
    throw new ConfigurationError(`${entry} is not a directory: move it away, or set DATA_DIR to another place.`);
  }
  const dataDirectory = found?.isSymbolicLink() ? resolve(dataDir, await readlink(entry)) : entry;
  if (found?.isSymbolicLink()) report(`using the cluster in ${dataDirectory}, to which ${entry} points`);
  if (!isRoot()) return { dataDir, dataDirectory, account: undefined };
  if (found) return { dataDir, ...(await openCluster(dataDir, dataDirectory, report)) };
  const closed = await findClosedFolders(dirname(dataDir), nobody);
  if (closed.length === 0) {
    await letThrough(dataDir, nobody, report);
    return { dataDir, dataDirectory, account: nobody };
  }
  const elsewhere = await openSystemFolder(createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
  const target = join(elsewhere, 'postgres');
  report(
    `keeping the cluster in ${target}: Postgres does not run as root, and no other account can enter ${closed[0]}`,
  );
  await settleLeftover(dataDir, target, report);
  // The pointer comes before the cluster, so that a cluster without its pointer is always one that was left behind.
  await symlink(target, entry).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return { dataDir, dataDirectory: target, account: (await findOwner(target)) ?? nobody };
}

async function openDataDir(dataDir: string): Promise<string> {
  try {
    await makeFolder(dataDir);
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(dataDir);
  } catch (error) {
    throw describeUnusable(dataDir, error);
  }
}

const advice: Record<string, string> = {
  EEXIST: 'it is a file. Set DATA_DIR to a directory.',
  ENOTDIR: 'a part of its path is a file. Set DATA_DIR to a directory.',
  ENOENT: 'a folder cannot be made there (no ordinary file system?). Set DATA_DIR to a place that can be written.',
  EROFS: 'its file system is read-only. Mount it for writing, or set DATA_DIR to a place that can be written.',
  ENOSPC: 'its file system is full. Make room, or set DATA_DIR to another disk.',
};

/** One message for whatever the file system says about DATA_DIR or a file in it; any other error as it is. */
export function describeUnusable(dataDir: string, error: unknown): unknown {
  const { code = '', path = dataDir, syscall, message } = (error ?? {}) as NodeJS.ErrnoException;
  if (!syscall || !/^E[A-Z0-9]+$/.test(code)) return error;
  const denied = `user ${process.getuid?.()} may not read and write ${path}. Give it to that user (chown -R), or set DATA_DIR to another place.`;
  const why = advice[code] ?? (code === 'EACCES' || code === 'EPERM' ? denied : 'see what the system says:');
  return new ConfigurationError(`DATA_DIR ${dataDir} cannot be used: ${why} (${message})`, { cause: error });
}

/** Root on a cluster that is there: as its owner, so that an ordinary user's cluster stays that user's. */
async function openCluster(
  dataDir: string,
  dataDirectory: string,
  report: (step: string) => void,
): Promise<Omit<Place, 'dataDir'>> {
  const account = (await findOwner(dataDirectory)) ?? nobody;
  const parent = dirname(dataDirectory);
  const above = parent === dataDir ? dirname(dataDir) : parent;
  const closed = await findClosedFolders(above, account).catch(() => []);
  if (closed.length > 0) {
    throw new ConfigurationError(
      `The cluster in ${dataDirectory} runs as user ${account.uid}, which may not enter ${closed.join(', ')}. Allow it (chmod o+x ${closed.join(' ')}), or move DATA_DIR.`,
    );
  }
  if (parent === dataDir) await letThrough(dataDir, account, report);
  return { dataDirectory, account };
}

/** Undefined when there is no cluster, or it is root's, as after restoring a backup without its owners. */
async function findOwner(dataDirectory: string): Promise<Account | undefined> {
  const found = await stat(dataDirectory).catch(() => undefined);
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : undefined;
}

/** Opens DATA_DIR, which is ours, by the least that will do: passing through it. Nobody else can list it. */
async function letThrough(dataDir: string, account: Account, report: (step: string) => void): Promise<void> {
  if (!(await findClosedFolders(dataDir, account)).includes(dataDir)) return;
  report(`letting user ${account.uid}, as which Postgres runs, pass through ${dataDir}`);
  const found = await stat(dataDir);
  await chmod(dataDir, (found.mode & 0o7777) | (1 << findClass(found, account)));
}

/** A folder under /var/lib/net4u that every account may enter. */
export async function openSystemFolder(name: string): Promise<string> {
  const folder = join(systemFolder, name);
  for (const each of [systemFolder, folder]) {
    const made = await mkdir(each, { recursive: true });
    // Whatever umask root has.
    if (made) await chmod(each, 0o755);
  }
  return folder;
}

/** A cluster in the place of this DATA_DIR that DATA_DIR no longer points to. Nothing is deleted. */
async function settleLeftover(dataDir: string, target: string, report: (step: string) => void): Promise<void> {
  if (!(await lstat(target).catch(() => undefined))) return;
  // The record is there, only the pointer went: it is ours.
  if ((await readRecord(dataDir))?.port) return;
  await clearPostmaster(dataDir, target, report);
  const aside = `${target}.set-aside-${new Date().toISOString().replaceAll(':', '')}`;
  report(`DATA_DIR is empty, but an earlier one of this path left a cluster: it is kept as ${aside}`);
  await rename(target, aside);
}
