import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Actor, gatewayActor } from '../../kit/context.ts';
import { openDatabase } from '../../kit/database/open.ts';
import { forgetExpiredOffers } from '../../subgraphs/members/commands/offers.ts';
import { migrations } from '../../subgraphs/members/migrations/index.ts';
import { type MembersWorld, personas, records, startMembers } from './world.ts';

let world: MembersWorld;
beforeAll(async () => {
  world = await startMembers();
  await world.sql('UPDATE members.organisation SET website = \'https://example.org\', about = \'{"en": "About"}\'');
});
afterAll(() => world.stop());

/** Networks each persona reads, and whose applications it handles. */
const reads: Record<string, { network: string[]; applications: string[] }> = {
  'americas-coordinator': { network: ['net:americas'], applications: ['net:americas'] },
  'americas-editor': { network: ['net:americas'], applications: [] },
  'americas-rep': { network: ['net:americas'], applications: [] },
  'expert-lead': { network: ['net:americas'], applications: [] },
  'africa-coordinator': { network: ['net:africa'], applications: ['net:africa'] },
  'africa-editor': { network: ['net:africa'], applications: [] },
  'africa-rep': { network: ['net:africa'], applications: [] },
  'steering-member': { network: ['net:africa'], applications: ['net:africa'] },
  observer: { network: [], applications: [] },
  'safety-officer': { network: ['net:africa'], applications: ['net:africa'] },
  'un-liaison': { network: ['net:americas', 'net:africa'], applications: [] },
  operator: { network: [], applications: [] },
  partner: { network: [], applications: [] },
};
const samples = {
  'net:americas': { org: 'org:s05', mem: 'mem:s05', seat: 'seat:s05', body: 'body:am-2' },
  'net:africa': { org: 'org:s10', mem: 'mem:s10', seat: 'seat:s10', body: 'body:af-sc' },
} as const;

describe.each(Object.entries(reads))('what %s reads', (persona, { network, applications }) => {
  test.each(Object.entries(samples))('in %s', async (networkId, { org, mem, seat, body }) => {
    const id = await world.enterMembership(networkId, 'APPLIED');
    const full = network.includes(networkId);
    const handles = applications.includes(networkId);
    const [o] = await world.refer(
      persona,
      'Organisation',
      [org],
      'name stakeholderType country { code } website about { text }',
    );
    expect(o).toMatchObject({ name: expect.any(String), stakeholderType: 'CIVIL_SOCIETY', country: {} });
    expect([o.website !== null, o.about !== null]).toEqual([full, full]);
    const [m] = await world.refer(persona, 'Membership', [mem], 'status statusHistory { to } seats { id }');
    expect(m).toEqual({
      status: 'ACTIVE',
      statusHistory: full ? [{ to: 'ACTIVE' }] : [],
      seats: full ? [{ id: seat }] : [],
    });
    const [s] = await world.refer(persona, 'Seat', [seat], 'displayName organisation { name } roles { role } alias');
    expect(s.displayName).toBe(`${s.organisation.name}, ${s.alias}`);
    expect(s.roles.length > 0).toBe(full);
    const [b] = await world.refer(persona, 'Body', [body], 'seats { id }');
    expect(b.seats).toEqual(full ? [{ id: seat }] : []);
    const [n] = await world.refer(
      persona,
      'Network',
      [networkId],
      'memberships(status: APPLIED) { totalCount edges { node { organisation { name } motivation } } }',
    );
    expect(n.memberships.totalCount).toBe(handles ? 1 : 0);
    expect(n.memberships.edges).toHaveLength(handles ? 1 : 0);
    const applied = await world.ask(persona, `{ membershipApplications(networkId: "${networkId}") { motivation } }`);
    expect(applied.data.membershipApplications).toEqual(handles ? [{ motivation: 'why' }] : []);
    const [applicant] = await world.refer(persona, 'Organisation', [id.replace('mem', 'org')], 'name');
    expect(applicant.name !== 'Member organisation').toBe(handles);
    const [application] = await world.refer(persona, 'Membership', [id], 'id');
    expect(application !== null).toBe(handles);
    await world.clear();
  });
});

