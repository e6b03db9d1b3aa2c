import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Actor, gatewayActor } from '../../kit/context.ts';
import { CountryReview } from '../../subgraphs/networks/entities/review.ts';
import { expectedBy } from '../../subgraphs/networks/review-times.ts';
import { coordinator, type NetworksWorld, observer, operator, partner, seat, startNetworks } from '../networks.ts';
import { createReviewing, source } from './reviewing.ts';

let world: NetworksWorld;
beforeAll(async () => {
  world = await startNetworks();
});
afterAll(() => world?.stop());

const africa = seat('COORDINATOR', 'net:africa');
const { recordReview: record, setStage, changeReview: change, events } = createReviewing(() => world);

describe('what ships', () => {
  test('cluster I and no other, with its source', async () => {
    const { reviewClusters } = await world.get(
      observer,
      '{ reviewClusters { code phase title(locale: "es") { text } articles sourceUrl checkedOn provenance } }',
    );
    expect(reviewClusters).toHaveLength(1);
    expect(reviewClusters[0]).toMatchObject({
      ...{ code: 'I', phase: 1, title: { text: 'Penalización y jurisdicción' }, provenance: 'SOURCED' },
      articles: expect.arrayContaining(['UNTOC:2', 'UNTOC:23', 'TIP:5', 'SOM:6']),
    });
    expect(reviewClusters[0].articles).toHaveLength(13);
  });

  test('the dialogues and sessions that sources tell, page by page; deadlines end when the day does in Vienna', async () => {
    const query = `query ($first: Int, $after: Cursor, $kind: ReviewEventKind, $from: Date, $until: Date) {
      reviewEvents(first: $first, after: $after, kind: $kind, from: $from, until: $until) {
        edges { node { id kind startsOn endsOn sourceUrl provenance deadlines { kind dueOn timeZone dueAt } } } pageInfo { hasNextPage endCursor } } }`;
    const ids: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { reviewEvents } = await world.get(observer, query, { first: 4, after });
      for (const { node } of reviewEvents.edges) {
        expect(node.provenance).toBe('SOURCED');
        expect(node.sourceUrl).toMatch(/^https:/);
        ids.push(node.id);
      }
      ({ endCursor: after, hasNextPage: more } = reviewEvents.pageInfo);
    }
    expect(ids).toHaveLength(9);
    expect(ids[0]).toBe('review-event:cop-9');
    const during = await world.get(observer, query, { first: 10, from: '2020-10-14', until: '2022-05-06' });
    expect(during.reviewEvents.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual([
      'review-event:cop-10',
      'review-event:cd-2022-firearms',
    ]);
    const sessions = await world.get(observer, query, { first: 10, kind: 'COP_SESSION' });
    expect(sessions.reviewEvents.edges).toHaveLength(2);
    const { reviewDeadlines } = await world.get(
      observer,
      '{ reviewDeadlines(from: "2022-01-01", until: "2023-02-12") { kind dueOn dueAt event { id } } }',
    );
    expect(reviewDeadlines).toEqual([
      {
        ...{ kind: 'APPLICATION', dueOn: '2022-05-08', dueAt: '2022-05-08T22:00:00.000Z' },
        event: { id: 'review-event:cd-2022-trafficking' },
      },
      {
        ...{ kind: 'APPLICATION', dueOn: '2023-02-12', dueAt: '2023-02-12T23:00:00.000Z' },
        event: { id: 'review-event:cd-2023-firearms' },
      },
      {
        ...{ kind: 'APPLICATION', dueOn: '2023-02-12', dueAt: '2023-02-12T23:00:00.000Z' },
        event: { id: 'review-event:cd-2023-assistance' },
      },
    ]);
  });

  test('no country review, a partner of the Americas and a programme; nothing says that the programme still runs', async () => {
    const { countryReviews, networks, programmes } = await world.get(
      observer,
      `{ countryReviews { id } networks { slug externalPartners { name { text } kind relations since organisation { id } visibility } programmes { shortName } }
         programmes { shortName endedOn lastKnownRunningOn organisation { id } } }`,
    );
    expect(countryReviews).toEqual([]);
    expect(networks.map(({ externalPartners }: { externalPartners: object[] }) => externalPartners.length)).toEqual([
      0, 1, 0,
    ]);
    expect(networks[1].externalPartners[0]).toMatchObject({
      relations: ['CO_ORGANISER'],
      organisation: { id: 'org:gi-toc' },
    });
    expect(networks[0].programmes).toEqual([{ shortName: 'SE4U' }]);
    expect(programmes).toMatchObject([{ shortName: 'SE4U', endedOn: null, lastKnownRunningOn: '2023-12' }]);
  });
});

