import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import * as Y from 'yjs';
import { load } from '../../subgraphs/working-plans/document/state.ts';
import { freshDatabase } from '../database.ts';
import { until } from '../processes.ts';
import { startRedis } from '../redis.ts';
import { describeWith } from '../required.ts';
import { checkTexts, createComparison } from './check.ts';
import { Dice } from './clock.ts';
import { GatewayEditor, openDocument, readLog } from './gateway-editor.ts';
import { Tokens } from './ledger.ts';
import { type Platform, startPlatform } from './platform.ts';

/*
 * The same rule as in the schedules, over the real road: the client library over HTTP and graphql-ws, through two gateways, into two instances of
 * working-plans that share Postgres and Redis. Every editor has a link of their own that is cut, reset and refused.
 *
 * Seeded, but in real time: a seed repeats who does what and when, not how the machines answer. SEED=7 npm run -s jest -- test/convergence/gateway.test.ts
 */
const editors = ['americas-editor', 'africa-editor', 'americas-coordinator', 'africa-coordinator', 'steering-member'];
const duration = 2_500; // ms of editing for each seed
const enough = 40; // characters that have been acknowledged

jest.spyOn(console, 'log').mockImplementation(() => {}); // Yjs, of a client id used twice
afterAll(() => void jest.restoreAllMocks());

describeWith('redis', 'editors behind two gateways', () => {
  let platform: Platform;
  const leave: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    const [database, redis, dataDir] = await Promise.all([
      freshDatabase(),
      startRedis(),
      mkdtemp(join(tmpdir(), 'net4u-convergence-')),
    ]);
    leave.push(database.drop, redis.stop, () => rm(dataDir, { recursive: true, force: true }));
    platform = await startPlatform(database.url, redis.url, dataDir);
    leave.unshift(platform.stop);
  });
  afterAll(async () => {
    for (const end of leave.splice(0)) await end();
  });

  test.each(process.env.SEED ? [Number(process.env.SEED)] : [1, 2])('seed %d', async (seed) => {
    const dice = new Dice(seed);
    const tokens = new Tokens();
    const before = await openDocument(platform, 'africa-editor');
    const people = await Promise.all(
      editors.map((persona, n) => GatewayEditor.enter(platform, persona, n % 2, { dice, tokens })),
    );
    try {
      const acknowledged = () => people.reduce((sum, person) => sum + person.acknowledged.characters.size, 0);
      // On a slow machine for longer: until there is something to compare.
      for (const end = Date.now() + duration; Date.now() < end || acknowledged() <= enough; ) {
        const person = dice.pick(people);
        if (dice.chance(0.93)) person.type();
        else await person.suffer();
        // People type at their pace: nothing is waited for but the time to the next keystroke.
        await new Promise((resolve) => setTimeout(resolve, dice.between(0, 25)));
      }
      for (const person of people) person.heal();
      const open = () => openDocument(platform, 'africa-editor');
      let reference = load((await open()).update);
      const isSame = async () => {
        if (!people.every(({ isSaved }) => isSaved)) return false;
        reference = load((await open()).update);
        const compare = createComparison(reference);
        return people.every(({ doc }) => doc && !compare(doc));
      };
      await until(isSame).catch(() => {
        const compare = createComparison(reference);
        const states = people.map(({ name, state, doc }) => `${name}: ${state}, ${doc && compare(doc)}`);
        throw new Error(`not settled within a minute:\n${states.join('\n')}`);
      });
      const log = await readLog(platform, before.cursor, (await open()).cursor);
      const failures: string[] = [];
      checkTexts(log, people, reference, (what) => failures.push(what));
      expect(failures).toEqual([]);
      // The other instance, and the log from the beginning, hold the same.
      const beside = load((await openDocument(platform, 'americas-editor', 1)).update);
      const replayed = load(before.update, log);
      for (const doc of [beside, replayed]) expect(createComparison(reference)(doc)).toBeUndefined();
      expect(Y.encodeStateVector(reference).length).toBeGreaterThan(10);
    } finally {
      await Promise.all(people.map((person) => person.leave()));
    }
  });
});
