import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import WebSocket from 'ws';
import { composeSupergraph } from '../gateway/compose.ts';
import { start as startGateway } from '../gateway/server.ts';
import { createAssertionSigner } from '../kit/assertion.ts';
import type { Actor, RequestContext } from '../kit/context.ts';
import { createLog } from '../kit/log.ts';
import { BoundedQueue } from '../kit/queue.ts';
import { listen, type RunningServer, serveSubgraph } from '../kit/server.ts';
import { type Answer, createMember } from './people.ts';

const secret = 'a secret of at least thirty-two characters';
const audience = 'net4u';
const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@inaccessible"])';

const membersSdl = `${link} scalar JSON
  type Query { me: Seat resolveActor(subject: String!, seat: ID): JSON @inaccessible membersRightsVersion: Int! @inaccessible }
  type Mutation { setRole(role: String!): Int! }
  type Seat @key(fields: "id") { id: ID! name: String! roles: [String!]! }`;
const networksSdl = `${link} scalar JSON
  type Query { tick: Tick resolvePartner(keyHash: String!): JSON @inaccessible partnersRightsVersion: Int! @inaccessible }
  type Subscription { ticks(count: Int): Tick! }
  type Tick { n: Int! cursor: String by: Seat }
  type Seat @key(fields: "id") { id: ID! }`;

/** Two small real subgraphs: members knows one person and her roles, networks ticks. */
async function startSubgraphs() {
  let version = 1;
  let role = 'MEMBER_EDITOR';
  const opened = new Set<BoundedQueue<unknown>>();
  const actor = (): Actor => ({
    kind: 'SEAT',
    subject: 'ana',
    seatId: 'seat:1',
    organisationId: 'org:1',
    networks: ['net:a'],
    roles: [{ role: role as never, networkId: 'net:a', bodyId: null }],
    rightsVersion: version,
  });
  const log = createLog('test', 'error');
  const createContext = (request: RequestContext) => request;
  const members = await serveSubgraph({
    name: 'members',
    secret,
    log,
    createContext,
    schema: buildSubgraphSchema({
      typeDefs: parse(membersSdl),
      resolvers: {
        Query: {
          me: (_: unknown, __: unknown, context: unknown) => ({ id: (context as RequestContext).actor.seatId }),
          resolveActor: (_: unknown, { subject, seat }: Record<string, unknown>) =>
            subject === 'ana' && (!seat || seat === 'seat:1') ? actor() : null,
          membersRightsVersion: () => version,
        },
        Mutation: {
          setRole: (_: unknown, args: Record<string, unknown>) => {
            role = String(args.role);
            version += 1;
            return version;
          },
        },
        Seat: {
          __resolveReference: (seat: unknown) => seat,
          name: (seat: { id: string }) => `Seat ${seat.id}`,
          roles: (_: unknown, __: unknown, context: unknown) =>
            (context as RequestContext).actor.roles.map((grant) => grant.role),
        },
      },
    }),
  });
  const networks = await serveSubgraph({
    name: 'networks',
    secret,
    log,
    createContext,
    schema: buildSubgraphSchema({
      typeDefs: parse(networksSdl),
      resolvers: {
        Query: {
          tick: () => ({ n: 7, by: { id: 'seat:1' } }),
          resolvePartner: () => null,
          partnersRightsVersion: () => 1,
        },
        Subscription: {
          ticks: {
            subscribe: (_: unknown, args: unknown) => {
              const { count } = args as { count?: number };
              const queue = new BoundedQueue<unknown>(100, () => opened.delete(queue));
              opened.add(queue);
              for (let n = 1; n <= (count ?? 1); n += 1)
                queue.push({ ticks: { n, cursor: `c${n}`, by: { id: `seat:${n}` } } });
              if (count) queue.end();
              return queue;
            },
          },
        },
      },
    }),
  });
  return { members, networks, opened };
}

let subgraphs: Awaited<ReturnType<typeof startSubgraphs>>;
let gateway: RunningServer;
let issuer: { url: string; stop(): void };
let sign: (claims?: Record<string, unknown>, header?: Record<string, unknown>, foreign?: boolean) => Promise<string>;

