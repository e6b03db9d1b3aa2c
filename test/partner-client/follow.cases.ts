import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import {
  ask,
  FileStore,
  type FollowOptions,
  followUpdates,
  MemoryStore,
  type Update,
  type UpdatesError,
} from '../../partner-client/index.ts';
import { Order } from '../../partner-client/order.ts';
import { until } from '../processes.ts';
import { awayCases } from './away.cases.ts';
import { asItIs, type Line, openLine } from './line.ts';
import { type Stage, subjectsOf } from './stage.ts';

/** Steps forward until so many updates have come, and leaves after the last one's step. */
async function take(count: number, options: FollowOptions): Promise<Update[]> {
  const updates: Update[] = [];
  for await (const event of followUpdates(options)) {
    if (event.kind === 'update') updates.push(event);
    if (updates.length === count) break;
  }
  return updates;
}

export const followCases = (stage: Stage) =>
  describe('following', () => {
    const withLine = async (use: (line: Line, door: { url: string; key: string }) => Promise<void>) => {
      const line = await openLine(stage.world.url);
      try {
        await use(line, { url: line.url, key: stage.door.key });
      } finally {
        line.close();
      }
    };

    test('gives each update as a typed event with what was selected; a step forward acknowledges it, leaving does not', async () => {
      const store = new MemoryStore(await stage.newest());
      const begun = store.cursor;
      const subjects = await stage.write(3);
      const seen: Update<{ network: { slug: string } }>[] = [];
      for await (const event of followUpdates<{ network: { slug: string } }>({
        ...stage.door,
        ...{ store, selection: 'network { slug }' },
      })) {
        expect(store.cursor).toBe(seen.at(-1)?.cursor ?? begun);
        if (event.kind !== 'update') continue;
        seen.push(event);
        if (seen.length === 3) break;
      }
      expect(subjectsOf(seen)).toEqual(subjects);
      expect(seen[0]).toMatchObject({
        ...{ kind: 'update', type: 'PLAN_CREATED', source: '/networks/net4u-americas', networkId: 'net:americas' },
        selected: { network: { slug: 'net4u-americas' } },
        cloudEvent: { specversion: '1.0', type: 'org.net4u.plan.created.v1', subject: subjects[0] },
      });
      expect(subjectsOf(await take(1, { ...stage.door, store }))).toEqual([subjects[2]]);
    });

    test('begins from now where nothing is stored, and ends quietly at a signal', async () => {
      const stopping = new AbortController();
      const store = new MemoryStore();
      const kinds: string[] = [];
      for await (const { kind } of followUpdates({ ...stage.door, store, signal: stopping.signal })) {
        kinds.push(kind);
        if (kind === 'heartbeat') await stage.say();
        else stopping.abort();
      }
      expect(kinds).toEqual(['heartbeat', 'update']);
      expect(subjectsOf(await stage.log(store.cursor ?? ''))).toEqual([]); // the last step forward counted
    });

    test('goes on over a line that doubles every message and is cut twice: each update once, in order', () =>
      withLine(async (line, door) => {
        const store = new MemoryStore(await stage.newest());
        const subjects = await stage.write(400);
        line.pass = (text, send) => {
          send(text);
          send(text);
          if (line.opened < 3 && line.passed >= line.opened * 200) line.cut();
        };
        const updates: Update[] = [];
        const lost: string[] = [];
        const random = () => 0;
        const onInterruption = ({ code }: UpdatesError) => lost.push(code);
        for await (const event of followUpdates({ ...door, store, random, onInterruption, capacity: 8 })) {
          if (event.kind === 'update') updates.push(event);
          if (updates.length === 400) break;
        }
        expect(subjectsOf(updates)).toEqual(subjects);
        expect(lost).toEqual(['DISCONNECTED', 'DISCONNECTED']);
      }));

    test('leaves a connection on which nothing is heard any more', () =>
      withLine(async (line, door) => {
        const store = new MemoryStore(await stage.newest());
        line.pass = (text, send) => text.includes('connection_ack') && send(text);
        const [reasons, subject] = [[] as string[], await stage.say()];
        const options = { ...door, store, onInterruption, silenceMs: 200 };
        function onInterruption({ message }: UpdatesError) {
          reasons.push(message);
          line.pass = asItIs;
          options.silenceMs = 60_000; // the next one says something, however long a slow machine takes to let it in
        }
        expect(subjectsOf(await take(1, options))).toEqual([subject]);
        expect(reasons[0]).toBe('nothing was heard for 200 ms');
      }));

    test('an endless stream of heartbeats fills nothing, and updates come through it', () =>
      withLine(async (line, door) => {
        let sent = 0;
        const over = new AbortController();
        line.pass = (text, send) => {
          send(text);
          if (!text.includes('"Heartbeat"')) return;
          line.pass = asItIs;
          const repeat = () => {
            for (let n = 0; n < 100; n += 1) send(text);
            sent += 100;
            if (!over.signal.aborted) setImmediate(repeat);
          };
          repeat();
        };
        const store = new MemoryStore();
        const sizes: number[] = [];
        let subject: string | undefined;
        let update: Update | undefined;
        try {
          for await (const { events } of followUpdates({ ...door, store }).batches(10_000)) {
            sizes.push(events.length);
            if (sizes.length === 2) await until(() => sent > 20_000);
            subject ??= await stage.say();
            update = events.find(({ kind }) => kind === 'update') as Update | undefined;
            if (update) break;
          }
        } finally {
          over.abort();
        }
        expect(update?.subject).toBe(subject);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(3);
      }));

    test('reads no more than a reader takes, and he still gets all', () =>
      withLine(async (line, door) => {
        const store = new MemoryStore(await stage.newest());
        const subjects = await stage.write(1_000);
        const updates: Update[] = [];
        let waited: number | undefined;
        for await (const { events } of followUpdates({ ...door, store, capacity: 16 }).batches(10_000)) {
          if (waited === undefined) {
            await until(() => line.passed === 1_000);
            await pause(100); // in which a client that goes on reading would have read all that
            waited = 0;
          } else if (waited === 0) waited = events.length;
          updates.push(...(events.filter(({ kind }) => kind === 'update') as Update[]));
          if (updates.length === 1_000) break;
        }
        expect(waited).toBeLessThan(400); // 16, and what one packet held
        expect(subjectsOf(updates)).toEqual(subjects);
      }));

    test('says what cannot be resumed, and goes on from where the snapshot is taken', async () => {
      const store = new MemoryStore(await stage.newest());
      await stage.write(2);
      const age = (days: number, which: string) =>
        stage.owner.query(`UPDATE feed.event SET recorded_at = recorded_at - interval '${days} days' WHERE ${which}`);
      await age(31, 'true');
      try {
        const old = store.cursor;
        const kinds: string[] = [];
        for await (const event of followUpdates({ ...stage.door, store })) {
          kinds.push(event.kind);
          if (event.kind === 'resync') {
            expect(event.reason).toBe('CURSOR_TOO_OLD');
            expect(store.cursor).toBe(old);
            expect(await ask(stage.door, event.snapshotQuery)).toMatchObject({
              networks: expect.arrayContaining([expect.objectContaining({ slug: 'net4u-africa' })]),
            });
            await stage.say();
          } else if (event.kind === 'update') break;
        }
        expect(kinds).toEqual(['resync', 'update']);
        expect(store.cursor).not.toBe(old);
      } finally {
        await age(-31, "recorded_at < now() - interval '30 days'");
      }
    });

    test.each([
      ['CURSOR_INVALID', { store: new MemoryStore('abc') }],
      ['UNAUTHENTICATED', { key: 'n4u_local_none_none' }],
      ['GRAPHQL_VALIDATION_FAILED', { selection: 'nothing { of } this' }],
      ['BAD_USER_INPUT', { filter: { types: ['NOTHING'] } }],
    ])('stops with %s, since coming back does not help', async (code, wrong) => {
      const updates = followUpdates({ ...stage.door, store: new MemoryStore(), ...wrong });
      await expect(updates[Symbol.asyncIterator]().next()).rejects.toMatchObject({ name: 'UpdatesError', code });
    });

    test('a revoked key ends it, and one that was replaced does not', async () => {
      const rotate =
        'mutation { rotatePartnerKey(input: { clientMutationId: "other", overlapDays: 1 }) { key problems { __typename } } }';
      const { key: other } = (await stage.partner.ask(rotate)).data.rotatePartnerKey;
      const revoke = (is: string) =>
        stage.owner.query(
          `UPDATE networks.partner_token SET revoked_at = ${is} WHERE id = (SELECT id FROM networks.partner_token ORDER BY created_at DESC LIMIT 1)`,
        );
      let key: string = other;
      const told: string[] = [];
      const follow = (options: Partial<FollowOptions>) =>
        followUpdates({ ...stage.door, store: new MemoryStore(), ...options })[Symbol.asyncIterator]();
      const fixed = follow({ key: other });
      const replaced = follow({ key: () => key, onInterruption: ({ code }) => told.push(code) });
      for (const each of [fixed, replaced]) expect((await each.next()).value).toMatchObject({ kind: 'heartbeat' });
      key = stage.door.key;
      await revoke('now()');
      await expect(fixed.next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      await until(() => told.length > 0);
      const subject = await stage.say();
      expect((await replaced.next()).value).toMatchObject({ subject });
      expect(told).toEqual(['RIGHTS_CHANGED']);
      await replaced.return?.();
    });

    test('what is said while the platform is away comes once it is back', async () => {
      const told: UpdatesError[] = [];
      const store = new MemoryStore();
      const onInterruption = (reason: UpdatesError) => told.push(reason);
      const updates = followUpdates({ ...stage.door, store, onInterruption, random: () => 0 })[Symbol.asyncIterator]();
      await updates.next();
      const coming = updates.next();
      await stage.world.halt();
      const subjects = await stage.write(5);
      await stage.world.resume();
      const steps = [await coming];
      while (steps.length < 5) steps.push(await updates.next());
      expect(subjectsOf(steps.map(({ value }) => value as Update))).toEqual(subjects);
      expect(told[0]).toMatchObject({ code: 'SERVICE_STOPPING', retryAfterMs: expect.any(Number) });
      await updates.return?.();
    });

    awayCases(stage);

    test('a file holds the last cursor, whatever was left half written beside it', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'net4u-cursor-'));
      const store = new FileStore(join(folder, 'cursor'));
      expect(await store.load()).toBeUndefined();
      await store.save('one');
      await new FileStore(`${store.path}.draft`).save('tw');
      expect(await store.load()).toBe('one');
      await store.save('two');
      expect(await new FileStore(store.path).load()).toBe('two');
      await expect(new FileStore(folder).load()).rejects.toThrow('EISDIR');
      await rm(folder, { recursive: true });
    });

    test('an update that comes after a later one of its network is an error, and never passed over in silence', () => {
      const order = new Order(3);
      const admit = (sequence: number, source = 'a') =>
        order.admit({ source, id: `${source}${sequence}`, sequence: `${sequence}` });
      expect([5, 7, 9, 7, 9].map((place) => admit(place))).toEqual([true, true, true, false, false]);
      expect(() => admit(8)).toThrow('said update 8 (a8) after 9');
      expect(admit(2, 'b')).toBe(true);
      expect([10, 11, 12, 5].map((place) => admit(place))).toEqual([true, true, true, false]);
      order.forget();
      expect(admit(1)).toBe(true);
    });
  });
