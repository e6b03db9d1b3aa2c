import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { createCursors } from '../kit/cursor.ts';
import {
  type Answer,
  actors,
  af,
  am,
  base64,
  bytes,
  Copy,
  codeOf,
  cursorSecret,
  type Instance,
  joint,
  type Name,
  names,
  openWorld,
} from './working-plans/subgraph.ts';

let world: Awaited<ReturnType<typeof openWorld>>;
let here: Instance;
beforeAll(async () => {
  world = await openWorld();
  here = world.instance;
});
afterAll(() => world.stop());

const events = async (type: string) =>
  (await world.db.query('SELECT * FROM feed.event WHERE type = $1 ORDER BY recorded_at, network_id', [type])).rows;
const stored = async () =>
  (await world.db.query('SELECT count(*)::int AS edits, max(seq)::int AS seq FROM working_plans.plan_edit')).rows[0];
let serial = 0;
const nextMutation = () => `m${++serial}`;

describe('the shipped plan', () => {
  test('reads as its record says, in the language asked for or the source language', async () => {
    const { data, errors } = await here.ask(
      'africa-rep',
      `{ workingPlan(id: "${joint}") { status visibility provenance sourceLocale locales periodStart version documentEpoch networks { id }
        title(locale: "es") { text locale } pt: title(locale: "pt") { text locale } preamble { text }
        progress { activitiesTotal completed milestonesTotal }
        objectives { id code thematicArea networks { id } outcomes { id statement(locale: "en") { text } activities {
          id code title(locale: "en") { text } status version responsible { id } partners { id } expertGroup { id } countries { code } startsOn
          milestones { id title(locale: "es") { text } dueOn status } indicators { name { text } unit meansOfVerification { text } }
          budget { label amount currency } risks { description { text } likelihood safetyRelevant } instrumentArticles } } } } }`,
    );
    expect(errors).toBeUndefined();
    const plan = data.workingPlan;
    expect(plan).toMatchObject({
      status: 'DRAFT',
      visibility: 'NETWORK',
      provenance: 'SAMPLE',
      locales: ['en', 'es'],
      periodStart: '2027-01-01',
      networks: [{ id: af }, { id: am }],
      title: { text: 'Plan de trabajo conjunto de las dos redes, 2027–2028 (muestra)', locale: 'es' },
      pt: { locale: 'en' },
      progress: { activitiesTotal: 10, completed: 0, milestonesTotal: 16 },
    });
    expect(plan.objectives[0].outcomes[0].activities[0]).toMatchObject({
      id: `${joint}/a1.1.1`,
      code: '1.1.1',
      title: { text: "Keep a shared map of each country's review stage" },
      status: 'PLANNED',
      version: 1,
      responsible: { id: 'org:s01' },
      expertGroup: { id: 'body:am-4' },
      countries: [{ code: 'CR' }, { code: 'UG' }],
      milestones: [{ id: `${joint}/m1.1.1-1`, dueOn: '2027-03-31', status: 'PENDING' }, {}],
      indicators: [{ unit: 'PERCENT', meansOfVerification: { text: 'Change log of the map' } }],
      budget: [{ label: 'Coordination time', amount: '2400.00', currency: 'USD' }],
      risks: [{ likelihood: 'HIGH', safetyRelevant: false }],
    });
  });

  test('was said once in each of its networks', async () => {
    const said = await events('PLAN_CREATED');
    expect(said.map((event) => event.network_id)).toEqual([af, am]);
    expect(said[0]).toMatchObject({
      event_type: 'org.net4u.plan.created.v1',
      subject: `workingplan/${joint}`,
      visibility: 'NETWORK',
      data: { planId: joint, status: 'DRAFT', version: 1 },
    });
    expect(said[0].id).not.toBe(said[1].id);
  });
});

