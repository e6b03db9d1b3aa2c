import { describe, expect, test } from '@jest/globals';
import { eventOf, idOf, onceEach } from './webhook-receiver.ts';
import { age, becomes, done, endpoint, look, publish, receiver, remove, send, system, world } from './webhook-stage.ts';

const subjectsOf = (arrived: Parameters<typeof onceEach>[0]) => arrived.map((one) => eventOf(one).subject);

describe('an endpoint that does not take an update', () => {
  test('is sent it again under the same id, before the next one, after a status, silence or a redirect', async () => {
    const { place, id } = await endpoint('/failing', 'HN');
    const elsewhere = receiver.place('/elsewhere');
    const said: object[] = [];
    place.answer(async (_, count) => {
      if (count <= 4) said.push(await look(id));
      if (count === 1) return 500;
      if (count === 2) return 'never';
      return count === 3 ? { status: 307, headers: { location: elsewhere.url } } : 200;
    });
    await publish(['workingplan/hard', 'workingplan/easy'], { countries: ['HN'] });
    const arrived = await place.until((all) => onceEach(all).length === 2);
    expect(subjectsOf(arrived)).toEqual([...Array(4).fill('workingplan/hard'), 'workingplan/easy']);
    expect(new Set(arrived.slice(0, 4).map(idOf)).size).toBe(1);
    expect(elsewhere.arrived).toEqual([]);
    // as it stood in the middle of each attempt
    expect(said).toMatchObject([
      { lastError: null, attempts: 0, behind: 2, failingSince: null },
      { lastError: 'STATUS', lastStatus: 500, attempts: 1, behind: 2, failingSince: expect.any(String) },
      { lastError: 'TIMEOUT', lastStatus: null, attempts: 2, behind: 2, retryAt: expect.any(String) },
      { lastError: 'REDIRECT', lastStatus: 307, attempts: 3, behind: 2 },
    ]);
    await becomes(id, {
      lastError: null,
      failedCount: 3,
      deliveredCount: 2,
      attempts: 0,
      failingSince: null,
      behind: 0,
    });
    await remove(id);
  });

  test('is left alone for as long as it asks', async () => {
    const { place, id } = await endpoint('/later', 'HN');
    place.answer((_, count) => (count > 1 ? 200 : { status: 429, headers: { 'retry-after': '1' } }));
    await publish(['workingplan/later'], { countries: ['HN'] });
    const [first, second] = await place.until((all) => all.length === 2);
    // By the clock on the wall, as the endpoint means it: one that leaves out what this process had no turn for shows too little.
    expect(second!.at - first!.at).toBeGreaterThan(950);
    await remove(id);
  });

  test('has its answer read for a few KiB only, and is told whether it took a test', async () => {
    const { place, id } = await endpoint('/long', 'HN');
    place.answer(() => 'endless');
    const pick = 'delivered status error';
    const input = { clientMutationId: 'a-test', id };
    expect(await done('testWebhook', input, pick)).toMatchObject({ delivered: true, status: 200, error: null });
    await place.until((_, { closed }) => closed === 1);
    expect(eventOf(place.arrived[0]!)).toMatchObject({ type: 'org.net4u.webhook.test.v1', subject: `webhook/${id}` });
    expect(await done('testWebhook', input, pick)).toMatchObject({ delivered: null });
    expect((await send('testWebhook', { id }, { pick })).problems).toMatchObject([{ __typename: 'ValidationError' }]);
    expect(place.arrived).toHaveLength(1);
    await remove(id);
  });

  test('and answers 410 is disabled, which it is told, and goes on where it stood when it is resumed', async () => {
    const { place, id } = await endpoint('/gone', 'HN');
    place.answer(() => 410);
    await publish(['workingplan/gone'], { countries: ['HN'] });
    const { version } = await becomes(id, { state: 'DISABLED', disabledReason: 'GONE', behind: 1 });
    const audited = await world.owner.query(
      `SELECT network_id, actor_kind, detail FROM audit.entry WHERE action = 'WEBHOOK_DISABLED' AND target_id = $1 ORDER BY network_id`,
      [id],
    );
    expect(audited.rows).toEqual(
      ['net:africa', 'net:americas'].map((network_id) => ({ network_id, actor_kind: 'SYSTEM', detail: 'GONE' })),
    );
    place.answer(() => 200);
    await done('resumeWebhook', { id, expectedVersion: version });
    await place.until((all) => all.length === 2);
    expect(new Set(place.arrived.map(idOf)).size).toBe(1);
    await remove(id);
  });

  test('has it among its dead letters after a time, gets what follows, and the dead letter when it asks for it', async () => {
    const { place, id } = await endpoint('/poison', 'PE');
    const refuse = (one: Parameters<typeof eventOf>[0]) => (eventOf(one).subject === 'workingplan/poison' ? 422 : 200);
    place.answer(refuse);
    await publish(['workingplan/poison', 'workingplan/sound'], { countries: ['PE'] });
    await becomes(id, { lastStatus: 422 });
    await age(id, 'item_failing_since', 71);
    const tried = place.arrived.length;
    await place.until((all) => all.length > tried + 2);
    expect(await look(id)).toMatchObject({ deadLetterCount: 0, behind: 2 });
    await age(id, 'item_failing_since', 1);
    await place.until((all) => subjectsOf(all).includes('workingplan/sound'));
    await becomes(id, { deadLetterCount: 1, behind: 0, state: 'ACTIVE' });
    const letters = async () =>
      (
        await world.get(
          system,
          'query ($id: ID) { webhookDeadLetters(endpointId: $id) { edges { node { id updateId type error status attempts isAskedFor } } } }',
          { id },
        )
      ).webhookDeadLetters.edges.map(({ node }: { node: object }) => node);
    const [letter, ...others] = await letters();
    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      ...{ updateId: idOf(place.arrived[0]!), type: 'PLAN_CREATED', error: 'STATUS', status: 422, isAskedFor: false },
    });
    expect(letter.attempts).toBeGreaterThan(2);
    await done('replayDeadLetters', { id });
    const asked = async () => {
      for (;;) if (!(await letters())[0].isAskedFor) return (await letters())[0];
    };
    expect((await asked()).attempts).toBe(letter.attempts + 1); // once, and still one
    place.answer(() => 200);
    await done('replayDeadLetters', { id, deadLetterIds: [letter.id] });
    await becomes(id, { deadLetterCount: 0 });
    expect(idOf(place.arrived.at(-1)!)).toBe(letter.updateId);
    const { problems } = await send('replayDeadLetters', { id, deadLetterIds: [letter.id] });
    expect(problems).toMatchObject([{ path: ['input', 'deadLetterIds'] }]);
    await remove(id);
  });

  test('and takes nothing for long is disabled', async () => {
    const { place, id } = await endpoint('/dead', 'MX');
    place.answer(() => 503);
    await publish(['workingplan/a', 'workingplan/b'], { countries: ['MX'] });
    await becomes(id, { lastStatus: 503 });
    await age(id, 'item_failing_since', 72);
    await becomes(id, { deadLetterCount: 1, state: 'ACTIVE' });
    await age(id, 'failing_since', 120);
    // what it never took is given up no further: it waits until somebody resumes it
    await becomes(id, { state: 'DISABLED', disabledReason: 'FAILING', deadLetterCount: 1, behind: 1 });
    await remove(id);
  });

  test('or whose place is of before a restore says so, and goes on after a cursor', async () => {
    const { place, id } = await endpoint('/restored', 'MX');
    await world.owner.query('UPDATE networks.webhook_endpoint SET epoch = epoch - 1 WHERE id = $1', [id]);
    await publish(['workingplan/restored'], { countries: ['MX'] });
    const { version } = await becomes(id, { state: 'DISABLED', disabledReason: 'RESYNC_REQUIRED', cursor: null });
    expect((await send('resumeWebhook', { id, expectedVersion: version })).problems).toMatchObject([
      { path: ['input', 'id'] },
    ]);
    const page = await world.get(system, '{ networkUpdates(first: 1) { newestAvailable } }');
    await done('replayWebhook', { id, after: page.networkUpdates.newestAvailable });
    await publish(['workingplan/next'], { countries: ['MX'] });
    await place.until((all) => all.length > 0);
    expect(subjectsOf(place.arrived)).toEqual(['workingplan/next']);
    await remove(id);
  });
});
