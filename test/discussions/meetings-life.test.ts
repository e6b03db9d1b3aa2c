import { describe, expect, test } from '@jest/globals';
import type { Actor } from '../../kit/context.ts';
import { mayReadMeeting } from '../../subgraphs/discussions/meeting-policy.ts';
import { rules } from './decisions.ts';
import { did, refused, run, soon } from './library.ts';
import { actors, af, am, ask, db, eventsOf, group, type Name, names, started, useSubgraph } from './subgraph.ts';

useSubgraph(rules);

const draft = (over: object = {}) => ({
  networkIds: [am, af],
  kind: 'JOINT_CROSS_REGION',
  title: [{ locale: 'en', text: 'Second joint meeting' }],
  startsAt: soon(12),
  endsAt: soon(15),
  timeZone: 'Africa/Kampala',
  ...over,
});
const step = (meeting: { id: string; version: number }, more: object = {}) => ({
  meetingId: meeting.id,
  expectedVersion: meeting.version,
  ...more,
});
/** An announced meeting of the Americas, as it is then. */
const scheduled = (over: object = {}) =>
  did('americas-coordinator', 'scheduleMeeting', {
    ...draft({ networkIds: [am], kind: 'NETWORK', languages: ['en'] }),
    ...over,
  });
/** Leads a meeting on to the status after these steps. */
async function led(meeting: { id: string; version: number }, ...steps: string[]) {
  let now = meeting;
  for (const name of steps) now = await did('americas-coordinator', name, step(now));
  return now;
}
const types = async (id: string) => (await eventsOf(id)).map(({ network_id, type }) => `${network_id} ${type}`);

test('of several networks is drafted by one, agreed to by the others as it is, and then announced to all', async () => {
  let meeting = await did('americas-coordinator', 'draftMeeting', draft(), 'id version status agreedNetworks { id }');
  expect(meeting).toMatchObject({ status: 'DRAFT', version: 1, agreedNetworks: [{ id: am }] });
  const seen = async () => {
    const see: string[] = [];
    for (const who of names) {
      const representations = [
        { __typename: 'Network', id: am },
        { __typename: 'Meeting', id: meeting.id },
      ];
      const { data } = await ask(
        who,
        `query ($r: [_Any!]!) { meeting(id: "${meeting.id}") { id } _entities(representations: $r) { ... on Meeting { id }
          ... on Network { meetings { id } meetingsConnection(first: 100) { edges { node { id } } } } } }`,
        { r: representations },
      );
      const [network, entity] = data._entities;
      const paths = [
        data.meeting?.id,
        entity?.id,
        network.meetings.find(({ id }: { id: string }) => id === meeting.id)?.id,
        network.meetingsConnection.edges.find(({ node }: { node: { id: string } }) => node.id === meeting.id)?.node.id,
      ];
      expect(new Set(paths).size).toBe(1);
      if (paths[0]) see.push(who);
    }
    const columns = 'network_ids AS "networkIds", body_id AS "bodyId", visibility, announced';
    const { rows } = await db.query(`SELECT ${columns} FROM discussions.meeting WHERE id = $1`, [meeting.id]);
    expect(names.filter((who) => mayReadMeeting(actors[who] as Actor, rows[0]))).toEqual(see);
    return see;
  };
  expect(await seen()).toEqual(['americas-coordinator', 'africa-coordinator', 'steering-member']);
  expect(await types(meeting.id)).toEqual([]);

  expect(await refused('americas-coordinator', 'announceMeeting', step(meeting))).toBe('ValidationError meetingId');
  const agreed = await did('steering-member', 'agreeToMeeting', step(meeting));
  // A change makes it another meeting than the one agreed to.
  meeting = await did('americas-coordinator', 'changeMeeting', step(agreed, { place: 'Online' }));
  expect(await refused('americas-coordinator', 'announceMeeting', step(meeting))).toBe('ValidationError meetingId');
  expect(await refused('africa-rep', 'agreeToMeeting', step(meeting))).toBe('ForbiddenError');
  expect(await refused('africa-coordinator', 'announceMeeting', step(agreed))).toBe('ConflictError');
  meeting = await did('africa-coordinator', 'agreeToMeeting', step(meeting));
  meeting = await did('africa-coordinator', 'announceMeeting', step(meeting), 'id version status scheduledAt');
  expect(meeting).toMatchObject({ status: 'SCHEDULED', scheduledAt: expect.any(String) });
  expect(await types(meeting.id)).toEqual([`${af} MEETING_SCHEDULED`, `${am} MEETING_SCHEDULED`]);
  expect(await seen()).toEqual([
    ...['americas-coordinator', 'americas-editor', 'americas-rep', 'group-rep', 'expert-lead', 'africa-coordinator'],
    ...['africa-rep', 'steering-member', 'safety-officer', 'safety-officer-am', 'un-liaison', 'un-liaison-africa'],
    'other-group-rep',
  ]);
});