describe('who may do what', () => {
  // read: a draft of both networks; edit: in objective 1, in objective 2 (emerging crimes), the plan's own title
  const table: Record<Name, [read: boolean, one: boolean, two: boolean, title: boolean]> = {
    'americas-coordinator': [true, true, true, true],
    'americas-editor': [true, true, true, true],
    'americas-rep': [true, false, false, false],
    'expert-lead': [true, false, true, false],
    'other-lead': [true, false, false, false],
    'africa-coordinator': [true, true, true, true],
    'africa-editor': [true, true, true, true],
    'africa-rep': [true, false, false, false],
    'steering-member': [true, true, true, true],
    'safety-officer': [true, false, false, false],
    'un-liaison': [true, false, false, false],
    'asia-editor': [false, false, false, false],
    'both-editor': [true, true, true, true],
    observer: [false, false, false, false],
    operator: [false, false, false, false],
    partner: [false, false, false, false],
    gateway: [false, false, false, false],
  };

  test.each(names)('%s: a draft, its document and its edits, on every path', async (who) => {
    const [read, one, two, title] = table[who];
    const representations = [
      { __typename: 'WorkingPlan', id: joint },
      { __typename: 'Objective', id: `${joint}/o1` },
      { __typename: 'Outcome', id: `${joint}/o1.1` },
      { __typename: 'Activity', id: `${joint}/a1.1.1` },
      { __typename: 'Milestone', id: `${joint}/m1.1.1-1` },
      { __typename: 'Indicator', id: `${joint}/i1.1.1-1` },
    ];
    const { data, errors } = await here.ask(
      who,
      `query ($r: [_Any!]!, $n: [_Any!]!) { workingPlan(id: "${joint}") { document { update } } workingPlans { id } of: workingPlans(networkId: "${am}") { id }
        _entities(representations: $r) { ... on WorkingPlan { id } ... on Objective { id } ... on Outcome { id } ... on Activity { id } ... on Milestone { id } ... on Indicator { id } }
        lists: _entities(representations: $n) { ... on Network { workingPlans { id } } ... on Organisation { responsibilities { id } } ... on Body { activities { id } } ... on Country { countryActivities: activities { id } } } }`,
      {
        r: representations,
        n: [
          { __typename: 'Network', id: am },
          { __typename: 'Organisation', id: 'org:s01' },
          { __typename: 'Body', id: 'body:am-5' },
          { __typename: 'Country', code: 'BR' },
        ],
      },
    );
    expect(errors).toBeUndefined();
    expect({
      plan: data.workingPlan !== null,
      document: Boolean(data.workingPlan?.document),
      list: data.workingPlans.length === 1,
      ofNetwork: data.of.length === 1,
      entities: data._entities.map((entity: unknown) => entity !== null),
      lists: data.lists.map((entity: object) => Object.values(entity)[0].length > 0),
    }).toEqual({
      plan: read,
      document: read,
      list: read,
      ofNetwork: read,
      entities: representations.map(() => read),
      lists: [read, read, read, read],
    });

    const join = await here.ask(who, `mutation { joinPlan(planId: "${joint}") { clientId } }`);
    const edits = [one, two, title];
    const may = edits.some(Boolean);
    const denied = read ? 'FORBIDDEN' : 'NOT_FOUND';
    if (!may && who !== 'other-lead') {
      expect(codeOf(join)).toBe(denied);
      const before = await stored();
      for (const update of ['AAA=', 'AAAA', base64(new Uint8Array(100_000))]) {
        expect(codeOf(await new Copy(here, who, joint).push(update))).toBe(denied);
      }
      expect(await stored()).toEqual(before);
      return;
    }
    expect(codeOf(join)).toBeUndefined();
    for (const [n, key] of ['a1.1.1', 'a2.1.1', 'plan'].entries()) {
      const copy = await Copy.join(here, who);
      const before = await stored();
      const answer = await copy.push(copy.type('x', key));
      expect([key, codeOf(answer)]).toEqual([key, edits[n] ? undefined : 'FORBIDDEN']);
      expect((await stored()).edits).toBe(before.edits + (edits[n] ? 1 : 0));
    }
  });

  test('an objective that one network owns takes edits from its own editors alone', async () => {
    await world.db.query('INSERT INTO working_plans.objective_networks VALUES ($1, $2, $3)', [joint, 'o1', [af]]);
    await nextSecond();
    for (const [who, key, code] of [
      ['americas-editor', 'a1.1.1', 'FORBIDDEN'],
      ['americas-editor', 'a2.1.1', undefined],
      ['africa-editor', 'a1.1.1', undefined],
    ] as const) {
      const copy = await Copy.join(here, who);
      expect([who, key, codeOf(await copy.push(copy.type('x', key)))]).toEqual([who, key, code]);
    }
    const mover = await Copy.join(here, 'americas-editor');
    const move = mover.edit((copy) => copy.node('a2.1.1').set('parent', 'o1.1'));
    expect(codeOf(await mover.push(move))).toBe('FORBIDDEN');
    await world.db.query('DELETE FROM working_plans.objective_networks');
    await nextSecond();
  });

  test('a lead cannot take another objective by naming its theme, nor make or remove objectives', async () => {
    const lead = await Copy.join(here, 'expert-lead');
    const before = await stored();
    for (const change of [
      (copy: Copy) => copy.node('o1').set('thematicArea', 'EMERGING_CRIMES'),
      (copy: Copy) => copy.node('o2').set('thematicArea', 'FIREARMS'),
      (copy: Copy) => copy.node('o2').set('deleted', { by: 'seat:s06', at: '2026-11-21T00:00:00.000Z' }),
    ]) {
      const copy = await Copy.join(here, 'expert-lead');
      expect(codeOf(await copy.push(copy.edit(change)))).toBe('FORBIDDEN');
    }
    expect(await stored()).toEqual(before);
    const removes = (by: string) => (copy: Copy) =>
      copy.node('a2.1.5').set('deleted', { by, at: '2026-11-21T00:00:00.000Z' });
    expect(codeOf(await lead.push(lead.edit(removes('seat:s07'))))).toBe('FORBIDDEN');
    const again = await Copy.join(here, 'expert-lead');
    expect(codeOf(await again.push(again.edit(removes('seat:s06'))))).toBeUndefined();
    const back = await Copy.join(here, 'africa-editor');
    expect(codeOf(await back.push(back.edit((copy) => copy.node('a2.1.5').set('deleted', null))))).toBeUndefined();
  });

  test('an adopted PUBLIC plan is read by all signed in, without budget, safety risks and document, and takes no more edits', async () => {
    await world.db.query("UPDATE working_plans.plan SET status = 'ADOPTED', visibility = 'PUBLIC' WHERE id = $1", [
      joint,
    ]);
    await nextSecond();
    const query = `{ workingPlan(id: "${joint}") { document { epoch } objectives { outcomes { activities { budget { id } risks { safetyRelevant } } } } } }`;
    const seen = async (who: Name) => {
      const { data, errors } = await here.ask(who, query);
      expect(errors).toBeUndefined();
      const activities = data.workingPlan.objectives.flatMap((o: Any) => o.outcomes.flatMap((u: Any) => u.activities));
      return {
        document: data.workingPlan.document !== null,
        budget: activities.some((a: Any) => a.budget.length > 0),
        safety: activities.some((a: Any) => a.risks.some((r: Any) => r.safetyRelevant)),
        risks: activities.some((a: Any) => a.risks.length > 0),
      };
    };
    for (const who of ['observer', 'partner', 'operator', 'asia-editor'] as const) {
      expect([who, await seen(who)]).toEqual([who, { document: false, budget: false, safety: false, risks: true }]);
      expect((await (await here.follow(who, joint)).refused)?.[0]?.extensions.code).toBe('FORBIDDEN');
      expect(codeOf(await new Copy(here, who, joint).push('AAA='))).toBe('FORBIDDEN');
    }
    expect((await here.ask('gateway', query)).data.workingPlan).toBeNull();
    expect(await seen('africa-rep')).toEqual({ document: true, budget: true, safety: true, risks: true });
    const copy = await Copy.join(here, 'africa-editor');
    expect(codeOf(await copy.push(copy.type('x')))).toBe('PLAN_FROZEN');
    await world.db.query("UPDATE working_plans.plan SET status = 'DRAFT', visibility = 'NETWORK' WHERE id = $1", [
      joint,
    ]);
    await nextSecond();
  });
});

