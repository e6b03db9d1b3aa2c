import { beforeEach, expect, test } from '@jest/globals';
import { expectAnswer, runSituation } from '../run.ts';
import { refusal } from '../things.ts';
import type { World } from '../world.ts';

let done: string[] = [];
const wait = () => new Promise((resolve) => setTimeout(resolve, 20)); // a later step that did not wait would be done by then
const step =
  (where: string) =>
  async (_: unknown, { n, fail }: { n: number; fail?: boolean }) => {
    done.push(`${where}${n} begins`);
    await wait();
    if (fail) throw refusal('FORBIDDEN', `${where}${n} is refused.`);
    done.push(`${where}${n} ends`);
    return { id: `${where}${n}` };
  };

runSituation(
  'mutations',
  {
    a: {
      sdl: `type Query { count: Int } type Mutation { a(n: Int!, fail: Boolean): Entry mustA(n: Int!, fail: Boolean): Entry! }
        type Entry @key(fields: "id") { id: ID! fromA: String }`,
      resolvers: {
        Mutation: { a: step('a'), mustA: step('a') },
        Entry: {
          __resolveReference: async (key: { id: string }) => key,
          fromA: ({ id }: { id: string }) => `${id} from A`,
        },
      },
    },
    b: {
      sdl: `type Mutation { b(n: Int!, fail: Boolean): Entry }
        type Entry @key(fields: "id") { id: ID! seen: [String!] }`,
      resolvers: {
        Mutation: { b: step('b') },
        Entry: { __resolveReference: async (key: { id: string }) => key, seen: () => [...done] },
      },
    },
  },
  [],
  (world) => {
    beforeEach(() => {
      done = [];
      world().takeSeen();
    });
    const inOrder = (...steps: string[]) => steps.flatMap((one) => [`${one} begins`, `${one} ends`]);

    const ways: [string, (world: World, query: string) => Promise<unknown>][] = [
      ['HTTP', ({ ana }, query) => ana.ask(query)],
      ['WebSocket', ({ ana }, query) => ana.follow(query).next()],
    ];
    test.each(ways)('are done one after the other, across subgraphs, over %s', async (_, ask) => {
      const answer = await ask(
        world(),
        'mutation { a(n: 1) { id } b(n: 2) { id } second: a(n: 3) { id } third: a(n: 4) { id } }',
      );
      expectAnswer(answer as never, {
        data: { a: { id: 'a1' }, b: { id: 'b2' }, second: { id: 'a3' }, third: { id: 'a4' } },
      });
      expect(done).toEqual(inOrder('a1', 'b2', 'a3', 'a4'));
    });

    test('no request begins before the one before it has been answered', async () => {
      await world().ana.ask('mutation { a(n: 1) { id } b(n: 2) { id } second: a(n: 3) { id } }');
      const seen = world().takeSeen();
      expect(seen.map(({ subgraph }) => subgraph)).toEqual(['a', 'b', 'a']);
      for (const [i, { began }] of seen.entries()) expect(began).toBeGreaterThan(seen[i - 1]?.ended ?? 0);
    });

    test('what is joined in is fetched after its own mutation', async () => {
      const { data } = await world().ana.ask('mutation { a(n: 1) { id seen } b(n: 2) { fromA } }');
      expect(data).toEqual({ a: { id: 'a1', seen: expect.arrayContaining(inOrder('a1')) }, b: { fromA: 'b2 from A' } });
      expect(done).toEqual(inOrder('a1', 'b2'));
    });

    test('one that fails does not stop the others', async () => {
      const answer = await world().ana.ask('mutation { a(n: 1, fail: true) { id } b(n: 2) { id } }');
      expectAnswer(answer, { data: { a: null, b: { id: 'b2' } }, errors: ['a: FORBIDDEN a1 is refused.'] });
      expect(done).toEqual(['a1 begins', ...inOrder('b2')]);
    });

    test('one that may not be null takes the answer with it', async () => {
      const answer = await world().ana.ask('mutation { mustA(n: 1, fail: true) { id } }');
      expectAnswer(answer, { data: null, errors: ['mustA: FORBIDDEN a1 is refused.'] });
    });

    test('are sent once, and only those that are not skipped', async () => {
      const query = 'mutation ($no: Boolean!) { a(n: 1) @include(if: $no) { id } b(n: 2) { id } }';
      expectAnswer(await world().ana.ask(query, { no: false }), { data: { b: { id: 'b2' } } });
      expect(
        world()
          .takeSeen()
          .map(({ subgraph }) => subgraph),
      ).toEqual(['b']);
      expect(done).toEqual(inOrder('b2'));
    });

    test('are not answered to a GET', async () => {
      const { gateway, ana } = world();
      const response = await fetch(
        `${gateway.url}/graphql?query=${encodeURIComponent('mutation { a(n: 1) { id } }')}`,
        {
          headers: { authorization: `Bearer ${ana.token}` },
        },
      );
      expect(response.status).toBe(405);
      expect(done).toEqual([]);
    });
  },
);
