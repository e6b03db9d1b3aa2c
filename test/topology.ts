import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { createPeople, type People } from './people.ts';
import { freePort } from './port.ts';
import { Processes, type Started, until } from './processes.ts';
import { type Redis, startRedis } from './redis.ts';

/** A database as docker-compose.yml makes it: its owner is no superuser and may create roles. */
export async function ownedDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) throw new Error('TEST_DATABASE_URL is not set: run the tests with `npm run -s jest -- <file>`');
  const name = `t_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await run(server, [
    `CREATE ROLE ${name} LOGIN CREATEROLE PASSWORD '${password}'`,
    `CREATE DATABASE ${name} OWNER ${name}`,
  ]);
  const url = new URL(server);
  Object.assign(url, { username: name, password, pathname: `/${name}` });
  return {
    url: url.toString(),
    async drop() {
      await run(server, [`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`]);
      const logins = await run(server, [`SELECT rolname FROM pg_roles WHERE rolname LIKE '${name}\\_%'`]);
      await run(server, [...logins.map(({ rolname }) => `DROP ROLE "${rolname}"`), `DROP ROLE ${name}`]);
    },
  };
}

/** @returns the rows of the last statement */
export async function run(url: string, statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const sql of statements) rows = (await client.query(sql)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/**
 * What docker-compose.yml runs, as processes here; and, since several processes may serve one plan, a second instance of
 * working-plans with a gateway that asks it.
 */
export class Topology {
  readonly running = new Map<string, Started>();
  /** Signed in at the gateway, and at the one that asks the second instance of working-plans. */
  people!: People;
  peopleBeside!: People;

  private constructor(
    private readonly processes: Processes,
    readonly redis: Redis,
    private readonly database: { url: string; drop(): Promise<void> },
    private readonly ports: Record<string, number>,
    /** More settings for the gateways. */
    private readonly settings: Record<string, string>,
  ) {}

  static async prepare(settings: Record<string, string> = {}): Promise<Topology> {
    const ports: Record<string, number> = {};
    for (const name of Topology.names) ports[name] = await freePort();
    const [processes, redis, database] = [await Processes.open(), await startRedis(), await ownedDatabase()];
    return new Topology(processes, redis, database, ports, settings);
  }

  static readonly names = [
    'networks',
    'members',
    'working-plans',
    'working-plans beside',
    'discussions',
    'gateway',
    'gateway beside',
  ];

  address = (name: string) => `http://localhost:${this.ports[name]}`;

  start(name: string): Started {
    const subgraph = (of: string) => `http://127.0.0.1:${this.ports[of]}/graphql`;
    const secrets = { GATEWAY_SECRET: 'gateway-0123456789-abcdefghijklmnop', REGION: 'test', DATA_DIR: this.dataDir };
    const [service = '', beside] = name.split(' ');
    const own: Record<string, string> =
      service === 'gateway'
        ? {
            NETWORKS_URL: subgraph('networks'),
            MEMBERS_URL: subgraph('members'),
            WORKING_PLANS_URL: subgraph(beside ? 'working-plans beside' : 'working-plans'),
            DISCUSSIONS_URL: subgraph('discussions'),
            ...this.settings,
            ...(beside && { OIDC_ISSUER: `${this.address('gateway')}/issuer` }),
          }
        : {
            DATABASE_URL: this.database.url,
            REDIS_URL: this.redis.url,
            CURSOR_SECRET: 'cursors-0123456789-abcdefghijklmnop',
            REGION_NUMBER: '1',
          };
    const started = this.processes.startCompiled([service], { ...secrets, ...own, PORT: `${this.ports[name]}` });
    this.running.set(name, started);
    return started;
  }

  /** What the gateway says of itself: `ready`, or the subgraphs it waits for. Undefined while it does not answer. */
  async ask(gateway = 'gateway'): Promise<{ status: string; for?: string[] } | undefined> {
    const response = await fetch(`${this.address(gateway)}/ready`).catch(() => undefined);
    return (await response?.json()) as { status: string; for?: string[] } | undefined;
  }

  /**
   * Waits until the gateway says that it waits for this subgraph and no other: one that is well, but gets no turn for a second, counts as silent as long.
   * @throws when it does not say so in time
   */
  async waitsFor(name: string): Promise<void> {
    let said: unknown;
    const wanted = JSON.stringify({ status: 'waiting', for: [name] });
    await until(async () => {
      said = await this.ask();
      return JSON.stringify(said) === wanted;
    }).catch((error) => {
      throw new Error(`the gateway says ${JSON.stringify(said)}, not ${wanted}`, { cause: error });
    });
  }

  /** @throws with what a service said that could not start */
  async becomesReady(...gateways: string[]): Promise<void> {
    await Promise.all([...this.running.values()].map((service) => service.ready()));
    for (const gateway of gateways.length > 0 ? gateways : ['gateway', 'gateway beside'])
      await until(async () => (await this.ask(gateway))?.status === 'ready');
  }

  signIn(): void {
    this.people = createPeople(this.address('gateway'), this.dataDir);
    this.peopleBeside = createPeople(this.address('gateway beside'), this.dataDir);
  }

  async kill(name: string): Promise<void> {
    const service = this.running.get(name) as Started;
    service.signal('SIGKILL', 'group');
    await service.ended();
  }

  /** @returns how many there were */
  async dropConnections(): Promise<number> {
    const name = new URL(this.database.url).pathname.slice(1);
    const rows = await run(process.env.TEST_DATABASE_URL as string, [
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
    ]);
    return rows.length;
  }

  async close(): Promise<void> {
    await this.people?.leave();
    await this.peopleBeside?.leave();
    await this.processes.close();
    await this.redis.stop();
    await this.database.drop();
  }

  private get dataDir(): string {
    return join(this.processes.folder, 'data');
  }
}
