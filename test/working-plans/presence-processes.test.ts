import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Actor } from '../../kit/context.ts';
import { createSystemActor } from '../../kit/context.ts';
import { type Database, openDatabase } from '../../kit/database/open.ts';
import { connectRedisHints, createProcessHints, type Hints } from '../../kit/hints.ts';
import { createLog } from '../../kit/log.ts';
import { Plan } from '../../subgraphs/working-plans/entities/plan.ts';
import type { PlanPeople } from '../../subgraphs/working-plans/entities/presence.ts';
import { migrations } from '../../subgraphs/working-plans/migrations/index.ts';
import { createPresence } from '../../subgraphs/working-plans/presence/presence.ts';
import { loadRecords } from '../../subgraphs/working-plans/records.ts';
import { createRooms } from '../../subgraphs/working-plans/room/rooms.ts';
import { startClock } from '../clock.ts';
import { freshDatabase } from '../database.ts';
import { until } from '../gateway.ts';
import { type Redis, startRedis } from '../redis.ts';
import { describeWith } from '../required.ts';
import { reader } from './presence-world.ts';
import { actors, joint, records, secret } from './subgraph.ts';

const log = createLog('test', 'error', () => {});
let server: Awaited<ReturnType<typeof freshDatabase>>;
let database: Database;
beforeAll(async () => {
  server = await freshDatabase();
  database = await openDatabase({
    ...{
      url: server.url,
      secret,
      hints: createProcessHints(),
      subgraph: 'working-plans',
      entities: [Plan],
      migrations,
    },
    load: async (tx) => {
      const load = { system: createSystemActor(), records, refuseSamples: false };
      await loadRecords(tx, load, { region: 'americas', regionNumber: 1 });
    },
  });
});
afterAll(async () => {
  await database.stop();
  await server.drop();
});

/** One process: its rooms, and a clock that can be put forward. */
function startProcess(hints: Hints) {
  let ahead = 0;
  const rooms = createRooms({ source: database.source, hints, log, cursorSecret: secret, installation: 'x' });
  const times = { list: 50, beat: 300, look: 100 }; // a tenth of the usual
  const presence = createPresence({ rooms, hints, region: 'americas', now: () => Date.now() + ahead, times });
  const process = {
    presence,
    rooms,
    pass(ms: number) {
      ahead += ms;
    },
    async follow(actor: Actor, tab: string | null) {
      const watcher = await presence.follow(actor, joint, tab);
      const lists: PlanPeople[] = [];
      const reading = (async () => {
        for await (const list of watcher) lists.push(list);
      })().catch(() => {});
      const seats = () =>
        lists
          .at(-1)
          ?.people.map(({ seat }) => seat?.id)
          .sort();
      return {
        lists,
        seats,
        sees: (...names: string[]) => until(() => JSON.stringify(seats()) === JSON.stringify([...names].sort())),
        async leave() {
          await watcher.return();
          await reading;
        },
      };
    },
    async stop() {
      presence.stop();
      await rooms.stop();
    },
  };
  running.push(process);
  return process;
}
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const process of running.splice(0)) await process.stop();
});
const editor = actors['americas-editor'];
const ana = reader('ana');
const ben = reader('ben');

