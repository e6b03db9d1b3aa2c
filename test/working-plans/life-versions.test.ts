import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { adopted, type Payload, problemOf, readFields, save, sha256, submit, submitted } from './life.ts';
import {
  codeOf,
  createPlan,
  type Instance,
  joint,
  type Name,
  nextMutation,
  openWorld,
  type World,
} from './subgraph.ts';

let world: World;
let here: Instance;
beforeAll(async () => {
  world = await openWorld();
  here = world.instance;
});
afterAll(() => world.stop());

const read = (id: string, fields: string, who?: Name) => readFields(here, id, fields, who);

describe('versions', () => {
  test('are found by their number, by who may know of them', async () => {
    const id = await createPlan(here, 'both-editor', { visibility: 'PUBLIC' });
    await save(here, 'both-editor', id, 'First');
    await save(here, 'both-editor', id, 'Second');
    const at = (number: number) => `planVersion(number: ${number}) { id label kind }`;
    expect(await read(id, at(1))).toEqual({ planVersion: { id: `${id}@1`, label: 'First', kind: 'NAMED' } });
    for (const number of [0, -1, 3, 2_147_483_647]) expect(await read(id, at(number))).toEqual({ planVersion: null });
    await world.db.query("UPDATE working_plans.plan SET status = 'ADOPTED' WHERE id = $1", [id]);
    await new Promise((resolve) => setTimeout(resolve, 1_050)); // rows changed behind a process's back are seen after a second
    expect(await read(id, at(1), 'observer')).toEqual({ planVersion: null });
  });

  test('are kept under a name, once for each clientMutationId, and paged newest first', async () => {
    const id = await createPlan(here, 'both-editor');
    const clientMutationId = nextMutation();
    const one = await save(here, 'both-editor', id, ' First ', clientMutationId);
    expect(one).toEqual({
      version: expect.objectContaining({ id: `${id}@1`, number: 1, kind: 'NAMED', label: 'First' }),
      problems: [],
    });
    expect(await save(here, 'both-editor', id, ' First ', clientMutationId)).toEqual(one);
    expect(problemOf(await save(here, 'both-editor', id, 'Other', clientMutationId))[0]).toBe('ValidationError');
    for (const label of ['', ' ', 'x'.repeat(201), 'a\u0000']) {
      expect((await save(here, 'both-editor', id, label)).problems).toMatchObject([{ path: ['label'] }]);
    }
    for (const label of ['Second', 'Third']) await save(here, 'africa-editor', id, label);
    const page = (after: string | null) =>
      here.ask(
        'africa-rep',
        'query ($id: ID!, $after: Cursor) { workingPlan(id: $id) { versions(first: 2, after: $after) { edges { node { label } } pageInfo { hasNextPage endCursor } } } }',
        { id, after },
      );
    const first = (await page(null)).data.workingPlan.versions;
    expect(first.edges.map((edge: Payload) => edge.node.label)).toEqual(['Third', 'Second']);
    const rest = (await page(first.pageInfo.endCursor)).data.workingPlan.versions;
    expect(rest).toMatchObject({ edges: [{ node: { label: 'First' } }], pageInfo: { hasNextPage: false } });
    const other = await createPlan(here, 'both-editor');
    expect(
      codeOf(
        await here.ask(
          'africa-rep',
          'query ($id: ID!, $after: Cursor) { workingPlan(id: $id) { versions(after: $after) { edges { cursor } } } }',
          { id: other, after: first.pageInfo.endCursor },
        ),
      ),
    ).toBe('CURSOR_INVALID');
    expect(
      codeOf(
        await here.ask('africa-rep', `{ workingPlan(id: "${id}") { versions(first: 101) { edges { cursor } } } }`),
      ),
    ).toBe('BAD_USER_INPUT');
  });

  test('are kept under a name 500 times at most, and submitted all the same', async () => {
    const id = await createPlan(here, 'both-editor');
    const fill = (numbers: string) =>
      world.db.query(
        `INSERT INTO working_plans.plan_version (plan_id, number, seq, epoch, kind, content, content_hash)
         SELECT $1, n, 1, 1, 'NAMED', '{}', repeat('0', 64) FROM generate_series(${numbers}) n`,
        [id],
      );
    await fill('1, 499');
    expect((await save(here, 'both-editor', id)).version.number).toBe(500);
    expect(problemOf(await save(here, 'both-editor', id))).toEqual(['ValidationError', expect.stringContaining('500')]);
    const { plan } = await submit(here, 'africa-coordinator', id, 1);
    expect(plan.versions.edges[0].node).toMatchObject({ number: 501, kind: 'SUBMITTED' });
  });

  test('of many plans, with what else happened to them, are a constant number of statements', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) ids.push((await submitted(here)).id);
    const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on WorkingPlan { contentHash amendedBy { id } changesRequests { note }
      versions(first: 3) { edges { node { number content } } } } } }`;
    const count = async (some: string[]) => {
      const counts: number[] = [];
      // the fewest of six: what runs in the background may fall into some
      for (let times = 0; times < 6; times++) {
        here.statements.length = 0;
        const r = some.map((id) => ({ __typename: 'WorkingPlan', id }));
        const { data } = await here.ask('africa-rep', query, { r });
        for (const { versions } of data._entities) expect(versions.edges).toHaveLength(1);
        counts.push(here.statements.length);
      }
      return Math.min(...counts);
    };
    const one = await count(ids.slice(0, 1));
    expect(one).toBeLessThanOrEqual(5);
    expect(await count(ids)).toBe(one);
  });

  test('from outside: the adopted one, without who wrote it, and its content without budgets and risks to safety', async () => {
    const { id, hash } = await adopted(world, { copyOf: joint, sourceLocale: 'en', visibility: 'PARTNERS' });
    const fields =
      'contentHash amendedBy { id } changesRequests { note } versions { edges { node { id kind label content contentHash createdBy { id } contributors { id } adoptedByDecisionIds } } }';
    const inside = await read(id, fields);
    const outside = await read(id, fields, 'partner');
    const [known] = inside.versions.edges;
    expect(sha256(known.node.content)).toBe(hash);
    expect(known.node.content).toContain('"budget"');
    expect(outside).toMatchObject({
      contentHash: hash,
      versions: {
        edges: [{ node: { id: `${id}@1`, kind: 'ADOPTED', contentHash: hash, createdBy: null, contributors: [] } }],
      },
    });
    const [{ node }] = outside.versions.edges;
    expect(node.content).not.toContain('"budget"');
    const {
      budget: _budget,
      risks: _risks,
      ...activity
    } = JSON.parse(known.node.content).objectives[1].outcomes[0].activities[0];
    const { risks = [], ...open } = JSON.parse(node.content).objectives[1].outcomes[0].activities[0];
    expect(open).toEqual(activity);
    expect(risks.every((risk: Payload) => risk.safetyRelevant === false)).toBe(true);
    const byId = (who: 'partner' | 'observer' | 'africa-rep', version: string) =>
      here.ask(
        who,
        'query ($r: [_Any!]!) { _entities(representations: $r) { ... on PlanVersion { number content } } }',
        { r: [{ __typename: 'PlanVersion', id: version }] },
      );
    expect((await byId('partner', `${id}@1`)).data._entities).toEqual([{ number: 1, content: node.content }]);
    const draft = await createPlan(here, 'both-editor', { visibility: 'PUBLIC' });
    await save(here, 'both-editor', draft);
    expect((await byId('africa-rep', `${draft}@1`)).data._entities).toMatchObject([{ number: 1 }]);
    for (const version of [`${draft}@1`, `${id}@2`, `${id}@0`, `${id}@x`, id, '@1', `${id}@99999999999`]) {
      expect((await byId('partner', version)).data._entities).toEqual([null]);
    }
  });

  test('do not change: only adoption and redaction touch them, and nobody removes one', async () => {
    const { id } = await submitted(here);
    const write = (sql: string) => world.db.query(sql.replace('$', `WHERE plan_id = '${id}'`));
    for (const change of [
      `content = ''`,
      `content_hash = repeat('0', 64)`,
      `number = 2`,
      `seq = 0`,
      `label = 'x'`,
      `created_by = 'x'`,
      `kind = 'NAMED'`,
      `decision_ids = ARRAY['x']`,
      `redacted_at = now(), content_hash = repeat('0', 64)`,
    ]) {
      await expect(write(`UPDATE working_plans.plan_version SET ${change} $`)).rejects.toThrow('does not change');
    }
    await expect(write('DELETE FROM working_plans.plan_version $')).rejects.toThrow('are kept');
    await expect(world.db.query('TRUNCATE working_plans.plan_version')).rejects.toThrow('are kept');
    await write(`UPDATE working_plans.plan_version SET kind = 'ADOPTED', decision_ids = ARRAY['x'] $`);
    await expect(write(`UPDATE working_plans.plan_version SET decision_ids = ARRAY['y'] $`)).rejects.toThrow(
      'does not change',
    );
    await expect(write(`UPDATE working_plans.plan_version SET kind = 'SUBMITTED' $`)).rejects.toThrow(
      'does not change',
    );
    await write(`UPDATE working_plans.plan_version SET content = '{}', redacted_at = now() $`);
    expect((await read(id, 'versions { edges { node { content redactedAt } } }')).versions.edges[0].node).toMatchObject(
      { content: '{}', redactedAt: expect.any(String) },
    );
  });
});
