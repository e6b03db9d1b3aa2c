import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { suggestionLimits } from '../../subgraphs/working-plans/commands/suggestions/propose.ts';
import {
  bytes,
  Copy,
  codeOf,
  createPlan,
  type Instance,
  joint,
  type Name,
  names,
  nextMutation,
  nextSecond,
  openWorld,
  startInstance,
  type World,
} from './subgraph.ts';

let world: World;
let here: Instance;
beforeAll(async () => {
  world = await openWorld();
  here = world.instance;
});
afterAll(() => world.stop());

const hash = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');
const parts = `suggestion { id number nodeId field locale proposedText baseText baseHash status note version author { id } resolvedBy { id } resolvedAt createdAt }
  problems { __typename ... on UserError { message path } ... on ConflictError { currentVersion } }`;

async function mutate(who: Name, command: string, input: object, at: Instance = here) {
  const type = {
    proposeSuggestion: 'ProposeSuggestionInput',
    acceptSuggestion: 'ResolveSuggestionInput',
    rejectSuggestion: 'ResolveSuggestionInput',
    withdrawSuggestion: 'WithdrawSuggestionInput',
  }[command];
  const { data, errors } = await at.ask(who, `mutation ($input: ${type}!) { ${command}(input: $input) { ${parts} } }`, {
    input: { clientMutationId: nextMutation(), ...input },
  });
  if (errors) throw new Error(JSON.stringify(errors));
  return data[command];
}
async function textOf(nodeId: string, field = 'title', locale = 'en', who: Name = 'africa-coordinator') {
  const { data } = await here.ask(
    who,
    'query ($plan: ID!, $node: ID!, $field: String!, $locale: LocaleTag!) { workingPlan(id: $plan) { text(nodeId: $node, field: $field, locale: $locale) { text hash } } }',
    { plan: nodeId.split('/')[0], node: nodeId, field, locale },
  );
  return data.workingPlan?.text ?? null;
}
/** Proposes against the text as it is now. */
async function propose(who: Name, nodeId: string, proposedText: string, over: object = {}) {
  const { field = 'title', locale = 'en' } = over as { field?: string; locale?: string };
  const { hash: baseHash } = await textOf(nodeId, field, locale);
  return mutate(who, 'proposeSuggestion', { nodeId, field, locale, proposedText, baseHash, ...over });
}
async function open(nodeId = `${joint}/a1.1.1`, who: Name = 'africa-rep'): Promise<string> {
  const { text } = await textOf(nodeId);
  const { suggestion, problems } = await propose(who, nodeId, `${text}!`);
  expect(problems).toEqual([]);
  return suggestion.id;
}
const list = async (who: Name, planId: string, args = '', at: Instance = here) =>
  (
    await at.ask(
      who,
      `{ workingPlan(id: "${planId}") { suggestions${args} { edges { node { id number status } } pageInfo { hasNextPage endCursor } } } }`,
    )
  ).data.workingPlan?.suggestions;
const statusOf = async (id: string, who: Name = 'africa-coordinator') =>
  (
    await here.ask(
      who,
      `{ _entities(representations: [{ __typename: "Suggestion", id: "${id}" }]) { ... on Suggestion { status } } }`,
    )
  ).data._entities[0]?.status ?? null;
const setStatus = async (status: string, planId = joint) => {
  await world.db.query('UPDATE working_plans.plan SET status = $2 WHERE id = $1', [planId, status]);
  await nextSecond();
};
const editsNamed = async (id: string) =>
  (await world.db.query('SELECT seq::int, seat_id, touched FROM working_plans.plan_edit WHERE edit_id = $1', [id]))
    .rows;

