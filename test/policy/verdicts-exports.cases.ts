import { expect, test } from '@jest/globals';
import { strFromU8, unzipSync } from 'fflate';
import type { Member } from '../people.ts';
import { done } from './send.ts';
import { en, type Stage } from './stage.ts';

const canaries = ['objective', 'activity', 'budget', 'risk', 'danger', 'note'].map((name) => `canary-${name}`);
const within = (where: string) => canaries.filter((canary) => where.includes(canary));

/** Puts a text of its own into each part of a plan that has readers of its own. */
async function fillPlan(coordinator: Member, planId: string): Promise<void> {
  const make = async (name: string, input: object, thing: string) =>
    (await done(coordinator, name, { ...input }, `${thing} { id }`))[thing].id as string;
  const objectiveId = await make('upsertObjective', { planId, title: en('canary-objective') }, 'objective');
  const outcomeId = await make('upsertOutcome', { objectiveId, statement: en('An outcome') }, 'outcome');
  const activity = { outcomeId, title: en('canary-activity') };
  const {
    activity: { id: activityId, version },
  } = await done(coordinator, 'upsertActivity', activity, 'activity { id version }');
  await done(coordinator, 'upsertBudgetLine', { activityId, label: 'canary-budget', amount: '10', currency: 'USD' });
  const risk = { activityId, likelihood: 'LOW', impact: 'LOW' };
  await done(coordinator, 'upsertRisk', { ...risk, description: en('canary-risk'), safetyRelevant: false });
  await done(coordinator, 'upsertRisk', { ...risk, description: en('canary-danger'), safetyRelevant: true });
  const deferred = { activityId, expectedVersion: version, status: 'DEFERRED', note: 'canary-note' };
  await done(coordinator, 'setActivityStatus', deferred);
}

/** Of the formats of which the words can be read: a PDF has numbers of its own letters, and is made of what DOCX is. */
const formats = ['JSON', 'CSV', 'MARKDOWN', 'ICS', 'DOCX', 'XLSX'] as const;
type Format = (typeof formats)[number];

const wordsOf = (format: Format, bytes: Uint8Array): string =>
  format === 'DOCX' || format === 'XLSX'
    ? Object.values(unzipSync(bytes))
        .map((part) => strFromU8(part))
        .join()
    : strFromU8(bytes);

async function exported(member: Member, url: string, planId: string, format: Format): Promise<string> {
  const { job } = await done(member, 'exportPlan', { planId, format, locale: 'en' }, 'job { id }');
  const find = async () => (await member.ask(`{ exportJob(id: "${job.id}") { status file { url } } }`)).data.exportJob;
  let made = await find();
  // asked again every 50 ms, as clients do: there is nothing to listen to
  for (const until = Date.now() + 60_000; made.status !== 'DONE' && Date.now() < until; made = await find()) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const file = await fetch(`${url}${made.file.url}`, { headers: { authorization: `Bearer ${member.token}` } });
  return wordsOf(format, new Uint8Array(await file.arrayBuffer()));
}

export function exportCases(stageOf: () => Stage): void {
  test('an export holds what its reader is shown of the plan, and nothing besides', async () => {
    const stage = stageOf();
    const { public: planId } = stage.plans;
    const setStatus = (status: string) =>
      stage.sql('UPDATE working_plans.plan SET status = $2 WHERE id = $1', [planId, status]);
    await setStatus('DRAFT');
    await fillPlan(await stage.as('coordinator'), planId);
    await setStatus('ADOPTED');
    const nodes =
      'title { text } outcomes { activities { title { text } statusNote budget { label } risks { description { text } } } }';
    const ask = `{ workingPlan(id: "${planId}") { objectives { ${nodes} } } }`;
    const verdicts: Record<string, string[]> = {};
    const readers = ['rep', 'coordinator', 'liaison', 'observer', 'partner', 'stranger'] as const;
    await Promise.all(
      readers.map(async (who) => {
        const member = await stage.as(who);
        const shown = within(JSON.stringify((await member.ask(ask)).data));
        for (const format of formats) {
          const held = within(await exported(member, stage.world.url, planId, format));
          if (format === 'JSON') verdicts[who] = held;
          // A format may have no place for something; none has what is not shown.
          expect([who, format, held.filter((canary) => !shown.includes(canary))]).toEqual([who, format, []]);
          if (format !== 'ICS')
            expect([who, format, held]).toEqual([who, format, expect.arrayContaining([canaries[1]])]);
        }
        expect([who, verdicts[who]]).toEqual([who, shown]);
      }),
    );
    expect(verdicts.rep).toEqual(canaries);
    expect(verdicts.observer).toEqual(['canary-objective', 'canary-activity', 'canary-risk']);
    for (const who of ['partner', 'stranger']) expect([who, verdicts[who]]).toEqual([who, verdicts.observer]);
  });
}
