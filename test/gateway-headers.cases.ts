import { createServer, type IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHeaderTable } from '../gateway/wire/headers.ts';
import { listen } from '../kit/server.ts';
import { startSmallWorld } from './gateway.ts';
import { listenIn } from './listen-in.ts';

/** A subgraph networks that keeps the headers of what it is asked, and answers with these of its own. */
async function startStand(answered: Record<string, string>) {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const isOurs = Buffer.concat(chunks).toString().includes('tick');
    if (isOurs) seen.push(request.headers);
    response.writeHead(200, { 'content-type': 'application/json', ...answered });
    response.end(isOurs ? '{"data":{"tick":{"n":1}}}' : '{"data":{"partnersRightsVersion":1}}');
  });
  const url = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}/graphql`;
  return {
    url,
    seen,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const sent = { 'x-tenant': 'africa', 'x-other': 'no', cookie: 'a=b', 'accept-language': 'fr' };
const answered = { 'x-cost': '7', 'x-other': 'no', 'set-cookie': 'a=b', 'cache-control': 'max-age=60' };
const query = '{ tick { n } me { id } }';

describe('headers', () => {
  let stand: Awaited<ReturnType<typeof startStand>>;
  beforeAll(async () => {
    stand = await startStand(answered);
  });
  afterAll(() => stand.stop());
  const ask = async (headerRules?: unknown) => {
    const world = await startSmallWorld({
      urls: { networks: stand.url },
      ...(headerRules !== undefined && { headerRules }),
    });
    stand.seen.length = 0;
    const { headers, body } = await world.post({ query }, { authorization: `Bearer ${await world.sign()}`, ...sent });
    await world.stop();
    expect(body.errors).toBeUndefined();
    return { asked: stand.seen[0] as IncomingHttpHeaders, headers };
  };

  test('of clients and subgraphs stay where they are without a rule', async () => {
    const { asked, headers } = await ask();
    expect(Object.keys(asked).sort()).toEqual(
      ['accept', 'connection', 'content-length', 'content-type', 'host', 'x-net4u-actor', 'x-request-id'].sort(),
    );
    for (const name of ['x-cost', 'x-other', 'set-cookie']) expect([name, headers.get(name)]).toEqual([name, null]);
    expect(headers.get('cache-control') ?? '').not.toContain('max-age');
  });

  test('travel as the rules say, and no others', async () => {
    const { asked, headers } = await ask({
      toSubgraphs: [
        { propagate: 'X-Tenant', as: 'x-organisation' },
        { propagate: 'accept-language', subgraphs: ['networks'] },
        { propagate: 'x-missing', default: 'none' },
        { propagate: 'x-absent' },
        { insert: 'x-region', value: 'africa' },
        { insert: 'x-elsewhere', value: 'no', subgraphs: ['members'] },
      ],
      toClient: [{ propagate: 'x-cost', as: 'x-subgraph-cost' }],
    });
    expect(asked).toMatchObject({
      'x-organisation': 'africa',
      'accept-language': 'fr',
      'x-missing': 'none',
      'x-region': 'africa',
    });
    for (const name of ['x-tenant', 'x-other', 'x-absent', 'x-elsewhere', 'cookie', 'authorization'])
      expect(asked).not.toHaveProperty(name);
    expect(headers.get('x-subgraph-cost')).toBe('7');
    for (const name of ['x-cost', 'x-other', 'set-cookie']) expect([name, headers.get(name)]).toEqual([name, null]);
  });

  test('never replace one of the gateway’s own', async () => {
    const { headers } = await ask({ toClient: [{ propagate: 'x-cost', as: 'x-content-type-options' }] });
    const { headers: without } = await ask();
    if (without.get('x-content-type-options') !== null)
      expect(headers.get('x-content-type-options')).toBe(without.get('x-content-type-options'));
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('of a client reach no subgraph with a subscription, which others may read', async () => {
    const way = await listenIn();
    const headerRules = { toSubgraphs: [{ propagate: 'x-tenant' }, { insert: 'x-region', value: 'africa' }] };
    const world = await startSmallWorld({ urls: { members: way.url }, headerRules });
    way.to(world.subgraphs.members.url);
    const of = async (accept: string, text: string) => {
      const headers = {
        authorization: `Bearer ${await world.sign()}`,
        accept,
        'content-type': 'application/json',
        ...sent,
      };
      const before = way.seen.length;
      const answer = await fetch(`${world.gateway.url}/graphql`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ query: text }),
      });
      expect(await answer.text()).toContain('Seat seat:1');
      // the gateway's own look at the rights is nobody's
      return way.seen.slice(before).filter((one) => one['x-request-id'] === answer.headers.get('x-request-id'));
    };
    const selection = 'n by { name }';
    const [event] = await of('text/event-stream', `subscription { ticks(count: 1) { ${selection} } }`);
    expect(event).toMatchObject({ 'x-region': 'africa' });
    expect(event).not.toHaveProperty('x-tenant');
    const [asked] = await of('application/json', `{ tick { ${selection} } }`);
    expect(asked).toMatchObject({ 'x-region': 'africa', 'x-tenant': 'africa' });
    expect(createHeaderTable(headerRules, ['networks']).inserted('networks')).toEqual({ 'x-region': 'africa' });
    await world.stop();
    way.stop();
  });
});

describe('a rule', () => {
  const wrong = (rules: unknown) => {
    try {
      createHeaderTable(rules, ['members', 'networks']);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };

  test.each(
    [
      'authorization',
      'Cookie',
      'Set-Cookie',
      'x-net4u-actor',
      'X-Net4u-Seat',
      'x-request-id',
      'traceparent',
      'connection',
      'Transfer-Encoding',
      'upgrade',
      'proxy-authorization',
      'host',
      'content-length',
      'content-encoding',
      'cache-control',
      'x-forwarded-for',
    ].flatMap((name) => [
      [name, { toSubgraphs: [{ propagate: name }] }],
      [name, { toSubgraphs: [{ propagate: 'x-a', as: name }] }],
      [name, { toSubgraphs: [{ insert: name, value: 'a' }] }],
      [name, { toClient: [{ propagate: name }] }],
      [name, { toClient: [{ propagate: 'x-a', as: name }] }],
    ]) as [string, unknown][],
  )('that names %s is refused at start', (name, rules) => {
    expect(wrong(rules)).toMatch(new RegExp(`^HEADER_RULES: .* names ${name.toLowerCase()}, which never travels on`));
  });

  test.each<[unknown, RegExp]>([
    [[], /the file is not an object/],
    ['x', /the file is not an object/],
    [{ toSubgraph: [] }, /"toSubgraph", which is not known/],
    [{ toSubgraphs: {} }, /toSubgraphs is not a list/],
    [{ toSubgraphs: ['x-a'] }, /toSubgraphs\[0\] is not an object/],
    [{ toSubgraphs: [{ propagate: 'a b' }] }, /toSubgraphs\[0\]\.propagate is not the name of a header/],
    [{ toSubgraphs: [{}] }, /toSubgraphs\[0\]\.propagate is not the name/],
    [{ toSubgraphs: [{ insert: 'x-a' }] }, /toSubgraphs\[0\]\.value is not a text/],
    [{ toSubgraphs: [{ insert: 'x-a', value: 'a\r\nx-b: c' }] }, /toSubgraphs\[0\]\.value is not a text/],
    [{ toSubgraphs: [{ propagate: 'x-a', subgraphs: ['else'] }] }, /names "else", which is no subgraph/],
    [{ toClient: [{ propagate: 'x-a', default: 'b' }] }, /toClient\[0\] has "default"/],
  ])('%j is refused, by its place', (rules, message) => {
    expect(wrong(rules)).toMatch(message);
  });
});
