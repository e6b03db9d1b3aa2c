import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signToken } from '../../../issuer/sign.ts';
import { freePort } from '../../../test/port.ts';
import { fillDocument } from '../plan.ts';
import { ask, openEditor } from './ours-editor.ts';
import { type Program, projectRoot, run } from './process.ts';
import type { Side } from './side.ts';

const names = ['networks', 'members', 'discussions', 'working-plans', 'gateway'] as const;
const idle: readonly string[] = ['networks', 'members', 'discussions'];

/** The platform as docker-compose.yml runs it, a process for each service; of working-plans and the gateway as many as there are instances. */
export async function startOurs(options: {
  databaseUrl: string;
  redisUrl?: string;
  instances?: number;
  /** All services in one process, as `npm start` runs them. */
  together?: boolean;
  /** A folder for a CPU profile of each process. */
  profile?: string;
}): Promise<Side> {
  const { databaseUrl, redisUrl, instances = 1, together = false, profile } = options;
  const dataDir = await mkdtemp(join(tmpdir(), 'net4u-co-editing-'));
  const ports = new Map<string, number>();
  const services = together
    ? ['gateway 0']
    : names.flatMap((name) =>
        idle.includes(name) ? [name] : Array.from({ length: instances }, (_, i) => `${name} ${i}`),
      );
  for (const service of services) ports.set(service, await freePort());
  const programs = new Map<string, Program>();

  const start = (service: string): Program => {
    const [name = '', number = '0'] = service.split(' ');
    const subgraph = (of: string) => `http://127.0.0.1:${ports.get(of)}/graphql`;
    const isGateway = name === 'gateway';
    const env: Record<string, string> = {
      DATA_DIR: dataDir,
      REGION: 'bench',
      PORT: `${ports.get(service)}`,
      GATEWAY_SECRET: 'gateway-0123456789-abcdefghijklmnop',
      ...(isGateway &&
        !together && {
          NETWORKS_URL: subgraph('networks'),
          MEMBERS_URL: subgraph('members'),
          DISCUSSIONS_URL: subgraph('discussions'),
          WORKING_PLANS_URL: subgraph(`working-plans ${number}`),
          ...(number !== '0' && { OIDC_ISSUER: `http://localhost:${ports.get('gateway 0')}/issuer` }),
        }),
      ...((!isGateway || together) && {
        DATABASE_URL: databaseUrl,
        CURSOR_SECRET: 'cursors-0123456789-abcdefghijklmnop',
        ...(redisUrl && { REDIS_URL: redisUrl }),
      }),
    };
    const profiling = profile ? ['--cpu-prof', '--cpu-prof-dir', join(profile, name)] : [];
    const args = ['--max-semi-space-size=64', ...profiling, '--import', 'tsx', 'start.ts', ...(together ? [] : [name])];
    const program = run(process.execPath, args, env, projectRoot);
    programs.set(service, program);
    return program;
  };
  const ready = async () => {
    await Promise.all([...programs.values()].map((program) => program.says(/ at http\S+/)));
    for (let i = 0; i < instances; i++) {
      for (;;) {
        const response = await fetch(`http://localhost:${ports.get(`gateway ${i}`)}/ready`).catch(() => undefined);
        if (response?.ok) break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  for (const service of services) start(service);
  await ready();
  const token = await signToken({ dataDir, persona: 'americas-editor' });
  const serving = services.filter((service) => !idle.includes(service));
  const url = (instance = 0) => `http://localhost:${ports.get(`gateway ${instance}`)}/graphql`;
  let made = 0;

  return {
    name: 'NET4U',
    pids: () => serving.map((service) => programs.get(service)?.pid ?? 0),
    async create(activities) {
      made += 1;
      const title = ['en', 'es'].map((locale) => ({ locale, text: 'A plan' }));
      const input = {
        clientMutationId: `bench-${process.pid}-${made}`,
        networkIds: ['net:americas'],
        title,
        periodStart: '2027-01-01',
        periodEnd: '2028-12-31',
        sourceLocale: 'en',
        visibility: 'NETWORK',
      };
      const { createPlan } = await ask(
        url(),
        token,
        'mutation ($input: CreatePlanInput!) { createPlan(input: $input) { plan { id } problems { ... on UserError { message } } } }',
        { input },
      );
      if (!createPlan.plan) throw new Error(JSON.stringify(createPlan.problems));
      const { id } = createPlan.plan;
      if (activities > 0) {
        const editor = await openEditor(url(), token, id);
        fillDocument(editor.doc, activities);
        await editor.saved();
        editor.close();
      }
      return id;
    },
    edit: (id, instance) => openEditor(url(instance), token, id),
    subscription: async (id, instance) => ({ kind: 'graphql', url: url(instance).replace('http', 'ws'), id, token }),
    async crash() {
      await Promise.all(serving.map((service) => programs.get(service)?.kill('SIGKILL')));
    },
    async restart() {
      for (const service of serving) start(service);
      await ready();
    },
    async stop() {
      await Promise.all([...programs.values()].map((program) => program.kill('SIGTERM')));
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
