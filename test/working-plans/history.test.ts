import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateKeyBetween } from 'fractional-indexing';
import type * as Y from 'yjs';
import { contentOf } from '../../subgraphs/working-plans/document/canonical.ts';
import { readPlan } from '../../subgraphs/working-plans/document/read.ts';
import { rewritePlan } from '../../subgraphs/working-plans/document/rewrite.ts';
import { applyEdits, contentEquals, load, snapshot } from '../../subgraphs/working-plans/document/state.ts';
import { judge } from '../../subgraphs/working-plans/guard/judge.ts';
import { SERVER_LIMITS } from '../../subgraphs/working-plans/guard/verdict.ts';
import { diffContents } from '../../subgraphs/working-plans/history/diff.ts';
import { writeVersion } from '../../subgraphs/working-plans/versions.ts';
import { Editor, FIRST, Server } from '../plan-editor.ts';
import { random, samplePlan } from '../plan-forge.ts';
import { Copy, joint, type Name, nextMutation, openWorld, type World } from './subgraph.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const ask = async (who: Name, fields: string) => {
  const { data, errors } = await world.instance.ask(who, `{ workingPlan(id: "${joint}") { ${fields} } }`);
  expect(errors).toBeUndefined();
  return data.workingPlan;
};
const ok = async (answer: Promise<{ errors?: unknown }>) => expect((await answer).errors).toBeUndefined();

async function keepVersion(doc: Y.Doc): Promise<number> {
  await world.db.query('SET search_path TO working_plans');
  const manager = { query: async (sql: string, values: unknown[]) => (await world.db.query(sql, values)).rows };
  const content = contentOf(readPlan(doc));
  const version = { planId: joint, seq: 1, epoch: 1, kind: 'NAMED' as const, content, createdBy: null };
  return (await writeVersion(manager as never, version)).number;
}

test('who did what, newest first: keystrokes of one seat are one entry', async () => {
  const [editor, other] = [
    await Copy.join(world.instance, 'americas-editor'),
    await Copy.join(world.instance, 'africa-editor'),
  ];
  for (const letter of 'abc') await ok(editor.push(editor.type(letter, 'a1.1.1')));
  await ok(other.push(other.type('x', 'a1.1.2')));
  await ok(editor.push(editor.edit((copy) => copy.node('a1.1.2').set('startsOn', '2027-03-01'))));
  const fields =
    'edges { cursor node { seat { id } region edits touched { nodeId action field locale } } } pageInfo { hasNextPage }';
  const { history } = await ask('africa-rep', `history { ${fields} }`);
  const told = history.edges.map(
    ({ node }: { node: { seat: { id: string } | null; edits: number; touched: object[] } }) => [
      node.seat?.id,
      node.edits,
      node.touched,
    ],
  );
  expect(told).toEqual([
    ['seat:s02', 1, [{ nodeId: `${joint}/a1.1.2`, action: 'EDIT', field: 'startsOn', locale: null }]],
    ['seat:s08', 1, [{ nodeId: `${joint}/a1.1.2`, action: 'EDIT', field: 'title', locale: 'en' }]],
    ['seat:s02', 3, [{ nodeId: `${joint}/a1.1.1`, action: 'EDIT', field: 'title', locale: 'en' }]],
    [undefined, 1, []],
  ]);
  expect(history.pageInfo.hasNextPage).toBe(false);

  const first = (await ask('africa-rep', `history(first: 1) { ${fields} }`)).history;
  expect(first.pageInfo.hasNextPage).toBe(true);
  const next = (await ask('africa-rep', `history(first: 2, after: "${first.edges[0].cursor}") { ${fields} }`)).history;
  expect(next.edges.map(({ node }: { node: { edits: number } }) => node.edits)).toEqual([1, 3]);
  const ofNode = (await ask('africa-rep', `history(nodeId: "${joint}/a1.1.2") { ${fields} }`)).history;
  expect(ofNode.edges).toHaveLength(2);
  const { contributors } = await ask('africa-rep', 'contributors { id }');
  expect(contributors).toEqual([{ id: 'seat:s02' }, { id: 'seat:s08' }]);
});

test('who wrote which words', async () => {
  const [editor, other] = [
    await Copy.join(world.instance, 'americas-editor'),
    await Copy.join(world.instance, 'africa-editor'),
  ];
  await ok(editor.push(editor.edit((copy) => copy.text('a1.1.3').insert(0, 'Hello '))));
  const late = await Copy.join(world.instance, 'africa-editor');
  await ok(late.push(late.edit((copy) => copy.text('a1.1.3').insert(3, '__'))));
  const { authorship } = await ask(
    'africa-rep',
    `authorship(nodeId: "${joint}/a1.1.3", field: "title", locale: "en") { text seat { id } }`,
  );
  expect(authorship.slice(0, 3)).toEqual([
    { text: 'Hel', seat: { id: 'seat:s02' } },
    { text: '__', seat: { id: 'seat:s08' } },
    { text: 'lo ', seat: { id: 'seat:s02' } },
  ]);
  expect(authorship[3].seat).toBe(null);
  const whole = authorship.map(({ text }: { text: string }) => text).join('');
  expect(whole).toBe((await Copy.open(world.instance, 'africa-rep')).text('a1.1.3').toString());
  const rich = await ask(
    'africa-rep',
    `authorship(nodeId: "${joint}/a1.1.3", field: "description", locale: "en") { text seat { id } }`,
  );
  expect(rich.authorship.length).toBeGreaterThan(0);
  expect(other.doc.clientID).not.toBe(late.doc.clientID);
});

