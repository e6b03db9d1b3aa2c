import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import * as Y from 'yjs';
import { openDatabase } from '../../kit/database/open.ts';
import { createProcessHints } from '../../kit/hints.ts';
import { createLog } from '../../kit/log.ts';
import { readInstallation } from '../../kit/subgraph.ts';
import { followPlan } from '../../subgraphs/working-plans/commands/follow.ts';
import { readSuggestion, settle } from '../../subgraphs/working-plans/commands/suggestions/rows.ts';
import { contentHash } from '../../subgraphs/working-plans/document/canonical.ts';
import { PlanEdits, PlanReset } from '../../subgraphs/working-plans/entities/live.ts';
import { Plan } from '../../subgraphs/working-plans/entities/plan.ts';
import { migrations } from '../../subgraphs/working-plans/migrations/index.ts';
import { openPlans } from '../../subgraphs/working-plans/plans.ts';
import { writeSnapshot } from '../../subgraphs/working-plans/room/read.ts';
import { canary, columnsWith, must, redact as redactAt } from './redacting.ts';
import {
  actors,
  Copy,
  codeOf,
  createPlan,
  cursorSecret,
  type Instance,
  type Name,
  nextMutation,
  openWorld,
  secret,
  startInstance,
  type World,
} from './subgraph.ts';

let world: World;
let here: Instance;
let there: Instance;
beforeAll(async () => {
  world = await openWorld();
  here = world.instance;
  there = await startInstance(world.database.url, world.hints);
  await world.db.query('SET search_path TO working_plans');
});
afterAll(async () => {
  await there.stop();
  await world.stop();
});

const redact = (input: object, who?: Name, at = here) => redactAt(at, input, who);
describe('at the same time', () => {
  test('others type: what was acknowledged is there, without the name; what was not is told the new epoch', async () => {
    const planId = await createPlan(here, 'both-editor');
    const acknowledged: string[] = [];
    let stop = false;
    let resets = 0;
    const type = async (at: Instance, name: string) => {
      let copy = await Copy.join(at, 'both-editor', planId);
      for (let n = 0; !stop; n++) {
        const token = `<${name}${n}>`;
        const update = copy.edit(() => {
          const text = copy.text('plan', 'title', n % 2 ? 'en' : 'es');
          text.insert(text.length, `${token}${n % 3 ? '' : canary}`);
        });
        const answer = await copy.push(update);
        if (!answer.errors) acknowledged.push(token);
        else {
          expect(codeOf(answer)).toBe('EPOCH_CHANGED');
          resets += 1;
          copy = await Copy.join(at, 'both-editor', planId);
          expect(answer.errors[0]?.extensions.epoch).toBeLessThanOrEqual(copy.epoch);
        }
      }
    };
    const typing = [type(here, 'a'), type(here, 'b'), type(there, 'c'), type(there, 'd')];
    for (let round = 0; round < 4; round++) {
      const from = acknowledged.length;
      // So that there is something before each, and the redactions come from both processes.
      while (acknowledged.length < from + 15) await new Promise((resolve) => setImmediate(resolve));
      const { plan, problems } = await redact({ planId, text: canary }, 'safety-officer', round % 2 ? here : there);
      expect(problems).toEqual([]);
      expect(plan.documentEpoch).toBe(round + 2);
    }
    stop = true;
    await Promise.all(typing);
    await redact({ planId, text: canary });
    expect(resets).toBeGreaterThan(0);
    const documents = await Promise.all([here, there].map((at) => Copy.open(at, 'africa-rep', planId)));
    for (const { doc, epoch } of documents) {
      expect(epoch).toBe(6);
      const all = ['en', 'es']
        .map((locale) => doc.getMap<Y.Map<Y.Map<Y.Text>>>('nodes').get('plan')!.get('title')!.get(locale)!.toString())
        .join('');
      expect(acknowledged.filter((token) => all.split(token).length !== 2)).toEqual([]);
      expect(all.match(/<\w+>/g)).toHaveLength(acknowledged.length);
      expect(all.includes(canary)).toBe(false);
    }
    expect(await columnsWith(world.db, canary)).toEqual([]);
    const { rows } = await world.db.query(
      'SELECT seq::int, (SELECT max(seq)::int FROM plan_snapshot WHERE plan_id = $1) AS base FROM plan WHERE id = $1',
      [planId],
    );
    // The numbers went on through all epochs: the first edit, each acknowledged one, and the redactions that found something.
    expect(rows[0].seq).toBeGreaterThanOrEqual(1 + acknowledged.length);
    expect(rows[0].base).toBe(rows[0].seq);
  });

  test('several redactions, and one call sent many times', async () => {
    const planId = await createPlan(here, 'both-editor');
    const editor = await Copy.join(here, 'both-editor', planId);
    await must(editor.push(editor.type('Ana, Bea, Eva: ')));
    const answers = await Promise.all(
      ['Ana', 'Bea', 'Eva'].map((text, index) => redact({ planId, text }, 'safety-officer', index % 2 ? there : here)),
    );
    expect(answers.flatMap(({ problems }) => problems)).toEqual([]);
    const fresh = await Copy.open(there, 'africa-rep', planId);
    expect([fresh.epoch, fresh.text().toString()]).toEqual([4, ', , : New plan']);
    const input = { planId, text: canary, clientMutationId: nextMutation() };
    await Promise.all([here, there, here, there].map((at) => redact(input, 'safety-officer', at)));
    expect((await Copy.open(there, 'africa-rep', planId)).epoch).toBe(5);
  });

  test('a snapshot is written by a process that does not know yet: it is not kept', async () => {
    const planId = await createPlan(here, 'both-editor');
    const editor = await Copy.join(here, 'both-editor', planId);
    await must(editor.push(editor.type(canary)));
    const { rows } = await world.db.query('SELECT seq::int FROM plan WHERE id = $1', [planId]);
    const stored = { bytes: Y.encodeStateAsUpdateV2(editor.doc), stateVector: Y.encodeStateVector(editor.doc) };
    // Held, so that the redaction and then the snapshot wait in line for the plan's row.
    await world.db.query('BEGIN');
    await world.db.query('SELECT FROM plan WHERE id = $1 FOR UPDATE', [planId]);
    const redacted = redact({ planId, text: canary });
    await waiters(1);
    const second = await openSecond();
    const query = (sql: string, values: unknown[]) => second.query(sql, values).then(({ rows }) => rows);
    const written = writeSnapshot({ query } as never, planId, 1, rows[0].seq, stored);
    await waiters(2);
    await world.db.query('COMMIT');
    expect((await redacted).problems).toEqual([]);
    await written;
    await second.end();
    expect(await columnsWith(world.db, canary)).toEqual([]);
    expect((await world.db.query('SELECT epoch FROM plan_snapshot WHERE plan_id = $1', [planId])).rows).toEqual([
      { epoch: 2 },
    ]);
  });
});

