import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Actor } from '../../kit/context.ts';
import { openDatabase } from '../../kit/database/open.ts';
import { Membership, MembershipEvent, Sponsorship } from '../../subgraphs/members/entities/membership.ts';
import { Organisation } from '../../subgraphs/members/entities/organisation.ts';
import { Person } from '../../subgraphs/members/entities/person.ts';
import { RoleAssignment, Seat, SeatOffer } from '../../subgraphs/members/entities/seat.ts';
import { eraseApplications } from '../../subgraphs/members/erasure.ts';
import { migrations } from '../../subgraphs/members/migrations/index.ts';
import { type MembersWorld, personas, startMembers } from './world.ts';

let world: MembersWorld;
beforeAll(async () => {
  world = await startMembers();
});
afterAll(() => world.stop());

let serial = 0;
/** Calls a mutation. @returns the membership, or the problem as `Type path: message` */
async function act(actor: Actor | string, name: string, type: string, input: object, pick = 'id status') {
  const { data, errors } = await world.ask(
    actor,
    `mutation ($input: ${type}!) { act: ${name}(input: $input) { membership { ${pick} } problems { __typename ... on UserError { message path } } } }`,
    { input: { clientMutationId: `a${++serial}`, ...input } },
  );
  expect(errors).toBeUndefined();
  const [problem] = data.act.problems;
  return problem ? `${problem.__typename}: ${problem.message}` : data.act.membership;
}
const review = async (actor: Actor | string, membershipId: string, to: string, more: object = {}) => {
  const answer = await act(actor, 'reviewApplication', 'ReviewApplicationInput', { membershipId, to, ...more });
  return typeof answer === 'string' ? answer : (answer?.status ?? null);
};
const guest = async (subject: string) => (await world.resolve(subject)) as Actor;
const invite = (subject: string, networkId = 'net:africa', by = 'africa-coordinator') =>
  act(by, 'inviteOrganisation', 'InviteInput', {
    networkId,
    subject,
    organisationName: `Guests of ${subject}`,
    stakeholderType: 'ACADEMIA',
    country: 'UG',
    languages: ['en'],
    thematicTags: ['ports'],
    note: 'canary-invitation-note',
  });
const accept = (actor: Actor, membershipId: string, more: object = {}) =>
  act(actor, 'acceptInvitation', 'AcceptInvitationInput', {
    membershipId,
    motivation: 'canary-motivation',
    yourName: 'Sample Persona Guest',
    sponsorOrganisationIds: ['org:s09', 'org:s10'],
    ...more,
  });
const openWith = () =>
  openDatabase({
    ...world.database,
    subgraph: 'members',
    entities: [Organisation, Membership, MembershipEvent, Sponsorship, Person, Seat, SeatOffer, RoleAssignment],
    migrations,
  });

