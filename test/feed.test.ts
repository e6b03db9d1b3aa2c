import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createCursors } from '../kit/cursor.ts';
import { type Database, openDatabase } from '../kit/database/open.ts';
import type { FeedEvent } from '../kit/feed/publish.ts';
import { locate, type Query, type RecordedEvent, readHeads, readOldest, readPage } from '../kit/feed/read.ts';
import { type FeedMessage, type FeedReader, startTail, type Tail, type TailOptions } from '../kit/feed/tail.ts';
import { createFeedCursors, type FeedCursors, type Vector } from '../kit/feed/vector.ts';
import { createProcessHints, type Hints } from '../kit/hints.ts';
import type { Log } from '../kit/log.ts';
import { readInstallation } from '../kit/subgraph.ts';
import { freshDatabase } from './database.ts';

const secret = 'feed-test-secret';
const log: Log = { info() {}, warn() {}, error() {} };
const all = { filter: {}, accepts: () => true };
const longAgo = new Date(0);

let fresh: Awaited<ReturnType<typeof freshDatabase>>;
let owner: pg.Client;
let networks: Database;
let plans: Database;
let hints: Hints;
let query: Query;
let installation: { id: string; epoch: number };
let cursors: FeedCursors;

beforeAll(async () => {
  fresh = await freshDatabase();
  hints = createProcessHints();
  const shared = { url: fresh.url, secret, hints, entities: [], migrations: [], poolSize: 12 };
  networks = await openDatabase({ ...shared, subgraph: 'networks' });
  plans = await openDatabase({ ...shared, subgraph: 'working-plans' });
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

const tails = async (options: Partial<TailOptions>, work: (tail: Tail) => Promise<void>) => {
  const tail = await startTail({ query, cursors, hints, log, graceMs: 20, ...options });
  try {
    await work(tail);
  } finally {
    await tail.stop();
  }
};

const event = (networkIds: string[], name: string, rest: Partial<FeedEvent> = {}): FeedEvent => ({
  networkIds,
  type: 'NETWORK_CHANGED',
  eventType: 'org.net4u.network.changed.v1',
  subject: name,
  visibility: 'PUBLIC',
  data: {},
  ...rest,
});

/** @param seconds how long the transaction goes on before it takes its positions */
const publish = (database: Database, events: FeedEvent[], seconds = 0) =>
  database.transaction(async (tx) => {
    if (seconds > 0) await tx.manager.query('SELECT pg_sleep($1)', [seconds]);
    for (const item of events) tx.publish(item);
  });

const subjects = (events: RecordedEvent[]) => events.map((item) => item.subject);

/** Takes messages until `count` events have come; others are passed over. */
async function take(messages: AsyncIterator<FeedMessage>, count: number) {
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
async function next<K extends FeedMessage['kind']>(messages: AsyncIterator<FeedMessage>, kind: K) {
  const { value } = await messages.next();
  expect(value?.kind).toBe(kind);
  return value as Extract<FeedMessage, { kind: K }>;
}

/** A reader that is live: it has said where it stands. */
async function follow(tail: Tail, reader: Partial<FeedReader> = {}) {
  const messages = tail.follow({ ...all, ...reader });
  if (!reader.place) await next(messages, 'heartbeat');
  return messages;
}

const key = (item: { networkId: string; position: number }) => `${item.networkId}/${item.position}`;

/** Every position of every network, once and in order. */
async function expectWhole(events: RecordedEvent[]) {
  const heads = await readHeads(query);
  expect(events).toHaveLength(Object.values(heads).reduce((sum, position) => sum + position, 0));
  for (const [networkId, head] of Object.entries(heads)) {
    const positions = events.filter((item) => item.networkId === networkId).map((item) => item.position);
    expect(positions).toEqual(Array.from({ length: head }, (_, index) => index + 1));
  }
}

/** Numbers in [0, 1), the same in every run. */
function sequence(seed: number) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** 200 transactions of 0-40 ms in two subgraphs at once, each with one to three events to one to three networks. */
function publishConcurrently(random: () => number) {
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

describe('a live reader', () => {
  test('gets all of 200 concurrent transactions, in order per network', () =>
    tails({}, async (tail) => {
      const messages = await follow(tail);
      const { total, done } = publishConcurrently(sequence(1));
      const { events } = await take(messages, total);
      await done;
      await expectWhole(events);
    }));

  test('may leave and come back with its cursor at any moment of it, as often as it likes', () =>
    tails({}, async (tail) => {
      const random = sequence(2);
      let messages = await follow(tail);
      const { total, done } = publishConcurrently(random);
      const events: RecordedEvent[] = [];
      let visits = 0;
      while (events.length < total) {
        const part = await take(messages, Math.min(total - events.length, 1 + Math.floor(random() * 30)));
        events.push(...part.events);
        await messages.return?.();
        const place = await locate(query, cursors, cursors.encode(part.vector), longAgo);
        messages = await follow(tail, { place });
        visits += 1;
      }
      await done;
      expect(visits).toBeGreaterThan(5);
      await expectWhole(events);
    }));

  test('joins with an empty cursor in the middle of it, and 20 readers get the same', () =>
    tails({}, async (tail) => {
      const { total, done } = publishConcurrently(sequence(3));
      const readers = Array.from({ length: 20 }, () => tail.follow({ ...all, place: { after: {} } }));
      const taken = await Promise.all(readers.map((messages) => take(messages, total)));
      await done;
      for (const { events } of taken) await expectWhole(events);
    }));

  test('gets exactly what it missed while it was away', () =>
    tails({}, async (tail) => {
      const messages = await follow(tail);
      await publish(networks, [event(['net:a'], 'one'), event(['net:b'], 'two')]);
      const { vector } = await take(messages, 2);
      await messages.return?.();
      for (let index = 0; index < 150; index++) await publish(plans, [event(['net:a', 'net:new'], `missed ${index}`)]);
      const back = await follow(tail, { place: { after: vector } });
      const { events } = await take(back, 300);
      expect(new Set(subjects(events)).size).toBe(150);
      expect(events.filter((item) => item.networkId === 'net:a').map((item) => item.position)[0]).toBe(2);
      await publish(networks, [event(['net:a'], 'after')]);
      expect(subjects((await take(back, 1)).events)).toEqual(['after']);
      expect(new Set(events.map(key)).size).toBe(300);
    }));

  test('gets once what was handed out while it read the log', async () => {
    let hold: (() => Promise<void>) | undefined;
    const slow: Query = async (sql, parameters) => {
      const held = hold;
      hold = undefined;
      await held?.();
      return query(sql, parameters);
    };
    await tails({ query: slow }, async (tail) => {
      const witness = await follow(tail);
      hold = async () => {
        await publish(networks, [event(['net:a'], 'both'), event(['net:b'], 'both')]);
        await take(witness, 2);
      };
      const messages = await follow(tail, { place: { after: {} } });
      const both = await take(messages, 2);
      await publish(networks, [event(['net:a'], 'later')]);
      await expectWhole([...both.events, ...(await take(messages, 1)).events]);
    });
  });

  test('starts from now without a cursor', () =>
    tails({}, async (tail) => {
      await publish(networks, [event(['net:a'], 'before')]);
      const messages = tail.follow({ ...all });
      expect((await next(messages, 'heartbeat')).vector).toEqual({ 'net:a': 1 });
      await publish(networks, [event(['net:a'], 'after')]);
      expect(subjects((await take(messages, 1)).events)).toEqual(['after']);
    }));

  test.each([
    ['no hint ever arrives', { publish() {} }],
    ['a hint comes twice and from nowhere', undefined],
  ])('misses nothing when %s', async (_, broken) => {
    const noisy = createProcessHints();
    const theirs: Hints = broken ? { ...noisy, ...broken, subscribe: () => () => {} } : noisy;
    await tails({ hints: theirs, pollMs: 50 }, async (tail) => {
      const messages = await follow(tail);
      for (let index = 0; index < 20; index++) noisy.publish('feed', '');
      await publish(networks, [event(['net:a'], 'one')]);
      noisy.publish('feed', '');
      noisy.publish('feed', '');
      await publish(networks, [event(['net:a'], 'two')]);
      expect(subjects((await take(messages, 2)).events)).toEqual(['one', 'two']);
    });
  });

  test('goes on after the database refused to answer for a while', async () => {
    let away = false;
    const failing: Query = (sql, parameters) =>
      away ? Promise.reject(new Error('connection refused')) : query(sql, parameters);
    await tails({ query: failing, pollMs: 50 }, async (tail) => {
      const messages = await follow(tail);
      const waiting = take(messages, 1);
      away = true;
      await publish(networks, [event(['net:a'], 'one')]);
      away = false;
      expect(subjects((await waiting).events)).toEqual(['one']);
    });
  });

  test('is led past what it does not want or may not see by heartbeats', () =>
    tails({ heartbeatMs: 30 }, async (tail) => {
      const messages = await follow(tail, { filter: { types: ['PLAN_CREATED'] } });
      const blind = await follow(tail, { accepts: () => false });
      await publish(networks, [event(['net:a'], 'not wanted')]);
      for (const reader of [messages, blind]) {
        let vector: Vector = {};
        while (!vector['net:a']) vector = (await next(reader, 'heartbeat')).vector;
        const page = await readPage(query, { ...all, after: vector, first: 10 });
        expect(page).toEqual({ steps: [], end: { 'net:a': 1 }, hasMore: false });
      }
    }));

  test('filters by network, type, thematic area and country', () =>
    tails({}, async (tail) => {
      const readers = await Promise.all(
        [
          { networkIds: ['net:b', 'net:unknown'] },
          { types: ['PLAN_CREATED'] },
          { thematicAreas: ['FIREARMS', 'GENERAL_UNTOC'] },
          { countries: ['UG'] },
          { networkIds: [] },
        ].map((filter) => follow(tail, { filter })),
      );
      const last: Partial<FeedEvent> = { type: 'PLAN_CREATED', thematicAreas: ['FIREARMS'], countries: ['UG', 'BR'] };
      await publish(networks, [
        event(['net:a'], 'plain'),
        event(['net:b'], 'b'),
        event(['net:a'], 'plan', { type: 'PLAN_CREATED' }),
        event(['net:a'], 'area', { thematicAreas: ['GENERAL_UNTOC'] }),
        event(['net:a'], 'country', { countries: ['UG'] }),
        event(['net:b'], 'last', last),
      ]);
      const taken = await Promise.all(readers.slice(0, 4).map(async (reader) => (await take(reader, 2)).events));
      expect(taken.map(subjects)).toEqual([
        ['b', 'last'],
        ['plan', 'last'],
        ['area', 'last'],
        ['country', 'last'],
      ]);
      const none = readers[4]!.next();
      await tail.stop();
      expect((await none).value?.kind).toBe('closing');
    }));
});

describe('a reader that falls behind', () => {
  const fill = async (tail: Tail, count: number) => {
    const witness = await follow(tail);
    for (let index = 0; index < count; index++) {
      await publish(networks, [event(['net:a'], `event ${index}`)]);
      await take(witness, 1); // the tail has handed it out: it waits in the queue of the other reader too
    }
  };

  test('and stands still is told where to come back, and misses nothing then', () =>
    tails({ capacity: 4, patienceMs: 0 }, async (tail) => {
      const messages = await follow(tail);
      const first = take(messages, 1);
      await publish(networks, [event(['net:a'], 'taken')]);
      const { vector } = await first;
      await fill(tail, 9);
      const error = await messages.next().then(
        () => undefined,
        (reason) => reason,
      );
      expect(error?.extensions).toEqual({ code: 'RESYNC_REQUIRED', cursor: cursors.encode(vector) });
      const place = await locate(query, cursors, error.extensions.cursor, longAgo);
      const { events } = await take(await follow(tail, { place }), 9);
      expect(subjects(events)).toEqual(Array.from({ length: 9 }, (_, index) => `event ${index}`));
    }));

  test('in a burst only is fed from the log without noticing', () =>
    tails({ capacity: 4 }, async (tail) => {
      const messages = await follow(tail);
      await publish(networks, [event(['net:a'], 'taken')]);
      await take(messages, 1);
      await fill(tail, 9);
      expect(subjects((await take(messages, 9)).events)).toEqual(
        Array.from({ length: 9 }, (_, index) => `event ${index}`),
      );
    }));

  test('does not hold up another', () =>
    tails({ capacity: 4 }, async (tail) => {
      await follow(tail);
      const quick = await follow(tail);
      const { total, done } = publishConcurrently(sequence(4));
      await expectWhole((await take(quick, total)).events);
      await done;
    }));
});

describe('the end', () => {
  test('is said to every reader, with a cursor, and is the last message', async () => {
    const tail = await startTail({ query, cursors, hints, log });
    const [waiting, catchingUp] = [await follow(tail), await follow(tail)];
    const pending = waiting.next();
    await publish(networks, [event(['net:a'], 'one')]);
    expect((await pending).value).toMatchObject({ kind: 'event', vector: { 'net:a': 1 } });
    const last = waiting.next();
    await Promise.all([tail.stop(), catchingUp.next().then(() => catchingUp.return?.())]);
    expect((await last).value).toMatchObject({ kind: 'closing', reason: 'SERVICE_STOPPING', vector: { 'net:a': 1 } });
    expect(await waiting.next()).toEqual({ value: undefined, done: true });
    const late = tail.follow({ ...all, place: { after: {} } });
    expect((await late.next()).value).toMatchObject({ kind: 'closing', vector: {} });
    expect((await late.next()).done).toBe(true);
    await tail.stop();
  });

  test('waits no longer for a reader that takes nothing than its grace', async () => {
    const tail = await startTail({ query, cursors, hints, log, graceMs: 50 });
    await follow(tail);
    const before = Date.now();
    await tail.stop();
    expect(Date.now() - before).toBeLessThan(1_000);
  });

  test('comes at once to a reader that leaves while it waits', () =>
    tails({}, async (tail) => {
      const messages = await follow(tail);
      const waiting = messages.next();
      await messages.return?.();
      expect((await waiting).done).toBe(true);
      expect((await messages.next()).done).toBe(true);
    }));
});

describe('a cursor', () => {
  const since = (ms: number) => new Date(Date.now() - ms);

  test('that was altered, or is of another stream or installation, is refused', async () => {
    const good = cursors.encode({ 'net:a': 1 });
    const foreign = createFeedCursors('cursor-secret', { id: 'another', epoch: 1 }).encode({ 'net:a': 1 });
    const otherSecret = createFeedCursors('another secret', installation).encode({ 'net:a': 1 });
    const name = { stream: 'networks', installation: installation.id };
    const plan = createCursors('cursor-secret', { ...name, kind: 'plan' }).encode({ epoch: 1, at: {} });
    const altered = Buffer.from(good, 'base64url');
    altered[20] = altered[20]! ^ 1;
    for (const cursor of [foreign, otherSecret, plan, altered.toString('base64url'), good.slice(0, -4), '', 'AAAA']) {
      await expect(locate(query, cursors, cursor, longAgo)).rejects.toMatchObject({
        extensions: { code: 'CURSOR_INVALID' },
      });
    }
  });

  test('of another epoch, or of positions never given out, leads to a resync message and then the live stream', () =>
    tails({}, async (tail) => {
      await publish(networks, [event(['net:a'], 'one')]);
      const earlier = createFeedCursors('cursor-secret', { ...installation, epoch: installation.epoch + 1 });
      for (const cursor of [earlier.encode({ 'net:a': 1 }), cursors.encode({ 'net:a': 2 })]) {
        const place = await locate(query, cursors, cursor, longAgo);
        expect(place).toEqual({ resync: 'EPOCH_CHANGED', oldest: {} });
        const messages = tail.follow({ ...all, place });
        expect(await next(messages, 'resync')).toMatchObject({ reason: 'EPOCH_CHANGED', oldest: {} });
        await next(messages, 'heartbeat');
        await publish(networks, [event(['net:b'], 'live')]);
        expect(subjects((await take(messages, 1)).events)).toEqual(['live']);
        await messages.return?.();
      }
    }));

  test('resumes for as long as the log goes back, and no longer', async () => {
    for (const name of ['one', 'two', 'three']) await publish(networks, [event(['net:a'], name)]);
    await publish(networks, [event(['net:b'], 'four')]);
    await owner.query("UPDATE feed.event SET recorded_at = now() - interval '31 days' WHERE subject IN ('one', 'two')");
    const oldest = await readOldest(query, since(30 * 86_400_000));
    expect(oldest).toEqual({ 'net:a': 2 });
    const at = (vector: Vector) => locate(query, cursors, cursors.encode(vector), since(30 * 86_400_000));
    expect(await at({ 'net:a': 2 })).toEqual({ after: { 'net:a': 2 } });
    expect(await at({ 'net:a': 1, 'net:b': 1 })).toEqual({ resync: 'CURSOR_TOO_OLD', oldest });
    const page = await readPage(query, { ...all, after: oldest, first: 10 });
    expect(subjects(page.steps.map((step) => step.event))).toEqual(['three', 'four']);
  });
});

describe('pages', () => {
  test('hold the whole log once, in order per network, also where clocks stepped back', async () => {
    const { done } = publishConcurrently(sequence(5));
    await done;
    await owner.query(
      "UPDATE feed.event SET recorded_at = now() - position * interval '1 second' WHERE position % 3 = 0",
    );
    for (const first of [1, 7, 100]) {
      const events: RecordedEvent[] = [];
      for (let after: Vector = {}, hasMore = true; hasMore; ) {
        const page = await readPage(query, { ...all, after, first });
        expect(page.steps.length).toBeLessThanOrEqual(first);
        expect(page.steps.at(-1)?.vector ?? page.end).toEqual(page.end);
        events.push(...page.steps.map((step) => step.event));
        ({ end: after, hasMore } = page);
        if (first === 1 && events.length > 40) break;
      }
      if (first > 1) await expectWhole(events);
    }
  });

  test('may go on after any of their events', async () => {
    const { done } = publishConcurrently(sequence(6));
    await done;
    const page = await readPage(query, { ...all, after: {}, first: 50 });
    for (const [index, { vector }] of page.steps.entries()) {
      if (index % 10 !== 9) continue;
      const rest = await readPage(query, { ...all, after: vector, first: 100 });
      const seen = new Set([...page.steps.slice(0, index + 1), ...rest.steps].map((step) => key(step.event)));
      expect(seen.size).toBe(index + 1 + rest.steps.length);
      expect([...page.steps.slice(index + 1).map((step) => key(step.event))]).toEqual(
        rest.steps.slice(0, 49 - index).map((step) => key(step.event)),
      );
    }
  });

  test('pass over what the reader may not see, up to the head', async () => {
    for (let index = 0; index < 12; index++) {
      await publish(networks, [event(['net:a'], `${index}`, { visibility: index === 3 ? 'PUBLIC' : 'NETWORK' })]);
    }
    const accepts = (item: RecordedEvent) => item.visibility === 'PUBLIC';
    const page = await readPage(query, { filter: {}, accepts, after: {}, first: 5 });
    expect(page).toMatchObject({ end: { 'net:a': 12 }, hasMore: false });
    expect(page.steps).toMatchObject([{ event: { subject: '3' }, vector: { 'net:a': 12 } }]);
  });
});
