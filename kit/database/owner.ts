import pg from 'pg';
import { ConfigurationError } from '../errors.ts';
import { databaseOf, loginRole, type SubgraphName, subgraphSchemas } from './subgraphs.ts';

const lockKey = 4_904_821; // any constant of ours: one lock per database for preparing, migrating and loading

/**
 * A connection as the database's owner, with the migration lock held: only one process prepares, migrates or loads at a
 * time. The lock goes with the connection, also when the process dies.
 * @param patience ms to go on trying while the server is not there yet
 * @throws ConfigurationError when the server cannot be reached, refuses the login, or runs with unsafe settings
 */
export async function withMigrationLock<T>(
  url: string,
  work: (owner: pg.Client) => Promise<T>,
  patience = 10_000,
): Promise<T> {
  const owner = await connectOwner(url, patience);
  try {
    await owner.query('SELECT pg_advisory_lock($1)', [lockKey]);
    return await work(owner);
  } finally {
    await owner.end().catch(() => {});
  }
}

const waits = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ECONNRESET', '57P03']);

async function connectOwner(url: string, patience: number): Promise<pg.Client> {
  const until = Date.now() + patience;
  for (;;) {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      application_name: 'net4u start',
    });
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      const code = codeOf(error);
      if (waits.has(code) && Date.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 250));
        continue;
      }
      throw new ConfigurationError(describe(url, code, error));
    }
  }
}

/** pg's own errors have no code: a server, or what stands before one, that takes the connection and says nothing or goes. */
function codeOf(error: unknown): string {
  const { code, message } = error as Error & { code?: string };
  return code ?? (/^Connection terminated|^timeout expired/.test(message) ? 'ECONNRESET' : '');
}

function describe(url: string, code: string, error: unknown): string {
  const { hostname, port } = new URL(url);
  const where = `${hostname}:${port || 5432}`;
  if (waits.has(code))
    return `DATABASE_URL: no Postgres answers at ${where} (${code}). Start it, or unset DATABASE_URL to use the embedded one.`;
  if (code === '28P01' || code === '28000') return `DATABASE_URL: Postgres at ${where} refuses this user or password.`;
  if (code === '3D000')
    return `DATABASE_URL: Postgres at ${where} has no database "${databaseOf(url)}". Create it first.`;
  return `DATABASE_URL: Postgres at ${where} cannot be used: ${(error as Error).message}`;
}

/**
 * Refuses settings under which an acknowledged edit could be lost.
 * @param query on a connection of the login that writes: a role or database may have settings of its own
 */
export async function checkDurability(
  query: (sql: string) => Promise<{ name: string; setting: string }[]>,
): Promise<void> {
  const rows = await query(
    "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'server_version_num')",
  );
  const setting = new Map(rows.map((row) => [row.name, row.setting]));
  const off = ['fsync', 'synchronous_commit'].filter((name) => setting.get(name) === 'off');
  if (off.length > 0)
    throw new ConfigurationError(`DATABASE_URL: Postgres runs with ${off.join(' and ')} off; turn it on.`);
  if (Number(setting.get('server_version_num')) < 150_000)
    throw new ConfigurationError('DATABASE_URL: Postgres 15 or newer is needed.');
}

const quote = pg.escapeIdentifier;

/** Makes the subgraph's login role and its schema, if they are not there: both or neither. Idempotent; needs the migration lock. */
export async function prepareSubgraph(
  owner: pg.Client,
  url: string,
  subgraph: SubgraphName,
  secret: string,
): Promise<void> {
  const role = loginRole(databaseOf(url), subgraph, secret);
  const schema = subgraphSchemas[subgraph];
  const password = pg.escapeLiteral(role.password);
  await owner.query('BEGIN');
  const known = await owner.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role.name]);
  const attributes = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';
  try {
    if (known.rowCount === 0) {
      await owner.query(`CREATE ROLE ${quote(role.name)} ${attributes} PASSWORD ${password}`);
      await owner.query(`GRANT ${quote(role.name)} TO CURRENT_USER`);
    } else {
      await owner.query(`ALTER ROLE ${quote(role.name)} LOGIN PASSWORD ${password}`);
    }
    await owner.query('REVOKE ALL ON SCHEMA public FROM PUBLIC');
    await owner.query(`CREATE SCHEMA IF NOT EXISTS ${quote(schema)} AUTHORIZATION ${quote(role.name)}`);
    await owner.query(
      `ALTER ROLE ${quote(role.name)} IN DATABASE ${quote(databaseOf(url))} SET search_path = ${quote(schema)}`,
    );
    await owner.query('COMMIT');
  } catch (error) {
    await owner.query('ROLLBACK');
    if ((error as { code?: string }).code !== '42501') throw error;
    throw new ConfigurationError(
      'DATABASE_URL: its user must own the database and may create roles (CREATEROLE): each subgraph gets a login of its own.',
    );
  }
}