beforeAll(async () => {
  const keys = await generateKeyPair('ES256', { extractable: true });
  const other = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  const server = createServer((request, response) => {
    const body = request.url?.includes('openid')
      ? { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` }
      : { keys: [jwk] };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  const port = await listen(server, 0, '127.0.0.1');
  issuer = { url: `http://127.0.0.1:${port}`, stop: () => server.close() };
  sign = (claims = {}, header = {}, foreign = false) =>
    new SignJWT({ iss: issuer.url, aud: audience, sub: 'ana', exp: Math.floor(Date.now() / 1000) + 600, ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', ...header })
      .sign(foreign ? other.privateKey : keys.privateKey);
  subgraphs = await startSubgraphs();
  const urls = { members: subgraphs.members.url, networks: subgraphs.networks.url };
  const supergraph = composeSupergraph([
    { name: 'members', sdl: membersSdl, url: urls.members },
    { name: 'networks', sdl: networksSdl, url: urls.networks },
  ]);
  gateway = await startGateway({
    subgraphs: urls,
    supergraph,
    secret,
    oidc: { issuer: issuer.url, audience },
    port: 0,
    production: true,
    allowedOrigins: ['https://net4u.example'],
    log: createLog('test', 'error', () => {}),
  });
});

afterAll(async () => {
  await gateway.stop();
  await gateway.stop();
  await subgraphs.members.stop();
  await subgraphs.networks.stop();
  issuer.stop();
});

const post = async (body: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return {
    status: response.status,
    body: (await response.json().catch(() => undefined)) as Answer,
    headers: response.headers,
  };
};
const member = async () => createMember(gateway.url, await sign());

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
        const claims = { iss: issuer.url, aud: audience, sub: 'ana', exp: Math.floor(Date.now() / 1000) + 600 };
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
      const response = await fetch(subgraphs.members.url, {
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
        const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', options);
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
    const response = await fetch(`${gateway.url}/graphql`, {
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
    expect(subgraphs.opened.size).toBe(1);
    ticks.close();
    for (let tries = 0; subgraphs.opened.size > 0 && tries < 100; tries += 1)
      await new Promise((r) => setTimeout(r, 20)); // the close crosses two sockets
    expect(subgraphs.opened.size).toBe(0);
    await ana.leave();
  });

  test('a change of rights ends the subscription within a second, and the next one has the new rights', async () => {
    const ana = await member();
    const ticks = ana.follow('subscription { ticks { n cursor } }');
    expect((await ticks.next()).data.ticks.n).toBe(1);
    const at = Date.now();
    await ana.ask('mutation { setRole(role: "OBSERVER") }');
    const last = await ticks.next(2_000);
    expect(last.errors?.[0]?.extensions).toEqual({ code: 'RIGHTS_CHANGED', cursor: 'c1' });
    expect(Date.now() - at).toBeLessThan(1_500);
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
    ['a value nested 1,900 levels', `{ a(x: ${'['.repeat(1_900)}${']'.repeat(1_900)}) }`, 'GRAPHQL_VALIDATION_FAILED'],
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
  expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
  expect((await fetch(`${gateway.url}/ready`)).status).toBe(200);
  const port = Number(new URL(subgraphs.networks.url).port);
  await subgraphs.networks.stop();
  const ready = await fetch(`${gateway.url}/ready`);
  expect([ready.status, await ready.json()]).toEqual([503, { status: 'waiting', for: ['networks'] }]);
  const { data, errors } = await ana.ask('{ tick { n } me { id } }');
  expect(data).toEqual({ tick: null, me: { id: 'seat:1' } });
  expect(errors).toEqual([
    expect.objectContaining({ path: ['tick'], extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'networks' } }),
  ]);
  subgraphs.networks = await serveSubgraph({
    name: 'networks',
    secret,
    port,
    log: createLog('test', 'error'),
    createContext: (request) => request,
    schema: buildSubgraphSchema({ typeDefs: parse(networksSdl), resolvers: { Query: { tick: () => ({ n: 8 }) } } }),
  });
  expect(await ana.ask('{ tick { n } }')).toEqual({ data: { tick: { n: 8 } } });
  await ana.leave();
});
