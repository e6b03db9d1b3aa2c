import { beforeAll, describe, expect, test } from '@jest/globals';
import { remindOfDecisions } from '../../subgraphs/discussions/reminders.ts';
import { tellLate } from '../../subgraphs/working-plans/notices/late.ts';
import { af, plan, startTelling } from './telling.ts';

const telling = startTelling();
const { act, read, sql, enrol, mailAt, notices } = telling;

const day = 86_400_000; // ms
const now = Date.now(); // one day for all: midnight may come while this runs
const dayFromNow = (days: number) => new Date(now + days * day).toISOString().slice(0, 10);
/** Twelve hours from now by clocks in Kampala: the platform's own mailer, whose clock is the real one, makes no digest while this runs. */
const digestAt = Math.floor(now / 3_600_000) * 3_600_000 + day / 2;
const hour = (new Date(digestAt).getUTCHours() + 3) % 24;
/** So many ms after it is that hour there for the first time. */
const atDigest = (ms: number) => new Date(digestAt + ms);
const daily = { digest: 'DAILY', digestHourLocal: hour, timeZone: 'Africa/Kampala', mentionsImmediate: false };

let threadId: string;
let outcomeId: string;
const mention = async (persona: string, seats: string[], body: string): Promise<string> =>
  (await act(persona, 'post', 'PostInput', { threadId, body, locale: 'en', mentionSeatIds: seats }, 'post { id }')).post
    .id;
const assign = async (responsibleId: string, title: string, endsOn: string): Promise<string> => {
  const input = { outcomeId, title: [{ locale: 'en', text: title }], responsibleId, startsOn: dayFromNow(-30), endsOn };
  return (await act('africa-editor', 'upsertActivity', 'UpsertActivityInput', input, 'activity { id }')).activity.id;
};
const open = async (title: { locale: string; text: string }[]): Promise<string> => {
  const of = { subject: { typename: 'WorkingPlan', id: plan }, contentHash: 'a'.repeat(64) };
  const input = { ...of, title, networkIds: [af], visibility: 'NETWORK', method: 'MAJORITY', quorum: 2 };
  const who = 'africa-coordinator';
  const { decision } = await act(who, 'openDecision', 'OpenDecisionInput', input, 'decision { id }');
  const closesAt = new Date(Date.now() + 20 * day).toISOString();
  const round = { decisionId: decision.id, expectedVersion: 1, closesAt };
  await act(who, 'startDecisionRound', 'StartDecisionRoundInput', round);
  return decision.id;
};

beforeAll(async () => {
  await sql(`UPDATE members.seat SET preferred_locale = 'fr', time_zone = 'Africa/Kampala' WHERE id = 'seat:s09'`);
  await sql(`UPDATE members.seat SET preferred_locale = 'es-MX' WHERE id = 'seat:s10'`);
  await sql(`UPDATE members.seat SET preferred_locale = 'pt-BR' WHERE id = 'seat:s03'`);
  const title = [
    { locale: 'en', text: 'Border posts' },
    { locale: 'fr', text: 'Postes frontière' },
  ];
  const input = { anchor: { typename: 'Network', id: af }, networkIds: [af], visibility: 'NETWORK' };
  const thread = { ...input, title, body: 'Let us begin', locale: 'en' };
  threadId = (await act('africa-coordinator', 'startThread', 'StartThreadInput', thread, 'thread { id }')).thread.id;
  const { workingPlan } = await read(
    'africa-editor',
    `{ workingPlan(id: "${plan}") { objectives { outcomes { id } } } }`,
  );
  outcomeId = workingPlan.objectives[0].outcomes[0].id;
});