describe('a tab', () => {
  test('is here for 30 s after it last spoke, and again when it speaks again; its subscription goes on', async () => {
    const here = startProcess(createProcessHints());
    const one = await here.follow(ana, 'x');
    await here.presence.set(ben, joint, 'y', { nodeId: `${joint}/plan` });
    await one.sees('seat:ana', 'seat:ben');
    here.pass(20_000);
    await here.presence.set(ben, joint, 'y', { nodeId: `${joint}/plan` });
    const since = one.lists.at(-1)?.people.find(({ seat }) => seat?.id === 'seat:ben')?.since;
    here.pass(11_000);
    await one.sees('seat:ben');
    expect(one.lists.at(-1)?.people[0]?.since).toEqual(since);
    await here.presence.set(ana, joint, 'x', {});
    await one.sees('seat:ana', 'seat:ben');
    here.pass(31_000);
    await one.sees();
    await one.leave();
    here.pass(2_000);
    await until(() => here.presence.size === 0);
    expect((await here.rooms.enter(joint))?.readers).toBe(0);
  });

  test('that goes on being where it was is no news', async () => {
    const here = startProcess(createProcessHints());
    const one = await here.follow(ana, 'x');
    await here.presence.set(ana, joint, 'x', { nodeId: `${joint}/plan` });
    await until(() => one.lists.at(-1)?.people[0]?.nodeId === `${joint}/plan`);
    const heard = one.lists.length;
    for (let n = 0; n < 5; n++) {
      await here.presence.set(ana, joint, 'x', { nodeId: `${joint}/plan` });
      await new Promise((resolve) => setTimeout(resolve, 60)); // in each a list could come
    }
    expect(one.lists).toHaveLength(heard);
  });
});

