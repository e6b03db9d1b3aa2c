import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Actor, Role } from '../../kit/context.ts';
import { openDatabase } from '../../kit/database/open.ts';
import { reviewApplication } from '../../subgraphs/members/commands/memberships.ts';
import { Membership, MembershipEvent, Sponsorship } from '../../subgraphs/members/entities/membership.ts';
import { Organisation } from '../../subgraphs/members/entities/organisation.ts';
import { RoleAssignment, Seat, SeatOffer } from '../../subgraphs/members/entities/seat.ts';
import { migrations } from '../../subgraphs/members/migrations/index.ts';
import {
  type MembershipStatus,
  membershipStatuses,
  membershipSteps,
  openStatuses,
} from '../../subgraphs/members/states.ts';
import { type MembersWorld, personas, startMembers } from './world.ts';

let world: MembersWorld;
beforeAll(async () => {
  world = await startMembers();
});
afterEach(() => world.clear());
afterAll(() => world.stop());

let serial = 0;
const problems = 'problems { __typename ... on UserError { message path } }';
/** What is needed to decide an application so, or to end a membership, if it is to be decided. */
const decided = async (id: string, from: MembershipStatus, to: MembershipStatus) =>
  (openStatuses.includes(from) && ['ACTIVE', 'DECLINED'].includes(to)) || to === 'ENDED'
    ? { decisionId: await world.prepare(id, to === 'DECLINED' ? 'NOT_ADOPTED' : 'ADOPTED') }
    : {};
/** @returns the new state, or the problem as `Type: message` */
async function review(
  actor: Actor | string,
  membershipId: string,
  to: MembershipStatus,
  more: { clientMutationId?: string; decisionId?: string; note?: string; expectedVersion?: number } = {},
) {
  const { data } = await world.ask(
    actor,
    `mutation ($input: ReviewApplicationInput!) { reviewApplication(input: $input) { membership { status } ${problems} } }`,
    { input: { clientMutationId: `c${++serial}`, membershipId, to, note: 'why', ...more } },
  );
  const { membership, problems: met } = data.reviewApplication;
  return membership?.status ?? `${met[0].__typename}: ${met[0].message}`;
}
const application = (networkId: string, more: object = {}) => ({
  clientMutationId: `c${++serial}`,
  networkId,
  organisationName: 'A new organisation',
  stakeholderType: 'ACADEMIA',
  country: 'UG',
  motivation: 'We work on this.',
  thematicTags: [],
  languages: ['en'],
  ...more,
});
async function apply(actor: Actor | string, input: object) {
  const { data } = await world.ask(
    actor,
    `mutation ($input: ApplyInput!) { applyForMembership(input: $input) { membership { id status } ${problems} } }`,
    { input },
  );
  return data.applyForMembership;
}
const roleMutation = (name: 'assignRole' | 'revokeRole') =>
  name === 'assignRole'
    ? `mutation ($i: AssignRoleInput!) { change: assignRole(input: $i) { seat { roles { role body { id } } } ${problems} } }`
    : `mutation ($seatId: ID!, $role: Role!, $networkId: ID!, $bodyId: ID) { change: revokeRole(seatId: $seatId, role: $role,
        networkId: $networkId, bodyId: $bodyId) { seat { roles { role body { id } } } ${problems} } }`;
interface RoleChange {
  seatId: string;
  role: Role;
  networkId: string;
  bodyId?: string;
  startsOn?: string;
  endsOn?: string;
}
/** @returns 'done', or the problem's type */
async function change(name: 'assignRole' | 'revokeRole', actor: Actor | string, input: RoleChange) {
  const variables = name === 'assignRole' ? { i: { clientMutationId: `c${++serial}`, ...input } } : input;
  const { data, errors } = await world.ask(actor, roleMutation(name), variables);
  expect(errors).toBeUndefined();
  return data.change.seat ? 'done' : data.change.problems[0].__typename;
}
const events = (subject: string) =>
  world.sql(
    'SELECT type, event_type, visibility, countries, data FROM feed.event WHERE subject = $1 ORDER BY position',
    [`membership/${subject}`],
  );

