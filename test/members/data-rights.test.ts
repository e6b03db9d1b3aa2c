import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { verifyAudit } from '../../kit/audit/verify.ts';
import type { Member } from '../people.ts';
import { codeOf, problems, sessions, startAccounts, untilRefused, withId } from './accounts.ts';

const accounts = startAccounts();
const exportsOf = async (member: Member) =>
  (await member.ask('{ viewer { dataExports { id readyAt expiresAt size url } } }')).data.viewer.dataExports;
const requestExport = async (member: Member, input = withId()) =>
  (
    await member.ask(
      `mutation ($i: RequestDataExportInput!) { requestDataExport(input: $i) { dataExport { id readyAt url } ${problems} } }`,
      { i: input },
    )
  ).data.requestDataExport;
const fetchFile = (member: Member, url: string) =>
  fetch(`${accounts.world.url}${url}`, { headers: { authorization: `Bearer ${member.token}` } });
async function readyExport(member: Member, id: string) {
  for (const until = Date.now() + 60_000; Date.now() < until; ) {
    const found = (await exportsOf(member)).find((one: { id: string }) => one.id === id);
    if (found.readyAt) return found;
    await delay(50); // four subgraphs do their parts in their own time
  }
  throw new Error('not ready after a minute');
}

/** A thread with a post, with the word in both. */
async function write(member: Member, word: string, networkId: string) {
  const thread = {
    ...{ anchor: { typename: 'Network', id: networkId }, networkIds: [networkId], visibility: 'NETWORK', locale: 'en' },
    ...{ title: [{ locale: 'en', text: `Title ${word}` }], body: `Post ${word}` },
  };
  const { data, errors } = await member.ask(
    `mutation ($t: StartThreadInput!) { startThread(input: $t) { thread { id } ${problems} } }`,
    { t: withId(thread) },
  );
  expect(errors).toBeUndefined();
  expect(data.startThread.problems).toEqual([]);
}

