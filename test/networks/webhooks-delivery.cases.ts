import { describe, expect, test } from '@jest/globals';
import { eventOf, idOf, onceEach, verify } from './webhook-receiver.ts';
import { becomes, done, endpoint, look, publish, remove, send, system, world } from './webhook-stage.ts';

const numbered = (count: number) => Array.from({ length: count }, (_, number) => `workingplan/n${number}`);

describe('an endpoint gets', () => {
  test('what it asked for, in the order of each network, signed, as CloudEvents in either mode', async () => {
    const whole = await endpoint('/structured', 'BR');
    const parts = await endpoint('/binary', 'BR', { mode: 'BINARY' });
    const { cursor: begin } = await look(whole.id);
    await publish(numbered(20), { countries: ['BR'], networkIds: ['net:africa', 'net:americas'] });
    await publish(['workingplan/of-others'], { countries: ['CO'] });
    await publish(['workingplan/closed'], { countries: ['BR'], visibility: 'NETWORK' });
    await publish(['workingplan/última "plan" 1%'], { countries: ['BR'], visibility: 'PARTNERS' });
    const structured = onceEach(await whole.place.until((arrived) => onceEach(arrived).length === 41));
    const binary = onceEach(await parts.place.until((arrived) => onceEach(arrived).length === 41));
    const query = `query ($after: Cursor) { networkUpdates(first: 100, after: $after, filter: { countries: ["BR"] }) { edges { node { cloudEvent } } } }`;
    const { networkUpdates } = await world.get(system, query, { after: begin });
    const log = networkUpdates.edges.map(({ node }: { node: { cloudEvent: object } }) => node.cloudEvent);
    expect(log).toHaveLength(41);
    expect(structured.map(eventOf)).toEqual(expect.arrayContaining(log));
    for (const network of ['net:africa', 'net:americas']) {
      const mine = structured.map(eventOf).filter((event) => event.networkid === network);
      const places = mine.map((event) => Number(event.sequence));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(mine.map((event) => event.subject).slice(0, 20)).toEqual(numbered(20));
    }
    expect(new Set(binary.map(idOf))).toEqual(new Set(structured.map(idOf)));
    for (const one of structured) {
      expect(one.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
      expect(idOf(one)).toBe(eventOf(one).id);
      expect([verify(one, whole.secret), verify(one, parts.secret)]).toEqual([1, 0]);
      expect(Math.abs(Number(one.headers['webhook-timestamp']) * 1_000 - one.at)).toBeLessThan(10_000);
    }
    for (const one of binary) {
      const { data, datacontenttype, ...attributes } = eventOf(structured.find((other) => idOf(other) === idOf(one))!);
      expect(eventOf(one)).toEqual(data);
      expect(one.headers['content-type']).toBe(datacontenttype);
      for (const [name, value] of Object.entries(attributes))
        expect([name, decodeURIComponent(String(one.headers[`ce-${name}`]))]).toEqual([name, value]);
      expect(verify(one, parts.secret)).toBe(1);
    }
    expect(binary.at(-1)!.headers['ce-subject']).toBe('workingplan/%C3%BAltima%20%22plan%22%201%25');
    const { deliveredCount, cursor } = await becomes(whole.id, {
      behind: 0,
      behindSince: null,
      lastStatus: 204,
      lastError: null,
    });
    expect(deliveredCount).toBeGreaterThanOrEqual(41);
    const after = await world.get(system, 'query ($c: Cursor) { networkUpdates(after: $c) { edges { cursor } } }', {
      c: cursor,
    });
    expect(after.networkUpdates.edges).toEqual([]);
    await Promise.all([remove(whole.id), remove(parts.id)]);
  });

  test('nothing while it is paused, what it missed when it is resumed, and all again from a cursor', async () => {
    const { place, id, version } = await endpoint('/paused', 'CR');
    const begin = (await look(id)).cursor;
    await publish(['workingplan/one'], { countries: ['CR'] });
    await place.until((arrived) => arrived.length > 0);
    await becomes(id, { behind: 0 });
    const paused = (await done('pauseWebhook', { id, expectedVersion: version })).endpoint;
    expect(paused).toMatchObject({ state: 'PAUSED', version: version + 1 });
    await publish(['workingplan/two'], { countries: ['CR'] });
    expect(await look(id)).toMatchObject({ behind: 1, behindSince: expect.any(String) });
    expect((await send('pauseWebhook', { id, expectedVersion: version })).problems).toMatchObject([
      { __typename: 'ConflictError', currentVersion: paused.version },
    ]);
    await done('resumeWebhook', { id, expectedVersion: paused.version });
    await place.until((arrived) => onceEach(arrived).length === 2);
    expect(onceEach(place.arrived).map((one) => eventOf(one).subject)).toEqual(['workingplan/one', 'workingplan/two']);
    await becomes(id, { behind: 0 });
    const before = place.arrived.length;
    await done('replayWebhook', { id, after: begin });
    await place.until((arrived) => onceEach(arrived.slice(before)).length === 2);
    expect(onceEach(place.arrived.slice(before)).map(idOf)).toEqual(onceEach(place.arrived).map(idOf));
    expect((await send('replayWebhook', { id, after: 'AAAA' })).problems).toMatchObject([
      { __typename: 'ValidationError', path: ['input', 'after'] },
    ]);
    await remove(id);
  });

  test('signatures by two secrets while it changes over, and by the new one alone after that', async () => {
    const { place, id, secret } = await endpoint('/rotated', 'EC');
    const rotate = (overlapHours: number) => done('rotateWebhookSecret', { id, overlapHours }, 'secret');
    const { secret: second, endpoint: both } = await rotate(1);
    expect(Date.parse(both.previousSecretUntil)).toBeGreaterThan(Date.now() + 3_000_000);
    await publish(['workingplan/both'], { countries: ['EC'] });
    const [one] = await place.until((arrived) => arrived.length > 0);
    expect([verify(one!, secret), verify(one!, second)]).toEqual([1, 1]);
    await becomes(id, { behind: 0 });
    const { secret: third } = await rotate(0);
    await publish(['workingplan/third'], { countries: ['EC'] });
    const last = (await place.until((arrived) => onceEach(arrived).length === 2)).at(-1)!;
    expect([secret, second, third].map((each) => verify(last, each))).toEqual([0, 0, 1]);
    const rows = (await world.owner.query('SELECT * FROM networks.webhook_endpoint')).rows;
    for (const each of [secret, second, third]) expect(JSON.stringify(rows)).not.toContain(each.slice('whsec_'.length));
    await remove(id);
  });
});

describe('who changes webhooks', () => {
  test('is told what is wrong, once a secret, and of a repeated one what there is', async () => {
    const problem = async (input: object) => (await send('createWebhook', input)).problems[0];
    for (const url of ['nonsense', 'http://example.org/', 'https://user:pass@example.org/', 'https://10.0.0.1/'])
      expect([url, await problem({ url })]).toEqual([
        url,
        { __typename: 'ValidationError', message: expect.stringMatching(/^url: /), path: ['input', 'url'] },
      ]);
    const input = { clientMutationId: 'the-same', url: 'https://hooks.example.org/x', filter: { types: [] } };
    const first = await done('createWebhook', input, 'secret');
    expect(first.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const again = await done('createWebhook', input, 'secret');
    expect(again).toMatchObject({
      secret: null,
      endpoint: { id: first.endpoint.id, filter: { types: [], networks: null } },
    });
    const { id, version: expectedVersion } = first.endpoint;
    const changed = await done('updateWebhook', { id, expectedVersion, mode: 'BINARY', filter: { countries: ['UG'] } });
    expect(changed.endpoint).toMatchObject({
      mode: 'BINARY',
      url: input.url,
      filter: { types: null, countries: ['UG'] },
    });
    const made = await Promise.all(
      Array.from({ length: 10 }, () => send('createWebhook', { url: input.url, filter: input.filter })),
    );
    expect(made.filter(({ problems }) => problems.length > 0).map(({ problems }) => problems[0].path)).toEqual([
      ['input', 'partnerId'],
    ]);
    const page = async (first: number, after?: string) =>
      (
        await world.get(
          system,
          'query ($first: Int!, $after: Cursor) { webhookEndpoints(first: $first, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }',
          { first, after },
        )
      ).webhookEndpoints;
    const [some, all] = [await page(4), await page(100)];
    expect([some.edges.length, some.pageInfo.hasNextPage, all.edges.length]).toEqual([4, true, 10]);
    const rest = await page(100, some.pageInfo.endCursor);
    expect([...some.edges, ...rest.edges]).toEqual(all.edges);
    await Promise.all(all.edges.map(({ node }: { node: { id: string } }) => remove(node.id)));
  });
});