describe('membership states', () => {
  const pairs = membershipStatuses.flatMap((from) => membershipStatuses.map((to) => [from, to] as const));
  test.each(pairs)('%s to %s', async (from, to) => {
    const id = await world.enterMembership('net:africa', from);
    const expected = membershipSteps[from].includes(to)
      ? to
      : `ValidationError: A membership does not go from ${from} to ${to}.`;
    expect(await review('steering-member', id, to, await decided(id, from, to))).toBe(expected);
  });

  const forbidden = (to: string) => `ForbiddenError: Your role does not move a membership of this network to ${to}.`;
  const hidden = 'ValidationError: membershipId: no such membership.';
  test.each<[string, string, MembershipStatus, MembershipStatus, 'done' | 'forbidden' | 'hidden']>([
    ['africa-coordinator', 'net:africa', 'APPLIED', 'UNDER_REVIEW', 'done'],
    ['africa-coordinator', 'net:africa', 'UNDER_REVIEW', 'MORE_INFO', 'done'],
    ['africa-coordinator', 'net:africa', 'UNDER_REVIEW', 'ACTIVE', 'forbidden'],
    ['africa-coordinator', 'net:africa', 'UNDER_REVIEW', 'DECLINED', 'forbidden'],
    ['africa-coordinator', 'net:africa', 'ACTIVE', 'SUSPENDED', 'forbidden'],
    ['steering-member', 'net:africa', 'UNDER_REVIEW', 'DECLINED', 'done'],
    ['safety-officer', 'net:africa', 'UNDER_REVIEW', 'DECLINED', 'done'],
    ['safety-officer', 'net:africa', 'ACTIVE', 'SUSPENDED', 'done'],
    ['safety-officer', 'net:africa', 'UNDER_REVIEW', 'ACTIVE', 'forbidden'],
    ['americas-coordinator', 'net:americas', 'UNDER_REVIEW', 'ACTIVE', 'done'], // no Steering Committee there
    ['americas-coordinator', 'net:africa', 'UNDER_REVIEW', 'ACTIVE', 'hidden'],
    ['steering-member', 'net:americas', 'UNDER_REVIEW', 'ACTIVE', 'hidden'],
    ['americas-editor', 'net:americas', 'APPLIED', 'UNDER_REVIEW', 'hidden'],
    ['americas-editor', 'net:americas', 'ACTIVE', 'SUSPENDED', 'forbidden'],
    ['un-liaison', 'net:africa', 'APPLIED', 'UNDER_REVIEW', 'hidden'],
    ['operator', 'net:africa', 'APPLIED', 'UNDER_REVIEW', 'hidden'],
    ['partner', 'net:africa', 'APPLIED', 'UNDER_REVIEW', 'hidden'],
  ])('%s in %s, %s to %s: %s', async (persona, network, from, to, verdict) => {
    const id = await world.enterMembership(network, from);
    const more = verdict === 'done' && persona !== 'safety-officer' ? await decided(id, from, to) : {};
    expect(await review(persona, id, to, more)).toBe({ done: to, forbidden: forbidden(to), hidden }[verdict]);
  });

  test.each([
    ['steering-member', 'net:africa'],
    ['americas-coordinator', 'net:americas'], // no Steering Committee there: the network itself decides
  ])('%s ends no member of %s but one that is suspended, by a decision on just that', async (persona, network) => {
    const id = await world.enterMembership(network, 'ACTIVE');
    const admission = await world.prepare(id);
    for (const to of ['WITHDRAWN', 'ENDED'] as const) {
      expect(await review(persona, id, to, { decisionId: admission })).toContain('does not go from ACTIVE');
    }
    expect(await review(persona, id, 'SUSPENDED')).toBe('SUSPENDED');
    expect(await review(persona, id, 'WITHDRAWN')).toContain('does not go from SUSPENDED to WITHDRAWN');
    const end = (decisionId?: string) => review(persona, id, 'ENDED', decisionId ? { decisionId } : {});
    expect(await end()).toBe(
      "ValidationError: decisionId: ENDED needs a concluded decision on the membership's contentHash.",
    );
    expect(await end(admission)).toContain('not taken on the end of this membership');
    expect(await end(await world.prepare(id, 'NOT_ADOPTED'))).toContain('it was NOT_ADOPTED');
    const early = await world.prepare(id);
    for (const to of ['ACTIVE', 'SUSPENDED'] as const) expect(await review(persona, id, to)).toBe(to);
    expect(await end(early)).toContain('as it stands now'); // it was given back since
    expect(await end(await world.prepare(id))).toBe('ENDED');
  });

  test('what does not exist and what may not be seen get one answer', async () => {
    expect(await review('partner', 'mem:nothing', 'UNDER_REVIEW')).toBe(hidden);
  });

  test('two reviewers at once: one step is taken, the other is told both states', async () => {
    const id = await world.enterMembership('net:africa', 'UNDER_REVIEW');
    const decisionId = await world.prepare(id);
    const answers = await Promise.all([
      review('steering-member', id, 'ACTIVE', { decisionId }),
      review('safety-officer', id, 'DECLINED'),
    ]);
    expect(answers.filter((a) => a.startsWith('ValidationError: A membership does not go from'))).toHaveLength(1);
  });
});

