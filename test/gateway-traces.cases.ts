import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listen } from '../kit/server.ts';
import { traceHeader } from '../kit/trace.ts';
import { startClock } from './clock.ts';
import { type SmallWorld, startSmallWorld } from './gateway.ts';
import { listenIn } from './listen-in.ts';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: Record<string, unknown>;
  error: boolean;
}

/** An OTLP/HTTP receiver of spans as JSON. */
async function startCollector() {
  const spans: Span[] = [];
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    if (request.method !== 'POST' || request.url !== '/v1/traces') return void response.writeHead(404).end();
    bodies.push(text);
    for (const resource of JSON.parse(text).resourceSpans) {
      for (const span of resource.scopeSpans.flatMap((scope: { spans: unknown[] }) => scope.spans)) {
        const attributes: Record<string, unknown> = {};
        for (const { key, value } of span.attributes) attributes[key] = value.stringValue ?? Number(value.intValue);
        spans.push({ ...span, attributes, error: span.status?.code === 2 });
      }
    }
    response.setHeader('content-type', 'application/json').end('{}');
  });
  const endpoint = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
  return { endpoint, spans, bodies, stop: () => server.close() };
}

describe('traces', () => {
  let collector: Awaited<ReturnType<typeof startCollector>>;
  beforeAll(async () => {
    collector = await startCollector();
  });
  afterAll(() => void collector.stop());
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const parent = (sampled = '01', id = traceId) => ({ traceparent: `00-${id}-b7ad6b7169203331-${sampled}` });
  /** @param ratio undefined: no spans are made */
  async function startTraced(ratio: number | undefined, traceContext?: 'continue' | 'trust' | 'ignore') {
    const way = await listenIn();
    const traces = ratio !== undefined && { traces: { endpoint: collector.endpoint, ratio } };
    const telemetry = { ...traces, ...(traceContext && { traceContext }) };
    const world = await startSmallWorld({ urls: { networks: way.url }, telemetry });
    way.to(world.subgraphs.networks.url);
    const stop = async () => {
      await world.stop();
      way.stop();
    };
    /** Requests of clients. The gateway's own look at the rights, every half second, is nobody's. */
    const asked = () => way.seen.filter((headers) => headers['x-request-id'] !== 'actors');
    const seen = () => asked().flatMap(({ traceparent }) => traceparent ?? []);
    /** What others may be told of. */
    const told = () => asked().map((headers) => headers[traceHeader]);
    return { ...world, seen, told, stop };
  }
  const federated = {
    query: 'query Ana_Lovelace($ms: Int!) { tick { by { name } next { by { name } } } slow(ms: $ms) }',
    variables: { ms: 7 },
  };
  const ask = async (world: SmallWorld, headers: Record<string, string> = {}, body: unknown = federated) =>
    world.post(body, { authorization: `Bearer ${await world.sign()}`, ...headers });

  test('one span for the operation and one for each request below it, in the trace of the client', async () => {
    const world = await startTraced(1);
    const { body } = await ask(world, parent());
    expect(body.errors).toBeUndefined();
    await world.stop(); // which sends what was gathered
    const spans = collector.spans.filter((span) => span.traceId === traceId);
    const root = spans.find(({ parentSpanId }) => parentSpanId === 'b7ad6b7169203331') as Span;
    expect(root).toMatchObject({ name: 'query', attributes: { 'graphql.operation.type': 'query' }, error: false });
    const fetches = spans.filter(({ parentSpanId }) => parentSpanId === root.spanId);
    expect(spans).toHaveLength(1 + fetches.length);
    expect(fetches.map(({ name }) => name).sort()).toEqual(['fetch members', 'fetch networks']);
    const members = fetches.find(({ name }) => name === 'fetch members') as Span;
    expect(members.attributes).toMatchObject({
      'net4u.subgraph': 'members',
      'net4u.outcome': 'ok',
      'net4u.representations': 1,
      'net4u.retries': 0,
      'http.response.status_code': 200,
    });
    expect(members.attributes['http.response.body.size']).toBeGreaterThan(20);
    const networks = fetches.find(({ name }) => name === 'fetch networks') as Span;
    expect(world.seen()).toEqual([`00-${traceId}-${networks.spanId}-01`]); // the subgraph was told of the span that asks it
    expect(world.told()).toEqual([undefined]); // and to tell nobody: it is a client's trace
    expect(collector.bodies.join()).not.toMatch(/lovelace|slow\(|seat:1|"ana"/i); // nor documents, nor variables, nor names
  });

  test('a request that fails and one that is made again show it', async () => {
    const world = await startTraced(1);
    const other = '1bf7651916cd43dd8448eb211c80319c';
    await world.subgraphs.networks.stop();
    expect((await ask(world, parent('01', other))).body.errors).toHaveLength(2);
    await world.stop();
    const spans = collector.spans.filter((span) => span.traceId === other);
    expect(spans.find(({ name }) => name === 'query')).toMatchObject({
      error: true,
      attributes: { 'net4u.code': 'SUBGRAPH_UNAVAILABLE' },
    });
    expect(spans.find(({ name }) => name === 'fetch networks')).toMatchObject({
      error: true,
      attributes: { 'net4u.outcome': 'failed', 'net4u.retries': 2, 'http.response.status_code': 0 },
    });
  });

  test('each event of a subscription is a trace of its own', async () => {
    const world = await startSmallWorld({ telemetry: { traces: { endpoint: collector.endpoint } } });
    const ana = await world.member();
    const before = collector.spans.length;
    const stream = ana.follow('subscription { ticks(count: 2) { n by { name } } }');
    for (const n of [1, 2]) expect((await stream.next()).data.ticks).toEqual({ n, by: { name: `Seat seat:${n}` } });
    await ana.leave();
    await world.stop();
    const spans = collector.spans.slice(before);
    const events = spans.filter(({ name }) => name === 'event');
    expect(events).toHaveLength(2);
    for (const event of events) {
      expect(event.parentSpanId ?? '').toBe('');
      const below = spans.filter(({ parentSpanId }) => parentSpanId === event.spanId);
      expect(below.map(({ name }) => name)).toEqual(['fetch members']);
    }
    expect(new Set(events.map((event) => event.traceId)).size).toBe(2);
  });

  test('a client decides what is sampled only where it is trusted, and is left out where it wants to be', async () => {
    const ids = {
      continued: '2'.repeat(32),
      trusted: '3'.repeat(32),
      ignored: '4'.repeat(32),
      unwanted: '5'.repeat(32),
    };
    const told: Record<string, string[]> = {};
    for (const [ratio, mode, id, sampled] of [
      [0, 'continue', ids.continued, '01'],
      [0, 'trust', ids.trusted, '01'],
      [1, 'ignore', ids.ignored, '01'],
      [1, 'continue', ids.unwanted, '00'],
    ] as const) {
      const world = await startTraced(ratio, mode);
      await ask(world, parent(sampled, id));
      told[id] = world.seen() as string[];
      await world.stop();
    }
    const traced = new Set(collector.spans.map((span) => span.traceId));
    expect([
      traced.has(ids.continued),
      traced.has(ids.trusted),
      traced.has(ids.ignored),
      traced.has(ids.unwanted),
    ]).toEqual([false, true, false, false]);
    // a trace goes on where it is not sampled, unsampled
    expect(told[ids.continued]).toEqual([`00-${ids.continued}-b7ad6b7169203331-00`]);
    expect(told[ids.unwanted]).toEqual([`00-${ids.unwanted}-b7ad6b7169203331-00`]);
    expect(told[ids.ignored]?.join()).not.toContain(ids.ignored);
  });

  test('others are told of a trace that was begun here, or by a client that is trusted, where it is sampled', async () => {
    const id = '6'.repeat(32);
    const forged = { [traceHeader]: `00-${'7'.repeat(32)}-b7ad6b7169203331-01` };
    const own = expect.stringMatching(/^00-(?![67]{32})[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    const cases = [
      [1, 'continue', forged, own],
      [1, 'continue', parent('01', id), undefined],
      [1, 'ignore', parent('01', id), own],
      [
        1,
        'trust',
        parent('01', id),
        expect.stringMatching(new RegExp(`^00-${id}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`)),
      ],
      [0, 'trust', parent('00', id), undefined],
      [0, 'continue', forged, undefined],
      [undefined, 'continue', parent('01', id), undefined],
      [undefined, 'trust', parent('01', id), parent('01', id).traceparent],
      [undefined, 'trust', parent('00', id), undefined],
    ] as const;
    for (const [ratio, mode, headers, told] of cases) {
      const world = await startTraced(ratio, mode);
      await ask(world, headers);
      expect([ratio, mode, headers, world.told()]).toEqual([ratio, mode, headers, [told]]);
      await world.stop();
    }
  });

  test('are not in the way of a gateway that stops while nobody takes them', async () => {
    const world = await startSmallWorld({ telemetry: { traces: { endpoint: 'http://127.0.0.1:1', ratio: 1 } } });
    await ask(world);
    const passed = startClock();
    await world.stop();
    expect(passed()).toBeLessThan(6_000);
  });
});
