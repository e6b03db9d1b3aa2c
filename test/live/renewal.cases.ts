import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../gateway.ts';
import { type LiveWorld, notes, startLiveWorld } from './world.ts';

describe('renewal', () => {
  let world: LiveWorld;
  beforeAll(async () => {
    world = await startLiveWorld({ ana: { role: 'MEMBER_EDITOR' }, ben: { role: 'MEMBER_EDITOR' } });
  });
  afterAll(() => world.stop());
  const now = () => Math.floor(Date.now() / 1000);
  /** s: a timer counts from the beginning of the turn in which it is set, and by another clock than that of tokens. */
  const early = 0.2;
  const tokenOf = async (sub: string, claims: Record<string, unknown> = {}) =>
    `Bearer ${await world.small.sign({ sub, jti: `${Math.random()}`, ...claims })}`;

  /** A token ends by the server's clock, which nobody can turn: what waits for an end is begun together with the others. */
  const patient: [string, () => Promise<void>][] = [
    [
      'of the same subject keeps the socket and its streams beyond the old one',
      async () => {
        const authorization = await tokenOf('ana', { exp: now() + 120 });
        const expires = now() + 7;
        const [renewed, other] = [
          await world.connect('ana', { exp: expires }),
          await world.connect('ana', { exp: expires }),
        ];
        const [kept, lost] = [renewed.follow(notes), other.follow(notes)];
        renewed.send({ type: 'ping', payload: { authorization } });
        await until(() => renewed.pongs.length === 1);
        expect(Date.parse(renewed.pongs[0].expiresAt)).toBeGreaterThan((expires + 30) * 1000);
        expect(JSON.stringify(renewed.pongs)).not.toContain(authorization.slice(10, 40));
        expect(await other.closed).toBe(4403);
        expect(lost.got.at(-1).errors[0].extensions.code).toBe('UNAUTHENTICATED');
        expect(Date.now() / 1000).toBeGreaterThan(expires - early);
        world.journal.append();
        await until(() => kept.got.length === 1);
        expect(kept.got[0].data.notes.n).toBe(world.journal.head);
        const asked = renewed.follow('{ me { id } }');
        await until(() => asked.isOver);
        expect(asked.got[0].data.me.id).toBe('seat:ana');
        renewed.socket.close();
      },
    ],
    [
      'holds only until the new one expires',
      async () => {
        const client = await world.connect('ana', { exp: now() + 7 });
        const operation = client.follow(notes);
        const expires = now() + 9;
        client.send({ type: 'ping', payload: { authorization: await tokenOf('ana', { exp: expires }) } });
        expect(await client.closed).toBe(4403);
        expect(Date.now() / 1000).toBeGreaterThan(expires - early);
        expect(operation.got.at(-1).errors[0].extensions.code).toBe('UNAUTHENTICATED');
      },
    ],
    ...[
      ['of somebody else', () => tokenOf('ben')] as const,
      ['that has expired', () => tokenOf('ana', { exp: now() - 60 })] as const,
      ['that is none', async () => 'Bearer rubbish'] as const,
    ].map(([what, token]): [string, () => Promise<void>] => [
      `${what} is refused, and changes nothing`,
      async () => {
        const authorization = await token();
        const expires = now() + 7;
        const client = await world.connect('ana', { exp: expires });
        client.send({ type: 'ping', payload: { authorization } });
        await until(() => client.pongs.length === 1);
        expect(client.pongs[0]).toEqual({ error: { code: 'UNAUTHENTICATED', message: expect.any(String) } });
        expect(client.socket.readyState).toBe(client.socket.OPEN);
        expect(await client.closed).toBe(4403);
        expect(Date.now() / 1000).toBeGreaterThan(expires - early);
      },
    ]),
  ];

  describe('a ping with a new token', () => {
    const begun = new Map<string, Promise<void>>();
    beforeAll(() => {
      for (const [name, act] of patient) {
        const over = act();
        over.catch(() => {}); // its test says so
        begun.set(name, over);
      }
    });

    test.each(patient)('%s', async (name) => begun.get(name));

    test('with other scopes ends the streams, which were opened with the old ones', async () => {
      const client = await world.connect('ana');
      const operation = client.follow(notes);
      await until(() => world.journal.opened.size === 1);
      client.send({ type: 'ping', payload: { authorization: await tokenOf('ana', { scope: 'a b' }) } });
      await until(() => operation.isOver);
      expect(operation.got[0].errors[0].extensions.code).toBe('RIGHTS_CHANGED');
      client.socket.close();
    });

    test('without a token is answered with what it brings', async () => {
      const client = await world.connect('ana');
      client.send({ type: 'ping', payload: { authorization: 7, n: 1 } });
      client.send({ type: 'ping' });
      await until(() => client.pongs.length === 2);
      expect(client.pongs).toEqual([{ authorization: 7, n: 1 }, undefined]);
      client.socket.close();
    });
  });
});
