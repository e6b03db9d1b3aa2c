import pg from 'pg';
import { appendEvents, type FeedEvent } from '../../kit/feed/publish.ts';
import { growDiscussions } from './growth/discussions.ts';
import { growMembers } from './growth/members.ts';
import { growNetworks } from './growth/networks.ts';
import { growPlan } from './growth/plans.ts';

/** How large a world has grown: members, with a thread each; activities in so many plans; networks besides those that ship. */
export interface Size {
  members: number;
  activities: number;
  plans: number;
  networks: number;
}

/** Nothing has grown yet. */
export const nothing: Size = { members: 0, activities: 0, plans: 0, networks: 0 };

/**
 * Grows the records of a running platform from one size to another by bulk statements of the database's owner.
 * @param databaseUrl the owner's
 */
export async function grow(databaseUrl: string, from: Size, to: Size): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query('BEGIN');
    await growMembers(client, from.members, to.members);
    const plans = to.plans - from.plans;
    const activityIds: string[] = [];
    for (let n = 1; n <= plans; n++) {
      const activities = Math.ceil((to.activities - from.activities) / plans);
      activityIds.push(...(await growPlan(client, `grown-${from.plans + n}`, activities, to.members)));
    }
    await growNetworks(client, from.members, to.members, [from.networks + 1, to.networks]);
    await growDiscussions(client, from.members, to.members, activityIds);
    const threads = Array.from({ length: to.members - from.members }, (_, n) => `thread:g${from.members + n + 1}`);
    await appendEvents((sql, parameters) => client.query(sql, parameters), threads.map(threadStarted));
    await client.query('COMMIT');
    await client.query('ANALYZE');
  } finally {
    await client.end();
  }
}

const threadStarted = (threadId: string): FeedEvent => ({
  networkIds: ['net:americas'],
  type: 'THREAD_STARTED',
  eventType: 'org.net4u.thread.started.v1',
  subject: `thread/${threadId}`,
  visibility: 'NETWORK',
  data: { threadId, anchor: { typename: 'Network', id: 'net:americas' } },
});