describe('an address', () => {
  const fields = 'mailAddress { address pending confirmedAt failingSince }';
  const set = (address: string | null) =>
    act('americas-editor', 'setMailAddress', 'SetMailAddressInput', { address }, fields);
  const confirm = (code: string) =>
    act('americas-editor', 'confirmMailAddress', 'ConfirmMailAddressInput', { code }, fields);

  test('is the person’s own, and nothing is mailed to it but a code, until that is given back', async () => {
    for (const wrong of [
      'a@b',
      'a@example.org, b@example.org',
      'A <a@example.org>',
      'a@example.org\nBcc: b@example.org',
    ])
      expect((await set(wrong)).problems).toMatchObject([
        { __typename: 'ValidationError', path: ['input', 'address'] },
      ]);
    expect((await set('ana@example.org')).mailAddress).toMatchObject({ address: null, pending: 'ana@example.org' });
    const [mail] = await telling.catcher.take('ana@example.org');
    expect(mail!.headers).toMatchObject({ subject: 'NET4U: Your code', 'auto-submitted': 'auto-generated' });
    const [code] = /[A-Z2-9]{8}/.exec(mail!.text)!;
    expect(mail!.html).toContain(code);
    expect((await confirm('AAAAAAAA')).problems).toMatchObject([{ message: 'code: not the one that was mailed.' }]);
    expect((await confirm(code)).mailAddress).toMatchObject({ address: 'ana@example.org', pending: null });
    // A new one takes its place only once it is confirmed; a code is taken once.
    expect((await set('ana@example.com')).mailAddress).toMatchObject({
      ...{ address: 'ana@example.org', pending: 'ana@example.com' },
    });
    expect((await confirm(code)).problems).toMatchObject([{ __typename: 'ValidationError' }]);
    expect(await read('americas-rep', '{ viewer { mailAddress { address } } }')).toEqual({
      viewer: { mailAddress: null },
    });
    for (const address of ['3@example.org', '4@example.org', '5@example.org']) await set(address);
    expect((await set('6@example.org')).problems).toMatchObject([{ message: 'address: at most 5 codes a day.' }]);
    expect((await set(null)).mailAddress).toBeNull();
    expect(await sql(`SELECT * FROM members.mail_address`)).toEqual([]);
  });
});

