import { describe, expect, test } from '@jest/globals';
import { BoundedQueue } from '../../../kit/queue.ts';
import { until } from '../../gateway.ts';
import type { Answer } from '../../people.ts';
import { expectAnswer, runSituation } from '../run.ts';
import { refusal, refuseFor } from '../things.ts';
import type { World } from '../world.ts';

const known = async (key: { id: string }) => key;
const open = new Set<BoundedQueue<unknown>>();
/** An event for every open subscription, or its end. */
const publish = (event: unknown) => {
  for (const queue of open) queue.push({ changes: event });
};

const sources = {
  feed: {
    sdl: `type Query { count: Int } type Subscription { changes(of: ID, kinds: [Kind!] = [NEW]): Change refused: Int echo(of: ID, kinds: [Kind!] = [NEW]): String }
      enum Kind { NEW OLD } union Subject = Item | Note type Note { text: String }
      type Change { n: Int! item: Item items: [Item] about: Subject broken: String must: String! }
      type Item @key(fields: "id") { id: ID! }`,
    resolvers: {
      Subscription: {
        changes: {
          subscribe: () => {
            const queue: BoundedQueue<unknown> = new BoundedQueue(100, () => open.delete(queue));
            open.add(queue);
            return queue;
          },
        },
        refused: {
          subscribe: () => {
            throw refusal('FORBIDDEN', 'Not for you.');
          },
        },
        echo: {
          async *subscribe(_: unknown, args: unknown) {
            yield { echo: JSON.stringify(args) };
          },
        },
      },
      Change: {
        broken: ({ broken }: { broken?: string }) => {
          if (broken) throw refusal('NOT_FOUND', broken);
          return 'whole';
        },
        must: ({ broken }: { broken?: string }) => (broken ? null : 'there'),
      },
    },
  },
  items: {
    sdl: 'type Item @key(fields: "id") { id: ID! name: String nick: String! parts: [Part] } type Part @key(fields: "id") { id: ID! }',
    resolvers: {
      Item: {
        __resolveReference: known,
        name: refuseFor(['bad'], ({ id }) => `name of ${id}`),
        nick: refuseFor(['bad'], ({ id }) => `nick of ${id}`),
        parts: ({ id }: { id: string }) => [{ id: `${id}-1` }, null, { id: `${id}-1` }],
      },
    },
  },
  parts: {
    sdl: 'type Part @key(fields: "id") { id: ID! size: Int }',
    resolvers: { Part: { __resolveReference: known, size: ({ id }: { id: string }) => id.length } },
  },
};

interface Reader {
  next(): Promise<Answer>;
  ended(): Promise<unknown>;
  close(): void;
}

async function readEvents(world: World, query: string, variables?: object): Promise<Reader> {
  const controller = new AbortController();
  const response = await fetch(`${world.gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${world.ana.token}`,
    },
    body: JSON.stringify({ query, variables }),
    signal: controller.signal,
  });
  async function* read() {
    let text = '';
    for await (const chunk of response.body as never as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const [event, data] = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        if (event === 'event: next') yield JSON.parse((data as string).slice('data: '.length)) as Answer;
        if (event === 'event: complete') return;
      }
    }
  }
  const events = read();
  return {
    next: async () => (await events.next()).value as Answer,
    ended: () => events.next(),
    close: () => controller.abort(),
  };
}

const transports: [string, (world: World, query: string, variables?: Record<string, unknown>) => Promise<Reader>][] = [
  [
    'graphql-ws',
    async ({ ana }, query, variables) => {
      const { next, close, ended } = ana.follow(query, variables);
      // graphql-ws says what is wrong with an operation by ending it
      const nextOrEnd = () => next().catch(async () => ({ errors: await ended }) as Answer);
      return { next: nextOrEnd, close, ended: () => ended };
    },
  ],
  ['server-sent events', readEvents],
];

const joined = `subscription { changes { n item { id name parts { size } } items { nick } about { ... on Item { id name } ... on Note { text } } } }`;