describe('what is refused', () => {
  test('gets its own code and leaves no byte behind', async () => {
    const copy = await Copy.join(here, 'africa-editor');
    const before = await stored();
    const document = (await Copy.open(here, 'africa-editor')).doc;
    expect(codeOf(await copy.push('AAA'))).toBe('UPDATE_MALFORMED');
    expect(codeOf(await copy.push('AA=A'))).toBe('BAD_USER_INPUT');
    expect(codeOf(await copy.push(base64(new Uint8Array([1, 2, 3, 4, 5]))))).toBe('UPDATE_MALFORMED');
    expect(codeOf(await copy.push(base64(new Uint8Array(70_000))))).toBe('UPDATE_TOO_LARGE');
    expect(codeOf(await copy.push('AAA=', 'with spaces'))).toBe('BAD_USER_INPUT');
    expect(codeOf(await copy.push('AAA=', 'x', { planId: 'plan:none' }))).toBe('NOT_FOUND');
    expect(codeOf(await copy.push('AAA=', 'x', { planId: 'plan:\u0000' }))).toBe('NOT_FOUND');
    const changed = await copy.push(copy.type('x'), 'epoch', { epoch: 2 });
    expect(changed.errors?.[0]?.extensions).toMatchObject({ code: 'EPOCH_CHANGED', epoch: 1 });
    const stranger = await Copy.open(here, 'africa-editor');
    expect(codeOf(await stranger.push(stranger.type('x')))).toBe('FORBIDDEN');
    const other = await Copy.join(here, 'americas-editor');
    stranger.doc.clientID = other.doc.clientID;
    expect(codeOf(await stranger.push(stranger.type('x')))).toBe('FORBIDDEN');
    expect(await stored()).toEqual(before);
    expect(Y.equalSnapshots(Y.snapshot((await Copy.open(here, 'africa-editor')).doc), Y.snapshot(document))).toBe(true);
  });

  test('an edit on top of one that never came is told what the plan has', async () => {
    const copy = await Copy.join(here, 'africa-editor');
    copy.type('lost');
    const answer = await copy.push(copy.type('on top'));
    expect(answer.errors?.[0]?.extensions.code).toBe('RESYNC');
    const known = Y.decodeStateVector(bytes(answer.errors?.[0]?.extensions.stateVector));
    expect(known.get(copy.doc.clientID) ?? 0).toBe(0);
    expect(known.size).toBeGreaterThan(0);
  });
});

