import { describe, expect, test } from '@jest/globals';
import { inTrace } from '../../kit/trace.ts';
import { startClock } from '../clock.ts';
import { coordinator, operator, partner, representative, seat } from '../networks.ts';
import { type Arrived, eventOf, idOf, onceEach } from './webhook-receiver.ts';
import { becomes, endpoint, look, publish, remove, send, world } from './webhook-stage.ts';

describe('what a partner may not see', () => {
  test('is not sent, also when it became so after it was said', async () => {
    const { place, id } = await endpoint('/narrowed', 'AR');
    place.answer(() => 500);
    await publish(['workingplan/narrowed'], { countries: ['AR'], visibility: 'PARTNERS' });
    await place.until((all) => all.length > 0);
    await world.owner.query("SELECT feed.narrow('net:africa', 'workingplan/narrowed', 'NETWORK', '{}')");
    const before = place.arrived.length;
    place.answer((one) => (eventOf(one).subject === 'workingplan/narrowed' ? 500 : 200));
    await publish(['workingplan/open'], { countries: ['AR'] });
    await place.until((all) => all.some((one) => eventOf(one).subject === 'workingplan/open'));
    // One attempt may have been under way.
    const late = place.arrived.slice(before).filter((one) => eventOf(one).subject === 'workingplan/narrowed');
    expect(late.length).toBeLessThanOrEqual(1);
    await becomes(id, { behind: 0, deadLetterCount: 0 });
    await remove(id);
  });

  test('and what was erased after it was said is sent as TOMBSTONE, in either mode', async () => {
    const whole = await endpoint('/erased', 'AR');
    const parts = await endpoint('/erased-binary', 'AR', { mode: 'BINARY' });
    for (const { place } of [whole, parts]) place.answer(() => 500);
    const said = { type: 'THREAD_STARTED', eventType: 'org.net4u.thread.started.v1', data: { anchor: 'canary' } };
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await inTrace(traceparent, () =>
      publish(['thread/erased'], { ...said, countries: ['AR'], visibility: 'PARTNERS' }),
    );
    const [first] = await whole.place.until((all) => all.length > 0);
    const [inParts] = await parts.place.until((all) => all.length > 0);
    expect(eventOf(first!)).toMatchObject({ type: said.eventType, traceparent, data: said.data });
    expect(inParts!.headers).toMatchObject({ 'ce-type': said.eventType, 'ce-traceparent': traceparent });
    await world.owner.query("SELECT feed.erase_thread('erased')");
    for (const { place } of [whole, parts]) place.answer(() => 200);
    await publish(['workingplan/after'], { countries: ['AR'] });
    for (const { id } of [whole, parts]) await becomes(id, { behind: 0, deadLetterCount: 0 });
    // One attempt may have been under way.
    const last = (all: Arrived[]) => all.filter((one) => idOf(one) === idOf(first!)).at(-1) as Arrived;
    const { traceparent: _gone, ...before } = eventOf(first!);
    const erased = { type: 'org.net4u.tombstone.v1', data: { threadId: 'erased' } };
    expect(eventOf(last(whole.place.arrived))).toStrictEqual({ ...before, ...erased });
    expect(eventOf(last(parts.place.arrived))).toEqual({ threadId: 'erased' });
    expect(last(parts.place.arrived).headers).toMatchObject({ 'ce-type': 'org.net4u.tombstone.v1' });
    expect(last(parts.place.arrived).headers).not.toHaveProperty('ce-traceparent');
    for (const { id } of [whole, parts]) await remove(id);
  });

  test.each([
    [
      'its keys are revoked',
      'UPDATE networks.partner_token SET revoked_at = now()',
      'UPDATE networks.partner_token SET revoked_at = NULL',
    ],
    [
      'the keys that are left may not read updates',
      "UPDATE networks.partner_token SET scopes = '{}'",
      'UPDATE networks.partner_token SET scopes = NULL',
    ],
    [
      'it is suspended',
      "UPDATE networks.partner SET status = 'SUSPENDED'",
      "UPDATE networks.partner SET status = 'ACTIVE'",
    ],
  ])(
    'ends within a second when %s, in the middle of an attempt too, and waits until it is back',
    async (_, end, back) => {
      const { place, id } = await endpoint(`/revoked-${end.length}`, 'AR');
      place.answer(() => 'never');
      await publish(['workingplan/under-way'], { countries: ['AR'] });
      await place.until((all) => all.length > 0);
      await world.owner.query(end);
      const since = startClock();
      await place.until((_all, one) => one.closed > 0);
      expect(since()).toBeLessThan(1_000); // by itself it would have ended later
      const sent = place.arrived.length;
      await publish(['workingplan/after'], { countries: ['AR'] });
      // That nothing comes can only be waited for: several looks for what is to be sent.
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(place.arrived.length - sent).toBe(0);
      place.answer(() => 200);
      await world.owner.query(back);
      await place.until((all) => onceEach(all).length === 2);
      expect(onceEach(place.arrived).map((one) => eventOf(one).subject)).toEqual([
        'workingplan/under-way',
        'workingplan/after',
      ]);
      await remove(id);
    },
  );
});

