import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ask,
  type FollowOptions,
  followUpdates,
  MemoryStore,
  readUpdates,
  type UpdatesError,
} from '../../partner-client/index.ts';
import { openStream } from '../../partner-client/stream.ts';
import { until } from '../processes.ts';
import { type Hostile, heartbeat, startHostile, update, type Visit } from './hostile.ts';

/** What no platform says, and what the client makes of it: it never begins anew by itself, and never ends without a word. */
export const hostileCases = () =>
  describe('what answers is not the platform, or is broken', () => {
    let there: Hostile;
    beforeEach(async () => {
      there = await startHostile();
    });
    afterEach(() => there.stop());

    const door = () => ({ url: there.url, key: 'a-key', random: () => 0 });
    const follow = (options: Partial<FollowOptions> = {}) =>
      followUpdates({ ...door(), store: new MemoryStore('begun'), ...options })[Symbol.asyncIterator]();
    /** In time, or this says so: what hangs would hang for ever. */
    const soon = <T>(work: Promise<T>) =>
      Promise.race([work, new Promise<never>((_, no) => setTimeout(no, 60_000, new Error('it hangs')).unref())]);

    /** Follows until the first interruption. */
    async function interrupted(act: (visit: Visit) => void, options: Partial<FollowOptions> = {}) {
      there.onVisit(act);
      const over = new AbortController();
      const told = new Promise<{ reason: UpdatesError; delay: number }>((resolve) => {
        const onInterruption = (reason: UpdatesError, delay: number) => resolve({ reason, delay });
        void follow({ ...options, signal: over.signal, onInterruption }).next();
      });
      try {
        return await soon(told);
      } finally {
        over.abort();
      }
    }

    test('after a message that is none it comes back to where it stood', async () => {
      const messages: [string, unknown][] = [
        ['an update without a cursor', update(undefined, '2')],
        ['an update with an empty one', update('', '2')],
        ['an update without an event', { ...update('c2', '2'), cloudEvent: null }],
        ['an update whose place is no number', update('c2', 'two')],
        ['a heartbeat without a cursor', heartbeat(null)],
        ['a good-bye without a cursor', { __typename: 'StreamClosing', reason: 'SERVICE_STOPPING', retryAfterMs: 0 }],
        ['what has no name', { cursor: 'c2' }],
        ['a word', 'hello'],
      ];
      const cursors = messages.map(async ([name, message]) => {
        const one = await startHostile();
        one.onVisit(({ count, give }) => {
          if (count === 1) for (const each of [update('c1', '1'), message]) give(each);
          else give(update('c3', '3'));
        });
        const over = new AbortController();
        const updates = follow({ url: one.url, signal: over.signal });
        try {
          const given = [await soon(updates.next()), await soon(updates.next())].map(({ value }) => value?.cursor);
          return [name, ...given, ...one.visits.map(({ after }) => after)];
        } catch (error) {
          return [name, String(error)];
        } finally {
          one.stop();
          over.abort();
        }
      });
      expect(await Promise.all(cursors)).toEqual(messages.map(([name]) => [name, 'c1', 'c3', 'begun', 'c1']));
    });

    test.each<[string, (visit: Visit) => void]>([
      ['no JSON', ({ socket }) => socket.send('{"id":')],
      ['bytes', ({ socket }) => socket.send(Buffer.from([1, 2, 3]))],
      ['a result that is null', ({ next }) => next(null)],
      ['a result without data', ({ next }) => next({})],
      ['an error that is none', ({ next }) => next({ data: null, errors: [null] })],
      ['a field that is another', ({ next }) => next({ data: { other: {} } })],
      ['a message of 17 MiB', ({ give }) => give({ ...heartbeat('c'), at: 'x'.repeat(17 * 1_048_576) })],
      ['the end', ({ socket }) => socket.terminate()],
      ...[1000, 1001, 1003, 1008, 1011, 1013, 4400, 4401, 4408, 4409, 4499, 4500].map(
        (code): [string, (visit: Visit) => void] => [`${code}`, ({ socket }) => socket.close(code)],
      ),
    ])('%s: it is told and comes back', async (_, act) => {
      expect((await interrupted(act)).reason).toMatchObject({ name: 'UpdatesError', code: 'DISCONNECTED' });
    });

    test.each([
      [1e15, 3_600_125],
      [-1e15, 125],
      ['soon', 125],
    ])('asked to wait for %s it waits a while, and not for nothing', async (retryAfterMs, wanted) => {
      const stopping = { message: 'stopping', extensions: { code: 'SERVICE_STOPPING', retryAfterMs } };
      const { delay } = await interrupted(({ next }) => next({ data: null, errors: [stopping] }));
      expect(delay).toBe(wanted);
    });

    test('that never lets it in is left in time', async () => {
      there.onInit(() => {});
      const url = `${there.url.replace('http', 'ws')}/graphql`;
      const stream = openStream({
        ...{ url, key: 'k', query: '{ a }', variables: {}, handshakeMs: 200, silenceMs: 60_000 },
        onData: () => {},
      });
      expect(await soon(stream.ended)).toMatchObject({ code: 'DISCONNECTED', message: 'was not let in within 200 ms' });
    });

    test('a token that expires soon after the connection was lost is replaced by what the function gives', async () => {
      const keys = ['first', 'first'];
      there.onVisit(({ count, key, socket, give }) => {
        if (count === 1) return socket.terminate();
        if (key.endsWith('second')) return give(update('c2', '2'));
        give(update('c1', '1'));
        socket.close(4403, 'expired');
      });
      const updates = follow({ key: () => keys.shift() ?? 'second' });
      expect((await soon(updates.next())).value).toMatchObject({ cursor: 'c1' });
      expect((await soon(updates.next())).value).toMatchObject({ cursor: 'c2' });
      await updates.return?.();
    });

    test('one that is refused is told in the end, though the function gives another each time; so is none', async () => {
      let given = 0;
      there.onInit((socket) => socket.close(4403, 'never'));
      await expect(soon(follow({ key: () => `key-${++given}` }).next())).rejects.toMatchObject({ message: 'never' });
      expect(given).toBeLessThan(6);
      const none = { code: 'UNAUTHENTICATED', message: 'the key is empty' };
      await expect(soon(follow({ key: ' \n' }).next())).rejects.toMatchObject(none);
      await expect(soon(ask({ url: there.url, key: '' }, '{ a }'))).rejects.toMatchObject(none);
      await expect(soon(ask({ url: there.url, key: 'ключ' }, '{ a }'))).rejects.toMatchObject({ code: none.code });
    });

    test.each(['localhost:4000', 'ftp://localhost', 'net4u.example', '', 'http://me:word@localhost'])(
      '%s is no address, which is said',
      async (url) => {
        const wanted = { name: 'UpdatesError', code: 'ADDRESS_INVALID' };
        await expect(soon(follow({ url }).next())).rejects.toMatchObject(wanted);
        await expect(soon(ask({ url, key: 'k' }, '{ a }'))).rejects.toMatchObject(wanted);
      },
    );

    test('a signal ends it wherever it waits', async () => {
      const never = () => new Promise<never>(() => {});
      there.onInit(() => {});
      const waits: [string, Partial<FollowOptions>][] = [
        ['for the store', { store: { load: never } }],
        ['for the key', { key: never }],
        ['to be let in', {}],
        ['to come back', { url: 'http://127.0.0.1:1', random: () => 1 }],
      ];
      const ended = waits.map(async ([name, options]) => {
        const over = new AbortController();
        const coming = follow({ ...options, signal: over.signal }).next();
        await new Promise((resolve) => setTimeout(resolve, 100)); // until it waits there
        over.abort();
        return [name, (await soon(coming)).done];
      });
      expect(await Promise.all(ended)).toEqual(waits.map(([name]) => [name, true]));
      const over = new AbortController();
      const asked = ask({ url: there.url, key: never, signal: over.signal }, '{ a }');
      over.abort(new Error('enough'));
      await expect(soon(asked)).rejects.toThrow('enough');
    });

    test('a store that fails ends it with its error, and closes the connection', async () => {
      there.onVisit(({ give }) => give(update('c1', '1')));
      const store = {
        load: async () => 'begun',
        save: async () => Promise.reject(new Error('the disk is full')),
      };
      const updates = follow({ store });
      await soon(updates.next());
      await expect(soon(updates.next())).rejects.toThrow('the disk is full');
      await until(() => there.visits[0]?.socket.readyState === 3);
      const broken = follow({ store: { load: () => Promise.reject(new Error('no such table')) } });
      await expect(soon(broken.next())).rejects.toThrow('no such table');
    });

    test('numbers of which nothing would come are refused', async () => {
      const none = { ...door(), store: new MemoryStore() };
      await expect(soon(followUpdates(none).batches(0).next())).rejects.toThrow('most: at least 1, not 0');
      await expect(soon(followUpdates(none).batches(Number.NaN).next())).rejects.toThrow('most: at least 1, not NaN');
      await expect(soon(follow({ capacity: 0 }).next())).rejects.toThrow('capacity: at least 1, not 0');
    });

    test.each<[string, string]>([
      ['no JSON', '<html>'],
      ['null', 'null'],
      ['a number', '5'],
      ['errors that are none', '{"errors":{}}'],
      ['an error that is none', '{"errors":[null]}'],
      ['no page', '{"data":{}}'],
      ['a page without an end', '{"data":{"networkUpdates":{"edges":[],"pageInfo":{"hasNextPage":true}}}}'],
      [
        'a page after itself',
        '{"data":{"networkUpdates":{"edges":[],"pageInfo":{"hasNextPage":true,"endCursor":"c"}}}}',
      ],
      ['an update that is none', '{"data":{"networkUpdates":{"edges":[{"node":{}}],"pageInfo":{"endCursor":"d"}}}}'],
    ])('pages: %s', async (_, text) => {
      there.onRequest((_count, response) => response.end(text));
      const pages = readUpdates({ ...door(), after: 'c', patienceMs: 0 });
      await expect(soon(pages.next())).rejects.toMatchObject({ name: 'UpdatesError', code: 'DISCONNECTED' });
    });

    test('pages: an answer without end is left, and one that says to wait is waited for, however little patience there is', async () => {
      there.onRequest((_count, response) => {
        const more = () => {
          while (response.write('x'.repeat(1_048_576)));
        };
        response.on('drain', more);
        more();
      });
      await expect(soon(ask({ ...door(), patienceMs: 0 }, '{ a }'))).rejects.toMatchObject({ code: 'DISCONNECTED' });
      const limited = { message: 'wait', extensions: { code: 'RATE_LIMITED', retryAfterMs: 50 } };
      there.onRequest((count, response) =>
        response.end(JSON.stringify(count < 4 ? { errors: [limited] } : { data: { a: 1 } })),
      );
      expect(await soon(ask({ ...door(), patienceMs: 0 }, '{ a }'))).toEqual({ a: 1 });
    });
  });
