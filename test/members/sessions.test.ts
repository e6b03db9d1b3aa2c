import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { describeDevice } from '../../gateway/device.ts';
import { startClock } from '../clock.ts';
import type { Member } from '../people.ts';
import { codeOf, problems, sessions, startAccounts, untilRefused, withId } from './accounts.ts';

const accounts = startAccounts();
const sessionsOf = async (member: Member) => (await member.ask(sessions)).data.viewer.sessions;
const revoke = async (member: Member, input: object) =>
  (
    await member.ask(`mutation ($i: RevokeSessionsInput!) { revokeSessions(input: $i) { revoked ${problems} } }`, {
      i: withId(input),
    })
  ).data.revokeSessions;

describe('sessions', () => {
  test('a person sees the own sessions and nobody else’s, and which of them asks', async () => {
    const first = await accounts.as('africa-editor');
    const second = await accounts.signIn('africa-editor', { sid: 'one sign-in' });
    const renewed = await accounts.signIn('africa-editor', { sid: 'one sign-in' });
    for (const member of [first, second, renewed]) await member.ask('{ viewer { seat { id } } }');
    const seen = await sessionsOf(first);
    expect(seen).toHaveLength(2); // a sign-in that was renewed is one
    expect(seen.filter(({ current }: { current: boolean }) => current)).toHaveLength(1);
    expect(seen[0].device).toBe('node');
    expect(Date.parse(seen[0].expiresAt)).toBeGreaterThan(Date.now());
    const others = await sessionsOf(await accounts.as('africa-rep'));
    const ids = (list: { id: string }[]) => list.map(({ id }) => id);
    expect(ids(others).some((id) => ids(seen).includes(id))).toBe(false);
    const { data } = await (await accounts.as('partner')).ask(sessions);
    expect(data.viewer).toBeNull();
    expect((await sessionsOf(await accounts.as('operator'))).length).toBe(1);
    const stored = JSON.stringify(await accounts.sql('SELECT * FROM members.session'));
    expect(stored).not.toContain('one sign-in');
  });

  test('one that is ended is refused within a second, its streams end, and the others go on', async () => {
    const lost = await accounts.signIn('africa-editor');
    const kept = await accounts.as('africa-editor');
    const [id] = (await sessionsOf(lost)).flatMap((one: { id: string; current: boolean }) =>
      one.current ? one.id : [],
    );
    const stream = lost.follow('subscription { networkUpdates { __typename } }');
    const still = kept.follow('subscription { networkUpdates { __typename } }');
    await Promise.all([stream.next(), still.next()]);
    expect(await revoke(kept, { sessionIds: [id] })).toEqual({ revoked: 1, problems: [] });
    expect(await untilRefused(lost)).toBeLessThan(1_000);
    const end = await stream.ended;
    expect(JSON.stringify([stream.waiting(), end])).toMatch(/RIGHTS_CHANGED|UNAUTHENTICATED/);
    const again = lost.follow('subscription { networkUpdates { __typename } }');
    const refusal = await again.ended;
    const said = [again.waiting(), refusal, (refusal as { reason?: string } | undefined)?.reason];
    expect(JSON.stringify(said)).toContain('session was ended');
    expect((await lost.ask('{ viewer { seat { id } } }')).errors?.[0]?.message).toContain('session was ended');
    expect((await kept.ask('{ viewer { seat { id } } }')).data.viewer.seat.id).toBe('seat:s08');
    expect(still.waiting().some(({ errors }) => errors)).toBe(false);
    still.close();
    expect((await sessionsOf(kept)).some((one: { id: string }) => one.id === id)).toBe(false);
  });

  test('a renewed token of an ended sign-in is refused too, until the person has signed in anew', async () => {
    const member = await accounts.signIn('expert-lead', { sid: 'renewable' });
    const [session] = (await sessionsOf(member)).filter(({ current }: { current: boolean }) => current);
    await revoke(await accounts.as('expert-lead'), { sessionIds: [session.id] });
    const renewed = await accounts.signIn('expert-lead', { sid: 'renewable', clock: () => Date.now() + 2_000 });
    expect(await untilRefused(renewed)).toBeLessThan(1_000);
    const before = await accounts.signIn('expert-lead', { sid: 'renewable', authenticatedAt: Date.now() - 60_000 });
    expect(codeOf(await before.ask(sessions))).toBe('UNAUTHENTICATED');
    const anew = await accounts.signIn('expert-lead', { sid: 'renewable', authenticatedAt: Date.now() + 2_000 });
    expect((await sessionsOf(anew)).some(({ id }: { id: string }) => id === session.id)).toBe(true);
    // the newer token is known to the gateway as good: the older ones of the same session are not
    expect(await untilRefused(member)).toBeLessThan(1_000);
    for (const old of [member, renewed, before]) expect(codeOf(await old.ask(sessions))).toBe('UNAUTHENTICATED');
  });

  test('with all, every token issued until now is refused, also one never seen; a later one is not', async () => {
    const member = await accounts.signIn('observer');
    const unseen = await accounts.signIn('observer');
    await member.ask(sessions);
    expect(await revoke(member, { all: true })).toMatchObject({ problems: [] });
    expect(await untilRefused(member)).toBeLessThan(1_000);
    expect(codeOf(await unseen.ask(sessions))).toBe('UNAUTHENTICATED');
    const later = await accounts.signIn('observer', { clock: () => Date.now() + 1_000 });
    expect((await sessionsOf(later)).map(({ current }: { current: boolean }) => current)).toEqual([true]);
  });

  test('nobody ends what is not his, and nothing is ended by nothing', async () => {
    const member = await accounts.as('africa-rep');
    const [foreign] = await sessionsOf(await accounts.as('africa-editor'));
    for (const sessionIds of [
      [foreign.id],
      ['session:none'],
      [],
      [''],
      Array(101)
        .fill('x')
        .map((x, n) => x + n),
    ])
      expect((await revoke(member, { sessionIds })).problems[0].__typename).toBe('ValidationError');
    expect((await revoke(await accounts.as('partner'), { all: true })).problems[0].__typename).toBe('ForbiddenError');
    expect((await (await accounts.as('africa-editor')).ask(sessions)).errors).toBeUndefined();
  });

  test.each([
    [
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36',
      'Chrome on Android',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile/15E148 Safari/604.1',
      'Safari on iOS',
    ],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:125.0) Gecko/20100101 Firefox/125.0', 'Firefox on Windows'],
    ['curl/8.5.0', 'curl'],
    ['<script>', 'unknown device'],
    [undefined, 'unknown device'],
    ['', 'unknown device'],
    [`${'('.repeat(100_000)}`, 'unknown device'],
  ])('%s is %s', (text, device) => expect(describeDevice(text)).toBe(device));
});

