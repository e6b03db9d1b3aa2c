import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Copy, createPlan, type Instance, joint, type Name, names, openWorld, stored, type World } from './subgraph.ts';
import { change, make, tryChange } from './typed.ts';

describe('nodes refused', () => {
  let world: World;
  let here: Instance;
  let other: string;
  beforeAll(async () => {
    world = await openWorld();
    here = world.instance;
    other = await createPlan(here, 'both-editor');
    const objective = await make(here, 'both-editor', 'upsertObjective', { planId: other });
    await make(here, 'both-editor', 'upsertOutcome', { objectiveId: objective.id });
  });
  afterAll(() => world.stop());

  const at = (key: string) => `${joint}/${key}`;
  const texts = (...pairs: [string, string][]) => pairs.map(([locale, text]) => ({ locale, text }));

  /** Mutation, input, and the path of the field at fault below `input`. */
  const invalid: [string, object, ...string[]][] = [
    // the wrong place
    ['upsertObjective', { title: [] }, 'planId'],
    ['upsertOutcome', { objectiveId: at('o1.1') }, 'objectiveId'],
    ['upsertOutcome', { objectiveId: at('o9') }, 'objectiveId'],
    ['upsertActivity', { outcomeId: at('o1') }, 'outcomeId'],
    ['upsertActivity', { outcomeId: at('a1.1.1') }, 'outcomeId'],
    ['upsertActivity', { outcomeId: at('plan') }, 'outcomeId'],
    ['upsertActivity', { outcomeId: at('constructor') }, 'outcomeId'],
    ['upsertActivity', { outcomeId: at('o2.1'), id: at('a1.1.1') }, 'outcomeId'],
    ['upsertActivity', { id: at('a9.9') }, 'id'],
    ['upsertActivity', { id: at('o1.1') }, 'id'],
    ['upsertActivity', { id: at('a1.1.1'), after: at('a1.1.2') }, 'after'],
    ['upsertMilestone', { activityId: at('o1.1') }, 'activityId'],
    ['upsertIndicator', { parentId: at('o1') }, 'parentId'],
    ['upsertIndicator', { parentId: at('m1.1.1-1') }, 'parentId'],
    ['upsertBudgetLine', { activityId: at('o1.1'), label: 'x' }, 'activityId'],
    ['upsertRisk', { activityId: at('r1.1.1-1') }, 'activityId'],
    ['upsertActivity', { outcomeId: at('o1.1'), after: at('a2.1.1') }, 'after'],
    ['upsertActivity', { outcomeId: at('o1.1'), after: at('o1.1') }, 'after'],
    ['movePlanNode', { nodeId: at('a1.1.1'), parentId: at('o1') }, 'parentId'],
    ['movePlanNode', { nodeId: at('a1.1.1'), parentId: at('a1.1.2') }, 'parentId'],
    ['movePlanNode', { nodeId: at('o1.1'), parentId: at('a1.1.1') }, 'parentId'],
    ['movePlanNode', { nodeId: at('o1'), parentId: at('o2') }, 'parentId'],
    ['movePlanNode', { nodeId: at('a1.1.1'), after: at('a1.1.1') }, 'after'],
    ['movePlanNode', { nodeId: at('a1.1.1'), after: at('a2.1.1') }, 'after'],
    ['movePlanNode', { nodeId: at('plan') }, 'nodeId'],
    ['movePlanNode', { nodeId: at('a9') }, 'nodeId'],
    ['deletePlanNode', { nodeId: at('plan') }, 'nodeId'],
    ['deletePlanNode', { nodeId: at('a9') }, 'nodeId'],
    ['restorePlanNode', { nodeId: at('a9') }, 'nodeId'],
    // dates
    ['upsertActivity', { id: at('a1.1.1'), startsOn: '2027-05-02', endsOn: '2027-05-01' }, 'endsOn'],
    ['upsertActivity', { id: at('a1.1.1'), startsOn: '9999-01-01' }, 'startsOn'],
    ['upsertActivity', { outcomeId: at('o1.1'), startsOn: '2027-05-02', endsOn: '2027-05-01' }, 'endsOn'],
    ['updatePlanDetails', { planId: joint, periodStart: '2030-01-01' }, 'periodStart'],
    ['updatePlanDetails', { planId: joint, periodEnd: '2020-01-01' }, 'periodEnd'],
    ['updatePlanDetails', { planId: joint, periodEnd: null }, 'periodEnd'],
    // dependencies
    ['upsertActivity', { id: at('a1.1.1'), dependsOnIds: [at('a1.1.1')] }, 'dependsOnIds', '0'],
    ['upsertActivity', { id: at('a1.1.1'), dependsOnIds: [at('a1.1.2'), at('a9')] }, 'dependsOnIds', '1'],
    ['upsertActivity', { id: at('a1.1.1'), dependsOnIds: [at('o1.1')] }, 'dependsOnIds', '0'],
    ['upsertActivity', { outcomeId: at('o1.1'), dependsOnIds: ['plan:none/a1'] }, 'dependsOnIds', '0'],
    // vocabularies
    ...['UNTOC', 'UNTOC:0', 'UNTOC:42', 'TIP:21', 'SOM:26', 'FP:22', 'untoc:1', 'UNCAC:1', 'UNTOC:5 '].map(
      (article): [string, object, ...string[]] => [
        'upsertActivity',
        { id: at('a1.1.1'), instrumentArticles: ['TIP:20', article] },
        'instrumentArticles',
        '1',
      ],
    ),
    ...['16', '18.1', '0.1', '16.0', '16.e', '16.100', '16.4.1'].map((target): [string, object, ...string[]] => [
      'upsertObjective',
      { id: at('o1'), sdgTargets: [target] },
      'sdgTargets',
      '0',
    ]),
    ['upsertActivity', { id: at('a1.1.1'), sdgTargets: ['x'] }, 'sdgTargets', '0'],
    ['upsertActivity', { id: at('a1.1.1'), countries: ['UG', 'QQ'] }, 'countries', '1'],
    ['upsertActivity', { id: at('a1.1.1'), countries: ['EU'] }, 'countries', '0'],
    ['upsertBudgetLine', { activityId: at('a1.1.1'), amount: '-1' }, 'amount'],
    ['upsertBudgetLine', { activityId: at('a1.1.1'), amount: '0.001' }, 'amount'],
    ['upsertBudgetLine', { activityId: at('a1.1.1'), amount: '10000000000000' }, 'amount'],
    ['upsertBudgetLine', { activityId: at('a1.1.1'), currency: 'XYZ' }, 'currency'],
    // texts and ids
    ['upsertActivity', { id: at('a1.1.1'), title: texts(['fr', 'x']) }, 'title', '0', 'locale'],
    ['upsertActivity', { id: at('a1.1.1'), title: texts(['en', 'x'], ['en', 'y']) }, 'title', '1', 'locale'],
    ['upsertActivity', { id: at('a1.1.1'), title: texts(['en', 'x'.repeat(501)]) }, 'title', '0', 'text'],
    ['upsertActivity', { id: at('a1.1.1'), description: texts(['en', 'a\u0000b']) }, 'description', '0', 'text'],
    ['upsertActivity', { id: at('a1.1.1'), code: 'x'.repeat(41) }, 'code'],
    ['upsertActivity', { id: at('a1.1.1'), responsibleId: 'two words' }, 'responsibleId'],
    ['upsertActivity', { id: at('a1.1.1'), partnerIds: [''] }, 'partnerIds', '0'],
    ['upsertActivity', { id: at('a1.1.1'), externalPartners: [' '] }, 'externalPartners', '0'],
    ['upsertActivity', { id: at('a1.1.1'), externalPartners: Array(201).fill('x') }, 'externalPartners'],
    ['upsertActivity', { id: at('a1.1.1'), expertGroupId: 'FIREARMS' }, 'expertGroupId'],
    ['upsertRisk', { activityId: at('a1.1.1'), ownerId: 'ö' }, 'ownerId'],
    ['updatePlanDetails', { planId: joint, title: texts(['en', ' ']) }, 'title'],
    ['updatePlanDetails', { planId: joint, title: null }, 'title'],
    ['upsertActivity', { id: at('a1.1.1'), clientMutationId: 'two words' }, 'clientMutationId'],
    // states
    [
      'setMilestoneStatus',
      { milestoneId: at('m1.1.1-1'), expectedVersion: 1, status: 'MISSED', reachedOn: '2026-01-01' },
      'reachedOn',
    ],
    [
      'setMilestoneStatus',
      { milestoneId: at('m1.1.1-1'), expectedVersion: 1, status: 'REACHED', reachedOn: '2999-01-01' },
      'reachedOn',
    ],
    [
      'setMilestoneStatus',
      { milestoneId: at('m1.1.1-1'), expectedVersion: 1, status: 'REACHED', evidence: ['ok', ''] },
      'evidence',
      '1',
    ],
    [
      'setMilestoneStatus',
      { milestoneId: at('m1.1.1-1'), expectedVersion: 1, status: 'REACHED', evidence: [' JavaScript:x'] },
      'evidence',
      '0',
    ],
    ['setObjectiveNetworks', { objectiveId: at('o1'), expectedVersion: 1, networkIds: [] }, 'networkIds'],
    [
      'setObjectiveNetworks',
      { objectiveId: at('o1'), expectedVersion: 1, networkIds: ['net:americas', 'net:africa', 'net:asia'] },
      'networkIds',
      '2',
    ],
  ];

  test('what would make an invalid plan is refused, with the path of the field at fault, and leaves nothing', async () => {
    const before = await stored(world);
    const title = { id: at('a1.1.1') };
    for (const [name, input, ...path] of invalid) {
      const who = name.startsWith('set') ? 'americas-coordinator' : 'both-editor';
      const { problems } = await change(here, who, name, input);
      const problem = { __typename: 'ValidationError', path: ['input', ...path] };
      expect({ name, input, problems }).toMatchObject({ name, input, problems: [problem] });
      expect(problems[0]!.message.startsWith(`${path[0]}: `)).toBe(true);
    }
    expect(await stored(world)).toEqual(before);
    expect((await make(here, 'both-editor', 'upsertActivity', title)).id).toBe(title.id);
  });

  test('what the schema itself refuses never reaches a command', async () => {
    for (const [name, input] of [
      ['upsertObjective', { id: at('o1'), thematicArea: 'CYBERCRIME' }],
      ['upsertRisk', { activityId: at('a1.1.1'), likelihood: 'SOME' }],
      ['upsertActivity', { id: at('a1.1.1'), startsOn: '2027-02-30' }],
      ['upsertActivity', { id: at('a1.1.1'), countries: ['uganda'] }],
      ['upsertBudgetLine', { activityId: at('a1.1.1'), amount: 'much' }],
    ] as const) {
      expect((await tryChange(here, 'both-editor', name, input)).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });

  test('activities that wait for each other through others are no circle', async () => {
    const depend = (key: string, ...on: string[]) =>
      change(here, 'both-editor', 'upsertActivity', { id: at(key), dependsOnIds: on.map(at) });
    expect((await depend('a1.1.2', 'a1.1.1')).problems).toEqual([]);
    expect((await depend('a1.1.3', 'a1.1.2', 'a1.1.1')).problems).toEqual([]);
    expect((await depend('a1.1.1', 'a2.1.1', 'a1.1.3')).problems).toMatchObject([
      { path: ['input', 'dependsOnIds', '1'] },
    ]);
    // A circle that people typed: the check ends, and they can take it apart.
    const copy = await Copy.join(here, 'both-editor');
    const typed = copy.edit(() => copy.node('a1.1.1').set('dependsOn', ['a1.1.3']));
    expect((await copy.push(typed)).errors).toBeUndefined();
    expect((await depend('a2.1.1', 'a1.1.1')).problems).toEqual([]);
    expect((await depend('a1.1.1')).problems).toEqual([]);
  });

  describe('who may', () => {
    /** Objective 1 is of all themes but smuggling; objective 2's group is expert-lead's. */
    const everywhere: Name[] = [
      'americas-coordinator',
      'americas-editor',
      'africa-coordinator',
      'africa-editor',
      'steering-member',
      'both-editor',
    ];
    const anywhere: [string, (objective: string) => object, lead: boolean][] = [
      ['upsertObjective', (o) => ({ id: at(`o${o}`), code: `${o}` }), true],
      ['upsertObjective', (o) => ({ id: at(`o${o}`), thematicArea: null }), false],
      ['upsertOutcome', (o) => ({ objectiveId: at(`o${o}`) }), true],
      ['upsertActivity', (o) => ({ id: at(`a${o}.1.1`), code: 'x' }), true],
      ['upsertMilestone', (o) => ({ activityId: at(`a${o}.1.1`) }), true],
      ['upsertIndicator', (o) => ({ parentId: at(`o${o}.1`) }), true],
      ['upsertBudgetLine', (o) => ({ activityId: at(`a${o}.1.1`) }), true],
      ['upsertRisk', (o) => ({ activityId: at(`a${o}.1.1`) }), true],
      ['movePlanNode', (o) => ({ nodeId: at(`a${o}.1.1`) }), true],
      ['movePlanNode', (o) => ({ nodeId: at(`o${o}`) }), false],
      ['deletePlanNode', (o) => ({ nodeId: at(`a${o}.1.5`) }), true],
      ['restorePlanNode', (o) => ({ nodeId: at(`a${o}.1.5`) }), true],
      ['deletePlanNode', (o) => ({ nodeId: at(`o${o}`) }), false],
      ['restorePlanNode', (o) => ({ nodeId: at(`o${o}`) }), false],
    ];
    const areaOf = { 1: 'GENERAL_UNTOC', 2: 'EMERGING_CRIMES' } as const;

    test('in an objective: editors of its networks and its group’s lead, who makes neither objectives nor leads', async () => {
      const { data } = await here.ask('both-editor', `{ workingPlan(id: "${joint}") { objectives { thematicArea } } }`);
      expect(data.workingPlan.objectives.map((o: { thematicArea: string }) => o.thematicArea)).toEqual(
        Object.values(areaOf),
      );
      const leads: Name[] = ['expert-lead', 'other-lead'];
      for (const who of names) {
        // Who may type nowhere is refused before anything is looked at: a few are enough.
        const some = everywhere.includes(who) || leads.includes(who) ? anywhere : anywhere.slice(2, 5);
        for (const [name, input, lead] of some) {
          for (const objective of ['1', '2'] as const) {
            const { problems } = await change(here, who, name, input(objective));
            const may = everywhere.includes(who) || (lead && who === 'expert-lead' && objective === '2');
            // What a lead may not delete is not deleted: there is nothing to restore, and that is no edit.
            const idle = name === 'restorePlanNode' && who === 'expert-lead' && objective === '2';
            const expected = may || idle ? [] : [{ __typename: 'ForbiddenError' }];
            expect({ who, name, objective, problems }).toMatchObject({ who, name, objective, problems: expected });
            expect(problems.length).toBe(expected.length);
          }
        }
        for (const objective of ['1', '2'] as const)
          await make(here, 'both-editor', 'upsertObjective', {
            id: at(`o${objective}`),
            thematicArea: areaOf[objective],
          });
      }
    });

    test('in the plan itself: editors of its networks', async () => {
      for (const who of names) {
        for (const [name, input] of [
          ['upsertObjective', { planId: joint }],
          ['updatePlanDetails', { planId: joint, preamble: [{ locale: 'en', text: `By ${who}` }] }],
          ['addPlanLocale', { planId: joint, locale: 'fr' }],
        ] as const) {
          const { problems } = await change(here, who, name, input);
          const expected = everywhere.includes(who) ? [] : [{ __typename: 'ForbiddenError' }];
          expect({ who, name, problems }).toMatchObject({ who, name, problems: expected });
          expect(problems.length).toBe(expected.length);
        }
      }
    });

    test('in an objective that one network owns alone: its editors only; who owns it is changed by no one against a network', async () => {
      const version = async () =>
        (await here.ask('both-editor', `{ workingPlan(id: "${joint}") { version } }`)).data.workingPlan
          .version as number;
      const own = async (who: Name, ...networkIds: string[]) =>
        (
          await change(here, who, 'setObjectiveNetworks', {
            objectiveId: at('o1'),
            expectedVersion: await version(),
            networkIds,
          })
        ).problems;
      const forbidden = [{ __typename: 'ForbiddenError' }];
      const [am, af] = ['net:americas', 'net:africa'];
      const before = await version();
      for (const who of names.filter((name) => name !== 'both-editor'))
        if (!['africa-coordinator', 'steering-member'].includes(who))
          expect([who, await own(who, am)]).toMatchObject([who, forbidden]);
      expect(await own('americas-coordinator', am)).toMatchObject(forbidden);
      expect(await own('africa-coordinator', am)).toEqual([]);
      expect(await version()).toBe(before + 1);
      const code = { id: at('a1.1.1'), code: 'y' };
      expect((await change(here, 'africa-editor', 'upsertActivity', code)).problems).toMatchObject(forbidden);
      expect((await change(here, 'americas-editor', 'upsertActivity', code)).problems).toEqual([]);
      // Moving out of it needs both; a locale is for all objectives.
      const move = { nodeId: at('a1.1.1'), parentId: at('o2.1') };
      expect((await change(here, 'africa-editor', 'movePlanNode', move)).problems).toMatchObject(forbidden);
      expect((await change(here, 'africa-editor', 'addPlanLocale', { planId: joint, locale: 'pt' })).problems).toEqual(
        [],
      );
      // Who gave it up does not take it back; an owner gives it again.
      expect(await own('africa-coordinator', am, af)).toMatchObject(forbidden);
      expect(await own('africa-coordinator', af)).toMatchObject(forbidden);
      expect(await own('americas-coordinator', am, af)).toEqual([]);
      expect((await change(here, 'africa-editor', 'upsertActivity', code)).problems).toEqual([]);
      const stale = { objectiveId: at('o1'), expectedVersion: before, networkIds: [am] };
      expect((await change(here, 'both-editor', 'setObjectiveNetworks', stale)).problems).toMatchObject([
        { __typename: 'ConflictError', currentVersion: before + 2 },
      ]);
    });

    test('of another plan than they can see, nobody learns whether it is there', async () => {
      for (const planId of [other, 'plan:none'])
        for (const [name, input] of [
          ['upsertObjective', { planId }],
          ['movePlanNode', { nodeId: `${planId}/x` }],
          ['addPlanLocale', { planId, locale: 'fr' }],
          ['setMilestoneStatus', { milestoneId: `${planId}/x`, expectedVersion: 1, status: 'REACHED' }],
          ['setIndicatorActual', { indicatorId: `${planId}/x`, expectedVersion: 1 }],
          ['setObjectiveNetworks', { objectiveId: `${planId}/x`, expectedVersion: 1, networkIds: ['net:asia'] }],
        ] as const) {
          const { thing, problems } = await change(here, 'asia-editor', name, input);
          expect([name, thing, problems.map(({ __typename }) => __typename)]).toEqual([name, null, ['ForbiddenError']]);
        }
      const messages = await Promise.all(
        [other, 'plan:none'].map(
          async (planId) => (await change(here, 'asia-editor', 'upsertObjective', { planId })).problems,
        ),
      );
      expect(messages[0]).toEqual(messages[1]);
    });
  });
});
