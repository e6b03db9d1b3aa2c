import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Actor, gatewayActor } from '../kit/context.ts';
import {
  coordinator,
  type NetworksWorld,
  observer,
  operator,
  partner,
  representative,
  seat,
  startNetworks,
} from './networks.ts';

describe('network changes', () => {
  let world: NetworksWorld;
  beforeAll(async () => {
    world = await startNetworks();
  });
  afterAll(() => world?.stop());

  const problems = 'problems { __typename ... on UserError { message path } ... on ConflictError { currentVersion } }';
  const text = (en: string) => [{ locale: 'en', text: en }];
  let lastMutation = 0;
  const newMutation = () => `mutation-${++lastMutation}`;

  const create = (actor: Actor, input: object) =>
    world
      .ask(
        actor,
        `mutation ($input: CreateNetworkInput!) { createNetwork(input: $input) { network { id slug status provenance version countries { code } } ${problems} } }`,
        {
          input: {
            clientMutationId: newMutation(),
            slug: 'net4u-pacific',
            name: text('NET4U Pacific'),
            region: 'PACIFIC',
            countries: ['FJ', 'WS', 'FJ'],
            workingLanguages: ['en'],
            timeZone: 'Pacific/Fiji',
            homeRegion: 'asia',
            ...input,
          },
        },
      )
      .then(({ data, errors }) => data?.createNetwork ?? errors);
  const update = (actor: Actor, input: object) =>
    world
      .ask(
        actor,
        `mutation ($input: UpdateNetworkInput!) { updateNetwork(input: $input) { network { status version contactMailbox } ${problems} } }`,
        {
          input: { clientMutationId: newMutation(), id: 'net:americas', expectedVersion: 1, ...input },
        },
      )
      .then(({ data, errors }) => data?.updateNetwork ?? errors);
  const upsert = (actor: Actor, input: object) =>
    world
      .ask(
        actor,
        `mutation ($input: UpsertBodyInput!) { upsertBody(input: $input) { body { id kind version seatsTotal mandate { text } network { slug bodies { id } } } ${problems} } }`,
        {
          input: {
            clientMutationId: newMutation(),
            networkId: 'net:africa',
            kind: 'TASK_FORCE',
            name: text('Task force'),
            ...input,
          },
        },
      )
      .then(({ data, errors }) => data?.upsertBody ?? errors);

  describe('who may change what', () => {
    const actors: [string, Actor, { create?: true; americas?: true; africa?: true }][] = [
      ['coordinator of the Americas', coordinator, { americas: true }],
      ['steering committee of Africa', seat('STEERING_COMMITTEE', 'net:africa', 'body:af-sc'), { africa: true }],
      ['platform operator', operator, { create: true }],
      ['representative', representative, {}],
      ['editor', seat('MEMBER_EDITOR', 'net:africa'), {}],
      ['group lead', seat('EXPERT_GROUP_LEAD', 'net:americas', 'body:am-5'), {}],
      ['UN liaison', seat('UN_LIAISON', 'net:africa'), {}],
      ['observer', observer, {}],
      ['safety officer', seat('SAFETY_OFFICER', 'net:africa'), {}],
      ['partner', partner(['net:africa', 'net:americas']), {}],
      ['partner with roles', { ...partner(['net:africa']), roles: [...operator.roles, ...coordinator.roles] }, {}],
      ['gateway', gatewayActor, {}],
    ];
    // Each input is wrong in what is checked last: who may is told so, who may not is told nothing but that.
    test.each(actors)('%s', async (_, actor, may) => {
      const kind = (payload: { problems: { __typename: string }[] }) =>
        payload.problems.map((problem) => problem.__typename);
      const expected = (allowed: true | undefined, then: string) => [allowed ? then : 'ForbiddenError'];
      expect(kind(await create(actor, { slug: 'net4u-asia' }))).toEqual(expected(may.create, 'ValidationError'));
      for (const network of ['americas', 'africa'] as const) {
        const conflicting = { id: `net:${network}`, expectedVersion: 99, status: 'CLOSED' };
        expect(kind(await update(actor, conflicting))).toEqual(expected(may[network], 'ConflictError'));
        const unnamed = { networkId: `net:${network}`, name: [] };
        expect(kind(await upsert(actor, unnamed))).toEqual(expected(may[network], 'ValidationError'));
      }
    });
  });

  describe('changes', () => {
    const feed = async (networkId: string) =>
      (
        await world.owner.query(
          'SELECT type, event_type, subject, visibility, countries, data FROM feed.event WHERE network_id = $1 ORDER BY position DESC LIMIT 1',
          [networkId],
        )
      ).rows[0];
    const count = async () => Number((await world.owner.query('SELECT count(*) FROM feed.event')).rows[0].count);

    test('a new network is data: created by the operator, forming, and said to the feed', async () => {
      const { network, problems: none } = await create(operator, {});
      expect(none).toEqual([]);
      expect(network).toMatchObject({
        slug: 'net4u-pacific',
        status: 'FORMING',
        provenance: 'USER',
        version: 1,
        countries: [{ code: 'FJ' }, { code: 'WS' }],
      });
      expect(await feed(network.id)).toEqual({
        type: 'NETWORK_CREATED',
        event_type: 'org.net4u.network.created.v1',
        subject: `network/${network.id}`,
        visibility: 'PUBLIC',
        countries: ['FJ', 'WS'],
        data: { networkId: network.id, slug: 'net4u-pacific', version: 1 },
      });
      const again = await create(operator, {});
      expect(again.problems).toEqual([
        { __typename: 'ValidationError', message: 'slug: net4u-pacific is taken.', path: ['input', 'slug'] },
      ]);
    });

    test.each([
      ['slug', { slug: 'Net4U Pacific' }],
      ['name', { name: [] }],
      ['name', { name: [...text('a'), ...text('b')] }],
      ['name', { name: text(' \u0007 ') }],
      ['name', { name: text('x'.repeat(201)) }],
      ['region', { region: 'pacific' }],
      ['countries', { countries: ['FJ', 'QQ'] }],
      ['countries', { countries: ['ZZ'] }],
      ['timeZone', { timeZone: 'Atlantis/Capital' }],
      ['homeRegion', { homeRegion: 'not a region' }],
      ['clientMutationId', { clientMutationId: '' }],
    ])('a wrong %s is named: %j', async (field, input) => {
      const before = await count();
      const { network, problems: found } = await create(operator, { slug: 'net4u-new', ...input });
      expect(network).toBeNull();
      expect(found).toMatchObject([
        { __typename: 'ValidationError', message: expect.stringMatching(new RegExp(`^${field}: `)) },
      ]);
      expect(found[0].path.slice(0, 2)).toEqual(['input', field]);
      expect(await count()).toBe(before);
    });

    test('an update changes what is given, once, and only from the version it was made for', async () => {
      const first = await update(coordinator, {
        contactMailbox: 'coordination@example.org',
        countries: ['AR', 'BR', 'CO', 'CR', 'EC', 'HN', 'MX', 'PE'],
      });
      expect(first).toEqual({
        network: { status: 'ACTIVE', version: 2, contactMailbox: 'coordination@example.org' },
        problems: [],
      });
      expect(await feed('net:americas')).toMatchObject({
        type: 'NETWORK_CHANGED',
        data: { changed: ['contactMailbox'], version: 2 },
      });
      const stale = await update(coordinator, { status: 'DORMANT' });
      expect(stale).toEqual({
        network: null,
        problems: [
          { __typename: 'ConflictError', message: 'The network is at version 2.', path: null, currentVersion: 2 },
        ],
      });
      const before = await count();
      const same = await update(coordinator, {
        expectedVersion: 2,
        status: 'ACTIVE',
        name: [{ locale: 'es', text: 'NET4U Américas' }, ...text('NET4U Americas')],
      });
      expect(same.network.version).toBe(2);
      expect(await count()).toBe(before);
      const gone = await update(coordinator, { expectedVersion: 2, contactMailbox: '' });
      expect(gone.network).toMatchObject({ version: 3, contactMailbox: null });
      expect((await update(seat('COORDINATOR', 'net:nowhere'), { id: 'net:nowhere' })).problems).toMatchObject([
        { path: ['input', 'id'] },
      ]);
    });

    test('the same clientMutationId has one effect and one answer, also at the same time', async () => {
      const lead = seat('STEERING_COMMITTEE', 'net:africa');
      const clientMutationId = newMutation();
      const before = await count();
      const input = { clientMutationId, seatsTotal: 5, mandate: text('Review inputs') };
      const answers = await Promise.all(Array.from({ length: 5 }, () => upsert(lead, input)));
      expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
      expect(await upsert(lead, input)).toEqual(answers[0]);
      expect(await count()).toBe(before + 1);
      expect((await upsert(lead, { ...input, seatsTotal: 6 })).problems).toMatchObject([
        { path: ['input', 'clientMutationId'] },
      ]);
      expect((await upsert(seat('COORDINATOR', 'net:africa'), input)).body.id).not.toBe(answers[0].body.id);
    });

    test('a body is made, replaced, and never moved to another network', async () => {
      const lead = seat('COORDINATOR', 'net:africa');
      const { body } = await upsert(lead, { seatsTotal: 7 });
      expect(body).toMatchObject({ kind: 'TASK_FORCE', version: 1, seatsTotal: 7, network: { slug: 'net4u-africa' } });
      expect(body.network.bodies).toContainEqual({ id: body.id });
      const changed = await upsert(lead, {
        id: body.id,
        expectedVersion: 1,
        kind: 'EXPERT_GROUP',
        thematicArea: 'FIREARMS',
      });
      expect(changed.body).toMatchObject({ kind: 'EXPERT_GROUP', version: 2, seatsTotal: null });
      expect(await feed('net:africa')).toMatchObject({
        type: 'BODY_CHANGED',
        subject: `body/${body.id}`,
        data: { bodyId: body.id, networkId: 'net:africa', version: 2, changed: ['kind', 'thematicArea', 'seatsTotal'] },
      });
      expect((await upsert(lead, { id: body.id, expectedVersion: 1 })).problems).toMatchObject([{ currentVersion: 2 }]);
      expect((await upsert(coordinator, { id: body.id, networkId: 'net:americas' })).problems).toMatchObject([
        { path: ['input', 'id'] },
      ]);
      expect((await upsert(lead, { kind: 'EXPERT_GROUP' })).problems).toMatchObject([
        { path: ['input', 'thematicArea'] },
      ]);
      expect((await upsert(lead, { seatsTotal: 0 })).problems).toMatchObject([{ path: ['input', 'seatsTotal'] }]);
    });
  });
});
