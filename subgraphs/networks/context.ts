import type { RequestContext } from '../../kit/context.ts';
import type { Cursors } from '../../kit/cursor.ts';
import type { Database } from '../../kit/database/open.ts';
import type { CharterPlace } from './governance-loaders.ts';
import type { ListCursors } from './lists.ts';
import type { Loaders } from './loaders.ts';
import type { ReadTimeline } from './timeline/read.ts';
import type { Updates } from './updates.ts';
import type { Webhooks } from './webhooks/context.ts';

export interface NetworksContext extends RequestContext {
  database: Database;
  loaders: Loaders;
  updates: Updates;
  cursors: ListCursors;
  /** Of lists of charter proposals. */
  charterCursors: Cursors<CharterPlace>;
  timeline: ReadTimeline;
  webhooks: Webhooks;
  /** The name of this installation's region. */
  region: string;
}
