import { expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { assertionHeader } from '../../../kit/assertion.ts';
import { runSituation } from '../run.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const query = '{ item { id name } }';

runSituation(
  'headers',
  {
    a: {
      sdl: 'type Query { item: Item } type Item @key(fields: "id") { id: ID! }',
      resolvers: { Query: { item: () => ({ id: '1' }) } },
    },
    b: {
      sdl: 'type Item @key(fields: "id") { id: ID! name: String }',
      resolvers: { Item: { __resolveReference: async (key: object) => key, name: () => 'one' } },
    },
  },
  [],
  (world) => {
    const ask = async (more: Record<string, string> = {}, body: unknown = { query }) => {
      world().takeSeen();
      const {
        body: answer,
        headers,
        status,
      } = await world().post(body, {
        authorization: `Bearer ${world().ana.token}`,
        ...more,
      });
      return { answer, headers, status, seen: world().takeSeen() };
    };

    test('a subgraph gets an assertion made for it, the request’s id, and what a body needs: nothing else', async () => {
      const { seen } = await ask();
      expect(seen.map(({ subgraph }) => subgraph)).toEqual(['a', 'b']);
      for (const { headers } of seen) {
        const { traceparent: _traced, ...rest } = headers;
        expect(Object.keys(rest).sort()).toEqual(
          ['accept', assertionHeader, 'connection', 'content-length', 'content-type', 'host', 'x-request-id'].sort(),
        );
        expect([headers.accept, headers['content-type']]).toEqual(['application/json', 'application/json']);
      }
    });

    test('the assertion says who asks, for this subgraph alone, and not for long', async () => {
      const { seen } = await ask();
      for (const { headers, subgraph } of seen) {
        const claims = decodeJwt<{ actor: object }>(String(headers[assertionHeader]));
        expect(claims).toMatchObject({ aud: subgraph, actor: { kind: 'SEAT', subject: 'ana', seatId: 'seat:1' } });
        expect(Number(claims.exp) * 1000 - Date.now()).toBeLessThan(61_000);
        expect(JSON.stringify(claims)).not.toContain(world().ana.token);
      }
    });

    test('one id goes through: to every subgraph and to the client', async () => {
      const { seen, headers } = await ask();
      const id = headers.get('x-request-id');
      expect(id).toMatch(uuid);
      expect(seen.map((one) => one.headers['x-request-id'])).toEqual([id, id]);
      expect((await ask()).headers.get('x-request-id')).not.toBe(id);
    });

    test('nothing that a client sends travels on', async () => {
      const { seen } = await ask({
        [assertionHeader]: 'forged',
        cookie: 'session=1',
        'x-net4u-seat': 'seat:1',
        'x-forwarded-for': '10.1.1.1',
        'x-tenant': 'mine',
        origin: 'https://net4u.example',
        'user-agent': 'a browser',
        'accept-language': 'fr',
      });
      const all = JSON.stringify(seen.map(({ headers }) => headers));
      expect(all).not.toMatch(/forged|session=1|10\.1\.1\.1|mine|net4u\.example|a browser|"fr"|Bearer/);
      expect(seen).toHaveLength(2);
    });

    test('nothing that a subgraph sends travels back', async () => {
      const { a } = world().at;
      if (!a) throw new Error('a');
      a.instead = (_request, response) => {
        response
          .setHeader('set-cookie', 'mine=1')
          .setHeader('x-secret', 'yes')
          .setHeader('cache-control', 'public, max-age=60');
        response.setHeader('content-type', 'application/json').end('{"data":{"item":null},"extensions":{"secret":1}}');
      };
      const { headers, answer } = await ask();
      a.instead = undefined;
      expect(answer).toEqual({ data: { item: null } });
      expect([headers.get('set-cookie'), headers.get('x-secret')]).toEqual([null, null]);
      expect(headers.get('cache-control') ?? 'no-store').not.toContain('public');
    });

    test('a client gets the type it asked for, the request’s id, and no word of what serves it', async () => {
      const plain = await ask();
      expect(plain.headers.get('content-type')).toBe('application/json; charset=utf-8');
      const graphql = await ask({ accept: 'application/graphql-response+json' });
      expect(graphql.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
      for (const { headers } of [plain, graphql])
        expect([headers.get('x-powered-by'), headers.get('server'), headers.get('etag')]).toEqual([null, null, null]);
    });

    test('a refusal carries them too', async () => {
      const wrong = await ask({ accept: 'application/graphql-response+json' }, { query: '{ nothing }' });
      expect([wrong.status, wrong.seen]).toEqual([400, []]);
      expect(wrong.headers.get('x-request-id')).toMatch(uuid);
      const stranger = await ask({ authorization: 'Bearer none' });
      expect([stranger.status, stranger.headers.get('www-authenticate'), stranger.seen]).toEqual([401, 'Bearer', []]);
      expect(stranger.headers.get('x-request-id')).toMatch(uuid);
    });
  },
);
