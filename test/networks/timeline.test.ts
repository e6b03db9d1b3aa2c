import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Answer, Member } from '../people.ts';
import { startWorldApart, type World } from '../world.ts';
import { af, am } from './governing.ts';

let world: World;
let owner: pg.Client;
let members: Record<string, Member>;
beforeAll(async () => {
  world = await startWorldApart();
  owner = new pg.Client(world.databaseUrl);
  await owner.connect();
  const names = [
    'americas-coordinator',
    'americas-editor',
    'americas-rep',
    'africa-rep',
    'observer',
    'partner',
    'operator',
  ];
  members = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await world.people.as(name)])));
});
afterAll(async () => {
  await owner?.end();
  await world?.stop();
});

const ask = async (who: string, query: string, variables: Record<string, unknown> = {}): Promise<Answer['data']> => {
  const { data, errors } = await members[who]!.ask(query, variables);
  expect(errors).toBeUndefined();
  return data;
};
let serial = 0;
/** A mutation of one `input`, which must succeed; its first field. */
async function send(who: string, name: string, type: string, selection: string, input: object) {
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} problems { __typename ... on UserError { message } } } }`;
  const data = await ask(who, query, { input: { clientMutationId: `timeline-${++serial}`, ...input } });
  expect(data[name].problems).toEqual([]);
  return data[name][selection.split(' ')[0]!];
}

/** The Americas decide, with one voice, on a text. @returns the decision's id */
async function decide(subject: { typename: string; id: string }, contentHash: string): Promise<string> {
  const lead = 'americas-coordinator';
  const decision = 'decision { id version status }';
  const opened = { networkIds: [am], subject, contentHash, method: 'MAJORITY', quorum: 1 };
  const title = [{ locale: 'en', text: 'Shall it be so?' }];
  const { id } = await send(lead, 'openDecision', 'OpenDecisionInput', decision, { ...opened, title });
  const closesAt = new Date(Date.now() + 3_600_000).toISOString();
  const round = { decisionId: id, expectedVersion: 1, closesAt, shortReason: 'In the meeting of today (sample)' };
  await send(lead, 'startDecisionRound', 'StartDecisionRoundInput', decision, round);
  const voice = { decisionId: id, contentHash, position: 'YES' };
  await send('americas-rep', 'takePosition', 'TakePositionInput', decision, voice);
  // The hour of the round passes.
  await owner.query('UPDATE discussions.decision_round SET closes_at = now() WHERE decision_id = $1', [id]);
  const concluded = { decisionId: id, expectedVersion: 2 };
  const done = await send(lead, 'concludeDecision', 'ConcludeDecisionInput', decision, concluded);
  expect(done.status).toBe('ADOPTED');
  return id;
}

const entry = `id date precision occurredAt type visibility title(locale: "pt") { locale text } subject { __typename
  ... on Network { slug } ... on Body { bodyKind: kind } ... on Organisation { name } ... on Meeting { meetingKind: kind } ... on Decision { id } ... on WorkingPlan { id }
  ... on Guidelines { edition } ... on CharterProposal { status } }`;
const timeline = `query ($id: ID!, $first: Int, $after: Cursor, $types: [UpdateType!]) { network(id: $id) {
  timeline(first: $first, after: $after, types: $types) { edges { cursor node { ${entry} } } pageInfo { hasNextPage endCursor } } } }`;
const read = async (who: string, id: string, rest: object = {}) =>
  (await ask(who, timeline, { id, first: 100, ...rest })).network.timeline;
const nodes = (page: Answer['data']) => page.edges.map(({ node }: Answer['data']) => node);

test('a network decides on its guidelines and its mission, and both are in its history', async () => {
  const text = { recordLocale: 'es', title: 'Directrices de muestra', body: 'Texto de muestra' };
  const drafted = await send(
    'americas-editor',
    'draftGuidelines',
    'DraftGuidelinesInput',
    'guidelines { id contentHash }',
    {
      networkId: am,
      ...text,
    },
  );
  await send('americas-coordinator', 'circulateGuidelines', 'CirculateGuidelinesInput', 'guidelines { id }', {
    id: drafted.id,
    expectedVersion: 1,
  });
  const { id, contentHash } = drafted;
  const decisionId = await decide({ typename: 'Guidelines', id }, contentHash);
  const adopted = await send(
    ...(['americas-coordinator', 'adoptGuidelines', 'AdoptGuidelinesInput'] as const),
    'guidelines { status draftedBy { displayName } adoptedByDecision { id status subject { ... on Guidelines { status edition } } } }',
    { id, decisionId, contentHash },
  );
  expect(adopted).toEqual({
    status: 'ADOPTED',
    draftedBy: { displayName: expect.any(String) },
    adoptedByDecision: { id: decisionId, status: 'ADOPTED', subject: { status: 'ADOPTED', edition: 1 } },
  });

  const proposed = await send(
    ...(['americas-editor', 'proposeCharter', 'ProposeCharterInput', 'proposal { id contentHash }'] as const),
    { networkId: am, recordLocale: 'es', mission: [{ locale: 'es', text: 'Misión de muestra' }], objectives: [] },
  );
  const by = await decide({ typename: 'Network', id: am }, proposed.contentHash);
  await send('americas-coordinator', 'applyCharter', 'ApplyCharterInput', 'proposal { status }', {
    ...{ proposalId: proposed.id, contentHash: proposed.contentHash, decisionId: by },
  });
  const { network } = await ask(
    'africa-rep',
    `{ network(id: "${am}") { mission { text } guidelines { edition title { text } } } }`,
  );
  expect(network).toEqual({
    mission: { text: 'Misión de muestra' },
    guidelines: [{ edition: 1, title: { text: 'Directrices de muestra' } }],
  });

  const [latest, ...older] = nodes(await read('americas-rep', am));
  expect(latest).toMatchObject({
    ...{ type: 'NETWORK_CHANGED', title: { locale: 'pt', text: 'Missão e objetivos decididos' } },
    subject: { __typename: 'Network', slug: 'net4u-americas' },
  });
  expect(older.slice(0, 5)).toMatchObject([
    { type: 'DECISION_CONCLUDED', subject: { __typename: 'Decision', id: by }, precision: 'DAY' },
    { type: 'CHARTER_PROPOSED', subject: { __typename: 'CharterProposal', status: 'APPLIED' } },
    { type: 'GUIDELINES_ADOPTED', subject: { __typename: 'Guidelines', edition: 1 } },
    { type: 'DECISION_CONCLUDED', subject: { __typename: 'Decision', id: decisionId } },
    { type: 'GUIDELINES_CIRCULATED', title: { text: 'Diretrizes apresentadas aos membros' } },
  ]);
  // Others see what is said to them: that it was adopted, not what led to it.
  const seen = nodes(await read('africa-rep', am)).map(({ type }: Answer['data']) => type);
  expect(seen).toContain('GUIDELINES_ADOPTED');
  expect(seen).not.toContain('DECISION_CONCLUDED');
  expect(seen).not.toContain('CHARTER_PROPOSED');
});

test('a history goes down to the founding, with its precision; meetings stand where they were held', async () => {
  const history = nodes(await read('africa-rep', af));
  expect(history.at(-1)).toEqual({
    ...{
      id: `founding:${af}`,
      date: '2023-06',
      precision: 'MONTH',
      occurredAt: null,
      type: null,
      visibility: 'PUBLIC',
    },
    title: { locale: 'pt', text: 'Fundação da rede' },
    subject: { __typename: 'Network', slug: 'net4u-africa' },
  });
  const held = history.find(({ type }: Answer['data']) => type === 'MEETING_HELD');
  expect(held).toMatchObject({
    date: '2023-12-08',
    subject: { __typename: 'Meeting', meetingKind: 'JOINT_CROSS_REGION' },
  });
  const joined = history.filter(({ type }: Answer['data']) => type === 'MEMBER_JOINED');
  expect(joined).toHaveLength(7);
  for (const { subject } of joined) expect(subject).toEqual({ __typename: 'Organisation', name: expect.any(String) });
  const moments = history.map(({ occurredAt, date }: Answer['data']) => Date.parse(occurredAt ?? date));
  expect(moments).toEqual([...moments].sort((a, b) => b - a));
  // Asia is forming: nobody knows when it was founded, and nobody says it.
  expect(nodes(await read('africa-rep', 'net:asia')).map(({ type }: Answer['data']) => type)).toEqual([
    'NETWORK_CREATED',
  ]);
});

test('pages give everything once, in the same order, whatever their size; each reader its own', async () => {
  const counts: Record<string, number> = {};
  for (const who of ['americas-rep', 'africa-rep', 'observer', 'partner', 'operator']) {
    const whole = nodes(await read(who, am)).map(({ id }: Answer['data']) => id);
    for (const first of who === 'observer' ? [1, 3] : [3]) {
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page: Answer['data'] = await read(who, am, { first, after });
        expect(page.edges.length).toBeLessThanOrEqual(first);
        seen.push(...nodes(page).map(({ id }: Answer['data']) => id));
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      } while (after !== null);
      expect(seen).toEqual(whole);
    }
    counts[who] = whole.length;
    for (const { visibility } of nodes(await read(who, am))) {
      if (who === 'observer' || who === 'operator') expect(visibility).toBe('PUBLIC');
      if (who === 'partner') expect(['PUBLIC', 'PARTNERS']).toContain(visibility);
      if (who === 'africa-rep') expect(['NETWORK', 'GROUP', 'SEAT_ONLY']).not.toContain(visibility);
    }
  }
  expect(counts['americas-rep']).toBeGreaterThan(counts['africa-rep']!);
  expect(counts['africa-rep']).toBeGreaterThan(counts.observer!);
  const bodies = nodes(await read('observer', am, { types: ['BODY_CHANGED', 'THREAD_STARTED'] }));
  expect(bodies).toHaveLength(5);
  expect(bodies[0]).toMatchObject({
    subject: { __typename: 'Body', bodyKind: 'EXPERT_GROUP' },
    title: { text: 'Órgão constituído' },
  });
});

test('rubbish is named', async () => {
  const { pageInfo } = await read('observer', am, { first: 1 });
  const codes = async (rest: object, id = am) =>
    (await members.observer!.ask(timeline, { id, ...rest })).errors?.map(({ extensions }) => extensions.code);
  expect(await codes({ after: pageInfo.endCursor }, af)).toEqual(['CURSOR_INVALID']);
  expect(await codes({ after: 'AAAA' })).toEqual(['CURSOR_INVALID']);
  expect(await codes({ first: 0 })).toEqual(['BAD_USER_INPUT']);
  expect(await codes({ first: 101 })).toEqual(['BAD_USER_INPUT']);
  expect(await codes({ types: ['NONE'] })).toBeDefined();
});