describe('an export', () => {
  test('holds what the person is and wrote, in a file for the person alone', async () => {
    const member = await accounts.as('africa-coordinator');
    await write(member, 'canary-thread', 'net:africa');
    const plan = {
      ...{ networkIds: ['net:africa'], title: [{ locale: 'en', text: 'Plan canary-plan' }], sourceLocale: 'en' },
      ...{ periodStart: '2027-01-01', periodEnd: '2027-12-31', visibility: 'NETWORK' },
    };
    const created = await member.ask(
      `mutation ($p: CreatePlanInput!) { createPlan(input: $p) { plan { id } ${problems} } }`,
      { p: withId(plan) },
    );
    expect(created.data?.createPlan?.problems).toEqual([]);
    await write(await accounts.as('africa-editor'), 'somebody-else', 'net:africa');
    await accounts.sql(`INSERT INTO members.seat_offer (id, seat_id, subject, offered_at, expires_at, answer)
      VALUES ('offer:before', 'seat:s07', 'sub:predecessor', now(), now(), 'ACCEPTED')`);
    await accounts.sql(`UPDATE members.membership SET applied_by_seat_id = 'seat:s07', invited_subject = 'sub:guest'
      WHERE id = 'mem:s12'`);

    const input = withId();
    const { dataExport, problems: none } = await requestExport(member, input);
    expect(none).toEqual([]);
    expect((await requestExport(member, input)).dataExport.id).toBe(dataExport.id);
    const ready = await readyExport(member, dataExport.id);
    const response = await fetchFile(member, ready.url);
    expect(response.headers.get('content-disposition')).toContain('attachment');
    const text = await response.text();
    expect(Buffer.byteLength(text)).toBe(ready.size);
    const content = JSON.parse(text);
    expect(Object.keys(content)).toEqual([
      ...['format', 'requestedAt', 'personId', 'discussions', 'members', 'networks', 'working-plans'],
    ]);
    for (const word of ['Post canary-thread', 'Sample Persona 7', 'persona7@example.org', 'persona:africa-coordinator'])
      expect(text).toContain(word);
    expect(JSON.stringify(content['working-plans'].typed)).toContain('Plan canary-plan');
    expect(content.members.seat).toHaveLength(1);
    expect(content.members.session.length).toBeGreaterThan(0);
    for (const word of ['somebody-else', 'Sample Persona 8', 'persona8@', 'sub:predecessor', 'sub:guest'])
      expect(text).not.toContain(word);

    for (const who of ['africa-editor', 'steering-member', 'safety-officer', 'operator', 'partner']) {
      const other = await accounts.as(who);
      expect((await fetchFile(other, ready.url)).status).toBe(404);
    }
    expect((await fetch(`${accounts.world.url}${ready.url}`)).status).toBe(401);
    expect(await exportsOf(await accounts.as('operator'))).toEqual([]);
    await accounts.sql('UPDATE members.data_export SET expires_at = now()');
    expect((await fetchFile(member, ready.url)).status).toBe(404);
    expect(await exportsOf(member)).toEqual([]);
  });

  test('is made once at a time and five times a day, and leaves nothing of it behind', async () => {
    const member = await accounts.as('americas-rep');
    const both = await Promise.all([requestExport(member), requestExport(member)]);
    expect(new Set(both.map(({ dataExport }) => dataExport.id)).size).toBe(1);
    await readyExport(member, both[0].dataExport.id);
    await accounts.sql(`INSERT INTO members.data_export (id, person_id, ready_at, expires_at)
      SELECT 'export:' || n, 'person:p03', now(), now() + interval '1 day' FROM generate_series(1, 4) n`);
    expect((await requestExport(member)).problems).toMatchObject([{ __typename: 'ValidationError' }]);
    expect(await accounts.sql('SELECT * FROM data_rights.request')).toEqual([]);
    expect(await accounts.sql('SELECT * FROM data_rights.part')).toEqual([]);
    expect((await requestExport(await accounts.as('partner'))).problems).toMatchObject([
      { __typename: 'ForbiddenError' },
    ]);
  });
});

