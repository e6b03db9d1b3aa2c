import { describe, expect, test } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import {
  type Open,
  runEvent,
  type SubgraphResponse,
  type SubscriptionRequest,
  subscribe,
} from '../../gateway/execute/index.ts';
import { buildGraph, type Graph } from './graph.ts';

/** A source that a test feeds by hand and that records how it ended. */
class Source implements AsyncIterableIterator<SubgraphResponse> {
  closed = 0;
  #events: SubgraphResponse[] = [];
  #failure: Error | undefined;
  #wake: () => void = () => {};

  [Symbol.asyncIterator]() {
    return this;
  }
  push(event: SubgraphResponse) {
    this.#events.push(event);
    this.#wake();
  }
  fail(error: Error) {
    this.#failure = error;
    this.#wake();
  }
  async next(): Promise<IteratorResult<SubgraphResponse>> {
    while (true) {
      const value = this.#events.shift();
      if (value) return { done: false, value };
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
  async return(): Promise<IteratorResult<SubgraphResponse>> {
    this.closed++;
    return { done: true, value: undefined };
  }
}

const buildPosts = (): Graph =>
  buildGraph({
    posts: {
      typeDefs: `
        type Query { posts: [Post] }
        type Post { id: ID! by: Author }
        type Author @key(fields: "id") { id: ID! }
        type Subscription { posted(room: ID!, after: String): Post! }
      `,
    },
    authors: {
      typeDefs: 'type Author @key(fields: "id") { id: ID! name: String! nick: String }',
      resolvers: { Author: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `name of ${id}` }) } },
    },
  });

const text = 'subscription ($room: ID!) { event: posted(room: $room) { id by { name } } }';

async function start(graph: Graph, operation = text, variables: Record<string, unknown> = { room: 1 }) {
  const source = new Source();
  const opened: SubscriptionRequest[] = [];
  const open: Open = (request) => {
    opened.push(request);
    return source;
  };
  const planned = graph.planner.plan(operation);
  const events = await subscribe({ planned, variables, send: graph.send, open, context: {} });
  return { source, opened, planned, events: events as AsyncIterableIterator<ExecutionResult> };
}

const post = (id: string, by: string): SubgraphResponse => ({
  data: { event: { id, by: { __typename: 'Author', id: by } } },
});

describe('a subscription', () => {
  test('opens one upstream and completes each event from the other subgraphs', async () => {
    const graph = buildPosts();
    const { source, opened, events } = await start(graph);
    source.push(post('1', 'a'));
    source.push(post('2', 'b'));
    expect((await events.next()).value).toEqual({ data: { event: { id: '1', by: { name: 'name of a' } } } });
    expect((await events.next()).value).toEqual({ data: { event: { id: '2', by: { name: 'name of b' } } } });
    expect(opened).toMatchObject([{ subgraph: 'posts', operationKind: 'subscription', variables: { room: '1' } }]);
    expect(opened[0]?.query).toMatch(/^subscription/);
  });

  test('ends its upstream when it is returned, also while an event is awaited', async () => {
    const { source, events } = await start(buildPosts());
    const waiting = events.next();
    source.push(post('1', 'a'));
    await waiting;
    const pending = events.next();
    // Let `next` reach the source before it is ended.
    await new Promise((resolve) => setImmediate(resolve));
    await events.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(source.closed).toBe(1);
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test('that nobody listened to never opens its upstream', async () => {
    const { opened, events } = await start(buildPosts());
    await events.return?.();
    expect((await events.next()).done).toBe(true);
    expect(opened).toHaveLength(0);
  });

  test('whose upstream breaks ends with one last result that says so', async () => {
    const { source, events } = await start(buildPosts());
    source.push(post('1', 'a'));
    source.fail(new Error('socket closed'));
    expect((await events.next()).value.data).toBeTruthy();
    const { value } = await events.next();
    expect(JSON.parse(JSON.stringify(value))).toEqual({
      data: null,
      errors: [
        {
          message: "Subgraph 'posts' is unavailable.",
          path: ['event'],
          extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'posts' },
        },
      ],
    });
    expect((await events.next()).done).toBe(true);
  });

  test('goes on when a joined subgraph is down for one event', async () => {
    const graph = buildPosts();
    const { source, events } = await start(graph);
    graph.instead.set('authors', () => Promise.reject(new Error('down')));
    source.push(post('1', 'a'));
    const { value } = await events.next();
    expect(value.data).toEqual({ event: { id: '1', by: null } });
    expect(value.errors[0]).toMatchObject({
      path: ['event', 'by', 'name'],
      extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
    });
    graph.instead.clear();
    source.push(post('2', 'b'));
    expect((await events.next()).value.errors).toBeUndefined();
  });

  test('with bad variables answers errors instead of events', async () => {
    const { events, opened } = await start(buildPosts(), text, {});
    expect(events).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(opened).toHaveLength(0);
  });
});

test('one event can be run for many, and is not written to', async () => {
  const graph = buildPosts();
  const planned = graph.planner.plan(text);
  const event = post('1', 'a');
  const before = structuredClone(event);
  const results = await Promise.all([1, 2].map((room) => runEvent(planned, event, { room }, graph.send, {})));
  expect(event).toEqual(before);
  for (const result of results) expect(result).toEqual({ data: { event: { id: '1', by: { name: 'name of a' } } } });
});
