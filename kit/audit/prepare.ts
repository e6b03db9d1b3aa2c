import type pg from 'pg';
import { grantShared, migrateShared } from '../database/shared.ts';
import type { SubgraphName } from '../database/subgraphs.ts';
import { auditMigrations } from './migrations.ts';

/**
 * Migrates the schema `audit` and lets the subgraph's login append to it by its function; none may change or delete what
 * stands there. Members, which serves the log, may read it. Needs the migration lock.
 */
export async function prepareAudit(
  owner: pg.Client,
  url: string,
  subgraph: SubgraphName,
  secret: string,
): Promise<void> {
  await migrateShared(owner, 'audit', auditMigrations);
  await grantShared(owner, url, subgraph, secret, [
    'USAGE ON SCHEMA audit',
    'EXECUTE ON FUNCTION audit.append(text, jsonb)',
    'EXECUTE ON FUNCTION audit.asked(text[], text, text, text, text)',
    ...(subgraph === 'members'
      ? [
          ...['SELECT ON audit.entry', 'SELECT ON audit.chain', 'EXECUTE ON FUNCTION audit.erase_reason(text, text)'],
          'SELECT, INSERT, UPDATE ON audit.peer_head',
        ]
      : []),
  ]);
}
