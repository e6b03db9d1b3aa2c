import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startClock } from '../clock.ts';
import { planId, Writer } from '../plan-writer.ts';
import { Processes, until } from '../processes.ts';
import { describeHeads } from './heads.ts';
import { describeHome } from './home.ts';
import { describeRefusals } from './refusals.ts';
import { editorOf, type Region, Regions, titleIn } from './region.ts';

/** How long the link is cut, ms, while both sides type. */
const cutFor = Number(process.env.TEST_CUT_MS ?? 5_000);
const converged = 5_000; // ms after a cut has healed
let regions: Regions;
beforeAll(async () => {
  regions = await Regions.start(await Processes.open());
});
afterAll(() => regions?.stop());

const writers = () => Promise.all(regions.both.map(async (region) => Writer.join(await editorOf(region))));

/**
 * Types for `ms`, some thirty edits a second, and on to the number that a case needs.
 * @returns the texts, each acknowledged, and how long the second slowest took: one may come when its service gets no turn
 */
async function typeFor(
  writer: Writer,
  ms: number,
  word: string,
  least = 1,
): Promise<{ texts: string[]; slowest: number }> {
  const texts: string[] = [];
  const times: number[] = [];
  for (const end = Date.now() + ms; Date.now() < end || texts.length < least; await pause(20)) {
    const text = ` ${word}${texts.length};`;
    const passed = startClock();
    await writer.push(writer.type(text));
    times.push(passed());
    texts.push(text);
  }
  return { texts, slowest: times.sort((a, b) => b - a)[1] ?? 0 };
}

/** Each region's own edits, by their numbers there, as a region's log has them. The first edit of a shipped plan is everywhere from the start. */
async function logOf(region: Region, of: Region): Promise<number[]> {
  const rows = await region.rows(
    `SELECT coalesce(origin_seq, seq)::int AS number FROM working_plans.plan_edit
     WHERE plan_id = '${planId}' AND region = '${of.name}' AND coalesce(origin_seq, seq) > 1 ORDER BY 1`,
  );
  return rows.map(({ number }) => number as number);
}
async function expectEachOnce(): Promise<void> {
  const { americas, africa } = regions;
  expect(await logOf(africa, americas)).toEqual(await logOf(americas, americas));
  expect(await logOf(americas, africa)).toEqual(await logOf(africa, africa));
  for (const region of regions.both) expect(await region.rows('SELECT * FROM working_plans.link_item')).toEqual([]);
}

describe('two regions that have loaded the same plan', () => {
  test('exchange its edits, each once and without echo', async () => {
    const [here, there] = await writers();
    await here!.push(here!.type(' of the Americas'));
    await there!.push(there!.type(' of Africa'));
    await until(() => regions.areEqual(planId));
    for (const region of regions.both)
      expect(await titleIn(region)).toEqual(
        expect.stringMatching(/of the Americas.*of Africa|of Africa.*of the Americas/),
      );
    await expectEachOnce();
  });

  test(`cut from each other for ${cutFor} ms both go on, and are equal within ${converged} ms`, async () => {
    const [here, there] = await writers();
    regions.cut();
    const many = cutFor / 100;
    const typed = await Promise.all([typeFor(here!, cutFor, 'am', many), typeFor(there!, cutFor, 'af', many)]);
    for (const { slowest } of typed) expect(slowest).toBeLessThan(2_000);
    expect(await titleIn(regions.africa)).not.toContain(' am0;');
    regions.heal();
    const passed = startClock();
    await until(() => regions.areEqual(planId));
    const took = Math.round(passed());
    process.stderr.write(`${typed.map(({ texts }) => texts.length).join(' and ')} edits: equal after ${took} ms\n`);
    expect(took).toBeLessThan(converged);
    for (const region of regions.both) {
      const title = await titleIn(region);
      for (const { texts } of typed) for (const text of texts) expect(title.split(text)).toHaveLength(2);
    }
    await expectEachOnce();
  });

  test('take each edit once, though a process is killed while it takes them and reads some again', async () => {
    const { americas, africa } = regions;
    const [here, there] = await writers();
    regions.ways.toAmericas.cut();
    await typeFor(here!, 1_000, 'killed');
    regions.ways.toAmericas.heal();
    await until(async () => (await titleIn(africa)).includes(' killed0;'));
    await africa.kill();
    await africa.rows('DELETE FROM working_plans.link_plan');
    await here!.push(here!.type(' meanwhile'));
    africa.startWorking();
    await africa.becomesReady();
    await there!.push(there!.type(' afterwards'));
    await until(() => regions.areEqual(planId));
    expect(await titleIn(africa)).toContain(' meanwhile');
    expect(await titleIn(americas)).toContain(' afterwards');
    await expectEachOnce();
  });
});

describe('between two regions', () => {
  describeHome(() => regions);
  describeRefusals(() => regions);
  describeHeads(() => regions);
});