describe('an application from the invitation to the first seat', () => {
  let id: string;
  test('only whom the invitation names may sign in, and sees nothing else', async () => {
    expect(await world.resolve('guest:ann')).toBeNull();
    id = (await invite('guest:ann')).id;
    expect(await world.resolve('guest:bob')).toBeNull();
    const ann = await guest('guest:ann');
    expect(ann).toMatchObject({ kind: 'PERSON', networks: [], roles: [] });
    expect(ann.personId).toBeUndefined();
    const { data } = await world.ask(ann, '{ viewer { applications { id status organisation { name website } } } }');
    expect(data.viewer.applications).toEqual([
      { id, status: 'INVITED', organisation: { name: 'Guests of guest:ann', website: null } },
    ]);
    for (const persona of [...personas, 'partner']) {
      const seen = await world.refer(persona, 'Membership', [id], 'id');
      const handles = ['africa-coordinator', 'steering-member', 'safety-officer'].includes(persona);
      expect([persona, seen[0] !== null]).toEqual([persona, handles]);
    }
  });

  test('the invited person gives a name, and applies', async () => {
    const ann = await guest('guest:ann');
    expect(await accept(ann, id, { yourName: null })).toContain('ValidationError: yourName');
    expect(await accept(world.actor('africa-rep'), id)).toBe('ValidationError: membershipId: no such membership.');
    expect(await accept(ann, id, { sponsorOrganisationIds: ['org:s01'] })).toContain('not an ACTIVE member');
    expect(await accept(ann, id)).toEqual({ id, status: 'APPLIED' });
    expect(await accept(ann, id)).toContain('does not go from APPLIED to APPLIED');
    expect((await guest('guest:ann')).personId).toMatch(/^person:/);
  });

  test('is admitted with two sponsors, a check and a decision on its hash, each missed by name', async () => {
    const decide = (more: object) => review('steering-member', id, 'ACTIVE', more);
    expect(await review('africa-coordinator', id, 'UNDER_REVIEW')).toBe('UNDER_REVIEW');
    expect(await decide({})).toContain('0 of 2 sponsors have confirmed');

    const sponsor = (persona: string, answer = 'CONFIRMED') =>
      act(persona, 'answerSponsorship', 'AnswerSponsorshipInput', { membershipId: id, answer, note: 'canary-word' });
    const requests = async (persona: string) =>
      (await world.ask(persona, '{ viewer { sponsorshipRequests { motivation } } }')).data.viewer.sponsorshipRequests;
    expect(await requests('africa-rep')).toEqual([{ motivation: 'canary-motivation' }]);
    expect(await requests('africa-editor')).toEqual([]);
    expect(await sponsor('africa-editor')).toBe('ValidationError: membershipId: no such membership.');
    expect(await sponsor('safety-officer')).toContain('ForbiddenError');
    expect(await sponsor('africa-rep', 'REFUSED')).toMatchObject({ id });
    expect(await sponsor('africa-rep')).toMatchObject({ id });
    expect(await sponsor('steering-member')).toMatchObject({ id });
    expect(await requests('africa-rep')).toEqual([]);

    expect(await decide({})).toContain('has not been checked yet');
    const check = (persona: string) => act(persona, 'checkApplicant', 'CheckApplicantInput', { membershipId: id });
    expect(await check('africa-rep')).toContain('ForbiddenError');
    expect(await check('africa-coordinator')).toMatchObject({ id });
    expect(await decide({})).toContain('decisionId: ACTIVE needs a concluded decision');
    expect(await decide({ decisionId: 'decision:none' })).toContain('concluded no such decision');
    const other = await world.prepare(id, 'ADOPTED', { hash: 'f'.repeat(64) });
    expect(await decide({ decisionId: other })).toContain('on another text');
    const ofGroup = await world.prepare(id, 'ADOPTED', { bodyIds: ['body:am-1'] });
    expect(await decide({ decisionId: ofGroup })).toContain('taken by a group');
    const refused = await world.prepare(id, 'NOT_ADOPTED');
    expect(await decide({ decisionId: refused })).toContain('it was NOT_ADOPTED');
  });

  test('a question is answered by the applicant, who reads it; others read neither', async () => {
    expect(await review('africa-coordinator', id, 'MORE_INFO')).toContain('note: the question');
    expect(await review('africa-coordinator', id, 'MORE_INFO', { note: 'canary-question?' })).toBe('MORE_INFO');
    const ann = await guest('guest:ann');
    const notes = async (actor: Actor | string) =>
      (await world.refer(actor, 'Membership', [id], 'statusHistory { to note byApplicant }'))[0]?.statusHistory;
    expect(await notes(ann)).toEqual([
      { to: 'INVITED', note: null, byApplicant: false }, // for those who handle it
      { to: 'APPLIED', note: null, byApplicant: true },
      { to: 'UNDER_REVIEW', note: null, byApplicant: false },
      { to: 'MORE_INFO', note: 'canary-question?', byApplicant: false },
    ]);
    const answer = (actor: Actor | string) =>
      act(actor, 'answerReview', 'AnswerReviewInput', { membershipId: id, text: 'canary-answer' });
    expect(await answer('africa-rep')).toContain('ForbiddenError'); // a sponsor reads, and does not answer for it
    expect(await answer(ann)).toMatchObject({ status: 'UNDER_REVIEW' });
    expect(await answer(ann)).toContain('nothing was asked');
    expect((await notes('steering-member')).at(-1)).toEqual({
      to: 'UNDER_REVIEW',
      note: 'canary-answer',
      byApplicant: true,
    });
    expect(JSON.stringify(await notes('africa-rep'))).not.toContain('canary-invitation-note');
    expect(await notes('africa-editor')).toBeUndefined();
  });

  test('declined by decision, appealed once, and then admitted: the person is in the first seat', async () => {
    const ann = await guest('guest:ann');
    const appeal = () => act(ann, 'appealDecline', 'AppealInput', { membershipId: id, text: 'Look again.' });
    expect(await appeal()).toContain('it is UNDER_REVIEW, not DECLINED');
    const decisionId = await world.prepare(id, 'NOT_ADOPTED');
    expect(await review('steering-member', id, 'DECLINED', { decisionId })).toBe('DECLINED');
    const again = await Promise.all([appeal(), appeal()]);
    expect(again.filter((one) => typeof one !== 'string')).toHaveLength(1);
    expect(await review('steering-member', id, 'DECLINED', { decisionId })).toContain('carried out before');
    const second = await world.prepare(id);
    const [{ version }] = await world.refer('steering-member', 'Membership', [id], 'version');
    expect(
      await review('steering-member', id, 'ACTIVE', { decisionId: second, expectedVersion: version - 1 }),
    ).toContain('ConflictError');
    expect(await review('steering-member', id, 'ACTIVE', { decisionId: second, expectedVersion: version })).toBe(
      'ACTIVE',
    );
    const actor = await guest('guest:ann');
    expect(actor).toMatchObject({
      kind: 'SEAT',
      networks: ['net:africa'],
      roles: [{ role: 'MEMBER_REP', networkId: 'net:africa', bodyId: null }],
    });
    const { data } = await world.ask(actor, '{ viewer { seat { displayName } person { name } } }');
    expect(data.viewer).toEqual({
      seat: { displayName: 'Guests of guest:ann, Representative' },
      person: { name: 'Sample Persona Guest' },
    });
    const acts = await world.sql(
      "SELECT action, detail FROM audit.entry WHERE target_id = $1 AND action = 'MEMBERSHIP_CHANGED' ORDER BY id",
      [id],
    );
    expect(acts.map(({ detail }) => detail.split(' decision')[0])).toContain('UNDER_REVIEW -> ACTIVE');
  });
});

