import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '../../kit/database/embedded.ts';
import { freePort } from '../../test/port.ts';
import { run } from '../co-editing/sides/process.ts';
import { createDatabase } from '../database.ts';
import { startProcess } from '../gateway/process.ts';
import { describeLoad, say } from '../gateway/report.ts';
import { filters } from './audience.ts';
import { type Measured, measure } from './measure.ts';
import { type Peer, peers, secret, startPlatform } from './platform.ts';
import { printTable } from './table.ts';
import { openWriter } from './writer.ts';

/*
 * Two thousand subscribers with twenty filters on networkUpdates, through our gateway and through Hive Gateway, each over subgraphs of its own on a fresh database
 * of one Postgres: how long from the commit to a subscriber, what CPU time and memory, how many statements. Exit code 1 where a subscriber did not get exactly
 * what its filter and its rights allow, in order and once.
 *
 *     npm run subscribers
 *     npm run subscribers -- --subscribers 200 --seconds 3 --only ours
 */
const { values } = parseArgs({
  options: {
    subscribers: { type: 'string', default: '2000' },
    filters: { type: 'string', default: `${filters.length}` },
    seconds: { type: 'string', default: '20' },
    warm: { type: 'string', default: '5' },
    /** Transactions a second, with each of the two selections. */
    rate: { type: 'string', default: '10,1' },
    /** Only gateways whose name holds this. */
    only: { type: 'string', default: '' },
    profile: { type: 'string' },
  },
});
const plan = {
  subscribers: Number(values.subscribers),
  filters: Math.min(Number(values.filters), filters.length),
  rates: values.rate.split(',').map(Number),
  seconds: Number(values.seconds),
  warm: Number(values.warm),
};

const select = (more: string) => `subscription ($filter: NetworkUpdateFilter) { networkUpdates(filter: $filter) {
  __typename
  ... on NetworkUpdate { id cursor sequence type source subject occurredAt data ${more} }
  ... on Heartbeat { at cursor }
  ... on ResyncRequired { reason oldestAvailable snapshotQuery }
  ... on StreamClosing { reason retryAfterMs cursor }
} }`;
const selections = {
  'own fields': select(''),
  'network { slug memberships { totalCount } }': select('network { slug memberships(first: 1) { totalCount } }'),
};

export interface Result {
  peer: Peer;
  rows: { selection: string; rate: number; measured: Measured }[];
}

const ending: (() => Promise<unknown>)[] = [];
const results: Result[] = [];
try {
  const dataDir = await mkdtemp(join(tmpdir(), 'net4u-subscribers-postgres-'));
  ending.push(() => rm(dataDir, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres({ dataDir });
  ending.push(postgres.stop);
  const redisPort = await freePort();
  const redis = run('redis-server', ['--port', `${redisPort}`, '--save', '', '--appendonly', 'no'], {}, '/');
  ending.push(() => redis.kill('SIGKILL'));
  await redis.says(/Ready to accept connections/);
  const redisUrl = `redis://127.0.0.1:${redisPort}`;
  for (const [i, peer] of peers.entries()) {
    if (!peer.includes(values.only)) continue;
    results.push(await runOne(peer, await createDatabase(postgres.url, `peer_${i}`), redisUrl));
  }
  printTable(results, plan);
  say(`\n${describeLoad()}`);
} finally {
  for (const end of ending.toReversed()) await end();
}
const isRight = results.every(({ rows }) =>
  rows.every(
    ({ measured: { verdict, faults } }) =>
      faults.length === 0 &&
      verdict.due > 0 &&
      verdict.missed + verdict.reordered + verdict.doubled + verdict.leaked === 0,
  ),
);
process.exit(isRight ? 0 : 1);

async function runOne(peer: Peer, databaseUrl: string, redisUrl: string): Promise<Result> {
  const platform = await startPlatform(peer, databaseUrl, redisUrl, values.profile && join(values.profile, peer));
  const readers = await Promise.all(
    Array.from({ length: 2 }, () => startProcess('../subscribers/readers.ts', { mayRunAnywhere: true })),
  );
  const writer = await openWriter(databaseUrl, redisUrl, secret);
  try {
    const rows: Result['rows'] = [];
    for (const [i, [selection, query]] of Object.entries(selections).entries()) {
      say(`${peer}: ${selection} …`);
      const rate = plan.rates[i] ?? plan.rates[0] ?? 1;
      const tools = { readers, writer, databaseUrl };
      rows.push({ selection, rate, measured: await measure(platform, tools, query, { ...plan, rate }) });
    }
    return { peer, rows };
  } finally {
    await writer.stop();
    await Promise.all(readers.map((reader) => reader.stop()));
    await platform.stop();
  }
}
