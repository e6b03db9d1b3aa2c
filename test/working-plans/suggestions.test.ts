import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { suggestionLimits } from '../../subgraphs/working-plans/commands/suggestions/propose.ts';
import { Copy, createPlan, type Instance, joint, names, nextMutation, openWorld, type World } from './subgraph.ts';
import { hash, suggesting } from './suggesting.ts';

let world: World;
let here: Instance;
let people: ReturnType<typeof suggesting>;
beforeAll(async () => {
  world = await openWorld();
  here = world.instance;
  people = suggesting(world);
});
afterAll(() => world.stop());

describe('proposing', () => {
  test('is for who takes part in a network that owns the part; each persona', async () => {
    const node = `${joint}/a2.1.1`;
    const { hash: baseHash } = await people.textOf(node);
    const verdicts: Record<string, string> = {};
    for (const who of names) {
      const input = { nodeId: node, field: 'title', locale: 'en', baseHash, proposedText: `By ${who}` };
      const { suggestion, problems } = await people.mutate(who, 'proposeSuggestion', input);
      verdicts[who] = suggestion?.status ?? problems[0].__typename;
      if (suggestion) await people.mutate(who, 'withdrawSuggestion', { id: suggestion.id });
    }
    const may = [
      'americas-coordinator',
      'americas-editor',
      'americas-rep',
      'expert-lead',
      'other-lead',
      'africa-coordinator',
      'africa-editor',
      'africa-rep',
      'steering-member',
      'un-liaison',
      'both-editor',
    ];
    expect(verdicts).toEqual(
      Object.fromEntries(names.map((who) => [who, may.includes(who) ? 'OPEN' : 'ForbiddenError'])),
    );
  });

  test('tells what it was made against, and is idempotent', async () => {
    const clientMutationId = nextMutation();
    const { text, hash: baseHash } = await people.textOf(joint, 'title', 'es');
    expect(baseHash).toBe(hash(text));
    const input = {
      clientMutationId,
      nodeId: joint,
      field: 'title',
      locale: 'es',
      proposedText: 'Plan ñandú',
      baseHash,
    };
    const first = await people.mutate('un-liaison', 'proposeSuggestion', input);
    expect(first.problems).toEqual([]);
    expect(first.suggestion).toMatchObject({
      nodeId: joint,
      field: 'title',
      locale: 'es',
      proposedText: 'Plan ñandú',
      baseText: text,
      baseHash,
      status: 'OPEN',
      version: 1,
      author: { id: 'seat:un-liaison' },
      resolvedBy: null,
    });
    expect(await people.mutate('un-liaison', 'proposeSuggestion', input)).toEqual(first);
    const another = await people.mutate('un-liaison', 'proposeSuggestion', { ...input, proposedText: 'x' });
    expect(another.problems[0].path).toEqual(['input', 'clientMutationId']);
    await people.mutate('un-liaison', 'withdrawSuggestion', { id: first.suggestion.id });
  });

  test('names what is wrong', async () => {
    const node = `${joint}/a1.1.1`;
    const at = async (over: object) => {
      const { problems } = await people.mutate('africa-rep', 'proposeSuggestion', {
        nodeId: node,
        field: 'title',
        locale: 'en',
        proposedText: 'x',
        baseHash: (await people.textOf(node)).hash,
        ...over,
      });
      return problems[0]?.path?.[1] ?? problems[0]?.__typename;
    };
    expect(await at({ baseHash: hash('something else') })).toBe('baseHash');
    expect(await at({ baseHash: 'rubbish' })).toBe('baseHash');
    expect(await at({ proposedText: (await people.textOf(node)).text })).toBe('proposedText');
    expect(await at({ proposedText: 'x'.repeat(suggestionLimits.proposed + 1) })).toBe('proposedText');
    expect(await at({ proposedText: '\n'.repeat(suggestionLimits.lines) })).toBe('proposedText');
    expect(await at({ proposedText: 'a\u0000b' })).toBe('proposedText');
    expect(await at({ proposedText: 'half \ud83d' })).toBe('proposedText');
    expect(await at({ field: 'countries' })).toBe('field');
    expect(await at({ field: 'deleted' })).toBe('field');
    expect(await at({ field: 'constructor' })).toBe('field');
    expect(await at({ locale: 'fr' })).toBe('locale');
    expect(await at({ nodeId: `${joint}/a9.9.9` })).toBe('nodeId');
    expect(await at({ nodeId: 'plan:none' })).toBe('ForbiddenError');
    expect(await at({ nodeId: 'plan:\u0000/x' })).toBe('ForbiddenError');
  });

  test('is bounded for a seat', async () => {
    const { openOfSeat } = suggestionLimits;
    suggestionLimits.openOfSeat = 2;
    try {
      const ids = [await people.open(undefined, 'americas-rep'), await people.open(undefined, 'americas-rep')];
      const over = await people.propose('americas-rep', `${joint}/a1.1.2`, 'One too many');
      expect(over.problems[0].__typename).toBe('ValidationError');
      await people.mutate('americas-rep', 'withdrawSuggestion', { id: ids[0] });
      expect((await people.propose('americas-rep', `${joint}/a1.1.2`, 'Now it fits')).problems).toEqual([]);
    } finally {
      suggestionLimits.openOfSeat = openOfSeat;
    }
  });
});