test('an organisation that is here applies to another network by a seat that speaks for it, and keeps its record', async () => {
  const input = {
    networkId: 'net:americas',
    organisationId: 'org:s09',
    motivation: 'Both sides.',
    sponsorOrganisationIds: ['org:s03'],
  };
  const apply = (persona: string, more: object = {}) =>
    act(persona, 'applyForMembership', 'ApplyInput', { ...input, ...more }, 'id status organisation { id name }');
  expect(await apply('africa-editor', { organisationId: 'org:s08' })).toContain('ForbiddenError'); // types, does not speak
  expect(await apply('americas-coordinator')).toContain('ForbiddenError'); // not its own
  const answers = await Promise.all([apply('africa-rep'), apply('africa-rep')]);
  expect(answers.filter((one) => typeof one === 'string')).toEqual([expect.stringContaining('an applicant, already')]);
  const made = answers.find((one) => typeof one !== 'string');
  expect(made).toMatchObject({ status: 'APPLIED', organisation: { id: 'org:s09', name: 'Sample Organisation UG-3' } });
  const asked = (await world.ask('americas-rep', '{ viewer { sponsorshipRequests { id } } }')).data;
  expect(asked.viewer.sponsorshipRequests).toEqual([{ id: made.id }]);
  const withdraw = (persona: string) =>
    world.ask(
      persona,
      `mutation { withdrawMembership(membershipId: "${made.id}") { membership { status } problems { ... on UserError { message } } } }`,
    );
  expect((await withdraw('americas-rep')).data.withdrawMembership.membership).toBeNull();
  expect((await withdraw('africa-rep')).data.withdrawMembership.membership).toEqual({ status: 'WITHDRAWN' });
  const [{ n }] = await world.sql("SELECT count(*)::int AS n FROM feed.event WHERE type = 'MEMBER_LEFT'");
  expect(n).toBe(0); // it was never a member there
});

