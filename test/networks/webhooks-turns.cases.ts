import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { sendAgain } from '../../subgraphs/networks/webhooks/dead-letters.ts';
import { confirm, type Held, take } from '../../subgraphs/networks/webhooks/lease.ts';
import { createSecrets, openLive } from '../../subgraphs/networks/webhooks/secrets.ts';
import { eventOf, idOf, onceEach } from './webhook-receiver.ts';
import {
  age,
  another,
  becomes,
  clock,
  done,
  endpoint,
  look,
  publish,
  receiver,
  remove,
  send,
  world,
} from './webhook-stage.ts';

const subjectsOf = (arrived: Parameters<typeof onceEach>[0]) => arrived.map((one) => eventOf(one).subject);
const narrow = (subject: string) =>
  world.owner.query("SELECT feed.narrow('net:africa', $1, 'NETWORK', '{}')", [subject]);

describe('an update that was tried in vain and is not for the endpoint any more', () => {
  test('leaves the next one its own time: it is no dead letter after one attempt', async () => {
    const { place, id } = await endpoint('/inherits', 'BO');
    place.answer((one) => (eventOf(one).subject === 'workingplan/narrowed' ? 500 : 200));
    await publish(['workingplan/narrowed'], { countries: ['BO'], visibility: 'PARTNERS' });
    await becomes(id, { lastStatus: 500 });
    await narrow('workingplan/narrowed');
    await becomes(id, { behind: 0 });
    await age(id, 'item_failing_since', 80);
    let refused = 0;
    place.answer((one) => (eventOf(one).subject === 'workingplan/next' && ++refused === 1 ? 500 : 200));
    await publish(['workingplan/next', 'workingplan/last'], { countries: ['BO'] });
    await place.until((all) => subjectsOf(all).includes('workingplan/last'));
    expect(subjectsOf(place.arrived).slice(-3)).toEqual(['workingplan/next', 'workingplan/next', 'workingplan/last']);
    await becomes(id, { deadLetterCount: 0, behind: 0, attempts: 0 });
    await remove(id);
  });

  test('an address that is another has all the time that any has', async () => {
    const { place, id } = await endpoint('/moved', 'BO');
    place.answer(() => 500);
    await publish(['workingplan/moved'], { countries: ['BO'] });
    const { version } = await becomes(id, { lastStatus: 500, failingSince: expect.any(String) });
    await age(id, 'failing_since', 119);
    await age(id, 'item_failing_since', 71);
    const other = receiver.place('/moved-to');
    const moved = await done('updateWebhook', { id, expectedVersion: version, url: other.url });
    expect(moved.endpoint).toMatchObject({ failingSince: null, attempts: 0, retryAt: null });
    await other.until((all) => all.length === 1);
    await remove(id);
  });
});

describe('a clock that is set back', () => {
  // The other process has a right one: it is not to serve these.
  beforeAll(async () => {
    await another.isThere;
    another.process.kill('SIGSTOP');
  });
  afterEach(() => {
    clock.wrongBy = 0;
  });
  afterAll(() => {
    another.process.kill('SIGCONT');
  });

  test('makes nothing fresh that was read before: what may not be seen any more is not sent', async () => {
    const { place, id } = await endpoint('/set-back', 'PY');
    place.answer(async (_, count) => {
      if (count > 1) return 200;
      clock.wrongBy = -3_600_000;
      await narrow('workingplan/second');
      await new Promise((resolve) => setTimeout(resolve, 450)); // longer than what was read is held to be true
      return 200;
    });
    const subjects = ['first', 'second', 'third'].map((name) => `workingplan/${name}`);
    await publish(subjects, { countries: ['PY'], visibility: 'PARTNERS' });
    await place.until((all) => subjectsOf(all).includes('workingplan/third'));
    expect(subjectsOf(onceEach(place.arrived))).toEqual(['workingplan/first', 'workingplan/third']);
    await remove(id);
  });

  test('keeps an endpoint waiting neither for its next attempt nor for whoever had it', async () => {
    const { place, id } = await endpoint('/waits', 'PY');
    place.answer((_, count) => (count === 1 ? { status: 503, headers: { 'retry-after': '60' } } : 200));
    await publish(['workingplan/again'], { countries: ['PY'] });
    await becomes(id, { lastStatus: 503 });
    // what an hour's step of the database's clock makes of its times
    const later = "now() + interval '1 hour'";
    await world.owner.query(
      `UPDATE networks.webhook_endpoint SET retry_at = ${later}, last_attempt_at = ${later}, lease_by = 'gone', lease_until = ${later} WHERE id = $1`,
      [id],
    );
    await place.until((all) => all.length === 2);
    expect(new Set(place.arrived.map(idOf)).size).toBe(1);
    await becomes(id, { behind: 0 });
    await remove(id);
  });
});

