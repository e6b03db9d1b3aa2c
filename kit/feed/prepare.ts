import pg from 'pg';
import { databaseOf, loginRole, type SubgraphName } from '../database/subgraphs.ts';
import { feedMigrations } from './migrations.ts';

const quote = pg.escapeIdentifier;

/**
 * Migrates the schema `feed` (owned by the database's owner, as it belongs to no subgraph) and lets the subgraph's login
 * append to it. Networks, which serves the feed, may read it too. Needs the migration lock.
 */
export async function prepareFeed(
  owner: pg.Client,
  url: string,
  subgraph: SubgraphName,
  secret: string,
): Promise<void> {
  await owner.query('CREATE SCHEMA IF NOT EXISTS feed');
  await owner.query(
    'CREATE TABLE IF NOT EXISTS feed.migration (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())',
  );
  for (const { name, up } of feedMigrations) {
    const known = await owner.query('SELECT 1 FROM feed.migration WHERE name = $1', [name]);
    if (known.rowCount) continue;
    await owner.query('BEGIN');
    try {
      await owner.query(up);
      await owner.query('INSERT INTO feed.migration (name) VALUES ($1)', [name]);
      await owner.query('COMMIT');
    } catch (error) {
      await owner.query('ROLLBACK');
      throw error;
    }
  }
  const role = quote(loginRole(databaseOf(url), subgraph, secret).name);
  await owner.query(`GRANT USAGE ON SCHEMA feed TO ${role}`);
  await owner.query(`GRANT SELECT, INSERT, UPDATE ON feed.stream TO ${role}`);
  await owner.query(`GRANT SELECT ON feed.installation TO ${role}`);
  if (subgraph === 'working-plans') await owner.query(`GRANT SELECT ON feed.decision TO ${role}`);
  await owner.query(`GRANT INSERT${subgraph === 'networks' ? ', SELECT' : ''} ON feed.event TO ${role}`);
}