test('who sponsors an application and is a member no more counts no more', async () => {
  const id = await world.enterMembership('net:africa', 'UNDER_REVIEW');
  const decisionId = await world.prepare(id);
  const [first] = await world.sql('SELECT organisation_id AS id FROM members.sponsorship WHERE membership_id = $1', [
    id,
  ]);
  const set = (status: string) =>
    world.sql("UPDATE members.membership SET status = $2 WHERE organisation_id = $1 AND network_id = 'net:africa'", [
      first.id,
      status,
    ]);
  await set('SUSPENDED');
  expect(await review('steering-member', id, 'ACTIVE', { decisionId })).toContain('1 of 2 sponsors');
  await set('ACTIVE');
  expect(await review('steering-member', id, 'ACTIVE', { decisionId })).toBe('ACTIVE');
});

test('a network that nobody leads yet gets its first member and coordinator by the operator, who then has no say', async () => {
  const made = await invite('guest:asia', 'net:asia', 'operator');
  const id = made.id;
  expect(await invite('guest:x', 'net:africa', 'operator')).toContain('ForbiddenError');
  expect(await accept(await guest('guest:asia'), id, { sponsorOrganisationIds: [] })).toMatchObject({
    status: 'APPLIED',
  });
  for (const to of ['UNDER_REVIEW', 'ACTIVE']) {
    expect(await review('americas-coordinator', id, to)).toContain('no such membership');
    await review('operator', id, to);
  }
  const first = await guest('guest:asia');
  expect(first.roles).toEqual([{ role: 'MEMBER_REP', networkId: 'net:asia', bodyId: null }]);
  const assign = async (role: string, seatId = first.seatId) => {
    const i = { clientMutationId: `a${++serial}`, seatId, role, networkId: 'net:asia' };
    const query = 'mutation ($i: AssignRoleInput!) { assignRole(input: $i) { problems { __typename } } }';
    return (await world.ask('operator', query, { i })).data.assignRole.problems[0]?.__typename ?? 'done';
  };
  expect(await assign('SAFETY_OFFICER')).toBe('ForbiddenError');
  expect(await assign('COORDINATOR')).toBe('done');
  expect(await assign('COORDINATOR', 'seat:s11')).toBe('ForbiddenError');
  expect(await invite('guest:second', 'net:asia', 'operator')).toContain('ForbiddenError');
});

test('whom an invitation names accepts, answers and appeals, and who invited him does none of it', async () => {
  const { id } = await invite('guest:eve');
  const coordinator = world.actor('africa-coordinator');
  expect(await accept(coordinator, id)).toContain('ForbiddenError');
  expect(await review(coordinator, id, 'APPLIED')).toContain('ForbiddenError');
  expect(await accept(await guest('guest:eve'), id)).toMatchObject({ status: 'APPLIED' });
  await review(coordinator, id, 'UNDER_REVIEW');
  await review(coordinator, id, 'MORE_INFO', { note: 'Who are you?' });
  expect(await act(coordinator, 'answerReview', 'AnswerReviewInput', { membershipId: id, text: 'I' })).toContain(
    'ForbiddenError',
  );
  const { id: other } = await invite('guest:fay');
  const query = `mutation { withdrawMembership(membershipId: "${other}") { membership { status } } }`;
  expect((await world.ask('steering-member', query)).data.withdrawMembership.membership.status).toBe('WITHDRAWN');
});

