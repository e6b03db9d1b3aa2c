import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import {
  af,
  am,
  bytes,
  Copy,
  codeOf,
  createPlan,
  eventsOf,
  type Instance,
  joint,
  type Name,
  nextMutation,
  openWorld,
  tryCreatePlan,
  type World,
} from './subgraph.ts';

describe('commands', () => {
  let world: World;
  let here: Instance;
  beforeAll(async () => {
    world = await openWorld();
    here = world.instance;
  });
  afterAll(() => world.stop());

  describe('createPlan', () => {
    test('is for editors of every network named; the plan opens, takes edits, and is said once in each network', async () => {
      const before = (await eventsOf(world, 'PLAN_CREATED')).length;
      const { data } = await tryCreatePlan(here, 'both-editor');
      const { plan } = data.createPlan;
      expect(plan).toMatchObject({ status: 'DRAFT', locales: ['en', 'es'], title: { text: 'Plan nuevo' } });
      const said = (await eventsOf(world, 'PLAN_CREATED')).slice(before);
      expect(said.map((event) => [event.network_id, event.visibility, event.data.planId])).toEqual([
        [af, 'NETWORK', plan.id],
        [am, 'NETWORK', plan.id],
      ]);
      const copy = await Copy.join(here, 'africa-editor', plan.id);
      expect(codeOf(await copy.push(copy.type('Hi ')))).toBeUndefined();

      for (const who of ['americas-editor', 'africa-rep', 'observer', 'un-liaison', 'expert-lead'] as const) {
        const refused = await tryCreatePlan(here, who);
        expect([who, refused.data.createPlan]).toEqual([
          who,
          { plan: null, problems: [{ __typename: 'ForbiddenError' }] },
        ]);
      }
      expect(await eventsOf(world, 'PLAN_CREATED')).toHaveLength(before + 2);
    });

    test('is idempotent, and names what is wrong', async () => {
      const clientMutationId = nextMutation();
      const first = await createPlan(here, 'both-editor', { clientMutationId });
      expect(await createPlan(here, 'both-editor', { clientMutationId })).toBe(first);
      const at = async (over: object) => (await tryCreatePlan(here, 'both-editor', over)).data.createPlan.problems[0];
      expect((await at({ clientMutationId, sourceLocale: 'en' })).path).toEqual(['input', 'clientMutationId']);
      expect((await at({ sourceLocale: 'fr' })).path).toEqual(['input', 'title']);
      expect((await at({ visibility: 'GROUP' })).path).toEqual(['input', 'visibility']);
      expect((await at({ periodEnd: '2026-12-31' })).path).toEqual(['input', 'periodEnd']);
      expect((await at({ networkIds: [] })).__typename).toBe('ForbiddenError');
    });
  });

  describe('setActivityStatus', () => {
    const set = async (who: Name, activityId: string, expectedVersion: number, status: string, over: object = {}) => {
      const { data, errors } = await here.ask(
        who,
        `mutation ($input: ActivityStatusInput!) { setActivityStatus(input: $input) { activity { id status version statusNote }
        problems { __typename ... on ConflictError { currentVersion } ... on ValidationError { path } } } }`,
        { input: { clientMutationId: nextMutation(), activityId, expectedVersion, status, ...over } },
      );
      expect(errors).toBeUndefined();
      return data.setActivityStatus;
    };
    const forbidden = { activity: null, problems: [{ __typename: 'ForbiddenError' }] };

    test('follows the states, counts versions, and says each change in the networks of the objective', async () => {
      const id = `${joint}/a1.1.1`;
      const clientMutationId = nextMutation();
      const first = await set('americas-coordinator', id, 1, 'IN_PROGRESS', { clientMutationId });
      expect(first).toEqual({ activity: { id, status: 'IN_PROGRESS', version: 2, statusNote: null }, problems: [] });
      expect(await set('americas-coordinator', id, 1, 'IN_PROGRESS', { clientMutationId })).toEqual(first);
      expect((await set('africa-coordinator', id, 1, 'BLOCKED')).problems).toEqual([
        { __typename: 'ConflictError', currentVersion: 2 },
      ]);
      const wrong = async (status: string, over: object = {}) =>
        (await set('africa-coordinator', id, 2, status, over)).problems[0];
      expect(await wrong('PROPOSED')).toEqual({ __typename: 'ValidationError', path: ['input', 'status'] });
      expect(await wrong('CANCELLED')).toEqual({ __typename: 'ValidationError', path: ['input', 'note'] });
      expect(await wrong('DEFERRED', { note: '  ' })).toEqual({
        __typename: 'ValidationError',
        path: ['input', 'note'],
      });
      expect(await wrong('COMPLETED')).toEqual({ __typename: 'ValidationError', path: ['input', 'note'] });
      const deferred = await set('africa-coordinator', id, 2, 'DEFERRED', { note: 'waits for the calendar' });
      expect(deferred.activity).toMatchObject({ status: 'DEFERRED', version: 3, statusNote: 'waits for the calendar' });

      const said = await eventsOf(world, 'ACTIVITY_STATUS_CHANGED');
      expect(said.map((event) => [event.network_id, event.data.from, event.data.to, event.data.version])).toEqual([
        [af, 'PLANNED', 'IN_PROGRESS', 2],
        [am, 'PLANNED', 'IN_PROGRESS', 2],
        [af, 'IN_PROGRESS', 'DEFERRED', 3],
        [am, 'IN_PROGRESS', 'DEFERRED', 3],
      ]);
      expect(said[0]).toMatchObject({
        visibility: 'NETWORK',
        countries: ['CR', 'UG'],
        thematic_areas: ['GENERAL_UNTOC'],
        data: { activityId: id, planId: joint },
      });
    });

    test('of two at once from one version one wins', async () => {
      const id = `${joint}/a1.1.2`;
      const answers = await Promise.all(
        (['americas-coordinator', 'africa-coordinator', 'steering-member'] as const).map((who) =>
          set(who, id, 1, 'IN_PROGRESS'),
        ),
      );
      expect(answers.filter(({ problems }) => problems.length === 0)).toHaveLength(1);
      expect(answers.filter(({ problems }) => problems[0]?.__typename === 'ConflictError')).toHaveLength(2);
    });

    test('belongs to the responsible organisation, the group’s lead, steering and coordinators', async () => {
      // a1.1.3: org:s03; a2.1.2: org:s05; a2.1.4: org:s02, all PLANNED or PROPOSED, objective 2 led by expert-lead
      for (const who of [
        'africa-rep',
        'africa-editor',
        'americas-editor',
        'expert-lead',
        'un-liaison',
        'safety-officer',
        'observer',
        'partner',
        'operator',
        'gateway',
      ] as const) {
        expect([who, await set(who, `${joint}/a1.1.3`, 1, 'IN_PROGRESS')]).toEqual([who, forbidden]);
      }
      expect((await set('americas-rep', `${joint}/a1.1.3`, 1, 'IN_PROGRESS')).activity.version).toBe(2);
      expect((await set('expert-lead', `${joint}/a2.1.2`, 1, 'IN_PROGRESS')).activity.version).toBe(2);
      expect((await set('americas-editor', `${joint}/a2.1.4`, 1, 'PLANNED')).activity.version).toBe(2);
      expect(await set('americas-coordinator', `${joint}/a9.9.9`, 1, 'PLANNED')).toEqual(forbidden);
      expect(await set('americas-coordinator', `${joint}/o1`, 1, 'PLANNED')).toEqual(forbidden);
    });
  });

  describe('upsertActivity', () => {
    const upsert = async (who: Name, input: object) => {
      const { data, errors } = await here.ask(
        who,
        `mutation ($input: UpsertActivityInput!) { upsertActivity(input: $input) { activity { id code title(locale: "en") { text } status version countries { code } }
        problems { __typename ... on ValidationError { message } } } }`,
        { input: { clientMutationId: nextMutation(), ...input } },
      );
      expect(errors).toBeUndefined();
      return data.upsertActivity;
    };
    const outcomeId = `${joint}/o2.1`;
    const title = [{ locale: 'en', text: 'A new activity' }];

    test('takes the road of typing: those who have the plan open see it live', async () => {
      const open = await Copy.open(here, 'africa-rep');
      const reader = await here.follow('africa-rep', joint, open.cursor);
      const clientMutationId = nextMutation();
      const input = { clientMutationId, outcomeId, title, code: '2.1.6', countries: ['BR'] };
      const { activity, problems } = await upsert('expert-lead', input);
      expect(problems).toEqual([]);
      expect(activity).toMatchObject({
        code: '2.1.6',
        title: { text: 'A new activity' },
        status: 'PROPOSED',
        version: 1,
      });
      expect((await upsert('expert-lead', input)).activity.id).toBe(activity.id);
      const changed = await upsert('africa-editor', {
        outcomeId,
        id: activity.id,
        title: [{ locale: 'en', text: 'A newer activity' }],
      });
      expect(changed.activity.title.text).toBe('A newer activity');
      const edits = await reader.take(2);
      expect(edits.map((edit) => edit.seat.id)).toEqual(['seat:s06', 'seat:s08']);
      for (const edit of edits) Y.applyUpdate(open.doc, bytes(edit.update));
      expect(open.text(activity.id.split('/')[1]).toString()).toBe('A newer activity');
      reader.close();
    });

    test('is refused by the same rights, and names what is wrong', async () => {
      const refused = async (who: Name, input: object) => (await upsert(who, input)).problems[0].__typename;
      expect(await refused('expert-lead', { outcomeId: `${joint}/o1.1`, title })).toBe('ForbiddenError');
      expect(await refused('africa-rep', { outcomeId, title })).toBe('ForbiddenError');
      expect(await refused('observer', { outcomeId, title })).toBe('ForbiddenError');
      expect(await refused('africa-editor', { outcomeId, title: [{ locale: 'fr', text: 'x' }] })).toBe(
        'ValidationError',
      );
      expect(await refused('africa-editor', { outcomeId, id: `${joint}/a1.1.1`, title })).toBe('ValidationError');
    });
  });
});
