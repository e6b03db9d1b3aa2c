import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { DocumentNode, ExecutionResult } from 'graphql';
import { Cache } from '../gateway/cache.ts';
import { createDocumentReader } from '../gateway/limits.ts';
import { createOperations } from '../gateway/operations.ts';
import { createStream } from '../gateway/streams.ts';
import { createGraph } from '../gateway/supergraph/graph.ts';
import type { Actor } from '../kit/context.ts';
import { createLog } from '../kit/log.ts';
import { BoundedQueue, QueueOverflow } from '../kit/queue.ts';
import { bombs, many, network } from './bombs.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** Megabytes in use once what nobody holds is gone. */
const heap = () => {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
};

const supergraph = readFileSync(new URL('../schema/supergraph.graphql', import.meta.url), 'utf8');
const known = createGraph(supergraph);
const operations = (graph = known, production = true) =>
  createOperations({
    graphs: { current: graph },
    read: createDocumentReader(),
    wire: undefined as never, // nothing is run here
    production,
    log: createLog('test', 'error'),
  });
const ana: Actor = { kind: 'SEAT', subject: 'ana', networks: [], roles: [], rightsVersion: 1 };

describe('no document blocks the event loop for 50 ms', () => {
  beforeAll(() => {
    // Compiled code is what a running gateway has.
    const { prepare } = operations();
    for (let i = 0; i < 60; i += 1) prepare({ query: `{ a${i}: networks { id bodies { id } name { text } } }` }, ana);
    for (const [, query] of bombs) expect(typeof attempt(query)).toBe('number');
  });

  /** Milliseconds of this thread for reading, validating and planning it. */
  function attempt(query: string): number {
    const { prepare } = operations();
    const before = process.cpuUsage();
    try {
      prepare({ query }, ana);
    } catch {
      // refused, as most are
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  }

  test.each(bombs)('%s', (_name, query) => {
    // The least of three: what a collection of garbage takes is not the document's.
    expect(Math.min(attempt(query), attempt(`${query} `), attempt(`${query}  `))).toBeLessThan(50);
  });
});

test('the operations in schema/operations pass with the limits of a partner', () => {
  for (const name of ['unified', 'plan-live', 'network-updates']) {
    const text = readFileSync(new URL(`../schema/operations/${name}.graphql`, import.meta.url), 'utf8');
    expect(createDocumentReader()(text, { ...ana, kind: 'PARTNER' }).kind).toBe('Document');
  }
});

describe('memory', () => {
  test('a cache holds what it may, and forgets what was not used longest', () => {
    const cache = new Cache<string>(10);
    for (let i = 0; i < 10_000; i += 1) {
      cache.set(`${i}`, 'x');
      cache.get('0');
    }
    cache.set('heavy', 'x', 8);
    cache.set('too heavy', 'x', 11);
    expect([cache.size, cache.get('0'), cache.get('heavy'), cache.get('too heavy')]).toEqual([3, 'x', 'x', undefined]);
  });

  test('large documents that all differ leave no more than the caches hold', () => {
    const { prepare } = operations(createGraph(supergraph));
    const before = heap();
    for (let i = 0; i < 400; i += 1) {
      prepare({ query: `{ network(slug: "${i}${'x'.repeat(200_000)}") { id } }` }, ana);
      prepare(
        { query: network(`${many(29, (j) => `a${i}x${j}: name(locale: "es") { text }`)} ${'id '.repeat(60)}`) },
        ana,
      );
    }
    expect(heap() - before).toBeLessThan(110); // of 300 MB
  });

  test('nor do the many settings of what is included by variables', () => {
    const { prepare } = operations(createGraph(supergraph));
    const items = 'id kind seats { id displayName organisation { id name country { code } } }';
    const query = (n: number) =>
      `query (${many(6, (i) => `$v${i}: Boolean!`)}) ${network(many(14, (i) => `b${n}x${i}: bodies ${i < 6 ? `@include(if: $v${i})` : ''} { ${items} }`))}`;
    const before = heap();
    for (let n = 0; n < 15; n += 1) {
      for (let setting = 0; setting < 64; setting += 1) {
        const values = Array.from({ length: 6 }, (_, i) => [`v${i}`, (setting >> i) % 2 === 1]);
        const variables = Object.fromEntries(values);
        const { planned } = prepare({ query: query(n), variables }, ana);
        expect(planned.variantFor(variables)).toBe(planned.variantFor({ ...variables }));
      }
    }
    expect(heap() - before).toBeLessThan(28); // of 40 MB
  });

  test('comments are not kept with the documents they stand in', () => {
    const { prepare } = operations(createGraph(supergraph));
    prepare({ query: '# warm\n{ networks { id } }' }, ana);
    const before = heap();
    let document: DocumentNode | undefined;
    for (let i = 0; i < 30; i += 1) {
      const query = `# ${i}\n${'#\n'.repeat(80_000)}{ networks { id # which\n slug } } # end`;
      ({ document } = prepare({ query }, ana));
    }
    expect(heap() - before).toBeLessThan(30); // of 250 MB
    const tokens: string[] = [];
    for (let token = document?.loc?.startToken; token; token = token.next ?? undefined) tokens.push(token.kind);
    expect(tokens.join(' ')).toBe('<SOF> { Name { Name Name } } <EOF>');
  });

  test('a stream of 20,000 events keeps none of them', async () => {
    let n = 0;
    const source: AsyncIterableIterator<ExecutionResult> = {
      [Symbol.asyncIterator]: () => source,
      next: async () => {
        n += 1;
        return { done: false, value: { data: { event: { cursor: `c${n}`, rest: new Array(500).fill(n) } } } };
      },
      return: async () => ({ done: true, value: undefined }),
    };
    const stream = createStream(source, () => {});
    const before = heap();
    for (let i = 0; i < 20_000; i += 1) await stream.next();
    expect(heap() - before).toBeLessThan(10); // 80 MB have passed through
    stream.fail('RIGHTS_CHANGED', 'over');
    expect((await stream.next()).value.errors[0].extensions.cursor).toBe('c20000');
    expect((await stream.next()).done).toBe(true);
  });

  test('a queue is bounded by weight as well, and one item may always wait', async () => {
    const queue = new BoundedQueue<string>(100, () => {}, { capacity: 10, of: (text) => text.length });
    expect(queue.push('x'.repeat(50))).toBe(true);
    expect((await queue.next()).value).toHaveLength(50);
    expect([queue.push('12345'), queue.push('12345'), queue.push('1')]).toEqual([true, true, false]);
    await expect(queue.next()).rejects.toThrow(QueueOverflow);
    expect(await queue.next()).toEqual({ value: undefined, done: true });
  });
});