describe('proposing', () => {
  test('is for who takes part in a network that owns the part; each persona', async () => {
    const node = `${joint}/a2.1.1`;
    const { hash: baseHash } = await textOf(node);
    const verdicts: Record<string, string> = {};
    for (const who of names) {
      const input = { nodeId: node, field: 'title', locale: 'en', baseHash, proposedText: `By ${who}` };
      const { suggestion, problems } = await mutate(who, 'proposeSuggestion', input);
      verdicts[who] = suggestion?.status ?? problems[0].__typename;
      if (suggestion) await mutate(who, 'withdrawSuggestion', { id: suggestion.id });
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
    const { text, hash: baseHash } = await textOf(joint, 'title', 'es');
    expect(baseHash).toBe(hash(text));
    const input = {
      clientMutationId,
      nodeId: joint,
      field: 'title',
      locale: 'es',
      proposedText: 'Plan ñandú',
      baseHash,
    };
    const first = await mutate('un-liaison', 'proposeSuggestion', input);
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
    expect(await mutate('un-liaison', 'proposeSuggestion', input)).toEqual(first);
    const another = await mutate('un-liaison', 'proposeSuggestion', { ...input, proposedText: 'x' });
    expect(another.problems[0].path).toEqual(['input', 'clientMutationId']);
    await mutate('un-liaison', 'withdrawSuggestion', { id: first.suggestion.id });
  });

  test('names what is wrong', async () => {
    const node = `${joint}/a1.1.1`;
    const at = async (over: object) => {
      const { problems } = await mutate('africa-rep', 'proposeSuggestion', {
        nodeId: node,
        field: 'title',
        locale: 'en',
        proposedText: 'x',
        baseHash: (await textOf(node)).hash,
        ...over,
      });
      return problems[0]?.path?.[1] ?? problems[0]?.__typename;
    };
    expect(await at({ baseHash: hash('something else') })).toBe('baseHash');
    expect(await at({ baseHash: 'rubbish' })).toBe('baseHash');
    expect(await at({ proposedText: (await textOf(node)).text })).toBe('proposedText');
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
      const ids = [await open(undefined, 'americas-rep'), await open(undefined, 'americas-rep')];
      const over = await propose('americas-rep', `${joint}/a1.1.2`, 'One too many');
      expect(over.problems[0].__typename).toBe('ValidationError');
      await mutate('americas-rep', 'withdrawSuggestion', { id: ids[0] });
      expect((await propose('americas-rep', `${joint}/a1.1.2`, 'Now it fits')).problems).toEqual([]);
    } finally {
      suggestionLimits.openOfSeat = openOfSeat;
    }
  });
});