describe('what the feed is told', () => {
  test('joining and leaving, each with its row; a suspension and its end are not told', async () => {
    const id = await world.enterMembership('net:africa', 'UNDER_REVIEW');
    const decisionId = await world.prepare(id);
    for (const to of ['ACTIVE', 'SUSPENDED', 'ACTIVE', 'SUSPENDED'] as const) {
      expect(await review('steering-member', id, to, { decisionId })).toBe(to);
    }
    expect(await review('steering-member', id, 'ENDED', { decisionId: await world.prepare(id) })).toBe('ENDED');
    const organisationId = id.replace('mem', 'org');
    expect(await events(id)).toEqual([
      {
        type: 'MEMBER_JOINED',
        event_type: 'org.net4u.member.joined.v1',
        visibility: 'PARTNERS',
        countries: ['UG'],
        data: { membershipId: id, organisationId, status: 'ACTIVE', version: 2 },
      },
      {
        type: 'MEMBER_LEFT',
        event_type: 'org.net4u.member.left.v1',
        visibility: 'PARTNERS',
        countries: ['UG'],
        data: { membershipId: id, organisationId, status: 'ENDED', version: 6 },
      },
    ]);
    const history = await world.refer('steering-member', 'Membership', [id], 'statusHistory { from to bySeat { id } }');
    expect(history[0].statusHistory).toHaveLength(5);
    expect(history[0].statusHistory[0]).toEqual({ from: 'UNDER_REVIEW', to: 'ACTIVE', bySeat: { id: 'seat:s10' } });
  });

  test('a rolled-back review leaves neither row nor event', async () => {
    const id = await world.enterMembership('net:africa', 'UNDER_REVIEW');
    const entities = [Membership, MembershipEvent, Sponsorship, Organisation, Seat, SeatOffer, RoleAssignment];
    const decisionId = await world.prepare(id);
    const database = await openDatabase({ ...world.database, subgraph: 'members', entities, migrations });
    const input = { clientMutationId: 'rolled-back', membershipId: id, to: 'ACTIVE' as const, decisionId, note: 'why' };
    const failing = database.transaction(async (tx) => {
      await reviewApplication(tx, world.actor('steering-member'), input);
      throw new Error('lost power');
    });
    await expect(failing).rejects.toThrow('lost power');
    await database.stop();
    expect(await events(id)).toEqual([]);
    expect(await world.sql('SELECT status, version FROM members.membership WHERE id = $1', [id])).toEqual([
      { status: 'UNDER_REVIEW', version: 1 },
    ]);
    expect(await review('steering-member', id, 'ACTIVE', { clientMutationId: 'rolled-back', decisionId })).toBe(
      'ACTIVE',
    );
    expect(await events(id)).toHaveLength(1);
  });

  test('the shipped members have joined', async () => {
    const [{ n }] = await world.sql(
      "SELECT count(*)::int AS n FROM feed.event WHERE type = 'MEMBER_JOINED' AND subject NOT LIKE '%:t%'",
    );
    expect(n).toBe(14);
  });
});

