import { randomBytes } from 'node:crypto';
import { chown, link, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../../errors.ts';

/** What DATA_DIR/postgres.json keeps (mode 0600). `port` is absent until the cluster has run once. */
export interface PostgresRecord {
  readonly password: string;
  readonly port?: number;
}

const locate = (dataDir: string) => join(dataDir, 'postgres.json');

/** @throws ConfigurationError when the file is there but is not a record. */
export async function readRecord(dataDir: string): Promise<PostgresRecord | undefined> {
  const file = locate(dataDir);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as PostgresRecord;
    if (typeof record.password === 'string' && /^[\w-]+$/.test(record.password)) return record;
  } catch {
    // Not JSON: the same advice.
  }
  throw new ConfigurationError(
    `${file} is not the record of a cluster. Delete it: the next start sets a new password and keeps the data.`,
  );
}

export const generatePassword = () => randomBytes(24).toString('base64url');

/** Of two starts at the same moment one makes the record and both go on with it. */
export async function createRecord(dataDir: string, password = generatePassword()): Promise<PostgresRecord> {
  const draft = await writeDraft(dataDir, { password });
  try {
    await link(draft, locate(dataDir));
    await unlink(draft);
  } catch (error) {
    // A file system without hard links gives up the race, not the record.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') await unlink(draft);
    else await rename(draft, locate(dataDir));
  }
  return (await readRecord(dataDir)) as PostgresRecord;
}

export async function replaceRecord(dataDir: string, record: PostgresRecord): Promise<void> {
  const draft = await writeDraft(dataDir, record);
  const before = await stat(locate(dataDir)).catch(() => undefined);
  // Root rewrites the record of an ordinary user: it must stay readable to that user.
  if (before && process.getuid?.() === 0) await chown(draft, before.uid, before.gid);
  await rename(draft, locate(dataDir));
}

async function writeDraft(dataDir: string, record: PostgresRecord): Promise<string> {
  const draft = `${locate(dataDir)}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true });
  return draft;
}
