import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Database } from '../kit/database/open.ts';
import { eraseEvents } from '../kit/feed/erase.ts';
import { type FeedFilter, matches, readPage } from '../kit/feed/read.ts';
import { currentTrace, inTrace } from '../kit/trace.ts';
import { all, event, follow, open, owner, publish, query, tails, take, useFeed } from './feed.ts';

const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

describe('feed erasure', () => {
  let discussions: Database;
  afterAll(() => discussions?.stop()); // before the database goes
  useFeed();
  beforeAll(async () => {
    discussions = await open('discussions');
  });

  const started = (networkIds: string[], id: string, rest: object = {}) =>
    event(networkIds, `thread/${id}`, {
      type: 'THREAD_STARTED',
      eventType: 'org.net4u.thread.started.v1',
      data: { threadId: id, anchor: { typename: 'Network', id: 'canary' } },
      ...rest,
    });
  const erase = (id: string, at?: Date) => discussions.transaction(async (tx) => eraseEvents(tx, 'thread', id, at));
  const read = async (filter: FeedFilter = {}) =>
    (await readPage(query, { ...all, filter, after: {}, first: 100 })).steps.map((step) => step.event);

  test('replays what was said of a record as TOMBSTONE with its id alone, and says one more in each network that heard of it', () =>
    tails({}, async (tail) => {
      const at = new Date('2026-11-22T12:00:00Z');
      const rest = { countries: ['UG'], thematicAreas: ['FIREARMS'] };
      await inTrace(traceparent, () => publish(discussions, [started(['net:a', 'net:b'], 't1', rest)]));
      await publish(discussions, [started(['net:a'], 't2'), started(['net:c'], 't10')]);
      const before = await read();
      const messages = await follow(tail);
      await erase('t1', at);
      const { events: live } = await take(messages, 2);
      const gone = {
        ...{ type: 'TOMBSTONE', eventType: 'org.net4u.tombstone.v1', subject: 'thread/t1', data: { threadId: 't1' } },
        ...{
          countries: [],
          thematicAreas: [],
          traceparent: null,
          erasedTypes: ['THREAD_STARTED'],
          visibility: 'PUBLIC',
        },
      };
      expect(live).toMatchObject([
        { ...gone, networkId: 'net:a', position: 3, occurredAt: at },
        { ...gone, networkId: 'net:b', position: 2, occurredAt: at },
      ]);
      const after = await read();
      expect(after).toHaveLength(6);
      for (const one of before) {
        const now = after.find(({ id }) => id === one.id);
        expect(now).toMatchObject(one.subject === 'thread/t1' ? { ...gone, occurredAt: one.occurredAt } : one);
      }
      expect(
        JSON.stringify((await owner.query("SELECT * FROM feed.event WHERE subject = 'thread/t1'")).rows),
      ).not.toMatch(/canary|UG|FIREARMS|a{32}/);
      await erase('t1');
      await erase('of which nothing was said');
      expect(await read()).toHaveLength(6); // nothing twice, and nothing of nothing
    }));

  test('leaves all as it was when its transaction does not commit', async () => {
    await publish(discussions, [started(['net:a'], 't1')]);
    const before = await read();
    const failing = discussions.transaction(async (tx) => {
      await eraseEvents(tx, 'thread', 't1');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await read()).toEqual(before);
  });

  test('is told to whoever could see any of it, in each network', async () => {
    const seenBy = (visibility: string, bodyIds: string[] = []) => ({ visibility, bodyIds });
    await publish(discussions, [
      started(['net:a'], 't1', seenBy('GROUP', ['body:1'])),
      started(['net:a'], 't1', seenBy('GROUP', ['body:2'])),
      started(['net:b'], 't1', seenBy('GROUP', ['body:1'])),
      started(['net:b'], 't1', { ...seenBy('PARTNERS'), type: 'THREAD_MOVED' }),
      started(['net:b'], 't1', seenBy('NETWORK')),
    ]);
    await erase('t1');
    const [a, b] = ['net:a', 'net:b'].map(async (id) => (await read({ networkIds: [id] })).at(-1));
    expect(await a).toMatchObject({ visibility: 'GROUP', bodyIds: ['body:1', 'body:2'] });
    expect(await b).toMatchObject({ visibility: 'PARTNERS', bodyIds: [] });
    expect((await b)?.erasedTypes?.toSorted()).toEqual(['THREAD_MOVED', 'THREAD_STARTED']);
  });

  test('passes a filter that what it stands for may have passed, in pages and live alike', () =>
    tails({}, async (tail) => {
      await publish(discussions, [started(['net:a'], 't1', { countries: ['UG'] })]);
      const whole = await follow(tail);
      await erase('t1');
      const { events } = await take(whole, 1);
      const filters: [FeedFilter, boolean][] = [
        [{ types: ['THREAD_STARTED'] }, true],
        [{ types: ['TOMBSTONE'] }, true],
        [{ types: ['PLAN_CREATED'] }, false],
        [{ types: [] }, false],
        [{ countries: ['UG'] }, true],
        [{ countries: ['KE'], thematicAreas: ['FIREARMS'] }, true],
        [{ countries: [] }, false],
        [{ thematicAreas: [] }, false],
        [{ networkIds: ['net:b'] }, false],
      ];
      for (const [filter, passes] of filters) {
        expect([filter, (await read(filter)).length]).toEqual([filter, passes ? 2 : 0]);
        expect([filter, matches(events[0]!, filter)]).toEqual([filter, passes]);
      }
    }));

  test('traces: an event carries that of its request while it lasts, and nothing that is none', async () => {
    let later: Promise<string | undefined> | undefined;
    let end = () => {};
    await inTrace(traceparent, async () => {
      await publish(discussions, [event(['net:a'], 'traced')]);
      later = new Promise<void>((resolve) => {
        end = resolve;
      }).then(() => currentTrace());
    });
    end();
    expect(await later).toBeUndefined(); // left running by a request that was answered
    const not = [undefined, '', [traceparent], 'x', traceparent.replace(/01$/, '00'), traceparent.replace(/b/g, '0')];
    for (const header of [...not, traceparent.toUpperCase(), `${traceparent}\n`, traceparent.replace(/^00/, '01')])
      await inTrace(header, () => publish(discussions, [event(['net:a'], 'not')]));
    const { rows } = await owner.query('SELECT subject, traceparent FROM feed.event ORDER BY position');
    expect(rows).toEqual([
      { subject: 'traced', traceparent },
      ...Array.from({ length: 9 }, () => ({ subject: 'not', traceparent: null })),
    ]);
    const wrong = owner.query("UPDATE feed.event SET traceparent = 'x'");
    await expect(wrong).rejects.toMatchObject({ code: '23514' });
  });
});