describe('applications', () => {
  test.each([...personas, 'partner'])('%s', async (persona) => {
    const may = ['operator', 'africa-coordinator'].includes(persona); // the operator is a person without a seat
    const { membership, problems: met } = await apply(persona, application('net:africa'));
    expect(membership?.status ?? met[0].__typename).toBe(may ? 'APPLIED' : 'ForbiddenError');
    if (membership) expect(await events(membership.id)).toEqual([]);
  });

  test('one clientMutationId, one application; other input is refused', async () => {
    const input = application('net:africa');
    const answers = await Promise.all([1, 2, 3].map(() => apply('africa-coordinator', input)));
    expect(new Set(answers.map((a) => a.membership.id)).size).toBe(1);
    const other = await apply('africa-coordinator', { ...input, motivation: 'Something else.' });
    expect(other).toMatchObject({ membership: null, problems: [{ path: ['input', 'clientMutationId'] }] });
    const sameIdOfAnother = await apply('operator', input);
    expect(sameIdOfAnother.membership.id).not.toBe(answers[0].membership.id);
  });

  test.each([
    [{ organisationName: ' ' }, 'organisationName'],
    [{ organisationName: 'x'.repeat(201) }, 'organisationName'],
    [{ motivation: 'x'.repeat(4_001) }, 'motivation'],
    [{ sponsorOrganisationId: 'org:s01' }, 'sponsorOrganisationId'], // a member of the other network
    [{ clientMutationId: '' }, 'clientMutationId'],
  ])('bad input is named: %#', async (more, field) => {
    const answer = await apply('africa-coordinator', application('net:africa', more));
    expect(answer).toMatchObject({
      membership: null,
      problems: [{ __typename: 'ValidationError', path: ['input', field] }],
    });
  });
});

test('a member withdraws by a seat that speaks for it, and its seats lose their rights', async () => {
  const withdraw = async (persona: string) => {
    const query = `mutation { withdrawMembership(membershipId: "mem:s08") { membership { status } ${problems} } }`;
    const { membership, problems: met } = (await world.ask(persona, query)).data.withdrawMembership;
    return membership?.status ?? met[0].__typename;
  };
  for (const persona of [...personas, 'partner']) expect(await withdraw(persona)).toBe('ForbiddenError');
  expect(
    await change('assignRole', 'africa-coordinator', {
      seatId: 'seat:s08',
      role: 'MEMBER_REP',
      networkId: 'net:africa',
    }),
  ).toBe('done');
  const before = await world.rightsVersion();
  const rep = (await world.resolve('persona:africa-editor')) as Actor;
  expect(
    (await world.ask(rep, `mutation { withdrawMembership(membershipId: "mem:s08") { membership { status } } }`)).data,
  ).toEqual({
    withdrawMembership: { membership: { status: 'WITHDRAWN' } },
  });
  expect(await world.rightsVersion()).toBeGreaterThan(before);
  expect(await world.resolve('persona:africa-editor')).toMatchObject({ networks: [], roles: [] });
  expect((await events('mem:s08')).map((e) => e.type)).toEqual(['MEMBER_JOINED', 'MEMBER_LEFT']);
  const [organisation] = await world.refer('partner', 'Organisation', ['org:s08'], 'name country { code }');
  expect(organisation).toEqual({ name: 'Sample Organisation UG-2', country: null });
});

test('two seats of one organisation that take one name at once: one is told that the other has it', async () => {
  const set = async (seatId: string, alias: string) => {
    const query = `mutation ($i: UpdateSeatInput!) { updateSeat(input: $i) { seat { alias } ${problems} } }`;
    const i = { clientMutationId: `c${++serial}`, seatId, alias, expectedVersion: 1 };
    return (await world.ask('africa-rep', query, { i })).data.updateSeat.problems[0]?.message ?? 'done';
  };
  for (const n of [1, 2, 3, 4, 5, 6])
    await world.sql(`INSERT INTO members.seat (id, organisation_id, alias, display_mode, provenance)
      VALUES ('seat:t${n}', 'org:s09', 'Twin ${n}', 'SEAT_ALIAS', 'USER')`);
  const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => set(`seat:t${n}`, 'The same')));
  expect(answers.filter((one) => one === 'done')).toHaveLength(1);
  await world.sql("DELETE FROM members.seat WHERE id LIKE 'seat:t%'");
});

