import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../kit/database/embedded.ts';
import { grow, nothing } from '../../test/statements/grow.ts';
import { cpuOf } from '../co-editing/sides/process.ts';
import { startPlatform } from '../editors/platform.ts';
import { type Remote, startProcess } from '../gateway/process.ts';
import { describeLoad, formatTable, machineTime, say } from '../gateway/report.ts';
import { findDifference } from '../standard/compare.ts';
import type { LoadResult } from './load.ts';
import { type Measured, operations } from './operations.ts';
import type { CountOptions } from './statements.ts';
import { writeTexts } from './texts.ts';

/*
 * Queries on a network of a thousand members with a plan of five hundred activities, over HTTP, with a process for each service: how long they take, what CPU time
 * in which process, and how many SQL statements. Beside them one hand-written statement that gives the very same answer to unified.graphql, as the lower limit.
 *
 *     npm run domain
 *     npm run domain -- --members 100 --activities 50 --seconds 3 --only unified
 *
 * DATABASE_URL: an empty database; absent: an embedded Postgres.
 */
const { values } = parseArgs({
  options: {
    members: { type: 'string', default: '1000' },
    activities: { type: 'string', default: '500' },
    connections: { type: 'string', default: '1,8' },
    seconds: { type: 'string', default: '10' },
    warmup: { type: 'string', default: '4' },
    /** Only operations whose name holds this. */
    only: { type: 'string', default: '' },
  },
});
const [seconds, warmup, members] = [Number(values.seconds), Number(values.warmup), Number(values.members)];
const connections = values.connections.split(',').map(Number);
const asked = operations.filter(({ name }) => name.includes(values.only));
const persona = 'americas-editor';
/** The longest pages within each other cost more than one operation of a member may. */
const boundless = 'seat=100000000';
const services = ['gateway', 'networks', 'members', 'working-plans', 'discussions'];

interface Row extends LoadResult {
  name: string;
  connections: number;
  /** ms of CPU for a request, by process. */
  cpu: Record<string, number>;
  /** Cores that were busy with anything. */
  busy: number;
}

const ending: (() => Promise<unknown>)[] = [];
try {
  const databaseUrl = process.env.DATABASE_URL ?? (await startPostgres());
  const platform = await startPlatform(databaseUrl, { COST_BUDGETS: boundless });
  let stopped: Promise<void> | undefined;
  const stopPlatform = () => {
    stopped ??= platform.stop();
    return stopped;
  };
  ending.push(stopPlatform);
  await grow(databaseUrl, nothing, { members, activities: Number(values.activities), plans: 1, networks: 1 });
  await writeTexts(databaseUrl);
  const [load, limit] = [await start('../domain/load.ts'), await start('../domain/limit.ts')];
  const limitUrl: string = await limit.call('start', databaseUrl);
  const token = await platform.token(persona);
  const url = `${platform.url}/graphql`;
  const postgres = new pg.Client(databaseUrl);
  await postgres.connect();
  ending.push(() => postgres.end());

  /** ms of CPU so far, of each connection's process of the database. */
  const backends = async (): Promise<Map<number, number>> => {
    const { rows } = await postgres.query<{ pid: number }>(
      'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    return new Map(rows.map(({ pid }) => [pid, cpuOf([pid]) / 1_000]));
  };
  const cpu = async (): Promise<Record<string, number>> => ({ ...platform.cpu(), limit: (await limit.cpu()) / 1_000 });

  const measure = async (name: string, to: string, body: string, count: number): Promise<Row> => {
    const options = { url: to, token, body, connections: count };
    await load.call('run', { ...options, seconds: warmup });
    const [before, database, machine] = [await cpu(), await backends(), machineTime()];
    const result: LoadResult = await load.call('run', { ...options, seconds });
    const busy = (machineTime() - machine) / 1_000 / result.seconds;
    const spent = Object.entries(await cpu()).map(([process, at]) => [process, at - before[process]!] as const);
    const inDatabase = [...(await backends())].reduce((sum, [pid, at]) => sum + at - (database.get(pid) ?? 0), 0);
    const each = [...spent, ['Postgres', inDatabase] as const].map(([process, all]) => [
      process,
      all / result.requests,
    ]);
    return { ...result, name, connections: count, cpu: Object.fromEntries(each), busy };
  };

  const rows: Row[] = [];
  for (const operation of asked) {
    const { name, query, variables, operationName, pages } = operation;
    const body = JSON.stringify({ query, variables, operationName });
    const { data, errors } = await post(url, token, body);
    if (errors) throw new Error(`${name}: ${JSON.stringify(errors).slice(0, 500)}`);
    const direct = pages && JSON.stringify({ slug: variables!.slug, ...pages });
    const difference = direct && findDifference(data, (await post(limitUrl, token, direct)).data);
    if (difference) throw new Error(`${name}: the one statement gives another answer: ${difference}`);
    for (const count of connections) {
      rows.push(await measure(name, url, body, count));
      if (direct) rows.push(await measure(`${name}: the limit`, limitUrl, direct, count));
    }
  }
  await postgres.end();
  await stopPlatform();
  const counter = await start('../domain/statements.ts');
  const env = {
    GATEWAY_SECRET: 'gateway-0123456789-abcdefghijklmnop',
    CURSOR_SECRET: 'cursors-0123456789-abcdefghijklmnop',
    REGION: 'bench',
    COST_BUDGETS: boundless,
  };
  const counts: Record<string, number>[] = await counter.call('count', {
    databaseUrl,
    persona,
    operations: asked,
    env,
  } satisfies CountOptions);
  report(rows, asked, counts);
} finally {
  for (const end of ending.toReversed()) await end();
}
process.exit(0);

async function startPostgres(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'net4u-domain-postgres-'));
  ending.push(() => rm(dataDir, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres({ dataDir, onProgress: () => {} });
  ending.push(postgres.stop);
  return postgres.url;
}

async function start(file: string): Promise<Remote> {
  const remote = await startProcess(file, { mayRunAnywhere: true, nodeArguments: ['--max-semi-space-size=64'] });
  ending.push(remote.stop);
  return remote;
}

async function post(to: string, token: string, body: string): Promise<{ data?: unknown; errors?: unknown }> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(to, { method: 'POST', headers, body });
  return (await response.json()) as { data?: unknown; errors?: unknown };
}