describe('opening', () => {
  test('with a state vector gives what is missing, and update, cursor and state vector are of one moment', async () => {
    const [writer, reader] = [await Copy.join(here, 'americas-editor'), await Copy.open(here, 'africa-rep')];
    await writer.push(writer.type('more '));
    const open = (since: string | null) =>
      here.ask(
        'africa-rep',
        `query ($since: StateVector) { workingPlan(id: "${joint}") { document(since: $since) { update cursor stateVector epoch } } }`,
        { since },
      );
    const since = base64(Y.encodeStateVector(reader.doc));
    const [whole, part] = [await open(null), await open(since)].map(({ data }) => data.workingPlan.document);
    expect(part.update.length).toBeLessThan(whole.update.length / 4);
    Y.applyUpdateV2(reader.doc, bytes(part.update));
    expect(base64(Y.encodeStateVector(reader.doc))).toBe(part.stateVector);
    expect(reader.text().toString()).toMatch(/^more /);
    expect(part.cursor).toBe(whole.cursor);
    expect(codeOf(await open('/////w=='))).toBe('BAD_USER_INPUT');
  });
});

describe('following', () => {
  test('after a cursor: what was missed, then live, each edit once and in order, while others push', async () => {
    const writers = await Promise.all([1, 2, 3, 4].map(() => Copy.join(here, 'americas-editor')));
    const start = await Copy.open(here, 'africa-rep');
    const before = (await stored()).seq;
    const pushRounds = async (rounds: number) => {
      for (let round = 0; round < rounds; round++) {
        await Promise.all(writers.map((writer) => writer.push(writer.type('z'))));
      }
    };
    await pushRounds(60); // more than a page of the log
    const pushing = pushRounds(30);
    const readers = await Promise.all([1, 2, 3].map(() => here.follow('africa-rep', joint, start.cursor)));
    await pushing;
    const { seq } = await stored();
    const { rows } = await world.db.query(
      'SELECT update, seat_id FROM working_plans.plan_edit WHERE plan_id = $1 AND seq > $2 ORDER BY seq',
      [joint, before],
    );
    expect(rows).toHaveLength(seq - before);
    for (const reader of readers) {
      const got = await reader.take(rows.length);
      expect(got.map((event) => event.update)).toEqual(rows.map((row) => row.update.toString('base64')));
      expect(got[0]).toMatchObject({ __typename: 'PlanEdits', seat: { id: 'seat:s02' }, region: 'americas' });
    }
    await writers[0]?.push(writers[0].type('live'));
    for (const reader of readers) {
      expect(await reader.take(rows.length + 1)).toHaveLength(rows.length + 1);
      reader.close();
    }
    // From the middle: exactly the rest.
    const [middle] = readers[0]!.events.slice(100, 101);
    const rest = await here.follow('africa-rep', joint, middle.cursor);
    expect((await rest.take(rows.length - 100)).map((event) => event.cursor)).toEqual(
      readers[0]!.events.slice(101).map((event) => event.cursor),
    );
    rest.close();
  });

  test('without a cursor: from now', async () => {
    const writer = await Copy.join(here, 'americas-editor');
    const reader = await here.follow('africa-rep', joint);
    // The first edit may still come before the subscription has begun; the reader then waits for a later one.
    while (reader.events.length === 0) await writer.push(writer.type('.'));
    const seqs = Y.decodeUpdate(bytes(reader.events[0].update));
    expect(seqs.structs.length).toBeGreaterThan(0);
    reader.close();
  });

  test('is refused to who may not read, and for a cursor of anything else', async () => {
    const code = async (who: Name, planId: string, cursor: string | null) =>
      (await (await here.follow(who, planId, cursor)).refused)?.[0]?.extensions.code;
    expect(await code('observer', joint, null)).toBe('NOT_FOUND');
    expect(await code('partner', joint, 'rubbish')).toBe('NOT_FOUND');
    expect(await code('africa-rep', 'plan:none', null)).toBe('NOT_FOUND');
    expect(await code('africa-rep', joint, 'rubbish')).toBe('CURSOR_INVALID');
    const { rows } = await world.db.query('SELECT id, epoch FROM feed.installation');
    const cursors = (kind: string, stream: string, installation = `${rows[0].id} ${rows[0].epoch}`) =>
      createCursors<object>(cursorSecret, { kind, stream, installation }).encode({ epoch: 1, seq: 1 });
    expect(await code('africa-rep', joint, cursors('plan', 'plan:other'))).toBe('CURSOR_INVALID');
    expect(await code('africa-rep', joint, cursors('feed', joint))).toBe('CURSOR_INVALID');
    expect(await code('africa-rep', joint, cursors('plan', joint, 'another'))).toBe('CURSOR_INVALID');
    const ahead = createCursors<object>(cursorSecret, {
      kind: 'plan',
      stream: joint,
      installation: `${rows[0].id} ${rows[0].epoch}`,
    }).encode({ epoch: 1, seq: 1e9 });
    expect(await code('africa-rep', joint, ahead)).toBe('CURSOR_INVALID');
  });

  test('rights are judged again at each delivery', async () => {
    const writer = await Copy.join(here, 'americas-editor');
    const reader = await here.follow('africa-rep', joint, writer.cursor);
    await writer.push(writer.type('seen'));
    await reader.take(1);
    await world.db.query('UPDATE working_plans.plan SET network_ids = $2 WHERE id = $1', [joint, [am]]);
    await nextSecond();
    await writer.push(writer.type('unseen'));
    expect((await reader.refused)?.[0]?.extensions.code).toBe('RIGHTS_CHANGED');
    expect(reader.events).toHaveLength(1);
    await world.db.query('UPDATE working_plans.plan SET network_ids = $2 WHERE id = $1', [joint, [af, am]]);
    await nextSecond();
  });
});

