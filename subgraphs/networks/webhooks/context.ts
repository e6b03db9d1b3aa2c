import type { FeedCursors } from '../../../kit/feed/vector.ts';
import type { Deliveries } from './deliveries.ts';
import type { Secrets } from './secrets.ts';
import type { Settings } from './settings.ts';

/** What commands and resolvers of webhooks need besides the database. */
export interface Webhooks {
  deliveries: Pick<Deliveries, 'ask'>;
  secrets: Secrets;
  settings: Settings;
  /** Of the feed. */
  feedCursors: FeedCursors;
  /** Of the installation. */
  epoch: number;
}
