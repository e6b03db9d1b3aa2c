import { Database } from '@hocuspocus/extension-database';
import { Redis } from '@hocuspocus/extension-redis';
import { Server } from '@hocuspocus/server';
import pg from 'pg';

/** Hocuspocus as its documentation sets it up: documents in Postgres, other instances told through Redis; its own defaults for everything else. */
const { PORT, DATABASE_URL, REDIS_URL } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL as string });
await pool.query('CREATE TABLE IF NOT EXISTS documents (name text PRIMARY KEY, data bytea NOT NULL)').catch(() => {});

const database = new Database({
  fetch: async ({ documentName }) => {
    const { rows } = await pool.query('SELECT data FROM documents WHERE name = $1', [documentName]);
    return rows[0]?.data ?? null;
  },
  store: async ({ documentName, state }) => {
    await pool.query(
      'INSERT INTO documents (name, data) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET data = excluded.data',
      [documentName, state],
    );
  },
});
const redis = REDIS_URL ? new URL(REDIS_URL) : undefined;
const server = new Server({
  port: Number(PORT),
  address: '127.0.0.1',
  quiet: true,
  extensions: [database, ...(redis ? [new Redis({ host: redis.hostname, port: Number(redis.port) })] : [])],
});
await server.listen();
process.stdout.write('listening\n');
