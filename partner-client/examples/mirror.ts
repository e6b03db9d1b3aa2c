import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { ask, type Batch, followUpdates, type Update, type UpdateEvent } from '../index.ts';

/*
 * Mirrors the networks into tables of one's own, and keeps every update:
 *
 *     node --import tsx examples/mirror.ts --url https://net4u.example --key-file key --database postgres://me@localhost/mine
 *
 * The cursor is kept in the transaction of the effect, so an effect happens once, whatever dies when. What cannot be gone on with ends the program
 * with one line and exit code 1; whatever supervises it starts it again.
 */
const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://localhost:4000' },
    'key-file': { type: 'string', default: 'key' },
    database: { type: 'string', default: 'postgres://localhost/postgres' },
    /** Updates of one transaction, at most. */
    batch: { type: 'string', default: '100' },
  },
});

const tables = `
  CREATE SCHEMA IF NOT EXISTS mirror;
  -- Where it stands, and where it began: what the log has after that is here.
  CREATE TABLE IF NOT EXISTS mirror.checkpoint (single boolean PRIMARY KEY DEFAULT true CHECK (single), cursor text, began text);
  INSERT INTO mirror.checkpoint DEFAULT VALUES ON CONFLICT DO NOTHING;
  CREATE TABLE IF NOT EXISTS mirror.network (
    id text PRIMARY KEY, slug text NOT NULL, status text NOT NULL, name text NOT NULL, version integer NOT NULL
  );
  -- How often each network has been heard of: a sum, so that an effect that happened twice would show.
  CREATE TABLE IF NOT EXISTS mirror.heard (network_id text PRIMARY KEY, updates integer NOT NULL);
  CREATE TABLE IF NOT EXISTS mirror.update (
    arrived bigint GENERATED ALWAYS AS IDENTITY, source text, id text, sequence bigint NOT NULL, network_id text NOT NULL,
    type text NOT NULL, subject text, time timestamptz NOT NULL, data jsonb NOT NULL, PRIMARY KEY (source, id)
  );`;

const move = `UPDATE mirror.checkpoint SET cursor = $1, began = CASE WHEN $3 THEN $1 ELSE began END
  WHERE cursor IS NOT DISTINCT FROM $2`;
/** What was said of it before, in that network: its id and that it was erased are kept. */
const forget = `DELETE FROM mirror.update WHERE network_id = $1 AND subject = $2 AND sequence <= $3 AND type <> 'org.net4u.tombstone.v1'`;

interface Network {
  id: string;
  slug: string;
  status: string;
  version: number;
  name: { text: string };
}
interface Selected {
  network: Network | null;
}
const networkFields = 'id slug status version name { text }';
type Event = UpdateEvent<Selected>;

const key = () => readFile(values['key-file'], 'utf8');
const door = { url: values.url, key };
const database = new pg.Client(values.database);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {}); // a log that nobody reads

/** A server that goes away while nothing is asked of it says so here. */
let lost: Error | undefined;
database.on('error', (error) => {
  lost = error;
  stopping.abort();
});

const readCursor = async (): Promise<string | null> =>
  (await database.query('SELECT cursor FROM mirror.checkpoint')).rows[0].cursor;

const isUpdate = (event: Event): event is Update<Selected> => event.kind === 'update' || event.kind === 'tombstone';

/** The whole batch and its cursor, or nothing of it. */
async function handle({ events, cursor }: Batch<Event>, before: string | null): Promise<void> {
  // Read after the stream has said where it goes on from, so that nothing falls between the two.
  const isNew = before === null || events.some(({ kind }) => kind === 'resync');
  const present = isNew ? (await ask<{ networks: Network[] }>(door, `{ networks { ${networkFields} } }`)).networks : [];
  const updates = events.filter(isUpdate);
  await database.query('BEGIN');
  try {
    // Whoever was killed before may still be committing: then this waits for him, and finds that he has done it.
    if ((await database.query(move, [cursor, before, isNew])).rowCount === 0)
      throw new Error('another mirror writes to these tables, or has just done so');
    if (isNew) await database.query('DELETE FROM mirror.network');
    await keepNetworks([...present, ...updates.flatMap(({ selected }) => selected.network ?? [])]);
    await keepUpdates(updates);
    for (const { kind, networkId, subject, sequence } of updates)
      if (kind === 'tombstone') await database.query(forget, [networkId, subject, sequence]);
    await database.query('COMMIT');
  } catch (error) {
    await database.query('ROLLBACK').catch(() => {}); // the first failure is the one to tell
    throw error;
  }
}

/** A network is read as its update is delivered: it may be newer than that, and never older. */
async function keepNetworks(networks: readonly Network[]): Promise<void> {
  for (const { id, slug, status, version, name } of networks) {
    await database.query(
      `INSERT INTO mirror.network AS n VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (id) DO UPDATE SET status = $3, name = $4, version = $5 WHERE n.version < $5`,
      [id, slug, status, name.text, version],
    );
  }
}

async function keepUpdates(updates: readonly Update<Selected>[]): Promise<void> {
  if (updates.length === 0) return;
  await database.query(
    `WITH given AS (
       INSERT INTO mirror.update (source, id, sequence, network_id, type, subject, time, data)
       SELECT source, id, sequence, networkid, type, subject, time, data
       FROM jsonb_to_recordset($1) AS e(source text, id text, sequence bigint, networkid text, type text, subject text, time timestamptz, data jsonb)
       ON CONFLICT DO NOTHING RETURNING network_id -- what has come before, as after an older cursor, has had its effect
     )
     INSERT INTO mirror.heard AS h SELECT network_id, count(*) FROM given GROUP BY network_id
     ON CONFLICT (network_id) DO UPDATE SET updates = h.updates + excluded.updates`,
    [JSON.stringify(updates.map(({ cloudEvent }) => cloudEvent))],
  );
}

try {
  await database.connect();
  await database.query(tables);
  const updates = followUpdates<Selected>({
    ...door,
    selection: `network { ${networkFields} }`,
    store: { load: readCursor },
    signal: stopping.signal,
    onInterruption: ({ code, message }, delay) => process.stderr.write(`${code}: ${message}; again in ${delay} ms\n`),
  });
  let cursor = await readCursor();
  for await (const batch of updates.batches(Number(values.batch))) {
    await handle(batch, cursor);
    cursor = batch.cursor;
    process.stdout.write(`${batch.events.length} events\n`);
  }
  if (lost) throw lost;
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
} finally {
  await database.end().catch(() => {});
}