describe('settings of notifications', () => {
  const fields = 'notifications { digest digestHourLocal timeZone includeContent mentionsImmediate version }';
  const set = async (member: Member, input: object) =>
    (
      await member.ask(
        `mutation ($i: SetNotificationsInput!) { setNotifications(input: $i) { ${fields} ${problems} } }`,
        { i: withId(input) },
      )
    ).data.setNotifications;
  const usual = {
    digest: 'DAILY',
    digestHourLocal: 8,
    timeZone: 'UTC',
    includeContent: false,
    mentionsImmediate: true,
  };

  test('are usual until set, keep what is left out, and are set by one at a time', async () => {
    const member = await accounts.as('africa-editor');
    expect((await member.ask(`{ viewer { ${fields} } }`)).data.viewer.notifications).toEqual({ ...usual, version: 0 });
    const first = await set(member, { expectedVersion: 0, digest: 'WEEKLY', timeZone: 'Africa/Kampala' });
    expect(first.notifications).toEqual({ ...usual, digest: 'WEEKLY', timeZone: 'Africa/Kampala', version: 1 });
    const both = await Promise.all(
      [7, 9].map((digestHourLocal) => set(member, { expectedVersion: 1, digestHourLocal })),
    );
    const refused = both.flatMap((one) => one.problems);
    expect(refused).toMatchObject([{ __typename: 'ConflictError', currentVersion: 2 }]);
    const other = await (await accounts.as('africa-rep')).ask(`{ viewer { ${fields} } }`);
    expect(other.data.viewer.notifications.version).toBe(0);
  });

  test('no address is kept where nothing is mailed', async () => {
    const { data } = await (await accounts.as('africa-rep')).ask(
      `mutation ($i: SetMailAddressInput!) { setMailAddress(input: $i) { mailAddress { address } ${problems} } }`,
      { i: withId({ address: 'rep@example.org' }) },
    );
    expect(data.setMailAddress).toMatchObject({
      mailAddress: null,
      problems: [{ message: 'This installation mails nothing.' }],
    });
  });

  test.each([{ digestHourLocal: 24 }, { digestHourLocal: -1 }, { timeZone: 'Nowhere/Else' }, { timeZone: '+03:00' }])(
    'refuse %j',
    async (input) => {
      const { notifications, problems: found } = await set(await accounts.as('africa-rep'), {
        expectedVersion: 0,
        ...input,
      });
      expect(notifications).toBeNull();
      expect(found).toMatchObject([{ __typename: 'ValidationError', path: ['input', Object.keys(input)[0]] }]);
    },
  );
});