describe('the agenda', () => {
  test('has presenters by seat, threads and times, keeps the ids of what stays, and moves with its meeting', async () => {
    const threadId = await started('americas-rep');
    let meeting = await scheduled();
    const item = (text: string, more: object = {}) => ({ title: [{ locale: 'en', text }], ...more });
    const set = (agenda: object[]) => step(meeting, { agenda });
    const fields = 'id version agenda { id title { text } presenter { id } thread { id } startsAt minutesAllotted }';
    const at = soon(13);
    meeting = await did(
      'americas-coordinator',
      'changeAgenda',
      set([item('One'), item('Two', { presenterSeatId: 'seat:s03', threadId, startsAt: at, minutesAllotted: 30 })]),
      fields,
    );
    const [one, two] = meeting.agenda;
    expect(two).toEqual({
      id: expect.any(String),
      title: { text: 'Two' },
      presenter: { id: 'seat:s03' },
      thread: { id: threadId },
      startsAt: at,
      minutesAllotted: 30,
    });
    const by = (agenda: object[]) => refused('americas-coordinator', 'changeAgenda', set(agenda));
    expect(await by([item('x', { id: 'of nothing' })])).toBe('ValidationError agenda.0.id');
    expect(await by([item('x', { id: one.id }), item('y', { id: one.id })])).toBe('ValidationError agenda.1.id');
    expect(await by([item('x', { startsAt: soon(40) })])).toBe('ValidationError agenda.0.startsAt');
    expect(await by([item('x', { threadId: 'thread:af-network' })])).toBe('ValidationError agenda.0.threadId');
    expect(await by([item(' ')])).toBe('ValidationError agenda.0.title');
    expect(await by([item('x', { minutesAllotted: 0 })])).toBe('ValidationError agenda.0.minutesAllotted');
    expect(await by(Array(51).fill(item('x')))).toBe('ValidationError agenda');
    meeting = await did(
      'americas-coordinator',
      'changeAgenda',
      set([item('Two', { id: two.id, startsAt: at }), item('Three')]),
      fields,
    );
    expect(meeting.agenda.map(({ id }: { id: string }) => id)).toEqual([two.id, expect.not.stringMatching(one.id)]);
    meeting = await did(
      'americas-coordinator',
      'changeMeeting',
      step(meeting, { startsAt: soon(36), endsAt: soon(39) }),
      fields,
    );
    expect(meeting.agenda[0].startsAt).toBe(soon(37));
    expect(await refused('americas-coordinator', 'changeMeeting', step(meeting, { endsAt: soon(36.5) }))).toBe(
      'ValidationError endsAt',
    );
    expect((await eventsOf(meeting.id)).map(({ type, data }) => [type, data.changed])).toEqual([
      ['MEETING_SCHEDULED', undefined],
      ['MEETING_CHANGED', ['agenda']],
      ['MEETING_CHANGED', ['agenda']],
      ['MEETING_CHANGED', ['startsAt', 'endsAt']],
    ]);
    // A thread that hangs on the item is found without being named.
    const anchor = { typename: 'Meeting', id: meeting.id, field: two.id };
    const hanging = await started('americas-rep', { anchor });
    const { data } = await ask('americas-rep', `{ meeting(id: "${meeting.id}") { agenda { thread { id } } } }`);
    expect(data.meeting.agenda[0].thread.id).toBe(hanging);
  });

  test('of a public meeting does not say who presents to those outside', async () => {
    const agenda = [{ title: [{ locale: 'en', text: 'A' }], presenterSeatId: 'seat:s03' }];
    const details = {
      ...{ agenda, visibility: 'PUBLIC', joinInfo: 'https://example.org/room', hostCity: 'Lima', hostCountry: 'PE' },
      coOrganiserIds: ['org:gi-toc'],
      externalParticipants: [{ role: 'SPEAKER', office: [{ locale: 'es', text: 'Fiscalía' }], country: 'PA' }],
      links: [{ url: 'https://example.org/event', title: [{ locale: 'en', text: 'Event' }] }],
    };
    const { id } = await scheduled(details);
    const read = async (who: Name) =>
      (
        await ask(
          who,
          `{ meeting(id: "${id}") { hostCity hostCountry { code } coOrganisers { id } joinInfo agenda { presenter { id } }
            externalParticipants { role office(locale: "es") { text } country { code } } links { url title { text } } } }`,
        )
      ).data.meeting;
    const open = {
      ...{ hostCity: 'Lima', hostCountry: { code: 'PE' }, coOrganisers: [{ id: 'org:gi-toc' }] },
      links: [{ url: 'https://example.org/event', title: { text: 'Event' } }],
    };
    expect(await read('americas-rep')).toEqual({
      ...open,
      joinInfo: 'https://example.org/room',
      agenda: [{ presenter: { id: 'seat:s03' } }],
      externalParticipants: [{ role: 'SPEAKER', office: { text: 'Fiscalía' }, country: { code: 'PA' } }],
    });
    for (const who of ['africa-rep', 'observer', 'partner'] as const)
      expect(await read(who)).toEqual({
        ...open,
        joinInfo: null,
        agenda: [{ presenter: null }],
        externalParticipants: [],
      });
  });
});