describe('a turn', () => {
  let source: DataSource;
  beforeAll(async () => {
    const { url } = world.options.database;
    source = await new DataSource({
      type: 'postgres',
      url,
      extra: { options: '-c search_path=networks' },
    }).initialize();
  });
  afterAll(() => source?.destroy());

  test('of asked for dead letters ends, and leaves what was not tried for the next', async () => {
    const { id } = await endpoint('/letters', 'SV');
    const letters = ['a', 'b', 'c'].map(
      (name) => `('letter:${name}', '${id}', 'net:none', 1, '${name}', 'PLAN_CREATED', 'TIMEOUT', 1, now())`,
    );
    await source.query(
      `INSERT INTO webhook_dead_letter (id, endpoint_id, network_id, position, event_id, type, error, attempts, failing_since) VALUES ${letters}`,
    );
    // of an endpoint that nobody serves meanwhile
    await source.query("UPDATE webhook_endpoint SET state = 'PAUSED' WHERE id = $1", [id]);
    await source.query('UPDATE webhook_dead_letter SET is_asked_for = true WHERE endpoint_id = $1', [id]);
    const { signal } = new AbortController();
    const left = async () =>
      (await source.query('SELECT id FROM webhook_dead_letter WHERE endpoint_id = $1 AND is_asked_for', [id])).length;
    const again = (until: number) => sendAgain(source, { id } as Held, { signal, send: async () => 'passed', until });
    await again(performance.now() - 1);
    expect(await left()).toBe(3);
    await again(performance.now() + 5_000);
    expect(await left()).toBe(0);
    await remove(id);
  });

  test('is given to those that take what they are sent apart from those that do not', async () => {
    const ids: string[] = [];
    for (const name of ['well', 'fails', 'fails-too']) ids.push((await endpoint(`/${name}`, 'SV')).id);
    const found = await source.transaction(async (manager) => {
      // locked, so that nobody else serves them
      await manager.query(
        'UPDATE webhook_endpoint SET attempts = CASE WHEN id = $2 THEN 0 ELSE 3 END WHERE id = ANY ($1)',
        [ids, ids[0]],
      );
      await publish(['workingplan/for-three'], { countries: ['SV'] });
      // the plan that looks for the endpoints to take once for each row, as an unlucky estimate makes it
      for (const road of ['hashjoin', 'mergejoin', 'hashagg', 'sort', 'material'])
        await manager.query(`SET LOCAL enable_${road} = off`);
      const taken = async (which: 'failing' | 'well', most: number) =>
        (await take(manager, { by: 'case', leaseMs: 2_500, most, which })).map(({ id }) => id);
      return [await taken('failing', 1), await taken('well', 9), await taken('failing', 9), await taken('failing', 9)];
    });
    expect(found.map((taken) => taken.length)).toEqual([1, 1, 1, 0]);
    expect([found[1], [...found[0]!, ...found[2]!].toSorted()]).toEqual([ids.slice(0, 1), ids.slice(1).toSorted()]);
    await Promise.all(ids.map((id) => remove(id)));
  });

  test('is confirmed at once, whoever has locked the row of an endpoint', async () => {
    const { id } = await endpoint('/locked', 'SV');
    await source.query("UPDATE webhook_endpoint SET state = 'PAUSED' WHERE id = $1", [id]);
    await becomes(id, { state: 'PAUSED' });
    await source.query(
      `UPDATE webhook_endpoint SET state = 'ACTIVE', lease_by = 'us', lease_until = now() + interval '30 seconds' WHERE id = $1`,
      [id],
    );
    const [{ version, ...partner }] = await source.query(
      `SELECT e.version, p.id, p.scopes, p.network_ids AS "networkIds", p.max_visibility AS "maxVisibility" FROM webhook_endpoint e
       JOIN partner p ON p.id = e.partner_id WHERE e.id = $1`,
      [id],
    );
    const ask = () => confirm(source, { by: 'us', leaseMs: 60_000, held: [{ id, version, partner } as Held] });
    const until = async () =>
      (await source.query('SELECT lease_until FROM webhook_endpoint WHERE id = $1', [id]))[0].lease_until;
    await world.owner.query('BEGIN');
    try {
      await world.owner.query('SELECT 1 FROM networks.webhook_endpoint WHERE id = $1 FOR UPDATE', [id]);
      const waits = new Promise((resolve) => setTimeout(resolve, 20_000, 'it waits').unref());
      expect(await Promise.race([ask(), waits])).toEqual(new Set([id]));
    } finally {
      await world.owner.query('ROLLBACK');
    }
    const before = await until();
    expect(await ask()).toEqual(new Set([id]));
    expect(Number(await until())).toBeGreaterThan(Number(before));
    await source.query("UPDATE webhook_endpoint SET lease_by = 'others' WHERE id = $1", [id]);
    expect(await ask()).toEqual(new Set());
    await source.query('UPDATE webhook_endpoint SET lease_by = NULL, lease_until = NULL WHERE id = $1', [id]);
    await remove(id);
  });
});

describe('a secret that cannot be read', () => {
  test('is left out where it is the one before; of the newest a test says what to do', async () => {
    const [here, elsewhere] = [createSecrets('one key', 'i'), createSecrets('another', 'i')];
    const [ours, theirs] = [here.seal('e', 'whsec_1'), elsewhere.seal('e', 'whsec_2')];
    expect(openLive(here, 'e', [ours, theirs])).toEqual(['whsec_1']);
    expect(openLive(here, 'e', [theirs, ours])).toBeNull();
    const { id } = await endpoint('/unreadable', 'SV');
    await world.owner.query('UPDATE networks.webhook_endpoint SET secret = $2 WHERE id = $1', [id, theirs]);
    expect((await send('testWebhook', { id }, { pick: 'delivered' })).problems).toMatchObject([
      { __typename: 'ValidationError', message: expect.stringContaining('rotateWebhookSecret'), path: ['input', 'id'] },
    ]);
    const { version } = await look(id);
    await done('rotateWebhookSecret', { id });
    expect((await send('testWebhook', { id }, { pick: 'delivered' })).delivered).toBe(true);
    await done('deleteWebhook', { id, expectedVersion: version + 1 });
  });
});
