import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { appendFile, chown, mkdir, realpath, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { isRoot, nobody, spawnAs } from '../kit/database/embedded/account.ts';
import { findPackage } from '../kit/database/embedded/binaries.ts';
import { systemFolder } from '../kit/database/embedded/place.ts';
import { describeThisProcess, findProcess, readPs } from '../kit/database/embedded/process.ts';
import { ConfigurationError } from '../kit/database/embedded.ts';
import { startClock } from './clock.ts';
import {
  findDraft,
  Ground,
  listLinks,
  locateNative,
  makeClone,
  makeNote,
  occupy,
  query,
  readNote,
  readPostmaster,
  waitFor,
} from './embedded-postgres.ts';
import { testWith } from './required.ts';

/** Whom Postgres runs as here. */
const account = isRoot() ? nobody : undefined;

let ground: Ground;

beforeAll(async () => {
  ground = await Ground.open();
});
afterEach(() => ground.clear());
afterAll(() => ground.close());

describe('a cluster', () => {
  test('is durable, in UTF-8, on loopback only, behind a scram password; and is there again in under a second', async () => {
    const dataDir = ground.nameDataDir();
    const first = await ground.start({ dataDir });
    const names = ['fsync', 'synchronous_commit', 'server_encoding', 'listen_addresses', 'unix_socket_directories'];
    names.push('shared_buffers', 'max_connections', 'is_superuser', 'TimeZone', 'data_checksums');
    const values = await query(first.url, `SELECT ${names.map((name) => `current_setting('${name}') "${name}"`)}`);
    expect(values).toEqual([
      {
        fsync: 'on',
        synchronous_commit: 'on',
        server_encoding: 'UTF8',
        listen_addresses: '127.0.0.1',
        unix_socket_directories: '',
        shared_buffers: '64MB',
        max_connections: '200',
        is_superuser: 'on',
        TimeZone: 'UTC',
        data_checksums: 'on',
      },
    ]);
    const [letters] = await query(first.url, `SELECT upper('éñ') "upper", 'Z' < 'a' "byCodePoint"`);
    expect(letters).toEqual({ upper: 'ÉÑ', byCodePoint: true });
    const [{ rolpassword } = {}] = await query(
      first.url,
      `SELECT rolpassword FROM pg_authid WHERE rolname = 'postgres'`,
    );
    expect(rolpassword).toMatch(/^SCRAM-SHA-256\$/);
    const wrong = new URL(first.url);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600);

    await makeNote(first.url);
    await Promise.all([first.stop(), first.stop()]);
    await expect(query(first.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');

    // The least of ten: the server and its workers are other processes, and may get no turn where this one does.
    let least = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 10 && least >= 1000; tries += 1) {
      const passed = startClock();
      const again = await ground.start({ dataDir });
      least = Math.min(least, passed());
      expect(again.url).toBe(first.url);
      expect(await readNote(again.url)).toBe('kept');
      await again.stop();
    }
    expect(least).toBeLessThan(1000);
  });

  test('takes another port when its own is taken, and insists on one it was given', async () => {
    const dataDir = await ground.copyCluster();
    const first = await ground.start({ dataDir });
    await first.stop();
    const { port } = new URL(first.url);
    const squatter = await occupy(Number(port));
    const error = await ground.refuse({ dataDir, port: Number(port) });
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain(`Port ${port} of 127.0.0.1 cannot be had for Postgres`);
    const second = await ground.start({ dataDir });
    expect(new URL(second.url).port).not.toBe(port);
    await second.stop();
    squatter.close();
    const third = await ground.start({ dataDir, port: Number(port) });
    expect(third.url).toBe(first.url);
  });

  test('says in its error what the server said, and keeps its log in bounds', async () => {
    const dataDir = await ground.copyCluster();
    const dataDirectory = join(dataDir, 'postgres');
    await appendFile(join(dataDirectory, 'postgresql.conf'), 'no_such_setting = on\n');
    await truncate(join(dataDirectory, 'server.log'), 11 * 1024 * 1024);
    const error = await ground.refuse({ dataDir });
    expect(error.message).toContain('unrecognized configuration parameter "no_such_setting"');
    expect(statSync(join(dataDirectory, 'server.log')).size).toBeLessThan(10_000);
  });

  test('stops under open connections, and is ended when it does not stop; the next start recovers', async () => {
    const dataDir = await ground.copyCluster();
    const server = await ground.start({ dataDir });
    await makeNote(server.url);
    const [{ pid } = {}] = await query(
      server.url,
      `SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'`,
    );
    const client = new pg.Client(server.url);
    // The server ends this connection.
    client.on('error', () => undefined);
    await client.connect();
    // Without its checkpointer a fast shutdown waits for ever.
    process.kill(pid as number, 'SIGSTOP');
    const before = Date.now();
    const passed = startClock();
    await server.stop();
    expect(Date.now() - before).toBeGreaterThan(9_000);
    expect(passed()).toBeLessThan(25_000);
    expect(await readNote((await ground.start({ dataDir })).url)).toBe('kept');
  });

  test('gets a new password when postgres.json is lost, and keeps its data', async () => {
    const dataDir = await ground.copyCluster();
    const first = await ground.start({ dataDir });
    await makeNote(first.url);
    await first.stop();
    await unlink(join(dataDir, 'postgres.json'));
    const second = await ground.start({ dataDir });
    expect(new URL(second.url).password).not.toBe(new URL(first.url).password);
    expect(await readNote(second.url)).toBe('kept');
  });
});

describe('after a kill -9', () => {
  test('of the starter during initdb: the half-made cluster is redone', async () => {
    const dataDir = await ground.halfMakeCluster();
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
    expect(findDraft(dataDir)).toBeDefined();
    const server = await ground.start({ dataDir });
    expect(await query(server.url, 'SELECT 1 one')).toEqual([{ one: 1 }]);
    expect(findDraft(dataDir)).toBeUndefined();
  });

  test('of the starter: the server that outlived it is stopped and its cluster taken over', async () => {
    const dataDir = await ground.copyCluster();
    const starter = ground.startElsewhere(dataDir);
    const { url, dataDirectory } = await starter.next('started');
    await makeNote(url);
    await starter.end('SIGKILL');
    const orphan = readPostmaster(dataDirectory);
    expect(await readNote(url)).toBe('kept');
    const steps: string[] = [];
    const server = await ground.start({ dataDir, onProgress: (step) => steps.push(step) });
    expect(steps).toEqual([expect.stringContaining(`process ${orphan}) left behind by process ${starter.pid}`)]);
    expect(findProcess(orphan)).toBeUndefined();
    expect(server.url).toBe(url);
    expect(await readNote(url)).toBe('kept');
  });

  test('of everything: it recovers, also when the pid of its lock file is by now another process', async () => {
    const dataDir = await ground.copyCluster();
    const starter = ground.startElsewhere(dataDir);
    const { url, dataDirectory } = await starter.next('started');
    await makeNote(url);
    process.kill(readPostmaster(dataDirectory), 'SIGKILL');
    await starter.end('SIGKILL');
    const lock = join(dataDirectory, 'postmaster.pid');
    // Of the cluster's own account: for Postgres a process of another one is no postmaster anyway.
    const bystander = spawn('sleep', ['60'], spawnAs(account));
    await once(bystander, 'spawn');
    await writeFile(lock, readFileSync(lock, 'utf8').replace(/^\d+/, String(bystander.pid)));
    expect(await readNote((await ground.start({ dataDir })).url)).toBe('kept');
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    bystander.kill();
  });

  test('of a starter whose pid is by now another process: start times tell them apart', async () => {
    const dataDir = await ground.copyCluster();
    const first = await ground.start({ dataDir });
    await makeNote(first.url);
    await first.stop();
    const { pid, started } = describeThisProcess();
    const settings = [
      `port=${new URL(first.url).port}`,
      'unix_socket_directories=',
      `net4u.starter=${pid}-not.${started}`,
    ];
    const server = spawn(
      join(first.binaries, 'postgres'),
      ['-D', first.dataDirectory, ...settings.flatMap((each) => ['-c', each])],
      { ...spawnAs(account), cwd: '/', detached: true },
    );
    const exited = once(server, 'exit');
    await waitFor(() => existsSync(join(first.dataDirectory, 'postmaster.pid')));
    expect(await readNote((await ground.start({ dataDir })).url)).toBe('kept');
    expect(await exited).toEqual([0, null]);
  });
});

describe('a cluster in use', () => {
  test('is refused by name of its starter, and left alone', async () => {
    const dataDir = await ground.copyCluster();
    const starter = ground.startElsewhere(dataDir);
    const { url } = await starter.next('started');
    const error = await ground.refuse({ dataDir });
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain(`DATA_DIR ${dataDir} is in use by process ${starter.pid}`);
    expect(error.message).toContain(`Stop process ${starter.pid} first, or give this start a DATA_DIR of its own`);
    expect(await query(url, 'SELECT 1 one')).toEqual([{ one: 1 }]);
    await starter.end('SIGTERM');
    await ground.start({ dataDir });
    expect((await ground.refuse({ dataDir })).message).toContain(`in use by this process (${process.pid})`);
  });

  test('of two first starts at the same moment one wins, the other is refused', async () => {
    const dataDir = ground.nameDataDir();
    const outcomes = await Promise.allSettled([ground.start({ dataDir }), ground.start({ dataDir })]);
    const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(lost).toEqual([expect.any(ConfigurationError)]);
    expect(await query(won[0]!.url, 'SELECT 1 one')).toEqual([{ one: 1 }]);
  });

  test('is not reached by the Ctrl-C of its starter', async () => {
    const starter = ground.startElsewhere(await ground.copyCluster());
    const { url } = await starter.next('started');
    process.kill(-starter.pid, 'SIGINT');
    await starter.next('interrupted');
    expect(await query(url, 'SELECT 1 one')).toEqual([{ one: 1 }]);
    await starter.end('SIGTERM');
  });
});

describe('a DATA_DIR that cannot be used', () => {
  /** A cluster that ran once, changed. */
  async function spoil(change: (dataDir: string) => Promise<unknown>): Promise<string> {
    const dataDir = await ground.copyCluster();
    await change(dataDir);
    return dataDir;
  }

  test.each<[string, () => Promise<string>, RegExp]>([
    ['is a file', async () => `${ground.clone}/package.json`, /is a file\. Set DATA_DIR to a directory/],
    ['is below a file', async () => `${ground.clone}/package.json/data`, /part of its path is a file\. Set DATA_DIR/],
    [
      'cannot be made',
      async () => '/proc/net4u/data',
      /cannot be made there .* Set DATA_DIR to a place that can be written/,
    ],
    [
      'holds something else',
      async () => {
        const dataDir = ground.nameDataDir();
        await mkdir(join(dataDir, 'postgres', 'photos'), { recursive: true });
        return dataDir;
      },
      /holds files but no Postgres cluster: move it away, or set DATA_DIR/,
    ],
    [
      'is of another version',
      () => spoil((dataDir) => writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '17\n')),
      /is of Postgres 17, the installed one is 18\. Set DATA_DIR to a new place and move the data with pg_dump/,
    ],
    [
      'lost its cluster',
      () => spoil((dataDir) => rm(join(dataDir, 'postgres'), { recursive: true })),
      /tells of a cluster in .* and there is none\. Put it back; or delete/,
    ],
    [
      'has a broken record',
      () => spoil((dataDir) => writeFile(join(dataDir, 'postgres.json'), '{"passw')),
      /postgres\.json is not the record of a cluster\. Delete it/,
    ],
  ])('%s', async (_name, make, message) => {
    const error = await ground.refuse({ dataDir: await make() });
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toMatch(message);
  });

  test('is read-only to this user, or owned by another', async () => {
    const dataDir = ground.nameDataDir();
    await mkdir(dataDir, { mode: 0o555 });
    const starter = ground.startElsewhere(dataDir, { account });
    const { name, message } = await starter.next('failed');
    expect(name).toBe('ConfigurationError');
    expect(message).toContain(`may not read and write ${dataDir}. Give it to that user`);
  });
});

