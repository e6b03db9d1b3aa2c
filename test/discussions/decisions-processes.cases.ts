import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Database } from '../../kit/database/open.ts';
import { expireDecisions } from '../../subgraphs/discussions/expiry.ts';
import { decisionRules } from '../../subgraphs/discussions/round.ts';
import {
  clock,
  concluded,
  day,
  done,
  first,
  inRound,
  pass,
  rules,
  said,
  second,
  send,
  take,
  type Who,
} from './decisions.ts';
import { am, db, eventsOf, openAnother, openTables, useSubgraph } from './subgraph.ts';

describe('decisions processes', () => {
  useSubgraph(rules);

  let other: Awaited<ReturnType<typeof openAnother>>;
  let tables: Database[];
  beforeAll(async () => {
    other = await openAnother({ now: () => new Date(clock.now.getTime() - 1_000) }); // its clock is a second behind
    tables = [await openTables(), await openTables()];
  });
  afterAll(async () => {
    await other?.stop();
    await other?.stop();
    for (const one of tables ?? []) await one.stop();
  });

  const step = (decision: { id: string; version: number }, more: object = {}) => ({
    decisionId: decision.id,
    expectedVersion: decision.version,
    ...more,
  });
  const stored = async (id: string) =>
    (
      await db.query(
        `SELECT p.*, r.content_hash FROM discussions.decision_position p
       JOIN discussions.decision_round r ON r.decision_id = p.decision_id AND r.number = p.round WHERE p.decision_id = $1`,
        [id],
      )
    ).rows;

  describe('two processes', () => {
    test('that conclude at once end it once, with one event', async () => {
      for (let time = 0; time < 5; time += 1) {
        const decision = await inRound({ method: 'LAZY_CONSENSUS', quorum: null });
        clock.now = new Date(Date.parse(decision.closesAt) + 1_000);
        const answers = await Promise.all(
          [0, 1, 2, 3, 4, 5].map((n) =>
            send('americas-coordinator', 'concludeDecision', step(decision), n % 2 ? other.url : undefined),
          ),
        );
        expect(answers.filter((answer) => answer.decision?.status === 'ADOPTED')).toHaveLength(1);
        const refused = answers.flatMap(({ problems }) => problems);
        expect(refused).toEqual(Array(5).fill({ __typename: 'ConflictError', currentVersion: decision.version + 1 }));
        expect(await said(decision.id)).toEqual([[am, 'DECISION_CONCLUDED', 'ADOPTED']]);
      }
    });

    test('one concludes while the other takes positions: what was accepted was counted, what was not is not there', async () => {
      const voters: Who[] = ['americas-rep', 'group-rep', 'other-group-rep', 'africa-rep-in-am'];
      for (let time = 0; time < 8; time += 1) {
        const decision = await inRound({ method: 'MAJORITY', quorum: 1 });
        await take('lead-and-rep', decision, 'YES');
        clock.now = new Date(decision.closesAt); // over in the first process, open for a second in the other
        const input = { decisionId: decision.id, contentHash: first, position: 'NO' };
        const [ended, ...taken] = await Promise.all([
          send('americas-coordinator', 'concludeDecision', step(decision)),
          ...voters.map((who) => send(who, 'takePosition', input, other.url)),
        ]);
        const rows = await stored(decision.id);
        const accepted = taken.filter(({ problems }) => problems.length === 0);
        expect(rows).toHaveLength(1 + accepted.length);
        expect(ended?.decision.status).toBe(accepted.length === 0 ? 'ADOPTED' : 'NOT_ADOPTED');
        expect((await eventsOf(decision.id)).map((event) => event.data.outcome)).toEqual([ended?.decision.status]);
      }
    });

    test('one puts a new text while the other takes positions on the old one: none of them counts for the new', async () => {
      for (let time = 0; time < 5; time += 1) {
        let decision = await inRound();
        await take('americas-rep', decision, 'OBJECT', { reason: 'no' });
        const input = { decisionId: decision.id, contentHash: first, position: 'CONSENT' };
        const voters: Who[] = ['group-rep', 'other-group-rep', 'africa-rep-in-am', 'lead-and-rep'];
        const [integrated] = await Promise.all([
          done('americas-coordinator', 'advanceDecision', step(decision, { to: 'INTEGRATING_OBJECTIONS' })).then(
            (one) => done('americas-coordinator', 'startDecisionRound', step(one, { contentHash: second })),
          ),
          ...voters.map((who) => send(who, 'takePosition', input, other.url)),
        ]);
        decision = integrated;
        expect(decision.round).toBe(2);
        for (const row of await stored(decision.id)) expect([row.round, row.content_hash]).toEqual([1, first]);
      }
    });
  });

  describe('a round that nobody concludes', () => {
    const all = { ...decisionRules, ...rules };
    beforeEach(async () => void (await db.query('TRUNCATE discussions.decision CASCADE')));
    const expire = (database: Database | undefined) => expireDecisions(database as Database, all);

    test('expires 14 days after its end, said once, whichever process does it', async () => {
      const decision = await inRound();
      const closesAt = Date.parse(decision.closesAt);
      const draft = await done('americas-coordinator', 'openDecision', {
        ...{ networkIds: [am], subject: { typename: 'Network', id: am }, title: [{ locale: 'en', text: 'Draft' }] },
        ...{ contentHash: first, method: 'CONSENT', quorum: 1 },
      });
      clock.now = new Date(closesAt + 14 * day - 1);
      expect(await expire(tables[0])).toEqual([]);
      clock.now = new Date(closesAt + 14 * day);
      const runs = await Promise.all([0, 1, 0, 1, 0, 1].map((n) => expire(tables[n])));
      expect(runs.flat()).toEqual([decision.id]);
      expect(await said(decision.id)).toEqual([[am, 'DECISION_CONCLUDED', 'EXPIRED']]);
      const { problems } = await send('americas-coordinator', 'concludeDecision', step(decision));
      expect(problems).toEqual([{ __typename: 'ConflictError', currentVersion: decision.version + 1 }]);
      expect(await said(draft.id)).toEqual([]);
    });

    test('is either concluded or expired when both are tried at once', async () => {
      for (let time = 0; time < 5; time += 1) {
        const decision = await inRound({ method: 'LAZY_CONSENSUS', quorum: null });
        clock.now = new Date(Date.parse(decision.closesAt) + 15 * day);
        const [ended, ...expired] = await Promise.all([
          send('americas-coordinator', 'concludeDecision', step(decision)),
          ...tables.map(expire),
        ]);
        const outcome = ended?.decision ? 'ADOPTED' : 'EXPIRED';
        expect(expired.flat()).toEqual(ended?.decision ? [] : [decision.id]);
        expect(await said(decision.id)).toEqual([[am, 'DECISION_CONCLUDED', outcome]]);
      }
    });

    test('does not expire while its successor is open', async () => {
      let decision = await inRound();
      decision = await take('americas-rep', decision, 'OBJECT', { reason: 'no' });
      pass(40 * day); // long over, but found before it was expired
      decision = await done(
        'americas-coordinator',
        'advanceDecision',
        step(decision, { to: 'INTEGRATING_OBJECTIONS' }),
      );
      expect(await expire(tables[0])).toEqual([]);
      decision = await done('americas-coordinator', 'startDecisionRound', step(decision, { contentHash: second }));
      expect(await expire(tables[0])).toEqual([]);
      expect((await concluded(decision)).status).toBe('NOT_ADOPTED');
    });

    test('one that cannot be ended is reported and holds up no other', async () => {
      const [broken, sound] = [await inRound(), await inRound()];
      clock.now = new Date(Date.parse(sound.closesAt) + 14 * day);
      await db.query(
        `ALTER TABLE discussions.decision ADD CONSTRAINT refuses CHECK (id <> '${broken.id}' OR status <> 'EXPIRED')`,
      );
      const reports: unknown[] = [];
      expect(await expireDecisions(tables[0] as Database, all, (error) => reports.push(error))).toEqual([sound.id]);
      expect(String(reports)).toContain('refuses');
      await db.query('ALTER TABLE discussions.decision DROP CONSTRAINT refuses');
      expect(await expire(tables[1])).toEqual([broken.id]);
    });

    test('expires by itself where the subgraph runs, also when it was down at that time', async () => {
      const decision = await inRound();
      clock.now = new Date(Date.parse(decision.closesAt) + 14 * day);
      const third = await openAnother(rules);
      await third.stop(); // lets the run of its start end
      expect(await said(decision.id)).toEqual([[am, 'DECISION_CONCLUDED', 'EXPIRED']]);
    });
  });
});
