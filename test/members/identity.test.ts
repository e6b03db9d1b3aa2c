import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDatabase } from '../../kit/database/open.ts';
import { Membership, MembershipEvent } from '../../subgraphs/members/entities/membership.ts';
import { Organisation } from '../../subgraphs/members/entities/organisation.ts';
import { expireInvitations } from '../../subgraphs/members/invitations.ts';
import { migrations } from '../../subgraphs/members/migrations/index.ts';
import { type MembersWorld, records, startMembers } from './world.ts';

let world: MembersWorld;
beforeAll(async () => {
  world = await startMembers();
});
afterAll(() => world.stop());

describe('resolveActor', () => {
  test('a person with a seat is that seat, with its current roles', async () => {
    expect(await world.resolve('persona:steering-member')).toEqual({
      kind: 'SEAT',
      subject: 'persona:steering-member',
      personId: 'person:p10',
      seatId: 'seat:s10',
      organisationId: 'org:s10',
      networks: ['net:africa'],
      roles: [
        { role: 'MEMBER_REP', networkId: 'net:africa', bodyId: null },
        { role: 'STEERING_COMMITTEE', networkId: 'net:africa', bodyId: 'body:af-sc' },
      ],
      rightsVersion: await world.rightsVersion(),
    });
  });

  test('the operator is a person without a seat', async () => {
    expect(await world.resolve('persona:operator')).toEqual({
      kind: 'PERSON',
      subject: 'persona:operator',
      personId: 'person:operator',
      networks: [],
      roles: [{ role: 'PLATFORM_OPERATOR', networkId: null, bodyId: null }],
      rightsVersion: await world.rightsVersion(),
    });
  });

  test.each([
    ['persona:nobody', undefined],
    ['', undefined],
    ['persona:africa-rep', 'seat:s08'],
    ['persona:africa-rep', 'seat:uydel-coordinator'],
    ['persona:africa-rep', 'seat:none'],
    ['persona:africa-rep', ''],
    ['persona:operator', 'seat:s08'],
  ])('%s in seat %s is nobody', async (subject, seat) => {
    expect(await world.resolve(subject, seat)).toBeNull();
  });

  test('a person with two seats chooses; without a choice it is the first', async () => {
    await world.sql(
      `INSERT INTO members.seat (id, organisation_id, alias, display_mode, person_id, provenance)
       VALUES ('seat:s09b', 'org:s09', 'Second seat', 'SEAT_ALIAS', 'person:p09', 'USER')`,
    );
    expect(await world.resolve('persona:africa-rep')).toMatchObject({ seatId: 'seat:s09' });
    const second = await world.resolve('persona:africa-rep', 'seat:s09b');
    expect(second).toMatchObject({ seatId: 'seat:s09b', networks: [], roles: [] });
    const { data } = await world.ask('africa-rep', '{ viewer { seats { id } } }');
    expect(data.viewer.seats).toEqual([{ id: 'seat:s09' }, { id: 'seat:s09b' }]);
    await world.sql("DELETE FROM members.seat WHERE id = 'seat:s09b'");
  });

  test('every persona of the records resolves, and to its own first seat', async () => {
    for (const { subject, seats } of records.persons) {
      const actor = await world.resolve(subject);
      expect(actor?.seatId).toBe(seats[0]);
    }
  });
});

const setStatus = (id: string, status: string) =>
  world.sql('UPDATE members.membership SET status = $2 WHERE id = $1', [id, status]);

test.each(['SUSPENDED', 'ENDED', 'WITHDRAWN'])(
  'a seat whose organisation is %s in a network has no role there',
  async (status) => {
    await setStatus('mem:s10', status);
    expect(await world.resolve('persona:steering-member')).toMatchObject({ networks: [], roles: [] });
    const [body] = await world.refer('africa-rep', 'Body', ['body:af-sc'], 'seats { id }');
    expect(body.seats).toEqual([]);
    await setStatus('mem:s10', 'ACTIVE');
    expect(await world.resolve('persona:steering-member')).toMatchObject({ networks: ['net:africa'] });
  },
);

test('an office that is no member keeps its roles, unless it was one and lost that', async () => {
  expect(await world.resolve('persona:un-liaison')).toMatchObject({ networks: ['net:africa', 'net:americas'] });
  await world.sql(
    `INSERT INTO members.membership (id, organisation_id, network_id, status, provenance)
     VALUES ('mem:un', 'org:sample-un', 'net:africa', 'SUSPENDED', 'USER')`,
  );
  expect(await world.resolve('persona:un-liaison')).toMatchObject({ networks: ['net:americas'] });
  await world.sql("DELETE FROM members.membership WHERE id = 'mem:un'");
});

const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

