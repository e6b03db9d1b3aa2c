import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Account } from '../kit/database/embedded/account.ts';
import { compilePlatform } from './compiled.ts';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** A program of ours in a process, and process group, of its own. */
export interface Started {
  pid: number;
  /** All it has said so far, on stdout and stderr. */
  output(): string;
  /** Resolves with what `pattern` finds in its output. @throws with the output when it ends before, or says nothing of it in time */
  says(pattern: RegExp, within?: number): Promise<RegExpMatchArray>;
  /** Resolves with its address when a service says it is there. */
  ready(within?: number): Promise<string>;
  /** Resolves with its exit code; null when a signal ended it. @throws with the output when it goes on running */
  ended(within?: number): Promise<number | null>;
  isRunning(): boolean;
  /** To the process alone; with `group`, to all of its group, as a terminal does at Ctrl-C. */
  signal(name: NodeJS.Signals, group?: 'group'): void;
  /** What a closing terminal does: nobody reads its output any more, and its group gets SIGHUP. */
  hangUp(): void;
}

/** The processes of a test, each ended with it whatever state it is in, and a folder for their files. */
export class Processes {
  private readonly started = new Set<{ child: ChildProcess }>();

  private constructor(
    /** A new folder, which every account may enter. */
    readonly folder: string,
    private readonly compiled: string,
  ) {}

  static async open(): Promise<Processes> {
    const folder = await mkdtemp(join(await realpath(tmpdir()), 'net4u-processes-'));
    chmodSync(folder, 0o755);
    return new Processes(folder, await compilePlatform(root));
  }

  /** `node --import tsx start.ts <services>`, as `npm start` and the image have it, with these settings and no others. */
  start(services: readonly string[], env: Record<string, string>, account?: Account): Started {
    return this.run(process.execPath, ['--import', 'tsx', 'start.ts', ...services], env, account);
  }

  /** The same services, or another program of ours, compiled before (test/compiled.ts). @param program its file from the root, without `.ts` */
  startCompiled(
    services: readonly string[],
    env: Record<string, string>,
    program = 'start',
    account?: Account,
  ): Started {
    return this.run(process.execPath, [join(this.compiled, `${program}.js`), ...services], env, account);
  }

  run(program: string, args: readonly string[], env: Record<string, string>, account?: Account): Started {
    const { PATH = '', HOME = '/' } = process.env;
    const child = spawn(program, args, {
      cwd: root,
      detached: true,
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...account,
    });
    this.started.add({ child });
    return watch(child, [program, ...args].join(' '));
  }

  /** SIGKILL to all that is left, also to a Postgres that outlived its starter. */
  async clear(): Promise<void> {
    for (const { child } of this.started) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue;
      kill(-child.pid, 'SIGKILL');
    }
    this.started.clear();
    await killPostgres(this.folder);
  }

  async close(): Promise<void> {
    await this.clear();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function watch(child: ChildProcess, name: string): Started {
  let output = '';
  let end: { code: number | null } | undefined;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of [...waiting]) look();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      wake();
    });
  }
  child.once('error', (error) => {
    output += `${error.message}\n`;
    end = { code: null };
    wake();
  });
  // close, not exit: only then has all of its output come
  child.once('close', (code) => {
    end = { code };
    wake();
  });

  /** Looks at each change until `find` finds. */
  const wait = <T>(what: string, within: number, find: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        clearTimeout(timer);
        waiting.delete(look);
        act();
      };
      const tell = (why: string) => new Error(`${name} ${why} ${what}. It said:\n${output}`);
      const timer = setTimeout(() => finish(() => reject(tell(`took over ${within} ms until`))), within);
      const look = () => {
        const found = find();
        if (found !== undefined) finish(() => resolve(found));
        else if (end) finish(() => reject(tell(`ended with ${end?.code} before`)));
      };
      waiting.add(look);
      look();
    });

  const says = (pattern: RegExp, within = 60_000) =>
    wait(`it says ${pattern}`, within, () => output.match(pattern) ?? undefined);
  return {
    pid: child.pid ?? 0,
    output: () => output,
    says,
    ready: async (within) => (await says(/^(?:NET4U is running|[a-z, -]+) at (http\S+)$/m, within))[1] as string,
    ended: async (within = 60_000) => (await wait('its end', within, () => end)).code,
    isRunning: () => end === undefined,
    signal: (signal, group) => kill(group ? -(child.pid ?? 0) : (child.pid ?? 0), signal),
    hangUp() {
      child.stdout?.destroy();
      child.stderr?.destroy();
      kill(-(child.pid ?? 0), 'SIGHUP');
    },
  };
}

/** No error when it has just ended. */
function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

interface Listed {
  pid: number;
  parent: number;
  command: string;
}

function listProcesses(): Listed[] {
  if (!existsSync('/proc/self/stat')) {
    const lines = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,command='], { encoding: 'utf8' }).split(
      '\n',
    );
    return lines.flatMap((line) => {
      const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      return pid && !state?.startsWith('Z')
        ? [{ pid: Number(pid), parent: Number(parent), command: `${command} ` }]
        : [];
    });
  }
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return state === 'Z' ? [] : [{ pid: Number(name), parent: Number(parent), command }];
    } catch {
      return []; // it ended meanwhile
    }
  });
}

/** The pids of every Postgres server whose data lie below `folder`, and of all its workers. */
export function listPostgres(folder: string): number[] {
  const all = listProcesses();
  const found = all.filter(({ command }) => command.includes(` -D ${folder}/`)).map(({ pid }) => pid);
  for (const pid of found) found.push(...all.filter(({ parent }) => parent === pid).map((each) => each.pid));
  return [...new Set(found)];
}

/** SIGKILL to servers and workers at once: what a power cut leaves of them. */
export async function killPostgres(folder: string): Promise<void> {
  for (const pid of listPostgres(folder)) kill(pid, 'SIGKILL');
  await until(() => listPostgres(folder).length === 0);
}

/** Looks every 20 ms: for what has no event to wait for. @throws when it does not come in time */
export async function until(what: () => boolean | Promise<boolean>, within = 60_000): Promise<void> {
  for (const deadline = Date.now() + within; !(await what()); await pause(20)) {
    if (Date.now() > deadline) throw new Error(`not within ${within} ms: ${what}`);
  }
}
