import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { readConfig } from '../../kit/config.ts';
import { backOff } from '../../kit/link/back-off.ts';
import { Batches } from '../../kit/link/batches.ts';
import { type Link, type LinkOptions, openLink, type Peer } from '../../kit/link.ts';
import { createLog } from '../../kit/log.ts';
import { startClock } from '../clock.ts';
import { freePort } from '../port.ts';
import { until } from '../processes.ts';

describe('link', () => {
  const key = 'n4u_africa_1_secret';
  let peers: { port: number; tries: number; triedAt: number[]; stop(): Promise<void> } | undefined;
  let lines: string[];
  let links: Link[];
  beforeEach(() => {
    lines = [];
    links = [];
  });
  afterEach(async () => {
    for (const link of links) await link.stop();
    await peers?.stop();
    peers = undefined;
  });

  /** A gateway in small: knows one key, answers `hello`, and counts to `upTo`, or for ever. */
  async function startPeer(port = 0): Promise<NonNullable<typeof peers>> {
    const schema = buildSchema('type Query { hello: String } type Subscription { count(upTo: Int!): Int }');
    const server: Server = createServer();
    const sockets = new WebSocketServer({ server, path: '/graphql' });
    const peer = { port, tries: 0, triedAt: [] as number[], stop: async () => {} };
    const served = useServer(
      {
        schema,
        roots: {
          query: { hello: () => 'here' },
          subscription: {
            count: async function* ({ upTo }: { upTo: number }) {
              for (let count = 1; count <= upTo; count++) yield { count };
            },
          },
        },
        onConnect: ({ connectionParams }) => {
          peer.tries += 1;
          peer.triedAt.push(performance.now());
          return connectionParams?.authorization === `Bearer ${key}`;
        },
      },
      sockets,
    );
    await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
    peer.port = (server.address() as { port: number }).port;
    peer.stop = async () => {
      await served.dispose();
      await new Promise((done) => server.close(done));
    };
    return peer;
  }
  function open(port: number, over: Partial<LinkOptions> = {}): Link {
    const link = openLink({
      region: 'africa',
      url: `http://127.0.0.1:${port}`,
      readKey: async () => `${key}\n`,
      log: createLog('link', 'warn', (line) => lines.push(line)),
      session: (peer) => new Promise((done) => peer.signal.addEventListener('abort', () => done())),
      ...over,
    });
    links.push(link);
    return link;
  }

  describe('a link', () => {
    test('asks and follows, in batches, and is made again when it ends', async () => {
      const there = await startPeer();
      peers = there;
      const seen: unknown[] = [];
      let sessions = 0;
      const link = open(there.port, {
        async session(peer: Peer) {
          sessions += 1;
          seen.push(await peer.ask('{ hello }'));
          for await (const batch of peer.follow<number>('subscription { count(upTo: 7) }', {}, { batch: 3 }))
            seen.push(batch.length <= 3 ? batch.length : batch);
          await peer.ask('{ nothing }').catch((error) => seen.push(`${error.name} ${error.message}`));
        },
      });
      await until(() => sessions === 2 && seen.length > 8);
      expect(seen[0]).toEqual({ hello: 'here' });
      expect(seen.filter((one) => typeof one === 'number').reduce((sum: number, one) => sum + (one as number), 0)).toBe(
        14,
      );
      expect(seen.filter((one) => typeof one === 'string')[0]).toMatch(/^PeerError Cannot query field/);
      expect(link.status.heardAt).not.toBeNull();
    });

    test('that has ended answers nothing more, and makes no connection of its own', async () => {
      const there = await startPeer();
      peers = there;
      let old: Peer | undefined;
      open(there.port, {
        session(peer) {
          old ??= peer;
          return new Promise((done) => peer.signal.addEventListener('abort', () => done()));
        },
      });
      await until(() => old !== undefined);
      await old!.close();
      const { tries } = there;
      await expect(old!.follow('subscription { count(upTo: 7) }', {}).next()).rejects.toThrow('closed');
      await expect(old!.ask('{ hello }')).rejects.toThrow('closed');
      expect(there.tries).toBe(tries);
    });

    test('that is refused is not tried sooner when woken; the key is told to nobody', async () => {
      const there = await startPeer();
      peers = there;
      const link = open(there.port, { readKey: async () => 'n4u_wrong_key', random: () => 1 });
      await until(() => there.tries >= 2); // after 1 s
      for (let times = 0; times < 50; times++) link.wake();
      await new Promise((done) => setTimeout(done, 500)); // far less than the 2 s of its next wait
      const [, second = 0, third = Number.POSITIVE_INFINITY] = there.triedAt;
      expect(third - second).toBeGreaterThan(1_900); // it may be due by now on a machine that had no turn for us
      expect(link.status.error).toContain('4403');
      expect(lines.join()).not.toContain('n4u_wrong_key');
    });

    test('to a peer that is away finds it soon, and at once when woken', async () => {
      const port = await freePort();
      const link = open(port, { random: () => 1 });
      await until(() => link.status.state === 'WAITING');
      peers = await startPeer(port);
      await new Promise((done) => setTimeout(done, 50));
      const passed = startClock();
      link.wake();
      await until(() => link.status.state === 'CONNECTED');
      expect(passed()).toBeLessThan(700); // the wait alone was 1 s
      expect(lines).toHaveLength(1);
    });
  });

  test('a peer that refuses is asked ever more seldom; one that cannot be reached stays within 2 s for a quarter of an hour', () => {
    const wait = (failures: number, unanswered: boolean, minutes: number, random = 1) =>
      backOff(failures, { unanswered, silence: minutes * 60_000, random: () => random });
    expect([0, 1, 2, 5, 6, 60].map((failures) => wait(failures, false, 0))).toEqual([1e3, 2e3, 4e3, 32e3, 60e3, 60e3]);
    expect([0, 1, 2, 60].map((failures) => wait(failures, true, 14))).toEqual([1e3, 2e3, 2e3, 2e3]);
    expect(wait(60, true, 16)).toBe(60_000);
    expect(wait(3, false, 0, 0)).toBe(4_000);
  });

  test('a reader that is far behind gets what there is, then the end', async () => {
    let closed = 0;
    const batches = new Batches<number>(2, 3, () => {
      closed += 1;
    });
    for (const n of [1, 2, 3, 4]) batches.push(n);
    const read: number[][] = [];
    for await (const batch of batches) read.push(batch);
    expect([read, closed]).toEqual([[[1, 2], [3]], 1]);
  });

  test('LINKS names each region once, with its address, and not this one', () => {
    expect(readConfig({ LINKS: ' africa=https://africa.example/ ,asia=http://10.0.0.7:4000' }).LINKS).toEqual([
      { region: 'africa', url: 'https://africa.example' },
      { region: 'asia', url: 'http://10.0.0.7:4000' },
    ]);
    for (const wrong of [
      'africa',
      'Africa=https://a.example',
      'africa=ftp://a',
      'a=http://x,a=http://y',
      'local=http://x',
    ])
      expect(() => readConfig({ LINKS: wrong })).toThrow('LINKS');
  });
});