test.each<[string, object, string]>([
  [
    'a person for an office',
    { externalParticipants: [{ role: 'SPEAKER', office: [{ locale: 'en', text: 'Dr. Sample Persona' }] }] },
    'externalParticipants.0.office',
  ],
  [
    'an address for an office',
    { externalParticipants: [{ role: 'HOST', office: [{ locale: 'en', text: 'a@example.org' }] }] },
    'externalParticipants.0.office',
  ],
  [
    'a link that is no web address',
    { links: [{ url: 'javascript:alert(1)', title: [{ locale: 'en', text: 'x' }] }] },
    'links.0.url',
  ],
  [
    'a link with a password',
    { links: [{ url: 'https://a:b@example.org', title: [{ locale: 'en', text: 'x' }] }] },
    'links.0.url',
  ],
  [
    'a recording without words',
    { links: [{ url: 'https://example.org/a.mp4', title: [{ locale: 'en', text: 'x' }] }] },
    'links.0.textAlternative',
  ],
  ['a meeting of 32 days', { endsAt: soon(33 * 24) }, 'endsAt'],
  ['an end without a beginning', { startsAt: null }, 'startsAt'],
  ['a co-organiser of no id', { coOrganiserIds: ['a b'] }, 'coOrganiserIds'],
])('a draft refuses %s', async (_what, over, path) => {
  const input = draft({ networkIds: [am], kind: 'NETWORK', ...over });
  expect(await refused('americas-coordinator', 'draftMeeting', input)).toBe(`ValidationError ${path}`);
});

test('a group of one network is drafted and led by its lead; others of the network are no conveners', async () => {
  const ofGroup = draft({ networkIds: [am], kind: 'EXPERT_GROUP', bodyId: group });
  const meeting = await did('expert-lead', 'draftMeeting', ofGroup);
  await did('expert-lead', 'announceMeeting', step(meeting));
  for (const who of [
    'americas-rep',
    'group-rep',
    'un-liaison',
    'observer',
    'partner',
    'operator',
    'africa-coordinator',
  ] as const)
    expect(await refused(who, 'draftMeeting', ofGroup)).toBe('ForbiddenError');
  expect(await refused('expert-lead', 'draftMeeting', draft({ networkIds: [am], kind: 'NETWORK' }))).toBe(
    'ForbiddenError',
  );
});

test('who came is written down by organisation or alias, and seen inside alone', async () => {
  let meeting = await scheduled({ visibility: 'PUBLIC' });
  const record = (attendance: object[]) => ({ meetingId: meeting.id, attendance });
  await did(
    'americas-coordinator',
    'recordAttendance',
    record([
      { organisationId: 'org:s03', rsvp: 'INVITED' },
      { organisationId: 'org:s04', rsvp: 'INVITED' },
    ]),
  );
  const rsvp = (who: Name, answer: string) =>
    ask(
      who,
      `mutation { setRsvp(meetingId: "${meeting.id}", rsvp: ${answer}) { meeting { viewerRsvp } problems { __typename } } }`,
    );
  expect((await rsvp('americas-rep', 'GOING')).data.setRsvp).toEqual({
    meeting: { viewerRsvp: 'GOING' },
    problems: [],
  });
  // An invitation that comes later does not undo the answer.
  await did('americas-coordinator', 'recordAttendance', record([{ organisationId: 'org:s03', rsvp: 'INVITED' }]));
  const by = (attendance: object[]) => refused('americas-coordinator', 'recordAttendance', record(attendance));
  expect(await by([{ organisationId: 'org:s03', rsvp: 'ATTENDED' }])).toBe('ValidationError attendance.0.rsvp');
  meeting = await led(meeting, 'openMeeting');
  expect(await by([{ organisationId: 'org:s03', alias: 'x', rsvp: 'ATTENDED' }])).toBe(
    'ValidationError attendance.0.organisationId',
  );
  expect(await by([{ alias: 'p@example.org', rsvp: 'ATTENDED' }])).toBe('ValidationError attendance.0.alias');
  expect(await by([{ alias: 'Participant 7', rsvp: 'GOING' }])).toBe('ValidationError attendance.0.rsvp');
  const came = [
    { organisationId: 'org:s03', rsvp: 'ATTENDED' },
    { organisationId: 'org:s04', rsvp: null },
  ];
  const aliases = ['Participant 7', 'Participant 8'].map((alias) => ({ alias, rsvp: 'ATTENDED' }));
  await did('americas-coordinator', 'recordAttendance', record([...came, ...aliases]));
  const fields = 'attendance { organisation { id } alias rsvp }';
  const thing = await did(
    'americas-coordinator',
    'recordAttendance',
    record([{ alias: 'Participant 8', rsvp: null }]),
    `version ${fields}`,
  );
  expect(thing).toEqual({
    version: meeting.version,
    attendance: [
      { organisation: { id: 'org:s03' }, alias: null, rsvp: 'ATTENDED' },
      { organisation: null, alias: 'Participant 7', rsvp: 'ATTENDED' },
    ],
  });
  expect((await rsvp('americas-rep', 'DECLINED')).data.setRsvp.problems).toEqual([{ __typename: 'ValidationError' }]);
  for (const who of ['observer', 'partner', 'africa-rep'] as const)
    expect((await ask(who, `{ meeting(id: "${meeting.id}") { ${fields} } }`)).data.meeting.attendance).toEqual([]);
});