describe('the states', () => {
  test('each persona, accepting and rejecting in an objective that its group leads', async () => {
    const verdicts: Record<string, string[]> = {};
    for (const who of names) {
      const id = await people.open(`${joint}/a2.1.1`);
      verdicts[who] = [];
      for (const command of ['withdrawSuggestion', 'rejectSuggestion', 'acceptSuggestion']) {
        const { suggestion, problems } = await people.mutate(who, command, { id });
        verdicts[who].push(suggestion?.status ?? problems[0].__typename);
        if (suggestion)
          await world.db.query("UPDATE working_plans.plan_suggestion SET status = 'OPEN' WHERE id = $1", [id]);
      }
      await world.db.query("UPDATE working_plans.plan_suggestion SET status = 'WITHDRAWN' WHERE id = $1", [id]);
    }
    const no = 'ForbiddenError';
    const resolvers = ['americas-coordinator', 'expert-lead', 'africa-coordinator', 'steering-member'];
    const expected = names.map((who) => {
      if (resolvers.includes(who)) return [who, [no, 'REJECTED', 'ACCEPTED']];
      return [who, who === 'africa-rep' ? ['WITHDRAWN', no, no] : [no, no, no]];
    });
    expect(verdicts).toEqual(Object.fromEntries(expected));
  });

  test('open becomes one of the others, once', async () => {
    const ends = [
      ['acceptSuggestion', 'africa-coordinator', 'ACCEPTED'],
      ['rejectSuggestion', 'africa-coordinator', 'REJECTED'],
      ['withdrawSuggestion', 'africa-rep', 'WITHDRAWN'],
    ] as const;
    for (const [command, who, status] of ends) {
      const id = await people.open();
      const clientMutationId = nextMutation();
      const input = { clientMutationId, id, ...(who === 'africa-coordinator' && { note: ' because ' }) };
      const first = await people.mutate(who, command, input);
      expect(first.suggestion).toMatchObject({ status, version: 2, note: who === 'africa-rep' ? null : 'because' });
      expect(first.suggestion.resolvedAt).not.toBeNull();
      expect(await people.mutate(who, command, input)).toEqual(first);
      for (const [again, by] of ends) {
        expect((await people.mutate(by, again, { id })).problems[0]).toMatchObject({
          __typename: 'ConflictError',
          currentVersion: 2,
        });
      }
    }
    expect(
      (await people.mutate('africa-coordinator', 'acceptSuggestion', { id: 'suggestion:none' })).problems[0].__typename,
    ).toBe('ForbiddenError');
    expect(
      (
        await people.mutate('africa-coordinator', 'acceptSuggestion', {
          id: await people.open(),
          note: 'x'.repeat(2_001),
        })
      ).problems[0].path,
    ).toEqual(['input', 'note']);
  });

  test('a suggestion is outdated once its text is another, and stays so when somebody types the old text again', async () => {
    const id = await people.open(`${joint}/a2.1.3`);
    const untouched = await people.open(`${joint}/a2.1.3`, 'un-liaison');
    const writer = await Copy.join(here, 'africa-editor');
    await writer.push(writer.type('x', 'a2.1.3'));
    await writer.push(writer.edit((copy) => copy.text('a2.1.3').delete(0, 1)));
    // Nobody looked while it was another text.
    expect(await people.statusOf(id)).toBe('OPEN');
    await writer.push(writer.type('x', 'a2.1.3'));
    expect(await people.statusOf(id)).toBe('OUTDATED');
    await writer.push(writer.edit((copy) => copy.text('a2.1.3').delete(0, 1)));
    const found = await people.list('africa-rep', joint, '(status: OUTDATED)');
    expect(found.edges.slice(0, 2).map(({ node }: { node: { id: string } }) => node.id)).toEqual([untouched, id]);
    const late = await people.mutate('africa-coordinator', 'acceptSuggestion', { id });
    expect(late.problems[0]).toMatchObject({ __typename: 'ConflictError', currentVersion: 2 });
  });

  test('what is accepted over a text that has just changed is refused, and seen as outdated', async () => {
    const id = await people.open(`${joint}/a2.1.4`);
    const writer = await Copy.join(here, 'africa-editor');
    await writer.push(writer.type('y', 'a2.1.4'));
    const { problems } = await people.mutate('africa-coordinator', 'acceptSuggestion', { id });
    expect(problems).toHaveLength(1);
    expect(await people.editsNamed(id)).toEqual([]);
    expect((await world.db.query('SELECT status FROM working_plans.plan_suggestion WHERE id = $1', [id])).rows).toEqual(
      [{ status: 'OUTDATED' }],
    );
  });
});

describe('reading', () => {
  test('is for who may open the document; newest first, page by page', async () => {
    const planId = await createPlan(here, 'both-editor');
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push((await people.propose('africa-rep', planId, `Title ${n}`)).suggestion.id);
    const page = await people.list('un-liaison', planId, '(first: 3)');
    expect(page.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual(ids.slice(2).reverse());
    expect(page.pageInfo.hasNextPage).toBe(true);
    const rest = await people.list('un-liaison', planId, `(first: 3, after: "${page.pageInfo.endCursor}")`);
    expect(rest.edges.map(({ node }: { node: { number: number } }) => node.number)).toEqual([2, 1]);
    expect(rest.pageInfo.hasNextPage).toBe(false);
    // A cursor of the list is none of the plan's edits.
    const follower = await here.follow('un-liaison', planId, page.pageInfo.endCursor);
    expect((await follower.refused)?.[0]?.extensions.code).toBe('CURSOR_INVALID');

    await world.db.query("UPDATE working_plans.plan SET status = 'ADOPTED', visibility = 'PUBLIC' WHERE id = $1", [
      planId,
    ]);
    for (const who of ['observer', 'partner', 'asia-editor'] as const) {
      expect([who, await people.list(who, planId)]).toEqual([who, null]);
      expect([who, await people.statusOf(ids[0]!, who)]).toEqual([who, null]);
      expect([who, await people.textOf(planId, 'title', 'en', who)]).toEqual([who, null]);
    }
    expect((await people.list('safety-officer', planId)).edges).toHaveLength(5);
  });
});
