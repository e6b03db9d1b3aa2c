import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { nextUpdate } from '../next-update.ts';
import type { Member } from '../people.ts';
import { startWorldApart, type World } from '../world.ts';
import { soon } from './library.ts';
import { activity, af, am } from './subgraph.ts';

let world: World;
let owner: pg.Client;
const people = {} as Record<
  'americas' | 'coordinator' | 'rep' | 'steering' | 'officer' | 'observer' | 'partner',
  Member
>;
beforeAll(async () => {
  world = await startWorldApart();
  owner = new pg.Client(world.databaseUrl);
  await owner.connect();
  const personas = {
    ...{
      americas: 'americas-coordinator',
      coordinator: 'africa-coordinator',
      rep: 'africa-rep',
      steering: 'steering-member',
    },
    ...{ officer: 'safety-officer', observer: 'observer', partner: 'partner' },
  };
  for (const [name, persona] of Object.entries(personas))
    people[name as keyof typeof people] = await world.people.as(persona);
});
afterAll(async () => {
  await owner?.end();
  await world?.stop();
});

let serial = 0;
async function did(
  member: Member,
  step: string,
  type: string,
  thing: string,
  input: object,
  fields = 'id version status',
) {
  const query = `mutation ($input: ${type}!) { ${step}(input: $input) { ${thing} { ${fields} } problems { __typename ... on UserError { message } } } }`;
  const { data, errors } = await member.ask(query, { input: { clientMutationId: `l${++serial}`, ...input } });
  expect(errors).toBeUndefined();
  expect(data[step].problems).toEqual([]);
  return data[step][thing];
}

test('a joint meeting: drafted in one region, agreed to in the other, put into everybody’s calendar', async () => {
  const { americas, coordinator, rep, partner } = people;
  const watcher = rep.follow(
    'subscription { networkUpdates { __typename ... on NetworkUpdate { type subject data } } }',
  );
  expect((await watcher.next()).data.networkUpdates.__typename).toBe('Heartbeat');
  const input = {
    ...{
      networkIds: [am, af],
      kind: 'JOINT_CROSS_REGION',
      title: [{ locale: 'en', text: 'Second joint meeting; with a comma, too' }],
    },
    ...{
      startsAt: soon(30),
      endsAt: soon(33),
      timeZone: 'Africa/Kampala',
      languages: ['en', 'es'],
      joinInfo: 'https://example.org/room',
    },
    agenda: [{ title: [{ locale: 'en', text: 'Guidelines' }], minutesAllotted: 20, presenterSeatId: 'seat:s09' }],
  };
  const draft = await did(americas, 'draftMeeting', 'DraftMeetingInput', 'meeting', input);
  const file = `{ meeting(id: "${draft.id}") { agreedNetworks { slug } calendarFile { url name mediaType } } }`;
  expect((await rep.ask(file)).data).toEqual({ meeting: null });
  const step = { meetingId: draft.id, expectedVersion: 1 };
  await did(coordinator, 'agreeToMeeting', 'MeetingStepInput', 'meeting', step);
  await did(americas, 'announceMeeting', 'MeetingStepInput', 'meeting', { ...step, expectedVersion: 2 });
  expect(await nextUpdate(watcher)).toEqual({
    __typename: 'NetworkUpdate',
    type: 'MEETING_SCHEDULED',
    subject: `meeting/${draft.id}`,
    data: { meetingId: draft.id, kind: 'JOINT_CROSS_REGION' },
  });
  watcher.close();

  const { meeting } = (await rep.ask(file)).data;
  expect(meeting).toMatchObject({ agreedNetworks: [{ slug: 'net4u-africa' }, { slug: 'net4u-americas' }] });
  expect(meeting.calendarFile).toMatchObject({ name: 'meeting.ics', mediaType: 'text/calendar' });
  const fetchFile = (member: Member, url = meeting.calendarFile.url) =>
    fetch(new URL(url, world.url), { headers: { authorization: `Bearer ${member.token}` } });
  const response = await fetchFile(rep);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/calendar/);
  const text = (await response.text()).replaceAll('\r\n ', '');
  expect(text).toContain('BEGIN:VCALENDAR\r\n');
  expect(text).toContain(`UID:${draft.id}@net4u\r\n`);
  expect(text).toContain('SUMMARY:Second joint meeting\\; with a comma\\, too\r\n');
  expect(text).toContain(`DTSTART:${input.startsAt.replace(/[-:]|\.\d+/g, '')}\r\n`);
  expect(text).toContain('STATUS:CONFIRMED');
  expect(text).toContain('https://example.org/room');
  expect(text).not.toMatch(/ATTENDEE|ORGANIZER|seat:/);
  for (const other of [partner, people.observer]) expect((await fetchFile(other)).status).toBe(404);
  const whole = (await rep.ask('{ network(slug: "net4u-africa") { meetingsFile { url } } }')).data.network.meetingsFile
    .url;
  const all = await (await fetchFile(rep, whole)).text();
  expect(all.match(/BEGIN:VEVENT/g)).toHaveLength(2); // the joint meetings, first and second
  expect(all).toContain('DTSTART;VALUE=DATE:20231208\r\nDTEND;VALUE=DATE:20231209');
  expect((await (await fetchFile(people.observer, whole)).text()).match(/BEGIN:VEVENT/g)).toHaveLength(1);
});