describe('in one process', () => {
  test('a slow reader is not handed what waited for it when the redaction came', async () => {
    const plans = await openInProcess();
    try {
      const planId = await createPlan(here, 'both-editor');
      const follower = await followPlan(plans, actors['africa-rep'], planId, null);
      const copy = await Copy.join(here, 'both-editor', planId);
      const first = follower.next();
      await must(copy.push(copy.type('Hi ')));
      expect((await first).value).toBeInstanceOf(PlanEdits);
      await must(copy.push(copy.type(canary)));
      const room = (await plans.rooms.open([planId])).get(planId)!;
      expect(room.seq).toBe(3); // and it waits in the follower's queue
      await redact({ planId, text: canary });
      await plans.rooms.open([planId]);
      expect((await follower.next()).value).toEqual(
        Object.assign(new PlanReset(), { epoch: 2, reason: expect.any(String) }),
      );
      await follower.return();
    } finally {
      await plans.stop();
      await plans.database.stop();
    }
  });

  test('that is behind, a suggestion is not called outdated that was made against what it has not seen', async () => {
    const plans = await openInProcess(createProcessHints());
    try {
      const planId = await createPlan(here, 'both-editor');
      const behind = (await plans.rooms.open([planId])).get(planId)!;
      const copy = await Copy.join(here, 'both-editor', planId);
      await must(copy.push(copy.type('Newer: ')));
      const { data } = await here.ask(
        'africa-rep',
        'mutation ($input: ProposeSuggestionInput!) { proposeSuggestion(input: $input) { suggestion { id } } }',
        {
          input: {
            clientMutationId: nextMutation(),
            nodeId: planId,
            field: 'title',
            locale: 'en',
            proposedText: 'Newest',
            baseHash: contentHash('Newer: New plan'),
          },
        },
      );
      const { id } = data.proposeSuggestion.suggestion;
      const { manager } = plans.database.source;
      await settle(manager, behind);
      expect((await readSuggestion(manager, id))?.status).toBe('OPEN');
      await must(copy.push(copy.type('!')));
      await settle(manager, (await plans.rooms.open([planId])).get(planId)!);
      expect((await readSuggestion(manager, id))?.status).toBe('OUTDATED');
    } finally {
      await plans.stop();
      await plans.database.stop();
    }
  });
});

/** What a process has, over the same database. */
async function openInProcess(hints = world.hints) {
  const database = await openDatabase({
    url: world.database.url,
    secret,
    hints,
    subgraph: 'working-plans',
    entities: [Plan],
    migrations,
  });
  return openPlans({
    database,
    hints,
    log: createLog('test', 'error'),
    cursorSecret,
    installation: await readInstallation(database.source),
    region: 'americas',
    regionNumber: 1,
  });
}

/** Until so many statements of the service wait for a lock. */
async function waiters(count: number): Promise<void> {
  const watcher = await openSecond();
  for (;;) {
    const { rows } = await watcher.query(
      "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    if (rows[0].count >= count) break;
  }
  await watcher.end();
}
async function openSecond(): Promise<pg.Client> {
  const client = new pg.Client(world.database.url);
  await client.connect();
  await client.query('SET search_path TO working_plans');
  return client;
}
