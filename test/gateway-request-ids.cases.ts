import { createServer } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { createLog } from '../kit/log.ts';
import { listen } from '../kit/server.ts';
import { startSmallWorld } from './gateway.ts';

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

  test('is on no line for those who are not signed in: they could write as many as they like', async () => {
    const lines: string[] = [];
    const world = await startSmallWorld({ log: createLog('gateway', 'info', (line) => void lines.push(line)) });
    const { status, headers } = await world.post({ query: '{ tick { n } }' }, { 'x-request-id': 'nobody-here' });
    expect([status, headers.get('x-request-id')]).toEqual([401, 'nobody-here']);
    expect(lines.join()).not.toContain('nobody-here');
    await world.stop();
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