test('times are shown by the clocks of any zone, also over a change of them; days alone are the same everywhere', async () => {
  const { id } = await scheduled({
    startsAt: '2035-03-24T23:30:00.000Z',
    endsAt: '2035-03-25T01:30:00.000Z',
    timeZone: 'Europe/Vienna',
  });
  const times = async (meetingId: string, zone?: string) =>
    await ask(
      'americas-rep',
      `{ meeting(id: "${meetingId}") { days localTimes${zone ? `(timeZone: "${zone}")` : ''} { timeZone startsAt endsAt } } }`,
    );
  expect((await times(id)).data.meeting).toEqual({
    days: ['2035-03-25'],
    localTimes: {
      timeZone: 'Europe/Vienna',
      startsAt: '2035-03-25T00:30:00+01:00',
      endsAt: '2035-03-25T03:30:00+02:00',
    },
  });
  expect((await times(id, 'America/Lima')).data.meeting.localTimes).toEqual({
    timeZone: 'America/Lima',
    startsAt: '2035-03-24T18:30:00-05:00',
    endsAt: '2035-03-24T20:30:00-05:00',
  });
  expect((await times('meet:panama', 'Asia/Tokyo')).data.meeting).toEqual({
    days: ['2022-03-28', '2022-03-29'],
    localTimes: { timeZone: 'Asia/Tokyo', startsAt: '2022-03-28', endsAt: '2022-03-29' },
  });
  expect((await times(id, '+03:00')).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});

test('steps of the same moment: one is made, the others are told', async () => {
  const meeting = await scheduled();
  const answers = await Promise.all(
    ['openMeeting', 'cancelMeeting', 'openMeeting'].map((name) => run('americas-coordinator', name, step(meeting))),
  );
  const made = answers.filter(({ problems }) => problems.length === 0);
  expect(made).toHaveLength(1);
  for (const { problems } of answers.filter((one) => !made.includes(one)))
    expect(problems).toMatchObject([{ __typename: 'ConflictError', currentVersion: 2 }]);
  const { rows } = await db.query('SELECT version FROM discussions.meeting WHERE id = $1', [meeting.id]);
  expect(rows).toEqual([{ version: 2 }]);
});

test('a cancelled one says so; a draft that is given up stays unheard of', async () => {
  const meeting = await scheduled();
  const cancelled = await did(
    'americas-coordinator',
    'cancelMeeting',
    step(meeting, { reason: 'Moved (sample)' }),
    'status cancellationReason',
  );
  expect(cancelled).toEqual({ status: 'CANCELLED', cancellationReason: 'Moved (sample)' });
  expect(await types(meeting.id)).toEqual([`${am} MEETING_SCHEDULED`, `${am} MEETING_CANCELLED`]);
  const draftOne = await did('americas-coordinator', 'draftMeeting', draft({ networkIds: [am], kind: 'TRAINING' }));
  await did('americas-coordinator', 'cancelMeeting', step(draftOne));
  expect(await types(draftOne.id)).toEqual([]);
  expect((await ask('americas-rep', `{ meeting(id: "${draftOne.id}") { id } }`)).data.meeting).toBeNull();
});
