import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from './errors.ts';

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
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(file, `${make()}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new ConfigurationError(
        `DATA_DIR: ${folder} cannot be used (${(error as Error).message}). Set DATA_DIR to a folder this user may write.`,
      );
    }
  }
  const kept = (await readFile(file, 'utf8')).trim();
  if (kept === '') throw new ConfigurationError(`DATA_DIR: ${file} is empty. Remove it and start again.`);
  return kept;
}

/** A partner key: `n4u_<region>_<token id>_<32 random bytes>`; only its sha256 is stored. */
export const makePartnerKey = (region: string, tokenId: string): string =>
  `n4u_${region}_${tokenId}_${randomBytes(32).toString('base64url')}`;

export const hashPartnerKey = (key: string): string => createHash('sha256').update(key).digest('hex');