test('who has entered an application for others, and leads the network no more, neither reads it nor answers for it', async () => {
  const entered = { organisationName: 'Entered', stakeholderType: 'ACADEMIA', country: 'UG', motivation: 'canary' };
  const input = { networkId: 'net:africa', languages: [], thematicTags: [], ...entered };
  const { id } = await act('africa-coordinator', 'applyForMembership', 'ApplyInput', input);
  const roles = [{ role: 'MEMBER_REP' as const, networkId: 'net:africa', bodyId: null }];
  const former = { ...world.actor('africa-coordinator'), roles };
  expect(await world.refer(former, 'Membership', [id], 'motivation')).toEqual([null]);
  const { data } = await world.ask(former, '{ viewer { applications { id } } }');
  expect(data.viewer.applications).not.toContainEqual({ id });
  const ask = (by: Actor | string) =>
    act(by, 'askSponsors', 'AskSponsorsInput', { membershipId: id, organisationIds: ['org:s09'] });
  expect(await ask(former)).toContain('no such membership');
  expect(await ask('africa-coordinator')).toMatchObject({ id });
});

test('no act is written down with a decision that nobody has taken, and a step that a decision does not decide uses none up', async () => {
  const id = await world.enterMembership('net:africa', 'UNDER_REVIEW');
  const decisionId = await world.prepare(id);
  const asks = (decision: string) =>
    review('africa-coordinator', id, 'MORE_INFO', { note: 'Why?', decisionId: decision });
  expect(await asks('José said so')).toContain('concluded no such decision');
  expect(await asks(decisionId)).toBe('MORE_INFO');
  expect(await review('steering-member', id, 'ACTIVE', { decisionId })).toBe('ACTIVE');
  const i = { clientMutationId: 'r1', seatId: 'seat:s11', role: 'MEMBER_EDITOR', networkId: 'net:africa' };
  const query =
    'mutation ($i: AssignRoleInput!) { assignRole(input: $i) { problems { ... on UserError { message } } } }';
  const assign = async (decision: string) =>
    (await world.ask('steering-member', query, { i: { ...i, decisionId: decision } })).data.assignRole.problems;
  expect(await assign('José said so')).toMatchObject([{ message: expect.stringContaining('no such decision') }]);
  expect(await assign(await world.prepare(id, 'NOT_ADOPTED'))).toMatchObject([{ message: expect.any(String) }]);
  expect(await assign(decisionId)).toEqual([]);
});

test('of a member that leaves while it is being hidden, nothing says where it is', async () => {
  const id = await world.enterMembership('net:africa', 'ACTIVE');
  const organisationId = id.replace('mem', 'org');
  await world.sql('BEGIN');
  await world.sql('UPDATE members.organisation SET safety_locked = true WHERE id = $1', [organisationId]);
  let isOver = false;
  const query = `mutation { withdrawMembership(membershipId: "${id}") { membership { status } } }`;
  const leaving = world.ask({ ...world.actor('africa-rep'), organisationId }, query).finally(() => {
    isOver = true;
  });
  const waits = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while (!isOver && (await world.sql(waits)).length === 0) await world.sql('SELECT pg_stat_clear_snapshot()');
  await world.sql('COMMIT');
  expect((await leaving).data.withdrawMembership.membership.status).toBe('WITHDRAWN');
  const said = await world.sql('SELECT type, countries FROM feed.event WHERE subject = $1', [`membership/${id}`]);
  expect(said).toEqual([{ type: 'MEMBER_LEFT', countries: [] }]);
});

test('one person has five applications open at most, and none in a network that is not there', async () => {
  const apply = (networkId: string) =>
    act('operator', 'applyForMembership', 'ApplyInput', {
      ...{ networkId, organisationName: 'One of many', stakeholderType: 'ACADEMIA', country: 'UG' },
      ...{ motivation: 'Again.', languages: [], thematicTags: [] },
    });
  expect(await apply('net:nowhere')).toContain('networkId: no such network');
  const answers = await Promise.all(Array.from({ length: 7 }, () => apply('net:africa')));
  expect(answers.filter((one) => typeof one === 'string')).toHaveLength(2);
});