test('a suspended member keeps its name only, and why it was suspended stays with those who handle it', async () => {
  const id = await world.enterMembership('net:africa', 'ACTIVE');
  const move = (to: string) =>
    world.ask(
      'steering-member',
      'mutation ($input: ReviewApplicationInput!) { reviewApplication(input: $input) { membership { id } } }',
      { input: { clientMutationId: to, membershipId: id, to, note: 'the reason' } },
    );
  const everyone = Object.entries(reads).map(([persona, { network, applications }]) => ({
    persona,
    reader: network.includes('net:africa'),
    handles: applications.includes('net:africa'),
  }));
  await move('SUSPENDED');
  for (const { persona, reader, handles } of everyone) {
    const fields = 'name country { code } website memberships { status }';
    const [organisation] = await world.refer(persona, 'Organisation', [id.replace('mem', 'org')], fields);
    expect(organisation).toEqual({
      name: expect.stringMatching(/^Test/),
      country: reader ? { code: 'UG' } : null,
      website: null,
      memberships: handles ? [{ status: 'SUSPENDED' }] : [],
    });
    const [membership] = await world.refer(persona, 'Membership', [id], 'id');
    expect(membership).toEqual(handles ? { id } : null);
  }
  await move('ACTIVE');
  for (const { persona, reader, handles } of everyone) {
    const [{ statusHistory }] = await world.refer(persona, 'Membership', [id], 'statusHistory { to note }');
    const note = handles ? 'the reason' : null;
    const events = [
      { to: 'SUSPENDED', note },
      { to: 'ACTIVE', note },
    ];
    expect(statusHistory).toEqual(reader ? events : []);
  }
  await world.clear();
});

describe('persons', () => {
  const holder = 'holder { id name contactChannels { value } seats { id holder { id } } }';
  const paths: [string, string, string[], string][] = [
    ['Seat.holder', 'Seat', records.seats.map((s) => s.id), holder],
    [
      'Person',
      'Person',
      records.persons.map((p) => p.id),
      'id name contactChannels { value } seats { id holder { id } }',
    ],
    ['Body.seats', 'Body', ['body:am-1', 'body:am-4', 'body:af-sc'], `seats { ${holder} }`],
    ['Membership.seats', 'Membership', records.memberships.map((m) => m.id), `seats { ${holder} }`],
    [
      'Membership.statusHistory',
      'Membership',
      records.memberships.map((m) => m.id),
      `statusHistory { bySeat { ${holder} } }`,
    ],
    [
      'Organisation.memberships',
      'Organisation',
      records.organisations.map((o) => o.id),
      `memberships { seats { ${holder} } }`,
    ],
    [
      'Network.memberships',
      'Network',
      ['net:americas', 'net:africa'],
      `memberships { edges { node { seats { ${holder} } organisation { memberships { seats { ${holder} } } } } } }`,
    ],
  ];
  const african = records.seats.filter((s) => s.roles.some((r) => r.network === 'net:africa')).map((s) => s.id);
  /** The only persons that a persona may ever meet. */
  const known = (persona: string) =>
    records.persons
      .filter(
        (p) =>
          p.subject === `persona:${persona}` ||
          (persona === 'safety-officer' && p.seats.some((s) => african.includes(s))),
      )
      .map((p) => p.id)
      .sort();

  test.each([...personas, 'partner'])('%s meets only those it may, on every path', async (persona) => {
    const met = new Set<string>();
    for (const [, type, ids, selection] of paths) {
      const text = JSON.stringify(await world.refer(persona, type, ids, selection));
      for (const [id] of text.matchAll(/person:\w+/g)) met.add(id);
      const names = records.persons.filter((p) => text.includes(`"${p.name}"`)).map((p) => p.id);
      expect(names.filter((id) => !known(persona).includes(id))).toEqual([]);
      const mails = records.persons.flatMap((p) => p.contactChannels).filter((c) => text.includes(`"${c.value}"`));
      expect(mails.length).toBeLessThanOrEqual(persona === 'operator' ? 0 : 1); // one's own
    }
    const { data } = await world.ask(persona, `{ viewer { person { id } seats { ${holder} } seat { ${holder} } } }`);
    for (const [id] of JSON.stringify(data).matchAll(/person:\w+/g)) met.add(id);
    expect([...met].sort()).toEqual(known(persona));
  });

  test('a name in mode NAMED is read by the entitled alone', async () => {
    await world.sql("UPDATE members.seat SET display_mode = 'NAMED' WHERE id IN ('seat:s08', 'seat:s02')");
    for (const persona of [...personas, 'partner']) {
      const seats = await world.refer(persona, 'Seat', ['seat:s08', 'seat:s02'], 'displayName');
      expect(seats.map((s: { displayName: string }) => s.displayName)).toEqual([
        ['africa-editor', 'safety-officer'].includes(persona)
          ? 'Sample Persona 8'
          : 'Sample Organisation UG-2, Editor seat',
        persona === 'americas-editor' ? 'Sample Persona 2' : 'Organización de muestra PE-1, Editor seat',
      ]);
    }
    await world.sql("UPDATE members.seat SET display_mode = 'SEAT_ALIAS'");
  });

  test('an actor without a seat or person, as shared streams have, meets nobody', async () => {
    const { seatId: _s, personId: _p, ...shared } = world.actor('africa-rep');
    const seats = await world.refer(
      shared,
      'Seat',
      records.seats.map((s) => s.id),
      'holder { id }',
    );
    expect(seats.every((s: { holder: null }) => s.holder === null)).toBe(true);
    expect((await world.ask(shared, '{ viewer { seat { id } person { id } seats { id } } }')).data.viewer).toEqual({
      seat: null,
      person: null,
      seats: [],
    });
  });
});

