import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../gateway.ts';
import {
  type Client,
  entries,
  type LiveWorld,
  notes,
  numbers,
  type Operation,
  range,
  startLiveWorld,
} from './world.ts';

describe('resume', () => {
  let world: LiveWorld;
  beforeAll(async () => {
    world = await startLiveWorld({ ana: { role: 'MEMBER_EDITOR' }, ben: { role: 'MEMBER_EDITOR' } });
  });
  afterAll(() => world.stop());
  const clients: Client[] = [];
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.terminate();
    await until(() => world.journal.opened.size === 0);
  });
  const connect = async (subject = 'ana') => {
    const client = await world.connect(subject);
    clients.push(client);
    return client;
  };
  const upstreams = () => world.journal.opened.size;
  /**
   * Who stands where another does goes on with him at the next event; one who had not been given all of it then, as on a slow machine, at a later one.
   */
  const meeting = (count: number) =>
    until(() => {
      if (upstreams() > count) world.journal.append();
      return upstreams() === count;
    });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  /** A generator of random numbers below `n` that gives the same for the same seed. */
  const randomOf = (seed: number) => {
    let state = seed;
    return (n: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
  };
  /** Nothing missed, nothing twice, in order, from right after its place up to the end. */
  const expectAll = (operation: Operation, after: number, field: string) => {
    expect(operation.got.filter(({ errors }) => errors)).toEqual([]);
    expect(numbers(operation, field)).toEqual(range(after + 1, world.journal.head));
  };

  describe('a reader that comes with a cursor', () => {
    test('catches up by itself, then goes on with the others', async () => {
      const [ana, ben] = [await connect('ana'), await connect('ben')];
      world.journal.append(500);
      const start = world.journal.head;
      const live = ana.follow(notes);
      await until(() => upstreams() === 1);
      const late = ben.follow(notes, { after: `c${start - 400}` });
      await until(() => late.got.length === 400);
      expect(upstreams()).toBe(2); // the one at the head has not given anything yet, so nobody knows that they have met
      world.journal.append();
      await until(() => live.got.length === 1 && late.got.length === 401);
      await meeting(1);
      world.journal.append(10);
      const { head } = world.journal;
      await until(() => [live, late].every((one) => numbers(one, 'notes').at(-1) === head));
      expectAll(late, start - 400, 'notes');
      expectAll(live, start, 'notes');
    });

    test('of the newest event joins at once, and so do all who come with the same one', async () => {
      const ana = await connect();
      const first = ana.follow(notes);
      await until(() => upstreams() === 1);
      world.journal.append();
      await until(() => first.got.length === 1);
      const opened = world.journal.actors.length;
      const after = `c${world.journal.head}`;
      const others = Array.from({ length: 40 }, () => ana.follow(notes, { after }));
      world.journal.append(3);
      await until(() => others.every(({ got }) => got.length === 3));
      expect(world.journal.actors.length).toBe(opened);
      const before = world.journal.head - 2; // passed a moment ago
      const behind = ana.follow(notes, { after: `c${before}` });
      await until(() => behind.got.length === 2);
      expect(world.journal.actors.length).toBe(opened);
      expectAll(behind, before, 'notes');
    });

    test.each([1, 2, 3])(
      '400 of them, at random places while events flow: each has every event once (seed %i)',
      async (seed) => {
        const random = randomOf(seed);
        const sockets = await Promise.all(Array.from({ length: 20 }, (_, i) => connect(i % 2 ? 'ana' : 'ben')));
        const reading: { operation: Operation; after: number; field: string }[] = [];
        for (let joined = 0; joined < 400; ) {
          world.journal.append(random(4));
          if (random(8) === 0) for (const follow of world.journal.opened) follow.beat();
          for (let some = random(8); some > 0 && joined < 400; some -= 1, joined += 1) {
            const client = sockets[random(20)] as Client;
            const field = random(2) ? 'entries' : 'notes';
            const query = field === 'entries' ? entries : notes;
            const [operations, leaves] = [reading.length, random(6) === 0];
            const after = Math.max(0, world.journal.head - random(random(3) ? 30 : 300));
            const operation = client.follow(query, { after: `c${after}` });
            if (leaves) setTimeout(operation.complete, random(20));
            else reading[operations] = { operation, after, field };
          }
          // no more than fifty on one socket: those that have gone make room
          while (reading.length > 300) (reading.shift() as { operation: Operation }).operation.complete();
          for (let turns = random(3); turns > 0; turns -= 1) await turn();
        }
        world.journal.append(5);
        const { head } = world.journal;
        await until(() => reading.every(({ operation, field }) => numbers(operation, field).at(-1) === head));
        for (const { operation, after, field } of reading) expectAll(operation, after, field);
        await meeting(2); // one for each field
      },
    );
  });

  describe('a subgraph that is killed', () => {
    test('and comes back is not noticed by 50 readers at different places: none misses or doubles an event', async () => {
      const sockets = await Promise.all(Array.from({ length: 10 }, () => connect()));
      world.journal.append(2_000);
      const readers = range(1, 50).map((i) => {
        const after = world.journal.head - (i % 5 === 0 ? 0 : i * 20);
        const field = i % 2 ? 'entries' : 'notes';
        const client = sockets[i % 10] as Client;
        return {
          after,
          field,
          operation: client.follow(field === 'entries' ? entries : notes, { after: `c${after}` }),
        };
      });
      for (let round = 0; round < 3; round += 1) {
        // in the middle of what they catch up with, the first time
        await until(() => readers.some(({ operation }) => operation.got.length > 0) || round > 0);
        await world.kill();
        world.journal.append(20);
        await new Promise((resolve) => setTimeout(resolve, 150)); // while it is away the gateway tries more than once
        await world.revive();
        world.journal.append(20);
        await until(() => {
          const sentAway = readers.find(({ operation }) => operation.isOver);
          if (sentAway) throw new Error(`ended by ${JSON.stringify(sentAway.operation.got.at(-1))}`);
          return readers.every(({ operation, field }) => numbers(operation, field).at(-1) === world.journal.head);
        });
      }
      for (const { operation, after, field } of readers) expectAll(operation, after, field);
      await meeting(2);
    });

    test('as it says beforehand, is not noticed either', async () => {
      const ana = await connect();
      const operation = ana.follow(entries);
      await until(() => upstreams() === 1 && operation.got.length === 1);
      for (const follow of [...world.journal.opened]) void follow.stop();
      await until(() => upstreams() === 0);
      await world.kill();
      world.journal.append(5);
      await world.revive();
      await until(() => numbers(operation).length === 5);
      const types = operation.got.map(({ data }) => data.entries.__typename);
      expect(types).toEqual(['Heartbeat', ...Array(5).fill('Entry')]);
    });

    test('before anything said where a stream stands ends it, as nobody could tell what was missed', async () => {
      const ana = await connect();
      const [fromNow, greeted] = [ana.follow(notes), ana.follow(entries)];
      await until(() => upstreams() === 2 && greeted.got.length === 1);
      await world.kill();
      await until(() => fromNow.isOver);
      expect(fromNow.got[0].errors[0].extensions).toEqual({ code: 'SUBGRAPH_UNAVAILABLE', service: 'networks' });
      world.journal.append(2);
      await world.revive();
      await until(() => numbers(greeted).length === 2);
      expect(numbers(greeted)).toEqual(range(world.journal.head - 1, world.journal.head));
    });

    test('after an event without a cursor ends the stream with the last cursor', async () => {
      const ana = await connect();
      const operation = ana.follow(entries, { after: `c${world.journal.head - 1}` });
      await until(() => operation.got.length === 1);
      for (const follow of world.journal.opened) follow.say({ __typename: 'Reset', why: 'anew' });
      await until(() => operation.got.length === 2);
      await world.kill();
      await until(() => operation.isOver);
      const cursor = `c${world.journal.head}`;
      expect(operation.got[2].errors[0].extensions).toEqual({
        code: 'SUBGRAPH_UNAVAILABLE',
        service: 'networks',
        cursor,
      });
      await world.revive();
    });
  });

  describe('a client that does not read', () => {
    test('is sent away with the last cursor it was given, and delays nobody; then it has the rest', async () => {
      const query = 'subscription ($after: String, $size: Int) { notes(after: $after, size: $size) { n cursor text } }';
      const size = 32 * 1024;
      const [slow, quick] = [await connect('ana'), await connect('ben')];
      const after = world.journal.head;
      const variables = { size, after: `c${after}` };
      const [stalled, read] = [slow.follow(query, variables), quick.follow(query, variables)];
      await until(() => upstreams() === 1);
      slow.socket.pause();
      for (let i = 0; i < 1_000; i += 1) {
        world.journal.append();
        if (i % 20 === 0) await until(() => read.got.length > i - 100);
      }
      await until(() => read.got.length === 1_000); // 32 MB: more than the kernel holds for a socket
      slow.socket.resume();
      await until(() => stalled.isOver);
      const last = stalled.got.pop();
      const { code, cursor } = last.errors[0].extensions;
      expect([code, cursor]).toEqual(['RESYNC_REQUIRED', `c${after + stalled.got.length}`]);
      expect(numbers(stalled, 'notes')).toEqual(range(after + 1, after + stalled.got.length));
      const back = slow.follow(query, { size, after: cursor });
      await until(() => stalled.got.length + back.got.length === 1_000);
      expectAll(back, after + stalled.got.length, 'notes');
      expectAll(read, after, 'notes');
    });
  });
});
