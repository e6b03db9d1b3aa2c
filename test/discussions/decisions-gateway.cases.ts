import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { nextUpdate } from '../next-update.ts';
import type { Member } from '../people.ts';
import { startWorld, type World } from '../world.ts';
import { first, plan } from './decisions.ts';
import { af } from './subgraph.ts';

describe('decisions gateway', () => {
  let world: World;
  let owner: pg.Client;
  let people: Record<'coordinator' | 'rep' | 'steering' | 'americas' | 'partner', Member>;
  beforeAll(async () => {
    world = await startWorld();
    owner = new pg.Client(world.databaseUrl);
    await owner.connect();
    const [coordinator, rep, steering, americas, partner] = await Promise.all(
      ['africa-coordinator', 'africa-rep', 'steering-member', 'americas-rep', 'partner'].map((name) =>
        world.people.as(name),
      ),
    );
    people = { coordinator, rep, steering, americas, partner } as typeof people;
  });
  afterAll(async () => {
    await owner?.end();
    await world?.stop();
  });

  let serial = 0;
  async function send(member: Member, step: string, input: object) {
    const type = `${step[0]?.toUpperCase()}${step.slice(1)}Input!`;
    const text = `mutation ($input: ${type}) { ${step}(input: $input) { decision { id version status } problems { __typename ... on UserError { message } } } }`;
    const { data, errors } = await member.ask(text, { input: { clientMutationId: `d${++serial}`, ...input } });
    expect(errors).toBeUndefined();
    return data[step];
  }
  const onPlan = `query ($id: ID!) { workingPlan(id: $id) { decisions {
  id status title(locale: "fr") { text }
  networks { slug } openedBy { displayName organisation { name } } subject { ... on WorkingPlan { status } }
  positions { position reason organisation { name } seat { displayName } networks { slug } }
  tally { network { slug } responded inFavour adopts }
} } }`;

  test('a network decides on the plan through the gateway, joined with the other three subgraphs', async () => {
    const { coordinator, rep, steering, americas, partner } = people;
    const opened = await send(coordinator, 'openDecision', {
      networkIds: [af],
      subject: { typename: 'WorkingPlan', id: plan },
      title: [{ locale: 'fr', text: 'Adopter le plan ?' }],
      contentHash: first,
      method: 'MAJORITY',
      quorum: 2,
    });
    const { id } = opened.decision;
    const closesAt = new Date(Date.now() + 3_600_000).toISOString();
    const round = { decisionId: id, expectedVersion: 1, closesAt };
    const refused = await send(coordinator, 'startDecisionRound', round);
    expect(refused.problems[0].message).toMatch(/^shortReason: /);
    await send(coordinator, 'startDecisionRound', { ...round, shortReason: 'In the meeting of today (sample)' });
    const position = { decisionId: id, contentHash: first, position: 'YES' };
    for (const member of [rep, steering])
      expect((await send(member, 'takePosition', { ...position, reason: 'Good' })).problems).toEqual([]);

    const { data, errors } = await rep.ask(onPlan, { id: plan });
    expect(errors).toBeUndefined();
    expect(data.workingPlan.decisions).toEqual([
      {
        id,
        status: 'CONSENT_ROUND',
        title: { text: 'Adopter le plan ?' },
        networks: [{ slug: 'net4u-africa' }],
        openedBy: { displayName: expect.any(String), organisation: { name: expect.any(String) } },
        subject: { status: 'DRAFT' },
        positions: Array(2).fill({
          position: 'YES',
          reason: 'Good',
          organisation: { name: expect.any(String) },
          seat: { displayName: expect.any(String) },
          networks: [{ slug: 'net4u-africa' }],
        }),
        tally: [{ network: { slug: 'net4u-africa' }, responded: 2, inFavour: 2, adopts: true }],
      },
    ]);

    // The other network co-owns the plan, but the decision is not its own.
    const foreign = await americas.ask(onPlan, { id: plan });
    expect(foreign).toEqual({ data: { workingPlan: { decisions: [] } } });
    expect((await partner.ask(`{ decision(id: "${id}") { id } }`)).data).toEqual({ decision: null });
    const unseen = await send(americas, 'takePosition', position);
    const unknown = await send(americas, 'takePosition', { ...position, decisionId: 'decision:none' });
    expect(unseen).toEqual(unknown);
    expect(unseen.problems).toMatchObject([{ __typename: 'ForbiddenError' }]);

    // A member that has lost its role has lost its voice; what it said in time stays.
    const { data: revoked } = await coordinator.ask(
      `mutation { revokeRole(seatId: "seat:s09", role: MEMBER_REP, networkId: "${af}") { problems { __typename } } }`,
    );
    expect(revoked.revokeRole.problems).toEqual([]);
    // The gateway may know an actor's rights for a second more.
    const until = Date.now() + 60_000;
    let late = await send(rep, 'takePosition', position);
    while (late.problems.length === 0 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      late = await send(rep, 'takePosition', position);
    }
    expect(late.problems).toMatchObject([{ __typename: 'ForbiddenError' }]);

    // The hour of the round passes.
    await owner.query('UPDATE discussions.decision_round SET closes_at = now() WHERE decision_id = $1', [id]);
    const watcher = steering.follow(
      'subscription { networkUpdates { __typename ... on NetworkUpdate { type subject data network { slug } } } }',
    );
    expect((await watcher.next()).data.networkUpdates.__typename).toBe('Heartbeat');
    const concluded = await send(coordinator, 'concludeDecision', { decisionId: id, expectedVersion: 2 });
    expect(concluded).toEqual({ decision: { id, version: 3, status: 'ADOPTED' }, problems: [] });
    expect(await nextUpdate(watcher)).toEqual({
      __typename: 'NetworkUpdate',
      type: 'DECISION_CONCLUDED',
      subject: `decision/${id}`,
      network: { slug: 'net4u-africa' },
      data: {
        decisionId: id,
        networkIds: [af],
        subject: { typename: 'WorkingPlan', id: plan },
        contentHash: first,
        outcome: 'ADOPTED',
      },
    });
    // Working plans reads it as its own login may.
    const { rows } = await owner.query("SELECT network_id FROM feed.decision WHERE data ->> 'decisionId' = $1", [id]);
    expect(rows).toEqual([{ network_id: af }]);
  });
});
