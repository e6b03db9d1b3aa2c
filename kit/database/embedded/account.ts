import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The user and group ids under which initdb and postgres run. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The account that owns nothing: Postgres refuses to run as root and needs no user of its own. macOS numbers it -2. */
export const nobody: Account =
  process.platform === 'darwin' ? { uid: 0xfffffffe, gid: 0xfffffffe } : { uid: 65534, gid: 65534 };

export const isRoot = () => process.getuid?.() === 0;

/** What to spawn a program with, so that it runs under `account` and sees nothing of our environment. */
export function spawnAs(account: Account | undefined) {
  return {
    // A plain environment: PGPORT, PGDATA, LC_* and the like of the operator's shell would change what runs.
    env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' },
    // spawn takes signed 32 bits, chown unsigned ones.
    ...(account && { uid: account.uid | 0, gid: account.gid | 0 }),
  };
}

/** Which three bits of a mode count for `account`, as a shift: owner 6, group 3, other 0. */
export const findClass = ({ uid, gid }: Account, account: Account) =>
  uid === account.uid ? 6 : gid === account.gid ? 3 : 0;

/** Has `account` these permission bits (4 read, 2 write, 1 execute or traverse) on the thing itself? */
async function isAllowed(path: string, account: Account, bits: number): Promise<boolean> {
  const found = await stat(path);
  return ((found.mode >> findClass(found, account)) & bits) === bits;
}

/** The folders from the root down to `path`, itself included, that `account` may not pass through. */
export async function findClosedFolders(path: string, account: Account): Promise<string[]> {
  const above = dirname(path);
  const closed = above === path ? [] : await findClosedFolders(above, account);
  return (await isAllowed(path, account, 1)) ? closed : [...closed, path];
}

/** May `account` open this file with these bits, and pass through every folder above it? */
export async function canReach(file: string, account: Account, bits: number): Promise<boolean> {
  return (await findClosedFolders(dirname(file), account)).length === 0 && isAllowed(file, account, bits);
}
