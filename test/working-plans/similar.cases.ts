import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { canary, columnsWith, redact } from './redacting.ts';
import { am, createPlan, joint, type Name, openWorld, type World } from './subgraph.ts';
import { inEnglish, make } from './typed.ts';

describe('similar', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
    await world.db.query('SET search_path TO working_plans');
  });
  afterAll(() => world.stop());

  const similar = async (who: Name, id: string, first = 5) => {
    const { data, errors } = await world.instance.ask(
      who,
      `query ($id: ID!, $first: Int!) { _entities(representations: [{ __typename: "Activity", id: $id }]) { ... on Activity {
       similar(first: $first) { score locale sameTheme activity { id plan { id } } } } } }`,
      { id, first },
    );
    if (errors) throw new Error(JSON.stringify(errors));
    return data._entities[0]?.similar ?? null;
  };

  /** A plan with one activity of this title. */
  async function planWith(
    title: string,
    over: object = {},
    who: Name = 'both-editor',
    locale = 'en',
    thematicArea = 'FIREARMS',
  ) {
    const planId = await createPlan(world.instance, who, { sourceLocale: locale, ...over });
    const objective = await make(world.instance, who, 'upsertObjective', {
      planId,
      thematicArea,
      title: [{ locale, text: 'Objective' }],
    });
    const outcome = await make(world.instance, who, 'upsertOutcome', {
      objectiveId: objective.id,
      statement: [{ locale, text: 'Outcome' }],
    });
    const { id } = await make(world.instance, who, 'upsertActivity', {
      outcomeId: outcome.id,
      title: [{ locale, text: title }],
    });
    return { planId, id };
  }
  /** As if half a minute had passed since the words were read. */
  const later = () => world.db.query("UPDATE plan_words_read SET read_at = now() - interval '1 minute'");

  test('activities of other plans are found by what they say, whatever its inflection, in each language', async () => {
    const one = await planWith('Train border officers to recognise trafficked firearms');
    const two = await planWith('Training of a border officer in recognising firearm trafficking');
    const far = await planWith('Publish a yearly report on scholarship funds');
    const spanish = await planWith(
      'Capacitar a funcionarios fronterizos sobre armas de fuego',
      {},
      'both-editor',
      'es',
    );
    const otherTheme = await planWith(
      'Train border officers to recognise firearms',
      {},
      'both-editor',
      'en',
      'EMERGING_CRIMES',
    );
    const found = await similar('africa-rep', one.id);
    expect(found.map(({ activity }: { activity: { id: string } }) => activity.id)).toEqual(
      expect.arrayContaining([two.id, otherTheme.id]),
    );
    const ids = found.map(({ activity }: { activity: { id: string } }) => activity.id);
    expect(ids).not.toContain(one.id);
    expect(ids).not.toContain(far.id);
    expect(ids).not.toContain(spanish.id);
    const byId = new Map(found.map((each: { activity: { id: string } }) => [each.activity.id, each]));
    expect(byId.get(two.id)).toMatchObject({ locale: 'en', sameTheme: true });
    expect(byId.get(otherTheme.id)).toMatchObject({ sameTheme: false });
    expect(found.every(({ score }: { score: number }) => score >= 0.2 && score <= 1)).toBe(true);
    expect(await similar('africa-rep', one.id, 1)).toHaveLength(1);

    const another = await planWith('Capacitación de funcionarias fronterizas: armas', {}, 'both-editor', 'es');
    const inSpanish = await similar('africa-rep', another.id);
    expect(inSpanish[0]).toMatchObject({ locale: 'es', activity: { id: spanish.id } });
  });

  test('only of plans that the reader may read, and not of its own line', async () => {
    const mine = await planWith(
      'Map shelters for witnesses along the southern route',
      { networkIds: [am] },
      'americas-editor',
    );
    const shared = await planWith('Map the shelters for witnesses on the southern route');
    const ids = async (who: Name, of: string) =>
      (await similar(who, of))?.map(({ activity }: { activity: { id: string } }) => activity.id) ?? null;
    expect(await ids('americas-rep', mine.id)).toContain(shared.id);
    expect(await ids('americas-rep', shared.id)).toContain(mine.id);
    // a draft of one network is not known to the other
    expect(await ids('africa-rep', shared.id)).not.toContain(mine.id);
    expect(await ids('africa-rep', mine.id)).toBeNull();
    for (const who of ['observer', 'partner', 'operator', 'asia-editor'] as const)
      expect([who, await ids(who, shared.id)]).toEqual([who, null]);
    await world.db.query('UPDATE plan SET amends = $2 WHERE id = $1', [mine.planId, shared.planId]);
    expect(await ids('americas-rep', mine.id)).not.toContain(shared.id);
  });

  test('what has changed is found as it is now, what is deleted no more, and of what is redacted nothing is kept', async () => {
    const one = await planWith('Count unregistered boats in the delta');
    const two = await planWith('Nothing alike');
    expect(await similar('africa-rep', one.id)).toEqual([]);
    await make(world.instance, 'both-editor', 'upsertActivity', {
      id: two.id,
      title: inEnglish(`Count boats in the delta with ${canary}`),
    });
    await later();
    expect(
      (await similar('africa-rep', one.id)).map(({ activity }: { activity: { id: string } }) => activity.id),
    ).toEqual([two.id]);
    const words = async () =>
      (await world.db.query('SELECT words FROM plan_words WHERE plan_id = $1', [two.planId])).rows.flatMap(
        (row) => row.words as string[],
      );
    expect(await words()).toContain('xochitl');
    expect((await redact(world.instance, { planId: two.planId, text: canary })).problems).toEqual([]);
    expect(await words()).toEqual([]);
    expect(await similar('africa-rep', one.id)).toHaveLength(1);
    expect(await words()).not.toContain('xochitl');
    expect(await columnsWith(world.db, canary)).toEqual([]);
    await world.instance.ask(
      'both-editor',
      'mutation ($input: PlanNodeInput!) { deletePlanNode(input: $input) { plan { id } } }',
      {
        input: { clientMutationId: 'gone', nodeId: two.id },
      },
    );
    expect(await similar('africa-rep', one.id)).toEqual([]);
  });

  test('a list asks for a bounded number of them', async () => {
    const { errors } = await world.instance.ask(
      'africa-rep',
      `{ workingPlan(id: "${joint}") { objectives { outcomes { activities { similar(first: 21) { score } } } } } }`,
    );
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});
