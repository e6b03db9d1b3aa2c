import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { appendEvents, type FeedEvent, feedChannel } from '../../kit/feed/publish.ts';
import { connectRedisHints, type Hints } from '../../kit/hints.ts';
import { createLog } from '../../kit/log.ts';
import { gatewaySecret, type Installation } from './installation.ts';

const networks = ['net:americas', 'net:africa'];
const most = 20; // events of one transaction

export interface Written {
  /** Updates whose transaction was acknowledged. */
  acknowledged: number;
  /** Transactions of which it is not known, as the server died under them. */
  unknown: number;
}

/**
 * Several writers at once, as subgraphs write: each transaction some rows, then its events as the last statements, then the commit; some are slow, some
 * are of both networks, some updates are for members only. They stop when so many updates are acknowledged.
 * @param perSecond updates, at most
 */
export async function write(
  installation: Installation,
  options: {
    count: number;
    writers: number;
    perSecond: number;
    random: () => number;
    onProgress(written: Written): void;
  },
): Promise<Written> {
  const { count, writers, perSecond, random, onProgress } = options;
  const written: Written = { acknowledged: 0, unknown: 0 };
  const began = Date.now();
  const hints = await connectRedisHints(installation.redisUrl, gatewaySecret, createLog('bench', 'error'));

  async function runWriter(): Promise<void> {
    let client: pg.Client | undefined;
    while (written.acknowledged < count) {
      const ahead = (written.acknowledged / perSecond) * 1_000 - (Date.now() - began);
      if (ahead > 0) await pause(Math.min(ahead, 100));
      let isCommitting = false;
      try {
        client ??= await connect(installation.platformUrl);
        const events = makeEvents(random);
        await client.query('BEGIN');
        await appendEvents((sql, parameters) => (client as pg.Client).query(sql, parameters), events);
        if (random() < 0.02) await client.query('SELECT pg_sleep($1)', [random() * 0.05]);
        isCommitting = true;
        await client.query('COMMIT');
        written.acknowledged += events.reduce((sum, { networkIds }) => sum + networkIds.length, 0);
        say(hints);
        onProgress(written);
      } catch {
        if (isCommitting) written.unknown += 1;
        await client?.end().catch(() => {});
        client = undefined;
        await pause(100);
      }
    }
    await client?.end().catch(() => {});
  }
  await Promise.all(Array.from({ length: writers }, runWriter));
  await hints.stop();
  return written;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on('error', () => {}); // the next query says it
  await client.connect();
  return client;
}

function say(hints: Hints): void {
  try {
    hints.publish(feedChannel, '');
  } catch {
    // a hint that is lost costs time, and nothing else
  }
}

let made = 0;
function makeEvents(random: () => number): FeedEvent[] {
  return Array.from({ length: 1 + Math.floor(random() * most) }, () => {
    made += 1;
    const of = random();
    return {
      networkIds: of < 0.1 ? networks : [networks[of < 0.55 ? 0 : 1] as string],
      ...{ type: 'PLAN_CREATED', eventType: 'org.net4u.plan.created.v1', subject: `workingplan/plan:bench-${made}` },
      visibility: random() < 0.1 ? 'NETWORK' : 'PUBLIC',
      data: { planId: `plan:bench-${made}`, status: 'DRAFT', version: 1 },
    } satisfies FeedEvent;
  });
}
