import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { type Actor, gatewayActor } from '../../kit/context.ts';
import { endOfDay } from '../../subgraphs/networks/zones.ts';
import { coordinator, type NetworksWorld, observer, operator, partner, seat, startNetworks } from '../networks.ts';
import { createReviewing, source, text } from './reviewing.ts';

let world: NetworksWorld;
beforeAll(async () => {
  world = await startNetworks();
});
afterAll(() => world?.stop());

const africa = seat('COORDINATOR', 'net:africa');
const rep = seat('MEMBER_REP', 'net:africa');
const { run, recordReview: record, upsertPartner: upsert, events } = createReviewing(() => world);
const programme = (actor: Actor, input: object = {}) =>
  run(
    actor,
    'upsertProgramme',
    'UpsertProgrammeInput',
    'programme { id version shortName name { text } networks { slug } }',
    {
      ...{
        networkId: 'net:africa',
        name: text('Sample programme'),
        source: { url: 'https://example.org/p' },
        ...input,
      },
    },
  );
const tag = (actor: Actor, input: object) =>
  run(actor, 'tagProgramme', 'TagProgrammeInput', 'programme { version networks { slug } }', {
    networkId: 'net:africa',
    ...input,
  });

describe('clusters and the calendar', () => {
  const cluster = (actor: Actor, input: object) =>
    run(actor, 'upsertReviewCluster', 'UpsertReviewClusterInput', 'cluster { code version articles phase }', {
      ...{
        networkId: 'net:americas',
        code: 'II',
        title: text('Cooperation'),
        articles: ['UNTOC:16', 'UNTOC:18'],
        source,
      },
      ...input,
    });
  const event = (actor: Actor, input: object) =>
    run(
      actor,
      'upsertReviewEvent',
      'UpsertReviewEventInput',
      'event { id version status timeZone deadlines { dueAt } }',
      {
        ...{ networkId: 'net:americas', kind: 'CONSTRUCTIVE_DIALOGUE', status: 'ANNOUNCED', title: text('Dialogue') },
        ...{ startsOn: '2099-05', topics: ['FIREARMS'], source },
        ...input,
      },
    );

  test('a cluster is a row that leaders of any network edit, one after the other', async () => {
    const made = await Promise.all([cluster(coordinator, {}), cluster(africa, { networkId: 'net:africa' })]);
    expect(made.map((payload) => payload.problems[0]?.currentVersion ?? 0).sort()).toEqual([0, 1]);
    const changed = await cluster(africa, {
      networkId: 'net:africa',
      expectedVersion: 1,
      articles: ['UNTOC:18', 'UNTOC:18'],
      phase: 2,
    });
    expect(changed.cluster).toEqual({ code: 'II', version: 2, articles: ['UNTOC:18'], phase: 2 });
    for (const [field, wrong] of [
      ['articles', { articles: ['UNTOC:42'] }],
      ['articles', { articles: ['XXX:1'] }],
      ['articles', { articles: [] }],
      ['title', { title: [] }],
      ['source', { source: { note: 'a talk' } }],
      ['code', { code: 'two' }],
    ] as const) {
      const { problems: found } = await cluster(coordinator, { expectedVersion: 2, ...wrong });
      expect([field, found[0]?.path?.[1]]).toEqual([field, field]);
    }
    expect((await cluster(seat('MEMBER_EDITOR', 'net:americas'), {})).problems).toMatchObject([
      { __typename: 'ForbiddenError' },
    ]);
    expect((await cluster(operator, {})).problems).toMatchObject([{ __typename: 'ForbiddenError' }]);
  });

  test('an event to come is told in every network that works, one that is over in none', async () => {
    const deadlines = [{ kind: 'APPLICATION', dueOn: '2099-03-28' }];
    const { event: made } = await event(coordinator, { deadlines });
    expect(made).toMatchObject({
      version: 1,
      timeZone: 'Europe/Vienna',
      deadlines: [{ dueAt: '2099-03-28T23:00:00.000Z' }],
    });
    const told = await events(`reviewevent/${made.id}`);
    expect(told.map(({ network_id, type }) => [network_id, type])).toEqual(
      ['net:africa', 'net:americas', 'net:asia'].map((id) => [id, 'REVIEW_EVENT_CHANGED']),
    );
    const moved = await event(africa, {
      networkId: 'net:africa',
      id: made.id,
      expectedVersion: 1,
      status: 'POSTPONED',
      startsOn: '2100',
      deadlines,
    });
    expect(moved.event).toMatchObject({ version: 2, status: 'POSTPONED' });
    expect((await events(`reviewevent/${made.id}`)).at(-1).data.changed).toEqual(['status', 'startsOn']);
    expect((await event(coordinator, { id: made.id, expectedVersion: 1 })).problems).toMatchObject([
      { currentVersion: 2 },
    ]);
    const past = await event(coordinator, { status: 'HELD', startsOn: '2024-07-15' });
    expect(await events(`reviewevent/${past.event.id}`)).toEqual([]);
    for (const [field, wrong] of [
      ['startsOn', { status: 'HELD' }],
      ['endsOn', { startsOn: '2099-05-03', endsOn: '2099-05-02' }],
      ['timeZone', { timeZone: 'Vienna' }],
      ['deadlines', { deadlines: [{ kind: 'ENGAGEMENT', dueOn: '2099-01-01' }] }],
      ['deadlines', { deadlines: [{ kind: 'STATEMENT', dueOn: '2099-01-01', sourceUrl: 'ftp://x' }] }],
      ['source', { source: {} }],
      ['participantsStated', { participantsStated: 'Ms. Sample and others' }],
      ['id', { id: 'review-event:none', expectedVersion: 1 }],
    ] as const) {
      const { problems: found } = await event(coordinator, wrong);
      expect([field, found[0]?.path?.[1]]).toEqual([field, field]);
    }
    expect((await event(coordinator, { status: 'EXPECTED', source: {} })).problems).toEqual([]);
    expect((await event(observer, {})).problems).toMatchObject([{ __typename: 'ForbiddenError' }]);
  });
});

