import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import WebSocket from 'ws';
import { createAssertionSigner } from '../kit/assertion.ts';
import type { Actor } from '../kit/context.ts';
import { startClock } from './clock.ts';
import { audience, type SmallWorld, secret, startSmallWorld, until } from './gateway.ts';

describe('gateway server', () => {
  let world: SmallWorld;
  beforeAll(async () => {
    world = await startSmallWorld();
  });
  afterAll(async () => {
    await world.gateway.stop();
    await world.stop();
  });

  const sign: SmallWorld['sign'] = (...args) => world.sign(...args);
  const post: SmallWorld['post'] = (...args) => world.post(...args);
  const member = () => world.member();

  describe('signing in', () => {
    test.each<[string, () => Promise<string | undefined>]>([
      ['no token', async () => undefined],
      ['no bearer', async () => 'Basic abc'],
      ['rubbish', async () => 'Bearer abc.def.ghi'],
      ['another key', async () => `Bearer ${await sign({}, {}, true)}`],
      ['another audience', async () => `Bearer ${await sign({ aud: 'other' })}`],
      ['another issuer', async () => `Bearer ${await sign({ iss: 'https://evil.example' })}`],
      ['expired', async () => `Bearer ${await sign({ exp: Math.floor(Date.now() / 1000) - 10 })}`],
      ['no subject', async () => `Bearer ${await sign({ sub: undefined })}`],
      ['an id token', async () => `Bearer ${await sign({}, { typ: 'id+jwt' })}`],
      ['unknown key id', async () => `Bearer ${await sign({}, { kid: 'k9' })}`],
      ['a person unknown here', async () => `Bearer ${await sign({ sub: 'nobody' })}`],
      ['an unknown partner key', async () => 'Bearer n4u_local_x_yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy'],
      [
        'algorithm none',
        async () => {
          const [, claims] = (await sign()).split('.');
          return `Bearer ${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${claims}.`;
        },
      ],
      [
        'the public key as an HMAC secret',
        async () => {
          const key = new TextEncoder().encode(JSON.stringify({ kid: 'k1' }).padEnd(32, '.'));
          const claims = { iss: world.issuer.url, aud: audience, sub: 'ana', exp: Math.floor(Date.now() / 1000) + 600 };
          return `Bearer ${await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'k1' }).sign(key)}`;
        },
      ],
    ])('%s: 401', async (_name, authorization) => {
      const value = await authorization();
      const { status, body, headers } = await post({ query: '{ tick { n } }' }, value ? { authorization: value } : {});
      expect([status, body.errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
      expect(headers.get('www-authenticate')).toBe('Bearer');
    });

    test('a subgraph asked directly, or with an assertion for another one, answers 401', async () => {
      const signer = createAssertionSigner(secret);
      const actor: Actor = { kind: 'SEAT', subject: 'ana', networks: [], roles: [], rightsVersion: 1 };
      const forged = createAssertionSigner('another secret of at least thirty-two chars');
      const stale = createAssertionSigner(secret, () => Date.now() - 120_000);
      for (const assertion of [
        undefined,
        await sign(),
        await signer.sign(actor, 'networks'),
        await forged.sign({ ...actor }, 'members'),
        await stale.sign({ ...actor }, 'members'),
      ]) {
        const response = await fetch(world.subgraphs.members.url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...(assertion && { 'x-net4u-actor': assertion }) },
          body: JSON.stringify({ query: '{ me { id } }' }),
        });
        expect(response.status).toBe(401);
      }
      await expect(signer.sign({ ...actor, kind: 'SYSTEM' }, 'members')).rejects.toThrow('never leaves');
    });

    test('a socket without a good token is closed with 4403, from a foreign page refused with 403', async () => {
      const closing = (options: object, token?: string) =>
        new Promise<number>((resolve) => {
          const socket = new WebSocket(
            `${world.gateway.url.replace('http', 'ws')}/graphql`,
            'graphql-transport-ws',
            options,
          );
          socket.on('open', () =>
            socket.send(JSON.stringify({ type: 'connection_init', payload: token ? { authorization: token } : {} })),
          );
          socket.on('close', (code) => resolve(code));
          socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
          socket.on('error', () => {});
        });
      expect(await closing({})).toBe(4403);
      expect(await closing({}, 'Bearer x.y.z')).toBe(4403);
      expect(await closing({ origin: 'https://evil.example' }, `Bearer ${await sign()}`)).toBe(403);
      expect(
        await closing(
          { origin: 'https://net4u.example' },
          `Bearer ${await sign({ exp: Math.ceil(Date.now() / 1000) + 1 })}`,
        ),
      ).toBe(4403);
    });
  });

  describe('operations', () => {
    test('a query joins two subgraphs', async () => {
      const ana = await member();
      expect(await ana.ask('{ tick { n by { id name } } me { roles } }')).toEqual({
        data: { tick: { n: 7, by: { id: 'seat:1', name: 'Seat seat:1' } }, me: { roles: ['MEMBER_EDITOR'] } },
      });
    });

    test('each event of a subscription is joined, over WebSocket and SSE alike', async () => {
      const ana = await member();
      const query = 'subscription ($count: Int) { ticks(count: $count) { n by { name } } }';
      const ticks = ana.follow(query, { count: 2 });
      const expected = [1, 2].map((n) => ({ data: { ticks: { n, by: { name: `Seat seat:${n}` } } } }));
      expect([await ticks.next(), await ticks.next()]).toEqual(expected);
      await ticks.ended;
      const response = await fetch(`${world.gateway.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          authorization: `Bearer ${ana.token}`,
        },
        body: JSON.stringify({ query, variables: { count: 2 } }),
      });
      const events = (await response.text()).split('\n\n').filter((part) => part.startsWith('event: next'));
      expect(events.map((part) => JSON.parse(part.split('data: ')[1] as string))).toEqual(expected);
      await ana.leave();
    });

    test('the upstream ends when the client goes', async () => {
      const ana = await member();
      const ticks = ana.follow('subscription { ticks { n } }');
      await ticks.next();
      expect(world.subgraphs.opened.size).toBe(1);
      ticks.close();
      await until(() => world.subgraphs.opened.size === 0);
      await ana.leave();
    });

    test('a change of rights ends the subscription within a second, and the next one has the new rights', async () => {
      const ana = await member();
      const ticks = ana.follow('subscription { ticks { n cursor } }');
      expect((await ticks.next()).data.ticks.n).toBe(1);
      const passed = startClock();
      await ana.ask('mutation { setRole(role: "OBSERVER") }');
      const last = await ticks.next();
      expect(last.errors?.[0]?.extensions).toEqual({ code: 'RIGHTS_CHANGED', cursor: 'c1' });
      expect(passed()).toBeLessThan(1_500);
      await ticks.ended;
      expect((await ana.ask('{ me { roles } }')).data.me.roles).toEqual(['OBSERVER']);
      await ana.ask('mutation { setRole(role: "MEMBER_EDITOR") }');
      await ana.leave();
    });

    test('what is not for clients is not there, and its name is not suggested', async () => {
      const ana = await member();
      for (const query of [
        '{ resolveActor(subject: "ana") }',
        '{ membersRightsVersion }',
        '{ tik { n } }',
        '{ __schema { types { name } } }',
      ]) {
        const { errors } = await ana.ask(query);
        expect(errors).toHaveLength(1);
        expect(errors?.[0]?.message).not.toMatch(/did you mean/i);
      }
    });
  });

  describe('limits are the same on HTTP and WebSocket', () => {
    const nested = (levels: number) => `${'{ a '.repeat(levels)}${'}'.repeat(levels)}`;
    test.each<[string, string, string]>([
      ['depth', nested(13), 'OPERATION_TOO_LARGE'],
      ['depth of 3,000', nested(3_000), 'OPERATION_TOO_LARGE'],
      [
        'a value nested 1,900 levels',
        `{ a(x: ${'['.repeat(1_900)}${']'.repeat(1_900)}) }`,
        'GRAPHQL_VALIDATION_FAILED',
      ],
      ['aliases', `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: __typename`).join(' ')} }`, 'OPERATION_TOO_LARGE'],
      ['root fields', `{ ${'__typename '.repeat(21)} }`, 'OPERATION_TOO_LARGE'],
      ['directives', `{ __typename ${'@skip(if: false) '.repeat(31)} }`, 'OPERATION_TOO_LARGE'],
      ['tokens', `{ ${'__typename '.repeat(4_001)} }`, 'OPERATION_TOO_LARGE'],
      [
        'a fan of fragments',
        `{ ...f0 } ${Array.from({ length: 40 }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(' ')} fragment f40 on Query { __typename }`,
        'OPERATION_TOO_LARGE',
      ],
      [
        'a circle of fragments',
        '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }',
        'GRAPHQL_VALIDATION_FAILED',
      ],
      ['not GraphQL', '{ tick', 'GRAPHQL_PARSE_FAILED'],
    ])('%s', async (_name, query, code) => {
      const ana = await member();
      const http = await ana.ask(query);
      expect(http.errors?.[0]?.extensions.code).toBe(code);
      const socket = ana.follow(query);
      expect(((await socket.ended) as { extensions: { code: string } }[])[0]?.extensions.code).toBe(code);
      await ana.leave();
    });

    test('bodies: too large, no JSON, a batch, no document', async () => {
      const authorization = `Bearer ${await sign()}`;
      const codes = [];
      for (const body of [
        `{"query":"{ tick { n } } #${'x'.repeat(300_000)}"}`,
        '{"query":',
        [{ query: '{ tick { n } }' }],
        {},
      ]) {
        const answer = await post(body, { authorization });
        codes.push([answer.status, answer.body?.errors?.[0]?.extensions?.code]);
      }
      expect(codes).toEqual([
        [413, 'BAD_REQUEST'],
        [400, 'BAD_REQUEST'],
        [400, 'BAD_REQUEST'],
        [400, 'BAD_REQUEST'],
      ]);
    });
  });

  test('/health and /ready; a subgraph that is away gives a partial answer and comes back without a restart', async () => {
    const ana = await member();
    expect((await fetch(`${world.gateway.url}/health`)).status).toBe(200);
    expect((await fetch(`${world.gateway.url}/ready`)).status).toBe(200);
    await world.subgraphs.networks.stop();
    const ready = await fetch(`${world.gateway.url}/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'waiting', for: ['networks'] }]);
    const { data, errors } = await ana.ask('{ tick { n } me { id } }');
    expect(data).toEqual({ tick: null, me: { id: 'seat:1' } });
    expect(errors).toEqual([
      expect.objectContaining({ path: ['tick'], extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'networks' } }),
    ]);
    await world.subgraphs.restartNetworks({ Query: { tick: () => ({ n: 8 }) } });
    expect(await ana.ask('{ tick { n } }')).toEqual({ data: { tick: { n: 8 } } });
    await ana.leave();
  });
});
