import type pg from 'pg';
import { grantShared, migrateShared } from '../database/shared.ts';
import type { SubgraphName } from '../database/subgraphs.ts';
import { noticeMigrations } from './migrations.ts';

/** What each login may do in the schema `notices`; networks has nothing to tell. */
const rights: Partial<Record<SubgraphName, readonly string[]>> = {
  'working-plans': ['add(jsonb)', 'settle_keys(text[])', 'forget(text)'],
  discussions: ['add(jsonb)', 'settle_about(text, text, text)', 'forget(text)', 'reword(text, text)', 'withdraw(text)'],
  members: ['clear()'],
};

/** Migrates the schema `notices` and lets the subgraph's login write there by functions; members reads it. Needs the migration lock. */
export async function prepareNotices(
  owner: pg.Client,
  url: string,
  subgraph: SubgraphName,
  secret: string,
): Promise<void> {
  await migrateShared(owner, 'notices', noticeMigrations);
  const functions = rights[subgraph];
  if (!functions) return;
  await grantShared(owner, url, subgraph, secret, [
    'USAGE ON SCHEMA notices',
    ...functions.map((one) => `EXECUTE ON FUNCTION notices.${one}`),
    ...(subgraph === 'members' ? ['SELECT ON notices.notice'] : []),
  ]);
}