/** A process reads a plan's row again when what it knows is a second old: what a test changes behind its back is seen after that. */
const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1_050));

describe('statements', () => {
  const counted = async (who: Name, query: string, variables: object) => {
    here.statements.length = 0;
    const answer = await here.ask(who, query, variables);
    expect(answer.errors).toBeUndefined();
    return { answer, count: here.statements.length };
  };

  test('N references are one statement, whatever their types and plans', async () => {
    const made = await Promise.all([1, 2, 3].map(() => createPlan('both-editor')));
    const representations = [
      ...['a1.1.1', 'a1.1.2', 'a2.1.1', 'a2.1.5', 'a9.9'].map((key) => ({
        __typename: 'Activity',
        id: `${joint}/${key}`,
      })),
      ...made.map((id) => ({ __typename: 'WorkingPlan', id })),
      { __typename: 'WorkingPlan', id: joint },
      { __typename: 'WorkingPlan', id: 'plan:none' },
      { __typename: 'Objective', id: `${joint}/o1` },
      { __typename: 'Milestone', id: `${joint}/m1.1.1-1` },
      { __typename: 'Activity', id: 'nothing' },
    ];
    const query = `query ($r: [_Any!]!) { _entities(representations: $r) {
      ... on Activity { code title { text } responsible { id } } ... on WorkingPlan { title { text } } ... on Objective { code } ... on Milestone { dueOn } } }`;
    const { answer, count } = await counted('africa-editor', query, { r: representations });
    expect(count).toBe(1);
    const found = answer.data._entities;
    expect(found.slice(0, 5).map((entity: Any) => entity?.code)).toEqual([
      '1.1.1',
      '1.1.2',
      '2.1.1',
      '2.1.5',
      undefined,
    ]);
    expect(found.slice(5, 9).every((entity: Any) => entity.title.text)).toBe(true);
    expect(found.slice(9).map((entity: Any) => entity !== null)).toEqual([false, true, true, false]);
  });

  test('statuses are one more, and lists of other subgraphs’ entities a constant number', async () => {
    const activities = Array.from({ length: 10 }, (_, n) => ({
      __typename: 'Activity',
      id: `${joint}/a${n < 5 ? '1' : '2'}.1.${(n % 5) + 1}`,
    }));
    const statuses = await counted(
      'africa-editor',
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Activity { status version milestones { status } } } }',
      { r: activities },
    );
    expect(statuses.count).toBe(3);
    const organisations = Array.from({ length: 8 }, (_, n) => ({ __typename: 'Organisation', id: `org:s0${n + 1}` }));
    const networks = [am, af].map((id) => ({ __typename: 'Network', id }));
    const lists = await counted(
      'africa-editor',
      `query ($r: [_Any!]!) { _entities(representations: $r) {
        ... on Organisation { responsibilities { id } } ... on Network { workingPlans { id objectives { code } } } } }`,
      { r: [...organisations, ...networks] },
    );
    expect(lists.count).toBeLessThanOrEqual(4);
    expect(lists.answer.data._entities[0].responsibilities).toEqual([{ id: `${joint}/a1.1.1` }]);
  });
});

