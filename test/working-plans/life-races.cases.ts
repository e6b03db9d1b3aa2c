import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type * as Y from 'yjs';
import { createProcessHints, type Hints } from '../../kit/hints.ts';
import { canonicalPlan, contentHash } from '../../subgraphs/working-plans/document/canonical.ts';
import { readPlan } from '../../subgraphs/working-plans/document/read.ts';
import { load } from '../../subgraphs/working-plans/document/state.ts';
import {
  adopt,
  adopted,
  amend,
  archive,
  conclude,
  type Payload,
  requestChanges,
  saidOf,
  save,
  submit,
  submitted,
} from './life.ts';
import { redact } from './redacting.ts';
import {
  Copy,
  codeOf,
  createPlan,
  type Instance,
  joint,
  type Name,
  nextMutation,
  openWorld,
  startInstance,
  type World,
} from './subgraph.ts';

describe('life races', () => {
  let world: World;
  let here: Instance;
  /** A second process over the same database, which hears nothing of the first: no hint, so it knows only what it reads. */
  let there: Instance;
  beforeAll(async () => {
    world = await openWorld();
    here = world.instance;
    const deaf: Hints = createProcessHints();
    there = await startInstance(world.database.url, deaf);
  });
  afterAll(async () => {
    await there.stop();
    await world.stop();
  });

  const kinds = (answers: Payload[]) => answers.map(({ problems }) => problems[0]?.__typename ?? 'done').sort();
  const rows = async (sql: string, ...values: unknown[]) => (await world.db.query(sql, values)).rows;

  describe('Of two at once one goes through', () => {
    const both: [Name, Instance][] = [];
    beforeAll(() => {
      both.push(['americas-coordinator', here], ['africa-coordinator', there]);
    });

    test('submitting: one version, said once', async () => {
      for (let round = 0; round < 5; round++) {
        const id = await createPlan(here, 'both-editor');
        const answers = await Promise.all(both.map(([who, at]) => submit(at, who, id, 1)));
        expect(kinds(answers)).toEqual(['ConflictError', 'done']);
        expect(await saidOf(world, 'PLAN_SUBMITTED', id)).toHaveLength(2);
        expect(await rows('SELECT number FROM working_plans.plan_version WHERE plan_id = $1', id)).toHaveLength(1);
      }
    });

    test('adopting by the same decisions: both are told so, and it is said once', async () => {
      const { id, hash } = await submitted(here);
      const decision = await conclude(world, id, hash);
      const answers = await Promise.all([...both, ...both].map(([who, at]) => adopt(at, who, id, [decision], hash)));
      expect(kinds(answers)).toEqual(['done', 'done', 'done', 'done']);
      expect(await saidOf(world, 'PLAN_ADOPTED', id)).toHaveLength(2);
      expect(await rows('SELECT version FROM working_plans.plan WHERE id = $1', id)).toEqual([{ version: 3 }]);
    });

    test('adopting and giving back: whichever came first decides', async () => {
      for (let round = 0; round < 5; round++) {
        const { id, hash } = await submitted(here);
        const decision = await conclude(world, id, hash);
        const answers = await Promise.all([
          adopt(here, 'americas-coordinator', id, [decision], hash),
          requestChanges(there, 'steering-member', id),
        ]);
        expect(kinds(answers)).toEqual(['ValidationError', 'done']);
        const [{ status, version }] = await rows('SELECT status, version FROM working_plans.plan WHERE id = $1', id);
        expect([status, version]).toEqual([answers[0].plan ? 'ADOPTED' : 'CHANGES_REQUESTED', 3]);
        expect(await saidOf(world, 'PLAN_ADOPTED', id)).toHaveLength(answers[0].plan ? 2 : 0);
      }
    });

    test('amending: one draft, which both get', async () => {
      const { id } = await adopted(world);
      const answers = await Promise.all([...both, ...both].map(([who, at]) => amend(at, who, id)));
      expect(new Set(answers.map(({ plan }) => plan.id)).size).toBe(1);
      expect(await rows('SELECT id FROM working_plans.plan WHERE amends = $1', id)).toHaveLength(1);
    });

    test('archiving the plan while its amendment is adopted: nobody waits for ever, and the amendment is in force', async () => {
      const { id } = await adopted(world);
      const { plan } = await amend(here, 'americas-coordinator', id);
      const { contentHash: hash } = (await submit(here, 'americas-coordinator', plan.id, 1)).plan;
      const decision = await conclude(world, plan.id, hash);
      const answers = await Promise.all([
        adopt(here, 'americas-coordinator', plan.id, [decision], hash),
        archive(there, 'africa-coordinator', id),
      ]);
      expect(answers[0].plan.status).toBe('ADOPTED');
      const [{ status }] = await rows('SELECT status FROM working_plans.plan WHERE id = $1', id);
      expect(status).toBe(answers[1].plan ? 'ARCHIVED' : 'SUPERSEDED');
      const [[, , said]] = (await saidOf(world, 'PLAN_ADOPTED', plan.id)) as [[string, string, Payload]];
      expect(said.supersedes).toBe(answers[1].plan ? null : id);
    });

    test('more at once than there are connections: none is stuck', async () => {
      const id = await createPlan(here, 'both-editor');
      // its process does not know of the last edits: the document is read from the log, by each under the lock
      const copy = await Copy.join(there, 'africa-editor', id);
      const names = Array.from({ length: 30 }, (_, n) => `Version ${n}`);
      const saving = Promise.all(names.map((label) => save(here, 'americas-editor', id, label)));
      for (let n = 0; n < 20; n++) expect(codeOf(await copy.push(copy.type(`${n} `)))).toBeUndefined();
      expect(kinds(await saving)).toEqual(names.map(() => 'done'));
      const numbers = await rows(
        'SELECT number FROM working_plans.plan_version WHERE plan_id = $1 ORDER BY number',
        id,
      );
      expect(numbers.map(({ number }) => number)).toEqual(names.map((_, n) => n + 1));
    });
  });

  test('what is hashed is exactly what was frozen: every edit is in it or refused', async () => {
    for (let round = 0; round < 4; round++) {
      const id = await createPlan(here, 'both-editor', { copyOf: joint, sourceLocale: 'en' });
      const copies = await Promise.all(
        (['africa-editor', 'americas-editor', 'both-editor'] as const).map((who, n) =>
          Copy.join(n === 1 ? there : here, who, id),
        ),
      );
      let frozen = false;
      const taken: string[] = [];
      const typing = copies.map(async (copy, writer) => {
        for (let n = 0; !frozen || n < 3; n++) {
          const word = `${writer}.${n};`;
          const code = codeOf(await copy.push(copy.type(word)));
          if (code === 'PLAN_FROZEN') return;
          expect(code).toBeUndefined();
          taken.push(word);
        }
      });
      while (taken.length < 6) await new Promise((resolve) => setImmediate(resolve));
      const answer = await submit(round % 2 ? there : here, 'americas-coordinator', id, 1);
      frozen = true;
      await Promise.all(typing);
      expect(answer.plan.status).toBe('UNDER_REVIEW');

      const [version] = await rows(
        'SELECT seq::int, content, content_hash FROM working_plans.plan_version WHERE plan_id = $1',
        id,
      );
      const log = await rows(
        'SELECT seq::int, update FROM working_plans.plan_edit WHERE plan_id = $1 ORDER BY seq',
        id,
      );
      expect(version.seq).toBe(log.at(-1)?.seq);
      expect(log).toHaveLength(taken.length + 1);
      const doc = load(
        null,
        log.map(({ update }) => new Uint8Array(update)),
      );
      expect(version.content).toBe(canonicalPlan(readPlan(doc)));
      expect(version.content_hash).toBe(contentHash(version.content));
      expect(answer.plan.contentHash).toBe(version.content_hash);
      const title = (
        doc.getMap<Y.Map<Y.Map<Y.Text>>>('nodes').get('plan')!.get('title')!.get('en') as Y.Text
      ).toString();
      for (const word of taken) expect(title).toContain(word);
    }
  });

  test('a coordinator whose role ends while the lock is waited for does not submit', async () => {
    const id = await createPlan(here, 'both-editor');
    await world.db.query('BEGIN');
    await world.db.query('SELECT FROM working_plans.plan WHERE id = $1 FOR UPDATE', [id]);
    const asked = submit(here, 'africa-coordinator', id, 1);
    // until it stands at the lock
    for (;;) {
      await world.db.query('SELECT pg_stat_clear_snapshot()'); // or a transaction does not see a connection that was opened since
      const { rows: waiting } = await world.db.query(
        'SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))',
      );
      if (waiting.length > 0) break;
    }
    // the plan is another network's by then
    await world.db.query(`UPDATE working_plans.plan SET network_ids = ARRAY['net:americas'] WHERE id = $1`, [id]);
    await world.db.query('COMMIT');
    expect(kinds([await asked])).toEqual(['ForbiddenError']);
    expect(await rows('SELECT status FROM working_plans.plan WHERE id = $1', id)).toEqual([{ status: 'DRAFT' }]);
  });

  test('a connection that is cut in the middle leaves nothing half done, and what is sent again is done once', async () => {
    const id = await createPlan(here, 'both-editor');
    const key = nextMutation();
    await world.db.query('BEGIN');
    await world.db.query('SELECT FROM working_plans.plan WHERE id = $1 FOR UPDATE', [id]);
    const asked = submit(there, 'africa-coordinator', id, 1, key).catch((error: Error) => error.message);
    for (let cut = 0; cut === 0; ) {
      await world.db.query('SELECT pg_stat_clear_snapshot()');
      const { rows: found } = await world.db.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))',
      );
      cut = found.length;
    }
    await world.db.query('COMMIT');
    expect(await asked).toContain('INTERNAL');
    expect(await rows('SELECT status, version FROM working_plans.plan WHERE id = $1', id)).toEqual([
      { status: 'DRAFT', version: 1 },
    ]);
    const again = await Promise.all([here, there].map((at) => submit(at, 'africa-coordinator', id, 1, key)));
    expect(again.map(({ plan }) => [plan.status, plan.version])).toEqual(Array(2).fill(['UNDER_REVIEW', 2]));
    expect(await saidOf(world, 'PLAN_SUBMITTED', id)).toHaveLength(2);
  });

  test('what is redacted under review was not decided on: the old hash adopts nothing, in a process that knows nothing of it', async () => {
    const title = [{ locale: 'en', text: 'The plan of Somebody' }];
    const { id, hash } = await submitted(here, { title, sourceLocale: 'en' });
    const decision = await conclude(world, id, hash);
    // it has the old document open
    await Copy.open(there, 'africa-editor', id);
    const { problems } = await redact(here, { planId: id, text: 'Somebody' });
    expect(problems).toEqual([]);
    expect(kinds([await adopt(there, 'steering-member', id, [decision], hash)])).toEqual(['ConflictError']);
    const { data } = await there.ask(
      'africa-rep',
      `{ workingPlan(id: "${id}") { contentHash versions { edges { node { contentHash content } } } } }`,
    );
    const { contentHash: now, versions } = data.workingPlan;
    expect(versions.edges[0].node).toEqual({ contentHash: hash, content: expect.not.stringContaining('Somebody') });
    expect(now).not.toBe(hash);
    const { plan } = await adopt(there, 'steering-member', id, [await conclude(world, id, now)], now);
    expect(plan.versions.edges.map(({ node }: Payload) => [node.number, node.kind, node.contentHash])).toEqual([
      [2, 'ADOPTED', now],
      [1, 'SUBMITTED', hash],
    ]);
  });
});
