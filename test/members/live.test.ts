import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { startClock } from '../clock.ts';
import type { Answer, Following } from '../people.ts';
import { startWorld, type World } from '../world.ts';

let world: World;
let owner: pg.Client;
beforeAll(async () => {
  world = await startWorld();
  owner = new pg.Client(world.databaseUrl);
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await world.stop();
});

let serial = 0;
async function act(persona: string, name: string, type: string, input: object, pick: string) {
  const member = await world.people.as(persona);
  const { data, errors } = await member.ask(
    `mutation ($input: ${type}!) { act: ${name}(input: $input) { ${pick} problems { ... on UserError { message } } } }`,
    { input: { clientMutationId: `l${++serial}`, ...input } },
  );
  expect(errors).toBeUndefined();
  expect(data.act.problems).toEqual([]);
  return data.act;
}
const review = (persona: string, membershipId: string, to: string) =>
  act(persona, 'reviewApplication', 'ReviewApplicationInput', { membershipId, to, note: 'why' }, 'membership { id }');
const changes = `subscription ($networkId: ID!, $after: Cursor) { membershipChanged(networkId: $networkId, after: $after) {
  cursor membershipId membership { status organisation { name } } } }`;
const follow = async (persona: string, networkId: string, after?: string): Promise<Following> =>
  (await world.people.as(persona)).follow(changes, { networkId, after });
const codeOf = (answer: Answer | unknown) =>
  ((answer as Answer).errors ?? (answer as Answer['errors']))?.[0]?.extensions?.code;
/** How a stream was refused, or that it ended. */
const refusal = async (stream: Following) => codeOf(await stream.next().catch(() => stream.ended));

/** The code that a stream ended with, after whatever it was still told. */
async function lastOf(stream: Following): Promise<string> {
  for (;;) {
    const answer = await stream.next();
    if (answer.errors) return codeOf(answer);
  }
}

/** A stream from now is open once it is told something: so somebody takes steps until each has heard of one. */
async function opened(...streams: Following[]): Promise<void> {
  const waiting = new Set(streams);
  while (waiting.size > 0) {
    for (const to of ['SUSPENDED', 'ACTIVE']) await review('steering-member', 'mem:s12', to);
    for (const stream of waiting) {
      const heard = await stream.next(300).catch(() => undefined);
      if (heard?.errors) throw new Error(codeOf(heard));
      if (heard) waiting.delete(stream);
    }
  }
}
/** What comes next but what `opened` has done. */
async function next(stream: Following) {
  for (;;) {
    const { data, errors } = await stream.next();
    expect(errors).toBeUndefined();
    if (data.membershipChanged.membershipId !== 'mem:s12') return data.membershipChanged;
  }
}

async function apply(): Promise<string> {
  const input = {
    networkId: 'net:africa',
    organisationName: `Sample applicant ${++serial}`,
    stakeholderType: 'ACADEMIA',
    country: 'UG',
    motivation: 'Sample',
  };
  return (await act('africa-coordinator', 'applyForMembership', 'ApplyInput', input, 'membership { id }')).membership
    .id;
}

test('memberships are followed by those who read the network: each hears of what it may see, resumes, and misses nothing', async () => {
  for (const persona of ['americas-rep', 'observer', 'operator', 'partner']) {
    expect([persona, await refusal(await follow(persona, 'net:africa'))]).toEqual([persona, 'FORBIDDEN']);
  }
  const coordinator = await follow('africa-coordinator', 'net:africa');
  const rep = await follow('africa-rep', 'net:africa');
  await opened(coordinator, rep);
  const first = await apply();
  const applied = await next(coordinator);
  expect(applied).toMatchObject({ membershipId: first, membership: { status: 'APPLIED' } });
  const { cursor } = applied;
  await review('africa-coordinator', first, 'UNDER_REVIEW');
  expect(await next(coordinator)).toMatchObject({ membershipId: first, membership: { status: 'UNDER_REVIEW' } });

  await review('safety-officer', 'mem:s11', 'SUSPENDED');
  expect(await next(coordinator)).toMatchObject({ membershipId: 'mem:s11', membership: { status: 'SUSPENDED' } });
  // The application before it is nobody else's business, and why somebody is no member to be seen is not, either.
  expect(await next(rep)).toMatchObject({ membershipId: 'mem:s11', membership: null });
  await review('steering-member', 'mem:s11', 'ACTIVE');
  expect(await next(rep)).toMatchObject({ membershipId: 'mem:s11', membership: { status: 'ACTIVE' } });
  coordinator.close();
  rep.close();

  const again = await follow('africa-coordinator', 'net:africa', cursor);
  const seen = [await next(again), await next(again), await next(again)].map(({ membershipId }) => membershipId);
  expect(seen).toEqual([first, 'mem:s11', 'mem:s11']);
  again.close();
  const before = await follow('africa-rep', 'net:africa', cursor);
  expect((await next(before)).membershipId).toBe('mem:s11');
  before.close();
  expect(await refusal(await follow('americas-rep', 'net:americas', cursor))).toBe('CURSOR_INVALID');
});