test('one voice: circulated, decided, checked, signed, published, and read by a partner', async () => {
  const { coordinator, rep, steering, officer, partner, observer } = people;
  const of = (fields: string) => `{ statement(id: "stmt:sample-af") { ${fields} } }`;
  expect((await partner.ask(of('id'))).data).toEqual({ statement: null });
  const { statement } = (await rep.ask(of('version status contentHash provenance translations { locale state }'))).data;
  expect(statement).toMatchObject({
    status: 'CIRCULATED',
    provenance: 'SAMPLE',
    translations: [
      { locale: 'en', state: 'ORIGINAL' },
      { locale: 'fr', state: 'HUMAN_REVIEWED' },
    ],
  });
  const { contentHash } = statement;
  const subject = { typename: 'Statement', id: 'stmt:sample-af' };
  const question = {
    networkIds: [af],
    subject,
    title: [{ locale: 'en', text: 'Say it?' }],
    contentHash,
    method: 'MAJORITY',
    quorum: 1,
  };
  const { id } = await did(coordinator, 'openDecision', 'OpenDecisionInput', 'decision', question);
  const round = { decisionId: id, expectedVersion: 1, closesAt: soon(1), shortReason: 'In a meeting (sample)' };
  await did(coordinator, 'startDecisionRound', 'StartDecisionRoundInput', 'decision', round);
  await did(rep, 'takePosition', 'TakePositionInput', 'decision', { decisionId: id, contentHash, position: 'YES' });
  // The hour of the round passes.
  await owner.query('UPDATE discussions.decision_round SET closes_at = now() WHERE decision_id = $1', [id]);
  const decided = await did(
    coordinator,
    'concludeDecision',
    'ConcludeDecisionInput',
    'decision',
    { decisionId: id, expectedVersion: 2 },
    'status subject { ... on Statement { id title { text } } }',
  );
  expect(decided).toMatchObject({ status: 'ADOPTED', subject: { id: subject.id } });
  const named = { statementId: subject.id, contentHash };
  const consented = await did(steering, 'consentStatement', 'ConsentStatementInput', 'statement', {
    ...named,
    expectedVersion: statement.version,
    decisionIds: [id],
  });
  await did(officer, 'checkStatementSafety', 'CheckStatementInput', 'statement', { ...named, passed: true });
  await did(rep, 'endorseStatement', 'StatementStanceInput', 'statement', named);
  await did(steering, 'dissentFromStatement', 'StatementStanceInput', 'statement', named);
  await did(coordinator, 'publishStatement', 'PublishStatementInput', 'statement', {
    ...named,
    expectedVersion: consented.version,
  });
  const fields =
    'status networks { slug } body(locale: "fr") { text locale } endorsers { name } dissenters decisions { id } safetyChecks { passed }';
  const seen = (await partner.ask(of(fields))).data.statement;
  expect(seen).toMatchObject({
    status: 'PUBLISHED',
    networks: [{ slug: 'net4u-africa' }],
    body: { locale: 'fr' },
    dissenters: 1,
    decisions: [],
    safetyChecks: [],
  });
  expect(seen.endorsers).toEqual([{ name: 'Sample Organisation UG-3' }]);
  expect((await observer.ask(of(fields))).data.statement).toEqual(seen);
  const updates = (await partner.ask('{ networkUpdates(first: 100) { edges { node { type subject visibility } } } }'))
    .data.networkUpdates.edges;
  const about = updates.filter(({ node }: { node: { subject: string } }) => node.subject === `statement/${subject.id}`);
  expect(about).toEqual([
    { node: { type: 'STATEMENT_PUBLISHED', subject: `statement/${subject.id}`, visibility: 'PUBLIC' } },
  ]);
  const { rows } = await owner.query(
    "SELECT count(*)::int AS written FROM audit.entry WHERE action = 'STATEMENT_PUBLISHED'",
  );
  expect(rows).toEqual([{ written: 1 }]);
});

test('a practice of one region is put to use in the other, joined with plans and members', async () => {
  const { rep, americas, partner } = people;
  const item = 'know:sample-briefing';
  await did(rep, 'recordReuse', 'RecordReuseInput', 'knowledgeItem', {
    knowledgeItemId: item,
    networkId: af,
    activityId: activity,
  });
  const fields = `title(locale: "pt-BR") { text locale } contributedBy { name } linkedActivities { id title(locale: "en") { text } }
    reuse { organisations acrossNetworks networks { network { slug } organisations } records { organisation { name } activity { code } } }`;
  const { data, errors } = await americas.ask(`{ knowledgeItem(id: "${item}") { ${fields} } }`);
  expect(errors).toBeUndefined();
  expect(data.knowledgeItem).toMatchObject({
    title: { locale: 'pt', text: 'Informar um ministério em duas páginas (exemplo)' },
    contributedBy: { name: 'Organización de muestra EC-1' },
    linkedActivities: [{ id: 'plan:joint-2027/a1.1.1', title: { text: expect.any(String) } }],
    reuse: { organisations: 2, acrossNetworks: 2, networks: [{ network: { slug: 'net4u-africa' }, organisations: 2 }] },
  });
  expect(data.knowledgeItem.reuse.records).toContainEqual({
    organisation: { name: 'Sample Organisation UG-3' },
    activity: { code: expect.any(String) },
  });
  const there = await americas.ask(
    '{ workingPlan(id: "plan:joint-2027") { objectives { outcomes { activities { id knowledge { id } } } } } }',
  );
  expect(JSON.stringify(there.data)).toContain(item);
  // A partner sees that it travelled, not who; of a plan that is a draft it sees nothing.
  const open = await partner.ask(`{ knowledgeItem(id: "${item}") { ${fields} } }`);
  expect(open.data.knowledgeItem.reuse).toMatchObject({ organisations: 2, records: [] });
  expect(JSON.stringify(open.data.knowledgeItem.linkedActivities)).not.toContain('title":{"text');
});