describe('webhooks are changed', () => {
  const steering = seat('STEERING_COMMITTEE', 'net:africa');
  const both = {
    ...steering,
    roles: ['net:africa', 'net:americas'].map((networkId) => ({
      role: 'STEERING_COMMITTEE' as const,
      networkId,
      bodyId: null,
    })),
  };
  const url = 'https://hooks.example.org/x';
  const list = async (actor: typeof operator) => {
    const query =
      '{ webhookEndpoints(partnerId: "partner:sample") { edges { node { id } } } webhookDeadLetters(partnerId: "partner:sample") { edges { node { id } } } }';
    const { webhookEndpoints, webhookDeadLetters } = await world.get(actor, query);
    expect(webhookDeadLetters === null).toBe(webhookEndpoints === null);
    return webhookEndpoints?.edges.length ?? null;
  };

  test('by the partner and who issues its keys, stopped by who ends them, and seen by nobody else', async () => {
    await world.owner.query('DELETE FROM networks.webhook_endpoint'); // of a case that failed
    const { id } = await endpoint('/whose', 'CO');
    for (const actor of [both, coordinator, operator, seat('SAFETY_OFFICER', 'net:africa'), steering])
      expect([actor.subject, await list(actor)]).toEqual([actor.subject, 1]);
    const stranger = {
      ...partner(['net:africa']),
      partner: { ...partner(['net:africa']).partner!, id: 'partner:other' },
    };
    for (const actor of [representative, stranger])
      expect([actor.subject, await list(actor)]).toEqual([actor.subject, null]);
    const types = async (actor: typeof operator, name: string, input: object) =>
      (await send(name, input, { actor })).problems.map(({ __typename }: { __typename: string }) => __typename);
    const create = { partnerId: 'partner:sample', url };
    expect(await types(both, 'createWebhook', create)).toEqual([]);
    const { version } = await look(id);
    for (const actor of [coordinator, operator, representative, stranger, steering]) {
      expect(await types(actor, 'createWebhook', create)).toEqual(['ForbiddenError']);
      expect(await types(actor, 'updateWebhook', { id, expectedVersion: version, url })).toEqual(['ForbiddenError']);
      for (const name of ['testWebhook', 'rotateWebhookSecret', 'replayDeadLetters'])
        expect([name, await types(actor, name, { id })]).toEqual([name, ['ForbiddenError']]);
      expect(await types(actor, 'resumeWebhook', { id, expectedVersion: version })).toEqual(['ForbiddenError']);
    }
    for (const actor of [representative, stranger])
      for (const name of ['pauseWebhook', 'deleteWebhook'])
        expect(await types(actor, name, { id, expectedVersion: version })).toEqual(['ForbiddenError']);
    expect(await types(coordinator, 'pauseWebhook', { id, expectedVersion: version })).toEqual([]);
    expect(await types(operator, 'deleteWebhook', { id, expectedVersion: version + 1 })).toEqual([]);
    expect(await look(id)).toBeUndefined();
    await world.owner.query('DELETE FROM networks.webhook_endpoint');
  });
});
