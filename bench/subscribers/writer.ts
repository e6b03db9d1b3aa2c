import pg from 'pg';
import { ulid } from 'ulid';
import { appendEvents, type FeedEvent, feedChannel } from '../../kit/feed/publish.ts';
import { connectRedisHints } from '../../kit/hints.ts';
import { createLog } from '../../kit/log.ts';
import type { ThematicArea } from '../../kit/types.ts';
import { clock } from '../gateway/process.ts';

const types = [
  ...(['PLAN_SUBMITTED', 'PLAN_ADOPTED', 'ACTIVITY_STATUS_CHANGED', 'MEETING_SCHEDULED', 'MINUTES_ADOPTED'] as const),
  ...(['MEMBER_JOINED', 'KNOWLEDGE_PUBLISHED', 'STATEMENT_PUBLISHED', 'REVIEW_STAGE_CHANGED'] as const),
  ...(['THREAD_STARTED', 'NETWORK_CHANGED'] as const),
];
const networks = [
  ...(['net:americas', 'net:africa', 'net:americas', 'net:africa', 'net:americas', 'net:africa'] as const),
  'both',
] as const;
const areas: readonly ThematicArea[] = [
  ...(['TRAFFICKING_IN_PERSONS', 'SMUGGLING_OF_MIGRANTS', 'FIREARMS', 'GENERAL_UNTOC', 'EMERGING_CRIMES'] as const),
];
const countries = ['AR', 'BR', 'CO', 'CR', 'EC', 'UG', 'KE', 'NG', 'TZ'];
const visibilities = [
  ...(['PUBLIC', 'PUBLIC', 'NETWORK', 'PUBLIC', 'PARTNERS', 'PUBLIC', 'GROUP', 'PUBLIC', 'PARTNERS'] as const),
  ...(['PUBLIC', 'ALL_NETWORKS', 'PUBLIC', 'PARTNERS'] as const),
];
const bodies: Record<string, string> = { 'net:americas': 'body:am-4', 'net:africa': 'body:af-sc', both: 'body:am-4' };

const of = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;

/** The nth event. No two lists have lengths with a common divisor, so that in time all that they hold meets all else. */
export function makeEvent(n: number): FeedEvent {
  const type = of(types, n);
  const network = of(networks, n);
  const visibility = of(visibilities, n);
  return {
    networkIds: network === 'both' ? ['net:africa', 'net:americas'] : [network],
    type,
    eventType: `org.net4u.bench.${type.toLowerCase().replaceAll('_', '-')}.v1`,
    subject: `bench/record:${n}`,
    visibility,
    ...(visibility === 'GROUP' && { bodyIds: [bodies[network] as string] }),
    thematicAreas: [of(areas, n)],
    countries: [of(countries, n)],
    data: { recordId: `record:${n}`, status: 'ACTIVE', version: 1, changed: ['status', 'title'] },
  };
}

/** An update whose transaction is committed. */
export interface Committed {
  id: string;
  /** ms on the clock of all processes here: when the server had acknowledged the commit. */
  at: number;
}

/** Writes as a subgraph does: the events as the last statements of a transaction, the commit, and then a hint. */
export async function openWriter(databaseUrl: string, redisUrl: string, secret: string) {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const hints = await connectRedisHints(redisUrl, secret, createLog('bench', 'error'));
  return {
    /** @returns an update for each of the event's networks, in the order of their ids */
    async write(event: FeedEvent, ids: readonly string[]): Promise<Committed[]> {
      const left = [...ids];
      await client.query('BEGIN');
      await appendEvents(
        (sql, parameters) => client.query(sql, parameters),
        [event],
        () => left.shift() ?? ulid(),
      );
      await client.query('COMMIT');
      const at = clock();
      hints.publish(feedChannel, '');
      return ids.map((id) => ({ id, at }));
    },
    async stop() {
      await hints.stop();
      await client.end();
    },
  };
}
export type Writer = Awaited<ReturnType<typeof openWriter>>;
