import { expect, test } from '@jest/globals';
import { nextUpdate } from '../next-update.ts';
import { af, am, oneOff, soon, stage } from './domain-stage.ts';

test('an organisation applies and is admitted by decision', async () => {
  const { see, act, refused, decide, heard, audited } = stage;
  const guest = 'guest:applicant';
  const live = await stage.listen('africa-rep');
  const { id: membershipId, organisation } = await act(
    'africa-coordinator',
    'inviteOrganisation',
    {
      ...{ networkId: af, subject: guest, organisationName: 'Sample Organisation KE-1', stakeholderType: 'ACADEMIA' },
      ...{ country: 'KE', languages: ['en'], thematicTags: ['ports'], note: 'Met at the joint meeting (sample)' },
    },
    'membership { id organisation { id } }',
  );
  const apply = { membershipId, motivation: 'We study ports (sample).', yourName: 'Sample Persona 40' };
  const sponsors = { sponsorOrganisationIds: ['org:s09', 'org:s10'] };
  await act(guest, 'acceptInvitation', { ...apply, ...sponsors }, 'membership { status }');

  // Who applies is nobody's business but theirs who handle it.
  const record = `query ($id: ID!) { organisation(id: $id) { name country { code } memberships { status motivation } }
    network(id: "${af}") { memberships { totalCount } } membershipApplications(networkId: "${af}") { id } }`;
  const { network: before } = await see('americas-rep', record, organisation);
  for (const outsider of ['americas-rep', 'americas-coordinator', 'africa-editor', 'observer', 'partner', 'operator']) {
    const seen = await see(outsider, record, organisation);
    expect({ outsider, seen: seen.organisation?.country ?? null }).toEqual({ outsider, seen: null });
    expect({ outsider, listed: seen.membershipApplications }).toEqual({ outsider, listed: [] });
    expect(JSON.stringify(seen)).not.toContain('KE-1');
  }
  expect((await see('steering-member', record, organisation)).membershipApplications).toEqual([{ id: membershipId }]);

  const review = (who: string, to: string, more: object = {}) =>
    act(who, 'reviewApplication', { membershipId, to, ...more }, 'membership { status contentHash }');
  await review('africa-coordinator', 'UNDER_REVIEW');
  for (const sponsor of ['africa-rep', 'steering-member']) {
    const asked = await see(sponsor, '{ viewer { sponsorshipRequests { id motivation } } }');
    expect(asked.viewer.sponsorshipRequests).toEqual([{ id: membershipId, motivation: apply.motivation }]);
    await act(sponsor, 'answerSponsorship', { membershipId, answer: 'CONFIRMED' }, 'membership { id }');
  }
  await review('africa-coordinator', 'MORE_INFO', { note: 'Which ports? (sample)' });
  const { viewer: asked } = await see(guest, '{ viewer { applications { status statusHistory { to note } } } }');
  expect(asked.applications[0]).toMatchObject({ status: 'MORE_INFO' });
  expect(asked.applications[0].statusHistory.at(-1)).toEqual({ to: 'MORE_INFO', note: 'Which ports? (sample)' });
  await act(guest, 'answerReview', { membershipId, text: 'Mombasa (sample).' }, 'membership { status }');
  const checked = await act('africa-coordinator', 'checkApplicant', { membershipId }, 'membership { contentHash }');

  const admit = { membershipId, to: 'ACTIVE' };
  expect(await refused('steering-member', 'reviewApplication', admit)).toContain('needs a concluded decision');
  const committee = { bodyId: 'body:af-sc', visibility: 'GROUP', subject: { typename: 'Body', id: 'body:af-sc' } };
  const question = { by: 'steering-member', voices: ['steering-member'], networkIds: [af], ...committee };
  const other = await decide({ ...question, contentHash: oneOff(checked.contentHash) });
  expect(await refused('steering-member', 'reviewApplication', { ...admit, decisionId: other })).toContain(
    'on another text',
  );
  const decisionId = await decide({ ...question, contentHash: checked.contentHash });
  expect(await refused('africa-coordinator', 'reviewApplication', { ...admit, decisionId })).toContain(
    'ForbiddenError',
  );
  expect((await review('steering-member', 'ACTIVE', { decisionId })).status).toBe('ACTIVE');

  const own = '{ viewer { seat { displayName roles { role network { slug } } } } }';
  expect((await stage.until(guest, own, ({ viewer }) => viewer.seat)).viewer.seat).toEqual({
    displayName: 'Sample Organisation KE-1, Representative',
    roles: [{ role: 'MEMBER_REP', network: { slug: 'net4u-africa' } }],
  });
  for (const reader of ['africa-rep', 'americas-rep', 'observer', 'partner']) {
    const seen = await see(reader, record, organisation);
    expect(seen.organisation).toMatchObject({ name: 'Sample Organisation KE-1', country: { code: 'KE' } });
    expect(seen.network.memberships.totalCount).toBe(before.memberships.totalCount + 1);
    expect(seen.organisation.memberships.map(({ motivation }: { motivation: null }) => motivation)).toEqual([null]);
  }
  expect(await nextUpdate(live)).toMatchObject({ type: 'MEMBER_JOINED', network: { slug: 'net4u-africa' } });
  live.close();
  for (const reader of ['africa-rep', 'americas-rep', 'partner']) {
    expect(await heard(reader, membershipId)).toEqual(['MEMBER_JOINED net4u-africa']);
  }
  for (const who of ['americas-rep', 'africa-rep', 'observer']) expect(await heard(who, decisionId)).toEqual([]);
  expect(await heard('steering-member', decisionId)).toEqual(['DECISION_CONCLUDED net4u-africa']);
  const kept = await audited('steering-member', af, membershipId);
  expect(kept.at(-1)).toContain(`UNDER_REVIEW -> ACTIVE`);
  expect(kept.at(-1)).toContain(decisionId);
  expect(await audited('steering-member', af, decisionId)).toEqual([
    `DECISION_CONCLUDED ADOPTED ${checked.contentHash}`,
  ]);
  for (const outsider of ['americas-coordinator', 'africa-rep']) {
    expect(await audited(outsider, af, membershipId)).toEqual([]);
  }
});