describe('the input kit', () => {
  const write = (actor: Actor, input: object) =>
    run(
      actor,
      'upsertReviewInput',
      'UpsertReviewInputInput',
      'input { id version article status text { text } visibility organisation { id } network { slug } }',
      { networkId: 'net:americas', article: 'UNTOC:5', ...input },
    );

  test('has a line for each article of the questionnaire, seen by the network alone until its leaders show it', async () => {
    const { review } = await record(coordinator, { country: 'CR' });
    const editor = seat('MEMBER_EDITOR', 'net:americas');
    const list = async (actor: Actor) =>
      (
        await world.get(
          actor,
          `{ countryReview(id: "${review.id}") { checklist(networkId: "net:americas") { article status input { text { text } } } inputs { article } } }`,
        )
      ).countryReview;
    const first = await write(editor, {
      reviewId: review.id,
      text: text('Law and practice'),
      organisationId: 'org:s01',
    });
    expect(first.input).toMatchObject({
      version: 1,
      status: 'COLLECTING',
      visibility: 'NETWORK',
      organisation: { id: 'org:s01' },
    });
    expect((await write(editor, { reviewId: review.id, status: 'READY' })).problems).toMatchObject([
      { currentVersion: 1 },
    ]);
    const ready = await write(editor, { reviewId: review.id, expectedVersion: 1, status: 'READY' });
    expect(ready.input).toMatchObject({
      id: first.input.id,
      version: 2,
      status: 'READY',
      text: { text: 'Law and practice' },
    });
    const own = await list(seat('MEMBER_REP', 'net:americas'));
    expect(own.checklist.map(({ article }: { article: string }) => article)).toEqual(
      [2, 5, 6, 8, 9, 10, 15, 23].map((number) => `UNTOC:${number}`),
    );
    expect(own.checklist[1]).toEqual({
      article: 'UNTOC:5',
      status: 'READY',
      input: { text: { text: 'Law and practice' } },
    });
    expect(own.checklist[0]).toMatchObject({ status: 'NOT_STARTED', input: null });
    for (const actor of [africa, observer, partner(['net:americas']), operator]) {
      const seen = await list(actor);
      expect([seen.checklist[1].status, seen.inputs]).toEqual(['NOT_STARTED', []]);
    }
    const show = { reviewId: review.id, expectedVersion: 2, visibility: 'PUBLIC' };
    expect((await write(editor, show)).problems).toMatchObject([{ __typename: 'ForbiddenError' }]);
    expect((await write(coordinator, show)).input).toMatchObject({ visibility: 'PUBLIC', version: 3 });
    expect((await list(observer)).inputs).toEqual([{ article: 'UNTOC:5' }]);
    expect(
      (await write(editor, { reviewId: review.id, expectedVersion: 3, status: 'SUBMITTED' })).problems,
    ).toMatchObject([{ __typename: 'ForbiddenError' }]);
    const two = await Promise.all(
      ['a', 'b'].map((word) => write(editor, { reviewId: review.id, article: 'UNTOC:6', text: text(word) })),
    );
    expect(two.map((payload) => payload.problems[0]?.__typename ?? 'done').sort()).toEqual(['ConflictError', 'done']);
    expect((await write(editor, { reviewId: review.id, article: 'TIP:5' })).problems).toMatchObject([
      { path: ['input', 'article'] },
    ]);
    expect((await write(editor, { reviewId: 'review:none' })).problems).toMatchObject([
      { path: ['input', 'reviewId'] },
    ]);
    expect((await write(editor, { reviewId: review.id, visibility: 'GROUP' })).problems).toMatchObject([
      { path: ['input', 'visibility'] },
    ]);
    expect((await write(seat('MEMBER_REP', 'net:americas'), { reviewId: review.id })).problems).toMatchObject([
      { __typename: 'ForbiddenError' },
    ]);
  });
});

