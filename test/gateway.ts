import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type Gateway, type GatewayOptions, start as startGateway } from '../gateway/server.ts';
import { composeSupergraph } from '../gateway/supergraph/compose.ts';
import type { Actor, RequestContext } from '../kit/context.ts';
import { createLog } from '../kit/log.ts';
import { BoundedQueue } from '../kit/queue.ts';
import { listen, serveSubgraph, timeouts } from '../kit/server.ts';
import { type Answer, createMember, type Member } from './people.ts';

export const secret = 'a secret of at least thirty-two characters';
export const audience = 'net4u';
const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@inaccessible"])';

export const membersSdl = `${link} scalar JSON
  type Query { me: Seat resolveActor(subject: String!, seat: ID): JSON @inaccessible membersRightsVersion: Int! @inaccessible }
  type Mutation { setRole(role: String!): Int! }
  type Seat @key(fields: "id") { id: ID! name: String! roles: [String!]! }`;
export const networksSdl = `${link} scalar JSON
  type Query {
    tick: Tick slow(ms: Int!): Int text(kib: Int!, input: Input): String
    resolvePartner(keyHash: String!): JSON @inaccessible partnersRightsVersion: Int! @inaccessible
  }
  input Input { n: Int list: [Float!] and: [Input!] }
  type Subscription { ticks(count: Int, list: [Float!]): Tick! }
  type Tick { n: Int! cursor: String text: String by: Seat next: Tick }
  type Seat @key(fields: "id") { id: ID! }`;

// biome-ignore lint/suspicious/noExplicitAny: the arguments are what the SDL above says
type Resolve = (source: unknown, args: Record<string, any>, context: RequestContext) => unknown;
type Resolvers = Record<string, Record<string, Resolve | { subscribe: Resolve }>>;

/** Answers OIDC discovery and keys; `keys` is what it publishes now. */
async function startIssuer() {
  const make = async (kid: string) => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    return { ...pair, kid, jwk: { ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256', use: 'sig' } };
  };
  let url = '';
  let current = await make('k1');
  const other = await make('k1');
  const published = [current.jwk];
  let fetches = 0;
  let down = false;
  const server = createServer((request, response) => {
    fetches += 1;
    if (down) return void response.writeHead(503).end();
    const body = request.url?.includes('openid') ? { issuer: url, jwks_uri: `${url}/jwks` } : { keys: published };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  server.keepAliveTimeout = timeouts.keepAliveTimeout; // or a look after some seconds comes on a connection that is just being closed
  url = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
  return {
    url,
    fetches: () => fetches,
    /** While down it answers 503 to everything. */
    setDown(value: boolean) {
      down = value;
    },
    /** Publishes a new key beside the old ones and signs with it from now on. */
    async rotate(kid: string) {
      current = await make(kid);
      published.push(current.jwk);
    },
    /** Takes keys out of what is published. */
    retire(kid: string) {
      for (let i = published.length - 1; i >= 0; i -= 1) if (published[i]?.kid === kid) published.splice(i, 1);
    },
    sign: (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}, foreign = false) =>
      new SignJWT({ iss: url, aud: audience, sub: 'ana', exp: Math.floor(Date.now() / 1000) + 600, ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: current.kid, ...header })
        .sign(foreign ? other.privateKey : current.privateKey),
    stop: () => server.close(),
  };
}

/** Two small real subgraphs: members knows one person and her roles, networks ticks. */
async function startSubgraphs() {
  let version = 1;
  let role = 'MEMBER_EDITOR';
  /** One queue for each subscription that is open at networks. */
  const opened = new Set<BoundedQueue<unknown>>();
  /** What the subgraphs logged. */
  const logged: string[] = [];
  /** What each operation carried as its actor. */
  const seen: Actor[] = [];
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms).unref());
  const actor = (): Actor => ({
    kind: 'SEAT',
    subject: 'ana',
    seatId: 'seat:1',
    organisationId: 'org:1',
    networks: ['net:a'],
    roles: [{ role: role as never, networkId: 'net:a', bodyId: null }],
    rightsVersion: version,
  });
  const serve = (name: string, sdl: string, resolvers: Resolvers, port = 0) =>
    serveSubgraph({
      name,
      secret,
      port,
      log: createLog(name, 'info', (line) => logged.push(line)),
      createContext: (request) => request,
      schema: buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never }),
    });
  const slow = { asked: 0 };
  const members: Resolvers = {
    Query: {
      me: (_, __, { actor }) => {
        seen.push(actor);
        return { id: actor.seatId };
      },
      resolveActor: (_, { subject, seat }) => (subject === 'ana' && (!seat || seat === 'seat:1') ? actor() : null),
      membersRightsVersion: () => version,
    },
    Mutation: {
      setRole: (_, args) => {
        role = String(args.role);
        version += 1;
        return version;
      },
    },
    Seat: {
      __resolveReference: (seat) => seat,
      name: (seat) => `Seat ${(seat as { id: string }).id}`,
      roles: (_, __, context) => context.actor.roles.map((grant) => grant.role),
    },
  };
  const networks: Resolvers = {
    Query: {
      tick: () => ({ n: 7, by: { id: 'seat:1' }, next: { n: 8, next: { n: 9 } } }),
      slow: async (_, { ms }) => {
        slow.asked += 1;
        await wait(ms);
        return ms;
      },
      text: (_, { kib }) => 'x'.repeat(kib * 1024),
      resolvePartner: () => null,
      partnersRightsVersion: () => 1,
    },
    Subscription: {
      ticks: {
        subscribe: (_, { count }) => {
          const queue = new BoundedQueue<unknown>(2_000, () => opened.delete(queue));
          opened.add(queue);
          for (let n = 1; n <= (count ?? 1); n += 1)
            queue.push({ ticks: { n, cursor: `c${n}`, by: { id: `seat:${n}` } } });
          if (count) queue.end();
          return queue;
        },
      },
    },
  };
  return {
    opened,
    slow,
    seen,
    logged,
    members: await serve('members', membersSdl, members),
    networks: await serve('networks', networksSdl, networks),
    /** Starts networks again where it was. @param more resolvers in place of its own */
    async restartNetworks(more: Resolvers = {}): Promise<void> {
      const query = { ...networks.Query, ...more.Query };
      const port = Number(new URL(this.networks.url).port);
      this.networks = await serve('networks', networksSdl, { ...networks, ...more, Query: query }, port);
    },
    /** An event for every open subscription. */
    tick(n: number, text?: string): void {
      for (const queue of opened) queue.push({ ticks: { n, cursor: `c${n}`, text } });
    },
  };
}

