import type { RequestContext } from '../../kit/context.ts';
import type { Database } from '../../kit/database/open.ts';
import type { Loaders } from './loaders.ts';
import type { Updates } from './updates.ts';

export interface NetworksContext extends RequestContext {
  database: Database;
  loaders: Loaders;
  updates: Updates;
}
