import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { feedChannel } from '../../kit/feed/publish.ts';
import { startClock } from '../clock.ts';
import { adopt, conclude, problemOf, saidOf, sayDecision, submitted } from './life.ts';
import { af, am, type Instance, type Name, openWorld, startInstance, type World } from './subgraph.ts';

describe('life decisions', () => {
  let world: World;
  let here: Instance;
  beforeAll(async () => {
    world = await openWorld();
    here = world.instance;
  });
  afterAll(() => world.stop());

  const statusOf = async (id: string) =>
    (await world.db.query('SELECT status FROM working_plans.plan WHERE id = $1', [id])).rows[0].status;
  /** The call's error code, where it ends in one; else its problem. */
  const outcome = async (who: Name, id: string, decisionIds: string[], hash: string, at: Instance = here) => {
    try {
      const payload = await adopt(at, who, id, decisionIds, hash);
      return payload.problems.length > 0 ? problemOf(payload) : payload.plan.status;
    } catch (error) {
      return JSON.parse((error as Error).message)[0].extensions.code;
    }
  };
  const asia = 'net:asia';

  describe('A plan of two networks is adopted', () => {
    test('by one decision of both, or by one of each', async () => {
      const one = await submitted(here);
      expect(await outcome('africa-coordinator', one.id, [await conclude(world, one.id, one.hash)], one.hash)).toBe(
        'ADOPTED',
      );
      const two = await submitted(here);
      const decisions = [
        await conclude(world, two.id, two.hash, { networkIds: [am] }),
        await conclude(world, two.id, two.hash, { networkIds: [af] }),
      ];
      expect(await outcome('steering-member', two.id, decisions, two.hash)).toBe('ADOPTED');
    });

    test('not by a hash that is one character off, in what is asked or in either network’s decision', async () => {
      const { id, hash } = await submitted(here);
      const off = hash.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
      const [good, bad] = [await conclude(world, id, hash), await conclude(world, id, off)];
      const [goodAm, goodAf, badAm, badAf] = [
        await conclude(world, id, hash, { networkIds: [am] }),
        await conclude(world, id, hash, { networkIds: [af] }),
        await conclude(world, id, off, { networkIds: [am] }),
        await conclude(world, id, off, { networkIds: [af] }),
      ];
      for (const [decisions, asked] of [
        [[good], off],
        [[bad], off],
        [[bad], hash],
        [[good, bad], hash],
        [[goodAm, badAf], hash],
        [[badAm, goodAf], hash],
        [[good], hash.toUpperCase()],
        [[good], ''],
      ] as [string[], string][]) {
        expect([decisions, await outcome('steering-member', id, decisions, asked)]).toEqual([
          decisions,
          ['ConflictError', expect.stringContaining('contentHash')],
        ]);
      }
      expect(await statusOf(id)).toBe('UNDER_REVIEW');
    });

    test('not while a network is missing, whatever a decision says of itself', async () => {
      const { id, hash } = await submitted(here);
      const onlyAm = await conclude(world, id, hash, { networkIds: [am] });
      const missing = ['ValidationError', expect.stringContaining(af)];
      expect(await outcome('steering-member', id, [onlyAm], hash)).toEqual(missing);
      // said in one network's feed, as if both had taken it
      await sayDecision(world, [am], {
        decisionId: 'decision:boasts',
        networkIds: [am, af],
        subject: { typename: 'WorkingPlan', id },
        contentHash: hash,
        outcome: 'ADOPTED',
      });
      expect(await outcome('steering-member', id, ['decision:boasts'], hash)).toEqual(missing);
      // a network that does not own the plan
      const elsewhere = await conclude(world, id, hash, { networkIds: [asia] });
      expect(await outcome('steering-member', id, [onlyAm, elsewhere], hash)).toEqual([
        'ValidationError',
        expect.stringContaining(elsewhere),
      ]);
      expect(
        await outcome(
          'steering-member',
          id,
          [onlyAm, await conclude(world, id, hash, { networkIds: [af, asia] })],
          hash,
        ),
      ).toBe('ADOPTED');
    });

    test('not by a decision about another plan or another thing, nor by one that was not for it', async () => {
      const { id, hash } = await submitted(here);
      const other = await submitted(here);
      // a copy has the same text, so the same hash
      expect(other.hash).toBe(hash);
      const about = ['ValidationError', expect.stringContaining('not about this plan')];
      expect(await outcome('steering-member', id, [await conclude(world, other.id, hash)], hash)).toEqual(about);
      const thing = await conclude(world, id, hash, { subject: { typename: 'Objective', id } });
      expect(await outcome('steering-member', id, [thing], hash)).toEqual(about);
      for (const ended of ['NOT_ADOPTED', 'WITHDRAWN', 'EXPIRED'] as const) {
        const decision = await conclude(world, id, hash, { outcome: ended });
        expect(await outcome('steering-member', id, [decision], hash)).toEqual([
          'ValidationError',
          expect.stringContaining(ended),
        ]);
      }
      // what a network says last of a decision is what counts
      const decisionId = await conclude(world, id, hash);
      await conclude(world, id, hash, { decisionId, outcome: 'WITHDRAWN', networkIds: [af] });
      await expect(outcome('steering-member', id, [decisionId], hash)).resolves.toEqual([
        'ValidationError',
        expect.stringContaining('WITHDRAWN'),
      ]);
      expect(await statusOf(id)).toBe('UNDER_REVIEW');
    });

    test('once: repeated by anyone who may it changes nothing, and says nothing', async () => {
      const { id, hash } = await submitted(here);
      const decisions = [
        await conclude(world, id, hash, { networkIds: [am] }),
        await conclude(world, id, hash, { networkIds: [af] }),
      ];
      expect(await outcome('steering-member', id, decisions, hash)).toBe('ADOPTED');
      expect(await outcome('steering-member', id, decisions.toReversed(), hash)).toBe('ADOPTED');
      expect(await outcome('africa-coordinator', id, [...decisions, decisions[0]!], hash)).toBe('ADOPTED');
      const another = await conclude(world, id, hash);
      expect(await outcome('steering-member', id, [another], hash)).toEqual([
        'ValidationError',
        expect.stringContaining('ADOPTED'),
      ]);
      expect(await saidOf(world, 'PLAN_ADOPTED', id)).toHaveLength(2);
      const { rows } = await world.db.query('SELECT version FROM working_plans.plan WHERE id = $1', [id]);
      expect(rows[0].version).toBe(3);
    });
  });

  describe('A decision that is not known yet', () => {
    test('is waited for two seconds, then told apart from one that does not count', async () => {
      const { id, hash } = await submitted(here);
      const began = Date.now();
      expect(await outcome('steering-member', id, ['decision:never'], hash)).toBe('DECISION_NOT_YET_KNOWN');
      expect(Date.now() - began).toBeGreaterThanOrEqual(2_000);
      expect(await statusOf(id)).toBe('UNDER_REVIEW');
      // who may not adopt does not wait
      const passed = startClock();
      expect((await outcome('americas-editor', id, ['decision:never'], hash))[0]).toBe('ForbiddenError');
      expect(passed()).toBeLessThan(1_000);
    });

    test('and arrives meanwhile is found, though no hint came', async () => {
      const { id, hash } = await submitted(here);
      const late = 'decision:late';
      let asked: ReturnType<typeof outcome> | undefined;
      // Committed once it was looked for: only a commit has to come within the two seconds, on a slow machine too.
      const meanwhile = async () => {
        here.statements.length = 0;
        asked = outcome('steering-member', id, [late], hash);
        while (!here.statements.some((sql) => sql.includes('FROM plan_decision WHERE decision_id')))
          await new Promise((resolve) => setTimeout(resolve, 5));
      };
      await conclude(world, id, hash, { decisionId: late, hint: false, meanwhile });
      expect(await asked).toBe('ADOPTED');
    });
  });

  describe('What the feed says of decisions', () => {
    const kept = async () =>
      (
        await world.db.query(
          'SELECT decision_id, network_id, position::int, outcome FROM working_plans.plan_decision ORDER BY 1, 2',
        )
      ).rows;
    /** Adopting by a decision that is not there makes the process look. */
    const look = async (at: Instance) => {
      const { id, hash } = await submitted(here);
      expect(await outcome('steering-member', id, [await conclude(world, id, hash, { hint: false })], hash, at)).toBe(
        'ADOPTED',
      );
    };

    test('is kept once, by whichever process reads it, also when all read at once', async () => {
      const others = [
        await startInstance(world.database.url, world.hints),
        await startInstance(world.database.url, world.hints),
      ];
      try {
        const { id, hash } = await submitted(here);
        const decisions = await Promise.all(Array.from({ length: 12 }, () => conclude(world, id, hash)));
        await Promise.all([here, ...others, here].map((at) => look(at)));
        const rows = (await kept()).filter((row) => decisions.includes(row.decision_id));
        expect(rows).toHaveLength(24);
        const { rows: said } = await world.db.query('SELECT count(*)::int AS n FROM feed.decision');
        const { rows: places } = await world.db.query('SELECT positions FROM working_plans.decision_feed');
        const { rows: heads } = await world.db.query('SELECT network_id, position::int FROM feed.stream');
        expect(said[0].n).toBeGreaterThan(24);
        for (const { network_id, position } of heads)
          expect(places[0].positions[network_id]).toBeLessThanOrEqual(position);
        // with the row goes the place: from an older one it would be read again, and be the same
        const before = await kept();
        await world.db.query(`UPDATE working_plans.decision_feed SET positions = '{}'`);
        await look(here);
        expect((await kept()).filter((row) => before.some((was) => was.decision_id === row.decision_id))).toEqual(
          before,
        );
      } finally {
        for (const other of others) await other.stop();
      }
    });

    test('and is no decision as discussions writes it is passed over, and stops nothing', async () => {
      const before = await kept();
      const subject = { typename: 'WorkingPlan', id: 'plan:x' };
      const whole = { decisionId: 'decision:rubbish', networkIds: [am], subject, contentHash: 'x', outcome: 'ADOPTED' };
      for (const data of [
        {},
        { ...whole, decisionId: 7 },
        { ...whole, decisionId: 'two words' },
        { ...whole, subject: null },
        { ...whole, subject: 'plan:x' },
        { ...whole, contentHash: null },
        { ...whole, outcome: 'ADOPTED?' },
      ]) {
        await sayDecision(world, [am], data);
      }
      await look(here);
      expect((await kept()).filter((row) => row.decision_id === 'decision:rubbish')).toEqual([]);
      expect((await kept()).length).toBe(before.length + 2);
    });

    test('is read after a hint, without anyone adopting', async () => {
      const say = () => conclude(world, 'plan:whatever', 'x'.repeat(64), { hint: false });
      const rowsOf = async (id: string) => (await kept()).filter((row) => row.decision_id === id).length;
      const soon = () => new Promise((resolve) => setTimeout(resolve, 50));
      // Without a hint it is read each 5 s: once that has been, only the hint brings the next one within 4 s.
      const before = await say();
      while ((await rowsOf(before)) < 2) await soon();
      let decisionId = await say();
      while ((await rowsOf(decisionId)) > 0) decisionId = await say(); // that look may come right here
      const passed = startClock();
      world.hints.publish(feedChannel, '');
      // it is polled for: the process reads in the background, and tells nobody
      while ((await rowsOf(decisionId)) < 2) await soon();
      expect(passed()).toBeLessThan(4_000);
    });
  });
});