test('a joint meeting goes from its agenda to adopted minutes', async () => {
  const { see, act, refused, decide, heard, audited } = stage;
  const inside = ['americas-rep', 'africa-rep'];
  const outside = ['observer', 'partner', 'operator'];
  const text = (words: string) => [{ locale: 'en', text: words }];
  const draft = {
    ...{ networkIds: [am, af], kind: 'JOINT_CROSS_REGION', title: text('Second joint meeting (sample)') },
    ...{ startsAt: soon(12), endsAt: soon(15), timeZone: 'Africa/Kampala', joinInfo: 'https://example.org/room' },
    agenda: [
      { title: text('Common working areas'), minutesAllotted: 60, presenterSeatId: 'seat:s03' },
      { title: text('Guidelines'), minutesAllotted: 30 },
    ],
  };
  let meeting = await act('americas-coordinator', 'draftMeeting', draft, 'meeting { id version status }');
  const { id } = meeting;
  const step = async (who: string, mutation: string, more: object = {}) => {
    const given = { meetingId: id, expectedVersion: meeting.version, ...more };
    meeting = await act(who, mutation, given, 'meeting { id version status minutes { contentHash } }');
    return meeting;
  };
  const page = `query ($id: ID!) { meeting(id: $id) { status agenda { title { text } presenter { displayName } } joinInfo
    agreedNetworks { slug } attendance { organisation { id } alias rsvp } minutes { text { text } contentHash adoptedAt } decisions { id } } }`;
  const expectNothing = async (readers: string[]) => {
    for (const who of readers) {
      expect({ who, meeting: (await see(who, page, { id })).meeting }).toEqual({ who, meeting: null });
      expect({ who, heard: await heard(who, id) }).toEqual({ who, heard: [] });
    }
  };
  await expectNothing([...inside, ...outside]);

  expect(await refused('americas-coordinator', 'announceMeeting', { meetingId: id, expectedVersion: 1 })).toContain(
    `not agreed yet by ${af}`,
  );
  await step('africa-coordinator', 'agreeToMeeting');
  expect((await step('americas-coordinator', 'announceMeeting')).status).toBe('SCHEDULED');
  const agenda = [...draft.agenda, { title: text('Any other business'), minutesAllotted: 15 }];
  await step('africa-coordinator', 'changeAgenda', { agenda });
  for (const who of inside) {
    const { meeting: seen } = await see(who, page, { id });
    expect(seen).toMatchObject({ status: 'SCHEDULED', joinInfo: draft.joinInfo });
    expect(seen.agenda).toHaveLength(3);
    expect(seen.agenda[0].presenter.displayName).toContain('Organización de muestra EC-1');
    expect(seen.agreedNetworks.map(({ slug }: { slug: string }) => slug)).toEqual(['net4u-africa', 'net4u-americas']);
    await act(who, 'setRsvp', { meetingId: id, rsvp: 'GOING' }, 'meeting { viewerRsvp }');
  }
  await expectNothing(outside);

  await step('africa-coordinator', 'openMeeting');
  const change = { meetingId: id, expectedVersion: meeting.version, agenda: [] };
  expect(await refused('americas-coordinator', 'changeAgenda', change)).toContain('ValidationError');
  const came = ['org:s03', 'org:s09'].map((organisationId) => ({ organisationId, rsvp: 'ATTENDED' }));
  const attendance = [...came, { alias: 'Participant 7', rsvp: 'ATTENDED' }];
  await act('americas-coordinator', 'recordAttendance', { meetingId: id, attendance }, 'meeting { id }');
  await step('americas-coordinator', 'closeMeeting');

  const write = { originalLocale: 'en', text: text('Agreed: one joint plan for 2027 (sample).') };
  await step('africa-coordinator', 'writeMinutes', write);
  const { contentHash } = meeting.minutes;
  const about = { subject: { typename: 'Meeting', id } };
  const inAmericas = { ...about, by: 'americas-coordinator', voices: ['americas-rep'], networkIds: [am] };
  const inAfrica = { ...about, by: 'africa-coordinator', voices: ['africa-rep', 'steering-member'], networkIds: [af] };
  const americas = await decide({ ...inAmericas, contentHash });
  const wrong = await decide({ ...inAfrica, contentHash: oneOff(contentHash) });
  const adopt = (decisionIds: string[], hash = contentHash) => ({
    ...{ meetingId: id, expectedVersion: meeting.version },
    ...{ decisionIds, contentHash: hash },
  });
  for (const who of ['americas-coordinator', 'africa-coordinator']) {
    expect(await refused(who, 'adoptMinutes', adopt([americas]))).toContain('ValidationError');
    expect(await refused(who, 'adoptMinutes', adopt([americas, wrong]))).toContain('ConflictError');
    expect(await refused(who, 'adoptMinutes', adopt([americas], oneOff(contentHash)))).toContain('ConflictError');
  }
  const africa = await decide({ ...inAfrica, contentHash });
  await step('africa-coordinator', 'adoptMinutes', { decisionIds: [americas, africa], contentHash });

  for (const who of inside) {
    const { meeting: seen } = await see(who, page, { id });
    expect(seen).toMatchObject({
      status: 'MINUTES_ADOPTED',
      minutes: { text: { text: write.text[0]?.text }, contentHash, adoptedAt: expect.any(String) },
    });
    expect(seen.attendance).toEqual(
      expect.arrayContaining([
        { organisation: { id: 'org:s03' }, alias: null, rsvp: 'ATTENDED' },
        { organisation: null, alias: 'Participant 7', rsvp: 'ATTENDED' },
      ]),
    );
    const told = ['MEETING_CHANGED', 'MEETING_HELD', 'MEETING_SCHEDULED', 'MINUTES_ADOPTED'];
    const own = who.startsWith('africa') ? 'net4u-africa' : 'net4u-americas';
    expect(await heard(who, id)).toEqual(told.map((type) => `${type} ${own}`));
  }
  await expectNothing(outside);
  for (const [who, networkId] of [
    ['americas-coordinator', am],
    ['steering-member', af],
  ] as const) {
    expect(await audited(who, networkId, id)).toEqual([`MINUTES_ADOPTED ${contentHash}`]);
  }
});
