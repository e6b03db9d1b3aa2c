import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { SubgraphRequest } from '../gateway/execute/index.ts';
import { createCounters } from '../gateway/telemetry/counters.ts';
import { createObserver } from '../gateway/telemetry/observe.ts';
import { NotAsked } from '../gateway/wire/failure.ts';
import { createHeaderTable } from '../gateway/wire/headers.ts';
import { createRequests } from '../gateway/wire/requests.ts';
import { createRetries } from '../gateway/wire/retry.ts';
import { createWire, type GatewayContext } from '../gateway/wire/wire.ts';
import { createAssertionSigner } from '../kit/assertion.ts';
import { gatewayActor } from '../kit/context.ts';
import { createLog } from '../kit/log.ts';
import { startClock } from './clock.ts';
import { secret, startSmallWorld, until } from './gateway.ts';

describe('gateway resilience', () => {
  const signer = createAssertionSigner(secret);
  const context = { actor: gatewayActor, requestId: 'resilience-test' };
  const query: SubgraphRequest = { subgraph: 'stand', query: '{ a }', operationKind: 'query' };
  const mutation: SubgraphRequest = { ...query, query: 'mutation { a }', operationKind: 'mutation' };
  const milliseconds = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  type Answer = (request: IncomingMessage, response: ServerResponse) => void;

  const good: Answer = (_request, response) =>
    void response.setHeader('content-type', 'application/json').end('{"data":{"a":1}}');
  const cut: Answer = (request) => void request.socket.destroy();

  /** A subgraph that does as it is told, and the wire to it. */
  async function stand(begin: Answer = good) {
    let answer = begin;
    let asked = 0;
    let looked = 0;
    let together = 0;
    let most = 0;
    const server = createServer((request, response) => {
      if (request.url !== '/graphql') {
        looked += 1;
        return void response.end('{}');
      }
      asked += 1;
      together += 1;
      most = Math.max(most, together);
      response.once('close', () => {
        together -= 1;
      });
      answer(request, response);
    });
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => void sockets.add(socket));
    const listen = (port = 0) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await listen();
    const { port } = server.address() as AddressInfo;
    const close = () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    };
    const urls = { stand: `http://127.0.0.1:${port}/graphql` };
    const counters = createCounters(['stand']);
    const wire = createWire(urls, signer, counters);
    const ask = (request = query, more: object = {}) => wire.send(request, { ...context, ...more });
    /** How each of this many requests at once ended. */
    const askMany = (count: number) =>
      Promise.all(
        Array.from({ length: count }, () =>
          ask().then(
            (response) => (response.errors ? 'errors' : 'data'),
            (error) => (error instanceof NotAsked ? error.reason : 'failed'),
          ),
        ),
      );
    return {
      urls,
      wire,
      ask,
      askMany,
      close,
      listen: () => listen(port),
      looked: () => looked,
      outcomes: counters.fetches.get('stand')?.outcomes as Record<string, number>,
      circuit: wire.circuits.get('stand') as { state: string; opened: number },
      budget: wire.budgets.get('stand') as { tries: number; denied: number },
      asked: () => asked,
      /** The most requests that it was answering at one time, since this was last asked. */
      mostTogether() {
        const found = most;
        most = together;
        return found;
      },
      answers(next: Answer) {
        answer = next;
      },
      async stop() {
        await wire.stop();
        await close();
      },
    };
  }
  type Stand = Awaited<ReturnType<typeof stand>>;

  let at: Stand | undefined;
  const standing = async (begin?: Answer): Promise<Stand> => {
    at = await stand(begin);
    return at;
  };
  afterEach(async () => {
    await at?.stop();
    at = undefined;
  });

  describe('a request that failed on the way', () => {
    test('is made again, twice at most, if it is a query', async () => {
      let failures = 2;
      const s = await standing((request, response) => (failures-- > 0 ? cut : good)(request, response));
      expect((await s.ask()).data).toEqual({ a: 1 });
      expect([s.asked(), s.outcomes.failed, s.outcomes.ok, s.budget.tries]).toEqual([3, 2, 1, 2]);
      failures = 3;
      await expect(s.ask()).rejects.toThrow();
      expect(s.asked()).toBe(6);
    });

    test('is not made again if it is a mutation that may have been done', async () => {
      const s = await standing(cut);
      await expect(s.ask(mutation)).rejects.toThrow();
      expect(s.asked()).toBe(1);
    });

    test('is made again if it is a mutation that nobody can have received', async () => {
      const s = await standing();
      await s.close();
      const answer = s.ask(mutation);
      while (s.outcomes.refused === 0) await new Promise((resolve) => setImmediate(resolve)); // before it is tried again
      await s.listen();
      expect((await answer).data).toEqual({ a: 1 });
      expect(s.asked()).toBe(1);
    });

    test.each<[string, Answer]>([
      ['GraphQL errors', (_request, response) => void response.end('{"data":null,"errors":[{"message":"no"}]}')],
      ['a page', (_request, response) => void response.writeHead(502).end('<html>')],
    ])('is not made again when there was an answer: %s', async (_name, answer) => {
      const s = await standing(answer);
      await s.ask().catch(() => {});
      expect(s.asked()).toBe(1);
    });

    test('is not made again once the client has gone', async () => {
      const client = new AbortController();
      const s = await standing((request, response) => {
        cut(request, response);
        setImmediate(() => client.abort());
      });
      await expect(s.ask({ ...query, signal: client.signal })).rejects.toThrow();
      await milliseconds(250); // longer than the longest pause before another try
      expect(s.asked()).toBe(1);
    });

    test('is not made again when the operation has no time left for it', async () => {
      let endsAt = Number.POSITIVE_INFINITY;
      const s = await standing((request, response) => {
        // 20 ms before its time is over, however long it was on its way here; the shortest pause before another try has 25
        setTimeout(() => cut(request, response), endsAt - 20 - performance.now());
      });
      endsAt = performance.now() + 2_000;
      await expect(s.ask(query, { endsAt })).rejects.toThrow();
      await milliseconds(250); // longer than the longest pause before another try
      expect([s.asked(), s.budget.tries]).toEqual([1, 0]);
    });

    test('an outage is not multiplied: further tries are a fifth of the requests, and ten', async () => {
      const s = await standing();
      await s.close();
      const requests = createRequests(s.urls, signer, createHeaderTable(undefined, ['stand']));
      let made = 0;
      const { send, budgets } = createRetries(
        (request, more: GatewayContext) => {
          made += 1;
          return requests.send(request, more);
        },
        ['stand'],
      );
      for (let i = 0; i < 6; i += 1)
        await Promise.all(Array.from({ length: 50 }, () => send(query, context).catch(() => {})));
      await requests.stop();
      const { tries, denied } = budgets.get('stand') as { tries: number; denied: number };
      expect(made).toBe(300 + tries);
      expect(tries).toBeLessThanOrEqual(70);
      expect(tries).toBeGreaterThan(50);
      expect(denied).toBeGreaterThan(0);
    });
  });

  describe('a subgraph that is away', () => {
    test('is spared: requests fail at once, and it is asked every half second', async () => {
      const s = await standing(cut);
      await s.askMany(20);
      expect(s.circuit.state).toBe('open');
      let asked = 0;
      for (let began = Number.NEGATIVE_INFINITY; performance.now() - began > 400; ) {
        // Who gets no turn for half a second is a probe himself: then once more, right after one that failed.
        if (asked > 0) {
          await milliseconds(550);
          await s.askMany(1);
        }
        [asked, began] = [s.asked(), performance.now()];
        const passed = startClock();
        const outcomes = new Set(await s.askMany(500));
        expect(passed()).toBeLessThan(400);
        if (performance.now() - began > 400) continue;
        expect(outcomes).toEqual(new Set(['open']));
        expect(s.asked()).toBe(asked);
      }
      await milliseconds(550); // until a probe is due
      await s.askMany(1);
      expect(s.asked() - asked).toBeLessThanOrEqual(3); // one, and its further tries
      expect(s.circuit).toMatchObject({ state: 'open', opened: 1 });
    });

    test('serves again within a second of being back', async () => {
      const s = await standing(cut);
      await s.askMany(20);
      s.answers(good);
      const passed = startClock();
      while ((await s.askMany(1))[0] !== 'data') await milliseconds(10); // as clients do
      expect(passed()).toBeLessThan(1_000);
      expect(new Set(await s.askMany(50))).toEqual(new Set(['data']));
      expect(s.circuit.state).toBe('closed');
    });

    test('that has come back refuses none: what comes during the probe waits for its outcome', async () => {
      const s = await standing(cut);
      await s.askMany(20);
      await milliseconds(550); // until a probe is due
      s.mostTogether();
      const probes: (() => void)[] = [];
      s.answers((request, response) => {
        if (s.circuit.state === 'half-open') probes.push(() => good(request, response));
        else good(request, response);
      });
      const many = s.askMany(20);
      await until(() => probes.length > 0);
      await milliseconds(100); // in which others that do not wait would have come, too
      expect(s.mostTogether()).toBe(1);
      for (const end of probes) end();
      expect(new Set(await many)).toEqual(new Set(['data']));
    });

    test('but hangs does not keep those waiting who come during the probe', async () => {
      const s = await standing(cut);
      await s.askMany(20);
      await milliseconds(550); // until a probe is due
      s.answers(() => {});
      const probe = s.askMany(1);
      const passed = startClock();
      expect(new Set(await s.askMany(20))).toEqual(new Set(['open']));
      expect(passed()).toBeLessThan(1_500);
      await s.wire.stop();
      expect(await probe).toEqual(['failed']);
    });

    test('is asked whether it is there all the same, and served from at once when it is', async () => {
      const s = await standing();
      await s.close();
      await s.askMany(20);
      expect(s.circuit.state).toBe('open');
      expect(await s.wire.findSilent()).toEqual(['stand']);
      await s.listen();
      expect(await s.wire.findSilent()).toEqual([]);
      expect(await s.askMany(20)).toEqual(Array(20).fill('data'));
    });

    test('is looked at once, however many ask at once whether it is there', async () => {
      const s = await standing();
      expect(new Set((await Promise.all(Array.from({ length: 200 }, () => s.wire.findSilent()))).flat())).toEqual(
        new Set(),
      );
      expect(s.looked()).toBe(1);
      await s.wire.findSilent();
      expect(s.looked()).toBe(2);
    });

    test.each<[string, string, Answer]>([
      ['GraphQL errors', 'errors', (_, response) => void response.end('{"data":null,"errors":[{"message":"no"}]}')],
      [
        'GraphQL errors with 500',
        'errors',
        (_, response) => void response.writeHead(500).end('{"errors":[{"message":"no"}]}'),
      ],
      ['a page', 'failed', (_, response) => void response.end('<html>')],
    ])('is another than one that answers %s', async (_name, outcome, answer) => {
      const s = await standing(answer);
      expect(new Set(await s.askMany(50))).toEqual(new Set([outcome]));
      expect(s.circuit).toMatchObject({ state: 'closed', opened: 0 });
    });

    test('is one whose answers are of a server that is out of order', async () => {
      const s = await standing((_, response) => void response.writeHead(503).end('<html>'));
      await s.askMany(50);
      expect(s.circuit.state).toBe('open');
    });

    test('is not one whose clients went away', async () => {
      const s = await standing(() => {});
      const client = new AbortController();
      setMaxListeners(0, client.signal);
      const many = Array.from({ length: 50 }, () => s.ask({ ...query, signal: client.signal }).catch(() => {}));
      await until(() => s.asked() === 50);
      client.abort();
      await Promise.all(many);
      expect(s.circuit).toMatchObject({ state: 'closed', opened: 0 });
      expect(s.outcomes.aborted).toBe(50);
    });
  });

  describe('the time of an operation', () => {
    test.each<[string, Answer]>([
      ['says nothing', () => {}],
      [
        'sends its answer byte by byte',
        (_request, response) => {
          response.writeHead(200);
          const dripping = setInterval(() => response.write(' '), 50);
          response.once('close', () => clearInterval(dripping));
        },
      ],
    ])('ends a request to a subgraph that %s', async (_name, answer) => {
      let left = false;
      const s = await standing((request, response) => {
        response.once('close', () => {
          left = true;
        });
        answer(request, response);
      });
      const began = performance.now();
      const passed = startClock();
      const ended = s.ask(query, { endsAt: began + 300 });
      await expect(ended).rejects.toMatchObject({ name: 'NotAsked', reason: 'deadline' });
      expect(performance.now() - began).toBeGreaterThanOrEqual(300);
      expect(passed()).toBeLessThan(900);
      await until(() => left);
      await expect(s.ask(query, { endsAt: performance.now() })).rejects.toMatchObject({ reason: 'deadline' });
      expect(s.asked()).toBe(1);
      expect(s.circuit.state).toBe('closed');
    });
  });

  test('each operation has 30 s from its arrival, and each event as long', async () => {
    const log = createLog('test', 'error', () => {});
    const observer = createObserver({ counters: createCounters([]), headers: createHeaderTable(undefined, []), log });
    const arrival = observer.arrive({});
    const prepared = { planned: { kind: 'query', definition: {} } } as never;
    let endsAt: number | undefined;
    const run = async (own: GatewayContext) => {
      endsAt = own.endsAt;
      return { errors: [] };
    };
    await milliseconds(20); // of waiting and planning, which count
    await observer.run(prepared, { ...context, ...arrival }, run);
    expect(endsAt).toBe((arrival.arrivedAt as number) + 30_000);
    const began = performance.now();
    await observer.event(prepared, { ...context, ...arrival }, run);
    expect(endsAt).toBeGreaterThanOrEqual(began + 30_000);
  });

  describe('a whole gateway', () => {
    test('whose subgraph dies under load answers the rest, and is whole again within a second of its return', async () => {
      const world = await startSmallWorld();
      const ana = await world.member();
      const ask = () => ana.ask('{ tick { n } me { id } }');
      expect((await ask()).errors).toBeUndefined();
      await world.subgraphs.networks.stop();
      for (let i = 0; i < 8; i += 1) {
        for (const { data, errors } of await Promise.all(Array.from({ length: 10 }, ask))) {
          expect(data).toEqual({ tick: null, me: { id: 'seat:1' } });
          expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['SUBGRAPH_UNAVAILABLE']);
        }
      }
      await world.subgraphs.restartNetworks();
      const passed = startClock();
      while ((await ask()).errors) expect(passed()).toBeLessThan(1_000);
      expect((await Promise.all(Array.from({ length: 50 }, ask))).filter(({ errors }) => errors)).toEqual([]);
      await ana.leave();
      await world.stop();
    });
  });
});
