import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { acceptsParts } from '../../gateway/multipart.ts';
import { type SmallWorld, startSmallWorld, until } from '../gateway.ts';

describe('defer http', () => {
  const accept = 'multipart/mixed;deferSpec=20220824,application/graphql-response+json;q=0.9';

  let world: SmallWorld;
  let release = () => {};
  let reads = 0;
  let fails = false;

  beforeAll(async () => {
    world = await startSmallWorld();
    await world.subgraphs.networks.stop();
    await world.subgraphs.restartNetworks({
      Query: {
        slow: async (_source, { ms }) => {
          reads += 1;
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          if (fails) throw new Error('at /srv/secret/path');
          return ms;
        },
      },
    });
  });
  afterAll(() => world.stop());
  beforeEach(() => {
    reads = 0;
    fails = false;
  });

  /** Sends an operation and hands out its parts as they come. */
  async function open(query: string, headers: Record<string, string> = {}, more: object = {}) {
    const authorization = `Bearer ${await world.sign()}`;
    const request = httpRequest(`${world.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, authorization, ...headers },
    });
    request.end(JSON.stringify({ query, ...more }));
    const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      request.on('response', resolve);
      request.on('error', reject);
    });
    let text = '';
    let ended = false;
    response.setEncoding('utf8');
    response.on('data', (chunk) => {
      text += chunk;
    });
    response.on('error', () => {});
    response.on('end', () => {
      ended = true;
    });
    /** Whole parts that have come, each between two boundaries. */
    const parts = () =>
      text
        .split(/\r\n---(?:\r\n|--\r\n)/)
        .slice(1, -1)
        .map((part) => {
          const [head, body] = part.split('\r\n\r\n');
          expect(head).toBe('content-type: application/json; charset=utf-8');
          return JSON.parse(body as string);
        });
    return {
      response,
      request,
      parts,
      text: () => text,
      end: () => until(() => ended),
    };
  }

  describe('an operation with @defer', () => {
    test('is answered in parts to who accepts them: the first at once, the rest as it comes', async () => {
      const answer = await open(
        '{ tick { n by { id ... @defer(label: "name") { name } } } ... @defer { slow(ms: 3) } }',
      );
      expect(answer.response.statusCode).toBe(200);
      expect(answer.response.headers['content-type']).toBe('multipart/mixed;boundary="-";deferSpec=20220824');
      await until(() => answer.parts().length === 2 && reads === 1);
      expect(answer.parts()).toEqual([
        { data: { tick: { n: 7, by: { id: 'seat:1' } } }, hasNext: true },
        { incremental: [{ data: { name: 'Seat seat:1' }, path: ['tick', 'by'], label: 'name' }], hasNext: true },
      ]);
      release();
      await answer.end();
      expect(answer.parts()[2]).toEqual({ incremental: [{ data: { slow: 3 }, path: [] }], hasNext: false });
      expect(answer.text().startsWith('\r\n---\r\n')).toBe(true);
      expect(answer.text().endsWith('\r\n-----\r\n')).toBe(true);
    });

    test.each([
      ['application/json'],
      ['*/*'],
      ['multipart/mixed'],
      ['multipart/mixed;subscriptionSpec=1.0, application/json'],
    ])('is answered in one piece to who accepts %s', async (other) => {
      const answer = await open('{ tick { n by { id ... @defer { name } } } }', {
        accept: `${other}, application/json`,
      });
      await answer.end();
      expect(answer.response.headers['content-type']).toMatch(/^application\/json/);
      expect(JSON.parse(answer.text())).toEqual({
        data: { tick: { n: 7, by: { id: 'seat:1', name: 'Seat seat:1' } } },
      });
    });

    test('in which nothing is deferred after all is answered in one piece', async () => {
      const query = 'query ($later: Boolean!) { tick { n by { id ... @defer(if: $later) { name } } } }';
      const answer = await open(query, {}, { variables: { later: false } });
      await answer.end();
      expect(answer.response.headers['content-type']).toMatch(/^application\/graphql-response\+json/);
      expect(JSON.parse(answer.text()).data.tick.by).toEqual({ id: 'seat:1', name: 'Seat seat:1' });
    });

    test('with a variable that does not fit is refused as any other', async () => {
      const query = 'query ($later: Boolean!) { tick { n by { id ... @defer(if: $later) { name } } } }';
      const answer = await open(query, {}, { variables: { later: 'x' } });
      await answer.end();
      expect(answer.response.statusCode).toBe(400);
      expect(JSON.parse(answer.text()).errors[0].extensions.code).toBe('BAD_USER_INPUT');
    });

    test('with more than 10 deferred fragments is refused', async () => {
      const answer = await open(`{ tick { ${'... @defer { n } '.repeat(11)} } }`);
      await answer.end();
      expect(answer.response.statusCode).toBe(400);
      expect(JSON.parse(answer.text()).errors[0].extensions.code).toBe('OPERATION_TOO_LARGE');
    });

    test('shows of an unexpected error no more than any other', async () => {
      fails = true;
      const answer = await open('{ tick { n } ... @defer { slow(ms: 1) } }');
      await until(() => reads === 1);
      release();
      await answer.end();
      expect(answer.text()).not.toContain('secret');
      expect(answer.parts()[1]).toEqual({
        incremental: [
          {
            data: { slow: null },
            path: [],
            errors: [
              expect.objectContaining({ path: ['slow'], extensions: expect.objectContaining({ code: 'INTERNAL' }) }),
            ],
          },
        ],
        hasNext: false,
      });
    });

    test('whose client goes away between two parts disturbs nobody', async () => {
      const answer = await open('{ tick { n } ... @defer { slow(ms: 1) } }');
      await until(() => answer.parts().length === 1 && reads === 1);
      answer.request.destroy();
      release();
      const next = await open('{ tick { n } }');
      await next.end();
      expect(JSON.parse(next.text())).toEqual({ data: { tick: { n: 7 } } });
      expect(world.logged).toEqual([]);
    });

    test('over a socket is answered in one piece', async () => {
      const member = await world.member();
      expect(await member.follow('{ tick { n ... @defer { by { id name } } } }').next()).toEqual({
        data: { tick: { n: 7, by: { id: 'seat:1', name: 'Seat seat:1' } } },
      });
      await member.leave();
    });
  });

  test.each([
    ['multipart/mixed; deferSpec=20220824', true],
    ['application/json;q=0.1, Multipart/Mixed ; DEFERSPEC="20220824" ; q=0.5', true],
    ['multipart/mixed; deferSpec=20220824;q=0', false],
    ['multipart/mixed; deferSpec=20250101', false],
    ['multipart/mixed', false],
    ['multipart/form-data; deferSpec=20220824', false],
    ['', false],
  ])('accept %p takes parts: %p', (header, expected) => {
    expect(acceptsParts({ headers: { accept: header } })).toBe(expected);
  });
});