// Days, months and years as they are written; two days off, so that midnight during the run changes nothing.
test.each([
  [null, null, true],
  [day(-2), null, true],
  [day(2), null, false],
  [null, day(2), true],
  [null, day(-2), false],
  ['2023-12', null, true],
  ['2023', '2099', true],
  [null, '2024-01', false],
  ['2099-01', null, false],
  [null, day(2).slice(0, 4), true],
])('a role from %s to %s is held today: %s', async (startsOn, endsOn, held) => {
  const set = (from: string | null, to: string | null) =>
    world.sql("UPDATE members.role_assignment SET starts_on = $1, ends_on = $2 WHERE seat_id = 'seat:s09'", [from, to]);
  const before = await world.rightsVersion();
  await set(startsOn, endsOn);
  const actor = await world.resolve('persona:africa-rep');
  expect(actor?.roles.length).toBe(held ? 1 : 0);
  // An end that comes by the calendar raises the version too, or nobody would ask for the actor again.
  if (!held && endsOn) expect(await world.rightsVersion()).toBeGreaterThan(before);
  await set(null, null);
});

describe('an invitation that nobody answers', () => {
  const invite = async (clientMutationId: string, subject: string) => {
    const input = {
      ...{ clientMutationId, networkId: 'net:africa', subject, note: 'canary-note' },
      ...{
        organisationName: 'Canary of nobody',
        stakeholderType: 'ACADEMIA',
        country: 'UG',
        thematicTags: ['canary-tag'],
      },
    };
    const { data } = await world.ask(
      'africa-coordinator',
      'mutation ($input: InviteInput!) { inviteOrganisation(input: $input) { membership { id invitedUntil } } }',
      { input },
    );
    return data.inviteOrganisation.membership as { id: string; invitedUntil: string };
  };
  const accept = async (subject: string, membershipId: string) => {
    const input = { clientMutationId: 'a1', membershipId, motivation: 'Yes.', yourName: 'Sample Persona Late' };
    const { data } = await world.ask(
      (await world.resolve(subject))!,
      `mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { membership { status }
        problems { ... on UserError { message } } } }`,
      { input },
    );
    return data.acceptInvitation.membership?.status ?? data.acceptInvitation.problems[0].message;
  };
  const day = 86_400_000;

  test('is over after 30 days, in one of two processes, with all that it says; one that was accepted stays', async () => {
    const [late, taken] = [await invite('i1', 'guest:late'), await invite('i2', 'guest:taken')];
    const term = Date.parse(late.invitedUntil) - Date.now();
    expect([term > 29.9 * day, term <= 30 * day]).toEqual([true, true]);
    expect(await accept('guest:taken', taken.id)).toBe('APPLIED');
    const open = () =>
      openDatabase({
        ...{ ...world.database, subgraph: 'members', migrations },
        entities: [Membership, MembershipEvent, Organisation],
      });
    const [one, other] = await Promise.all([open(), open()]);
    expect(await expireInvitations(one, () => new Date(Date.now() + 29 * day))).toEqual([]);
    await world.sql("UPDATE members.membership SET invited_until = now() WHERE status IN ('INVITED', 'APPLIED')");
    expect(await accept('guest:late', late.id)).toContain('has expired');
    const swept = await Promise.all([expireInvitations(one), expireInvitations(other)]);
    await Promise.all([one.stop(), other.stop()]);
    expect(swept.flat()).toEqual([late.id]);
    const [{ text }] = await world.sql(
      `SELECT row_to_json(m)::text || row_to_json(o)::text || (SELECT string_agg(row_to_json(e)::text, '') FROM members.membership_event e
         WHERE e.membership_id = m.id) AS text
       FROM members.membership m JOIN members.organisation o ON o.id = m.organisation_id WHERE m.id = $1`,
      [late.id],
    );
    for (const gone of ['anary', 'guest:late']) expect(text).not.toContain(gone);
    expect(await world.resolve('guest:late')).toBeNull();
    expect(await world.resolve('guest:taken')).not.toBeNull();
    const history = 'status invitedUntil statusHistory { from to note bySeat { id } byApplicant }';
    expect(await world.refer('africa-coordinator', 'Membership', [late.id], history)).toEqual([
      {
        ...{ status: 'WITHDRAWN', invitedUntil: null },
        statusHistory: [
          { from: null, to: 'INVITED', note: null, bySeat: { id: 'seat:s07' }, byApplicant: false },
          { from: 'INVITED', to: 'WITHDRAWN', note: null, bySeat: null, byApplicant: false },
        ],
      },
    ]);
    const acts = await world.sql('SELECT detail FROM audit.entry WHERE target_id = $1 ORDER BY position', [late.id]);
    expect(acts.at(-1)).toEqual({ detail: 'INVITATION_EXPIRED' });
    expect(await world.resolve('persona:africa-coordinator')).not.toBeNull(); // who invited is nobody who applied
  });
});