describe('break-glass', () => {
  const open = async (member: Member, input: object = {}) =>
    (
      await member.ask(
        `mutation ($i: OpenBreakGlassInput!) { openBreakGlass(input: $i) { breakGlass { id endsAt network { id } } ${problems} } }`,
        {
          i: withId({ networkId: 'net:africa', reason: 'A report of abuse in the threads of this network', ...input }),
        },
      )
    ).data.openBreakGlass;
  const close = async (member: Member, breakGlassId: string) =>
    (
      await member.ask(
        `mutation ($i: CloseBreakGlassInput!) { closeBreakGlass(input: $i) { breakGlass { closedAt } ${problems} } }`,
        { i: withId({ breakGlassId }) },
      )
    ).data.closeBreakGlass;
  /** What of content comes to a reader, of both networks. */
  const content = async (member: Member) => {
    const { data } = await member.ask(`{
      africa: network(slug: "net4u-africa") { threads { edges { node { id visibility networks { id } } } } viewerRoles }
      americas: network(slug: "net4u-americas") { threads { edges { node { id visibility networks { id } } } } }
      workingPlan(id: "plan:joint-2027") { id objectives { id } } }`);
    type Edges = { node: { visibility: string; networks: { id: string }[] } }[];
    const threads = (of: { threads: { edges: Edges } }) => of.threads.edges.map(({ node }) => node);
    const [africa, americas] = [threads(data.africa), threads(data.americas)];
    return { ...data, africa, americas, viewerRoles: data.africa.viewerRoles };
  };
  const until = async (wanted: boolean) => {
    const operator = await accounts.as('operator');
    const passed = startClock();
    while ((await content(operator)).viewerRoles.length > 0 !== wanted) {
      if (passed() > 60_000) throw new Error('not within a minute');
      await delay(20); // a rights version is asked for every 500 ms
    }
    return passed();
  };

  test('an operator reads one network, writes nothing, and the network is told why', async () => {
    const operator = await accounts.as('operator');
    const before = await content(operator);
    const inner = (threads: { visibility: string }[]) => threads.filter(({ visibility }) => visibility !== 'PUBLIC');
    expect(inner([...before.africa, ...before.americas])).toEqual([]);
    expect(before.workingPlan).toBeNull();
    const { breakGlass, problems: none } = await open(operator);
    expect(none).toEqual([]);
    expect(await until(true)).toBeLessThan(1_000);
    const seen = await content(operator);
    expect(seen.africa.map(({ visibility }: { visibility: string }) => visibility)).toContain('NETWORK');
    expect(seen.viewerRoles).toEqual(['BREAK_GLASS']);
    for (const { networks } of inner(seen.americas) as unknown as { networks: { id: string }[] }[])
      expect(networks.map(({ id }) => id)).toContain('net:africa');
    expect(seen.workingPlan.objectives.length).toBeGreaterThan(0);
    const threadId = seen.africa[0].id;
    const said = await operator.ask(`mutation ($i: PostInput!) { post(input: $i) { post { id } ${problems} } }`, {
      i: withId({ threadId, body: 'no', locale: 'en' }),
    });
    expect(said.data.post.problems[0].__typename).toBe('ForbiddenError');
    const { data } = await (await accounts.as('africa-coordinator')).ask(
      '{ auditLog(networkId: "net:africa", actions: [BREAK_GLASS_OPENED]) { edges { node { reason detail actorKind targetId } } } }',
    );
    expect(data.auditLog.edges).toEqual([
      {
        node: {
          ...{ reason: 'A report of abuse in the threads of this network', detail: '60 minutes' },
          ...{ actorKind: 'PERSON', targetId: breakGlass.id },
        },
      },
    ]);
    expect((await close(await accounts.as('africa-rep'), breakGlass.id)).problems).toHaveLength(1);
    expect((await close(await accounts.as('americas-coordinator'), breakGlass.id)).problems).toHaveLength(1);
    expect((await close(await accounts.as('safety-officer'), breakGlass.id)).breakGlass.closedAt).not.toBeNull();
    expect(await until(false)).toBeLessThan(1_000);
  });

  test('ends by itself', async () => {
    const { breakGlass } = await open(await accounts.as('operator'), { minutes: 5 });
    await until(true);
    await accounts.sql("UPDATE members.break_glass SET ends_at = now() + interval '1 second' WHERE id = $1", [
      breakGlass.id,
    ]);
    expect(await until(false)).toBeLessThan(2_500);
  });

  test.each([
    ['africa-coordinator', {}, 'ForbiddenError'],
    ['safety-officer', {}, 'ForbiddenError'],
    ['partner', {}, 'ForbiddenError'],
    ['operator', { reason: 'because' }, 'ValidationError'],
    ['operator', { minutes: 100_000 }, 'ValidationError'],
    ['operator', { networkId: 'net:none' }, 'ValidationError'],
    ['operator', { networkId: '' }, 'ValidationError'],
  ])('is not for %s with %j', async (who, input, problem) => {
    expect((await open(await accounts.as(who), input)).problems[0].__typename).toBe(problem);
  });
});