test('a safety-locked organisation is "Member organisation" to all but itself and its safety officer', async () => {
  await world.sql("UPDATE members.organisation SET safety_locked = true WHERE id = 'org:s08'");
  for (const persona of [...personas, 'partner']) {
    const open = ['africa-editor', 'safety-officer'].includes(persona);
    const [o] = await world.refer(
      persona,
      'Organisation',
      ['org:s08'],
      'name country { code } stakeholderType website sourceUrl memberships { id } relation',
    );
    const [s] = await world.refer(persona, 'Seat', ['seat:s08'], 'displayName alias organisation { name }');
    expect(o.name).toBe(open ? 'Sample Organisation UG-2' : 'Member organisation');
    expect(s.displayName).toBe(open ? 'Sample Organisation UG-2, Editor seat' : 'Member organisation');
    if (!open)
      expect(o).toEqual({
        name: o.name,
        country: null,
        stakeholderType: null,
        website: null,
        sourceUrl: null,
        memberships: [],
        relation: null,
      });
    if (!open) expect(s).toEqual({ displayName: o.name, alias: null, organisation: { name: o.name } });
    const { data } = await world.ask(
      persona,
      '{ a: organisations(text: "UG-2") { totalCount } b: organisations(country: "UG", stakeholderType: ACADEMIA) { totalCount } }',
    );
    expect([data.a.totalCount, data.b.totalCount]).toEqual([0, 0]);
  }
  const [n] = await world.refer(
    'partner',
    'Network',
    ['net:africa'],
    'memberships { totalCount edges { node { organisation { name } } } } ug: memberships(country: "UG") { totalCount }',
  );
  expect([n.memberships.totalCount, n.ug.totalCount]).toEqual([7, 3]);
  expect(n.memberships.edges[0].node.organisation.name).toBe('Member organisation');
  await world.sql('UPDATE members.organisation SET safety_locked = false');
});

test('a network that a member of another one has merely asked has no say in its safety, and is not told of it', async () => {
  await world.sql(`INSERT INTO members.membership (id, organisation_id, network_id, status, provenance)
    VALUES ('mem:t-asked', 'org:s05', 'net:africa', 'DECLINED', 'USER')`);
  const act = async (name: string, type: string, input: object, persona = 'safety-officer') => {
    const query = `mutation ($i: ${type}!) { act: ${name}(input: $i) { problems { __typename } } }`;
    const i = { clientMutationId: `${name}-${persona}`, seatId: 'seat:s05', ...input };
    return (await world.ask(persona, query, { i })).data.act.problems[0]?.__typename ?? 'done';
  };
  expect(await act('triggerSafetyLock', 'TriggerSafetyLockInput', {})).toBe('ForbiddenError');
  const own = (await world.resolve('persona:sample-5')) as Actor;
  const lock = 'mutation { triggerSafetyLock(input: { clientMutationId: "l", seatId: "seat:s05" }) { seat { id } } }';
  expect((await world.ask(own, lock)).data.triggerSafetyLock.seat).toEqual({ id: 'seat:s05' });
  const [seen] = await world.refer('safety-officer', 'Organisation', ['org:s05'], 'name safetyLocked');
  expect(seen).toEqual({ name: 'Member organisation', safetyLocked: null });
  const hashed = await world.refer('africa-coordinator', 'Membership', ['mem:t-asked'], 'status contentHash');
  expect(hashed).toEqual([{ status: 'DECLINED', contentHash: null }]); // it would tell a guess at the name from another
  expect(await act('liftSafetyLock', 'SeatInput', {})).toBe('ForbiddenError');
  const told = await world.sql("SELECT network_id FROM audit.entry WHERE target_id = 'seat:s05'");
  expect(told).toEqual([{ network_id: 'net:americas' }]);
  // a member of both: hidden by an officer of either, but whom it has sit elsewhere he does not stop
  await world.sql("UPDATE members.membership SET status = 'ACTIVE' WHERE id = 'mem:t-asked'");
  expect(await act('triggerSafetyLock', 'TriggerSafetyLockInput', { clientMutationId: 'f', freezeSeat: true })).toBe(
    'ForbiddenError',
  );
  expect(await act('triggerSafetyLock', 'TriggerSafetyLockInput', { clientMutationId: 'h' })).toBe('done');
  await world.sql("DELETE FROM members.membership_event WHERE membership_id = 'mem:t-asked'");
  await world.sql("DELETE FROM members.membership WHERE id = 'mem:t-asked'");
  await world.sql('UPDATE members.organisation SET safety_locked = false');
});

