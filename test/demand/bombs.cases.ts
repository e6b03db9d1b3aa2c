import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { bombs } from '../bombs.ts';
import { type SmallWorld, startSmallWorld, until } from '../gateway.ts';
import type { Answer } from '../people.ts';

describe('bombs', () => {
  const supergraph = readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8');
  const nowhere = 'http://127.0.0.1:9/graphql'; // what passes finds nobody there

  let world: SmallWorld;
  let token: string;
  beforeAll(async () => {
    const urls = { 'working-plans': nowhere, discussions: nowhere };
    world = await startSmallWorld({
      supergraph,
      urls,
      demand: { rates: { operations: 1_000, cost: 10_000_000, sockets: 50 } },
    });
    token = await world.sign();
    // Compiled code is what a running gateway has.
    for (const [, query] of bombs) {
      await ask.WebSocket(query);
      await ask.HTTP(query);
    }
  });
  afterAll(() => world.stop());

  type Ask = (query: string) => Promise<Answer | { closed: number }>;
  const ask: Record<'WebSocket' | 'HTTP', Ask> = {
    HTTP: async (query) => (await world.post({ query }, { authorization: `Bearer ${token}` })).body,
    /** On a socket of its own: a frame that is too large closes it. */
    async WebSocket(query) {
      const socket = new WebSocket(`${world.gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      const got: { type: string; payload?: unknown }[] = [];
      let closed = 0;
      socket.on('message', (data) => got.push(JSON.parse(String(data))));
      socket.on('close', (code) => {
        closed = code;
      });
      await new Promise((resolve) => socket.once('open', resolve));
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
      await until(() => got.length === 1);
      socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } }));
      await until(() => got.length > 1 || closed > 0);
      socket.terminate();
      const answer = got[1];
      if (!answer) return { closed };
      return answer.type === 'error' ? { errors: answer.payload as never } : (answer.payload as Answer);
    },
  };

  describe.each(Object.keys(ask) as (keyof typeof ask)[])('over %s', (transport) => {
    test.each(bombs)('%s: refused or answered, within 50 ms of this process', async (_name, query) => {
      let least = Number.POSITIVE_INFINITY;
      for (const blanks of [' ', '  ', '   ']) {
        const before = process.cpuUsage();
        const answer = await ask[transport](blanks + query);
        const { user, system } = process.cpuUsage(before);
        least = Math.min(least, (user + system) / 1_000);
        if ('closed' in answer) expect(answer.closed).toBe(1009);
        else if (!answer.data) {
          const codes = answer.errors?.map(({ extensions }) => extensions.code);
          expect(codes?.length).toBeGreaterThan(0);
          expect(codes).not.toContain('INTERNAL');
        }
      }
      // The client, the message and a subgraph that is not there are in it; the least of three, without a collection of garbage.
      expect(least).toBeLessThan(50);
    });
  });

  test('and it goes on answering', async () => {
    expect(await ask.WebSocket('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    expect(world.logged).toEqual([]);
  });
});