describe('a country review', () => {
  test('is recorded with its source, told to the network, and found by country, stage, cluster and network', async () => {
    const { review } = await record(coordinator, {
      stage: 'FOCAL_POINT_APPOINTED',
      since: '2024-03',
      startedOn: '2024-02',
      reviewGroup: 2,
      reviewingStates: ['UG', 'PE'],
      governmentFocalPointOffice: '  Ministerio de Relaciones\nExteriores ',
    });
    expect(review).toMatchObject({
      ...{
        version: 1,
        stage: 'FOCAL_POINT_APPOINTED',
        stageSince: '2024-03',
        reviewGroup: 2,
        reviewingStates: ['UG', 'PE'],
      },
      ...{ governmentFocalPointOffice: 'Ministerio de Relaciones Exteriores', country: { code: 'CO' } },
      ...{ publicSourceUrl: source.url, checkedOn: '2024-11-01' },
      history: [{ number: 1, from: null, to: 'FOCAL_POINT_APPOINTED', since: '2024-03', correction: false }],
    });
    const from = async (args: string) =>
      (await world.get(partner([]), `{ countryReviews(${args}) { id } }`)).countryReviews.length;
    expect(await from('country: "CO", stage: FOCAL_POINT_APPOINTED, clusterCode: "I", networkId: "net:americas"')).toBe(
      1,
    );
    expect(await from('country: "CO", stage: CLOSED')).toBe(0);
    expect(await from('networkId: "net:africa"')).toBe(0);
    expect(await from('networkId: "net:nowhere"')).toBe(0);
    const { _entities } = await world.entities(
      observer,
      [
        { __typename: 'Country', code: 'CO' },
        { __typename: 'CountryReview', id: review.id },
      ],
      '... on Country { reviews { id } } ... on CountryReview { clusterCode cluster { articles } recordedBy { slug } }',
    );
    expect(_entities).toMatchObject([
      { reviews: [{ id: review.id }] },
      { clusterCode: 'I', recordedBy: { slug: 'net4u-americas' } },
    ]);
    expect(await events(`countryreview/${review.id}`)).toMatchObject([
      {
        ...{ network_id: 'net:americas', type: 'REVIEW_STAGE_CHANGED', visibility: 'PUBLIC', countries: ['CO'] },
        event_type: 'org.net4u.review.stage-changed.v1',
        data: {
          ...{ reviewId: review.id, country: 'CO', clusterCode: 'I', from: null, to: 'FOCAL_POINT_APPOINTED' },
          ...{ since: '2024-03', correction: false, version: 1 },
        },
      },
    ]);
    expect((await record(coordinator, {})).problems).toMatchObject([{ path: ['input', 'country'] }]);
    const { reviewStageCounts } = await world.get(observer, '{ reviewStageCounts(clusterCode: "I") { stage count } }');
    expect(reviewStageCounts).toHaveLength(11);
    expect(reviewStageCounts[1]).toEqual({ stage: 'FOCAL_POINT_APPOINTED', count: 1 });
  });

  test('goes forward from the version it was seen at; back only as a correction with an address; all of it is kept', async () => {
    const { review } = await record(coordinator, { country: 'PE' });
    const at = (expectedVersion: number, rest: object) =>
      setStage(coordinator, { id: review.id, expectedVersion, ...rest });
    const [first, second] = await Promise.all([
      at(1, { stage: 'EXPERTS_APPOINTED', source: { note: 'Told at the dialogue of 5 April 2024' } }),
      at(1, { stage: 'SELF_ASSESSMENT' }),
    ]);
    const outcomes = [first, second].map((payload) => payload.problems[0]?.__typename ?? 'done').sort();
    expect(outcomes).toEqual(['ConflictError', 'done']);
    expect((await at(2, { stage: 'CLOSED', source: {} })).problems).toMatchObject([{ path: ['input', 'source'] }]);
    expect((await at(2, { stage: 'NOT_STARTED' })).problems).toMatchObject([{ path: ['input', 'stage'] }]);
    expect(
      (await at(2, { stage: 'NOT_STARTED', correction: true, source: { note: 'a call' } })).problems,
    ).toMatchObject([{ path: ['input', 'source', 'url'] }]);
    expect((await at(2, { stage: 'DIALOGUE', since: '2999' })).problems).toMatchObject([{ path: ['input', 'since'] }]);
    const back = await at(2, { stage: 'NOT_STARTED', correction: true });
    expect(back).toMatchObject({ review: { stage: 'NOT_STARTED', version: 3 }, problems: [] });
    expect(
      back.review.history.map((entry: { number: number; correction: boolean }) => [entry.number, entry.correction]),
    ).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ]);
    expect(back.review.history[2]).toMatchObject({ sourceUrl: source.url, seat: { id: coordinator.seatId } });
    expect(await events(`countryreview/${review.id}`)).toHaveLength(3);
    const again = await at(3, { stage: 'NOT_STARTED', correction: true });
    expect(again.problems).toMatchObject([{ path: ['input', 'stage'] }]);
  });

  test('is looked at again without a change of stage; details change without news', async () => {
    const { review } = await record(coordinator, { country: 'MX' });
    const looked = await change(coordinator, {
      id: review.id,
      expectedVersion: 1,
      checkedOn: '2024-11-20',
      reviewingStates: ['BR'],
    });
    expect(looked.review).toMatchObject({ version: 2, checkedOn: '2024-11-20', reviewingStates: ['BR'] });
    expect(
      (await change(coordinator, { id: review.id, expectedVersion: 2, checkedOn: '2024-11-19' })).problems,
    ).toMatchObject([{ path: ['input', 'checkedOn'] }]);
    expect((await change(coordinator, { id: review.id, expectedVersion: 2 })).review.version).toBe(2);
    expect((await change(coordinator, { id: review.id, expectedVersion: 1 })).problems).toMatchObject([
      { currentVersion: 2 },
    ]);
    const cleared = await change(coordinator, { id: review.id, expectedVersion: 2, governmentFocalPointOffice: '' });
    expect(cleared.review.governmentFocalPointOffice).toBeNull();
    expect(await events(`countryreview/${review.id}`)).toHaveLength(1);
  });

  test.each([
    ['country', { country: 'QQ' }],
    ['country', { country: 'ZZ' }],
    ['clusterCode', { clusterCode: 'IX' }],
    ['instrument', { instrument: 'FP' }],
    ['reviewGroup', { reviewGroup: 4 }],
    ['startedOn', { startedOn: '2023-02-30' }],
    ['reviewingStates', { reviewingStates: ['AR', 'BR', 'PE'] }],
    ['reviewingStates', { reviewingStates: ['HN'] }],
    ['governmentFocalPointOffice', { governmentFocalPointOffice: 'Ministry of Justice, Dr. Example' }],
    ['governmentFocalPointOffice', { governmentFocalPointOffice: 'someone@example.org' }],
    ['governmentFocalPointOffice', { governmentFocalPointOffice: 'Ministry, +43 1 26060' }],
    ['governmentFocalPointOffice', { governmentFocalPointOffice: 'Sra. Muestra' }],
    ['source', { source: {} }],
    ['source', { source: { url: 'javascript:alert(1)' } }],
    ['source', { source: { url: 'https://user:secret@example.org/' } }],
    ['source', { source: { note: 'H.E. Sample' } }],
    ['source', { source: { url: 'https://example.org', checkedOn: '2999-01-01' } }],
    ['clientMutationId', { clientMutationId: '' }],
  ])('a wrong %s is named: %j', async (field, input) => {
    const { review, problems: found } = await record(coordinator, { country: 'HN', ...input });
    expect(review).toBeNull();
    expect(found).toMatchObject([{ __typename: 'ValidationError' }]);
    expect(found[0].path.slice(0, 2)).toEqual(['input', field]);
  });

  test('offices whose names look like other things are offices', async () => {
    const offices = [
      'Procuraduría General, piso 3',
      'Ministère de la Justice (DAJ 2023-2024)',
      'Dirección de Drogas',
      'Misión Permanente',
    ];
    const { review } = await record(coordinator, { country: 'AR' });
    for (const [index, governmentFocalPointOffice] of offices.entries()) {
      const changed = await change(coordinator, {
        id: review.id,
        expectedVersion: index + 1,
        governmentFocalPointOffice,
      });
      expect(changed.review?.governmentFocalPointOffice).toBe(governmentFocalPointOffice);
    }
  });

  test('is kept by leaders of the networks that list the country, and by any where none does', async () => {
    const kinds = async (actor: Actor, input: object) =>
      (await record(actor, { stage: 'CLOSED', source: {}, ...input })).problems.map(
        (problem: { __typename: string }) => problem.__typename,
      );
    // The source is wrong, and looked at last: who may is told so.
    expect(await kinds(coordinator, { country: 'CR' })).toEqual(['ValidationError']);
    expect(await kinds(seat('STEERING_COMMITTEE', 'net:americas'), { country: 'CR' })).toEqual(['ValidationError']);
    expect(await kinds(africa, { networkId: 'net:africa', country: 'CR' })).toEqual(['ForbiddenError']);
    expect(await kinds(africa, { networkId: 'net:americas', country: 'CR' })).toEqual(['ForbiddenError']);
    expect(await kinds(africa, { networkId: 'net:africa', country: 'KE' })).toEqual(['ValidationError']);
    const others = [
      ...(['MEMBER_REP', 'MEMBER_EDITOR', 'EXPERT_GROUP_LEAD', 'UN_LIAISON', 'OBSERVER', 'SAFETY_OFFICER'] as const),
    ].map((role) => seat(role, 'net:americas'));
    for (const actor of [...others, operator, partner(['net:americas']), gatewayActor]) {
      expect(await kinds(actor, { country: 'CR' })).toEqual(['ForbiddenError']);
    }
    const { review } = await record(africa, { networkId: 'net:africa', country: 'KE' });
    expect((await events(`countryreview/${review.id}`)).map(({ network_id }) => network_id)).toEqual(['net:africa']);
    const foreign = await setStage(africa, {
      networkId: 'net:americas',
      id: review.id,
      expectedVersion: 1,
      stage: 'CLOSED',
    });
    expect(foreign.problems).toMatchObject([{ __typename: 'ForbiddenError' }]);
    const missing = await setStage(africa, {
      networkId: 'net:africa',
      id: 'a\u0000b',
      expectedVersion: 1,
      stage: 'CLOSED',
    });
    expect(missing.problems).toMatchObject([{ path: ['input', 'id'] }]);
    const seen = async (actor: Actor) =>
      (await world.get(actor, `{ countryReview(id: "${review.id}") { history { seat { id } } } }`)).countryReview;
    expect(await seen(seat('MEMBER_REP', 'net:africa'))).toEqual({ history: [{ seat: { id: africa.seatId } }] });
    expect(await seen(coordinator)).toEqual({ history: [{ seat: null }] });
    expect(await seen(observer)).toEqual({ history: [{ seat: null }] });
    expect(await seen(gatewayActor)).toBeNull();
  });

  test('one clientMutationId has one effect, also at the same time', async () => {
    const input = { clientMutationId: 'same', country: 'BR' };
    const answers = await Promise.all(Array.from({ length: 4 }, () => record(coordinator, input)));
    expect(new Set(answers.map((payload) => payload.review.id)).size).toBe(1);
    expect((await record(coordinator, { ...input, stage: 'CLOSED' })).problems).toMatchObject([
      { path: ['input', 'clientMutationId'] },
    ]);
    const two = await Promise.all([record(coordinator, { country: 'EC' }), record(coordinator, { country: 'EC' })]);
    expect(two.map((payload) => payload.problems.length).sort()).toEqual([0, 1]);
  });
});

test.each([
  ['NOT_STARTED', '2026-02-20', null, '2026-03-06'],
  ['NOT_STARTED', '2026-02', null, null],
  ['FOCAL_POINT_APPOINTED', '2026-02-20', '2026-03-01', '2026-03-20'],
  ['SELF_ASSESSMENT', null, '2026-08-31', '2027-02-28'],
  ['SELF_ASSESSMENT', null, '2026-09', '2027-03'],
  ['WRITTEN_FEEDBACK', null, '2026', null],
  ['DIALOGUE', '2026-02-20', '2026-08-31', null],
] as const)('%s, begun %s, since %s, should be over by %s', (stage, startedOn, stageSince, by) => {
  expect(expectedBy(Object.assign(new CountryReview(), { stage, startedOn, stageSince }))).toBe(by);
});