describe('the states', () => {
  test('each persona, accepting and rejecting in an objective that its group leads', async () => {
    const verdicts: Record<string, string[]> = {};
    for (const who of names) {
      const id = await open(`${joint}/a2.1.1`);
      verdicts[who] = [];
      for (const command of ['withdrawSuggestion', 'rejectSuggestion', 'acceptSuggestion']) {
        const { suggestion, problems } = await mutate(who, command, { id });
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
      const id = await open();
      const clientMutationId = nextMutation();
      const input = { clientMutationId, id, ...(who === 'africa-coordinator' && { note: ' because ' }) };
      const first = await mutate(who, command, input);
      expect(first.suggestion).toMatchObject({ status, version: 2, note: who === 'africa-rep' ? null : 'because' });
      expect(first.suggestion.resolvedAt).not.toBeNull();
      expect(await mutate(who, command, input)).toEqual(first);
      for (const [again, by] of ends) {
        expect((await mutate(by, again, { id })).problems[0]).toMatchObject({
          __typename: 'ConflictError',
          currentVersion: 2,
        });
      }
    }
    expect(
      (await mutate('africa-coordinator', 'acceptSuggestion', { id: 'suggestion:none' })).problems[0].__typename,
    ).toBe('ForbiddenError');
    expect(
      (await mutate('africa-coordinator', 'acceptSuggestion', { id: await open(), note: 'x'.repeat(2_001) }))
        .problems[0].path,
    ).toEqual(['input', 'note']);
  });

  test('a suggestion is outdated once its text is another, and stays so when somebody types the old text again', async () => {
    const id = await open(`${joint}/a2.1.3`);
    const untouched = await open(`${joint}/a2.1.3`, 'un-liaison');
    const writer = await Copy.join(here, 'africa-editor');
    await writer.push(writer.type('x', 'a2.1.3'));
    await writer.push(writer.edit((copy) => copy.text('a2.1.3').delete(0, 1)));
    // Nobody looked while it was another text.
    expect(await statusOf(id)).toBe('OPEN');
    await writer.push(writer.type('x', 'a2.1.3'));
    expect(await statusOf(id)).toBe('OUTDATED');
    await writer.push(writer.edit((copy) => copy.text('a2.1.3').delete(0, 1)));
    const found = await list('africa-rep', joint, '(status: OUTDATED)');
    expect(found.edges.slice(0, 2).map(({ node }: { node: { id: string } }) => node.id)).toEqual([untouched, id]);
    const late = await mutate('africa-coordinator', 'acceptSuggestion', { id });
    expect(late.problems[0]).toMatchObject({ __typename: 'ConflictError', currentVersion: 2 });
  });

  test('what is accepted over a text that has just changed is refused, and seen as outdated', async () => {
    const id = await open(`${joint}/a2.1.4`);
    const writer = await Copy.join(here, 'africa-editor');
    await writer.push(writer.type('y', 'a2.1.4'));
    const { problems } = await mutate('africa-coordinator', 'acceptSuggestion', { id });
    expect(problems).toHaveLength(1);
    expect(await editsNamed(id)).toEqual([]);
    expect((await world.db.query('SELECT status FROM working_plans.plan_suggestion WHERE id = $1', [id])).rows).toEqual(
      [{ status: 'OUTDATED' }],
    );
  });
});

describe('accepting', () => {
  test('is an edit of the accepting seat, the smallest there is, and everybody sees it live', async () => {
    const node = `${joint}/a1.1.3`;
    const { text } = await textOf(node);
    const editor = await Copy.join(here, 'americas-editor');
    const reader = await here.follow('africa-rep', joint, editor.cursor);
    const { suggestion } = await propose('africa-rep', node, `${text.slice(0, 5)}ñ🙂${text.slice(6)}`);
    // Somebody types into the same text meanwhile, offline; where the suggestion changes nothing, nothing of theirs is lost.
    const offline = await Copy.join(here, 'africa-editor');
    const typed = offline.edit((copy) => copy.text('a1.1.3').insert(text.length, ' (typed offline)'));
    const accepted = await mutate('steering-member', 'acceptSuggestion', { id: suggestion.id, note: 'Yes.' });
    expect(accepted.suggestion).toMatchObject({ status: 'ACCEPTED', resolvedBy: { id: 'seat:s10' }, note: 'Yes.' });
    const [edit] = await reader.take(1);
    expect(edit.seat.id).toBe('seat:s10');
    expect(bytes(edit.update).byteLength).toBeLessThan(60);
    await offline.push(typed);
    expect((await textOf(node)).text).toBe(`${text.slice(0, 5)}ñ🙂${text.slice(6)} (typed offline)`);
    expect(await editsNamed(suggestion.id)).toMatchObject([{ seat_id: 'seat:s10', touched: ['edit a1.1.3 title en'] }]);
    reader.close();
  });

  test('of rich text gives a paragraph a line', async () => {
    const node = `${joint}/a1.1.1`;
    const over = { field: 'description', locale: 'en' };
    const { suggestion } = await propose('africa-rep', node, 'One line.\n\nAnother, after an empty one.', over);
    await mutate('africa-coordinator', 'acceptSuggestion', { id: suggestion.id });
    expect((await textOf(node, 'description')).text).toBe('One line.\n\nAnother, after an empty one.');
  });

  test('goes on under review, when typing does not, and ends with adoption', async () => {
    const editor = await Copy.join(here, 'africa-editor');
    await setStatus('UNDER_REVIEW');
    try {
      expect(codeOf(await editor.push(editor.type('z')))).toBe('PLAN_FROZEN');
      const id = await open(`${joint}/o1`);
      const last = await open(`${joint}/o2`);
      expect((await mutate('africa-coordinator', 'acceptSuggestion', { id })).suggestion.status).toBe('ACCEPTED');
      expect((await textOf(`${joint}/o1`)).text).toMatch(/!$/);
      await setStatus('ADOPTED');
      expect((await propose('africa-rep', `${joint}/o1`, 'Late')).problems[0].__typename).toBe('ValidationError');
      const late = await mutate('africa-coordinator', 'acceptSuggestion', { id: last });
      expect(late.problems[0].__typename).toBe('ValidationError');
      expect((await mutate('africa-rep', 'withdrawSuggestion', { id: last })).suggestion.status).toBe('WITHDRAWN');
    } finally {
      await setStatus('DRAFT');
    }
  });

  test('a deleted node takes none until it is restored; rejecting goes', async () => {
    const writer = await Copy.join(here, 'africa-editor');
    const [id, other] = [await open(`${joint}/a2.1.2`), await open(`${joint}/a2.1.2`)];
    const flag = { by: 'seat:s08', at: '2026-11-22T00:00:00Z' };
    await writer.push(writer.edit((copy) => copy.node('a2.1.2').set('deleted', flag)));
    expect((await mutate('africa-coordinator', 'acceptSuggestion', { id })).problems[0].__typename).toBe(
      'ValidationError',
    );
    expect((await mutate('expert-lead', 'rejectSuggestion', { id: other })).suggestion.status).toBe('REJECTED');
    await writer.push(writer.edit((copy) => copy.node('a2.1.2').set('deleted', null)));
    expect((await mutate('africa-coordinator', 'acceptSuggestion', { id })).suggestion.status).toBe('ACCEPTED');
  });

  test('of many who accept at once, on two processes, one does; the text is there once', async () => {
    const there = await startInstance(world.database.url, world.hints);
    try {
      for (let round = 0; round < 5; round++) {
        const node = `${joint}/a1.1.2`;
        const { text } = await textOf(node);
        const id = await open(node);
        const answers = await Promise.all(
          (['africa-coordinator', 'steering-member', 'americas-coordinator', 'africa-coordinator'] as const).map(
            (who, index) => mutate(who, 'acceptSuggestion', { id }, index % 2 ? there : here),
          ),
        );
        expect(answers.filter(({ suggestion }) => suggestion?.status === 'ACCEPTED')).toHaveLength(1);
        expect(answers.filter(({ problems }) => problems[0]?.__typename === 'ConflictError')).toHaveLength(3);
        expect((await textOf(node)).text).toBe(`${text}!`);
        expect(await editsNamed(id)).toHaveLength(1);
      }
    } finally {
      await there.stop();
    }
  });

  test('one call sent many times at once is one edit and one answer', async () => {
    const id = await open(`${joint}/a1.1.2`);
    const input = { clientMutationId: nextMutation(), id };
    const answers = await Promise.all([1, 2, 3, 4].map(() => mutate('africa-coordinator', 'acceptSuggestion', input)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0].problems).toEqual([]);
    expect(await editsNamed(id)).toHaveLength(1);
  });

  test('dies between the edit and the state: neither is there, and who repeats gets both', async () => {
    const node = `${joint}/a1.1.2`;
    const { text } = await textOf(node);
    const id = await open(node);
    const input = { clientMutationId: nextMutation(), id };
    // Its row is held, so the transaction stops right there: the edit is written, the state is not.
    const holder = new pg.Client(world.database.url);
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM working_plans.plan_suggestion WHERE id = $1 FOR UPDATE', [id]);
    const dying = here.ask(
      'africa-coordinator',
      'mutation ($input: ResolveSuggestionInput!) { acceptSuggestion(input: $input) { suggestion { id } } }',
      { input },
    );
    let pid: number | undefined;
    while (pid === undefined) {
      // Not listed until it has come to wait.
      const { rows } = await world.db.query(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE plan_suggestion%'`,
      );
      pid = rows[0]?.pid;
    }
    await world.db.query('SELECT pg_terminate_backend($1)', [pid]);
    expect((await dying).errors).toHaveLength(1);
    await holder.end();
    expect(await editsNamed(id)).toEqual([]);
    expect(await textOf(node)).toMatchObject({ text });
    expect(await statusOf(id)).toBe('OPEN');
    expect((await mutate('africa-coordinator', 'acceptSuggestion', input)).suggestion.status).toBe('ACCEPTED');
    expect(await textOf(node)).toMatchObject({ text: `${text}!` });
    expect(await editsNamed(id)).toHaveLength(1);
  });

  test('while others type, no acknowledged character is lost and every suggestion is either accepted or outdated', async () => {
    const planId = await createPlan(here, 'both-editor');
    const writers = await Promise.all([1, 2, 3].map(() => Copy.join(here, 'both-editor', planId)));
    let accepted = 0;
    const typing = writers.map(async (writer, index) => {
      for (let n = 0; n < 20; n++) {
        const update = writer.edit((copy) => copy.text('plan', 'title', index ? 'es' : 'en').insert(0, '.'));
        expect(codeOf(await writer.push(update))).toBeUndefined();
      }
    });
    const suggesting = (async () => {
      for (let n = 0; n < 10; n++) {
        const { text, hash: baseHash } = await textOf(planId, 'title', 'en');
        const input = { nodeId: planId, field: 'title', locale: 'en', proposedText: `${text}#`, baseHash };
        const { suggestion } = await mutate('africa-rep', 'proposeSuggestion', input);
        if (!suggestion) continue;
        const answer = await mutate('africa-coordinator', 'acceptSuggestion', { id: suggestion.id });
        const status = await statusOf(suggestion.id);
        expect(['ACCEPTED', 'OUTDATED']).toContain(status);
        expect(answer.problems.length === 0).toBe(status === 'ACCEPTED');
        if (status === 'ACCEPTED') accepted += 1;
      }
    })();
    await Promise.all([...typing, suggesting]);
    const en = (await textOf(planId, 'title', 'en')).text;
    expect(en).toBe(`${'.'.repeat(20)}New plan${'#'.repeat(accepted)}`);
    expect((await textOf(planId, 'title', 'es')).text).toBe(`${'.'.repeat(40)}Plan nuevo`);
  });
});

describe('reading', () => {
  test('is for who may open the document; newest first, page by page', async () => {
    const planId = await createPlan(here, 'both-editor');
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push((await propose('africa-rep', planId, `Title ${n}`)).suggestion.id);
    const page = await list('un-liaison', planId, '(first: 3)');
    expect(page.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual(ids.slice(2).reverse());
    expect(page.pageInfo.hasNextPage).toBe(true);
    const rest = await list('un-liaison', planId, `(first: 3, after: "${page.pageInfo.endCursor}")`);
    expect(rest.edges.map(({ node }: { node: { number: number } }) => node.number)).toEqual([2, 1]);
    expect(rest.pageInfo.hasNextPage).toBe(false);
    // A cursor of the list is none of the plan's edits.
    const follower = await here.follow('un-liaison', planId, page.pageInfo.endCursor);
    expect((await follower.refused)?.[0]?.extensions.code).toBe('CURSOR_INVALID');

    await world.db.query("UPDATE working_plans.plan SET status = 'ADOPTED', visibility = 'PUBLIC' WHERE id = $1", [
      planId,
    ]);
    await nextSecond();
    for (const who of ['observer', 'partner', 'asia-editor'] as const) {
      expect([who, await list(who, planId)]).toEqual([who, null]);
      expect([who, await statusOf(ids[0]!, who)]).toEqual([who, null]);
      expect([who, await textOf(planId, 'title', 'en', who)]).toEqual([who, null]);
    }
    expect((await list('safety-officer', planId)).edges).toHaveLength(5);
  });

  test('a process that is behind does not call a suggestion outdated that was made against what it has not seen', async () => {
    const planId = await createPlan(here, 'both-editor');
    // Its hints reach nobody else.
    const alone = await startInstance(world.database.url);
    try {
      await list('africa-rep', planId, '', alone);
      const writer = await Copy.join(here, 'both-editor', planId);
      await writer.push(writer.type('Newer: '));
      const [first, seen] = await Promise.all([
        propose('africa-rep', planId, 'On the newer'),
        list('africa-rep', planId, '', alone),
      ]);
      for (const { node } of seen.edges) expect(node.status).toBe('OPEN');
      expect(await statusOf(first.suggestion.id)).toBe('OPEN');
    } finally {
      await alone.stop();
    }
  });
});
