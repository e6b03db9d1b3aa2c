import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { start as startGateway } from '../gateway/server.ts';
import { createLog } from '../kit/log.ts';
import { startClock } from './clock.ts';
import { type SmallWorld, startSmallWorld, until } from './gateway.ts';

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
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'net4u-operations-'));
    await writeFile(join(folder, 'ticks.graphql'), 'query Registered { tick { n } }');
    world = await startSmallWorld({ telemetry: { metrics: { port: 0, host: '127.0.0.1' } }, demand: { folder } });
  });
  afterAll(async () => {
    await world.stop();
    await rm(folder, { recursive: true });
  });
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
    await ana.ask('query Registered { tick { n } }');
    await fetch(`${world.gateway.url}/ana-lovelace`, { headers: { 'x-request-id': 'ana-lovelace' } });
    const text = await read();
    expect(readMetric(text, 'gateway_operations_total', { operation: 'Registered', code: 'OK' })).toBe(1);
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
    let closed = await read();
    // The client knows of its socket's end a moment before the gateway does.
    for (let looks = 0; looks < 100 && readMetric(closed, 'gateway_sockets') !== 0; looks += 1) closed = await read();
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
    const stateIn = (metrics: string) => readMetric(metrics, 'gateway_circuit_state', { subgraph: 'networks' });
    let text = await read();
    // Half-open while it is tried: each half second by the look at the rights, for as long as that is made again.
    for (const passed = startClock(); stateIn(text) === 1 && passed() < 5_000; ) text = await read();
    expect(stateIn(text)).toBe(2);
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
