import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { composeSupergraph } from '../../gateway/supergraph/compose.ts';
import { type SmallWorld, startSmallWorld } from '../gateway.ts';

describe('gateway', () => {
  const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@inaccessible", "@authenticated", "@requiresScopes", "@policy"])`;
  const members = `${link} scalar JSON
  type Query { me: Seat resolveActor(subject: String!, seat: ID): JSON @inaccessible membersRightsVersion: Int! @inaccessible }
  type Mutation { setRole(role: String!): Int @policy(policies: [["setters"]]) }
  type Seat @key(fields: "id") {
    id: ID!
    name: String @requiresScopes(scopes: [["seats:read"]])
    roles: [String!] @policy(policies: [["role:COORDINATOR"]])
  }`;
  const networks = `${link} scalar JSON
  type Query { tick: Tick @authenticated resolvePartner(keyHash: String!): JSON @inaccessible partnersRightsVersion: Int! @inaccessible }
  type Subscription { ticks(count: Int): Tick }
  type Tick { n: Int! by: Seat }
  type Seat @key(fields: "id") { id: ID! }`;

  let world: SmallWorld;
  let mayNobodySet = true;
  beforeAll(async () => {
    world = await startSmallWorld({
      supergraph: composeSupergraph([
        { name: 'members', sdl: members, url: '' },
        { name: 'networks', sdl: networks, url: '' },
      ]),
      policies: { setters: ({ subject }) => subject === 'ana' && !mayNobodySet },
    });
  });
  afterAll(() => world.stop());

  const ask = async (query: string, claims: Record<string, unknown> = {}) => {
    const { body, status } = await world.post({ query }, { authorization: `Bearer ${await world.sign(claims)}` });
    expect(status).toBe(200);
    return { data: body.data, errors: body.errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code]) };
  };
  const refused = (path: string) => [path, 'UNAUTHORIZED_FIELD_OR_TYPE'];

  describe('over HTTP', () => {
    test.each([
      ['scope', 'openid seats:read'],
      ['scp', ['openid', 'seats:read']],
      ['scp', 'seats:read'],
    ])('a token with the claim %s %j may read what asks for that scope', async (claim, value) => {
      const query = '{ me { id name } tick { by { name } n } }';
      expect(await ask(query, { [claim]: value })).toEqual({
        data: { me: { id: 'seat:1', name: 'Seat seat:1' }, tick: { by: { name: 'Seat seat:1' }, n: 7 } },
      });
      expect(await ask(query)).toEqual({
        data: { me: { id: 'seat:1', name: null }, tick: { by: null, n: 7 } },
        errors: [refused('me.name'), refused('tick.by.name')],
      });
    });

    test('a policy is asked anew for each request', async () => {
      const query = 'mutation { setRole(role: "COORDINATOR") }';
      expect(await ask(query)).toEqual({ data: { setRole: null }, errors: [refused('setRole')] });
      expect(await ask('{ me { id roles } }')).toEqual({
        data: { me: { id: 'seat:1', roles: null } },
        errors: [refused('me.roles')],
      });
      mayNobodySet = false;
      expect(await ask(query)).toEqual({ data: { setRole: 2 } });
      // the gateway hears of the new rights within its interval of 500 ms
      for (let tries = 0; tries < 3_000; tries += 1) {
        if ((await ask('{ me { id roles } }')).errors === undefined) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(await ask('{ me { id roles } }')).toEqual({ data: { me: { id: 'seat:1', roles: ['COORDINATOR'] } } });
    });
  });

  test('over a socket, queries and subscriptions are held to the same', async () => {
    const ana = await world.member();
    const next = (query: string) => ana.follow(query).next();
    const name = expect.objectContaining({ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } });
    expect(await next('{ me { id name } }')).toEqual({ data: { me: { id: 'seat:1', name: null } }, errors: [name] });
    expect(await next('subscription { ticks(count: 1) { n by { id name } } }')).toEqual({
      data: { ticks: { n: 1, by: { id: 'seat:1', name: null } } },
      errors: [name],
    });
    expect(await next('subscription { ticks(count: 1) { by { name } } }')).toEqual({
      data: { ticks: null },
      errors: [name],
    });
    await ana.leave();
  });
});
