import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { start as startGateway } from '../gateway/server.ts';
import { createLog } from '../kit/log.ts';
import { listen } from '../kit/server.ts';
import { type SmallWorld, startSmallWorld, until } from './gateway.ts';
import { listenIn } from './listen-in.ts';

const scrape = async (url: string) => (await fetch(url)).text();
const readMetric = (text: string, name: string, labels: Record<string, string> = {}): number | undefined => {
  for (const line of text.split('\n')) {
    const [, found, inside = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (found === name && Object.entries(labels).every(([key, wanted]) => inside.includes(`${key}="${wanted}"`)))
      return Number(value);
  }
  return undefined;
};

describe('metrics', () => {
  let world: SmallWorld;
  beforeAll(async () => {
    world = await startSmallWorld({ telemetry: { metrics: { port: 0, host: '127.0.0.1' } } });
  });
  afterAll(() => world.stop());
  const read = async () => scrape(world.gateway.metricsUrl as string);

  test('count operations, requests to subgraphs and plans', async () => {
    const ana = await world.member();
    const before = await read();
    const query = 'query Ana_Lovelace { tick { n by { id name } } }';
    for (let i = 0; i < 3; i += 1) expect((await ana.ask(query)).errors).toBeUndefined();
    await ana.ask('{ nonsense }');
    const after = await read();
    const grown = (name: string, labels?: Record<string, string>) =>
      (readMetric(after, name, labels) ?? 0) - (readMetric(before, name, labels) ?? 0);
    expect(grown('gateway_operations_total', { kind: 'query', operation: 'other', code: 'OK' })).toBe(3);
    expect(grown('gateway_operations_total', { kind: 'unknown', code: 'GRAPHQL_VALIDATION_FAILED' })).toBe(1);
    expect(grown('gateway_operation_duration_seconds_count', { kind: 'query' })).toBe(3);
    expect(grown('gateway_operation_duration_seconds_bucket', { kind: 'query', le: '+Inf' })).toBe(3);
    expect(grown('gateway_http_requests_total', { path: '/graphql', status: '200' })).toBe(4);
    // besides, networks is asked every half second whether rights have changed
    expect(grown('gateway_subgraph_requests_total', { subgraph: 'networks', outcome: 'ok' })).toBeGreaterThanOrEqual(3);
    expect(grown('gateway_subgraph_request_duration_seconds_count', { subgraph: 'members' })).toBeGreaterThanOrEqual(3);
    expect(grown('gateway_plan_cache_total', { outcome: 'miss' })).toBe(1);
    expect(grown('gateway_plan_cache_total', { outcome: 'hit' })).toBe(2);
    expect(readMetric(after, 'gateway_circuit_state', { subgraph: 'networks' })).toBe(0);
    expect(after).toContain('gateway_supergraph_info{id="');
    expect(readMetric(after, 'nodejs_eventloop_lag_p99_seconds')).toBeDefined();
    expect(readMetric(after, 'nodejs_heap_size_used_bytes')).toBeGreaterThan(0);
    await ana.leave();
  });

  test('name nobody: neither what clients call their operations, nor who they are', async () => {
    const ana = await world.member();
    await ana.ask('query Ana_Lovelace { me { id } }');
    await fetch(`${world.gateway.url}/ana-lovelace`, { headers: { 'x-request-id': 'ana-lovelace' } });
    const text = await read();
    expect(text).not.toMatch(/lovelace|seat:1|"ana"|org:1|127\.0\.0\.1/i);
    await ana.leave();
  });

  test('count sockets and streams that are open, and subscriptions at subgraphs', async () => {
    const ana = await world.member();
    const streams = [ana.follow('subscription { ticks { n cursor } }'), ana.follow('subscription { ticks { n } }')];
    for (const stream of streams) await stream.next();
    const open = await read();
    expect(readMetric(open, 'gateway_sockets')).toBe(1);
    expect(readMetric(open, 'gateway_streams')).toBe(2);
    expect(readMetric(open, 'gateway_upstreams')).toBe(2);
    expect(readMetric(open, 'gateway_events_total')).toBeGreaterThanOrEqual(2);
    expect(readMetric(open, 'gateway_deliveries_total')).toBeGreaterThanOrEqual(2);
    for (const stream of streams) stream.close();
    await ana.leave();
    await until(() => world.subgraphs.opened.size === 0);
    const closed = await read();
    for (const name of ['gateway_sockets', 'gateway_streams', 'gateway_upstreams'])
      expect([name, readMetric(closed, name)]).toEqual([name, 0]);
  });

  test('count streams that were ended because their client fell behind', async () => {
    const headers = {
      authorization: `Bearer ${await world.sign()}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    };
    const asked = request(`${world.gateway.url}/graphql`, { method: 'POST', headers });
    const answering = once(asked, 'response');
    asked.end(JSON.stringify({ query: 'subscription { ticks { n text } }' }));
    const [response] = (await answering) as [IncomingMessage]; // and nothing of it is read
    await until(() => world.subgraphs.opened.size === 1);
    const before = await read();
    for (let n = 2; n < 1_500; n += 1) {
      world.subgraphs.tick(n, 'x'.repeat(32 * 1024));
      if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve)); // lets the sockets take it
    }
    await until(() => world.subgraphs.opened.size === 0); // 48 MB: more than the kernel holds for a socket
    response.resume();
    await once(response, 'close');
    const after = await read();
    expect(readMetric(after, 'gateway_overflows_total')).toBe((readMetric(before, 'gateway_overflows_total') ?? 0) + 1);
  });

  test('say when a circuit is open, and that requests were made again', async () => {
    await world.subgraphs.networks.stop();
    const ana = await world.member();
    for (let i = 0; i < 4; i += 1) await Promise.all(Array.from({ length: 5 }, () => ana.ask('{ tick { n } }')));
    const text = await read();
    expect(readMetric(text, 'gateway_circuit_state', { subgraph: 'networks' })).toBe(2);
    expect(readMetric(text, 'gateway_circuit_opened_total', { subgraph: 'networks' })).toBeGreaterThanOrEqual(1);
    expect(readMetric(text, 'gateway_subgraph_retries_total', { subgraph: 'networks' })).toBeGreaterThan(0);
    expect(
      readMetric(text, 'gateway_subgraph_requests_total', { subgraph: 'networks', outcome: 'refused' }),
    ).toBeGreaterThan(0);
    expect(readMetric(text, 'gateway_operations_total', { code: 'SUBGRAPH_UNAVAILABLE' })).toBe(20);
    await world.subgraphs.restartNetworks();
    await ana.leave();
  });

  test('are on a port of their own, which answers nothing else', async () => {
    const own = new URL(world.gateway.metricsUrl as string).origin;
    expect((await fetch(`${world.gateway.url}/metrics`)).status).toBe(404);
    for (const path of ['/', '/graphql', '/health', '/metrics/', '/metrics?a'])
      expect([path, (await fetch(`${own}${path}`)).status]).toEqual([path, 404]);
    expect((await fetch(`${own}/metrics`, { method: 'POST' })).status).toBe(404);
  });

  test('are nowhere in production unless they are asked for; in development here, to this machine', async () => {
    const start = (production: boolean) =>
      startGateway({
        ...world.options,
        telemetry: {},
        port: 0,
        production,
        log: createLog('test', 'error', () => {}),
      });
    const [hidden, shown] = [await start(true), await start(false)];
    expect((await fetch(`${hidden.url}/metrics`)).status).toBe(404);
    expect(hidden.metricsUrl).toBeUndefined();
    expect(await scrape(`${shown.url}/metrics`)).toContain('gateway_operations_total');
    await hidden.stop();
    await shown.stop();
  });
});

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
  async function startTraced(ratio: number, traceContext?: 'continue' | 'trust' | 'ignore') {
    const way = await listenIn();
    const traces = { endpoint: collector.endpoint, ratio };
    const telemetry = { traces, ...(traceContext && { traceContext }) };
    const world = await startSmallWorld({ urls: { networks: way.url }, telemetry });
    way.to(world.subgraphs.networks.url);
    const stop = async () => {
      await world.stop();
      way.stop();
    };
    return { ...world, seen: () => way.seen.flatMap(({ traceparent }) => traceparent ?? []), stop };
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

  test('are not in the way of a gateway that stops while nobody takes them', async () => {
    const world = await startSmallWorld({ telemetry: { traces: { endpoint: 'http://127.0.0.1:1', ratio: 1 } } });
    await ask(world);
    const began = performance.now();
    await world.stop();
    expect(performance.now() - began).toBeLessThan(6_000);
  });
});

describe('a request id', () => {
  test('is the client’s where it is one, and finds the lines of the gateway and of the subgraph that failed', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = createLog('gateway', 'info', (line) => void lines.push(JSON.parse(line)));
    const world = await startSmallWorld({ log });
    await world.subgraphs.networks.stop();
    await world.subgraphs.restartNetworks({
      Query: {
        tick: () => {
          throw new Error('SELECT secret FROM ticks');
        },
      },
    });
    const ask = async (id: string) =>
      world.post(
        { query: 'query Q { tick { n } me { id } }' },
        { authorization: `Bearer ${await world.sign()}`, 'x-request-id': id },
      );
    const { headers, body } = await ask('page-1234.abc_D');
    expect(headers.get('x-request-id')).toBe('page-1234.abc_D');
    const correlationId = body.errors?.[0]?.extensions.correlationId;
    expect(correlationId).toMatch(/^[0-9a-f-]{36}$/);
    const mine = (all: typeof lines) => all.filter(({ requestId }) => requestId === 'page-1234.abc_D');
    expect(mine(lines)).toEqual([
      expect.objectContaining({
        message: 'operation failed',
        level: 'warn',
        kind: 'query',
        errors: [{ code: 'INTERNAL', service: 'networks', correlationId }],
      }),
    ]);
    const there = mine(world.subgraphs.logged.map((line) => JSON.parse(line)));
    expect(there).toEqual([
      expect.objectContaining({ message: 'operation failed', kind: 'query', codes: ['INTERNAL'] }),
      expect.objectContaining({ message: 'unexpected', correlationId, error: 'Error: SELECT secret FROM ticks' }),
    ]);
    for (const bad of ['short', 'x'.repeat(65), 'has blanks in it', 'quote"quote"', '../../etc/passwd']) {
      const made = (await ask(bad)).headers.get('x-request-id');
      expect(made).toMatch(/^[0-9a-f-]{36}$/);
    }
    await world.stop();
  });

  test('is on the line of what went wrong in the gateway itself, over HTTP and on a socket', async () => {
    const stand = createServer((_request, response) =>
      response.end('{"data":{"tick":null},"errors":[{"message":"SELECT x"}]}'),
    );
    const url = `http://127.0.0.1:${await listen(stand, 0, '127.0.0.1')}/graphql`;
    const lines: Record<string, unknown>[] = [];
    const log = createLog('gateway', 'info', (line) => void lines.push(JSON.parse(line)));
    const world = await startSmallWorld({ urls: { networks: url }, log });
    const query = '{ tick { n } }';
    const over = await world.post(
      { query },
      { authorization: `Bearer ${await world.sign()}`, 'x-request-id': 'over-http' },
    );
    const client = createClient({
      url: world.gateway.url.replace('http', 'ws').concat('/graphql'),
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${await world.sign()}` },
    });
    const on = await client.iterate({ query, extensions: { requestId: 'on-a-socket' } }).next();
    for (const [id, errors] of [
      ['over-http', over.body.errors],
      ['on-a-socket', on.value?.errors],
    ] as const) {
      const correlationId = errors?.[0]?.extensions?.correlationId;
      expect(correlationId).toMatch(/^[0-9a-f-]{36}$/);
      expect(lines.filter(({ requestId }) => requestId === id).map(({ message }) => message)).toEqual([
        'operation failed',
        'unexpected',
      ]);
      expect(lines.find((line) => line.correlationId === correlationId)).toMatchObject({ requestId: id });
    }
    await client.dispose();
    await world.stop();
    stand.closeAllConnections();
    stand.close();
  });

  test('is on the line of an operation that is refused, with no more than its code', async () => {
    const lines: string[] = [];
    const world = await startSmallWorld({ log: createLog('gateway', 'info', (line) => void lines.push(line)) });
    const { headers } = await world.post(
      { query: 'query Ana_Lovelace { lovelace }' },
      { authorization: `Bearer ${await world.sign()}` },
    );
    const line = lines.find((one) => one.includes(headers.get('x-request-id') as string)) as string;
    expect(JSON.parse(line)).toMatchObject({
      level: 'info',
      message: 'operation failed',
      errors: [{ code: 'GRAPHQL_VALIDATION_FAILED' }],
    });
    expect(line).not.toMatch(/lovelace/i);
    await world.stop();
  });
});
