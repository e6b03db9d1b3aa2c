import { expect, test } from '@jest/globals';
import { rules } from './decisions.ts';
import { adopted, did, hashOf, refused, soon } from './library.ts';
import { af, am, ask, eventsOf, group, type Name, nextMutation, useSubgraph } from './subgraph.ts';

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

test('goes from draft to adopted minutes, each step only from the one before', async () => {
  let meeting = await did(
    'americas-coordinator',
    'draftMeeting',
    draft({ networkIds: [am], kind: 'NETWORK', startsAt: null, endsAt: null }),
  );
  expect(await refused('americas-coordinator', 'announceMeeting', step(meeting))).toBe('ValidationError startsAt');
  meeting = await did('americas-coordinator', 'changeMeeting', step(meeting, { startsAt: soon(10), endsAt: soon(12) }));
  for (const early of ['openMeeting', 'closeMeeting'])
    expect(await refused('americas-coordinator', early, step(meeting))).toBe('ValidationError meetingId');
  meeting = await led(meeting, 'announceMeeting', 'openMeeting');
  expect(await refused('americas-coordinator', 'changeAgenda', step(meeting, { agenda: [] }))).toBe(
    'ValidationError meetingId',
  );
  expect(await refused('americas-coordinator', 'cancelMeeting', step(meeting))).toBe('ValidationError meetingId');
  meeting = await led(meeting, 'closeMeeting');
  expect(await types(meeting.id)).toEqual([`${am} MEETING_SCHEDULED`, `${am} MEETING_HELD`]);

  const write = (text: string, more: object = {}) =>
    step(meeting, {
      text: [
        { locale: 'en', text },
        { locale: 'es', text: `${text} (es)` },
      ],
      originalLocale: 'en',
      ...more,
    });
  expect(await refused('americas-coordinator', 'writeMinutes', write('x', { originalLocale: 'pt' }))).toBe(
    'ValidationError originalLocale',
  );
  expect(await refused('americas-rep', 'writeMinutes', write('x'))).toBe('ForbiddenError');
  const fields =
    'id version status minutes { number contentHash adoptedAt locales text(locale: "es") { text locale } }';
  meeting = await did('americas-coordinator', 'writeMinutes', write('First'), fields);
  const { contentHash: old } = meeting.minutes;
  expect(old).toBe(hashOf('{"en":"First","es":"First (es)"}'));
  meeting = await did('americas-coordinator', 'writeMinutes', write('Agreed: one thing'), fields);
  const { contentHash } = meeting.minutes;
  expect(meeting).toMatchObject({
    status: 'MINUTES_DRAFT',
    minutes: { number: 2, text: { text: 'Agreed: one thing (es)', locale: 'es' } },
  });

  const own = { networkIds: [am] };
  const byRep = ['americas-rep'] as const;
  const good = await adopted('Meeting', meeting.id, contentHash, own, 'americas-coordinator', [...byRep]);
  const onOld = await adopted('Meeting', meeting.id, old, own, 'americas-coordinator', [...byRep]);
  const onOther = await adopted('Network', am, contentHash, own, 'americas-coordinator', [...byRep]);
  const adopt = (decisionIds: string[], more: object = {}) => step(meeting, { contentHash, decisionIds, ...more });
  const by = (input: object) => refused('americas-coordinator', 'adoptMinutes', input);
  expect(await by(adopt([]))).toBe('ValidationError decisionIds');
  expect(await by(adopt(['decision:none']))).toBe('ValidationError decisionIds');
  expect(await by(adopt([onOther]))).toBe('ValidationError decisionIds');
  expect(await by(adopt([onOld]))).toBe('ConflictError');
  expect(await by(adopt([onOld], { contentHash: old }))).toBe('ConflictError');
  const oneOff = `${contentHash.slice(0, 63)}${contentHash.endsWith('0') ? '1' : '0'}`;
  expect(await by(adopt([good], { contentHash: oneOff }))).toBe('ConflictError');
  expect(await refused('americas-rep', 'adoptMinutes', adopt([good]))).toBe('ForbiddenError');
  const input = { ...adopt([good]), clientMutationId: nextMutation() };
  const all = `${fields} decisions { id }`;
  const once = await did('americas-coordinator', 'adoptMinutes', input, all);
  expect(once).toMatchObject({ status: 'MINUTES_ADOPTED', minutes: { number: 2, adoptedAt: expect.any(String) } });
  expect(once.decisions.map(({ id }: { id: string }) => id).sort()).toEqual([good, onOld].sort());
  expect(await did('americas-coordinator', 'adoptMinutes', input, all)).toEqual(once);
  const [, , said, ...more] = await eventsOf(meeting.id);
  expect(more).toEqual([]);
  expect(said).toMatchObject({
    type: 'MINUTES_ADOPTED',
    event_type: 'org.net4u.minutes.adopted.v1',
    data: { meetingId: meeting.id, number: 2, contentHash, decisionIds: [good] },
  });
  expect(
    await refused(
      'americas-coordinator',
      'writeMinutes',
      step(once, { text: [{ locale: 'en', text: 'x' }], originalLocale: 'en' }),
    ),
  ).toBe('ValidationError meetingId');
});