describe('partners and alliances', () => {
  test('are the network’s own until its leaders show them; replaced from the version they were seen at', async () => {
    const { partner: made } = await upsert(africa, {
      website: 'https://example.org',
      since: '2024',
      partnerId: 'partner:sample',
    });
    expect(made).toMatchObject({
      ...{ version: 1, kind: 'NATIONAL_ALLIANCE', countries: [{ code: 'UG' }], visibility: 'NETWORK', since: '2024' },
      ...{ system: { id: 'partner:sample' }, network: { slug: 'net4u-africa' } },
    });
    const read = async (actor: Actor) => {
      const { externalPartner, networks } = await world.get(
        actor,
        `{ externalPartner(id: "${made.id}") { id system { id } } networks { externalPartners { id } } }`,
      );
      const { _entities } = await world.entities(
        actor,
        [{ __typename: 'ExternalPartner', id: made.id }],
        '... on ExternalPartner { id }',
      );
      const listed = networks.flatMap((network: { externalPartners: { id: string }[] }) =>
        network.externalPartners.map(({ id }) => id),
      );
      expect([listed.includes(made.id), _entities[0] !== null]).toEqual([
        externalPartner !== null,
        externalPartner !== null,
      ]);
      return externalPartner;
    };
    expect(await read(africa)).toEqual({ id: made.id, system: { id: 'partner:sample' } });
    expect(await read(rep)).toEqual({ id: made.id, system: null });
    for (const actor of [coordinator, observer, operator, partner(['net:africa'])])
      expect(await read(actor)).toBeNull();
    expect(await world.get(gatewayActor, `{ externalPartner(id: "${made.id}") { id } }`)).toEqual({
      externalPartner: null,
    });

    const open = { id: made.id, expectedVersion: 1, visibility: 'PUBLIC' };
    expect((await upsert(africa, open)).problems).toMatchObject([{ path: ['input', 'sourceUrl'] }]);
    const shown = await upsert(africa, { ...open, sourceUrl: 'https://example.org/news', until: '2026-01' });
    expect(shown.partner).toMatchObject({ version: 2, until: '2026-01', system: null, website: null });
    expect(await read(observer)).not.toBeNull();
    expect((await upsert(africa, { ...open, sourceUrl: 'https://example.org/news' })).problems).toMatchObject([
      { currentVersion: 2 },
    ]);
    await upsert(africa, { ...open, expectedVersion: 2, visibility: 'ALL_NETWORKS' });
    expect(await read(observer)).toBeNull();
    expect(await read(coordinator)).not.toBeNull();
    const { rows } = await world.owner.query(
      'SELECT visibility, countries, data FROM feed.event WHERE subject = $1 ORDER BY position',
      [`externalpartner/${made.id}`],
    );
    expect(rows.map(({ visibility }) => visibility)).toEqual(['NETWORK', 'ALL_NETWORKS', 'ALL_NETWORKS']);
    expect(rows[0]).toMatchObject({
      countries: ['UG'],
      data: { externalPartnerId: made.id, kind: 'NATIONAL_ALLIANCE', version: 1 },
    });
    expect(rows[1].data.changed).toEqual(expect.arrayContaining(['visibility', 'until', 'system', 'website']));
  });

  test.each([
    ['countries', { countries: ['UG', 'KE'] }],
    ['countries', { countries: [] }],
    ['countries', { kind: 'REGIONAL_MECHANISM', countries: ['QQ'] }],
    ['name', { name: [] }],
    ['website', { website: 'javascript:alert(1)' }],
    ['since', { since: '2999' }],
    ['until', { since: '2024-05', until: '2023' }],
    ['partnerId', { partnerId: 'partner:none' }],
    ['organisationId', { organisationId: 'an id' }],
    ['visibility', { visibility: 'SEAT_ONLY' }],
    ['id', { id: 'external-partner:gi-toc', expectedVersion: 1 }],
  ])('a wrong %s is named: %j', async (field, input) => {
    const { partner: made, problems: found } = await upsert(africa, input);
    expect(made).toBeNull();
    expect([found[0].__typename, found[0].path?.slice(0, 2)]).toEqual(['ValidationError', ['input', field]]);
  });

  test('are kept by leaders of their network alone', async () => {
    const others = (['MEMBER_REP', 'MEMBER_EDITOR', 'EXPERT_GROUP_LEAD', 'UN_LIAISON', 'SAFETY_OFFICER'] as const).map(
      (role) => seat(role, 'net:africa'),
    );
    for (const actor of [...others, coordinator, observer, operator, partner(['net:africa']), gatewayActor]) {
      expect((await upsert(actor)).problems).toMatchObject([{ __typename: 'ForbiddenError' }]);
      expect((await programme(actor)).problems).toMatchObject([{ __typename: 'ForbiddenError' }]);
    }
    const answers = await Promise.all(
      Array.from({ length: 3 }, () => upsert(africa, { clientMutationId: 'one-partner' })),
    );
    expect(new Set(answers.map((payload) => payload.partner.id)).size).toBe(1);
  });
});

