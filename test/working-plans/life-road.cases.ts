import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  adopt,
  adopted,
  amend,
  archive,
  conclude,
  type Payload,
  problemOf,
  readFields,
  requestChanges,
  saidOf,
  save,
  sha256,
  submit,
  submitted,
} from './life.ts';
import {
  af,
  am,
  Copy,
  codeOf,
  createPlan,
  type Instance,
  joint,
  type Name,
  nextMutation,
  openWorld,
  type World,
} from './subgraph.ts';

describe('life road', () => {
  let world: World;
  let here: Instance;
  beforeAll(async () => {
    world = await openWorld();
    here = world.instance;
  });
  afterAll(() => world.stop());

  const read = (id: string, fields: string, who?: Name) => readFields(here, id, fields, who);
  const setActivity = async (activityId: string, expectedVersion: number, status: string) => {
    const input = { clientMutationId: nextMutation(), activityId, expectedVersion, status };
    const { data } = await here.ask(
      'americas-coordinator',
      'mutation ($input: ActivityStatusInput!) { setActivityStatus(input: $input) { activity { version } problems { __typename } } }',
      { input },
    );
    return data.setActivityStatus;
  };
  const objectives = 'objectives { id networks { id } outcomes { id activities { id status version } } }';

  test('draft, review, changes, review, adopted, amended, superseded', async () => {
    const id = await createPlan(here, 'both-editor', {
      copyOf: joint,
      title: [{ locale: 'en', text: 'The road' }],
      sourceLocale: 'en',
      visibility: 'PUBLIC',
    });
    await world.db.query(`INSERT INTO working_plans.objective_networks VALUES ($1, 'o2', ARRAY[$2])`, [id, am]);
    const copy = await Copy.join(here, 'africa-editor', id);
    expect(codeOf(await copy.push(copy.type('Down ')))).toBeUndefined();

    // what is frozen is what is hashed
    const first = (await submit(here, 'americas-coordinator', id, 1)).plan;
    expect(first).toMatchObject({ status: 'UNDER_REVIEW', version: 2 });
    expect(first.versions.edges.map((edge: Payload) => edge.node)).toEqual([
      {
        number: 1,
        kind: 'SUBMITTED',
        label: null,
        contentHash: first.contentHash,
        adoptedByDecisionIds: [],
        createdBy: { id: 'seat:s01' },
        contributors: [{ id: 'seat:both' }, { id: 'seat:s08' }],
      },
    ]);
    const versions = 'versions { edges { node { id number kind content contentHash } } }';
    const [submittedFirst] = (await read(id, versions)).versions.edges;
    expect(sha256(submittedFirst.node.content)).toBe(first.contentHash);
    expect(JSON.parse(submittedFirst.node.content).title).toEqual({ en: 'Down The road' });
    expect(codeOf(await copy.push(copy.type('no ')))).toBe('PLAN_FROZEN');

    // given back, changed, submitted again: another text, another version
    const back = await requestChanges(here, 'steering-member', id, 'Say where the road goes.');
    expect(back.plan).toMatchObject({ status: 'CHANGES_REQUESTED', version: 3 });
    expect((await read(id, 'changesRequests { note requestedBy { id } }')).changesRequests).toEqual([
      { note: 'Say where the road goes.', requestedBy: { id: 'seat:s10' } },
    ]);
    const again = await Copy.join(here, 'americas-editor', id);
    expect(codeOf(await again.push(again.type('There: ')))).toBeUndefined();
    const second = (await submit(here, 'africa-coordinator', id, 3)).plan;
    expect(second.contentHash).not.toBe(first.contentHash);

    // a decision on the first text adopts nothing; one on the second does
    const old = await conclude(world, id, first.contentHash);
    const refused = await adopt(here, 'steering-member', id, [old], first.contentHash);
    expect(refused.problems).toMatchObject([{ __typename: 'ConflictError', currentVersion: 4 }]);
    const mixed = await adopt(here, 'steering-member', id, [old], second.contentHash);
    expect(mixed.problems).toMatchObject([{ __typename: 'ConflictError', currentVersion: 4 }]);
    const decision = await conclude(world, id, second.contentHash);
    const done = (await adopt(here, 'steering-member', id, [decision], second.contentHash)).plan;
    expect(done).toMatchObject({ status: 'ADOPTED', version: 5, contentHash: second.contentHash });
    expect(done.versions.edges.map(({ node }: Payload) => [node.number, node.kind, node.adoptedByDecisionIds])).toEqual(
      [
        [2, 'ADOPTED', [decision]],
        [1, 'SUBMITTED', []],
      ],
    );
    expect(codeOf(await again.push(again.type('no ')))).toBe('PLAN_FROZEN');
    // activities go on
    expect((await setActivity(`${id}/a1.1.1`, 1, 'PLANNED')).activity.version).toBe(2);

    // amended under the same node keys and owners; there is one amendment, whoever asks
    const amendment = (await amend(here, 'africa-coordinator', id)).plan;
    expect(amendment).toMatchObject({ status: 'DRAFT', version: 1, amends: { id }, contentHash: second.contentHash });
    expect((await amend(here, 'americas-coordinator', id)).plan.id).toBe(amendment.id);
    expect((await read(id, 'amendedBy { id }')).amendedBy).toEqual({ id: amendment.id });
    expect(await read(id, 'amendedBy { id }', 'partner')).toEqual({ amendedBy: null });
    const keys = (plan: Payload, of: string) => JSON.parse(JSON.stringify(plan).replaceAll(`${of}/`, ''));
    const nodes = 'objectives { id networks { id } outcomes { id activities { id milestones { id } budget { id } } } }';
    expect(keys(await read(amendment.id, nodes), amendment.id)).toEqual(keys(await read(id, nodes), id));
    const draft = await Copy.join(here, 'americas-editor', amendment.id);
    expect(codeOf(await draft.push(draft.type('New: ')))).toBeUndefined();
    // meanwhile an activity of the plan goes on, and another one is set in the amendment itself
    expect((await setActivity(`${id}/a1.1.1`, 2, 'IN_PROGRESS')).activity.version).toBe(3);
    expect((await setActivity(`${amendment.id}/a1.1.2`, 1, 'PLANNED')).activity.version).toBe(2);

    const third = (await submit(here, 'americas-coordinator', amendment.id, 1)).plan;
    const both = [
      await conclude(world, amendment.id, third.contentHash, { networkIds: [am] }),
      await conclude(world, amendment.id, third.contentHash, { networkIds: [af] }),
    ];
    const taken = (await adopt(here, 'americas-coordinator', amendment.id, both, third.contentHash)).plan;
    expect(taken).toMatchObject({ status: 'ADOPTED', amends: { id } });
    const before = await read(id, `status version amendedBy { id } ${objectives}`);
    expect(before).toMatchObject({ status: 'SUPERSEDED', version: 6, amendedBy: { id: amendment.id } });
    const after = await read(amendment.id, objectives);
    expect(after.objectives[0].outcomes[0].activities.slice(0, 3)).toEqual([
      { id: `${amendment.id}/a1.1.1`, status: 'IN_PROGRESS', version: 3 },
      { id: `${amendment.id}/a1.1.2`, status: 'PLANNED', version: 2 },
      { id: `${amendment.id}/a1.1.3`, status: 'PROPOSED', version: 1 },
    ]);
    expect((await setActivity(`${id}/a1.1.1`, 3, 'COMPLETED')).problems).toMatchObject([
      { __typename: 'ValidationError' },
    ]);
    expect(problemOf(await amend(here, 'africa-coordinator', id))[1]).toContain('SUPERSEDED');

    // said once in each network, to its networks until it was adopted, with ids and versions only
    const twice = (visibility: string, data: object) => [
      [af, visibility, data],
      [am, visibility, data],
    ];
    expect(await saidOf(world, 'PLAN_SUBMITTED', id)).toEqual([
      ...twice('NETWORK', { planId: id, status: 'UNDER_REVIEW', version: 2 }),
      ...twice('NETWORK', { planId: id, status: 'UNDER_REVIEW', version: 4 }),
    ]);
    expect(await saidOf(world, 'PLAN_VERSION_CREATED', id)).toEqual([
      ...twice('NETWORK', { planId: id, number: 1, kind: 'SUBMITTED' }),
      ...twice('NETWORK', { planId: id, number: 2, kind: 'SUBMITTED' }),
    ]);
    expect(await saidOf(world, 'PLAN_ADOPTED', id)).toEqual(
      twice('PUBLIC', {
        planId: id,
        status: 'ADOPTED',
        version: 5,
        number: 2,
        decisionIds: [decision],
        supersedes: null,
      }),
    );
    expect((await saidOf(world, 'PLAN_ADOPTED', amendment.id))[0]?.[2]).toMatchObject({
      supersedes: id,
      decisionIds: both,
    });
  });

  test('a suggestion accepted under review makes another text: the decisions must be on that, and it is adopted as a version of its own', async () => {
    const { id, hash } = await submitted(here, { copyOf: joint, sourceLocale: 'en' });
    const base = await read(id, 'objectives { id title(locale: "en") { text } }');
    const nodeId = base.objectives[0].id;
    const baseHash = sha256(base.objectives[0].title.text);
    const proposed = await here.ask(
      'africa-rep',
      `mutation ($input: ProposeSuggestionInput!) { proposeSuggestion(input: $input) { suggestion { id } problems { ... on UserError { message } } } }`,
      {
        input: {
          clientMutationId: nextMutation(),
          nodeId,
          field: 'title',
          locale: 'en',
          proposedText: 'A better title',
          baseHash,
        },
      },
    );
    const { suggestion } = proposed.data.proposeSuggestion;
    await here.ask(
      'americas-coordinator',
      `mutation ($input: ResolveSuggestionInput!) { acceptSuggestion(input: $input) { problems { ... on UserError { message } } } }`,
      { input: { clientMutationId: nextMutation(), id: suggestion.id } },
    );
    const now = (await read(id, 'status contentHash')).contentHash;
    expect(now).not.toBe(hash);
    const decision = await conclude(world, id, hash);
    expect(problemOf(await adopt(here, 'steering-member', id, [decision], hash))[0]).toBe('ConflictError');
    const other = await conclude(world, id, now);
    const { plan } = await adopt(here, 'steering-member', id, [other], now);
    expect(plan.versions.edges.map(({ node }: Payload) => [node.kind, node.contentHash])).toEqual([
      ['ADOPTED', now],
      ['SUBMITTED', hash],
    ]);
    expect(await saidOf(world, 'PLAN_VERSION_CREATED', id)).toHaveLength(4);
  });

  test('what is sent again is done once, and what is rubbish changes nothing', async () => {
    const id = await createPlan(here, 'both-editor');
    const key = nextMutation();
    const first = await submit(here, 'americas-coordinator', id, 1, key);
    expect(await submit(here, 'americas-coordinator', id, 1, key)).toEqual(first);
    expect(problemOf(await submit(here, 'americas-coordinator', id, 1))[0]).toBe('ConflictError');
    expect(problemOf(await submit(here, 'africa-coordinator', id, 1, key))[0]).toBe('ConflictError');
    for (const note of ['', '  ', 'x'.repeat(2_001)]) {
      expect((await requestChanges(here, 'steering-member', id, note)).problems).toMatchObject([{ path: ['note'] }]);
    }
    for (const decisions of [[], ['two words'], Array.from({ length: 51 }, (_, n) => `decision:x${n}`)]) {
      const answer = await adopt(here, 'steering-member', id, decisions, first.plan.contentHash);
      expect(answer.problems).toMatchObject([{ path: ['decisionIds'] }]);
    }
    for (const rubbish of ['', 'plan:none', `${id}/o1`, 'a\u0000b', '../..']) {
      expect(problemOf(await submit(here, 'americas-coordinator', rubbish, 1))[0]).toBe('ForbiddenError');
      expect(problemOf(await amend(here, 'americas-coordinator', rubbish))[0]).toBe('ForbiddenError');
      expect(problemOf(await adopt(here, 'steering-member', rubbish, ['decision:x'], ''))[0]).toBe('ForbiddenError');
      expect(problemOf(await archive(here, 'steering-member', rubbish))[0]).toBe('ForbiddenError');
      expect(problemOf(await save(here, 'steering-member', rubbish))[0]).toBe('ForbiddenError');
    }
    expect((await read(id, 'status version')).version).toBe(2);
  });

  test('the region that a plan is at home in decides', async () => {
    const { id, hash } = await adopted(world);
    await world.db.query(`UPDATE working_plans.plan SET home_region = 'africa' WHERE id = $1`, [id]);
    for (const answer of [await amend(here, 'africa-coordinator', id), await archive(here, 'africa-coordinator', id)]) {
      expect(problemOf(answer)).toEqual(['ForbiddenError', expect.stringContaining('home region, africa')]);
    }
    await world.db.query(`UPDATE working_plans.plan SET home_region = 'americas' WHERE id = $1`, [id]);
    const archived = (await archive(here, 'africa-coordinator', id)).plan;
    expect(archived).toMatchObject({ status: 'ARCHIVED', version: 4, contentHash: hash });
    expect((await saidOf(world, 'PLAN_ARCHIVED', id)).map(([network, visibility]) => [network, visibility])).toEqual([
      [af, 'PARTNERS'],
      [am, 'PARTNERS'],
    ]);
  });
});
