import { describe, expect, test } from '@jest/globals';
import {
  clock,
  concluded,
  done,
  first,
  inRound,
  opened,
  plan,
  question,
  refusal,
  rules,
  said,
  second,
  send,
  take,
  type Who,
} from './decisions.ts';
import { af, am, ask, db, eventsOf, useSubgraph } from './subgraph.ts';

describe('decisions', () => {
  useSubgraph(rules);

  const step = (decision: { id: string; version: number }, more: object = {}) => ({
    decisionId: decision.id,
    expectedVersion: decision.version,
    ...more,
  });
  describe('the consent road', () => {
    test('goes step by step to ADOPTED, and is said once, with the text decided on, in the transaction of the row', async () => {
      let decision = await opened();
      expect(decision).toMatchObject({
        status: 'DRAFT',
        version: 1,
        round: 0,
        opensAt: null,
        positions: [],
        rounds: [],
      });
      expect(decision.tally[0]).toMatchObject({ responded: 0, quorumReached: false, adopts: false });
      expect(await refusal('americas-coordinator', 'startDecisionRound', step(decision))).toMatchObject([
        { __typename: 'ValidationError', path: ['input', 'decisionId'] },
      ]);
      for (const to of ['CLARIFYING', 'REACTIONS'])
        decision = await done('americas-coordinator', 'advanceDecision', step(decision, { to }));
      decision = await done('americas-coordinator', 'startDecisionRound', step(decision));
      // opened on a Wednesday at 09:00Z: Thursday to Wednesday are whole everywhere, until Thursday noon in UTC
      expect(decision).toMatchObject({ status: 'CONSENT_ROUND', round: 1, closesAt: '2026-12-10T12:00:00.000Z' });
      expect(decision.rounds).toMatchObject([{ number: 1, contentHash: first, shortReason: null }]);

      await take('americas-rep', decision, 'CONSENT');
      decision = await take('group-rep', decision, 'STAND_ASIDE', { reason: 'No view' });
      expect(decision.positions).toEqual([
        {
          organisation: { id: 'org:s03' },
          seat: { id: 'seat:s03' },
          position: 'CONSENT',
          reason: null,
          networks: [{ id: am }],
        },
        {
          organisation: { id: 'org:s05' },
          seat: { id: 'seat:s05' },
          position: 'STAND_ASIDE',
          reason: 'No view',
          networks: [{ id: am }],
        },
      ]);
      expect(decision.tally).toEqual([
        {
          network: { id: am },
          responded: 2,
          inFavour: 1,
          against: 0,
          abstaining: 1,
          quorumReached: true,
          adopts: true,
        },
      ]);
      clock.now = new Date(Date.parse(decision.closesAt) - 1);
      expect(await refusal('americas-coordinator', 'concludeDecision', step(decision))).toMatchObject([
        { path: ['input', 'decisionId'] },
      ]);
      expect(await said(decision.id)).toEqual([]);
      decision = await concluded(decision);
      expect(decision).toMatchObject({ status: 'ADOPTED', version: 5, concludedAt: '2026-12-10T12:00:00.000Z' });
      const [event, ...more] = await eventsOf(decision.id);
      expect(more).toEqual([]);
      expect(event).toMatchObject({
        network_id: am,
        type: 'DECISION_CONCLUDED',
        event_type: 'org.net4u.decision.concluded.v1',
        subject: `decision/${decision.id}`,
        visibility: 'NETWORK',
        occurred_at: clock.now,
        data: {
          decisionId: decision.id,
          networkIds: [am],
          subject: { typename: 'WorkingPlan', id: plan },
          contentHash: first,
          outcome: 'ADOPTED',
        },
      });
      const { rows } = await db.query('SELECT xmin::text FROM discussions.decision WHERE id = $1', [decision.id]);
      expect(rows[0].xmin).toBe(event.xmin);
      for (const [name, more] of [
        ['takePosition', { contentHash: first, position: 'OBJECT', reason: 'late' }],
        ['advanceDecision', { to: 'REACTIONS' }],
        ['startDecisionRound', {}],
        ['concludeDecision', {}],
        ['withdrawDecision', {}],
      ] as const) {
        const who: Who = name === 'takePosition' ? 'americas-rep' : 'americas-coordinator';
        const input = name === 'takePosition' ? { decisionId: decision.id, ...more } : step(decision, more);
        expect(await refusal(who, name, input)).toMatchObject([{ __typename: 'ValidationError' }]);
      }
      expect(await eventsOf(decision.id)).toHaveLength(1);
    });

    test('an objection stops it; integrated into a new text, it is put again, and the first round stays as history', async () => {
      let decision = await inRound();
      expect(
        await refusal('americas-coordinator', 'advanceDecision', step(decision, { to: 'INTEGRATING_OBJECTIONS' })),
      ).toMatchObject([{ path: ['input', 'to'] }]);
      for (const blank of [{}, { reason: ' \n' }]) {
        const input = { decisionId: decision.id, contentHash: first, position: 'OBJECT', ...blank };
        expect(await refusal('americas-rep', 'takePosition', input)).toMatchObject([{ path: ['input', 'reason'] }]);
      }
      await take('group-rep', decision, 'CONSENT');
      decision = await take('americas-rep', decision, 'OBJECT', { reason: 'The dates cannot be kept' });
      expect(decision.tally[0]).toMatchObject({ responded: 2, against: 1, quorumReached: true, adopts: false });
      decision = await done(
        'americas-coordinator',
        'advanceDecision',
        step(decision, { to: 'INTEGRATING_OBJECTIONS' }),
      );
      expect(
        await refusal('group-rep', 'takePosition', {
          decisionId: decision.id,
          contentHash: first,
          position: 'CONSENT',
        }),
      ).toMatchObject([{ path: ['input', 'decisionId'] }]);
      for (const contentHash of [undefined, first])
        expect(
          await refusal('americas-coordinator', 'startDecisionRound', step(decision, { contentHash })),
        ).toMatchObject([{ path: ['input', 'contentHash'] }]);
      decision = await done('americas-coordinator', 'startDecisionRound', step(decision, { contentHash: second }));
      expect(decision).toMatchObject({ status: 'CONSENT_ROUND', round: 2, contentHash: second, positions: [] });
      expect(decision.tally[0]).toMatchObject({ responded: 0, adopts: false });
      // A position on the text of before is not taken for one on this.
      expect(
        await refusal('americas-rep', 'takePosition', {
          decisionId: decision.id,
          contentHash: first,
          position: 'CONSENT',
        }),
      ).toEqual([{ __typename: 'ConflictError', currentVersion: decision.version }]);
      for (const who of ['americas-rep', 'group-rep'] as const)
        decision = await take(who, decision, 'CONSENT', { contentHash: second });
      expect(
        decision.rounds.map((r: { positions: { position: string }[] }) => r.positions.map((p) => p.position).sort()),
      ).toEqual([
        ['CONSENT', 'OBJECT'],
        ['CONSENT', 'CONSENT'],
      ]);
      decision = await concluded(decision);
      expect(decision.status).toBe('ADOPTED');
      expect((await eventsOf(decision.id)).map((e) => e.data.contentHash)).toEqual([second]);
    });

    test.each<[string, [Who, string][], string]>([
      ['below the quorum', [['americas-rep', 'CONSENT']], 'NOT_ADOPTED'],
      [
        'with a standing objection',
        [
          ['americas-rep', 'CONSENT'],
          ['group-rep', 'OBJECT'],
        ],
        'NOT_ADOPTED',
      ],
      [
        'with nobody in favour',
        [
          ['americas-rep', 'STAND_ASIDE'],
          ['group-rep', 'STAND_ASIDE'],
        ],
        'NOT_ADOPTED',
      ],
      ['after silence', [], 'NOT_ADOPTED'],
      [
        'after an objection was taken back',
        [
          ['americas-rep', 'OBJECT'],
          ['group-rep', 'CONSENT'],
          ['americas-rep', 'CONSENT'],
        ],
        'ADOPTED',
      ],
    ])('%s it ends as it must', async (_what, taken, outcome) => {
      const decision = await inRound();
      for (const [who, position] of taken) await take(who, decision, position, { reason: 'because' });
      expect((await concluded(decision)).status).toBe(outcome);
      expect(await said(decision.id)).toEqual([[am, 'DECISION_CONCLUDED', outcome]]);
    });
  });

  describe('the other methods', () => {
    test.each<[string, [Who, string][], string]>([
      [
        'more YES than NO, quorum reached',
        [
          ['americas-rep', 'YES'],
          ['group-rep', 'YES'],
          ['other-group-rep', 'NO'],
        ],
        'ADOPTED',
      ],
      [
        'abstentions count for the quorum only',
        [
          ['americas-rep', 'YES'],
          ['group-rep', 'ABSTAIN'],
          ['other-group-rep', 'ABSTAIN'],
        ],
        'ADOPTED',
      ],
      [
        'a tie',
        [
          ['americas-rep', 'YES'],
          ['group-rep', 'NO'],
          ['other-group-rep', 'ABSTAIN'],
        ],
        'NOT_ADOPTED',
      ],
      [
        'without the quorum',
        [
          ['americas-rep', 'YES'],
          ['group-rep', 'YES'],
        ],
        'NOT_ADOPTED',
      ],
    ])('MAJORITY: %s', async (_what, taken, outcome) => {
      const decision = await inRound({ method: 'MAJORITY', quorum: 3 });
      for (const [who, position] of taken) await take(who, decision, position);
      expect(
        await refusal('americas-coordinator', 'advanceDecision', step(decision, { to: 'INTEGRATING_OBJECTIONS' })),
      ).toHaveLength(1);
      expect((await concluded(decision)).status).toBe(outcome);
    });

    test('LAZY_CONSENSUS: silence is enough, an objection is not', async () => {
      const silent = await inRound({ method: 'LAZY_CONSENSUS', quorum: null });
      expect((await concluded(silent)).status).toBe('ADOPTED');
      const other = await inRound({ method: 'LAZY_CONSENSUS', quorum: null });
      for (const who of ['group-rep', 'other-group-rep'] as const) await take(who, other, 'CONSENT');
      await take('americas-rep', other, 'OBJECT', { reason: 'Not this' });
      expect((await concluded(other)).status).toBe('NOT_ADOPTED');
    });

    test('a position of the wrong kind is refused', async () => {
      const vote = await inRound({ method: 'MAJORITY' });
      const consent = await inRound();
      for (const [decision, position] of [
        [vote, 'CONSENT'],
        [vote, 'OBJECT'],
        [consent, 'YES'],
        [consent, 'ABSTAIN'],
      ] as const) {
        const input = { decisionId: decision.id, contentHash: first, position, reason: 'x' };
        expect(await refusal('americas-rep', 'takePosition', input)).toMatchObject([{ path: ['input', 'position'] }]);
      }
    });
  });

  describe('an organisation has one position', () => {
    test('also from two seats: the last one taken', async () => {
      const decision = await inRound();
      await take('americas-rep', decision, 'CONSENT');
      const { positions, tally } = await take('americas-rep-second', decision, 'OBJECT', { reason: 'On reflection' });
      expect(positions).toMatchObject([
        { organisation: { id: 'org:s03' }, seat: { id: 'seat:s03b' }, position: 'OBJECT' },
      ]);
      expect(tally[0]).toMatchObject({ responded: 1, quorumReached: false });
    });

    test('and two seats of it at the same moment leave one', async () => {
      const decision = await inRound();
      const both = ['americas-rep', 'americas-rep-second'] as const;
      await Promise.all([0, 1, 2, 3].flatMap(() => both.map((who) => take(who, decision, 'CONSENT'))));
      const { rows } = await db.query('SELECT 1 FROM discussions.decision_position WHERE decision_id = $1', [
        decision.id,
      ]);
      expect(rows).toHaveLength(1);
    });

    test('which counts in each network where a seat of it has a voice', async () => {
      const decision = await inRound({ networkIds: [am, af], method: 'MAJORITY', quorum: 1 }, {}, 'joint');
      await take('africa-rep', decision, 'YES');
      const { positions, tally } = await take('africa-rep-in-am', decision, 'NO');
      expect(positions).toMatchObject([{ position: 'NO', networks: [{ id: af }, { id: am }] }]);
      expect(tally).toMatchObject([
        { network: { id: af }, responded: 1, against: 1 },
        { network: { id: am }, responded: 1, against: 1 },
      ]);
    });
  });

  describe('a decision of several networks', () => {
    test('is adopted only when it is in each, counted over its own organisations, and said in each once', async () => {
      const joint = { networkIds: [am, af], quorum: 2 };
      const one = await inRound(joint, {}, 'joint');
      for (const who of ['americas-rep', 'group-rep', 'other-group-rep', 'africa-rep'] as const)
        await take(who, one, 'CONSENT');
      const refused = await concluded(one, 'africa-coordinator');
      expect(refused.tally).toMatchObject([
        { network: { id: af }, responded: 1, adopts: false },
        { network: { id: am }, responded: 3, adopts: true },
      ]);
      expect(await said(one.id)).toEqual([af, am].map((id) => [id, 'DECISION_CONCLUDED', 'NOT_ADOPTED']));

      const two = await inRound(joint, {}, 'joint');
      for (const who of ['americas-rep', 'group-rep', 'africa-rep', 'steering-member'] as const)
        await take(who, two, 'CONSENT');
      expect((await concluded(two, 'joint')).status).toBe('ADOPTED');
      expect(await said(two.id)).toEqual([af, am].map((id) => [id, 'DECISION_CONCLUDED', 'ADOPTED']));
    });
  });

  describe('asked again or at the wrong moment', () => {
    test('the same mutation does its work once, and answers alike', async () => {
      const input = { clientMutationId: 'open-once', ...question() };
      const answers = await Promise.all([1, 2, 3].map(() => send('americas-coordinator', 'openDecision', input)));
      expect(new Set(answers.map(({ decision }) => decision.id)).size).toBe(1);
      const other = await refusal('americas-coordinator', 'openDecision', { ...input, contentHash: second });
      expect(other).toMatchObject([{ path: ['input', 'clientMutationId'] }]);

      const decision = await inRound();
      await take('americas-rep', decision, 'CONSENT', { clientMutationId: 'p1' });
      await take('americas-rep', decision, 'STAND_ASIDE', { clientMutationId: 'p2' });
      const replayed = await take('americas-rep', decision, 'CONSENT', { clientMutationId: 'p1' });
      expect(replayed.positions).toMatchObject([{ position: 'STAND_ASIDE' }]);

      clock.now = new Date(decision.closesAt);
      const conclude = step(decision, { clientMutationId: 'c1' });
      for (const _time of [1, 2])
        expect((await done('americas-coordinator', 'concludeDecision', conclude)).status).toBe('NOT_ADOPTED');
      expect(await eventsOf(decision.id)).toHaveLength(1);
    });

    test('a step chosen on an older version is a conflict that tells the newer one', async () => {
      const decision = await opened();
      await done('americas-coordinator', 'advanceDecision', step(decision, { to: 'CLARIFYING' }));
      expect(await refusal('americas-coordinator', 'withdrawDecision', step(decision))).toEqual([
        { __typename: 'ConflictError', currentVersion: 2 },
      ]);
    });

    test('withdrawn at any step before the end, with its reason, and said', async () => {
      for (const decision of [await opened(), await inRound()]) {
        const withdrawn = await done(
          'americas-coordinator',
          'withdrawDecision',
          step(decision, { reason: 'Overtaken\u0000' }),
        );
        expect(withdrawn.status).toBe('WITHDRAWN');
        expect(await said(decision.id)).toEqual([[am, 'DECISION_CONCLUDED', 'WITHDRAWN']]);
        const { data } = await ask('americas-rep', `{ decision(id: "${decision.id}") { withdrawalReason } }`);
        expect(data.decision.withdrawalReason).toBe('Overtaken');
      }
    });
  });
});
