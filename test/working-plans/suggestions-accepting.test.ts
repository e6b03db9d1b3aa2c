import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import {
  bytes,
  Copy,
  codeOf,
  createPlan,
  type Instance,
  joint,
  nextMutation,
  openWorld,
  startInstance,
  type World,
} from './subgraph.ts';
import { suggesting } from './suggesting.ts';

let world: World;
let here: Instance;
let people: ReturnType<typeof suggesting>;
beforeAll(async () => {
  world = await openWorld();
  here = world.instance;
  people = suggesting(world);
});
afterAll(() => world.stop());

describe('accepting', () => {
  test('is an edit of the accepting seat, the smallest there is, and everybody sees it live', async () => {
    const node = `${joint}/a1.1.3`;
    const { text } = await people.textOf(node);
    const editor = await Copy.join(here, 'americas-editor');
    const reader = await here.follow('africa-rep', joint, editor.cursor);
    const { suggestion } = await people.propose('africa-rep', node, `${text.slice(0, 5)}ñ🙂${text.slice(6)}`);
    // Somebody types into the same text meanwhile, offline; where the suggestion changes nothing, nothing of theirs is lost.
    const offline = await Copy.join(here, 'africa-editor');
    const typed = offline.edit((copy) => copy.text('a1.1.3').insert(text.length, ' (typed offline)'));
    const accepted = await people.mutate('steering-member', 'acceptSuggestion', { id: suggestion.id, note: 'Yes.' });
    expect(accepted.suggestion).toMatchObject({ status: 'ACCEPTED', resolvedBy: { id: 'seat:s10' }, note: 'Yes.' });
    const [edit] = await reader.take(1);
    expect(edit.seat.id).toBe('seat:s10');
    expect(bytes(edit.update).byteLength).toBeLessThan(60);
    await offline.push(typed);
    expect((await people.textOf(node)).text).toBe(`${text.slice(0, 5)}ñ🙂${text.slice(6)} (typed offline)`);
    expect(await people.editsNamed(suggestion.id)).toMatchObject([
      { seat_id: 'seat:s10', touched: ['edit a1.1.3 title en'] },
    ]);
    reader.close();
  });

  test('of rich text gives a paragraph a line', async () => {
    const node = `${joint}/a1.1.1`;
    const over = { field: 'description', locale: 'en' };
    const { suggestion } = await people.propose('africa-rep', node, 'One line.\n\nAnother, after an empty one.', over);
    await people.mutate('africa-coordinator', 'acceptSuggestion', { id: suggestion.id });
    expect((await people.textOf(node, 'description')).text).toBe('One line.\n\nAnother, after an empty one.');
  });

  test('goes on under review, when typing does not, and ends with adoption', async () => {
    const editor = await Copy.join(here, 'africa-editor');
    await people.setStatus('UNDER_REVIEW');
    try {
      expect(codeOf(await editor.push(editor.type('z')))).toBe('PLAN_FROZEN');
      const id = await people.open(`${joint}/o1`);
      const last = await people.open(`${joint}/o2`);
      expect((await people.mutate('africa-coordinator', 'acceptSuggestion', { id })).suggestion.status).toBe(
        'ACCEPTED',
      );
      expect((await people.textOf(`${joint}/o1`)).text).toMatch(/!$/);
      await people.setStatus('ADOPTED');
      expect((await people.propose('africa-rep', `${joint}/o1`, 'Late')).problems[0].__typename).toBe(
        'ValidationError',
      );
      const late = await people.mutate('africa-coordinator', 'acceptSuggestion', { id: last });
      expect(late.problems[0].__typename).toBe('ValidationError');
      expect((await people.mutate('africa-rep', 'withdrawSuggestion', { id: last })).suggestion.status).toBe(
        'WITHDRAWN',
      );
    } finally {
      await people.setStatus('DRAFT');
    }
  });

  test('a deleted node takes none until it is restored; rejecting goes', async () => {
    const writer = await Copy.join(here, 'africa-editor');
    const [id, other] = [await people.open(`${joint}/a2.1.2`), await people.open(`${joint}/a2.1.2`)];
    const flag = { by: 'seat:s08', at: '2026-11-22T00:00:00Z' };
    await writer.push(writer.edit((copy) => copy.node('a2.1.2').set('deleted', flag)));
    expect((await people.mutate('africa-coordinator', 'acceptSuggestion', { id })).problems[0].__typename).toBe(
      'ValidationError',
    );
    expect((await people.mutate('expert-lead', 'rejectSuggestion', { id: other })).suggestion.status).toBe('REJECTED');
    await writer.push(writer.edit((copy) => copy.node('a2.1.2').set('deleted', null)));
    expect((await people.mutate('africa-coordinator', 'acceptSuggestion', { id })).suggestion.status).toBe('ACCEPTED');
  });

  test('of many who accept at once, on two processes, one does; the text is there once', async () => {
    const there = await startInstance(world.database.url, world.hints);
    try {
      for (let round = 0; round < 5; round++) {
        const node = `${joint}/a1.1.2`;
        const { text } = await people.textOf(node);
        const id = await people.open(node);
        const answers = await Promise.all(
          (['africa-coordinator', 'steering-member', 'americas-coordinator', 'africa-coordinator'] as const).map(
            (who, index) => people.mutate(who, 'acceptSuggestion', { id }, index % 2 ? there : here),
          ),
        );
        expect(answers.filter(({ suggestion }) => suggestion?.status === 'ACCEPTED')).toHaveLength(1);
        expect(answers.filter(({ problems }) => problems[0]?.__typename === 'ConflictError')).toHaveLength(3);
        expect((await people.textOf(node)).text).toBe(`${text}!`);
        expect(await people.editsNamed(id)).toHaveLength(1);
      }
    } finally {
      await there.stop();
    }
  });

  test('one call sent many times at once is one edit and one answer', async () => {
    const id = await people.open(`${joint}/a1.1.2`);
    const input = { clientMutationId: nextMutation(), id };
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => people.mutate('africa-coordinator', 'acceptSuggestion', input)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0].problems).toEqual([]);
    expect(await people.editsNamed(id)).toHaveLength(1);
  });

  test('dies between the edit and the state: neither is there, and who repeats gets both', async () => {
    const node = `${joint}/a1.1.2`;
    const { text } = await people.textOf(node);
    const id = await people.open(node);
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
    expect(await people.editsNamed(id)).toEqual([]);
    expect(await people.textOf(node)).toMatchObject({ text });
    expect(await people.statusOf(id)).toBe('OPEN');
    expect((await people.mutate('africa-coordinator', 'acceptSuggestion', input)).suggestion.status).toBe('ACCEPTED');
    expect(await people.textOf(node)).toMatchObject({ text: `${text}!` });
    expect(await people.editsNamed(id)).toHaveLength(1);
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
        const { text, hash: baseHash } = await people.textOf(planId, 'title', 'en');
        const input = { nodeId: planId, field: 'title', locale: 'en', proposedText: `${text}#`, baseHash };
        const { suggestion } = await people.mutate('africa-rep', 'proposeSuggestion', input);
        if (!suggestion) continue;
        const answer = await people.mutate('africa-coordinator', 'acceptSuggestion', { id: suggestion.id });
        const status = await people.statusOf(suggestion.id);
        expect(['ACCEPTED', 'OUTDATED']).toContain(status);
        expect(answer.problems.length === 0).toBe(status === 'ACCEPTED');
        if (status === 'ACCEPTED') accepted += 1;
      }
    })();
    await Promise.all([...typing, suggesting]);
    const en = (await people.textOf(planId, 'title', 'en')).text;
    expect(en).toBe(`${'.'.repeat(20)}New plan${'#'.repeat(accepted)}`);
    expect((await people.textOf(planId, 'title', 'es')).text).toBe(`${'.'.repeat(40)}Plan nuevo`);
  });
});