describe('a tab that closes', () => {
  test('is not brought back by what it had still sent; one that opens again is', async () => {
    const here = startProcess(createProcessHints());
    const stays = await here.follow(ana, 'x');
    const closes = await here.follow(ben, 'y');
    await stays.sees('seat:ana', 'seat:ben');
    await closes.leave();
    await here.presence.set(ben, joint, 'y', { nodeId: `${joint}/plan` });
    await stays.sees('seat:ana');
    await new Promise((resolve) => setTimeout(resolve, 150)); // time for some lists
    expect(stays.seats()).toEqual(['seat:ana']);
    const again = await here.follow(ben, 'y'); // what came just before it is where it is
    await until(() => stays.lists.at(-1)?.people[1]?.nodeId === `${joint}/plan`);
    await here.presence.set(ben, joint, 'y', { nodeId: `${joint}/a1.1.1` });
    await until(() => stays.lists.at(-1)?.people[1]?.nodeId === `${joint}/a1.1.1`);
    await again.leave();
    here.pass(2_000);
    await here.presence.set(ben, joint, 'y', {}); // no late word any more
    await until(() => stays.lists.at(-1)?.people[1]?.nodeId === null);
  });

  test('by a seat that is refused since goes with all its tabs', async () => {
    const here = startProcess(createProcessHints());
    const stays = await here.follow(ana, 'x');
    const watcher = await here.presence.follow(ben, joint, 'y');
    await here.presence.set(ben, joint, 'only-set', {});
    await stays.sees('seat:ana', 'seat:ben', 'seat:ben');
    await expect(here.presence.set({ ...ben, roles: [] }, joint, 'z', {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await stays.sees('seat:ana');
    await expect(watcher.next()).rejects.toMatchObject({ code: 'RIGHTS_CHANGED' });
  });
});

describe('a reader that is slow', () => {
  test('gets the newest list alone when it comes back, the very object that others got', async () => {
    const here = startProcess(createProcessHints());
    const fast = await here.follow(ana, 'x');
    const slow = await here.presence.follow(ben, joint, 'y');
    await fast.sees('seat:ana', 'seat:ben');
    for (const key of ['a1.1.1', 'a1.1.2', 'plan']) {
      await here.presence.set(ana, joint, 'x', { nodeId: `${joint}/${key}` });
      await until(() => fast.lists.at(-1)?.people.some(({ nodeId }) => nodeId === `${joint}/${key}`) === true);
    }
    expect((await slow.next()).value).toBe(fast.lists.at(-1));
    const waiting = slow.next();
    await slow.return();
    expect(await waiting).toEqual({ value: undefined, done: true });
  });

  test('that lost its right meanwhile is told so, and not the list that was waiting for it', async () => {
    const here = startProcess(createProcessHints());
    const fast = await here.follow(editor, 'x');
    const slow = await here.presence.follow(actors['africa-rep'], joint, 'y');
    await fast.sees('seat:s02', 'seat:s09');
    const room = (await here.rooms.enter(joint))!;
    room.plan = { ...room.plan, networkIds: ['net:americas'] }; // as the row is once it has been read again
    await expect(slow.next()).rejects.toMatchObject({ code: 'RIGHTS_CHANGED' });
    expect(await slow.next()).toEqual({ value: undefined, done: true });
    await fast.sees('seat:s02');
  });
});

describe('a crowd', () => {
  test('of more than 200 is counted whole, and the first are listed', async () => {
    const here = startProcess(createProcessHints());
    const one = await here.follow(ana, 'x');
    here.pass(1);
    for (let n = 0; n < 205; n++) await here.presence.set(reader(`crowd-${n}`), joint, null, {});
    await until(() => one.lists.at(-1)?.totalCount === 206);
    const { people } = one.lists.at(-1)!;
    expect(people).toHaveLength(200);
    expect(people[0]?.seat?.id).toBe('seat:ana');
  });

  test('is told more seldom, but whoever comes is told at once', async () => {
    const here = startProcess(createProcessHints());
    for (let n = 0; n < 200; n++) await here.presence.follow(reader(`crowd-${n}`), joint, 'x');
    const one = await here.follow(ana, 'x');
    await until(() => one.lists.length > 0);
    const heard = one.lists.length;
    await here.presence.set(ben, joint, 'y', {});
    await new Promise((resolve) => setTimeout(resolve, 1_000)); // twenty lists, among few people
    expect(one.lists.length).toBeLessThanOrEqual(heard + 1);
    const passed = startClock();
    const two = await here.follow(editor, 'z');
    await until(() => two.lists.length > 0);
    expect(passed()).toBeLessThan(500); // the crowd's turn comes each 10 s
  });
});

describe('while the plan’s row cannot be read', () => {
  test('nobody is told anything, and what has changed is told afterwards', async () => {
    const here = startProcess(createProcessHints());
    let isAway = false;
    const enter = here.rooms.enter;
    here.rooms.enter = (id) => (isAway ? Promise.reject(new Error('away')) : enter(id));
    const one = await here.follow(ana, 'x');
    const two = await here.follow(ben, 'y');
    await one.sees('seat:ana', 'seat:ben');
    isAway = true;
    const heard = one.lists.length;
    await two.leave();
    await new Promise((resolve) => setTimeout(resolve, 250)); // time for some lists
    expect(one.lists).toHaveLength(heard);
    isAway = false;
    await one.sees('seat:ana');
  });
});

describeWith('redis', 'two processes', () => {
  let redis: Redis;
  const open: Hints[] = [];
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    for (const hints of open.splice(0)) await hints.stop();
  });
  afterAll(() => redis.stop());
  const connect = async () => {
    const hints = await connectRedisHints(redis.url, secret, log);
    open.push(hints);
    return hints;
  };

  test('tell each other who is here and where; who leaves one of them leaves both, also by a tab that spoke with the other', async () => {
    const [here, there] = [startProcess(await connect()), startProcess(await connect())];
    const one = await here.follow(ana, 'x');
    const two = await there.follow(ben, 'y');
    for (const each of [one, two]) await each.sees('seat:ana', 'seat:ben');
    const key = await there.presence.set(ana, joint, 'x', { nodeId: `${joint}/plan` }); // her mutations come to the other one
    const isThere = ({ lists }: typeof one) => lists.at(-1)?.people.find(({ clientKey }) => clientKey === key)?.nodeId;
    await until(() => isThere(one) === `${joint}/plan` && isThere(two) === `${joint}/plan`);
    for (const { lists } of [one, two]) expect(lists.at(-1)?.totalCount).toBe(2); // she is one, not two
    const heard = [one.lists.length, two.lists.length];
    for (let n = 0; n < 8; n++) {
      await there.presence.set(ana, joint, 'x', { nodeId: `${joint}/plan` }); // where she is already
      await new Promise((resolve) => setTimeout(resolve, 100)); // two beats between the processes in all
    }
    expect([one.lists.length, two.lists.length]).toEqual(heard);
    await one.leave();
    await two.sees('seat:ben');
    await here.stop();
    expect(two.seats()).toEqual(['seat:ben']);
  });

  test('of which one stops or dies are soon one: by its word, or by its silence', async () => {
    const [here, stops, dies] = [await connect(), await connect(), await connect()];
    const process = startProcess(here);
    const one = await process.follow(ana, 'x');
    const stopping = startProcess(stops);
    await (await stopping.follow(ben, 'y')).sees('seat:ana', 'seat:ben');
    await startProcess(dies).follow(editor, 'z');
    await one.sees('seat:ana', 'seat:ben', 'seat:s02');
    await stopping.stop();
    await one.sees('seat:ana', 'seat:s02');
    await dies.stop(); // nothing is heard of it any more
    await new Promise((resolve) => setTimeout(resolve, 500)); // beats may be late: it stays for some seconds
    expect(one.seats()).toContain('seat:s02');
    process.pass(10_000);
    await process.presence.set(ana, joint, 'x', {});
    await one.sees('seat:ana');
  });

  test('go on with their own people while Redis is dead, and find each other when it is back', async () => {
    const [here, there] = [startProcess(await connect()), startProcess(await connect())];
    const one = await here.follow(ana, 'x');
    const two = await there.follow(ben, 'y');
    for (const each of [one, two]) await each.sees('seat:ana', 'seat:ben');
    await redis.kill();
    const carol = await here.follow(reader('carol'), 'c');
    await one.sees('seat:ana', 'seat:ben', 'seat:carol');
    here.pass(10_000);
    await one.sees('seat:ana', 'seat:carol');
    await here.presence.set(ana, joint, 'x', { nodeId: `${joint}/plan` });
    await until(() => carol.lists.at(-1)?.people.some(({ nodeId }) => nodeId) === true);
    expect(two.seats()).not.toContain('seat:carol');
    await redis.revive();
    await two.sees('seat:ana', 'seat:ben', 'seat:carol'); // at the next beat
    await one.sees('seat:ana', 'seat:ben', 'seat:carol');
  });

  test('are not told rubbish by each other, nor anything by who does not know the secret', async () => {
    const [hints, own] = [await connect(), await connect()];
    const here = startProcess(own);
    const one = await here.follow(ana, 'x');
    await one.sees('seat:ana');
    const channel = `presence:${joint}`;
    let byes = 0;
    own.subscribe(channel, (payload) => {
      if (payload.includes('"BYE"')) byes += 1;
    });
    const ghost = { clientKey: 'k', seatId: 'seat:ghost', region: 'x', since: 1, setAt: 1 };
    const say = (payload: unknown) => hints.publish(channel, JSON.stringify(payload));
    for (const rubbish of [
      null,
      7,
      [],
      {},
      { from: 'p' },
      { from: 'p', kind: 'HERE' },
      { from: 'p', kind: 'LEFT', clientKeys: 5 },
    ])
      say(rubbish);
    hints.publish(channel, 'not json');
    say({ from: 'p', kind: 'HERE', people: { listed: [null, {}, { ...ghost, since: 'x' }], count: 3 } });
    const stranger = await connectRedisHints(redis.url, 'another secret of at least thirty-two', log);
    open.push(stranger);
    stranger.publish(channel, JSON.stringify({ from: 's', kind: 'HERE', people: { listed: [ghost], count: 1 } }));
    const full = Array.from({ length: 300 }, (_, n) => ({ ...ghost, clientKey: `k${n}`, since: 2 + n }));
    say({ from: 'q', kind: 'HERE', people: { listed: full, count: 300 } });
    await until(() => (one.lists.at(-1)?.totalCount ?? 0) > 300);
    const { people, totalCount } = one.lists.at(-1)!;
    // Three that are only counted, 300 of whom 200 are told, and ana.
    expect([people.length, totalCount]).toEqual([200, 304]);
    expect(people.every(({ clientKey }) => clientKey !== 'k')).toBe(true);
    say({ from: 'q', kind: 'BYE' });
    say({ from: 'p', kind: 'BYE' });
    await until(() => byes === 2);
    await (await here.follow(ben, 'y')).sees('seat:ana', 'seat:ben'); // who comes does not wait for a crowd's turn
  });
});
