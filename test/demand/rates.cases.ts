import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { createAddressReader } from '../../gateway/demand/addresses.ts';
import { createRates } from '../../gateway/demand/rates.ts';
import { type SmallWorld, startSmallWorld, until } from '../gateway.ts';
import { outwait } from './outwait.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** Megabytes in use once what nobody holds is gone. */
const heap = () => {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
};

/** What is thrown, or undefined. */
function refusal(what: () => unknown): { code: string; extensions: { retryAfterMs: number } } | undefined {
  try {
    what();
    return undefined;
  } catch (error) {
    return error as never;
  }
}

describe('rates', () => {
  let time = 0;
  const now = () => time;
  const count = (what: () => unknown, times: number) =>
    Array.from({ length: times }, () => refusal(what)).filter((error) => error === undefined).length;

  test('two seconds of operations may come at once, then so many a second, of each principal', () => {
    const rates = createRates({ operations: 10 }, now);
    const begin = () => rates.begin('ana');
    expect(count(begin, 50)).toBe(20);
    expect(count(() => rates.begin('ben'), 50)).toBe(20);
    time += 500;
    expect(count(begin, 50)).toBe(5);
    time += 3_600_000;
    expect(count(begin, 50)).toBe(20);
  });

  test('a refusal says when to come back, and then it is time', () => {
    const rates = createRates({ cost: 6_000 }, now);
    rates.spend('ana', 5_000);
    const refused = refusal(() => rates.spend('ana', 3_000));
    expect(refused?.code).toBe('RATE_LIMITED');
    expect(refused?.extensions.retryAfterMs).toBe(20_000);
    expect(refusal(() => rates.spend('ana', 1_000))).toBeUndefined(); // what is refused is not charged
    time += 29_999;
    expect(refusal(() => rates.spend('ana', 3_000))).toBeDefined();
    time += 1;
    expect(refusal(() => rates.spend('ana', 3_000))).toBeUndefined();
  });

  test('what costs more than a minute may be spent of a full minute', () => {
    const rates = createRates({ cost: 100 }, now);
    expect(count(() => rates.spend('ana', 5_000), 3)).toBe(1);
  });

  test('a refused sign-in counts as twenty requests, anything else that fails as one', () => {
    const rates = createRates({ addressRequests: 100 }, now);
    const tryWith = (code: string) => () => {
      rates.knock('192.0.2.1');
      rates.failSignIn('192.0.2.1', { code });
    };
    expect(count(tryWith('UNAUTHENTICATED'), 100)).toBe(10);
    expect(refusal(() => rates.knock('192.0.2.2'))).toBeUndefined();
    time += 2_000;
    expect(count(tryWith('ISSUER_UNAVAILABLE'), 300)).toBe(200);
  });

  test('who has signed in no longer counts for the address', () => {
    const rates = createRates({ addressRequests: 100 }, now);
    const come = () => {
      rates.knock('192.0.2.1');
      rates.admit('192.0.2.1');
    };
    expect(count(come, 10_000)).toBe(10_000);
    expect(count(() => rates.knock('192.0.2.1'), 300)).toBe(200);
    expect(count(come, 10)).toBe(0);
  });

  test('sockets and subscriptions are counted while they are open, each once', () => {
    const rates = createRates({ sockets: 2, addressSockets: 1, streams: 1 });
    const [leave] = [rates.openSocket({ subject: 'ana' }), rates.openSocket({ subject: 'ana' })];
    expect(refusal(() => rates.openSocket({ subject: 'ana' }))?.code).toBe('RATE_LIMITED');
    leave();
    leave();
    rates.openSocket({ subject: 'ana' });
    expect(refusal(() => rates.openSocket({ subject: 'ana' }))?.code).toBe('RATE_LIMITED');
    rates.openSocket({ address: 'a' });
    expect(refusal(() => rates.openSocket({ address: 'a' }))?.code).toBe('RATE_LIMITED');
    rates.openStream('ana')();
    rates.openStream('ana');
    expect(refusal(() => rates.openStream('ana'))?.code).toBe('RATE_LIMITED');
  });

  test('a partner has limits of its own where they are set, else those of everybody; refusals are told', () => {
    const refused: string[] = [];
    const tell = (limit: string) => refused.push(limit);
    const rates = createRates({ operations: 10, streams: 1, partnerOperations: 2, partnerStreams: 2 }, now, tell);
    expect(count(() => rates.begin('partner:one'), 10)).toBe(4);
    expect(count(() => rates.begin('partner:two'), 10)).toBe(4);
    expect(count(() => rates.begin('ana'), 10)).toBe(10);
    expect(count(() => rates.openStream('partner:one'), 5)).toBe(2);
    expect(count(() => rates.openStream('ana'), 5)).toBe(1);
    const told = Object.fromEntries(
      [...new Set(refused)].map((one) => [one, refused.filter((it) => it === one).length]),
    );
    expect(told).toEqual({ partnerOperations: 12, partnerStreams: 3, streams: 4 });
    const same = createRates({ operations: 10, streams: 1 }, now);
    expect(count(() => same.begin('partner:one'), 30)).toBe(20);
    expect(count(() => same.openStream('partner:one'), 5)).toBe(1);
  });

  test('nothing is refused without limits, nor to an address that is not known', () => {
    const rates = createRates({});
    expect(count(() => rates.begin('ana'), 10_000)).toBe(10_000);
    const strict = createRates({ addressRequests: 1, addressSockets: 1 });
    expect(count(() => strict.knock(undefined), 100)).toBe(100);
    expect(count(() => strict.openSocket({ address: undefined }), 100)).toBe(100);
  });

  test('a million addresses take no more memory than those that are not yet full again', () => {
    const rates = createRates({ addressRequests: 100 }, now);
    const before = heap();
    for (let i = 0; i < 1_000_000; i += 1) {
      time += 1;
      rates.knock(`2001:db8:${(i >> 16).toString(16)}:${(i & 0xffff).toString(16)}::/64`);
    }
    expect(heap() - before).toBeLessThan(30); // a million kept would be over 100
    rates.knock('192.0.2.1');
  });
});

