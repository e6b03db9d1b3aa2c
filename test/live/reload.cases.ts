import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startSmallWorld, until } from '../gateway.ts';
import { entries, type LiveWorld, networksSdl, notes, numbers, range, startLiveWorld, withNames } from './world.ts';

describe('reload', () => {
  let world: LiveWorld;
  beforeEach(async () => {
    world = await startLiveWorld({ ana: { role: 'MEMBER_EDITOR' }, ben: { role: 'OBSERVER' } });
  });
  afterEach(() => world.stop());
  const upstreams = () => world.journal.opened.size;
  const opened = () => world.journal.actors.length;
  const serve = (change: (sdl: string) => string) => {
    const sdl = change(networksSdl);
    expect(sdl).not.toBe(networksSdl);
    (world.small.gateway as unknown as { graphs: { replace(sdl: string): unknown } }).graphs.replace(
      world.compose(sdl),
    );
  };

  describe('a supergraph that is replaced under live subscriptions', () => {
    test('leaves those alone whose subgraph is asked the same, and runs their next events by the new plan', async () => {
      const client = await world.connect('ana');
      const operation = client.follow('subscription { notes { n mood } }');
      const other = (await world.connect('ben')).follow(entries);
      await until(() => upstreams() === 2 && other.got.length === 1);
      world.journal.append();
      await until(() => operation.got.length === 1 && other.got.length === 2);
      const before = opened();
      serve((sdl) => `${sdl} type Later { id: ID! } extend type Query { later: Later }`);
      world.journal.append(2);
      await until(() => operation.got.length === 3 && other.got.length === 4);
      expect([numbers(operation, 'notes'), numbers(other)]).toEqual([range(1, 3), range(1, 3)]);
      // who comes now joins those who were there
      const late = client.follow('subscription { notes { n mood } }', {});
      const answered = client.follow('{ me { id } }');
      await until(() => answered.isOver);
      world.journal.append();
      await until(() => late.got.length === 1 && operation.got.length === 4);
      expect(opened()).toBe(before);
    });

    test('is resumed after the last event where a subgraph is to be asked something else: nothing is missed or doubled', async () => {
      // now the subgraph that has the events has the names as well
      const client = await world.connect('ana');
      const operations = Array.from({ length: 20 }, (_, i) =>
        client.follow('subscription ($after: String) { notes(after: $after) { n cursor by { name } } }', {
          after: `c${i}`,
        }),
      );
      world.journal.append(30);
      await until(() => operations.every(({ got }) => got.at(-1)?.data.notes.n === 30));
      const before = opened();
      serve(withNames);
      world.journal.append(30);
      await until(() => operations.every(({ got }) => got.at(-1)?.data.notes?.n === 60));
      expect(opened()).toBeGreaterThan(before);
      const joins = world.joins();
      world.journal.append();
      await until(() => operations.every(({ got }) => got.at(-1)?.data.notes?.n === 61));
      expect(world.joins()).toBe(joins);
      operations.forEach((operation, i) => {
        expect(numbers(operation, 'notes')).toEqual(range(i + 1, 61));
      });
    });

    test('ends those that are not valid any more, over time and with the cursor; the others go on', async () => {
      const clients = await Promise.all(Array.from({ length: 10 }, () => world.connect('ana')));
      const ended = clients.flatMap((client) =>
        range(1, 4).map(() => client.follow('subscription { notes { n mood } }')),
      );
      const kept = clients.map((client) => client.follow(notes));
      await until(() => upstreams() === 2);
      const answered = clients.map((client) => client.follow('{ me { id } }'));
      await until(() => answered.every(({ isOver }) => isOver));
      world.journal.append();
      await until(() => [...ended, ...kept].every(({ got }) => got.length === 1));
      serve((sdl) => sdl.replace(' mood: Mood', '').replace('enum Mood { CALM }', ''));
      const at = Date.now();
      const times: number[] = [];
      await until(() => {
        const over = ended.filter(({ isOver }) => isOver).length;
        while (times.length < over) times.push(Date.now() - at);
        return over === ended.length;
      });
      for (const { got } of ended) {
        expect(got.at(-1).errors[0].extensions).toEqual({ code: 'SUPERGRAPH_CHANGED', cursor: 'c1' });
      }
      expect((times.at(-1) as number) - (times[0] as number)).toBeGreaterThan(2_000); // of 5 s, for 40
      world.journal.append();
      await until(() => kept.every(({ got }) => got.length === 2));
      expect(upstreams()).toBe(1);
      const again = (clients[0] as (typeof clients)[0]).follow('subscription { notes { n mood } }');
      await until(() => again.isOver);
      expect(again.got[0].errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    });
  });

  test('a subscription that nobody else can have goes on where it is still valid, and is ended where it is not', async () => {
    const alone = await startSmallWorld();
    const ana = await alone.member();
    const [kept, ended] = [ana.follow('subscription { ticks { n } }'), ana.follow('subscription { ticks { n text } }')];
    await Promise.all([kept.next(), ended.next()]);
    const { graphs } = alone.gateway as unknown as {
      graphs: { current: { sdl: string }; replace(sdl: string): unknown };
    };
    const { sdl } = graphs.current;
    graphs.replace(sdl.replace(/(type Tick[^}]*?)\n\s*text: String/, '$1'));
    expect((await ended.next()).errors?.[0]?.extensions).toEqual({ code: 'SUPERGRAPH_CHANGED' });
    alone.subgraphs.tick(2);
    expect((await kept.next()).data.ticks.n).toBe(2);
    await ana.leave();
    await alone.stop();
  });
});
