import type pg from 'pg';
import { grantShared, migrateShared } from '../database/shared.ts';
import type { SubgraphName } from '../database/subgraphs.ts';
import { feedMigrations } from './migrations.ts';

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
  await migrateShared(owner, 'feed', feedMigrations);
  await grantShared(owner, url, subgraph, secret, [
    'USAGE ON SCHEMA feed',
    'SELECT, INSERT, UPDATE ON feed.stream',
    'SELECT ON feed.installation',
    'SELECT ON feed.home',
    ...(subgraph === 'working-plans' ? ['SELECT ON feed.decision'] : []),
    ...(subgraph === 'discussions'
      ? [
          'SELECT ON feed.redaction',
          'EXECUTE ON FUNCTION feed.erase_thread(text), feed.narrow_knowledge(text, text, text[])',
        ]
      : []),
    ...(subgraph === 'members'
      ? ['SELECT ON feed.conclusion', 'SELECT ON feed.body', 'EXECUTE ON FUNCTION feed.set_countries(text[], text[])']
      : []),
    // what it made less visible is so in the log, too
    ...(subgraph === 'networks'
      ? ['EXECUTE ON FUNCTION feed.narrow(text, text, text, text[])', 'INSERT, UPDATE ON feed.home']
      : []),
    `INSERT${subgraph === 'networks' ? ', SELECT' : ''} ON feed.event`,
  ]);
}
