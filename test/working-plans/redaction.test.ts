import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { notes } from '../../subgraphs/working-plans/commands/redaction/copies.ts';
import { canonicalPlan, contentHash } from '../../subgraphs/working-plans/document/canonical.ts';
import { readPlan } from '../../subgraphs/working-plans/document/read.ts';
import { writeVersion } from '../../subgraphs/working-plans/versions.ts';
import { canary, columnsWith, must, redact as redactAt, stringsIn } from './redacting.ts';
import {
  Copy,
  createPlan,
  type Instance,
  joint,
  type Name,
  names,
  nextMutation,
  openWorld,
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
async function ask(who: Name, query: string, variables: object = {}) {
  const { data, errors } = await here.ask(who, query, variables);
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

const setPlain = (copy: Copy, key: string, field: string, value: unknown) =>
  copy.edit(() => copy.node(key).set(field, value));
describe('a name typed by mistake', () => {
  test('is gone from the document, its history, every table and every reader; all else stays', async () => {
    const { db } = world;
    const editor = await Copy.join(here, 'both-editor');
    const before = canonicalPlan(readPlan(editor.doc));
    const opened = editor.cursor;
    const [reader, far] = [
      await here.follow('africa-rep', joint, opened),
      await there.follow('un-liaison', joint, opened),
    ];

    // Typed key by key and taken away again, then in one piece, in a deleted node, in a list, under a link, written over.
    for (const [index, character] of [...canary].entries()) {
      await must(editor.push(editor.edit((copy) => copy.text('a1.1.1').insert(index, character))));
    }
    await must(editor.push(editor.edit((copy) => copy.text('a1.1.1').delete(0, canary.length))));
    await must(editor.push(editor.type(`${canary}: `, 'a1.1.1')));
    await must(editor.push(setPlain(editor, 'a1.1.2', 'externalPartners', [canary])));
    await must(editor.push(setPlain(editor, 'a1.1.2', 'externalPartners', ['Kept', `with ${canary}`])));
    await must(editor.push(setPlain(editor, 'b2.1.4-1', 'label', canary)));
    await must(editor.push(editor.type(canary, 'a2.1.5')));
    await must(editor.push(setPlain(editor, 'a2.1.5', 'deleted', { by: 'seat:both', at: '2026-11-22T00:00:00Z' })));
    await must(
      editor.push(
        editor.edit((copy) => {
          const fragment = (copy.node('a1.1.3').get('description') as Y.Map<Y.XmlFragment>).get('en')!;
          const text = (fragment.get(0) as Y.XmlElement).get(0) as Y.XmlText;
          text.insert(0, `${canary} `);
          text.format(3, 4, { strong: true });
          text.format(20, 2, { link: { href: `https://example.org/${encodeURIComponent(canary)}` } });
        }),
      ),
    );
    const written = [...canary].length + 8;
    await reader.take(written);

    // In a suggestion, a note, a reason, evidence, a version, its label, and a stored snapshot.
    const { workingPlan } = await ask(
      'africa-rep',
      `{ workingPlan(id: "${joint}") { text(nodeId: "${joint}/a1.1.1", field: "title", locale: "en") { text hash } } }`,
    );
    const propose = (proposedText: string) =>
      ask(
        'africa-rep',
        'mutation ($input: ProposeSuggestionInput!) { proposeSuggestion(input: $input) { suggestion { id } } }',
        {
          input: {
            clientMutationId: nextMutation(),
            nodeId: `${joint}/a1.1.1`,
            field: 'title',
            locale: 'en',
            proposedText,
            baseHash: workingPlan.text.hash,
          },
        },
      ).then(({ proposeSuggestion }) => proposeSuggestion.suggestion.id as string);
    const kept = await propose(`${workingPlan.text.text}, as ${canary} says`);
    const only = await propose(workingPlan.text.text.replace(canary, `${canary}${canary}`));
    const rejected = await propose('Another');
    await ask(
      'africa-coordinator',
      'mutation ($input: ResolveSuggestionInput!) { rejectSuggestion(input: $input) { suggestion { id } } }',
      { input: { clientMutationId: nextMutation(), id: rejected, note: `Ask ${canary} first` } },
    );
    const status = { clientMutationId: nextMutation(), activityId: `${joint}/a1.1.1`, expectedVersion: 1 };
    await ask(
      'africa-coordinator',
      'mutation ($input: ActivityStatusInput!) { setActivityStatus(input: $input) { activity { id } } }',
      { input: { ...status, status: 'DEFERRED', note: `${canary} is away` } },
    );
    await db.query(
      `UPDATE milestone_status SET evidence = ARRAY['Kept', $1] WHERE plan_id = $2 AND node_key = 'm1.1.1-1'`,
      [`https://example.org/${encodeURIComponent(canary)}`, joint],
    );
    await db.query('INSERT INTO indicator_actual (plan_id, node_key, actual) VALUES ($1, $2, $3)', [
      joint,
      'i1.1.1-1',
      `3, says ${canary}`,
    ]);
    await db.query('INSERT INTO plan_changes_request (plan_id, version, note, requested_by) VALUES ($1, 1, $2, $3)', [
      joint,
      `Leave ${canary} out`,
      'seat:s07',
    ]);
    await db.query(
      'INSERT INTO plan_strategy (id, plan_id, node_key, title, url, added_by) VALUES ($1, $2, $3, $4, $5, $6)',
      ['strategy:1', joint, 'a1.1.1', `${canary} on strategy`, `https://example.org/?${canary}`, 'seat:s07'],
    );
    const json = canonicalPlan(readPlan(editor.doc));
    const query = (sql: string, values: unknown[]) => db.query(sql, values).then(({ rows }) => rows);
    const { rows: heads } = await db.query('SELECT seq FROM plan WHERE id = $1', [joint]);
    const { seq } = heads[0];
    await writeVersion({ query } as never, {
      planId: joint,
      seq: Number(seq),
      epoch: 1,
      kind: 'NAMED',
      label: `Before ${canary}`,
      content: { json, hash: contentHash(json) },
      createdBy: 'seat:both',
    });
    await db.query('INSERT INTO plan_snapshot (plan_id, epoch, seq, update_v2) VALUES ($1, 1, $2, $3)', [
      joint,
      seq,
      Buffer.from(Y.encodeStateAsUpdateV2(editor.doc)),
    ]);
    const held = [
      ...notes
        .filter(({ table }) => table !== 'plan_redaction' && table !== 'milestone_status')
        .map(({ table, column }) => `${table}.${column}`),
      'plan_edit.update',
      'plan_snapshot.update_v2',
      'plan_suggestion.base_text',
      'plan_suggestion.note',
      'plan_suggestion.proposed_text',
      'plan_version.content',
    ];
    // A notice holds it too where an assignment was first seen after it was typed.
    expect((await columnsWith(db, canary)).filter((one) => one !== 'notice.titles')).toEqual(held.sort());
    expect(await columnsWith(db, encodeURIComponent(canary))).toContain('milestone_status.evidence');
    const wanted = JSON.parse(before);

    const { plan, problems, vacuumed } = await redact({ text: canary });
    expect(problems).toEqual([]);
    expect(plan).toMatchObject({ documentEpoch: 2, version: 2 });
    expect(vacuumed).toBe(true);

    expect(await columnsWith(db, canary)).toEqual([]);
    expect(await columnsWith(db, encodeURIComponent(canary))).toEqual([]);
    expect((await db.query('SELECT count(*)::int FROM plan_edit WHERE plan_id = $1', [joint])).rows[0].count).toBe(0);
    for (const at of [here, there]) {
      const fresh = await Copy.open(at, 'africa-rep');
      expect(fresh.epoch).toBe(2);
      for (const update of [Y.encodeStateAsUpdate(fresh.doc), Y.encodeStateAsUpdateV2(fresh.doc)]) {
        expect(Buffer.from(update).includes(canary)).toBe(false);
        expect(stringsIn(Buffer.from(update)).includes(canary)).toBe(false);
      }
      // Word for word what it was, but for what was deliberately written beside the name.
      const now = JSON.parse(canonicalPlan(readPlan(fresh.doc)));
      const [activity, second, third] = now.objectives[0].outcomes[0].activities;
      expect(activity.title.en).toMatch(/^: /);
      expect(second.externalPartners).toEqual(['Kept', 'with ']);
      expect(third.description.en).toMatch(/^ /);
      const [wantedFirst, wantedSecond, wantedThird] = wanted.objectives[0].outcomes[0].activities;
      activity.title.en = wantedFirst.title.en;
      second.externalPartners = wantedSecond.externalPartners;
      if (wantedSecond.externalPartners === undefined) delete second.externalPartners;
      third.description.en = wantedThird.description.en;
      delete third.formats;
      const [, , , fourth] = now.objectives[1].outcomes[0].activities;
      fourth.budget[0].label = wanted.objectives[1].outcomes[0].activities[3].budget[0].label;
      wanted.objectives[1].outcomes[0].activities.length = 4;
      expect(now).toEqual(wanted);
    }

    // Nobody's stream brings the old log again.
    expect(await reader.take(written + 1)).toHaveLength(written + 1);
    expect(reader.events.at(-1)).toMatchObject({ __typename: 'PlanReset', epoch: 2 });
    while (far.events.at(-1)?.__typename !== 'PlanReset') await far.take(far.events.length + 1);
    const replay = await there.follow('africa-rep', joint, opened);
    expect((await replay.take(1))[0]).toMatchObject({ __typename: 'PlanReset', epoch: 2 });
    expect((await editor.push(editor.type('late'))).errors?.[0]?.extensions).toMatchObject({
      code: 'EPOCH_CHANGED',
      epoch: 2,
    });
    const again = await Copy.join(there, 'both-editor');
    await must(again.push(again.type('New life: ')));
    for (const stream of [reader, far, replay]) {
      await stream.take(stream.events.length + (stream.events.at(-1)?.__typename === 'PlanReset' ? 1 : 0));
      expect(stream.events.at(-1)).toMatchObject({ __typename: 'PlanEdits' });
      stream.close();
    }

    // What stays of the copies.
    const { rows: suggestions } = await db.query(
      'SELECT id, status, proposed_text, base_text, base_hash, note FROM plan_suggestion WHERE plan_id = $1',
      [joint],
    );
    const byId = Object.fromEntries(suggestions.map(({ id, ...row }) => [id, row]));
    const rest = workingPlan.text.text.replace(canary, '');
    expect(byId[kept]).toMatchObject({ status: 'OPEN', base_text: rest, proposed_text: `${rest}, as  says` });
    expect(byId[kept].base_hash).toBe(contentHash(rest));
    expect(byId[only]).toMatchObject({ status: 'OUTDATED', base_text: rest, proposed_text: rest });
    expect(byId[rejected]).toMatchObject({ status: 'REJECTED', note: 'Ask  first' });
    const accepted = await ask(
      'africa-coordinator',
      'mutation ($input: ResolveSuggestionInput!) { acceptSuggestion(input: $input) { suggestion { status } problems { __typename } } }',
      { input: { clientMutationId: nextMutation(), id: kept } },
    );
    expect(accepted.acceptSuggestion).toEqual({ suggestion: { status: 'ACCEPTED' }, problems: [] });
    const { rows: versions } = await db.query('SELECT label, content, content_hash, redacted_at FROM plan_version');
    expect(versions[0]).toMatchObject({ label: 'Before ', content_hash: contentHash(json) });
    expect(versions[0].redacted_at).not.toBeNull();
    expect(JSON.parse(versions[0].content).objectives).toHaveLength(2);
    const { rows: evidence } = await db.query("SELECT evidence FROM milestone_status WHERE node_key = 'm1.1.1-1'");
    expect(evidence[0].evidence).toEqual(['Kept']);
    const { rows: activities } = await db.query("SELECT note FROM activity_status WHERE node_key = 'a1.1.1'");
    expect(activities[0].note).toBe(' is away');
  });

  test('is redacted again when it is typed again; a call repeated otherwise does nothing', async () => {
    const planId = await createPlan(here, 'both-editor');
    const input = { planId, text: canary, clientMutationId: nextMutation() };
    expect((await redact(input)).plan.documentEpoch).toBe(2);
    expect((await redact(input)).plan.documentEpoch).toBe(2);
    const editor = await Copy.join(here, 'both-editor', planId);
    await must(editor.push(editor.type(canary)));
    expect((await redact(input)).plan.documentEpoch).toBe(3);
    // Even what was typed and deleted, so that it is only in the log, by another call.
    const third = await Copy.join(here, 'both-editor', planId);
    await must(third.push(third.type(canary)));
    await must(third.push(third.edit((copy) => copy.text().delete(0, canary.length))));
    expect(await columnsWith(world.db, canary)).toEqual(['plan_edit.update']);
    expect((await redact({ planId, text: canary })).plan.documentEpoch).toBe(4);
    expect(await columnsWith(world.db, canary)).toEqual([]);
    const { workingPlan } = await ask(
      'safety-officer',
      `{ workingPlan(id: "${planId}") { redactions { epoch seat { id } reason places } } }`,
    );
    expect(
      workingPlan.redactions.map(({ epoch, places }: { epoch: number; places: string[] }) => [epoch, places]),
    ).toEqual([
      [4, []],
      [3, ['plan title en']],
      [2, []],
    ]);
    expect(workingPlan.redactions[0]).toMatchObject({
      seat: { id: 'seat:safety' },
      reason: 'A name that endangers somebody',
    });
  });

  test('where it stands too, a copy of the plan, is told to who may redact it there', async () => {
    const editor = await Copy.join(here, 'both-editor');
    await must(editor.push(editor.type(canary, 'a1.1.1')));
    const copyId = await createPlan(here, 'both-editor', { copyOf: joint });
    const first = await redact({ text: canary });
    expect(first.alsoIn).toEqual([{ id: copyId }]);
    expect((await redact({ planId: copyId, text: canary })).alsoIn).toEqual([]);
    expect(await columnsWith(world.db, canary)).toEqual([]);
  });
});

describe('one field', () => {
  test('loses all of its text, there and in versions and suggestions; in every status of the plan', async () => {
    const planId = await createPlan(here, 'both-editor');
    const editor = await Copy.join(here, 'both-editor', planId);
    await must(editor.push(editor.type('Secret: ')));
    const json = canonicalPlan(readPlan(editor.doc));
    const query = (sql: string, values: unknown[]) => world.db.query(sql, values).then(({ rows }) => rows);
    const content = { json, hash: contentHash(json) };
    await writeVersion({ query } as never, { planId, seq: 2, epoch: 1, kind: 'NAMED', content, createdBy: null });
    await world.db.query("UPDATE plan SET status = 'ADOPTED' WHERE id = $1", [planId]);
    const { plan } = await redact({ planId, nodeId: planId, field: 'title', locale: 'en' });
    expect(plan.documentEpoch).toBe(2);
    const fresh = await Copy.open(here, 'africa-rep', planId);
    expect(fresh.text().toString()).toBe('');
    expect(fresh.text('plan', 'title', 'es').toString()).toBe('Plan nuevo');
    expect(await columnsWith(world.db, 'Secret: ')).toEqual([]);
    const { rows } = await world.db.query('SELECT content FROM plan_version WHERE plan_id = $1', [planId]);
    expect(JSON.parse(rows[0].content).title).toEqual({ es: 'Plan nuevo' });
  });

  test('what is wrong is named, and begins no epoch', async () => {
    const planId = await createPlan(here, 'both-editor');
    const at = async (input: object) => (await redact({ planId, ...input })).problems[0]?.path?.[1];
    expect(await at({ text: 'x' })).toBe('text');
    expect(await at({ text: '   ' })).toBe('text');
    expect(await at({ text: 'two\nlines' })).toBe('text');
    expect(await at({ text: 'x'.repeat(501) })).toBe('text');
    expect(await at({ text: canary, field: 'title' })).toBe('text');
    expect(await at({})).toBe('text');
    expect(await at({ text: canary, reason: ' ' })).toBe('reason');
    expect(await at({ text: canary, reason: `It says ${canary}` })).toBe('reason');
    expect(await at({ nodeId: `${joint}/a1.1.1`, field: 'title', locale: 'en' })).toBe('nodeId');
    expect(await at({ nodeId: `${planId}/nope`, field: 'title', locale: 'en' })).toBe('nodeId');
    expect(await at({ nodeId: planId, field: 'title' })).toBe('locale');
    expect(await at({ nodeId: planId, field: 'periodStart' })).toBe('field');
    expect(await at({ nodeId: planId, field: 'kind' })).toBe('field');
    expect(await at({ nodeId: planId, field: 'constructor' })).toBe('field');
    expect((await Copy.open(here, 'africa-rep', planId)).epoch).toBe(1);
  });
});

describe('who may', () => {
  test('a safety officer of an owner network; nobody else, each persona', async () => {
    const planId = await createPlan(here, 'both-editor');
    for (const who of names) {
      const { problems } = await redact({ planId, text: canary }, who);
      expect([who, problems[0]?.__typename]).toEqual([who, who === 'safety-officer' ? undefined : 'ForbiddenError']);
    }
    const mine = await createPlan(here, 'americas-editor', { networkIds: ['net:americas'] });
    expect((await redact({ planId: mine, text: canary })).problems[0].__typename).toBe('ForbiddenError');
    expect((await redact({ planId: 'plan:none', text: canary })).problems[0].__typename).toBe('ForbiddenError');
  });

  test('in the region that is the home of the plan', async () => {
    const planId = await createPlan(here, 'both-editor');
    await world.db.query("UPDATE plan SET home_region = 'africa' WHERE id = $1", [planId]);
    expect((await redact({ planId, text: canary })).problems[0].message).toContain('africa');
  });
});

describe('columns', () => {
  test('with words of a plan in them are all known to the redaction', async () => {
    const { rows } = await world.db.query(
      `SELECT c.table_name || '.' || c.column_name AS name FROM information_schema.columns c
       WHERE c.table_schema = 'working_plans' AND (c.data_type IN ('text', 'ARRAY', 'jsonb', 'bytea')) ORDER BY 1`,
    );
    const structure =
      /(_id|_ids|_key|_keys|_hash|\.id|\.key|\.kind|\.status|\.state|\.region|\.locale|_locale|_region|_by|\.author|\.actor)$/;
    const known = new Set([
      ...notes.map(({ table, column }) => `${table}.${column}`),
      // rewritten or purged as a whole
      ...[
        'plan_edit.update',
        'plan_edit.touched',
        'plan_snapshot.update_v2',
        'plan_version.content',
        'link_item.update',
      ],
      ...[
        'plan_suggestion.base_text',
        'plan_suggestion.proposed_text',
        'plan_suggestion.note',
        'plan_suggestion.field',
      ],
      ...['format', 'names', 'error', 'file_name', 'media_type', 'bytes'].map((column) => `plan_export.${column}`),
      // made anew from the document
      'plan_words.words',
      ...[
        'code',
        'countries',
        'due_on',
        'expert_group',
        'parent',
        'partners',
        'path',
        'responsible',
        'starts_on',
        'thematic_area',
      ].map((column) => `plan_node.${column}`),
      // no words of a plan's
      ...['plan.visibility', 'plan.provenance', 'plan.source_url', 'plan.amends', 'plan.expert_groups'],
      ...[
        'plan_redaction.places',
        'plan_version.contributors',
        'plan_decision.outcome',
        'plan_decision.subject_typename',
      ],
      ...['plan_strategy.country', 'plan_touch.field', 'plan_snapshot.state_vector', 'told_late.due_on'],
      ...['decision_feed.positions', 'link_item.reason', 'link_peer.error', 'link_plan.cursor'],
    ]);
    const unknown = rows.map(({ name }) => name as string).filter((name) => !structure.test(name) && !known.has(name));
    expect(unknown).toEqual([]);
  });
});
