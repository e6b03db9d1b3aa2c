import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import pg from 'pg';
import { type Database, openDatabase } from '../kit/database/open.ts';
import type { SubgraphName } from '../kit/database/subgraphs.ts';
import type { FeedEvent } from '../kit/feed/publish.ts';
import { type Query, type RecordedEvent, readHeads } from '../kit/feed/read.ts';
import { type FeedMessage, type FeedReader, startTail, type Tail, type TailOptions } from '../kit/feed/tail.ts';
import { createFeedCursors, type FeedCursors, type Vector } from '../kit/feed/vector.ts';
import { createProcessHints, type Hints } from '../kit/hints.ts';
import type { Log } from '../kit/log.ts';
import { readInstallation } from '../kit/subgraph.ts';
import { freshDatabase } from './database.ts';

const secret = 'feed-test-secret';
export const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
export const all = { filter: {}, accepts: () => true };
export const longAgo = new Date(0);

let fresh: Awaited<ReturnType<typeof freshDatabase>>;
export let owner: pg.Client;
export let networks: Database;
export let plans: Database;
export let hints: Hints;
export let query: Query;
export let installation: { id: string; epoch: number };
export let cursors: FeedCursors;
/** Another subgraph's part of it; whoever opens it stops it. */
export let open: (subgraph: SubgraphName) => Promise<Database>;

/** Before the tests of a file: a database with two subgraphs' logins and their feed; before each test, an empty feed. */
export function useFeed() {
  beforeAll(async () => {
    fresh = await freshDatabase();
    hints = createProcessHints();
    const shared = { url: fresh.url, secret, hints, entities: [], migrations: [], poolSize: 12 };
    open = (subgraph) => openDatabase({ ...shared, subgraph });
    networks = await open('networks');
    plans = await open('working-plans');
    owner = new pg.Client(fresh.url);
    await owner.connect();
    query = (sql, parameters) => networks.source.query(sql, parameters);
    installation = await readInstallation(networks.source);
    cursors = createFeedCursors('cursor-secret', installation);
  });
  afterAll(async () => {
    await networks?.stop();
    await plans?.stop();
    await owner?.end();
    await fresh?.drop();
  });
  beforeEach(() => owner.query('TRUNCATE feed.event, feed.stream'));
}

export const tails = async (options: Partial<TailOptions>, work: (tail: Tail) => Promise<void>) => {
  const tail = await startTail({ query, cursors, hints, log, graceMs: 20, ...options });
  try {
    await work(tail);
  } finally {
    await tail.stop();
  }
};

export const event = (networkIds: string[], name: string, rest: Partial<FeedEvent> = {}): FeedEvent => ({
  networkIds,
  type: 'NETWORK_CHANGED',
  eventType: 'org.net4u.network.changed.v1',
  subject: name,
  visibility: 'PUBLIC',
  data: {},
  ...rest,
});

/** @param seconds how long the transaction goes on before it takes its positions */
export const publish = (database: Database, events: FeedEvent[], seconds = 0) =>
  database.transaction(async (tx) => {
    if (seconds > 0) await tx.manager.query('SELECT pg_sleep($1)', [seconds]);
    for (const item of events) tx.publish(item);
  });

export const subjects = (events: RecordedEvent[]) => events.map((item) => item.subject);

/** Takes messages until `count` events have come; others are passed over. */
export async function take(messages: AsyncIterator<FeedMessage>, count: number) {
  const events: RecordedEvent[] = [];
  let vector: Vector = {};
  while (events.length < count) {
    const { value, done } = await messages.next();
    if (done) throw new Error(`ended after ${events.length} of ${count}`);
    vector = value.vector;
    if (value.kind === 'event') events.push(value.event);
  }
  return { events, vector };
}

/** The next message, which must be of that kind. */
export async function next<K extends FeedMessage['kind']>(messages: AsyncIterator<FeedMessage>, kind: K) {
  const { value } = await messages.next();
  expect(value?.kind).toBe(kind);
  return value as Extract<FeedMessage, { kind: K }>;
}

/** A reader that is live: it has said where it stands. */
export async function follow(tail: Tail, reader: Partial<FeedReader> = {}) {
  const messages = tail.follow({ ...all, ...reader });
  if (!reader.place) await next(messages, 'heartbeat');
  return messages;
}

export const key = (item: { networkId: string; position: number }) => `${item.networkId}/${item.position}`;

/** Every position of every network, once and in order. */
export async function expectWhole(events: RecordedEvent[]) {
  const heads = await readHeads(query);
  expect(events).toHaveLength(Object.values(heads).reduce((sum, position) => sum + position, 0));
  for (const [networkId, head] of Object.entries(heads)) {
    const positions = events.filter((item) => item.networkId === networkId).map((item) => item.position);
    expect(positions).toEqual(Array.from({ length: head }, (_, index) => index + 1));
  }
}

/** Numbers in [0, 1), the same in every run. */
export function sequence(seed: number) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** 200 transactions of 0-40 ms in two subgraphs at once, each with one to three events to one to three networks. */
export function publishConcurrently(random: () => number) {
  const ids = ['net:a', 'net:b', 'net:c'];
  const writes = Array.from({ length: 200 }, (_, index) => {
    const events = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, part) => {
      const wanted = ids.filter(() => random() < 0.5);
      return event(wanted.length > 0 ? wanted : ['net:a'], `t${index}.${part}`);
    });
    const database = index % 2 ? networks : plans;
    return {
      count: events.flatMap((item) => item.networkIds).length,
      run: () => publish(database, events, random() * 0.04),
    };
  });
  return {
    total: writes.reduce((sum, write) => sum + write.count, 0),
    done: Promise.all(writes.map((write) => write.run())),
  };
}