test('of two networks needs the decisions of both; a body’s decision counts for its own meeting alone', async () => {
  let meeting = await did('joint', 'scheduleMeeting', draft({ languages: [] }));
  for (const name of ['openMeeting', 'closeMeeting']) meeting = await did('joint', name, step(meeting));
  meeting = await did(
    'joint',
    'writeMinutes',
    step(meeting, { text: [{ locale: 'en', text: 'Joint' }], originalLocale: 'en' }),
  );
  const contentHash = hashOf('{"en":"Joint"}');
  const inOne = { networkIds: [am] };
  const americas = await adopted('Meeting', meeting.id, contentHash, inOne, 'americas-coordinator', ['americas-rep']);
  const africa = await adopted('Meeting', meeting.id, contentHash, { networkIds: [af] }, 'africa-coordinator', [
    'africa-rep',
  ]);
  const ofGroup = await adopted('Meeting', meeting.id, contentHash, { ...inOne, bodyId: group }, 'expert-lead', [
    'group-rep',
  ]);
  const adopt = (...decisionIds: string[]) => step(meeting, { contentHash, decisionIds });
  expect(await refused('joint', 'adoptMinutes', adopt(americas))).toBe('ValidationError decisionIds');
  expect(await refused('joint', 'adoptMinutes', adopt(ofGroup, africa))).toBe('ValidationError decisionIds');
  await did('africa-coordinator', 'adoptMinutes', adopt(americas, africa));

  let own = await did(
    'expert-lead',
    'scheduleMeeting',
    draft({ networkIds: [am], kind: 'EXPERT_GROUP', bodyId: group, visibility: 'GROUP', languages: [] }),
  );
  for (const name of ['openMeeting', 'closeMeeting']) own = await did('expert-lead', name, step(own));
  const text = [{ locale: 'en', text: 'Group' }];
  own = await did('expert-lead', 'writeMinutes', step(own, { text, originalLocale: 'en' }));
  const groupHash = hashOf('{"en":"Group"}');
  const decision = { ...inOne, bodyId: group, visibility: 'GROUP' };
  const id = await adopted('Meeting', own.id, groupHash, decision, 'expert-lead', ['group-rep']);
  await did('expert-lead', 'adoptMinutes', step(own, { contentHash: groupHash, decisionIds: [id] }));
  expect((await eventsOf(own.id)).at(-1)).toMatchObject({
    type: 'MINUTES_ADOPTED',
    visibility: 'GROUP',
    body_ids: [group],
  });
});

test('minutes: drafts and those that say who said what are for its networks, adopted ones for who sees the meeting', async () => {
  const read = async (who: Name, id: string) =>
    (await ask(who, `{ meeting(id: "${id}") { minutes { number writtenBy { id } } minutesVersions { number } } }`)).data
      .meeting;
  for (const attributed of [false, true]) {
    let meeting = await scheduled({ visibility: 'PUBLIC' });
    meeting = await led(meeting, 'openMeeting', 'closeMeeting');
    const text = [{ locale: 'en', text: `Said ${attributed}` }];
    meeting = await did(
      'americas-coordinator',
      'writeMinutes',
      step(meeting, { text, originalLocale: 'en', attributed }),
    );
    expect(await read('observer', meeting.id)).toEqual({ minutes: null, minutesVersions: [] });
    expect(await read('americas-rep', meeting.id)).toEqual({
      minutes: { number: 1, writtenBy: { id: 'seat:s01' } },
      minutesVersions: [{ number: 1 }],
    });
    const contentHash = hashOf(`{"en":"Said ${attributed}"}`);
    const id = await adopted('Meeting', meeting.id, contentHash, { networkIds: [am] }, 'americas-coordinator', [
      'americas-rep',
    ]);
    await did('americas-coordinator', 'adoptMinutes', step(meeting, { contentHash, decisionIds: [id] }));
    for (const who of ['observer', 'africa-rep', 'partner'] as const)
      expect((await read(who, meeting.id)).minutes).toEqual(attributed ? null : { number: 1, writtenBy: null });
    expect((await eventsOf(meeting.id)).at(-1).visibility).toBe(attributed ? 'NETWORK' : 'PUBLIC');
  }
});

test('minutes that say who said what are not opened to more readers by the same text under another word', async () => {
  let meeting = await scheduled({ visibility: 'PUBLIC' });
  meeting = await led(meeting, 'openMeeting', 'closeMeeting');
  const write = (attributed: boolean, said = 'Sample Persona 4 said no') => {
    const text = [{ locale: 'en', text: said }];
    return step(meeting, { text, originalLocale: 'en', attributed });
  };
  meeting = await did('americas-coordinator', 'writeMinutes', write(true));
  expect(await refused('americas-coordinator', 'writeMinutes', write(false))).toBe('ValidationError attributed');
  meeting = await did('americas-coordinator', 'writeMinutes', write(false, 'One said no'));
  expect(meeting.status).toBe('MINUTES_DRAFT');
});
