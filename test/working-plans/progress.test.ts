import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { endOfDay, todayIn } from '../../kit/zone.ts';
import { type Counted, percentOf, progressOf } from '../../subgraphs/working-plans/progress/progress.ts';
import { warningsOf } from '../../subgraphs/working-plans/progress/warnings.ts';
import { instruments } from '../../subgraphs/working-plans/vocabulary/instruments.ts';
import { goals, isSdgTarget, targetsOf } from '../../subgraphs/working-plans/vocabulary/sdgs.ts';
import { canary, redact } from './redacting.ts';
import { Copy, createPlan, joint, type Name, nextMutation, openWorld, type World } from './subgraph.ts';
import { grow, inEnglish, make } from './typed.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.db.query('SET search_path TO working_plans');
});
afterAll(() => world.stop());
async function ask(who: Name, query: string, variables: object = {}) {
  const { data, errors } = await world.instance.ask(who, query, variables);
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}
const ofPlan = async (who: Name, fields: string, id: string = joint) =>
  (await ask(who, `query ($id: ID!) { workingPlan(id: $id) { ${fields} } }`, { id })).workingPlan;

const activity = (
  over: Partial<Counted['node']> & { status?: Counted['status']; milestones?: Counted['milestones'] } = {},
) => {
  const { status = 'PLANNED', milestones = [], ...node } = over;
  const whole = { key: 'a', code: '', startsOn: null, endsOn: null, responsible: 'org:1', dependsOn: [], ...node };
  return { node: whole, status, milestones } satisfies Counted;
};

describe('progress', () => {
  test.each<[Counted['status'], Counted['milestones'], number | null]>([
    ['PROPOSED', [], 0],
    ['PLANNED', ['REACHED', 'PENDING'], 50],
    ['IN_PROGRESS', [], 50],
    ['BLOCKED', ['REACHED', 'MISSED', 'PENDING'], 33],
    ['AT_RISK', ['REACHED', 'DROPPED'], 95],
    ['IN_PROGRESS', ['DROPPED'], 50],
    ['COMPLETED', ['PENDING'], 100],
    ['CANCELLED', ['REACHED'], null],
    ['DEFERRED', [], 0],
  ])('of one that is %s with milestones %j is %j', (status, milestones, percent) => {
    expect(percentOf({ status, milestones })).toBe(percent);
  });

  test('of several leaves out what was cancelled, and counts what is late', () => {
    const all = [
      activity({ status: 'COMPLETED', endsOn: '2027-01-01' }),
      activity({ status: 'CANCELLED', endsOn: '2027-01-01' }),
      activity({ status: 'IN_PROGRESS', endsOn: '2027-01-31', milestones: ['REACHED', 'PENDING'] }),
      activity({ status: 'DEFERRED', endsOn: '2027-01-01' }),
      activity({ status: 'PLANNED', endsOn: '2027-02-01' }),
    ];
    expect(progressOf(all, '2027-02-01')).toEqual({
      ...{ activitiesTotal: 5, completed: 1, atRisk: 0, inProgress: 1, cancelled: 1, deferred: 1, late: 1 },
      ...{ milestonesReached: 1, milestonesTotal: 2, percent: Math.round(150 / 4) },
    });
    expect(progressOf([], '2027-02-01').percent).toBeNull();
  });

  test('is told of the plan, its objectives, outcomes and activities alike', async () => {
    const fields = 'activitiesTotal completed percent late milestonesTotal';
    const plan = await ofPlan(
      'africa-rep',
      `progress { ${fields} } objectives { progress { ${fields} } outcomes { progress { ${fields} }
         activities { progress { percent milestonesReached milestonesTotal isLate } } } }`,
    );
    const sum = (list: { progress: { activitiesTotal: number } }[]) =>
      list.reduce((n, one) => n + one.progress.activitiesTotal, 0);
    expect([plan.progress.activitiesTotal, sum(plan.objectives)]).toEqual([10, 10]);
    expect(plan.objectives[0].outcomes[0].progress.activitiesTotal).toBe(5);
    expect(plan.objectives[0].outcomes[0].activities[0].progress).toEqual({
      ...{ percent: 0, milestonesReached: 0, milestonesTotal: 2, isLate: false },
    });
  });
});

