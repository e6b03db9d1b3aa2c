import pg from 'pg';
import { databaseOf, loginRole, type SubgraphName } from './subgraphs.ts';

export interface SharedMigration {
  name: string;
  up: string;
  down: string;
}

/** Migrates a schema that belongs to no subgraph, so to the database's owner. Needs the migration lock. */
export async function migrateShared(
  owner: pg.Client,
  schema: string,
  migrations: readonly SharedMigration[],
): Promise<void> {
  const place = pg.escapeIdentifier(schema);
  await owner.query(`CREATE SCHEMA IF NOT EXISTS ${place}`);
  await owner.query(
    `CREATE TABLE IF NOT EXISTS ${place}.migration (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())`,
  );
  for (const { name, up } of migrations) {
    const known = await owner.query(`SELECT 1 FROM ${place}.migration WHERE name = $1`, [name]);
    if (known.rowCount) continue;
    await owner.query('BEGIN');
    try {
      await owner.query(up);
      await owner.query(`INSERT INTO ${place}.migration (name) VALUES ($1)`, [name]);
      await owner.query('COMMIT');
    } catch (error) {
      await owner.query('ROLLBACK');
      throw error;
    }
  }
}

/** Lets a subgraph's login do these things in a shared schema, and no more than that. */
export async function grantShared(
  owner: pg.Client,
  url: string,
  subgraph: SubgraphName,
  secret: string,
  rights: readonly string[],
): Promise<void> {
  const role = pg.escapeIdentifier(loginRole(databaseOf(url), subgraph, secret).name);
  for (const right of rights) await owner.query(`GRANT ${right} TO ${role}`);
}
