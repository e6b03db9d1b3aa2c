import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readPartnerKey } from '../../issuer/keys.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../kit/database/embedded.ts';
import { freePort } from '../../test/port.ts';
import { killPostgres } from '../../test/processes.ts';
import { type Program, projectRoot, run } from '../co-editing/sides/process.ts';
import { createDatabase } from '../database.ts';

export const gatewaySecret = 'gateway-0123456789-abcdefghijklmnop';
const services = ['networks', 'members', 'discussions', 'working-plans', 'gateway'] as const;
/** What is killed, by SIGKILL, and started again at once. */
export const victims = ['client', 'gateway', 'networks', 'postgres', 'redis'] as const;
export type Victim = (typeof victims)[number];

/** The platform with a process for each service, a Postgres, a Redis, and the mirror of a partner that follows it. */
export interface Installation {
  url: string;
  key: string;
  redisUrl: string;
  /** The platform's database, and the partner's on the same server. */
  platformUrl: string;
  partnerUrl: string;
  kill(victim: Victim): Promise<void>;
  /** What programs said that ended by themselves. */
  failures: string[];
  stop(): Promise<void>;
}

export async function install(): Promise<Installation> {
  process.setMaxListeners(200); // each program that is started is ended with this one
  const folder = await mkdtemp(join(tmpdir(), 'net4u-updates-'));
  await chmod(folder, 0o755); // the account that Postgres runs under must come by
  const dataDir = join(folder, 'data');
  const redisPort = await freePort();
  const redisUrl = `redis://127.0.0.1:${redisPort}`;
  let redis = await startRedis(redisPort);
  let postgres: EmbeddedPostgres = await startEmbeddedPostgres({ dataDir });
  const platformUrl = await createDatabase(postgres.url, 'platform');
  const partnerUrl = await createDatabase(postgres.url, 'partner');

  const ports = new Map<string, number>();
  for (const service of services) ports.set(service, await freePort());
  const at = (service: string) => `http://127.0.0.1:${ports.get(service)}/graphql`;
  const url = `http://localhost:${ports.get('gateway')}`;
  const keyFile = join(folder, 'key');
  const programs = new Map<string, Supervised>();
  const failures: string[] = [];
  let isStopping = false;

  const commandOf = (name: string): { args: string[]; env: Record<string, string> } => {
    if (name === 'client') {
      const args = ['--url', url, '--key-file', keyFile, '--database', partnerUrl];
      return { args: ['partner-client/examples/mirror.ts', ...args], env: {} };
    }
    const others = { NETWORKS_URL: at('networks'), MEMBERS_URL: at('members'), DISCUSSIONS_URL: at('discussions') };
    const own: Record<string, string> =
      name === 'gateway'
        ? { ...others, WORKING_PLANS_URL: at('working-plans') }
        : { DATABASE_URL: platformUrl, CURSOR_SECRET: 'cursors-0123456789-abcdefghijklmnop', REDIS_URL: redisUrl };
    const port = `${ports.get(name)}`;
    return { args: ['start.ts', name], env: { DATA_DIR: dataDir, PORT: port, GATEWAY_SECRET: gatewaySecret, ...own } };
  };
  /** Whatever it ended with, it is started again, as a supervisor does. */
  const supervise = (name: string): Supervised => {
    const { args, env } = commandOf(name);
    const program = spawnProgram(args, env, (said) => {
      if (programs.get(name) !== program || isStopping) return;
      failures.push(`${name}: ${said.trim().split('\n').at(-1)}`);
      setTimeout(() => programs.get(name) === program && !isStopping && supervise(name), 500);
    });
    programs.set(name, program);
    return program;
  };

  const starting = services.map((service) => supervise(service));
  await Promise.all(starting.map((program) => program.says(/ at http\S+/)));
  while (!(await fetch(`${url}/ready`).catch(() => undefined))?.ok) await pause(50);
  const key = await readPartnerKey(dataDir);
  await writeFile(keyFile, key);
  await supervise('client').says(/events/);

  return {
    ...{ url, key, redisUrl, platformUrl, partnerUrl, failures },
    async kill(victim) {
      if (victim === 'postgres') {
        await killPostgres(dirname(postgres.dataDirectory));
        postgres = await startEmbeddedPostgres({ dataDir }); // on the port that it had
        return;
      }
      if (victim === 'redis') {
        await redis.kill('SIGKILL');
        redis = await startRedis(redisPort);
        return;
      }
      const program = programs.get(victim) as Supervised;
      programs.delete(victim);
      await program.kill();
      supervise(victim);
    },
    async stop() {
      isStopping = true;
      await Promise.all([...programs.values()].map((program) => program.kill()));
      await redis.kill('SIGKILL');
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startRedis(port: number): Promise<Program> {
  const program = run('redis-server', ['--port', `${port}`, '--save', '', '--appendonly', 'no'], {}, '/');
  await program.says(/Ready to accept connections/);
  return program;
}

interface Supervised {
  /** Waits for it. */
  says(pattern: RegExp): Promise<void>;
  kill(): Promise<void>;
}

/** @param onEnd is given the last of what it said */
function spawnProgram(args: string[], env: Record<string, string>, onEnd: (said: string) => void): Supervised {
  const { PATH = '', HOME = '/' } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
    cwd: projectRoot,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill); // nothing stays when this fails
  let said = '';
  let look = () => {};
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-5_000);
      look();
    });
  const ended = new Promise<void>((resolve) =>
    child.once('close', () => {
      process.off('exit', kill);
      resolve();
      onEnd(said);
    }),
  );
  return {
    says: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => pattern.test(said) && resolve();
        look();
        void ended.then(() => reject(new Error(`${args.join(' ')} ended:\n${said}`)));
      }),
    async kill() {
      kill();
      await ended;
    },
  };
}