test('a frozen seat is asked by nobody', async () => {
  const ask = async () =>
    (await world.ask('africa-rep', '{ experts(text: "canary") { totalCount } }')).data.experts.totalCount;
  await world.sql("UPDATE members.seat SET expertise = '{canary}' WHERE id = 'seat:s08'");
  expect(await ask()).toBe(1);
  await world.sql("UPDATE members.seat SET frozen_at = now() WHERE id = 'seat:s08'");
  expect(await ask()).toBe(0);
  await world.sql("UPDATE members.seat SET frozen_at = NULL, expertise = '{}' WHERE id = 'seat:s08'");
});

test('to whom a seat was offered is forgotten when he declines, and when the offer is over', async () => {
  await world.sql(`INSERT INTO members.seat (id, organisation_id, alias, display_mode, provenance)
    VALUES ('seat:t1', 'org:s09', 'Offered', 'SEAT_ALIAS', 'USER')`);
  const offer = async (subject: string) => {
    const query = 'mutation ($i: OfferSeatInput!) { offerSeat(input: $i) { problems { __typename } } }';
    const i = { clientMutationId: subject, seatId: 'seat:t1', subject };
    expect((await world.ask('africa-rep', query, { i })).data.offerSeat.problems).toEqual([]);
  };
  const known = (subject: string) => world.sql('SELECT 1 FROM members.seat_offer WHERE subject = $1', [subject]);
  await offer('guest:gil');
  const gil = (await world.resolve('guest:gil')) as Actor;
  const { data } = await world.ask(gil, '{ viewer { seatOffers { id } } }');
  const i = { clientMutationId: 'g1', offerId: data.viewer.seatOffers[0].id, accept: false };
  const decline = () =>
    world.ask(
      gil,
      'mutation ($i: AnswerOfferInput!) { answerSeatOffer(input: $i) { seat { id } problems { __typename } } }',
      { i },
    );
  const done = { answerSeatOffer: { seat: { id: 'seat:t1' }, problems: [] } };
  expect((await decline()).data).toEqual(done);
  expect((await decline()).data).toEqual(done);
  expect(await known('guest:gil')).toEqual([]);
  await offer('guest:hal');
  const database = await openDatabase({ ...world.database, subgraph: 'members', entities: [], migrations });
  const forget = (at: Date) => database.transaction((tx) => forgetExpiredOffers(tx, at));
  await forget(new Date());
  expect(await known('guest:hal')).toHaveLength(1);
  await Promise.all([1, 2].map(() => forget(new Date(Date.now() + 31 * 86_400_000))));
  await database.stop();
  expect(await known('guest:hal')).toEqual([]);
});

test('the gateway itself reads identities and nothing else; nobody else reads identities', async () => {
  const { data } = await world.ask(
    gatewayActor,
    '{ viewer { seats { id } } organisation(id: "org:s01") { name } organisations { totalCount } membershipApplications(networkId: "net:africa") { id } }',
  );
  expect(data).toEqual({
    viewer: null,
    organisation: null,
    organisations: { totalCount: 0 },
    membershipApplications: [],
  });
  expect(await world.refer(gatewayActor, 'Seat', ['seat:s01'], 'id')).toEqual([null]);
  for (const persona of [...personas, 'partner']) {
    for (const query of ['{ resolveActor(subject: "persona:operator") }', '{ membersRightsVersion }']) {
      const { errors } = await world.ask(persona, query);
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  }
});
