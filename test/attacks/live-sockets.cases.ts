import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../gateway.ts';
import { type Client, entries, type LiveWorld, notes, numbers, type Operation, startLiveWorld } from '../live/world.ts';

describe('live sockets', () => {
  let world: LiveWorld;
  beforeAll(async () => {
    world = await startLiveWorld({ ana: { role: 'MEMBER_EDITOR' }, ben: { role: 'OBSERVER' } });
  });
  afterAll(() => world.stop());
  const clients: Client[] = [];
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.terminate();
    await until(() => world.journal.opened.size === 0);
  });
  const connect = async (subject: string) => {
    const client = await world.connect(subject);
    clients.push(client);
    return client;
  };

  /** Messages of a socket as they come, by id. */
  function listen({ socket }: Client) {
    const heard: { type: string; id?: string; payload?: { data?: Record<string, { n?: number }> } }[] = [];
    socket.on('message', (data) => heard.push(JSON.parse(String(data))));
    return heard;
  }

  describe('a socket on which operations come and go', () => {
    test('keeps none of them: completed at once, wrong, refused or ended by the socket', async () => {
      const client = await connect('ana');
      for (let round = 0; round < 20; round += 1) {
        const over = [
          client.follow(notes),
          client.follow(entries, { after: 'c0' }),
          client.follow('subscription { notes { liveCursor7: n } }'),
          client.follow('subscription ($size: Int) { notes(size: $size) { n } }', { size: 'wide' }),
          client.follow('subscription { notes { no } }'),
          client.follow(notes, { after: { no: 'text' } }),
        ];
        if (round % 2) {
          client.send({ type: 'ping' });
          await until(() => client.pongs.length > round / 2);
        }
        for (const operation of over) operation.complete();
      }
      await until(() => world.journal.opened.size === 0);
      // none of them counts among the 50 that may run at once
      const reading = Array.from({ length: 50 }, () => client.follow(notes));
      await until(() => world.journal.opened.size === 1);
      const one = client.follow('{ me { id } }');
      await until(() => one.isOver);
      expect(one.got[0].errors[0].extensions.code).toBe('OPERATION_TOO_LARGE');
      world.journal.append();
      await until(() => reading.every(({ got }) => got.length === 1));
      for (let i = 0; i < 30; i += 1) {
        const other = await connect(i % 2 ? 'ana' : 'ben');
        for (let n = 0; n < 5; n += 1) other.follow(n % 2 ? notes : entries, { after: `c${n % 2}` });
        other.socket.terminate();
      }
      client.socket.close();
      await until(() => world.journal.opened.size === 0);
    });

    const running = () => until(() => world.journal.opened.size === 1);
    test.each<[string, string, () => Promise<void>]>([
      ['still being opened', '{ first: n }', async () => {}],
      ['running', '{ first: n }', running],
      ['running, and nobody else’s', '{ liveCursor7: n first: n }', running],
    ])(
      'gives under an id what was asked last, also when it was that of an operation %s',
      async (_what, first, wait) => {
        const client = await connect('ana');
        const heard = listen(client);
        const subscribe = (selection: string) => {
          client.send({ id: 'same', type: 'subscribe', payload: { query: `subscription { notes ${selection} }` } });
        };
        const complete = () => client.send({ id: 'same', type: 'complete' });
        const settle = () => new Promise((resolve) => setTimeout(resolve, 200)); // whatever else is on its way
        subscribe(first);
        await wait();
        complete();
        subscribe('{ second: n }');
        await settle();
        await running();
        world.journal.append();
        await until(() => heard.length > 0);
        await settle();
        expect(heard).toEqual([
          { id: 'same', type: 'next', payload: { data: { notes: { second: world.journal.head } } } },
        ]);
        complete();
        await until(() => world.journal.opened.size === 0);
        world.journal.append();
        await settle();
        expect(heard).toHaveLength(1);
      },
    );

    test('answers under an id what was asked last, also when a query that was completed is answered after it', async () => {
      const client = await connect('ana');
      const heard = listen(client);
      const ask = (query: string) => client.send({ id: 'same', type: 'subscribe', payload: { query } });
      ask('{ first: me { name } }');
      client.send({ id: 'same', type: 'complete' });
      ask('{ second: __typename }');
      await until(() => heard.some(({ type }) => type === 'complete'));
      await new Promise((resolve) => setTimeout(resolve, 200)); // whatever else is on its way
      expect(heard).toEqual([
        { id: 'same', type: 'next', payload: { data: { second: 'Query' } } },
        { id: 'same', type: 'complete' },
      ]);
    });
  });

  describe('frames that are written beside those of ws', () => {
    test('are whole, whatever is sent between them', async () => {
      const client = await connect('ana');
      const query = (size: number) => `subscription { notes(size: ${size}) { n cursor text } }`;
      const sizes = [1, 100, 120, 16_300, 65_400, 70_000, 200_000];
      const reading = sizes.map((size) => client.follow(query(size)));
      const other = client.follow(entries);
      await until(() => world.journal.opened.size === sizes.length + 1 && other.got.length === 1);
      const asked: Operation[] = [];
      for (let i = 0; i < 40; i += 1) {
        world.journal.append();
        client.socket.ping(`p${i}`);
        client.send({ type: 'ping', payload: { i } });
        asked.push(client.follow('{ me { id } }'));
        // no more at once than may wait for a client
        if (i % 3 === 2) await until(() => reading.every(({ got }) => got.length === i + 1));
      }
      await until(() => reading.every(({ got }) => got.length === 40) && asked.every(({ isOver }) => isOver));
      const { head } = world.journal;
      const all = Array.from({ length: 40 }, (_, i) => head - 39 + i);
      for (const operation of reading) expect(numbers(operation, 'notes')).toEqual(all);
      expect(numbers(other)).toEqual(all);
      expect(client.pongs.map(({ i }) => i)).toEqual(Array.from({ length: 40 }, (_, i) => i));
      // and the last one too, though the socket is closed in the middle of them
      const errors: unknown[] = [];
      client.socket.on('error', (error) => errors.push(error));
      world.journal.append(30);
      client.socket.close(1000);
      expect(await client.closed).toBe(1000);
      expect(errors).toEqual([]);
    });
  });
});
