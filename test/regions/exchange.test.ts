import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { contentEquals } from '../../subgraphs/working-plans/document/state.ts';
import type { Member } from '../people.ts';
import { planId, titleOf, Writer } from '../plan-writer.ts';
import { Processes, until } from '../processes.ts';
import { openAt, type Region, Regions } from './region.ts';

/** How long the link is cut, ms. A link that says nothing for 10 s is given up. */
const cutFor = Number(process.env.TEST_CUT_MS ?? 6_000);
let regions: Regions;
beforeAll(async () => {
  regions = await Regions.start(await Processes.open());
}, 120_000);
afterAll(() => regions?.stop());

const editorOf = (region: Region) => region.as(`${region.name}-editor`);
const titleIn = async (region: Region, plan = planId) =>
  titleOf((await openAt(region, `${region.name}-editor`, plan)).doc).toString();
const equal = async (plan = planId) => {
  const [here, there] = await Promise.all(regions.both.map((region) => openAt(region, `${region.name}-editor`, plan)));
  return contentEquals(here!.doc, there!.doc);
};
const says = (region: Region, ...texts: string[]) =>
  until(async () => {
    const title = await titleIn(region);
    return texts.every((text) => title.includes(text));
  }, 20_000);
const count = async (region: Region, of: Region) =>
  Number((await region.rows(`SELECT count(*) FROM working_plans.plan_edit WHERE region = '${of.name}'`))[0]!.count);

describe('two regions', () => {
  test('that have loaded the same plan exchange its edits, each once and without echo', async () => {
    const [here, there] = await Promise.all(regions.both.map(async (region) => Writer.join(await editorOf(region))));
    await here!.push(here!.type(' of the Americas'));
    await there!.push(there!.type(' of Africa'));
    await says(regions.africa, 'of the Americas', 'of Africa');
    await says(regions.americas, 'of the Americas', 'of Africa');
    expect(await equal()).toBe(true);
  });
});