describe('an erasure', () => {
  const erase = async (member: Member, confirm?: string) =>
    (
      await member.ask(
        `mutation ($i: RequestErasureInput!) { requestErasure(input: $i) {
           erasure { id confirmationCode confirmBefore confirmedAt } ${problems} } }`,
        { i: withId({ confirm }) },
      )
    ).data.requestErasure;

  /** An export of the person is being finished meanwhile: it has its request, and takes its row once the other waits for the request. */
  async function whileFinished<T>(personId: string, act: () => Promise<T>): Promise<T> {
    const finishing = new pg.Client(accounts.world.databaseUrl);
    await finishing.connect();
    const lock = async () => {
      // with members' own part, so that nothing of members waits for it but the other
      await finishing.query(`INSERT INTO data_rights.request VALUES ('export:held', 'EXPORT', '${personId}', 'nobody', '{}');
        INSERT INTO data_rights.part VALUES ('export:held', 'members', '{}')`);
      await finishing.query('BEGIN');
      return finishing.query(
        "SELECT pg_backend_pid() AS pid FROM data_rights.request WHERE id = 'export:held' FOR UPDATE",
      );
    };
    try {
      await finishing.query("INSERT INTO members.data_export (id, person_id) VALUES ('export:held', $1)", [personId]);
      let { rows } = await lock();
      for (; rows.length === 0; { rows } = await lock()) await finishing.query('ROLLBACK'); // all parts were there at once
      const acting = act();
      const waiting = () =>
        accounts.sql(
          "SELECT FROM pg_stat_activity WHERE application_name = 'net4u members' AND $1 = ANY (pg_blocking_pids(pid))",
          [rows[0].pid],
        );
      while ((await waiting()).length === 0) await delay(20); // looked at again and again, not a thousand times
      await finishing.query("UPDATE members.data_export SET ready_at = now() WHERE id = 'export:held'; COMMIT");
      return await acting;
    } finally {
      await finishing.end();
    }
  }

  test('needs its code, which is asked for, cannot be guessed, and ends', async () => {
    const member = await accounts.as('expert-lead');
    expect((await erase(member, 'ABCDEFGH')).problems).toMatchObject([{ __typename: 'ValidationError' }]);
    const { erasure } = await erase(member);
    expect(erasure).toMatchObject({ confirmationCode: expect.stringMatching(/^[A-Z2-9]{8}$/), confirmedAt: null });
    const stranger = await accounts.as('africa-editor');
    expect((await erase(stranger, erasure.confirmationCode)).problems).toHaveLength(1);
    for (let n = 0; n < 5; n += 1)
      expect((await erase(member, 'WRONGONE')).problems[0].path).toEqual(['input', 'confirm']);
    expect((await erase(member, erasure.confirmationCode)).problems).toHaveLength(1); // no tries left
    const second = (await erase(member)).erasure;
    await accounts.sql("UPDATE members.erasure SET confirm_before = now() WHERE person_id = 'person:p06'");
    expect((await erase(member, second.confirmationCode)).problems).toHaveLength(1); // too late
    expect((await erase(await accounts.as('partner'))).problems[0].__typename).toBe('ForbiddenError');
    expect((await member.ask('{ viewer { seat { id } } }')).data.viewer.seat.id).toBe('seat:s06');
  });

  test('leaves the seat and what was said in it, and nothing of the person in any table', async () => {
    const member = await accounts.as('africa-rep');
    await accounts.sql("UPDATE members.seat SET display_mode = 'NAMED' WHERE id = 'seat:s09'");
    await write(member, 'stays', 'net:africa');
    await requestExport(member);
    const stream = member.follow('subscription { networkUpdates { __typename } }');
    await stream.next();
    const { erasure } = await erase(member);
    const done = await whileFinished('person:p09', () => erase(member, ` ${erasure.confirmationCode.toLowerCase()} `));
    expect(done.erasure).toMatchObject({ id: erasure.id, confirmationCode: null, confirmedAt: expect.any(String) });
    expect(await untilRefused(member)).toBeLessThan(1_000);
    await stream.ended;
    expect(codeOf(await (await accounts.signIn('africa-rep')).ask(sessions))).toBe('UNAUTHENTICATED');

    for (const until = Date.now() + 60_000; ; await delay(50)) {
      const waiting = await accounts.sql('SELECT 1 FROM data_rights.request');
      if (waiting.length === 0) break;
      if (Date.now() > until) throw new Error('the other subgraphs have not done their parts');
    }
    const tables =
      await accounts.sql(`SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
      WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`);
    expect(tables.length).toBeGreaterThan(30);
    for (const { name } of tables) {
      const [{ count }] = await accounts.sql(
        `SELECT count(*)::int AS count FROM ${name} t WHERE t::text ~ 'Sample Persona 9\\M|persona9@|persona:africa-rep'`,
      );
      expect([name, count]).toEqual([name, 0]);
    }
    const reader = await accounts.as('africa-editor');
    const { data } = await reader.ask(
      '{ organisation(id: "org:s09") { memberships { seats { id displayName displayMode holder { id } } } } }',
    );
    const [seat] = data.organisation.memberships[0].seats;
    expect(seat).toMatchObject({ id: 'seat:s09', displayMode: 'SEAT_ALIAS', holder: null });
    expect(seat.displayName).toContain('(vacant)');
    expect(
      (await accounts.sql("SELECT id FROM discussions.post WHERE author_seat_id = 'seat:s09'")).length,
    ).toBeGreaterThan(0);
    const [entry] = await accounts.sql("SELECT * FROM audit.entry WHERE action = 'PERSON_ERASED'");
    expect(entry).toMatchObject({ network_id: 'net:africa', actor_seat_id: 'seat:s09', target_id: 'person:p09' });
    expect((await verifyAudit(accounts.sql)).faults).toEqual([]);
  });
});