describe('data of an application that came to nothing', () => {
  const day = 86_400_000;
  const later = (days: number) => () => new Date(Date.now() + days * day);
  const traces = (id: string) =>
    world.sql(
      `SELECT row_to_json(m)::text || coalesce((SELECT string_agg(row_to_json(e)::text, '') FROM members.membership_event e WHERE e.membership_id = m.id), '')
         || coalesce((SELECT string_agg(row_to_json(s)::text, '') FROM members.sponsorship s WHERE s.membership_id = m.id), '')
         || (SELECT row_to_json(o)::text FROM members.organisation o WHERE o.id = m.organisation_id)
         || coalesce((SELECT string_agg(row_to_json(p)::text, '') FROM members.person p), '') AS text
       FROM members.membership m WHERE id = $1`,
      [id],
    );

  test('is erased after 90 days, by one process, and not before; who declined it stays known', async () => {
    const { id } = await invite('guest:cleo');
    await accept(await guest('guest:cleo'), id);
    await act('africa-rep', 'answerSponsorship', 'AnswerSponsorshipInput', {
      membershipId: id,
      answer: 'REFUSED',
      note: 'canary-word',
    });
    await review('africa-coordinator', id, 'UNDER_REVIEW', { note: 'canary-note' });
    expect(await review('safety-officer', id, 'DECLINED')).toContain('note: why');
    expect(await review('safety-officer', id, 'DECLINED', { note: 'canary-reason' })).toBe('DECLINED');
    const [first, second] = await Promise.all([openWith(), openWith()]);
    expect(await eraseApplications(first, later(89))).toEqual([]);
    expect((await traces(id))[0].text).toContain('canary-motivation');
    const erased = await Promise.all([eraseApplications(first, later(91)), eraseApplications(second, later(91))]);
    expect(erased.flat().filter((one) => one === id)).toEqual([id]);
    const [{ text }] = await traces(id);
    for (const gone of ['canary', 'Guests of guest:cleo', '"guest:cleo"', 'ports']) expect(text).not.toContain(gone);
    expect(await world.resolve('guest:cleo')).toBeNull();
    expect(await world.sql("SELECT 1 FROM members.mutation WHERE actor = 'guest:cleo'")).toEqual([]);
    const asked = await world.sql("SELECT kind FROM data_rights.request WHERE subject = 'guest:cleo'");
    expect(asked).toEqual([{ kind: 'ERASURE' }]); // of the other subgraphs, which forget whom they did it for
    const [kept] = await world.refer(
      'africa-coordinator',
      'Membership',
      [id],
      'status contentHash motivation organisation { name country { code } }',
    );
    expect(kept).toEqual({
      status: 'DECLINED',
      contentHash: null,
      motivation: null,
      organisation: { name: 'Former applicant', country: null },
    });
    expect(await eraseApplications(first, later(200))).not.toContain(id);
    await Promise.all([first.stop(), second.stop()]);
  });

  test('a member keeps its record, though an application of it elsewhere is erased', async () => {
    const before = await world.sql("SELECT name, languages FROM members.organisation WHERE id = 'org:s09'");
    const database = await openWith();
    await eraseApplications(database, later(91)); // the withdrawn application to the Americas
    await database.stop();
    expect(await world.sql("SELECT name, languages FROM members.organisation WHERE id = 'org:s09'")).toEqual(before);
    // members, and one that left, whose day of joining nobody knows
    const members = await world.sql(
      `SELECT status, since, erased_at, closed_at FROM members.membership m WHERE status = 'ACTIVE' AND erased_at IS NOT NULL
         OR status = 'WITHDRAWN' AND EXISTS (SELECT 1 FROM members.membership_event WHERE membership_id = m.id AND from_status = 'ACTIVE')`,
    );
    expect(members).toEqual([{ status: 'WITHDRAWN', since: null, erased_at: null, closed_at: null }]);
    // of applications nothing was told
    expect(await world.sql("SELECT 1 FROM feed.event WHERE type = 'TOMBSTONE'")).toEqual([]);
  });
});
