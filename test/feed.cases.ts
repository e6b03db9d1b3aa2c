import { describe, expect, test } from '@jest/globals';
import type { FeedEvent } from '../kit/feed/publish.ts';
import { locate, type Query, type RecordedEvent, readPage } from '../kit/feed/read.ts';
import { startTail, type Tail } from '../kit/feed/tail.ts';
import type { Vector } from '../kit/feed/vector.ts';
import { createProcessHints, type Hints } from '../kit/hints.ts';
import { startClock } from './clock.ts';
import {
  all,
  cursors,
  event,
  expectWhole,
  follow,
  hints,
  key,
  log,
  longAgo,
  networks,
  next,
  plans,
  publish,
  publishConcurrently,
  query,
  sequence,
  subjects,
  tails,
  take,
  useFeed,
} from './feed.ts';

describe('feed', () => {
  useFeed();

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
        for (let index = 0; index < 150; index++)
          await publish(plans, [event(['net:a', 'net:new'], `missed ${index}`)]);
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
      const passed = startClock();
      await tail.stop();
      expect(passed()).toBeLessThan(1_000);
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
});