function report(rows: Row[], of: readonly Measured[], counts: Record<string, number>[]): void {
  const ms = (value: number) => value.toFixed(value < 10 ? 2 : 1);
  say(
    `\n${members} members, a plan of ${values.activities} activities; ${seconds} s a row after ${warmup} s; node ${process.version}\n`,
  );
  say(
    formatTable(
      ['operation', 'connections', 'requests/s', 'p50 ms', 'p95 ms', 'p99 ms', 'kB', 'cores busy'],
      rows.map((row) => [
        ...[
          row.name,
          `${row.connections}`,
          (row.requests / row.seconds).toFixed(1),
          ms(row.p50),
          ms(row.p95),
          ms(row.p99),
        ],
        ...[(row.bytes / 1_000).toFixed(0), row.busy.toFixed(1)],
      ]),
    ),
  );
  const sum = (row: Row) => Object.values(row.cpu).reduce((total, one) => total + one, 0);
  say('\nms of CPU for a request, by process:\n');
  say(
    formatTable(
      ['operation', 'connections', ...services, 'Postgres', 'limit', 'all'],
      rows.map((row) => [
        ...[row.name, `${row.connections}`],
        ...[...services, 'Postgres', 'limit'].map((name) => ms(row.cpu[name] ?? Number.NaN)),
        ms(sum(row)),
      ]),
    ),
  );
  say('\nSQL statements for a request, by subgraph:\n');
  say(
    formatTable(
      ['operation', ...services.slice(1), 'all'],
      of.map(({ name }, n) => {
        const own = services.slice(1).map((service) => counts[n]![service] ?? 0);
        return [name, ...own.map(String), `${own.reduce((total, one) => total + one, 0)}`];
      }),
    ),
  );
  const ratios = rows.flatMap((row) => {
    const limit = rows.find(
      ({ name, connections: count }) => name === `${row.name}: the limit` && count === row.connections,
    );
    return limit
      ? [
          [
            row.name,
            `${row.connections}`,
            (row.p50 / limit.p50).toFixed(1),
            (row.p95 / limit.p95).toFixed(1),
            (sum(row) / sum(limit)).toFixed(1),
          ],
        ]
      : [];
  });
  say('\nIn multiples of the limit:\n');
  say(formatTable(['operation', 'connections', 'p50', 'p95', 'CPU'], ratios));
  say(`\n${describeLoad()}`);
}
