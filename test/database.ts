import { randomBytes } from 'node:crypto';
import pg from 'pg';

/**
 * A fresh, empty database on the run's Postgres (started by test/postgres.ts).
 * @returns its owner's URL; `drop` removes it with the login roles made for it
 */
export async function freshDatabase(): Promise<{ url: string; name: string; drop(): Promise<void> }> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) throw new Error('TEST_DATABASE_URL is not set: run the tests with `npm run -s jest -- <file>`');
  const name = `t_${randomBytes(6).toString('hex')}`;
  const asAdmin = async (statements: (client: pg.Client) => Promise<void>) => {
    const client = new pg.Client(server);
    await client.connect();
    try {
      await statements(client);
    } finally {
      await client.end();
    }
  };
  await asAdmin(async (client) => void (await client.query(`CREATE DATABASE ${name}`)));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    name,
    drop: () =>
      asAdmin(async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
        const { rows } = await client.query("SELECT rolname FROM pg_roles WHERE rolname LIKE $1 || '\\_%'", [name]);
        for (const { rolname } of rows) await client.query(`DROP ROLE "${rolname}"`);
      }),
  };
}
