import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import {
  Copy,
  codeOf,
  createPlan,
  type Instance,
  nextMutation,
  openWorld,
  startInstance,
  type World,
} from './subgraph.ts';

describe('made at once', () => {
  let world: World;
  let there: Instance;
  beforeAll(async () => {
    world = await openWorld();
    there = await startInstance(world.database.url, world.hints);
  });
  afterAll(async () => {
    await there.stop();
    await world.stop();
  });

  /** A milestone, with its title typed. */
  const create = (copy: Copy, key: string, title: string) =>
    copy.edit(() => {
      const node = new Y.Map<unknown>();
      copy.doc.getMap('nodes').set(key, node);
      for (const [field, value] of Object.entries({ kind: 'milestone', code: '', parent: 'a1.1.1', pos: 'a5' })) {
        node.set(field, value);
      }
      const texts = new Y.Map<Y.Text>();
      node.set('title', texts);
      for (const locale of (copy.node('plan').get('title') as Y.Map<Y.Text>).keys())
        texts.set(locale, new Y.Text(title));
    });

  describe('of two who make the same at once, one is refused and nothing acknowledged is lost', () => {
    test.each(['in one process', 'in two'])('a node, %s', async (where) => {
      for (let n = 0; n < 5; n++) {
        const key = `m-${where.length}-${n}`;
        const copies = [
          await Copy.join(world.instance, 'americas-editor'),
          await Copy.join(where === 'in two' ? there : world.instance, 'africa-editor'),
        ];
        const answers = await Promise.all(copies.map((copy) => copy.push(create(copy, key, `of ${copy.who}`))));
        expect(answers.map(codeOf).sort()).toEqual(['FORBIDDEN', undefined]);
        const winner = copies.find((_, index) => !answers[index]!.errors)!;
        const fresh = await Copy.open(world.instance, 'americas-editor');
        expect(fresh.text(key).toString()).toBe(`of ${winner.who}`);
      }
    });

    test('the texts of a locale: what is typed into the first ones stays', async () => {
      for (const locale of ['fr', 'pt', 'de', 'it']) {
        const planId = await createPlan(world.instance, 'both-editor');
        const add = (at: Instance) =>
          at.ask(
            'both-editor',
            `mutation ($input: PlanLocaleInput!) { addPlanLocale(input: $input) { plan { locales } problems { __typename } } }`,
            { input: { clientMutationId: nextMutation(), planId, locale } },
          );
        await Promise.all(
          [world.instance, there].map((at) => at.ask('both-editor', `{ workingPlan(id: "${planId}") { id } }`)),
        );
        const answers = await Promise.all([add(world.instance), add(there)]);
        for (const { data } of answers)
          expect(data.addPlanLocale).toEqual({ plan: { locales: ['en', 'es', locale].sort() }, problems: [] });
        const { rows } = await world.db.query(
          "SELECT count(*)::int AS made FROM working_plans.plan_edit WHERE plan_id = $1 AND edit_id LIKE 'mutation:%'",
          [planId],
        );
        expect(rows).toEqual([{ made: 1 }]);
      }
    });
  });
});