describe('accounts and places', () => {
  test('a missing or unknown platform is named', () => {
    const other = process.platform === 'linux' ? 'darwin' : 'linux';
    expect(() => findPackage(other, 'arm64')).toThrow(`The package @embedded-postgres/${other}-arm64 is not installed`);
    expect(() => findPackage('win32', 'x64')).toThrow('no embedded Postgres for win32-x64, only for linux-x64');
  });

  testWith('ps', 'ps tells a process as /proc does', () => {
    const seen = readPs(process.pid);
    expect(seen?.started).toMatch(/^\w{3}\.\w{3}\.\d+\.\d+\.\d+\.\d+\.\d{4}$/);
    expect(seen?.command).toContain('jest');
    expect(readPs(process.pid)).toEqual(seen);
    expect(readPs(2 ** 22 + 1)).toBeUndefined();
  });

  test('an ordinary user starts, though install scripts never ran and the clone is not its own to mend', async () => {
    for (const link of await listLinks(ground.clone)) await rm(link, { force: true });
    const dataDir = ground.nameDataDir();
    await mkdir(dataDir);
    if (account) await chown(dataDir, account.uid, account.gid);
    const starter = ground.startElsewhere(dataDir, { account });
    const { url, dataDirectory, binaries } = await starter.next('started');
    expect(await query(url, 'SELECT 1 one')).toEqual([{ one: 1 }]);
    const uid = account?.uid ?? process.getuid?.();
    expect(statSync(join(dataDirectory, 'postmaster.pid')).uid).toBe(uid);
    // Not root, the clone is this user's own, and is mended where it is.
    expect(binaries.startsWith(account ? dataDir : locateNative(ground.clone))).toBe(true);
    await starter.end('SIGTERM');
    if (!account) return;
    // The same DATA_DIR started by root stays that user's.
    const squatter = await occupy(Number(new URL(url).port));
    await (await ground.start({ dataDir })).stop();
    squatter.close();
    const record = statSync(join(dataDir, 'postgres.json'));
    expect([record.uid, record.mode & 0o777]).toEqual([uid, 0o600]);
  });

  testWith('root', 'root: Postgres runs as nobody, and root mends the links of its clone', async () => {
    for (const link of await listLinks(ground.clone)) await rm(link, { force: true });
    const dataDir = ground.nameDataDir();
    await mkdir(dataDir, { mode: 0o700 });
    const starter = ground.startElsewhere(dataDir);
    const { dataDirectory, binaries } = await starter.next('started');
    expect(binaries).toBe(join(locateNative(ground.clone), 'bin'));
    expect((await listLinks(ground.clone)).filter((link) => !existsSync(link))).toEqual([]);
    expect(statSync(join(dataDirectory, 'postmaster.pid')).uid).toBe(nobody.uid);
    expect(statSync(dataDir).mode & 0o777).toBe(0o701);
    await starter.end('SIGTERM');
  });

  testWith('root', 'root, clone and DATA_DIR where nobody can get: both are elsewhere, and found again', async () => {
    const closed = join(ground.folder, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const [clone, dataDir] = [join(closed, 'clone'), join(closed, 'data')];
    await makeClone(clone);
    const copies = join(systemFolder, 'binaries');
    const before = existsSync(copies) ? readdirSync(copies) : [];
    const first = ground.startElsewhere(dataDir, { clone });
    const server = await first.next('started');
    const place = dirname(server.dataDirectory);
    try {
      expect(dirname(place)).toBe(systemFolder);
      expect(server.binaries.startsWith(`${copies}/`)).toBe(true);
      expect(first.steps.join('\n')).toContain(`keeping the cluster in ${server.dataDirectory}`);
      expect(await realpath(join(dataDir, 'postgres'))).toBe(server.dataDirectory);
      await makeNote(server.url);
      await first.end('SIGTERM');

      const second = ground.startElsewhere(dataDir, { clone });
      expect(await second.next('started')).toEqual(server);
      expect(await readNote(server.url)).toBe('kept');
      await second.end('SIGTERM');

      // Only the pointer is lost, as by a copy that drops links.
      await unlink(join(dataDir, 'postgres'));
      const third = ground.startElsewhere(dataDir, { clone });
      expect(await readNote((await third.next('started')).url)).toBe('kept');
      await third.end('SIGTERM');

      // DATA_DIR is deleted to begin anew: anew it is, and nothing is deleted elsewhere.
      await rm(dataDir, { recursive: true });
      const fourth = ground.startElsewhere(dataDir, { clone });
      await expect(readNote((await fourth.next('started')).url)).rejects.toThrow('does not exist');
      await fourth.end('SIGTERM');
      expect(readdirSync(place).filter((name) => name.startsWith('postgres.set-aside-'))).toHaveLength(1);
    } finally {
      await rm(place, { recursive: true, force: true });
      for (const name of existsSync(copies) ? readdirSync(copies) : []) {
        if (!before.includes(name)) await rm(join(copies, name), { recursive: true });
      }
    }
  });
});