describe('programmes', () => {
  test('are changed by networks that work under them; each network tags itself', async () => {
    const { programme: made } = await programme(africa, { shortName: 'SP' });
    expect(made).toMatchObject({ version: 1, shortName: 'SP', networks: [{ slug: 'net4u-africa' }] });
    const foreign = { networkId: 'net:americas', id: made.id, expectedVersion: 1 };
    expect((await programme(coordinator, foreign)).problems).toMatchObject([{ __typename: 'ForbiddenError' }]);
    const both = await tag(coordinator, { networkId: 'net:americas', programmeId: made.id, tagged: true });
    expect(both.programme).toEqual({ version: 2, networks: [{ slug: 'net4u-africa' }, { slug: 'net4u-americas' }] });
    expect((await tag(coordinator, { programmeId: made.id, tagged: false })).problems).toMatchObject([
      { __typename: 'ForbiddenError' },
    ]);
    const again = await tag(coordinator, { networkId: 'net:americas', programmeId: made.id, tagged: true });
    expect(again.programme.version).toBe(2);
    expect((await programme(coordinator, { ...foreign, expectedVersion: 2 })).programme).toMatchObject({
      version: 3,
      shortName: null,
    });
    expect((await programme(africa, { id: made.id, expectedVersion: 2 })).problems).toMatchObject([
      { currentVersion: 3 },
    ]);
    expect((await tag(africa, { programmeId: 'programme:none', tagged: true })).problems).toMatchObject([
      { path: ['input', 'id'] },
    ]);
    expect((await programme(africa, { source: { note: 'heard of it' } })).problems).toMatchObject([
      { path: ['input', 'source', 'url'] },
    ]);
    const { networks } = await world.get(observer, '{ networks { slug programmes { shortName } } }');
    expect(networks.map(({ programmes }: { programmes: object[] }) => programmes.length)).toEqual([2, 2, 0]);
  });
});

describe('a day ends when it does in its zone', () => {
  test.each([
    ['2027-03-27', 'Europe/Vienna', '2027-03-27T23:00:00.000Z'],
    ['2027-03-28', 'Europe/Vienna', '2027-03-28T22:00:00.000Z'], // clocks went forward that night
    ['2027-10-31', 'Europe/Vienna', '2027-10-31T23:00:00.000Z'],
    ['2027-01-15', 'Africa/Kampala', '2027-01-15T21:00:00.000Z'],
    ['2027-12-31', 'Pacific/Kiritimati', '2027-12-31T10:00:00.000Z'],
    ['2027-12-31', 'Pacific/Pago_Pago', '2028-01-01T11:00:00.000Z'],
    ['2024-09-07', 'America/Santiago', '2024-09-08T04:00:00.000Z'], // there is no midnight: clocks go from 23:59 to 01:00
  ])('%s in %s: %s', (day, zone, instant) => {
    expect(endOfDay(day, zone).toISOString()).toBe(instant);
  });
});

test('the migration goes down and up again', async () => {
  const { migrations } = await import('../../subgraphs/networks/migrations/index.ts');
  const source = new DataSource({
    type: 'postgres',
    url: world.options.database.url,
    schema: 'reviews_down',
    migrations,
    migrationsTableName: 'migration',
    extra: { options: '-c search_path=reviews_down' },
  });
  await world.owner.query('CREATE SCHEMA reviews_down');
  await source.initialize();
  const tables = async () =>
    (await source.query("SELECT table_name FROM information_schema.tables WHERE table_schema = 'reviews_down'")).map(
      ({ table_name }: { table_name: string }) => table_name,
    );
  try {
    await source.runMigrations({ transaction: 'each' });
    expect(await tables()).toContain('review_engagement');
    for (const _ of migrations) await source.undoLastMigration({ transaction: 'each' });
    expect(await tables()).toEqual(['migration']);
    await source.runMigrations({ transaction: 'each' });
    expect(await tables()).toContain('country_review');
  } finally {
    await source.destroy();
  }
});