describe('warnings', () => {
  const bounds = { mostOpen: 2, mostDeadlines: 1, withinDays: 14 };
  const period = { periodStart: '2027-01-01', periodEnd: '2027-12-31' };
  const kindsOf = (all: Counted[]) => warningsOf(all, period, bounds).map(({ kind, activities }) => [kind, activities]);

  test('say what is too much for one owner, and what of it falls together', () => {
    const own = (key: string, endsOn: string, over: object = {}) =>
      activity({ key, endsOn, responsible: 'org:b', ...over });
    const all = [
      own('a1', '2027-03-01'),
      own('a2', '2027-03-14'),
      own('a3', '2027-03-15'),
      own('a4', '2027-03-02', { status: 'COMPLETED' }),
      own('a5', '2027-06-01', { status: 'DEFERRED' }),
      own('b1', '2027-03-01', { responsible: 'org:a' }),
    ];
    expect(warningsOf(all, period, bounds)).toEqual([
      { kind: 'OWNER_OVERLOADED', organisationId: 'org:b', activities: ['a1', 'a2', 'a3'], from: null, to: null },
      {
        kind: 'DEADLINES_TOGETHER',
        organisationId: 'org:b',
        activities: ['a1', 'a2'],
        from: '2027-03-01',
        to: '2027-03-14',
      },
    ]);
  });

  test('say what is missing or contradicts itself, of what is open', () => {
    expect(
      kindsOf([
        activity({ key: 'x', endsOn: '2027-05-01', dependsOn: ['y'] }),
        activity({ key: 'y', endsOn: '2027-06-01', responsible: null }),
        activity({ key: 'z', startsOn: '2026-12-31', responsible: 'org:2' }),
        activity({ key: 'gone', status: 'CANCELLED', responsible: null }),
      ]),
    ).toEqual([
      ['WITHOUT_OWNER', ['y']],
      ['WITHOUT_END', ['z']],
      ['OUTSIDE_PERIOD', ['z']],
      ['ENDS_BEFORE_DEPENDENCY', ['x']],
    ]);
    expect(kindsOf([activity({ endsOn: '2027-05-01' })])).toEqual([]);
  });

  test('are asked for within bounds', async () => {
    const { warnings } = await ofPlan(
      'africa-rep',
      'warnings(mostOpen: 1, withinDays: 366) { kind count organisation { id } activityIds }',
    );
    expect(warnings.some(({ kind }: { kind: string }) => kind === 'OWNER_OVERLOADED')).toBe(true);
    expect(warnings[0].activityIds).toHaveLength(warnings[0].count);
    const { errors } = await world.instance.ask(
      'africa-rep',
      `{ workingPlan(id: "${joint}") { warnings(mostOpen: 0) { kind } } }`,
    );
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('a deadline', () => {
  test.each([
    ['2027-03-31', 'UTC', '2027-04-01T00:00:00.000Z'],
    ['2027-03-31', 'Africa/Kampala', '2027-03-31T21:00:00.000Z'],
    ['2027-03-31', 'America/Lima', '2027-04-01T05:00:00.000Z'],
    ['2027-03-27', 'Europe/Vienna', '2027-03-27T23:00:00.000Z'],
    ['2027-03-28', 'Europe/Vienna', '2027-03-28T22:00:00.000Z'], // clocks go forward on that day
    ['2027-10-31', 'Europe/Vienna', '2027-10-31T23:00:00.000Z'], // and back on this one
    ['2027-12-31', 'Pacific/Kiritimati', '2027-12-31T10:00:00.000Z'],
    ['2028-02-29', 'Asia/Kathmandu', '2028-02-29T18:15:00.000Z'],
  ])('on %s is over in %s at %s', (day, zone, at) => {
    expect(endOfDay(day, zone)?.toISOString()).toBe(at);
  });

  test('has no moment in a year that no calendar of ours has, and no zone that is none', () => {
    expect([endOfDay('0000-01-01', 'UTC'), endOfDay('9999-12-31', 'UTC')]).toEqual([null, null]);
    for (const zone of ['Nowhere/Else', '', 'UTC\u0000', '../etc'])
      expect(() => endOfDay('2027-01-01', zone)).toThrow('timeZone');
    expect(todayIn('Pacific/Kiritimati', new Date('2027-01-01T10:30:00Z'))).toBe('2027-01-02');
  });

  test('of a plan comes in the order of days, page by page, in the reader’s zone', async () => {
    const page = (args: string) =>
      ofPlan(
        'africa-rep',
        `deadlines(${args}) { edges { cursor node { kind nodeId dueOn dueAt isOver isLate activityCode title { text } } } pageInfo { hasNextPage endCursor } }`,
      );
    const seen: { dueOn: string; nodeId: string }[] = [];
    let after = '';
    for (let pages = 0, more = true; more && pages < 10; pages++) {
      const { deadlines } = await page(
        `first: 10, timeZone: "Africa/Kampala", locale: "es"${after && `, after: "${after}"`}`,
      );
      seen.push(...deadlines.edges.map(({ node }: { node: { dueOn: string; nodeId: string } }) => node));
      more = deadlines.pageInfo.hasNextPage;
      after = deadlines.pageInfo.endCursor;
    }
    expect(seen).toHaveLength(26);
    expect(new Set(seen.map(({ nodeId }) => nodeId)).size).toBe(26);
    expect(seen.map(({ dueOn }) => dueOn)).toEqual(seen.map(({ dueOn }) => dueOn).sort());
    expect(seen.find(({ nodeId }) => nodeId === `${joint}/m1.1.1-1`)).toMatchObject({
      ...{
        kind: 'MILESTONE',
        dueOn: '2027-03-31',
        dueAt: '2027-03-31T21:00:00.000Z',
        isOver: Date.now() >= Date.parse('2027-03-31T21:00:00.000Z'),
        activityCode: '1.1.1',
      },
      title: { text: 'Primer mapa completo' },
    });
    const { deadlines } = await page('from: "2027-03-31", to: "2027-03-31"');
    expect(deadlines.edges.map(({ node }: { node: { dueOn: string } }) => node.dueOn)).toEqual(
      ['2027-03-31', '2027-03-31'].slice(0, deadlines.edges.length),
    );
    const { activities } = (
      await ofPlan('africa-rep', 'objectives { outcomes { activities { dueAt(timeZone: "America/Lima") endsOn } } }')
    ).objectives[0].outcomes[0];
    expect(activities[0]).toEqual({ endsOn: '2028-12-15', dueAt: '2028-12-16T05:00:00.000Z' });
  });
});

describe('a translation', () => {
  const states = `translationCoverage { locale total current stale missing }
    translations(locale: "es", needed: true, first: 5) { edges { node { nodeId field source text state sourceChangedAt changedAt } } }`;

  test('is stale once its source has changed, until it is written or confirmed', async () => {
    const planId = await createPlan(world.instance, 'both-editor', { copyOf: joint, sourceLocale: 'en' });
    const [before] = (await ofPlan('africa-rep', states, planId)).translationCoverage;
    expect(before).toEqual({ locale: 'es', total: before.total, current: before.total, stale: 0, missing: 0 });
    const activityId = `${planId}/a1.1.1`;
    await make(world.instance, 'both-editor', 'upsertActivity', { id: activityId, title: inEnglish('Another title') });
    const after = await ofPlan('africa-rep', states, planId);
    expect(after.translationCoverage[0]).toMatchObject({ stale: 1, current: before.total - 1 });
    expect(after.translations.edges.map(({ node }: { node: object }) => node)).toEqual([
      expect.objectContaining({ nodeId: activityId, field: 'title', source: 'Another title', state: 'STALE' }),
    ]);
    const editor = await Copy.join(world.instance, 'africa-editor', planId);
    await editor.push(editor.edit((copy) => copy.text('a1.1.1', 'title', 'es').insert(0, 'Nuevo: ')));
    expect((await ofPlan('africa-rep', states, planId)).translationCoverage[0].stale).toBe(0);

    await make(world.instance, 'both-editor', 'upsertActivity', { id: activityId, title: inEnglish('Another title.') });
    const confirm = (who: Name, over: object = {}) =>
      ask(
        who,
        'mutation ($input: ConfirmTranslationInput!) { confirmTranslation(input: $input) { plan { id } problems { __typename ... on UserError { path } } } }',
        {
          input: { clientMutationId: nextMutation(), nodeId: activityId, field: 'title', locale: 'es', ...over },
        },
      ).then((data) => data.confirmTranslation);
    expect((await ofPlan('africa-rep', states, planId)).translationCoverage[0].stale).toBe(1);
    for (const who of ['africa-rep', 'observer', 'asia-editor'] as const)
      expect([who, (await confirm(who)).problems[0].__typename]).toEqual([who, 'ForbiddenError']);
    for (const over of [{ field: 'code' }, { locale: 'en' }, { locale: 'fr' }])
      expect((await confirm('africa-editor', over)).problems[0].__typename).toBe('ValidationError');
    expect((await confirm('africa-editor')).problems).toEqual([]);
    expect((await ofPlan('africa-rep', states, planId)).translationCoverage[0].stale).toBe(0);
    // a redaction purges the log, and what was stale is so still
    await make(world.instance, 'both-editor', 'upsertActivity', {
      id: activityId,
      title: inEnglish(`Title of ${canary}`),
    });
    await ofPlan('africa-rep', states, planId);
    expect((await redact(world.instance, { planId, text: canary })).problems).toEqual([]);
    expect((await ofPlan('africa-rep', states, planId)).translationCoverage[0].stale).toBe(1);
  });

  test('is missing where there is none, and nobody’s business outside', async () => {
    const { planId } = await grow(world.instance);
    const { translationCoverage, translations } = await ofPlan('africa-rep', states, planId);
    expect(translationCoverage[0]).toMatchObject({ missing: 6, stale: 0 });
    expect(translations.edges[0].node).toMatchObject({ state: null, text: '' });
    await world.db.query("UPDATE plan SET status = 'ADOPTED', visibility = 'PUBLIC' WHERE id = $1", [planId]);
    await new Promise((resolve) => setTimeout(resolve, 1_050)); // so that the room reads the row anew
    expect(await ofPlan('observer', states, planId)).toEqual({ translationCoverage: null, translations: null });
  });
});

describe('a strategy that an activity serves', () => {
  const strategies = 'strategies { id title url country { code } addedBy { id } }';
  const add = (who: Name, activityId: string, over: object = {}) =>
    ask(
      who,
      `mutation ($input: AddStrategyLinkInput!) { addStrategyLink(input: $input) { activity { ${strategies} } problems { __typename ... on UserError { path } } } }`,
      {
        input: {
          clientMutationId: nextMutation(),
          activityId,
          title: 'National strategy',
          url: 'https://example.org/s',
          country: 'UG',
          ...over,
        },
      },
    ).then((data) => data.addStrategyLink);
  const remove = (who: Name, input: object) =>
    ask(
      who,
      `mutation ($input: RemoveStrategyLinkInput!) { removeStrategyLink(input: $input) { activity { ${strategies} } problems { __typename } } }`,
      {
        input: { clientMutationId: nextMutation(), ...input },
      },
    ).then((data) => data.removeStrategyLink);

  test('is named by those whose activity it is, and taken away again, once', async () => {
    const { activity: own } = await grow(world.instance);
    const clientMutationId = nextMutation();
    const { activity: named } = await add('africa-editor', own.id, { clientMutationId });
    expect(named.strategies).toEqual([
      {
        id: expect.stringMatching(/^strategy:/),
        title: 'National strategy',
        url: 'https://example.org/s',
        country: { code: 'UG' },
        addedBy: { id: 'seat:s08' },
      },
    ]);
    expect((await add('africa-editor', own.id, { clientMutationId })).activity.strategies).toHaveLength(1);
    for (const who of ['africa-rep', 'asia-editor', 'observer', 'operator', 'partner'] as const) {
      expect([who, (await add(who, own.id)).problems[0].__typename]).toEqual([who, 'ForbiddenError']);
      expect([who, (await remove(who, { id: named.strategies[0].id })).problems[0].__typename]).toEqual([
        who,
        'ForbiddenError',
      ]);
    }
    const gone = { id: named.strategies[0].id, clientMutationId: nextMutation() };
    expect((await remove('africa-editor', gone)).activity.strategies).toEqual([]);
    expect((await remove('africa-editor', gone)).activity.strategies).toEqual([]);
    expect((await remove('africa-editor', { id: 'strategy:none' })).problems[0].__typename).toBe('ForbiddenError');
  });

  test.each<[string, object]>([
    ['a title that says nothing', { title: '  ' }],
    ['an address that runs', { url: 'javascript:alert(1)' }],
    ['an address with a line in it', { url: 'https://example.org/\na' }],
    ['a country that is none', { country: 'XX' }],
  ])('is refused with %s', async (_, over) => {
    const { problems } = await add('both-editor', `${joint}/a1.1.1`, over);
    expect(problems[0].__typename).toBe('ValidationError');
  });
});

describe('the vocabulary', () => {
  test('has every article of the Convention and its Protocols, and the 169 targets', async () => {
    expect(instruments.map(({ code, articles }) => [code, articles.length])).toEqual([
      ['UNTOC', 41],
      ['TIP', 20],
      ['SOM', 25],
      ['FP', 21],
    ]);
    expect(goals.flatMap(targetsOf)).toHaveLength(169);
    expect(['16.4', '16.a', '17.19', '17.a', '16.11', '18.1', '1.6', '__proto__'].map(isSdgTarget)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    const data = await ask(
      'observer',
      '{ instruments { code name(locale: "es") { text } articles { tag number title { text } } } sdgGoals { number title(locale: "pt") { text } targets } }',
    );
    expect(data.instruments[0].articles[30]).toEqual({ tag: 'UNTOC:31', number: 31, title: { text: 'Prevention' } });
    expect(data.sdgGoals[15]).toMatchObject({ number: 16, title: { text: 'Paz, justiça e instituições eficazes' } });
  });
});