export interface SmallWorld {
  /** Its `graphs.replace(sdl)` serves another supergraph at once (see `composeSmall`). */
  gateway: Gateway;
  /** What the gateway was started with. */
  options: GatewayOptions;
  subgraphs: Awaited<ReturnType<typeof startSubgraphs>>;
  issuer: Awaited<ReturnType<typeof startIssuer>>;
  /** What the gateway logged as errors. */
  logged: string[];
  sign: Awaited<ReturnType<typeof startIssuer>>['sign'];
  member(): Promise<Member>;
  /** @param body a string is sent as it is, anything else as JSON */
  post(body: unknown, headers?: Record<string, string>): Promise<{ status: number; body: Answer; headers: Headers }>;
  stop(): Promise<void>;
}

/** The small world's supergraph, of SDLs that may have been changed: `composeSmall((sdl) => sdl.replace('n: Int!', 'n: Int! m: Int'))`. */
export const composeSmall = (change: (sdl: string, name: string) => string = (sdl) => sdl): string =>
  composeSupergraph([
    { name: 'members', sdl: change(membersSdl, 'members'), url: '' },
    { name: 'networks', sdl: change(networksSdl, 'networks'), url: '' },
  ]);

/** A gateway in production mode, its issuer and two subgraphs, each on a port of its own in this process. */
export async function startSmallWorld(
  options: Partial<GatewayOptions> & { urls?: Record<string, string> } = {},
): Promise<SmallWorld> {
  const issuer = await startIssuer();
  const subgraphs = await startSubgraphs();
  const logged: string[] = [];
  const whole: GatewayOptions = {
    subgraphs: { members: subgraphs.members.url, networks: subgraphs.networks.url, ...options.urls },
    supergraph: composeSmall(),
    secret,
    oidc: { issuer: issuer.url, audience },
    port: 0,
    production: true,
    allowedOrigins: ['https://net4u.example'],
    log: createLog('test', 'error', (line) => logged.push(line)),
    ...options,
  };
  const gateway = await startGateway(whole);
  return {
    gateway,
    options: whole,
    subgraphs,
    issuer,
    logged,
    sign: issuer.sign,
    member: async () => createMember(gateway.url, await issuer.sign()),
    async post(body, headers = {}) {
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
    },
    async stop() {
      await gateway.stop();
      await subgraphs.members.stop();
      await subgraphs.networks.stop();
      issuer.stop();
    },
  };
}

/** Waits until `true`, looking every 10 ms. @throws after `within` ms */
export async function until(isTrue: () => boolean, within = 60_000): Promise<void> {
  for (const end = Date.now() + within; !isTrue(); ) {
    if (Date.now() > end) throw new Error(`not within ${within} ms: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