async function createPlan(who: Name, over: object = {}): Promise<string> {
  const { data, errors } = await tryCreatePlan(who, over);
  if (errors || data.createPlan.problems.length > 0) throw new Error(JSON.stringify({ data, errors }));
  return data.createPlan.plan.id;
}
const tryCreatePlan = (who: Name, over: object = {}): Promise<Answer> =>
  here.ask(
    who,
    `mutation ($input: CreatePlanInput!) { createPlan(input: $input) { plan { id status visibility locales title { text } networks { id } }
      problems { __typename ... on ValidationError { message path } } } }`,
    {
      input: {
        clientMutationId: nextMutation(),
        networkIds: [am, af],
        title: [
          { locale: 'es', text: 'Plan nuevo' },
          { locale: 'en', text: 'New plan' },
        ],
        periodStart: '2027-01-01',
        periodEnd: '2027-12-31',
        sourceLocale: 'es',
        visibility: 'PARTNERS',
        ...over,
      },
    },
  );

describe('createPlan', () => {
  test('is for editors of every network named; the plan opens, takes edits, and is said once in each network', async () => {
    const before = (await events('PLAN_CREATED')).length;
    const { data } = await tryCreatePlan('both-editor');
    const { plan } = data.createPlan;
    expect(plan).toMatchObject({ status: 'DRAFT', locales: ['en', 'es'], title: { text: 'Plan nuevo' } });
    const said = (await events('PLAN_CREATED')).slice(before);
    expect(said.map((event) => [event.network_id, event.visibility, event.data.planId])).toEqual([
      [af, 'PARTNERS', plan.id],
      [am, 'PARTNERS', plan.id],
    ]);
    const copy = await Copy.join(here, 'africa-editor', plan.id);
    expect(codeOf(await copy.push(copy.type('Hi ')))).toBeUndefined();

    for (const who of ['americas-editor', 'africa-rep', 'observer', 'un-liaison', 'expert-lead'] as const) {
      const refused = await tryCreatePlan(who);
      expect([who, refused.data.createPlan]).toEqual([
        who,
        { plan: null, problems: [{ __typename: 'ForbiddenError' }] },
      ]);
    }
    expect(await events('PLAN_CREATED')).toHaveLength(before + 2);
  });

  test('is idempotent, and names what is wrong', async () => {
    const clientMutationId = nextMutation();
    const first = await createPlan('both-editor', { clientMutationId });
    expect(await createPlan('both-editor', { clientMutationId })).toBe(first);
    const at = async (over: object) => (await tryCreatePlan('both-editor', over)).data.createPlan.problems[0];
    expect((await at({ clientMutationId, sourceLocale: 'en' })).path).toEqual(['input', 'clientMutationId']);
    expect((await at({ sourceLocale: 'fr' })).path).toEqual(['input', 'title']);
    expect((await at({ visibility: 'GROUP' })).path).toEqual(['input', 'visibility']);
    expect((await at({ periodEnd: '2026-12-31' })).path).toEqual(['input', 'periodEnd']);
    expect((await at({ networkIds: [] })).__typename).toBe('ForbiddenError');
  });
});

