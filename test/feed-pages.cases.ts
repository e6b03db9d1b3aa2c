import { describe, expect, test } from '@jest/globals';
import { createCursors } from '../kit/cursor.ts';
import { locate, type RecordedEvent, readOldest, readPage } from '../kit/feed/read.ts';
import { createFeedCursors, type Vector } from '../kit/feed/vector.ts';
import {
  all,
  cursors,
  event,
  expectWhole,
  follow,
  installation,
  key,
  longAgo,
  networks,
  next,
  owner,
  publish,
  publishConcurrently,
  query,
  sequence,
  subjects,
  tails,
  take,
  useFeed,
} from './feed.ts';

describe('feed pages', () => {
  useFeed();

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

    test('is of before a restore when the log is set back under the running process: who follows it is told', () =>
      tails({ pollMs: 50, oldest: () => readOldest(query, longAgo) }, async (tail) => {
        for (const name of ['kept', 'lost', 'lost too']) await publish(networks, [event(['net:a'], name)]);
        const followers = [tail.follow(all), tail.follow({ ...all, place: { after: { 'net:a': 2 } } })];
        await next(followers[0]!, 'heartbeat');
        expect(subjects((await take(followers[1]!, 1)).events)).toEqual(['lost too']);
        await owner.query(
          `BEGIN; DELETE FROM feed.event WHERE position > 1; UPDATE feed.stream SET position = 1 WHERE network_id = 'net:a'; COMMIT`,
        );
        for (const messages of followers) {
          const head = { 'net:a': 1 };
          expect(await next(messages, 'resync')).toMatchObject({ reason: 'EPOCH_CHANGED', vector: head, oldest: {} });
          expect(await next(messages, 'heartbeat')).toMatchObject({ vector: head });
        }
        // at a position that was given out before
        await publish(networks, [event(['net:a'], 'another')]);
        for (const messages of followers) {
          const { events } = await take(messages, 1);
          expect(subjects(events)).toEqual(['another']);
          expect(events[0]).toMatchObject({ position: 2 });
          await messages.return?.();
        }
      }));

    test('is of before a restore when another epoch has begun, also where the log stands further by now; what is given out then is of that', () => {
      const own = createFeedCursors('cursor-secret', installation);
      const readEpoch = async () => (await query('SELECT epoch FROM feed.installation', []))[0].epoch;
      const epochs: number[] = [];
      const onEpoch = () => epochs.push(own.epoch);
      return tails({ pollMs: 50, cursors: own, readEpoch, onEpoch }, async (tail) => {
        await publish(networks, [event(['net:a'], 'lost')]);
        const before = own.encode({ 'net:a': 1 });
        const messages = await follow(tail, { place: { after: {} } });
        expect(subjects((await take(messages, 1)).events)).toEqual(['lost']);
        // neither the events nor their numbers tell that it was set back
        await owner.query(
          `BEGIN; UPDATE feed.event SET subject = 'another'; UPDATE feed.installation SET epoch = 7; COMMIT`,
        );
        try {
          const head = { 'net:a': 1 };
          expect(await next(messages, 'resync')).toMatchObject({ reason: 'EPOCH_CHANGED', vector: head });
          expect(await next(messages, 'heartbeat')).toMatchObject({ vector: head });
          expect(epochs).toEqual([7]);
          expect(own.decode(before)).toBeNull();
          expect(await locate(query, own, before, longAgo)).toMatchObject({ resync: 'EPOCH_CHANGED' });
          const after = own.encode(head);
          expect(await locate(query, own, after, longAgo)).toEqual({ after: head });
          expect(createFeedCursors('cursor-secret', { ...installation, epoch: 7 }).decode(after)).toEqual(head);
          await publish(networks, [event(['net:a'], 'live')]);
          expect(subjects((await take(messages, 1)).events)).toEqual(['live']);
          await messages.return?.();
        } finally {
          await owner.query('UPDATE feed.installation SET epoch = $1', [installation.epoch]);
        }
      });
    });

    test('resumes for as long as the log goes back, and no longer', async () => {
      for (const name of ['one', 'two', 'three']) await publish(networks, [event(['net:a'], name)]);
      await publish(networks, [event(['net:b'], 'four')]);
      await owner.query(
        "UPDATE feed.event SET recorded_at = now() - interval '31 days' WHERE subject IN ('one', 'two')",
      );
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
});
