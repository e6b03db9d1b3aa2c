import { type Cursors, createCursors } from '../../kit/cursor.ts';
import type { EngagementPlace, ReviewEventPlace } from './review-loaders.ts';

/** Cursors of the lists that grow, but the feed's. */
export interface ListCursors {
  engagements: Cursors<EngagementPlace>;
  reviewEvents: Cursors<ReviewEventPlace>;
  /** Ids, of endpoints and of dead letters. */
  webhooks: Cursors<string>;
  /** Ids. */
  partners: Cursors<string>;
}

export function createListCursors(secret: string, installation: string): ListCursors {
  const of = <P>(list: string) => createCursors<P>(secret, { kind: 'list', stream: `networks.${list}`, installation });
  return {
    engagements: of('engagements'),
    reviewEvents: of('review-events'),
    webhooks: of('webhooks'),
    partners: of('partners'),
  };
}
