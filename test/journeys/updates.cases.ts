import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { startClock } from '../clock.ts';
import { nextUpdate } from '../next-update.ts';
import type { Member } from '../people.ts';
import { startWorld, type World } from '../world.ts';
import { networkUpdates, planLive, unified } from './operations.ts';

describe('updates', () => {
  let world: World;
  let editor: Member;
  let partner: Member;
  beforeAll(async () => {
    world = await startWorld();
    editor = await world.people.as('americas-editor');
    partner = await world.people.as('partner');
  });
  afterAll(() => world.stop());

  let threads = 0;
  const startThread = async (member: Member, networkIds = ['net:americas'], visibility = 'PARTNERS') => {
    threads += 1;
    const input = {
      clientMutationId: `t-${threads}`,
      networkIds,
      anchor: { typename: 'Network', id: networkIds[0] },
      title: [{ locale: 'en', text: `Thread ${threads}` }],
      body: 'Body',
      locale: 'en',
      visibility,
    };
    const { data, errors } = await member.ask(networkUpdates, { input }, 'StartThread');
    expect(errors).toBeUndefined();
    return data.startThread;
  };
  const follow = (member: Member, after?: string, filter?: object) =>
    member.follow(networkUpdates, { after, filter }, 'NetworkUpdates');

  describe('partner systems', () => {
    test('begin from now with a heartbeat that carries a cursor; a thread comes live, joined with members', async () => {
      const updates = follow(partner);
      const first = (await updates.next()).data.networkUpdates;
      expect(first).toMatchObject({ __typename: 'Heartbeat', cursor: expect.any(String) });
      const { thread, problems } = await startThread(editor);
      expect(problems).toEqual([]);
      expect(await nextUpdate(updates)).toMatchObject({
        __typename: 'NetworkUpdate',
        type: 'THREAD_STARTED',
        source: '/networks/net4u-americas',
        subject: `thread/${thread.id}`,
        network: { slug: 'net4u-americas', memberships: { totalCount: 7 } },
      });
      updates.close();
    });

    test('away for 50 updates, a partner resumes with its cursor and gets exactly those, in order, live and paged', async () => {
      const before = follow(partner);
      const { cursor } = (await before.next()).data.networkUpdates;
      before.close();
      const started: string[] = [];
      for (let n = 0; n < 50; n += 1) started.push(`thread/${(await startThread(editor)).thread.id}`);
      const updates = follow(partner, cursor);
      const received = [];
      for (let n = 0; n < 50; n += 1) received.push(await nextUpdate(updates));
      expect(received.map((update) => update.subject)).toEqual(started);
      expect(new Set(received.map((update) => update.id)).size).toBe(50);

      const live = await startThread(editor);
      expect((await nextUpdate(updates)).subject).toBe(`thread/${live.thread.id}`);
      updates.close();

      let after = cursor;
      const paged: string[] = [];
      for (let page = { hasNextPage: true }; page.hasNextPage; ) {
        const { data } = await partner.ask(networkUpdates, { after, first: 20 }, 'NetworkUpdatesPage');
        page = data.networkUpdatesPage.pageInfo;
        after = data.networkUpdatesPage.pageInfo.endCursor;
        paged.push(...data.networkUpdatesPage.edges.map((edge: { node: { subject: string } }) => edge.node.subject));
      }
      expect(paged).toEqual([...started, `thread/${live.thread.id}`]);

      const middle = received[29].cursor;
      const half = follow(partner, middle);
      expect((await nextUpdate(half)).id).toBe(received[30].id);
      half.close();
    });

    test('see only what is open to partners', async () => {
      const updates = follow(partner);
      await updates.next();
      await startThread(editor, ['net:americas'], 'NETWORK');
      const open = await startThread(editor);
      expect((await nextUpdate(updates)).subject).toBe(`thread/${open.thread.id}`);
      updates.close();
      const refused = await startThread(partner);
      expect(refused).toMatchObject({ thread: null, problems: [{ __typename: 'ForbiddenError' }] });
    });

    test('a cursor of another stream, an altered one and rubbish are refused by name', async () => {
      const { data } = await editor.ask(planLive, { id: 'plan:joint-2027' }, 'OpenPlan');
      const { cursor } = (await follow(partner).next()).data.networkUpdates;
      for (const after of [data.workingPlan.document.cursor, `${cursor.slice(0, -4)}AAAA`, 'abc']) {
        const page = await partner.ask(networkUpdates, { after, first: 5 }, 'NetworkUpdatesPage');
        expect(page.errors?.[0]?.extensions.code).toBe('CURSOR_INVALID');
        expect((await follow(partner, after).next()).errors?.[0]?.extensions.code).toBe('CURSOR_INVALID');
      }
    });
  });

  test('a revoked key ends its open stream within a second, with the reason and the last cursor', async () => {
    const updates = follow(partner);
    let { cursor } = (await updates.next()).data.networkUpdates;
    const database = new pg.Client(world.databaseUrl);
    await database.connect();
    await database.query('UPDATE networks.partner_token SET revoked_at = now()');
    const passed = startClock();
    let last = await updates.next();
    // A heartbeat may come in between, from which on its cursor is the last.
    for (; !last.errors; last = await updates.next()) ({ cursor } = last.data.networkUpdates);
    expect(last.errors[0]?.extensions).toEqual({ code: 'RIGHTS_CHANGED', cursor });
    expect(passed()).toBeLessThan(1_500);
    expect((await partner.ask('{ networks { slug } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    await database.query('UPDATE networks.partner_token SET revoked_at = null');
    await database.end();
  });

  test('all four subgraphs speak in the feed: networks changed, members joined, plans created, activity status, threads', async () => {
    const coordinator = await world.people.as('americas-coordinator');
    const updates = follow(coordinator, undefined, { networks: ['net:americas'] });
    await updates.next();
    const say = async (mutation: string, input: object) => {
      const { data, errors } = await coordinator.ask(mutation, { input });
      expect(errors).toBeUndefined();
      const [payload] = Object.values(data) as { problems: unknown[] }[];
      expect(payload?.problems).toEqual([]);
      return payload as never as Record<string, Record<string, string>>;
    };
    const problems =
      'problems { __typename ... on ValidationError { message path } ... on ForbiddenError { message } }';

    const { data } = await coordinator.ask('{ network(id: "net:americas") { version } }');
    await say(
      `mutation ($input: UpdateNetworkInput!) { updateNetwork(input: $input) { network { id } ${problems} } }`,
      {
        clientMutationId: 'n1',
        id: 'net:americas',
        expectedVersion: data.network.version,
        contactMailbox: 'sample@example.org',
      },
    );
    expect(await nextUpdate(updates)).toMatchObject({ type: 'NETWORK_CHANGED', subject: 'network/net:americas' });

    const applied = await say(
      `mutation ($input: ApplyInput!) { applyForMembership(input: $input) { membership { id } ${problems} } }`,
      {
        clientMutationId: 'm1',
        networkId: 'net:americas',
        organisationName: 'Sample Organisation Applicant',
        stakeholderType: 'ACADEMIA',
        country: 'PE',
        motivation: 'Sample',
        thematicTags: [],
        languages: ['es'],
        sponsorOrganisationIds: ['org:s01', 'org:s03'],
      },
    );
    const membershipId = applied.membership?.id;
    for (const [sponsor, name] of [
      [coordinator, 'm-s1'],
      [await world.people.as('americas-rep'), 'm-s2'],
    ] as const) {
      const vouch = `mutation ($input: AnswerSponsorshipInput!) { answerSponsorship(input: $input) { ${problems} } }`;
      const input = { clientMutationId: name, membershipId, answer: 'CONFIRMED' };
      expect((await sponsor.ask(vouch, { input })).data.answerSponsorship.problems).toEqual([]);
    }
    await say(`mutation ($input: CheckApplicantInput!) { checkApplicant(input: $input) { ${problems} } }`, {
      clientMutationId: 'm-check',
      membershipId,
    });
    for (const to of ['UNDER_REVIEW', 'ACTIVE']) {
      await say(
        `mutation ($input: ReviewApplicationInput!) { reviewApplication(input: $input) { membership { id } ${problems} } }`,
        {
          clientMutationId: `m-${to}`,
          membershipId,
          to,
        },
      );
    }
    expect(await nextUpdate(updates)).toMatchObject({
      type: 'MEMBER_JOINED',
      data: expect.objectContaining({ membershipId }),
      network: { memberships: { totalCount: 8 } },
    });

    const created = await say(
      `mutation ($input: CreatePlanInput!) { createPlan(input: $input) { plan { id } ${problems} } }`,
      {
        clientMutationId: 'p1',
        networkIds: ['net:americas'],
        title: [{ locale: 'es', text: 'Plan de muestra' }],
        periodStart: '2027-01-01',
        periodEnd: '2027-12-31',
        sourceLocale: 'es',
        visibility: 'NETWORK',
      },
    );
    expect(await nextUpdate(updates)).toMatchObject({
      type: 'PLAN_CREATED',
      subject: `workingplan/${created.plan?.id}`,
    });

    const { data: seen } = await coordinator.ask(unified, { slug: 'net4u-americas' });
    const [activity] = seen.network.workingPlans.find((plan: { id: string }) => plan.id === 'plan:joint-2027')
      .objectives[0].outcomes[0].activities;
    const { data: versions } = await coordinator.ask(
      '{ workingPlan(id: "plan:joint-2027") { objectives { outcomes { activities { id version } } } } }',
    );
    const { version } = versions.workingPlan.objectives[0].outcomes[0].activities[0];
    await say(
      `mutation ($input: ActivityStatusInput!) { setActivityStatus(input: $input) { activity { id status } ${problems} } }`,
      {
        clientMutationId: 's1',
        activityId: activity.id,
        expectedVersion: version,
        status: 'IN_PROGRESS',
      },
    );
    expect(await nextUpdate(updates)).toMatchObject({
      type: 'ACTIVITY_STATUS_CHANGED',
      data: expect.objectContaining({ activityId: activity.id, to: 'IN_PROGRESS' }),
    });

    const { thread } = await startThread(coordinator, ['net:americas'], 'NETWORK');
    expect(await nextUpdate(updates)).toMatchObject({ type: 'THREAD_STARTED', subject: `thread/${thread.id}` });
    updates.close();
  });
});