describe('roles', () => {
  const africa = (role: Role, more: Partial<RoleChange> = {}) => ({
    seatId: 'seat:s11',
    role,
    networkId: 'net:africa',
    ...more,
  });
  const americas = (role: Role, more: Partial<RoleChange> = {}) => ({
    seatId: 'seat:s04',
    role,
    networkId: 'net:americas',
    ...more,
  });
  test.each<[string, RoleChange, string]>([
    ['steering-member', africa('MEMBER_EDITOR'), 'done'],
    ['steering-member', africa('COORDINATOR'), 'done'],
    ['steering-member', africa('SAFETY_OFFICER'), 'done'],
    ['steering-member', africa('SAFETY_OFFICER', { seatId: 'seat:s10' }), 'ForbiddenError'],
    ['steering-member', africa('STEERING_COMMITTEE', { bodyId: 'body:af-sc' }), 'done'],
    ['steering-member', africa('PLATFORM_OPERATOR'), 'ValidationError'],
    ['steering-member', africa('EXPERT_GROUP_LEAD'), 'ValidationError'],
    ['steering-member', africa('MEMBER_REP', { bodyId: 'body:am-1' }), 'ValidationError'],
    ['steering-member', africa('MEMBER_REP', { seatId: 'seat:s04' }), 'ValidationError'],
    ['steering-member', africa('MEMBER_REP', { seatId: 'seat:none' }), 'ValidationError'],
    ['steering-member', africa('MEMBER_REP'), 'ValidationError'], // held already
    ['steering-member', africa('MEMBER_EDITOR', { startsOn: '2027-03', endsOn: '2027-02-28' }), 'ValidationError'],
    ['steering-member', africa('MEMBER_EDITOR', { endsOn: '2024' }), 'ValidationError'],
    ['steering-member', americas('MEMBER_EDITOR'), 'ForbiddenError'],
    ['africa-coordinator', africa('MEMBER_EDITOR'), 'done'],
    ['africa-coordinator', africa('COORDINATOR'), 'ForbiddenError'],
    ['africa-coordinator', africa('STEERING_COMMITTEE', { bodyId: 'body:af-sc' }), 'ForbiddenError'],
    ['africa-coordinator', africa('SAFETY_OFFICER'), 'ForbiddenError'],
    ['americas-coordinator', americas('EXPERT_GROUP_LEAD', { bodyId: 'body:am-3' }), 'done'],
    ['americas-coordinator', americas('UN_LIAISON'), 'ForbiddenError'],
    ['americas-editor', americas('MEMBER_EDITOR'), 'ForbiddenError'],
    ['safety-officer', africa('MEMBER_EDITOR'), 'ForbiddenError'],
    ['un-liaison', africa('MEMBER_EDITOR'), 'ForbiddenError'],
    ['operator', africa('MEMBER_EDITOR'), 'ForbiddenError'],
    ['partner', africa('MEMBER_EDITOR'), 'ForbiddenError'],
  ])('%s assigns %j: %s', async (persona, input, expected) => {
    const before = await world.rightsVersion();
    expect(await change('assignRole', persona, input)).toBe(expected);
    const after = await world.rightsVersion();
    expect(after > before).toBe(expected === 'done');
    if (expected !== 'done') return;
    for (const other of ['un-liaison', 'partner', 'observer']) {
      expect(await change('revokeRole', other, input)).toBe('ForbiddenError');
    }
    expect(await change('revokeRole', persona, input)).toBe('done');
    expect(await world.rightsVersion()).toBeGreaterThan(after);
    expect(await change('revokeRole', persona, input)).toBe('ValidationError');
  });

  test('nobody takes a body that another network has made, or will make, by giving a role in it first', async () => {
    await world.makeBody('net:americas', 'body:new-group');
    const lead = (bodyId: string) => africa('EXPERT_GROUP_LEAD', { bodyId });
    for (const bodyId of ['body:new-group', 'body:yet-to-come']) {
      expect(await change('assignRole', 'steering-member', lead(bodyId))).toBe('ValidationError');
    }
    const own = americas('EXPERT_GROUP_LEAD', { bodyId: 'body:new-group' });
    expect(await change('assignRole', 'americas-coordinator', own)).toBe('done');
    expect(await change('revokeRole', 'americas-coordinator', own)).toBe('done');
  });
});
