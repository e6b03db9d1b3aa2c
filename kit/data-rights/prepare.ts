import type pg from 'pg';
import { grantShared, migrateShared } from '../database/shared.ts';
import type { SubgraphName } from '../database/subgraphs.ts';
import { dataRightsMigrations } from './migrations.ts';

/** Migrates the schema `data_rights` and lets the subgraph's login do its part. Needs the migration lock. */
export async function prepareDataRights(
  owner: pg.Client,
  url: string,
  subgraph: SubgraphName,
  secret: string,
): Promise<void> {
  await migrateShared(owner, 'data_rights', dataRightsMigrations);
  await grantShared(owner, url, subgraph, secret, [
    'USAGE ON SCHEMA data_rights',
    'EXECUTE ON FUNCTION data_rights.open_requests(text)',
    'INSERT ON data_rights.part',
    ...(subgraph === 'members'
      ? ['SELECT, INSERT, UPDATE, DELETE ON data_rights.request', 'SELECT ON data_rights.part']
      : []),
  ]);
}
