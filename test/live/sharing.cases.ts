import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../gateway.ts';
import { type Client, entries, type LiveWorld, notes, numbers, type Operation, startLiveWorld } from './world.ts';

describe('sharing', () => {
  let world: LiveWorld;
  beforeAll(async () => {
    world = await startLiveWorld({
      ...{ ana: { role: 'MEMBER_EDITOR' }, ben: { role: 'MEMBER_EDITOR' }, eva: { role: 'MEMBER_EDITOR' } },
      ...{ cleo: { role: 'OBSERVER' }, dan: { role: 'MEMBER_EDITOR', organisation: 'org:2' } },
    });
  });
  afterAll(() => world.stop());
  const clients: Client[] = [];
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.terminate();
    await until(() => world.journal.opened.size === 0);
  });
  const connect = async (subject: string, claims = {}) => {
    const client = await world.connect(subject, claims);
    clients.push(client);
    return client;
  };
  const upstreams = () => world.journal.opened.size;

  describe('equal operations of equal rights', () => {
    test('on 200 sockets are one subscription at the subgraph, and each event is joined once', async () => {
      const query = 'subscription { notes { n cursor by { name } readAs } }';
      const sockets = await Promise.all(Array.from({ length: 200 }, (_, i) => connect(i % 2 ? 'ana' : 'ben')));
      const reading = sockets.map((client) => client.follow(query));
      await standing(1, ...sockets);
      const before = world.joins();
      for (const n of [1, 2, 3]) {
        world.journal.append();
        await until(() => reading.every(({ got }) => got.length === n));
      }
      expect(upstreams()).toBe(1);
      expect(world.joins() - before).toBe(3);
      for (const { got } of reading) {
        expect(got[0]).toEqual({
          data: {
            notes: { n: expect.any(Number), cursor: expect.any(String), by: { name: 'Seat seat:9' }, readAs: 'nobody' },
          },
        });
      }
      const actor = world.journal.actors.at(-1);
      expect(actor).toMatchObject({ kind: 'SEAT', subject: 'shared', organisationId: 'org:1' });
      expect([actor?.seatId, actor?.personId]).toEqual([undefined, undefined]);
    });

    test('however they are written, and wherever the variable for the place stands', async () => {
      const [ana, ben] = [await connect('ana'), await connect('ben')];
      const written = [
        notes,
        'subscription { notes { n cursor } }',
        'subscription { notes(after: null) { n, cursor } } # with a comment',
        'subscription ($place: String = null) { ...Notes } fragment Notes on Subscription { notes(after: $place) { n cursor } }',
      ];
      const reading = [...written.map((query) => ana.follow(query)), ...written.map((query) => ben.follow(query))];
      await standing(1, ana, ben);
      world.journal.append();
      await until(() => reading.every(({ got }) => got.length === 1));
      expect(upstreams()).toBe(1);
      const [first, ...others] = reading.map(({ got }) => JSON.stringify(got));
      for (const other of others) expect(other).toBe(first);
    });

    test('but with other variables, or under another name, or over another field, are not', async () => {
      const ana = await connect('ana');
      const sized = 'subscription ($size: Int) { notes(size: $size) { n } }';
      for (const size of [1, 2, undefined]) ana.follow(sized, { size });
      ana.follow(sized, { size: 2 });
      ana.follow('subscription { other: notes { n } }');
      await standing(4, ana);
      world.journal.append();
      await until(() => upstreams() === 4);
    });

    test('begin with a heartbeat each, also those that join later', async () => {
      const [ana, ben] = [await connect('ana'), await connect('ben')];
      const first = ana.follow(entries);
      await until(() => first.got.length === 1);
      const second = ben.follow(entries);
      await until(() => second.got.length === 1);
      expect(upstreams()).toBe(1);
      world.journal.append();
      await until(() => second.got.length === 2);
      const third = ben.follow(entries); // the stream has moved: this one asks where it stands
      await until(() => third.got.length === 1);
      const at = world.journal.head;
      expect(third.got[0].data.entries).toEqual({ __typename: 'Heartbeat', cursor: `c${at}` });
      world.journal.append(2);
      await until(() => [first, second, third].every((one) => numbers(one).at(-1) === at + 2) && upstreams() === 1);
      expect(numbers(first)).toEqual([at, at + 1, at + 2]);
      expect(numbers(second)).toEqual([at, at + 1, at + 2]);
      expect(numbers(third)).toEqual([at + 1, at + 2]);
    });

    test('over SSE and WebSocket alike', async () => {
      const ana = await connect('ana');
      const socket = ana.follow(notes);
      await standing(1, ana);
      const leave = new AbortController();
      const response = await fetch(`${world.small.gateway.url}/graphql`, {
        method: 'POST',
        headers: {
          ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
          authorization: `Bearer ${await world.small.sign({ sub: 'ben' })}`,
        },
        body: JSON.stringify({ query: notes }),
        signal: leave.signal,
      });
      const reader = response.body?.getReader();
      let text = '';
      const read = async () => {
        text += Buffer.from((await reader?.read())?.value ?? []).toString();
      };
      await read();
      world.journal.append();
      while (!/data: \{.*\n\n/.test(text)) await read(); // it may come in pieces
      await until(() => socket.got.length === 1);
      expect(text).toContain(`event: next\ndata: ${JSON.stringify(socket.got[0])}\n\n`);
      expect(upstreams()).toBe(1);
      leave.abort();
    });

    test('large events come whole, and every letter as it is', async () => {
      const [ana, ben] = [await connect('ana'), await connect('ben')];
      const sizes = [1, 100, 20_000, 70_000];
      const query = 'subscription ($size: Int) { notes(size: $size) { n text } }';
      const reading = [ana, ben].flatMap((client) => sizes.map((size) => client.follow(query, { size })));
      await standing(4, ana, ben);
      world.journal.append(2);
      await until(() => reading.every(({ got }) => got.length === 2));
      const lengths = reading.map(({ got }) => got[1].data.notes.text.length);
      expect(lengths).toEqual([...sizes, ...sizes].map((size) => size + 4));
      for (const { got } of reading) expect(got[1].data.notes.text.slice(-5)).toBe('xé🙂\u2028');
    });
  });

  describe('readers of other rights', () => {
    test('have streams of their own, with what is theirs', async () => {
      const query = 'subscription { notes { n roles } }';
      const [ana, cleo, dan] = [await connect('ana'), await connect('cleo'), await connect('dan')];
      const reading = [ana, cleo, dan].map((client) => client.follow(query));
      await standing(3, ana, cleo, dan); // dan is of another organisation
      world.journal.append();
      await until(() => reading.every(({ got }) => got.length === 1));
      expect(reading.map(({ got }) => got[0].data.notes.roles)).toEqual([
        ['MEMBER_EDITOR'],
        ['OBSERVER'],
        ['MEMBER_EDITOR'],
      ]);
    });

    test('a field that depends on the reader makes a stream for each seat, which its own sockets share', async () => {
      const query = 'subscription { notes { n readAs by { viewerName } } }';
      const sockets = await Promise.all(['ana', 'ana', 'ben'].map((subject) => connect(subject)));
      const reading = sockets.map((client) => client.follow(query));
      await standing(2, ...sockets);
      world.journal.append();
      await until(() => reading.every(({ got }) => got.length === 1));
      expect(reading.map(({ got }) => got[0].data.notes.by.viewerName)).toEqual(['seat:ana', 'seat:ana', 'seat:ben']);
      expect(reading.map(({ got }) => got[0].data.notes.readAs)).toEqual(['seat:ana', 'seat:ana', 'seat:ben']);
    });

    test('a change of role moves the one concerned and nobody else, and what was published since waits for the check', async () => {
      const query = 'subscription { notes { n cursor roles } }';
      const sockets = await Promise.all(['ana', 'ben', 'eva'].map((subject) => connect(subject)));
      const [ana, ben, eva] = sockets.map((client) => client.follow(query)) as [Operation, Operation, Operation];
      await standing(1, ...sockets);
      world.journal.append();
      await until(() => [ana, ben, eva].every(({ got }) => got.length === 1));
      let answer = () => {};
      const gate = new Promise<void>((resolve) => {
        answer = resolve;
      });
      const asked = new Promise<void>((resolve) => {
        world.delayRights(() => {
          resolve();
          return gate;
        });
      });
      world.setRole('ana', 'OBSERVER');
      await asked; // the gateway has seen the new version, and does not know yet for whom it matters
      world.journal.append(3);
      await new Promise((resolve) => setTimeout(resolve, 200)); // events take a few ms where nothing holds them
      expect([ana, ben, eva].map(({ got }) => got.length)).toEqual([1, 1, 1]);
      answer();
      world.delayRights(async () => {});
      await until(() => ana.isOver && ben.got.length === 4 && eva.got.length === 4);
      expect(ana.got).toHaveLength(2);
      expect(ana.got[1].errors[0].extensions).toEqual({ code: 'RIGHTS_CHANGED', cursor: ana.got[0].data.notes.cursor });
      expect([ben.isOver, eva.isOver]).toEqual([false, false]);
      world.setRole('ana', 'MEMBER_EDITOR');
    });
  });

  /** A subscription is not acknowledged: it is taken in when an answer that was asked for later has come, and stands soon after. */
  async function standing(count: number, ...on: Client[]): Promise<void> {
    const later = on.map((client) => client.follow('{ me { id } }'));
    await until(() => later.every(({ isOver }) => isOver) && upstreams() === count);
  }
});
