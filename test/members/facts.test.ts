import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDatabase } from '../../kit/database/open.ts';
import { migrations } from '../../subgraphs/members/migrations/index.ts';
import { displayName } from '../../subgraphs/members/names.ts';
import { type Answer, type MembersWorld, records, startMembers } from './world.ts';

let world: MembersWorld;
beforeAll(async () => {
  world = await startMembers();
});
afterAll(() => world.stop());

const membershipsOf = `id memberships(first: 100) { totalCount edges { node { organisation { name } } } }
  diversity { byStakeholderType { key value } byCountry { key value } }`;

describe('facts of the shipped records', () => {
  test.each(['net:americas', 'net:africa', 'net:asia'])('%s: the ACTIVE members, by name', async (id) => {
    const ids = records.memberships.filter((m) => m.network === id && m.status === 'ACTIVE').map((m) => m.organisation);
    const organisations = records.organisations.filter((o) => ids.includes(o.id));
    const fold = (name: string) => name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
    const [network] = await world.refer('africa-rep', 'Network', [id], membershipsOf);
    expect(network.memberships.totalCount).toBe(id === 'net:asia' ? 0 : 7);
    expect(network.memberships.edges.map((e: Answer['data']) => e.node.organisation.name)).toEqual(
      organisations.map((o) => o.name).sort((a, b) => (fold(a) < fold(b) ? -1 : 1)),
    );
    const academia = organisations.filter((o) => o.stakeholderType === 'ACADEMIA').length;
    const counted = network.diversity.byStakeholderType.find((c: { key: string }) => c.key === 'ACADEMIA');
    expect(counted?.value ?? 0).toBe(academia);
  });

  test('pages are complete, without doubles, and filters count what they show', async () => {
    const page = `query ($r: [_Any!]!, $after: Cursor) { _entities(representations: $r) { ... on Network {
      memberships(first: 3, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } } } }`;
    const r = [{ __typename: 'Network', id: 'net:africa' }];
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data }: Answer = await world.ask('partner', page, { r, after });
      const { edges, pageInfo } = data._entities[0].memberships;
      seen.push(...edges.map((edge: Answer['data']) => edge.node.id));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(7);
    const [{ memberships }] = await world.refer(
      'partner',
      'Network',
      ['net:africa'],
      'memberships(country: "UG", stakeholderType: CIVIL_SOCIETY) { totalCount edges { node { organisation { country { code } } } } }',
    );
    expect(memberships.totalCount).toBe(2);
    const found = await world.ask(
      'observer',
      '{ organisations(text: "ORGANIZACION", first: 2) { totalCount edges { node { name } } } }',
    );
    expect(found.data.organisations).toMatchObject({ totalCount: 5, edges: [{}, {}] });
  });

  test('a vacant seat says so, and the source is shown', async () => {
    const [seat] = await world.refer('partner', 'Seat', ['seat:uydel-coordinator'], 'displayName provenance sourceUrl');
    expect(seat.displayName).toBe('Uganda Youth Development Link, Coordinator seat (vacant)');
    expect(seat).toMatchObject({ provenance: 'SOURCED', sourceUrl: expect.stringContaining('unodc.org') });
  });

  test.each([
    ['ORGANISATION_ONLY', false, null, 'Org'],
    ['SEAT_ALIAS', false, 'Ann', 'Org, Seat 1'],
    ['SEAT_ALIAS', true, null, 'Org, Seat 1 (vacant)'],
    ['NAMED', false, null, 'Org, Seat 1'],
    ['NAMED', false, 'Ann', 'Ann'],
  ] as const)('displayName in mode %s, vacant %s, person known as %s: %s', (displayMode, vacant, person, expected) => {
    expect(displayName({ displayMode, vacant, person, organisation: 'Org', alias: 'Seat 1' })).toBe(expected);
  });

  test('in production the samples stay out', async () => {
    const production = await startMembers(true);
    const rows = await production.sql(
      `SELECT (SELECT count(*)::int FROM members.membership) AS memberships, (SELECT count(*)::int FROM members.seat) AS seats,
        (SELECT count(*)::int FROM members.person) AS persons`,
    );
    await production.stop();
    expect(rows).toEqual([{ memberships: 2, seats: 1, persons: 0 }]);
  });
});

test('each migration can be undone', async () => {
  const emptied = await startMembers();
  const database = await openDatabase({ ...emptied.database, subgraph: 'members', entities: [], migrations });
  for (const _ of migrations) await database.source.undoLastMigration();
  await database.stop();
  const left = await emptied.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'members'");
  expect(left.map((row) => row.table_name).sort()).toEqual(['loaded', 'migration', 'mutation']);
  await emptied.stop();
});

describe('statements', () => {
  const count = async (type: string, ids: string[], selection: string) => {
    world.statements.length = 0;
    await world.refer('africa-rep', type, ids, selection);
    return world.statements.length;
  };
  const orgs = records.organisations.map((o) => o.id);
  const seats = records.seats.map((s) => s.id);
  const bodies = ['body:am-1', 'body:am-2', 'body:am-3', 'body:am-4', 'body:af-sc'];
  const nets = ['net:americas', 'net:africa', 'net:asia'];
  test.each<[number, string, string[], string]>([
    [1, 'Organisation', orgs, 'name stakeholderType country { code } website sourceUrl'],
    [2, 'Organisation', orgs, 'name memberships { status network { id } }'],
    [2, 'Seat', seats, 'displayName alias holder { id } organisation { name country { code } }'],
    [1, 'Membership', records.memberships.map((m) => m.id), 'status network { id }'],
    [1, 'Person', records.persons.map((p) => p.id), 'name'],
    [2, 'Body', bodies, 'seats { displayName organisation { name } }'],
    [2, 'Network', nets, 'memberships { totalCount edges { node { status organisation { name } } } }'],
    [1, 'Network', nets, 'viewerRoles diversity { byCountry { key value } }'],
  ])('%i for any number of %s', async (expected, type, ids, selection) => {
    // A seat's own holder is read too: one statement more, for africa-rep's own seat alone.
    const own = type === 'Seat' ? 1 : 0;
    expect(await count(type, ids, selection)).toBe(expected + own);
  });
});