test('what was typed into a deleted activity is kept, told, and comes back with it', async () => {
  const [editor, other] = [
    await Copy.join(world.instance, 'americas-editor'),
    await Copy.join(world.instance, 'africa-editor'),
  ];
  const by = 'seat:s02';
  const at = new Date().toISOString();
  await ok(editor.push(editor.edit((copy) => copy.node('a2.1.1').set('deleted', { by, at }))));
  const before = (await ask('africa-rep', 'deletedNodes { nodeId deletedBy { id } writtenAfter }')).deletedNodes;
  expect(before).toEqual([{ nodeId: `${joint}/a2.1.1`, deletedBy: { id: by }, writtenAfter: false }]);
  await ok(other.push(other.type('written by one who did not know: ', 'a2.1.1')));
  const after = (await ask('africa-rep', 'deletedNodes { writtenAfter texts { field locale text } }')).deletedNodes;
  expect(after[0].writtenAfter).toBe(true);
  const title = after[0].texts.find(
    ({ field, locale }: { field: string; locale: string }) => field === 'title' && locale === 'en',
  );
  expect(title.text).toMatch(/^written by one who did not know: /);
  const restored = await world.instance.ask(
    'africa-editor',
    'mutation ($i: PlanNodeInput!) { restorePlanNode(input: $i) { problems { __typename } } }',
    { i: { clientMutationId: nextMutation(), nodeId: `${joint}/a2.1.1` } },
  );
  expect(restored).toEqual({ data: { restorePlanNode: { problems: [] } } });
  expect((await ask('africa-rep', 'deletedNodes { nodeId }')).deletedNodes).toEqual([]);
});

describe('versions', () => {
  test('differences, and the text of one written back as an edit', async () => {
    const editor = await Copy.join(world.instance, 'americas-editor');
    const number = await keepVersion(editor.doc);
    const old = contentOf(readPlan(editor.doc)).json;
    await ok(
      editor.push(
        editor.edit((copy) => {
          copy.text('a1.1.1').insert(0, 'changed ');
          copy.node('a1.1.2').set('deleted', { by: 'seat:s02', at: new Date().toISOString() });
          copy.node('a1.1.3').set('pos', generateKeyBetween(copy.node('a1.1.5').get('pos') as string, null));
          copy.node('a1.1.4').set('endsOn', '2027-11-11');
        }),
      ),
    );
    const query = `query ($to: Int) { planDiff(planId: "${joint}", from: ${number}, to: $to) { from to changes { nodeId action field locale after } } }`;
    const { data } = await world.instance.ask('africa-rep', query);
    const changed = data.planDiff.changes.map((c: Record<string, string>) => [
      c.action,
      c.nodeId!.split('/')[1],
      c.field,
    ]);
    expect(changed).toContainEqual(['EDIT', 'a1.1.1', 'title']);
    expect(changed).toContainEqual(['DELETE', 'a1.1.2', null]);
    expect(changed).toContainEqual(['MOVE', 'o1.1', 'order']);
    expect(changed).toContainEqual(['EDIT', 'a1.1.4', 'endsOn']);

    const restore = (who: Name) =>
      world.instance.ask(
        who,
        'mutation ($input: RestorePlanVersionInput!) { restorePlanVersion(input: $input) { plan { id } problems { __typename ... on UserError { message } } } }',
        { input: { clientMutationId: `restore-${who}`, planId: joint, number } },
      );
    const reader = await world.instance.follow('africa-rep', joint, editor.cursor);
    expect((await restore('africa-rep')).data.restorePlanVersion.problems[0].__typename).toBe('ForbiddenError');
    for (let twice = 0; twice < 2; twice++)
      expect((await restore('africa-editor')).data.restorePlanVersion.problems).toEqual([]);
    expect((await reader.take(2)).map(({ seat }: { seat: { id: string } }) => seat.id)).toEqual([
      'seat:s02',
      'seat:s08',
    ]);
    reader.close();
    const now = await Copy.open(world.instance, 'africa-rep');
    expect(contentOf(readPlan(now.doc)).json).toBe(old);
    expect((await world.instance.ask('africa-rep', query)).data.planDiff.changes).toEqual([]);
  });

  test('a plan after random edits, rewritten to what it said before, says exactly that, and the guard takes it', () => {
    for (let seed = 0; seed < 6; seed++) {
      const below = random(7_000 + seed);
      const server = new Server(samplePlan());
      const editors = [7, 3].map((n) => new Editor(FIRST + n, server, below));
      const work = (steps: number) => {
        for (let step = 0; step < steps; step++) {
          const editor = editors[below(editors.length)]!;
          editor.act();
          editor.receive();
          editor.push();
        }
      };
      work(60);
      const { json } = contentOf(readPlan(server.doc));
      work(60);
      const by = { by: 'seat:x', at: '2027-01-01T00:00:00.000Z' };
      const update = rewritePlan(server.doc, JSON.parse(json), FIRST + 50, by);
      const verdict = judge(update, server.doc, { owns: () => true, may: () => true }, SERVER_LIMITS);
      expect([seed, verdict.ok, 'message' in verdict && verdict.message]).toEqual([seed, true, false]);
      const copy = load(snapshot(server.doc));
      applyEdits(copy, [update]);
      expect([seed, diffContents('p', json, contentOf(readPlan(copy)).json)]).toEqual([seed, []]);
      expect(contentOf(readPlan(copy)).json === json).toBe(true);
      applyEdits(server.doc, [update]);
      expect(contentEquals(copy, server.doc)).toBe(true);
    }
  });
});

test('nothing of it is for who may not open the document', async () => {
  const { data } = await world.instance.ask(
    'observer',
    `{ workingPlan(id: "${joint}") { history { edges { cursor } } } planDiff(planId: "${joint}", from: 1) { from } }`,
  );
  expect(data).toEqual({ workingPlan: null, planDiff: null });
});
