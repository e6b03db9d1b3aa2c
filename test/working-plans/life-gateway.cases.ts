import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Answer, Member } from '../people.ts';
import { startWorld, type World } from '../world.ts';
import { af, am, joint } from './subgraph.ts';

describe('life gateway', () => {
  let world: World;
  let owner: pg.Client;
  let members: Record<string, Member>;
  beforeAll(async () => {
    world = await startWorld();
    owner = new pg.Client(world.databaseUrl);
    await owner.connect();
    const names = ['americas-coordinator', 'africa-coordinator', 'americas-rep', 'africa-rep', 'steering-member'];
    members = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await world.people.as(name)])));
  });
  afterAll(async () => {
    await owner?.end();
    await world?.stop();
  });

  const problems = 'problems { __typename ... on UserError { message } }';
  const ask = async (who: string, query: string, variables: Record<string, unknown> = {}): Promise<Answer['data']> => {
    const { data, errors } = await members[who]!.ask(query, variables);
    expect(errors).toBeUndefined();
    return data;
  };
  let serial = 0;
  async function decide(who: string, step: string, input: object) {
    const type = `${step[0]?.toUpperCase()}${step.slice(1)}Input!`;
    const data = await ask(
      who,
      `mutation ($input: ${type}) { ${step}(input: $input) { decision { id version status } ${problems} } }`,
      {
        input: { clientMutationId: `life${++serial}`, ...input },
      },
    );
    expect(data[step].problems).toEqual([]);
    return data[step].decision;
  }
  const adopting = `mutation ($decisionIds: [ID!]!, $contentHash: String!) {
  adoptPlan(planId: "${joint}", decisionIds: $decisionIds, contentHash: $contentHash) { plan { status } ${problems} } }`;

  test('two networks review a joint plan, decide on its text, each for itself, and adopt it', async () => {
    const { submitPlanForReview: submitted } = await ask(
      'americas-coordinator',
      `mutation { submitPlanForReview(planId: "${joint}", expectedVersion: 1) {
       plan { status contentHash versions(first: 1) { edges { node { number kind content contentHash createdBy { displayName } } } } } ${problems} } }`,
    );
    expect(submitted.problems).toEqual([]);
    const { contentHash, versions } = submitted.plan;
    const [{ node: version }] = versions.edges;
    expect(version).toMatchObject({
      number: 1,
      kind: 'SUBMITTED',
      contentHash,
      createdBy: { displayName: expect.any(String) },
    });
    expect(createHash('sha256').update(version.content, 'utf8').digest('hex')).toBe(contentHash);

    const rounds = [
      { network: am, coordinator: 'americas-coordinator', voice: 'americas-rep' },
      { network: af, coordinator: 'africa-coordinator', voice: 'africa-rep' },
    ];
    const open: { id: string; coordinator: string }[] = [];
    for (const { network, coordinator, voice } of rounds) {
      const { id } = await decide(coordinator, 'openDecision', {
        networkIds: [network],
        subject: { typename: 'WorkingPlan', id: joint },
        title: [{ locale: 'en', text: 'Adopt the joint plan?' }],
        contentHash,
        method: 'MAJORITY',
        quorum: 1,
      });
      const closesAt = new Date(Date.now() + 3_600_000).toISOString();
      await decide(coordinator, 'startDecisionRound', {
        decisionId: id,
        expectedVersion: 1,
        closesAt,
        shortReason: 'In the meeting of today (sample)',
      });
      await decide(voice, 'takePosition', { decisionId: id, contentHash, position: 'YES' });
      // the hour of the round passes
      await owner.query('UPDATE discussions.decision_round SET closes_at = now() WHERE decision_id = $1', [id]);
      open.push({ id, coordinator });
    }
    const decisionIds = open.map(({ id }) => id);
    const conclude = async ({ id, coordinator }: (typeof open)[number]) => {
      expect((await decide(coordinator, 'concludeDecision', { decisionId: id, expectedVersion: 2 })).status).toBe(
        'ADOPTED',
      );
    };

    await conclude(open[0]!);
    const alone = await ask('steering-member', adopting, { decisionIds: decisionIds.slice(0, 1), contentHash });
    expect(alone.adoptPlan).toMatchObject({
      plan: null,
      problems: [{ __typename: 'ValidationError', message: expect.stringContaining(af) }],
    });
    const early = await members['steering-member']!.ask(adopting, { decisionIds, contentHash });
    expect(early.errors?.[0]?.extensions).toMatchObject({ code: 'DECISION_NOT_YET_KNOWN', retryAfterMs: 2_000 });

    const watcher = members['africa-rep']!.follow(
      'subscription { networkUpdates { ... on NetworkUpdate { type subject network { slug } data } } }',
    );
    await watcher.next();
    await conclude(open[1]!);
    expect((await ask('steering-member', adopting, { decisionIds, contentHash })).adoptPlan).toEqual({
      plan: { status: 'ADOPTED' },
      problems: [],
    });
    const updates = [(await watcher.next()).data.networkUpdates, (await watcher.next()).data.networkUpdates];
    expect(updates).toEqual([
      expect.objectContaining({ type: 'DECISION_CONCLUDED' }),
      {
        type: 'PLAN_ADOPTED',
        subject: `workingplan/${joint}`,
        network: { slug: 'net4u-africa' },
        data: {
          planId: joint,
          status: 'ADOPTED',
          version: 3,
          number: 1,
          decisionIds: [...decisionIds].sort(),
          supersedes: null,
        },
      },
    ]);
    watcher.close();

    const { workingPlan } = await ask(
      'africa-rep',
      `{ workingPlan(id: "${joint}") { status decisions { id status contentHash }
       versions { edges { node { kind contentHash adoptedByDecisionIds contributors { displayName organisation { name } } } } } } }`,
    );
    expect(workingPlan).toMatchObject({
      status: 'ADOPTED',
      versions: { edges: [{ node: { kind: 'ADOPTED', contentHash } }] },
    });
    expect(workingPlan.versions.edges[0].node.adoptedByDecisionIds).toEqual([...decisionIds].sort());
    const { amendPlan } = await ask(
      'africa-coordinator',
      `mutation { amendPlan(planId: "${joint}") { plan { status contentHash amends { id } } ${problems} } }`,
    );
    expect(amendPlan).toEqual({ plan: { status: 'DRAFT', contentHash, amends: { id: joint } }, problems: [] });
  });

  test('a plan leaves as a file, through the gateway, to the seat that asked for it', async () => {
    const { exportPlan } = await ask(
      'africa-rep',
      `mutation { exportPlan(input: { clientMutationId: "file", planId: "${joint}", format: CSV, locale: "es" }) { job { id } ${problems} } }`,
    );
    expect(exportPlan.problems).toEqual([]);
    const find = async () =>
      (await ask('africa-rep', `{ exportJob(id: "${exportPlan.job.id}") { status file { url name bytes } } }`))
        .exportJob;
    let job = await find();
    // asked again every 50 ms, as clients do: there is nothing to listen to
    for (let tries = 0; job.status !== 'DONE' && tries < 1_200; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      job = await find();
    }
    const fetchAs = (who: string) =>
      fetch(`${world.url}${job.file.url}`, { headers: { authorization: `Bearer ${members[who]!.token}` } });
    const response = await fetchAs('africa-rep');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([bytes.byteLength, bytes.includes('Objetivo')]).toEqual([job.file.bytes, true]);
    for (const who of ['americas-rep', 'steering-member']) expect((await fetchAs(who)).status).toBe(404);
  });
});