describe('the inbox', () => {
  test('has mentions, assignments, decisions that wait and what is late, with their things, counted live', async () => {
    const live = (await telling.as('africa-rep')).follow('subscription { noticesChanged { unread } }');
    expect((await live.next()).data).toEqual({ noticesChanged: { unread: 0 } });
    const activityId = await assign('org:s09', 'Map the routes', dayFromNow(-3));
    await notices('africa-rep', 1);
    await tellLate(telling.plans);
    await tellLate(telling.plans);
    await mention(
      'africa-coordinator',
      ['seat:s09', 'seat:s03', 'seat:s07'],
      `Your figures,\nplease${'!'.repeat(400)}`,
    );
    const decisionId = await open([{ locale: 'en', text: 'Adopt it?' }]);
    const fields = `kind dueOn dueAt excerpt path isSettled readAt title(locale: "fr") { text locale }
      target { __typename ... on Post { author { displayName } } ... on Decision { status } ... on Activity { code id } }`;
    const { nodes, unread } = await notices('africa-rep', 4, fields);
    expect(unread).toBe(4);
    const [waits, mentioned, late, assigned] = nodes;
    expect(late).toMatchObject({
      kind: 'LATE',
      dueOn: dayFromNow(-3),
      target: { __typename: 'Activity', id: activityId },
    });
    expect(assigned).toMatchObject({
      kind: 'ASSIGNED',
      title: { text: 'Map the routes', locale: 'en' },
      excerpt: null,
    });
    expect(assigned!.path).toBe(`/plans/${plan}#${activityId.slice(plan.length + 1)}`);
    expect(waits).toMatchObject({ kind: 'DECISION_WAITS', target: { status: 'CONSENT_ROUND' }, isSettled: false });
    expect(waits!.path).toBe(`/decisions/${decisionId}`);
    expect(mentioned).toMatchObject({ kind: 'MENTION', title: { text: 'Postes frontière', locale: 'fr' } });
    expect(mentioned!.target.author.displayName).toEqual(expect.any(String));
    expect(mentioned!.excerpt).toHaveLength(280);
    expect(mentioned!.excerpt).toMatch(/^Your figures, please!+…$/);
    while ((await live.next()).data.noticesChanged.unread !== 4);
    live.close();
    // Who may not read the thread learns nothing of it, nor who wrote it; who has a voice hears of the decision.
    expect((await notices('americas-rep', 0, 'kind path')).nodes.filter(({ kind }) => kind !== 'ASSIGNED')).toEqual([]);
    expect((await notices('africa-coordinator', 0)).nodes.map(({ kind }) => kind)).not.toContain('MENTION');
    expect((await notices('steering-member', 1)).nodes.map(({ kind }) => kind)).toEqual(['DECISION_WAITS']);
    expect((await notices('africa-editor', 1)).nodes.map(({ kind }) => kind)).toEqual(['ASSIGNED']);

    // What is done counts no more, for those who have done it; what was read comes after what was not.
    const position = { decisionId, contentHash: 'a'.repeat(64), position: 'YES' };
    await act('africa-rep', 'takePosition', 'TakePositionInput', position);
    const mark = (input: object) => act('africa-rep', 'markNoticesRead', 'MarkNoticesReadInput', input, 'unread');
    expect(await mark({ noticeIds: [late!.id, 'notice:none'] })).toMatchObject({ unread: 2 });
    const after = await notices('africa-rep', 4, 'kind isSettled');
    expect(after.nodes.map(({ kind }) => kind)).toEqual(['MENTION', 'ASSIGNED', 'DECISION_WAITS', 'LATE']);
    expect(after.nodes.map(({ isSettled }) => isSettled)).toEqual([false, false, true, false]);
    expect((await notices('steering-member', 1)).unread).toBe(1);
    const page = (more: string) =>
      read(
        'africa-rep',
        `{ viewer { notices(first: 3${more}) { edges { node { kind } } pageInfo { hasNextPage endCursor } } } }`,
      );
    const { pageInfo } = (await page('')).viewer.notices;
    expect(pageInfo.hasNextPage).toBe(true);
    expect((await page(`, after: "${pageInfo.endCursor}"`)).viewer.notices.edges).toEqual([{ node: { kind: 'LATE' } }]);
    // The day before a round closes those who have not spoken are reminded, once.
    const dayBefore = () => new Date(Date.now() + 19.5 * day);
    for (const _ of [1, 2]) await remindOfDecisions(telling.discussions, { now: dayBefore });
    expect((await notices('africa-rep', 5, 'kind isSettled')).nodes.filter((one) => !one.isSettled)).toHaveLength(3);
    expect((await notices('steering-member', 2)).nodes.map(({ kind }) => kind)).toEqual(
      Array(2).fill('DECISION_WAITS'),
    );
    // Done, given to somebody else, or put off: late no more.
    const end = { id: activityId, endsOn: dayFromNow(30), responsibleId: 'org:s08' };
    await act('africa-editor', 'upsertActivity', 'UpsertActivityInput', end);
    await notices('africa-editor', 2);
    await tellLate(telling.plans);
    expect(await mark({ all: true })).toMatchObject({ unread: 0 });
    const [{ settled }] = await sql(
      'SELECT count(settled_at)::int AS settled FROM notices.notice WHERE target_id = $1',
      [activityId],
    );
    expect(settled).toBe(2); // LATE, and the first ASSIGNED
  });
});