runSituation('subscriptions', sources, [], (world) => {
  describe.each(transports)('over %s', (_, start) => {
    const follow = async (query: string, variables?: Record<string, unknown>) => {
      const before = open.size;
      const reader = await start(world(), query, variables);
      await until(() => open.size > before);
      world().takeSeen();
      return reader;
    };
    const close = async (reader: Reader) => {
      reader.close();
      await until(() => open.size === 0);
    };

    test('every event is completed from the other subgraphs, by itself', async () => {
      const reader = await follow(joined);
      publish({
        n: 1,
        item: { id: 'a' },
        items: [{ id: 'a' }, null, { id: 'b' }],
        about: { __typename: 'Note', text: 'hi' },
      });
      publish({ n: 2, item: null, items: null, about: { __typename: 'Item', id: 'c' } });
      expectAnswer(await reader.next(), {
        data: {
          changes: {
            n: 1,
            item: { id: 'a', name: 'name of a', parts: [{ size: 3 }, null, { size: 3 }] },
            items: [{ nick: 'nick of a' }, null, { nick: 'nick of b' }],
            about: { text: 'hi' },
          },
        },
      });
      expectAnswer(await reader.next(), {
        data: { changes: { n: 2, item: null, items: null, about: { id: 'c', name: 'name of c' } } },
      });
      const asked = world().takeSeen();
      expect(asked.map(({ subgraph }) => subgraph)).toEqual(['items', 'parts', 'items']);
      expect(asked[1]?.variables).toEqual({ representations: [{ __typename: 'Part', id: 'a-1' }] });
      await close(reader);
    });

    test('errors of one event are its own, at their places', async () => {
      const reader = await follow('subscription { all: changes { n broken item { called: name } items { id nick } } }');
      const good = { n: 1, item: { id: 'a' }, items: [{ id: 'b' }] };
      publish({ n: 0, broken: 'Gone.', item: { id: 'bad' }, items: [{ id: 'a' }, { id: 'bad' }, { id: 'bad' }] });
      publish(good);
      expectAnswer(await reader.next(), {
        data: {
          all: { n: 0, broken: null, item: { called: null }, items: [{ id: 'a', nick: 'nick of a' }, null, null] },
        },
        errors: [
          'all.broken: NOT_FOUND Gone.',
          'all.item.called: NOT_FOUND bad is refused.',
          'all.items.1.nick: NOT_FOUND bad is refused.',
          'all.items.2.nick: NOT_FOUND bad is refused.',
        ],
      });
      expectAnswer(await reader.next(), {
        data: {
          all: { n: 1, broken: 'whole', item: { called: 'name of a' }, items: [{ id: 'b', nick: 'nick of b' }] },
        },
      });
      await close(reader);
    });

    test('a null that may not be rises within its event', async () => {
      const reader = await follow('subscription { changes { n must } }');
      publish({ n: 1, broken: 'Gone.' });
      publish({ n: 2 });
      expectAnswer(await reader.next(), { data: { changes: null }, errors: ['changes.must: INTERNAL'] });
      expectAnswer(await reader.next(), { data: { changes: { n: 2, must: 'there' } } });
      await close(reader);
    });

    test('a subgraph that fails takes its part of one event', async () => {
      const reader = await follow('subscription { changes { n item { id name } } }');
      const { items } = world().at;
      if (!items) throw new Error('items');
      items.instead = (_request, response) => void response.writeHead(500).end();
      publish({ n: 1, item: { id: 'a' } });
      expectAnswer(await reader.next(), {
        data: { changes: { n: 1, item: { id: 'a', name: null } } },
        errors: ['changes.item.name: SUBGRAPH_UNAVAILABLE'],
      });
      items.instead = undefined;
      publish({ n: 2, item: { id: 'a' } });
      expectAnswer(await reader.next(), { data: { changes: { n: 2, item: { id: 'a', name: 'name of a' } } } });
      await close(reader);
    });

    test('@skip and @include hold for each event', async () => {
      const query =
        'subscription ($no: Boolean!) { changes { n item @include(if: $no) { name } items @skip(if: $no) { id } } }';
      const reader = await follow(query, { no: false });
      publish({ n: 1, item: { id: 'a' }, items: [{ id: 'b' }] });
      expectAnswer(await reader.next(), { data: { changes: { n: 1, items: [{ id: 'b' }] } } });
      expect(world().takeSeen()).toEqual([]);
      await close(reader);
    });

    test('variables and their defaults reach the subgraph', async () => {
      const query = 'subscription ($of: ID, $kinds: [Kind!]) { echo(of: $of, kinds: $kinds) }';
      const first = await start(world(), query, { of: 7 });
      expectAnswer(await first.next(), { data: { echo: '{"of":"7","kinds":["NEW"]}' } });
      const second = await start(world(), query, { kinds: ['OLD', 'NEW'] });
      expectAnswer(await second.next(), { data: { echo: '{"kinds":["OLD","NEW"]}' } });
      await Promise.all([first.ended(), second.ended()]);
    });

    test('a subgraph that ends it ends it here', async () => {
      const reader = await follow('subscription { changes { n } }');
      publish({ n: 1 });
      for (const queue of open) queue.end();
      expectAnswer(await reader.next(), { data: { changes: { n: 1 } } });
      await reader.ended();
    });

    test('one that a subgraph refuses says so and ends', async () => {
      const reader = await start(world(), 'subscription { refused }');
      const first = await reader.next();
      expectAnswer(first, { data: { refused: null }, errors: ['refused: FORBIDDEN Not for you.'] });
      await reader.ended();
    });

    test('what is wrong with the operation is said before anything is opened', async () => {
      const wrong: [string, string, Record<string, unknown>?][] = [
        ['subscription { nothing }', ': GRAPHQL_VALIDATION_FAILED Cannot query field "nothing"'],
        [
          'subscription ($k: [Kind!]) { changes(kinds: $k) { n } }',
          ': BAD_USER_INPUT Variable "$k" got invalid value',
          { k: 'X' },
        ],
        [
          'subscription { changes { n } refused }',
          ': GRAPHQL_VALIDATION_FAILED Anonymous Subscription must select only one',
        ],
      ];
      world().takeSeen();
      for (const [query, error, variables] of wrong) {
        const reader = await start(world(), query, variables);
        expectAnswer(await reader.next(), { data: undefined, errors: [error] });
      }
      expect(world().takeSeen()).toEqual([]);
    });
  });
});
