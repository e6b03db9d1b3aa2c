import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { base64, bytes, Copy, type Instance, joint, openWorld, type World } from './subgraph.ts';
import { change, inEnglish as en, grow, make, treeOf, tryChange } from './typed.ts';

describe('nodes', () => {
  let world: World;
  let here: Instance;
  beforeAll(async () => {
    world = await openWorld();
    here = world.instance;
  });
  afterAll(() => world.stop());

  const edits = async () =>
    (await world.db.query('SELECT count(*)::int AS count FROM working_plans.plan_edit')).rows[0].count as number;

  describe('one node of each kind', () => {
    test('is added, changed field by field, cleared by null, and left alone where a field is absent', async () => {
      const { objective, outcome, activity, milestone, indicator, budgetLine, risk, planId } = await grow(here);
      expect(objective).toMatchObject({ title: { text: 'Objective' }, thematicArea: 'FIREARMS', sdgTargets: [] });
      expect(
        await make(here, 'africa-editor', 'upsertObjective', {
          id: objective.id,
          code: '1',
          sdgTargets: ['16.4', '16.a', '16.4'],
        }),
      ).toMatchObject({ code: '1', title: { text: 'Objective' }, sdgTargets: ['16.4', '16.a'] });
      expect(
        await make(here, 'both-editor', 'upsertObjective', {
          id: objective.id,
          code: null,
          thematicArea: null,
          sdgTargets: null,
        }),
      ).toMatchObject({ code: '', thematicArea: null, sdgTargets: [] });
      expect(
        await make(here, 'both-editor', 'upsertOutcome', { id: outcome.id, assumptions: en('Funds come\r\nin time') }),
      ).toMatchObject({ statement: { text: 'Outcome' }, assumptions: { text: 'Funds come\nin time' } });
      expect(await make(here, 'both-editor', 'upsertOutcome', { id: outcome.id, assumptions: null })).toMatchObject({
        assumptions: null,
      });

      const other = await make(here, 'both-editor', 'upsertActivity', { outcomeId: outcome.id, title: en('Other') });
      const full = {
        code: '1.1.1',
        description: en('How it is done'),
        expertGroupId: 'body:am-3',
        responsibleId: 'org:s01',
        partnerIds: ['org:s02', 'org:s03', 'org:s02'],
        externalPartners: ['A ministry'],
        countries: ['UG', 'PE'],
        startsOn: '2027-02-01',
        endsOn: '2027-03-01',
        instrumentArticles: ['UNTOC:31', 'FP:14'],
        sdgTargets: ['16.4'],
        dependsOnIds: [other.id],
      };
      const filled = await make(here, 'both-editor', 'upsertActivity', { id: activity.id, ...full });
      const shown = {
        title: { locale: 'en', text: 'Activity' },
        code: '1.1.1',
        description: { text: 'How it is done' },
        expertGroup: { id: 'body:am-3' },
        responsible: { id: 'org:s01' },
        partners: [{ id: 'org:s02' }, { id: 'org:s03' }],
        externalPartners: ['A ministry'],
        countries: [{ code: 'UG' }, { code: 'PE' }],
        startsOn: '2027-02-01',
        endsOn: '2027-03-01',
        instrumentArticles: ['UNTOC:31', 'FP:14'],
        sdgTargets: ['16.4'],
        dependsOn: [{ id: other.id }],
        status: 'PROPOSED',
        version: 1,
      };
      expect(filled).toMatchObject(shown);
      expect(
        await make(here, 'both-editor', 'upsertActivity', { id: activity.id, endsOn: '2027-04-01' }),
      ).toMatchObject({
        ...shown,
        endsOn: '2027-04-01',
      });
      const nothing = Object.fromEntries(Object.keys(full).map((field) => [field, null]));
      expect(await make(here, 'both-editor', 'upsertActivity', { id: activity.id, ...nothing })).toMatchObject({
        title: { text: 'Activity' },
        code: '',
        description: null,
        expertGroup: null,
        responsible: null,
        partners: [],
        externalPartners: [],
        countries: [],
        startsOn: null,
        endsOn: null,
        instrumentArticles: [],
        sdgTargets: [],
        dependsOn: [],
      });

      expect(
        await make(here, 'both-editor', 'upsertMilestone', { id: milestone.id, dueOn: '2027-05-01' }),
      ).toMatchObject({
        title: { text: 'Milestone' },
        dueOn: '2027-05-01',
        status: 'PENDING',
        version: 1,
      });
      expect(
        await make(here, 'both-editor', 'upsertIndicator', {
          id: indicator.id,
          unit: 'COUNT',
          baseline: '0',
          target: '12',
          disaggregation: ['women', 'men'],
          frequency: 'each quarter',
          meansOfVerification: en('Reports'),
        }),
      ).toMatchObject({ name: { text: 'Indicator' }, unit: 'COUNT', target: '12', disaggregation: ['women', 'men'] });
      expect(
        await make(here, 'both-editor', 'upsertBudgetLine', { id: budgetLine.id, amount: '2400.5', currency: 'USD' }),
      ).toMatchObject({ label: 'Travel', amount: '2400.50', currency: 'USD', fundingSource: null });
      expect(
        await make(here, 'both-editor', 'upsertRisk', {
          id: risk.id,
          likelihood: 'LOW',
          impact: 'CRITICAL',
          safetyRelevant: false,
          ownerId: 'org:s01',
        }),
      ).toMatchObject({
        description: { text: 'Risk' },
        likelihood: 'LOW',
        impact: 'CRITICAL',
        owner: { id: 'org:s01' },
        safetyRelevant: false,
      });
      expect(
        await make(here, 'both-editor', 'updatePlanDetails', { planId, preamble: en('Why'), periodEnd: '2028-12-31' }),
      ).toMatchObject({
        title: { text: 'New plan' },
        preamble: { text: 'Why' },
        periodStart: '2027-01-01',
        periodEnd: '2028-12-31',
      });
    });

    test('stands where it is told to: first, after a sibling, last; and moves with all below it', async () => {
      const { planId, objective, outcome, activity } = await grow(here);
      const add = async (after?: string | null) =>
        (
          await make(here, 'both-editor', 'upsertActivity', {
            outcomeId: outcome.id,
            ...(after !== undefined && { after }),
          })
        ).id;
      const last = await add();
      const first = await add(null);
      const second = await add(first);
      const order = async () => {
        const { data } = await here.ask(
          'both-editor',
          'query ($id: ID!) { workingPlan(id: $id) { objectives { outcomes { id activities { id } } } } }',
          { id: planId },
        );
        return data.workingPlan.objectives.map((o: { outcomes: { activities: { id: string }[] }[] }) =>
          o.outcomes.map(({ activities }) => activities.map(({ id }) => id)),
        );
      };
      expect(await order()).toEqual([[[first, second, activity.id, last]]]);
      await make(here, 'both-editor', 'movePlanNode', { nodeId: last, after: first });
      await make(here, 'both-editor', 'movePlanNode', { nodeId: first });
      expect(await order()).toEqual([[[last, second, activity.id, first]]]);
      const elsewhere = await make(here, 'both-editor', 'upsertOutcome', { objectiveId: objective.id, after: null });
      await make(here, 'both-editor', 'movePlanNode', { nodeId: activity.id, parentId: elsewhere.id });
      expect(await order()).toEqual([[[activity.id], [last, second, first]]]);
      const objective2 = await make(here, 'both-editor', 'upsertObjective', { planId, after: null });
      await make(here, 'both-editor', 'movePlanNode', { nodeId: elsewhere.id, parentId: objective2.id });
      expect(await order()).toEqual([[[activity.id]], [[last, second, first]]]);
    });
  });

  describe('deleting', () => {
    test('hides a node with all below it, keeps what is typed into it meanwhile, and restoring shows both', async () => {
      const { planId, objective, outcome, activity } = await grow(here);
      const whole = await treeOf(here, 'both-editor', planId);
      const open = await Copy.join(here, 'africa-editor', planId);
      await make(here, 'both-editor', 'deletePlanNode', { nodeId: activity.id });
      await make(here, 'both-editor', 'deletePlanNode', { nodeId: objective.id });
      expect(await treeOf(here, 'both-editor', planId)).toEqual([]);
      const [, key] = activity.id.split('/');
      expect((await open.push(open.edit((copy) => copy.text(key).insert(0, 'Typed: ')))).errors).toBeUndefined();

      const refused = await change(here, 'both-editor', 'restorePlanNode', { nodeId: activity.id });
      expect(refused.problems).toMatchObject([{ __typename: 'ValidationError', path: ['input', 'nodeId'] }]);
      expect(refused.problems[0]!.message).toContain(objective.id);
      await make(here, 'both-editor', 'restorePlanNode', { nodeId: objective.id });
      expect(JSON.stringify(await treeOf(here, 'both-editor', planId))).not.toContain(activity.id);
      await make(here, 'africa-editor', 'restorePlanNode', { nodeId: activity.id });
      expect(await treeOf(here, 'both-editor', planId)).toEqual(whole);
      const { title } = await make(here, 'both-editor', 'upsertActivity', { id: activity.id, code: '1' });
      expect(title.text).toBe('Typed: Activity');
      // Nothing to do is no edit.
      const before = await edits();
      await make(here, 'both-editor', 'restorePlanNode', { nodeId: activity.id });
      await make(here, 'both-editor', 'deletePlanNode', { nodeId: outcome.id });
      await make(here, 'africa-editor', 'deletePlanNode', { nodeId: outcome.id });
      expect(await edits()).toBe(before + 1);
    });
  });

  describe('those who have the plan open', () => {
    test('see typed edits live, and their cursors stay where the text stays', async () => {
      const { planId, activity } = await grow(here);
      const key = activity.id.split('/')[1]!;
      await make(here, 'both-editor', 'upsertActivity', { id: activity.id, title: en('Map the transit routes') });
      const open = await Copy.join(here, 'africa-editor', planId);
      const reader = await here.follow('africa-editor', planId, open.cursor);
      const cursor = Y.createRelativePositionFromTypeIndex(open.text(key), 'Map the transit'.length);
      await make(here, 'both-editor', 'upsertActivity', {
        id: activity.id,
        title: en('Map all the transit routes'),
        countries: ['UG'],
      });
      await make(here, 'both-editor', 'deletePlanNode', { nodeId: activity.id });
      for (const edit of await reader.take(2)) Y.applyUpdate(open.doc, bytes(edit.update));
      expect(open.text(key).toString()).toBe('Map all the transit routes');
      expect(Y.createAbsolutePositionFromRelativePosition(cursor, open.doc)!.index).toBe('Map all the transit'.length);
      expect(open.node(key).get('deleted')).toMatchObject({ by: 'seat:both' });
      reader.close();
    });

    test('and type in a locale that was added while their copy did not know it', async () => {
      const { planId, outcome } = await grow(here);
      const open = await Copy.join(here, 'africa-editor', planId);
      expect((await make(here, 'americas-editor', 'addPlanLocale', { planId, locale: 'pt-BR' })).locales).toEqual([
        'en',
        'es',
        'pt-BR',
      ]);
      // A node made by a copy that has not heard of the locale lacks it; a typed mutation completes it.
      const nodes = open.doc.getMap('nodes');
      const update = open.edit(() => {
        const node = new Y.Map<unknown>();
        nodes.set('late', node);
        for (const [field, value] of Object.entries({
          kind: 'activity',
          code: '',
          parent: outcome.id.split('/')[1],
          pos: 'Zz',
        }))
          node.set(field, value);
      });
      expect((await open.push(base64(update))).errors).toBeUndefined();
      const late = `${planId}/late`;
      const texts = [
        { locale: 'pt-BR', text: 'Tarde' },
        { locale: 'en', text: 'Late' },
      ];
      expect(
        (await make(here, 'both-editor', 'upsertActivity', { id: late, title: texts, description: texts })).title.text,
      ).toBe('Late');
      const again = await Copy.open(here, 'africa-editor', planId);
      expect(again.text('late', 'title', 'pt-BR').toString()).toBe('Tarde');
      expect(
        (await change(here, 'both-editor', 'addPlanLocale', { planId, locale: 'en-aa-bb-cc-dd' })).problems,
      ).toMatchObject([{ path: ['input', 'locale'] }]);
      const before = await edits();
      await make(here, 'both-editor', 'addPlanLocale', { planId, locale: 'pt-BR' });
      expect(await edits()).toBe(before);
    });

    test('a text longer than an update of a client may be is taken, and one over its bound is not', async () => {
      const { activity } = await grow(here);
      const long = ['en', 'es'].map((locale) => ({ locale, text: 'ж'.repeat(20_000) }));
      const { description } = await make(here, 'both-editor', 'upsertActivity', { id: activity.id, description: long });
      expect(description.text).toHaveLength(20_000);
      const over = [long[0], { locale: 'es', text: `${long[1]!.text}ж` }];
      const { problems } = await change(here, 'both-editor', 'upsertActivity', { id: activity.id, description: over });
      expect(problems).toMatchObject([{ path: ['input', 'description', '1', 'text'] }]);
    });

    test('a plan that takes no edits says so with its version', async () => {
      const { planId, activity } = await grow(here);
      await world.db.query("UPDATE working_plans.plan SET status = 'UNDER_REVIEW', version = 4 WHERE id = $1", [
        planId,
      ]);
      const { problems } = await change(here, 'both-editor', 'upsertActivity', { id: activity.id, code: '1' });
      expect(problems).toMatchObject([{ __typename: 'ConflictError', currentVersion: 4 }]);
      expect((await tryChange(here, 'both-editor', 'deletePlanNode', { nodeId: activity.id })).errors).toBeUndefined();
    });
  });

  test('a writer’s id that has ended meanwhile is replaced by another', async () => {
    const { planId, activity } = await grow(here);
    await make(here, 'africa-editor', 'upsertActivity', { id: activity.id, code: '1' });
    const ids = () =>
      world.db.query("SELECT client_id FROM working_plans.plan_client WHERE plan_id = $1 AND seat_id = 'seat:s08'", [
        planId,
      ]);
    await make(here, 'africa-editor', 'upsertActivity', { id: activity.id, code: '2' });
    await change(here, 'africa-editor', 'upsertActivity', { id: activity.id, countries: ['QQ'] });
    expect((await ids()).rows).toHaveLength(1); // one for all typed edits of a seat, refused ones too
    await world.db.query("DELETE FROM working_plans.plan_client WHERE plan_id = $1 AND seat_id = 'seat:s08'", [planId]);
    expect((await make(here, 'africa-editor', 'upsertActivity', { id: activity.id, code: '3' })).code).toBe('3');
    expect((await ids()).rows).toHaveLength(1);
  });

  test('a plan is one of the shipped ones too', async () => {
    const { dependsOn } = await make(here, 'africa-editor', 'upsertActivity', {
      id: `${joint}/a1.1.2`,
      dependsOnIds: [`${joint}/a2.1.1`],
    });
    expect(dependsOn).toEqual([{ id: `${joint}/a2.1.1` }]);
  });
});