describe('setActivityStatus', () => {
  const set = async (who: Name, activityId: string, expectedVersion: number, status: string, over: object = {}) => {
    const { data, errors } = await here.ask(
      who,
      `mutation ($input: ActivityStatusInput!) { setActivityStatus(input: $input) { activity { id status version statusNote }
        problems { __typename ... on ConflictError { currentVersion } ... on ValidationError { path } } } }`,
      { input: { clientMutationId: nextMutation(), activityId, expectedVersion, status, ...over } },
    );
    expect(errors).toBeUndefined();
    return data.setActivityStatus;
  };
  const forbidden = { activity: null, problems: [{ __typename: 'ForbiddenError' }] };

  test('follows the states, counts versions, and says each change in the networks of the objective', async () => {
    const id = `${joint}/a1.1.1`;
    const clientMutationId = nextMutation();
    const first = await set('americas-coordinator', id, 1, 'IN_PROGRESS', { clientMutationId });
    expect(first).toEqual({ activity: { id, status: 'IN_PROGRESS', version: 2, statusNote: null }, problems: [] });
    expect(await set('americas-coordinator', id, 1, 'IN_PROGRESS', { clientMutationId })).toEqual(first);
    expect((await set('africa-coordinator', id, 1, 'BLOCKED')).problems).toEqual([
      { __typename: 'ConflictError', currentVersion: 2 },
    ]);
    const wrong = async (status: string, over: object = {}) =>
      (await set('africa-coordinator', id, 2, status, over)).problems[0];
    expect(await wrong('PROPOSED')).toEqual({ __typename: 'ValidationError', path: ['input', 'status'] });
    expect(await wrong('CANCELLED')).toEqual({ __typename: 'ValidationError', path: ['input', 'note'] });
    expect(await wrong('DEFERRED', { note: '  ' })).toEqual({ __typename: 'ValidationError', path: ['input', 'note'] });
    expect(await wrong('COMPLETED')).toEqual({ __typename: 'ValidationError', path: ['input', 'note'] });
    const deferred = await set('africa-coordinator', id, 2, 'DEFERRED', { note: 'waits for the calendar' });
    expect(deferred.activity).toMatchObject({ status: 'DEFERRED', version: 3, statusNote: 'waits for the calendar' });

    const said = await events('ACTIVITY_STATUS_CHANGED');
    expect(said.map((event) => [event.network_id, event.data.from, event.data.to, event.data.version])).toEqual([
      [af, 'PLANNED', 'IN_PROGRESS', 2],
      [am, 'PLANNED', 'IN_PROGRESS', 2],
      [af, 'IN_PROGRESS', 'DEFERRED', 3],
      [am, 'IN_PROGRESS', 'DEFERRED', 3],
    ]);
    expect(said[0]).toMatchObject({
      visibility: 'NETWORK',
      countries: ['CR', 'UG'],
      thematic_areas: ['GENERAL_UNTOC'],
      data: { activityId: id, planId: joint },
    });
  });

  test('of two at once from one version one wins', async () => {
    const id = `${joint}/a1.1.2`;
    const answers = await Promise.all(
      (['americas-coordinator', 'africa-coordinator', 'steering-member'] as const).map((who) =>
        set(who, id, 1, 'IN_PROGRESS'),
      ),
    );
    expect(answers.filter(({ problems }) => problems.length === 0)).toHaveLength(1);
    expect(answers.filter(({ problems }) => problems[0]?.__typename === 'ConflictError')).toHaveLength(2);
  });

  test('belongs to the responsible organisation, the group’s lead, steering and coordinators', async () => {
    // a1.1.3: org:s03; a2.1.2: org:s05; a2.1.4: org:s02, all PLANNED or PROPOSED, objective 2 led by expert-lead
    for (const who of [
      'africa-rep',
      'africa-editor',
      'americas-editor',
      'expert-lead',
      'un-liaison',
      'safety-officer',
      'observer',
      'partner',
      'operator',
      'gateway',
    ] as const) {
      expect([who, await set(who, `${joint}/a1.1.3`, 1, 'IN_PROGRESS')]).toEqual([who, forbidden]);
    }
    expect((await set('americas-rep', `${joint}/a1.1.3`, 1, 'IN_PROGRESS')).activity.version).toBe(2);
    expect((await set('expert-lead', `${joint}/a2.1.2`, 1, 'IN_PROGRESS')).activity.version).toBe(2);
    expect((await set('americas-editor', `${joint}/a2.1.4`, 1, 'PLANNED')).activity.version).toBe(2);
    expect(await set('americas-coordinator', `${joint}/a9.9.9`, 1, 'PLANNED')).toEqual(forbidden);
    expect(await set('americas-coordinator', `${joint}/o1`, 1, 'PLANNED')).toEqual(forbidden);
  });
});

