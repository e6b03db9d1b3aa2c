import { createHash, randomBytes } from 'node:crypto';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from './errors.ts';
import { makeFolder } from './folder.ts';

/**
 * A development secret, made once and kept in `<dataDir>/dev/<name>` (folder 0700, file 0600). Two processes that start at
 * once get the same one.
 * @throws ConfigurationError when the folder cannot be used
 */
export async function keepSecret(
  dataDir: string,
  name: string,
  make = () => randomBytes(32).toString('base64url'),
): Promise<string> {
  const folder = join(dataDir, 'dev');
  const file = join(folder, name);
  try {
    const kept = (await readIfThere(file)) ?? (await place(folder, file, make()));
    if (kept !== '') return kept;
  } catch (error) {
    throw new ConfigurationError(
      `DATA_DIR: ${folder} cannot be used (${(error as Error).message}). Set DATA_DIR to a folder this user may write.`,
    );
  }
  throw new ConfigurationError(`DATA_DIR: ${file} is empty. Remove it and start again.`);
}

const readIfThere = (file: string) =>
  readFile(file, 'utf8').then(
    (text) => text.trim(),
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    },
  );

/** Whole or not at all, and never over one that another process has just placed. @returns what is there now */
async function place(folder: string, file: string, secret: string): Promise<string> {
  await makeFolder(folder, 0o700);
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${secret}\n`, { flag: 'wx', mode: 0o600, flush: true });
  try {
    await link(draft, file);
    await unlink(draft);
  } catch (error) {
    // a file system without hard links gives up the race, not the secret
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') await unlink(draft);
    else await rename(draft, file);
  }
  return (await readFile(file, 'utf8')).trim();
}

/** A partner key: `n4u_<region>_<token id>_<32 random bytes>`; only its sha256 is stored. */
export const makePartnerKey = (region: string, tokenId: string): string =>
  `n4u_${region}_${tokenId}_${randomBytes(32).toString('base64url')}`;

export const hashPartnerKey = (key: string): string => createHash('sha256').update(key).digest('hex');