describe('the address that is counted', () => {
  const of = (proxies: number | string[], remoteAddress: string, forwarded?: string) =>
    createAddressReader(proxies)({
      headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
      socket: { remoteAddress } as never,
    });

  test.each<[string, number | string[], string, string | undefined, string | undefined]>([
    ['is that of the connection', 0, '192.0.2.1', undefined, '192.0.2.1'],
    ['is not what anybody writes', 0, '192.0.2.1', '198.51.100.7', '192.0.2.1'],
    ['is IPv4 also where it is written as IPv6', 0, '::ffff:192.0.2.1', undefined, '192.0.2.1'],
    ['is the /64 of IPv6', 0, '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
    ['is the same /64, however it is written', 0, '2001:0DB8:0001:2::6%eth0', undefined, '2001:db8:1:2::/64'],
    ['may begin with zeros', 0, '::1:2:3:4:5', undefined, '0:0:0:1::/64'],
    ['is none on loopback', 0, '127.0.0.1', undefined, undefined],
    ['is none on loopback of IPv6', 0, '::1', undefined, undefined],
    ['is the last that one proxy has added', 1, '10.0.0.1', '203.0.113.9, 198.51.100.7', '198.51.100.7'],
    ['is the one before behind two', 2, '10.0.0.1', '203.0.113.9, 198.51.100.7', '203.0.113.9'],
    ["is the proxy's own if it adds none", 1, '10.0.0.1', undefined, '10.0.0.1'],
    ['is the farthest that there is', 3, '10.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['is not what is no address', 1, '10.0.0.1', 'unknown', '10.0.0.1'],
    ['may carry a port', 1, '10.0.0.1', '198.51.100.7:4711', '198.51.100.7'],
    ['may stand in brackets', 1, '10.0.0.1', '[2001:db8::1]:4711', '2001:db8:0:0::/64'],
    [
      'is the first that is not in a trusted block',
      ['10.0.0.0/8', '::1'],
      '10.1.2.3',
      '6.6.6.6, 198.51.100.7, 10.9.9.9',
      '198.51.100.7',
    ],
    ['is that of the connection outside of them', ['10.0.0.0/8'], '192.0.2.1', '198.51.100.7', '192.0.2.1'],
    ['may come over loopback', ['127.0.0.1', '::1'], '::1', '198.51.100.7', '198.51.100.7'],
  ])('%s', (_name, proxies, remote, forwarded, expected) => {
    expect(of(proxies, remote, forwarded)).toBe(expected);
  });

  test('a proxy on this machine that nobody has named is told once', () => {
    let told = 0;
    const read = createAddressReader(0, () => {
      told += 1;
    });
    for (const headers of [{}, { 'x-forwarded-for': '198.51.100.7' }, { 'x-forwarded-for': '198.51.100.8' }])
      expect(read({ headers, socket: { remoteAddress: '127.0.0.1' } as never })).toBeUndefined();
    expect(told).toBe(1);
  });
});

describe('at the door', () => {
  let world: SmallWorld;
  afterEach(() => world.stop());
  const forwarded = { 'x-forwarded-for': '198.51.100.7' };
  const open = async (headers: Record<string, string> = {}, init = true) => {
    const authorization = `Bearer ${await world.sign()}`; // before there is a socket, whose events wait for nobody
    const socket = new WebSocket(`${world.gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers,
    });
    const got: { type: string; payload?: never }[] = [];
    const state = { socket, got, status: 0, code: 0 };
    socket.on('message', (data) => got.push(JSON.parse(String(data))));
    socket.on('unexpected-response', (_request, response) => {
      state.status = response.statusCode ?? 0;
      socket.terminate();
    });
    socket.on('error', () => {});
    socket.on('close', (code) => {
      state.code = code;
    });
    socket.on(
      'open',
      () => init && socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } })),
    );
    await until(() => got.length > 0 || state.status > 0 || state.code > 0 || (!init && socket.readyState === 1));
    return state;
  };

  test('too many operations: 429, retry-after and RATE_LIMITED, and later an answer', async () => {
    world = await startSmallWorld({ demand: { rates: { operations: 2 } } });
    const auth = { authorization: `Bearer ${await world.sign()}` };
    const ask = () => world.post({ query: '{ tick { n } }' }, auth);
    const answers = await Promise.all(Array.from({ length: 50 }, ask)); // at once, whatever time an answer takes
    const answer = answers.find(({ status }) => status !== 200);
    const [error] = answer?.body.errors ?? [];
    expect([answer?.status, error?.extensions.code]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(answer?.headers.get('retry-after'))).toBe(1);
    expect(error?.extensions.retryAfterMs).toBeGreaterThan(0);
    await outwait(async () => (await ask()).body.errors?.[0]?.extensions.retryAfterMs);
    expect((await ask()).status).toBe(200);
  });

  test('too much cost: refused on every transport, and not charged for what was never run', async () => {
    world = await startSmallWorld({ demand: { rates: { cost: 30 } } });
    const authorization = `Bearer ${await world.sign()}`;
    const post = (query: string, more = {}) => world.post({ query }, { authorization, ...more });
    for (let i = 0; i < 40; i += 1) expect((await post('{ tick { nodde } }')).status).toBe(200);
    const dear = 'mutation { a: setRole(role: "MEMBER_EDITOR") b: setRole(role: "MEMBER_EDITOR") }';
    expect((await post(dear)).body.data).toBeDefined();
    expect((await post(dear)).status).toBe(429);
    const { socket, got } = await open();
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: dear } }));
    await until(() => got.length === 2);
    expect(got[1]).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED' } }] });
    socket.close();
    const events = await fetch(`${world.gateway.url}/graphql`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: dear }),
    });
    expect(await events.text()).toContain('"code":"RATE_LIMITED"');
  });

  test('an operation over the budget: COST_EXCEEDED with cost and budget; and what one costs, where it is asked', async () => {
    world = await startSmallWorld({ demand: { budgets: { seat: 3, partner: 3, person: 3 } } });
    const authorization = `Bearer ${await world.sign()}`;
    const post = (body: unknown) => world.post(body, { authorization });
    const dear = await post({ query: '{ tick { next { next { next { n } } } } }' });
    expect(dear.status).toBe(400);
    expect(dear.body.errors?.[0]?.extensions).toEqual({ code: 'COST_EXCEEDED', cost: 4, budget: 3 });
    const query = '{ tick { next { n } } }';
    expect((await post({ query, extensions: { cost: true } })).body).toMatchObject({ extensions: { cost: 2 } });
    expect((await post({ query })).body).not.toHaveProperty('extensions');
    const { socket, got } = await open();
    const payload = { query, extensions: { cost: true } };
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload }));
    await until(() => got.length >= 2);
    expect(got[1]).toMatchObject({ type: 'next', payload: { extensions: { cost: 2 } } });
    socket.close();
  });

  test('sockets over the cap of a principal are closed with 4429, and one that closes makes room', async () => {
    world = await startSmallWorld({ demand: { rates: { sockets: 2 } } });
    const [first] = [await open(), await open()];
    const third = await open();
    expect([third.code, third.got]).toEqual([4429, []]);
    first.socket.close();
    await until(() => first.code !== 0);
    expect((await open()).got).toEqual([{ type: 'connection_ack' }]);
  });

  test('live subscriptions over the cap of a principal are refused, over SSE too, and nothing of them stays upstream', async () => {
    world = await startSmallWorld({ demand: { rates: { streams: 2 } } });
    const member = await world.member();
    const query = 'subscription { ticks { n } }';
    const streams = [member.follow(query), member.follow(query)];
    for (const stream of streams) await stream.next();
    const third = member.follow(query);
    const refused = await Promise.race([third.next(), third.ended]);
    expect(JSON.stringify(refused)).toContain('RATE_LIMITED');
    const events = await fetch(`${world.gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${member.token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query }),
    });
    expect(await events.text()).toContain('"code":"RATE_LIMITED"');
    streams[0]?.close();
    await until(() => world.subgraphs.opened.size <= 1);
    expect((await member.follow(query).next()).data.ticks.n).toBe(1);
    await member.leave();
  });

  test('an address: requests before sign-in, refused tokens and open sockets', async () => {
    world = await startSmallWorld({
      demand: { rates: { addressRequests: 30, addressSockets: 2 }, trustedProxies: ['127.0.0.1', '::1'] },
    });
    const sockets = [await open(forwarded, false), await open(forwarded, false)];
    expect((await open(forwarded, false)).status).toBe(429);
    expect((await open({ 'x-forwarded-for': '198.51.100.8' }, false)).status).toBe(0);
    for (const { socket } of sockets) socket.terminate();
    const wrong = () => world.post({ query: '{ me { id } }' }, { ...forwarded, authorization: 'Bearer nonsense' });
    // At once: what an address may ask for comes back with time.
    const statuses = (await Promise.all(Array.from({ length: 6 }, wrong))).map(({ status }) => status).sort();
    expect(statuses.slice(0, 2)).toEqual([401, 401]);
    expect(statuses.at(-1)).toBe(429);
    const good = { authorization: `Bearer ${await world.sign()}` };
    let { status } = await world.post({ query: '{ tick { n } }' }, { ...good, ...forwarded });
    // Where it took so long that something has come back meanwhile, that is taken again.
    for (let tries = 0; status === 200 && tries < 100; tries += 1) {
      await Promise.all(Array.from({ length: 6 }, wrong));
      ({ status } = await world.post({ query: '{ tick { n } }' }, { ...good, ...forwarded }));
    }
    expect(status).toBe(429);
    expect((await world.post({ query: '{ tick { n } }' }, good)).status).toBe(200); // on loopback
  });
});
