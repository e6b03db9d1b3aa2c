import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signToken } from '../../issuer/sign.ts';
import { freePort } from '../../test/port.ts';
import { cpuOf, type Program, projectRoot, run } from '../co-editing/sides/process.ts';

const services = ['networks', 'members', 'discussions', 'working-plans', 'gateway'] as const;

/** The platform with a process for each service, as docker-compose.yml runs it. */
export interface Platform {
  /** The gateway's. */
  url: string;
  token(persona: string): Promise<string>;
  /** ms of CPU that each service has taken so far. */
  cpu(): Record<string, number>;
  stop(): Promise<void>;
}

/** @param settings of every service, besides those that it needs */
export async function startPlatform(databaseUrl: string, settings: Record<string, string> = {}): Promise<Platform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'net4u-editors-'));
  const ports = new Map<string, number>();
  for (const service of services) ports.set(service, await freePort());
  const at = (service: string) => `http://127.0.0.1:${ports.get(service)}/graphql`;
  const programs = new Map<string, Program>();
  for (const service of services) {
    const own: Record<string, string> =
      service === 'gateway'
        ? {
            NETWORKS_URL: at('networks'),
            MEMBERS_URL: at('members'),
            DISCUSSIONS_URL: at('discussions'),
            WORKING_PLANS_URL: at('working-plans'),
          }
        : { DATABASE_URL: databaseUrl, CURSOR_SECRET: 'cursors-0123456789-abcdefghijklmnop' };
    const env = {
      DATA_DIR: dataDir,
      REGION: 'bench',
      PORT: `${ports.get(service)}`,
      GATEWAY_SECRET: 'gateway-0123456789-abcdefghijklmnop',
      ...settings,
      ...own,
    };
    const args = ['--max-semi-space-size=64', '--import', 'tsx', 'start.ts', service];
    programs.set(service, run(process.execPath, args, env, projectRoot));
  }
  await Promise.all([...programs.values()].map((program) => program.says(/ at http\S+/)));
  const url = `http://localhost:${ports.get('gateway')}`;
  while (!(await fetch(`${url}/ready`).catch(() => undefined))?.ok) await new Promise((look) => setTimeout(look, 50));
  return {
    url,
    token: (persona) => signToken({ dataDir, persona }),
    cpu: () => Object.fromEntries([...programs].map(([name, { pid }]) => [name, cpuOf([pid]) / 1_000])),
    async stop() {
      await Promise.all([...programs.values()].toReversed().map((program) => program.kill('SIGTERM')));
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