test('a suspension ends the streams of the member’s seats within a second and a half', async () => {
  const editor = await world.people.as('africa-editor');
  const streams = [
    await follow('africa-editor', 'net:africa'),
    editor.follow('subscription { networkUpdates { __typename } }'),
  ];
  await streams[1]?.next();
  await opened(streams[0] as Following);
  await review('safety-officer', 'mem:s08', 'SUSPENDED');
  const passed = startClock();
  for (const stream of streams) {
    expect(await lastOf(stream)).toBe('RIGHTS_CHANGED');
  }
  expect(passed()).toBeLessThan(1_500);
  expect(await refusal(await follow('africa-editor', 'net:africa'))).toBe('FORBIDDEN');
  await review('steering-member', 'mem:s08', 'ACTIVE');
  const viewerRoles = '{ network(slug: "net4u-africa") { viewerRoles } }';
  while ((await editor.ask(viewerRoles)).data.network.viewerRoles.length === 0); // they are read again within a second
});

test('a frozen seat is signed out: its streams end, and it is answered no more', async () => {
  const stream = await follow('africa-editor', 'net:africa');
  await opened(stream);
  const editor = await world.people.as('africa-editor');
  await act('safety-officer', 'freezeSeat', 'FreezeSeatInput', { seatId: 'seat:s08', reason: 'Sample' }, 'seat { id }');
  const passed = startClock();
  expect(await lastOf(stream)).toBe('RIGHTS_CHANGED');
  expect(passed()).toBeLessThan(1_500);
  expect((await editor.ask('{ networks { id } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  await act('safety-officer', 'unfreezeSeat', 'SeatInput', { seatId: 'seat:s08' }, 'seat { id }');
});

test('a role that begins or ends by the calendar is there, or gone, within a second and a half', async () => {
  const editor = await world.people.as('africa-editor');
  const rolesNow = async () =>
    (await editor.ask('{ network(slug: "net4u-africa") { viewerRoles } }')).data.network.viewerRoles;
  expect(await rolesNow()).toEqual(['MEMBER_EDITOR']);
  const stream = await follow('africa-editor', 'net:africa');
  await opened(stream);
  const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  await owner.query("UPDATE members.role_assignment SET ends_on = $1 WHERE seat_id = 'seat:s08'", [day(-2)]);
  const passed = startClock();
  expect(await lastOf(stream)).toBe('RIGHTS_CHANGED');
  expect(passed()).toBeLessThan(1_500);
  expect(await rolesNow()).toEqual([]);
  await owner.query("UPDATE members.role_assignment SET ends_on = NULL, starts_on = $1 WHERE seat_id = 'seat:s08'", [
    day(2),
  ]);
  expect(await rolesNow()).toEqual([]);
  await owner.query("UPDATE members.role_assignment SET starts_on = NULL WHERE seat_id = 'seat:s08'");
});

test('the gap view names every country of the network, and the kinds of stakeholder that are missing there', async () => {
  const member = await world.people.as('partner');
  const { data, errors } = await member.ask(
    '{ network(slug: "net4u-americas") { countries { code } diversityGaps { country { code name(locale: "en") { text } } stakeholderType members } diversity { byLanguage { key } } } }',
  );
  expect(errors).toBeUndefined();
  const { countries, diversityGaps, diversity } = data.network;
  expect(countries).toHaveLength(8);
  expect(diversityGaps).toHaveLength(8 * 3);
  expect(diversityGaps.reduce((sum: number, cell: { members: number }) => sum + cell.members, 0)).toBe(6);
  expect(diversityGaps.find((cell: { country: { code: string } }) => cell.country.code === 'HN')).toEqual({
    country: { code: 'HN', name: { text: 'Honduras' } },
    stakeholderType: 'CIVIL_SOCIETY',
    members: 0,
  });
  expect(diversity.byLanguage).toEqual([]);
});

test('the directory with contacts leaves only if two persons agree, to the two alone, and each time is written down', async () => {
  const pick = 'export { id url approvedBy { id } }';
  const input = { networkId: 'net:africa', reason: 'Sample reason' };
  const refused = async (persona: string, name: string, type: string, given: object) => {
    const member = await world.people.as(persona);
    const query = `mutation ($i: ${type}!) { act: ${name}(input: $i) { problems { __typename } } }`;
    const i = { clientMutationId: `l${++serial}`, ...given };
    return (await member.ask(query, { i })).data.act.problems[0]?.__typename;
  };
  for (const persona of ['africa-rep', 'safety-officer', 'americas-coordinator', 'operator', 'partner']) {
    expect(await refused(persona, 'requestDirectoryExport', 'RequestDirectoryExportInput', input)).toBe(
      'ForbiddenError',
    );
  }
  const asked = await act('africa-coordinator', 'requestDirectoryExport', 'RequestDirectoryExportInput', input, pick);
  expect(asked.export).toMatchObject({ url: null, approvedBy: null });
  const { id } = asked.export;
  const approve = (persona: string) =>
    refused(persona, 'approveDirectoryExport', 'ApproveDirectoryExportInput', { id });
  expect(await approve('africa-coordinator')).toBe('ForbiddenError');
  expect(await approve('americas-coordinator')).toBe('ValidationError');
  const fetched = async (persona: string) => {
    const { token } = await world.people.as(persona);
    const response = await fetch(`${world.url}/files/members/${encodeURIComponent(id)}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: response.status, text: await response.text() };
  };
  expect((await fetched('africa-coordinator')).status).toBe(404);
  expect(await approve('steering-member')).toBeUndefined();
  expect(await approve('steering-member')).toBe('ValidationError');
  await owner.query("UPDATE members.organisation SET safety_locked = true WHERE id = 'org:s09'");
  await owner.query("UPDATE members.organisation SET website = '=1+1' WHERE id = 'org:s10'");
  await owner.query(`UPDATE members.organisation SET website = 'https://canary-closed.example.org',
    field_visibility = '{"website": "GROUP"}' WHERE id = 'org:s07'`);
  await owner.query("UPDATE members.seat SET frozen_at = now() WHERE id = 'seat:s12'");
  for (const persona of ['africa-coordinator', 'steering-member']) {
    const { status, text } = await fetched(persona);
    expect(status).toBe(200);
    expect(text.split('\n')[0]).toContain('organisation,stakeholder type,country');
    expect(text).toContain('Sample Organisation UG-1, Coordinator seat');
    expect(text).toContain("'=1+1");
    // also of who reads it himself: the file is passed on
    const hidden = ['UG-3', 'Sample Persona', 'persona7@', 'persona10@', 'canary-closed'];
    for (const word of hidden) expect(text).not.toContain(word);
    expect(text).toContain('Sample Organisation Africa-3');
    expect(text).not.toContain('Africa-3, '); // its seat is frozen
  }
  for (const persona of ['africa-rep', 'safety-officer', 'americas-coordinator', 'operator']) {
    expect([persona, (await fetched(persona)).status]).toEqual([persona, 404]);
  }
  const { rows } = await owner.query('SELECT detail FROM audit.entry WHERE target_id = $1 ORDER BY position', [id]);
  expect(rows.map(({ detail }) => detail)).toEqual(['REQUESTED', 'APPROVED', 'READ', 'READ']);
  await owner.query("UPDATE members.organisation SET safety_locked = false WHERE id = 'org:s09'");
  await owner.query("UPDATE members.seat SET frozen_at = NULL WHERE id = 'seat:s12'");

  // two who lead the network, and not one and somebody who did
  const again = await act('africa-coordinator', 'requestDirectoryExport', 'RequestDirectoryExportInput', input, pick);
  const set = (at: string) =>
    owner.query(`UPDATE members.role_assignment SET revoked_at = ${at} WHERE seat_id = 'seat:s07'`);
  await set('now()');
  const late = { id: again.export.id };
  expect(await refused('steering-member', 'approveDirectoryExport', 'ApproveDirectoryExportInput', late)).toBe(
    'ValidationError',
  );
  await set('NULL');
});