describe('mail', () => {
  const [rep, steering] = ['rep@example.org', 'steering@example.org'];
  beforeAll(async () => {
    await enrol('africa-rep', rep, { ...daily, includeContent: true });
    await enrol('steering-member', steering, daily);
  });

  test('is one digest at the reader’s hour, in his language and zone: titles and links, what was written only if he asked', async () => {
    await mention('africa-coordinator', ['seat:s09', 'seat:s10'], 'Who knows <b>the figures</b>?');
    const decisionId = await open([
      { locale: 'en', text: 'Adopt & sign?' },
      { locale: 'fr', text: 'Adopter & signer ?' },
    ]);
    expect(await mailAt(atDigest(-60_000), rep)).toEqual([]);
    const [mail, none] = await mailAt(atDigest(60_000), rep);
    expect(none).toBeUndefined();
    expect(mail).toMatchObject({ from: 'notices@example.org', headers: { to: rep, subject: 'NET4U: 2 avis' } });
    expect(mail!.headers).toMatchObject({ 'auto-submitted': 'auto-generated', 'content-language': 'fr' });
    const closes = new Intl.DateTimeFormat('fr', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Africa/Kampala' });
    const [{ at }] = await sql('SELECT closes_at AS at FROM discussions.decision_round WHERE decision_id = $1', [
      decisionId,
    ]);
    expect(mail!.text.split('\n')).toEqual([
      ...['En attente de la position de votre organisation', '', '- Adopter & signer ?'],
      ...[`  ouverte jusqu’au ${closes.format(at)}`, `  https://net4u.example/decisions/${decisionId}`, ''],
      ...['Vous avez été mentionné(e)', '', '- Postes frontière', '  > Who knows <b>the figures</b>?'],
      ...[expect.stringMatching(`^ {2}https://net4u.example/threads/${threadId}#post:`), '', '-- '],
      ...['Les heures sont celles de Africa/Kampala.', expect.stringContaining('NET4U'), 'https://net4u.example', ''],
    ]);
    expect(mail!.html).toContain('<q>Who knows &lt;b&gt;the figures&lt;/b&gt;?</q>');
    expect(mail!.html).toContain('>Adopter &amp; signer ?</a>');
    // The others' digests were made in the same round.
    const [other] = await telling.catcher.take(steering);
    expect(other!.headers.subject).toBe('NET4U: 2 avisos');
    expect(other!.text).toContain('Le han mencionado');
    expect(`${other!.text}${other!.html}`).not.toContain('figures');
    // Once; what came later waits for the next day, unless it is read before.
    await mention('africa-coordinator', ['seat:s09', 'seat:s10'], 'Thank you');
    expect(await mailAt(atDigest(3_600_000), rep)).toEqual([]);
    await act('africa-rep', 'markNoticesRead', 'MarkNoticesReadInput', { all: true });
    expect(await mailAt(atDigest(day + 60_000), rep)).toEqual([]);
    const [next] = await telling.catcher.take(steering);
    expect(next!.headers.subject).toBe('NET4U: Le han mencionado: Border posts');
  });

  test('says what is late once that day is over where the reader is', async () => {
    await enrol('americas-rep', 'lima@example.org', { digest: 'IMMEDIATE', timeZone: 'America/Mexico_City' });
    await enrol('africa-editor', 'kampala@example.org', { digest: 'IMMEDIATE', timeZone: 'Africa/Kampala' });
    const dueOn = dayFromNow(10);
    await assign('org:s03', 'Interviews', dueOn);
    await assign('org:s08', 'Reports', dueOn);
    // By the platform's own mailer, at once.
    expect((await telling.catcher.take('lima@example.org'))[0]!.headers.subject).toBe(
      'NET4U: Atribuído à sua organização: Interviews',
    );
    await telling.catcher.take('kampala@example.org');
    const at = (time: string, days = 10) => new Date(`${dayFromNow(days)}T${time}Z`);
    await tellLate(telling.plans, () => at('09:00:00', 10)); // the day is still on everywhere but where it ends first
    await tellLate(telling.plans, () => at('10:00:01', 10));
    expect(await mailAt(at('20:59:00'), 'kampala@example.org')).toEqual([]);
    const [late] = await mailAt(at('21:00:30'), 'kampala@example.org');
    expect(late!.text).toContain('was due on');
    expect(await mailAt(at('05:59:00', 11), 'lima@example.org')).toEqual([]);
    const [later] = await mailAt(at('06:00:30', 11), 'lima@example.org');
    const long = new Intl.DateTimeFormat('pt-BR', { dateStyle: 'long', timeZone: 'UTC' });
    expect(later!.text).toContain(`o prazo era ${long.format(at('00:00:00'))}`);
    expect(await mailAt(at('12:00:00', 11), 'kampala@example.org')).toEqual([]);
    for (const address of [rep, steering]) await telling.catcher.take(address, 0);
  });

  test('quotes nothing that was taken out, to nobody who lost the right, and nothing at all to those under a safety lock', async () => {
    const postId = await mention('africa-coordinator', ['seat:s09'], 'A name that should not be here');
    const redact = { postId, reason: 'Safety' };
    await act('safety-officer', 'redactPost', 'RedactPostInput', redact);
    expect(await sql('SELECT * FROM notices.notice WHERE target_id = $1', [postId])).toEqual([]);
    const edited = await mention('africa-coordinator', ['seat:s09'], 'Before');
    const change = `mutation { editPost(id: "${edited}", body: "After", expectedVersion: 1) { problems { __typename } } }`;
    expect((await (await telling.as('africa-coordinator')).ask(change)).data.editPost.problems).toEqual([]);
    await act('safety-officer', 'redactThread', 'RedactThreadInput', { threadId, reason: 'Safety' });
    const [mail] = await mailAt(atDigest(12 * day + 60_000), rep);
    expect(mail!.text).toMatch(/- Une discussion\n {2}https/);
    expect(mail!.text).not.toMatch(/name|Before|frontière/);

    await mention('africa-coordinator', ['seat:s09'], 'A secret');
    await act('safety-officer', 'triggerSafetyLock', 'TriggerSafetyLockInput', {
      seatId: 'seat:s09',
      reason: 'Threat',
    });
    const [plain] = await mailAt(atDigest(13 * day + 60_000), rep);
    expect(plain!.text).toContain('- Une discussion\n');
    expect(plain!.text).not.toContain('A secret');

    await mention('africa-coordinator', ['seat:s10', 'seat:s09'], 'For members');
    expect((await notices('steering-member', 1)).unread).toBeGreaterThan(0);
    await act('safety-officer', 'freezeSeat', 'FreezeSeatInput', { seatId: 'seat:s10', reason: 'Threat' });
    await sql(`UPDATE members.role_assignment SET revoked_at = now() WHERE seat_id = 'seat:s09'`);
    expect(await mailAt(atDigest(14 * day + 60_000), steering)).toEqual([]);
    expect(await telling.catcher.take(rep, 0)).toEqual([]);
    await sql(`UPDATE members.role_assignment SET revoked_at = NULL WHERE seat_id = 'seat:s09'`);
    expect(await mailAt(atDigest(15 * day + 60_000), rep)).toHaveLength(1);
  });

  test('is lost by no fault: what was sent and not noted is sent once more, what was refused later', async () => {
    const { catcher } = telling;
    const at = (minutes: number) => atDigest(16 * day + minutes * 60_000);
    await mention('africa-coordinator', ['seat:s09'], 'Once');
    // The server has the mail; then the database is gone.
    await sql(`CREATE FUNCTION members.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'gone'; END $$`);
    await sql('CREATE TRIGGER fail BEFORE INSERT ON members.notice_state FOR EACH ROW EXECUTE FUNCTION members.fail()');
    const [sent] = await mailAt(at(1), rep);
    await sql('DROP TRIGGER fail ON members.notice_state');
    // Whoever was mailing may still be: for some minutes nobody else does.
    expect(await mailAt(at(3), rep)).toEqual([]);
    const [again, more] = await mailAt(at(7), rep);
    expect(again!.headers['message-id']).toBe(sent!.headers['message-id']);
    expect(more).toBeUndefined();
    expect(await mailAt(at(20), rep)).toEqual([]);

    await mention('africa-coordinator', ['seat:s09'], 'Refused at first');
    const next = (minutes: number) => at(24 * 60 + minutes);
    catcher.refuse.recipient = '451 later';
    expect(await mailAt(next(1), rep)).toEqual([]);
    expect((await read('africa-rep', '{ viewer { mailAddress { failingSince } } }')).viewer.mailAddress).toEqual({
      failingSince: next(1).toISOString(),
    });
    delete catcher.refuse.recipient;
    expect(await mailAt(next(1.5), rep)).toEqual([]); // it is left alone for a minute
    catcher.refuse.connection = '421 too busy';
    expect(await mailAt(next(3), rep)).toEqual([]);
    delete catcher.refuse.connection;
    const [late] = await mailAt(next(4), rep);
    expect(late!.text).toContain('- Une discussion');
    expect((await read('africa-rep', '{ viewer { mailAddress { failingSince } } }')).viewer.mailAddress).toEqual({
      failingSince: null,
    });
  });

  test('goes with the person', async () => {
    const ask = async (confirm: string | null) =>
      (await act('americas-rep', 'requestErasure', 'RequestErasureInput', { confirm }, 'erasure { confirmationCode }'))
        .erasure;
    const { confirmationCode } = await ask(null);
    await ask(confirmationCode);
    expect(await sql(`SELECT 1 FROM members.mail_address WHERE person_id = 'person:p03'`)).toEqual([]);
  });
});