describe('upsertActivity', () => {
  const upsert = async (who: Name, input: object) => {
    const { data, errors } = await here.ask(
      who,
      `mutation ($input: UpsertActivityInput!) { upsertActivity(input: $input) { activity { id code title(locale: "en") { text } status version countries { code } }
        problems { __typename ... on ValidationError { message } } } }`,
      { input: { clientMutationId: nextMutation(), ...input } },
    );
    expect(errors).toBeUndefined();
    return data.upsertActivity;
  };
  const outcomeId = `${joint}/o2.1`;
  const title = [{ locale: 'en', text: 'A new activity' }];

  test('takes the road of typing: those who have the plan open see it live', async () => {
    const open = await Copy.open(here, 'africa-rep');
    const reader = await here.follow('africa-rep', joint, open.cursor);
    const clientMutationId = nextMutation();
    const input = { clientMutationId, outcomeId, title, code: '2.1.6', countries: ['BR'] };
    const { activity, problems } = await upsert('expert-lead', input);
    expect(problems).toEqual([]);
    expect(activity).toMatchObject({
      code: '2.1.6',
      title: { text: 'A new activity' },
      status: 'PROPOSED',
      version: 1,
    });
    expect((await upsert('expert-lead', input)).activity.id).toBe(activity.id);
    const changed = await upsert('africa-editor', {
      outcomeId,
      id: activity.id,
      title: [{ locale: 'en', text: 'A newer activity' }],
    });
    expect(changed.activity.title.text).toBe('A newer activity');
    const edits = await reader.take(2);
    expect(edits.map((edit) => edit.seat.id)).toEqual(['seat:s06', 'seat:s08']);
    for (const edit of edits) Y.applyUpdate(open.doc, bytes(edit.update));
    expect(open.text(activity.id.split('/')[1]).toString()).toBe('A newer activity');
    reader.close();
  });

  test('is refused by the same rights, and names what is wrong', async () => {
    const refused = async (who: Name, input: object) => (await upsert(who, input)).problems[0].__typename;
    expect(await refused('expert-lead', { outcomeId: `${joint}/o1.1`, title })).toBe('ForbiddenError');
    expect(await refused('africa-rep', { outcomeId, title })).toBe('ForbiddenError');
    expect(await refused('observer', { outcomeId, title })).toBe('ForbiddenError');
    expect(await refused('africa-editor', { outcomeId, title: [{ locale: 'fr', text: 'x' }] })).toBe('ValidationError');
    expect(await refused('africa-editor', { outcomeId, id: `${joint}/a1.1.1`, title })).toBe('ValidationError');
  });
});

describe('a new epoch', () => {
  test('resets its followers, old cursors and old pushes, and the old epoch can be purged', async () => {
    const planId = await createPlan('both-editor');
    const [copy, idle] = [await Copy.join(here, 'both-editor', planId), await Copy.open(here, 'both-editor', planId)];
    await copy.push(copy.type('a name '));
    const reader = await here.follow('both-editor', planId, copy.cursor);
    await reader.take(1);
    // What a redaction does: the document without its history becomes the new epoch's snapshot.
    const clean = new Y.Doc();
    Y.applyUpdateV2(clean, Y.encodeStateAsUpdateV2(idle.doc));
    await world.db.query('BEGIN');
    await world.db.query('UPDATE working_plans.plan SET epoch = 2 WHERE id = $1', [planId]);
    await world.db.query(
      'INSERT INTO working_plans.plan_snapshot (plan_id, epoch, seq, update_v2) SELECT id, 2, seq, $2 FROM working_plans.plan WHERE id = $1',
      [planId, Buffer.from(Y.encodeStateAsUpdateV2(clean))],
    );
    await world.db.query('DELETE FROM working_plans.plan_edit WHERE plan_id = $1', [planId]);
    await world.db.query('COMMIT');
    expect((await reader.take(2))[1]).toMatchObject({ __typename: 'PlanReset', epoch: 2 });
    expect((await copy.push(copy.type('x'))).errors?.[0]?.extensions).toMatchObject({
      code: 'EPOCH_CHANGED',
      epoch: 2,
    });
    const late = await here.follow('both-editor', planId, copy.cursor);
    expect((await late.take(1))[0]).toMatchObject({ __typename: 'PlanReset', epoch: 2 });
    const again = await Copy.join(here, 'both-editor', planId);
    expect(again.epoch).toBe(2);
    expect(codeOf(await again.push(again.type('new ')))).toBeUndefined();
    expect((await late.take(2))[1]).toMatchObject({ __typename: 'PlanEdits' });
    expect((await reader.take(3))[2]).toMatchObject({ __typename: 'PlanEdits' });
    const { rows } = await world.db.query('SELECT seq::int FROM working_plans.plan_edit WHERE plan_id = $1', [planId]);
    expect(rows).toEqual([{ seq: 3 }]);
    reader.close();
    late.close();
  });
});

test('the contract: what plan-live.graphql asks is in this schema', async () => {
  const text = readFileSync(new URL('../schema/operations/plan-live.graphql', import.meta.url), 'utf8');
  const open = text.slice(text.indexOf('query OpenPlan'), text.indexOf('mutation JoinPlan'));
  const { data, errors } = await here.ask('africa-rep', open, { id: joint });
  expect(errors).toBeUndefined();
  expect(data.workingPlan).toMatchObject({ id: joint, status: 'DRAFT', document: { epoch: 1 } });
  expect(actors['africa-rep'].seatId).toBe('seat:s09');
});

// biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, field by field
type Any = any;
