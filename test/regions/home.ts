import { expect, test } from '@jest/globals';
import { planLive } from '../journeys/operations.ts';
import { planId } from '../plan-writer.ts';
import { until } from '../processes.ts';
import { createPlan, type Region, type Regions, readPlan, titleIn, typeAt } from './region.ts';

const appears = (region: Region, plan: string, persona: string, text: string) =>
  until(async () => (await titleIn(region, plan, persona).catch(() => '')).includes(text));
const decide = (region: Region, plan: string, status: string) =>
  region.rows(`UPDATE working_plans.plan SET status = '${status}', version = version + 1 WHERE id = '${plan}'`);

export function describeHome(regions: () => Regions): void {
  test('a plan made in one appears in the other, is written there too, and says where its home is', async () => {
    const { americas, africa } = regions();
    const plan = await createPlan(africa, 'africa', 'Made in Africa');
    await appears(americas, plan, 'africa-editor', 'Made in Africa');
    await typeAt(americas, ', written in the Americas', plan, 'africa-editor');
    await appears(africa, plan, 'africa-editor', 'Made in Africa, written in the Americas');
    await until(() => regions().areEqual(plan, 'africa-editor'));
    // the state of a link is written down every 2 s, and the one before this case was cut
    await until(async () => (await readPlan(americas, plan, 'africa-editor')).replicas[0].connected);
    expect(await readPlan(americas, plan, 'africa-editor')).toMatchObject({
      homeRegion: 'africa',
      status: 'DRAFT',
      networks: [{ id: 'net:africa' }],
      replicas: [{ region: 'africa', connected: true, lastHeardAt: expect.any(String), waiting: 0 }],
    });
    expect(await readPlan(africa, plan)).toMatchObject({ homeRegion: 'africa', replicas: [{ region: 'americas' }] });
    const events = await americas.rows(`SELECT type FROM feed.event WHERE subject = 'workingplan/${plan}'`);
    expect(events).toEqual([{ type: 'PLAN_CREATED' }]);
  });

  test('a shipped plan has its home in the region with the smaller number; its status is followed, and what was typed meanwhile is taken', async () => {
    const { americas, africa } = regions();
    for (const region of [americas, africa])
      await until(async () => (await readPlan(region, planId)).homeRegion === 'americas');
    const plan = await createPlan(americas, 'americas', 'To be frozen');
    await appears(africa, plan, 'americas-editor', 'To be frozen');
    regions().cut();
    await decide(americas, plan, 'UNDER_REVIEW');
    expect(await typeAt(africa, ', typed before that was known', plan, 'americas-editor')).toBeUndefined();
    regions().heal();
    await appears(americas, plan, 'americas-editor', ', typed before that was known');
    await until(async () => (await readPlan(africa, plan, 'americas-editor')).status === 'UNDER_REVIEW');
    expect(await typeAt(africa, 'too late', plan, 'americas-editor')).toBe('PLAN_FROZEN');
    expect(await readPlan(africa, plan, 'americas-editor')).toMatchObject({ version: 2 });
    await decide(americas, plan, 'CHANGES_REQUESTED');
    await until(async () => (await readPlan(africa, plan, 'americas-editor')).status === 'CHANGES_REQUESTED');
    expect(await typeAt(africa, ', and again', plan, 'americas-editor')).toBeUndefined();
    await appears(americas, plan, 'americas-editor', ', and again');
  });

  test('what only the home decides is refused elsewhere; the states of activities are set in both', async () => {
    const { americas, africa } = regions();
    const { version } = await readPlan(africa, planId);
    const submitted = await (await africa.as('africa-coordinator')).ask(
      `mutation ($planId: ID!, $version: Int!) { submitPlanForReview(planId: $planId, expectedVersion: $version) {
        problems { ... on UserError { message } } } }`,
      { planId, version },
    );
    expect(submitted.data.submitPlanForReview.problems[0].message).toContain('home region, americas');
    const statusIn = async (region: Region) => {
      const { data } = await (await region.as('africa-coordinator')).ask(
        `query ($id: ID!) { workingPlan(id: $id) { objectives { outcomes { activities { id status version } } } } }`,
        { id: planId },
      );
      return data.workingPlan.objectives[0].outcomes[0].activities[0];
    };
    const before = await statusIn(africa);
    const set = async (region: Region, persona: string, status: string, expectedVersion: number) => {
      const { data, errors } = await (await region.as(persona)).ask(
        `mutation ($input: ActivityStatusInput!) { setActivityStatus(input: $input) { problems { ... on UserError { message } } } }`,
        { input: { clientMutationId: `${region.name}-${status}`, activityId: before.id, status, expectedVersion } },
      );
      expect([errors, data?.setActivityStatus.problems]).toEqual([undefined, []]);
    };
    await set(africa, 'africa-coordinator', 'IN_PROGRESS', before.version);
    await until(async () => (await statusIn(americas)).status === 'IN_PROGRESS');
    // both at once from one version: the home's stands
    regions().cut();
    const { version: seen } = await statusIn(africa);
    await set(africa, 'africa-coordinator', 'AT_RISK', seen);
    await set(americas, 'americas-coordinator', 'BLOCKED', seen);
    regions().heal();
    await until(async () => (await statusIn(africa)).status === 'BLOCKED');
    expect(await statusIn(americas)).toEqual(await statusIn(africa));
  });

  test('a redaction at home reaches the other, which keeps what the home had not got', async () => {
    const { americas, africa } = regions();
    await typeAt(americas, ' Jane Doe');
    await appears(africa, planId, 'africa-editor', 'Jane Doe');
    const follower = (await africa.as('africa-editor')).follow(planLive, { planId }, 'PlanEdits');
    regions().cut();
    expect(await typeAt(africa, ' kept')).toBeUndefined();
    const { data } = await (await americas.as('safety-officer')).ask(
      'mutation ($input: RedactPlanTextInput!) { redactPlanText(input: $input) { problems { ... on UserError { message } } } }',
      { input: { clientMutationId: 'redact', planId, text: 'Jane Doe', reason: 'a name' } },
    );
    expect(data.redactPlanText.problems).toEqual([]);
    expect(await typeAt(americas, ' at home')).toBeUndefined();
    regions().heal();
    await until(async () => (await readPlan(africa, planId)).documentEpoch === 2);
    await until(() => regions().areEqual(planId));
    for (const region of [americas, africa]) {
      const title = await titleIn(region);
      expect(title).toMatch(/(?=.* kept)(?=.* at home)/);
      expect(title).not.toContain('Jane');
      for (const table of ['plan_edit', 'plan_snapshot']) {
        const bytes = table === 'plan_edit' ? 'update' : 'update_v2';
        const held = await region.rows(
          `SELECT FROM working_plans.${table} WHERE position('Jane'::bytea IN ${bytes}) > 0`,
        );
        expect(held).toEqual([]);
      }
    }
    const events: string[] = [];
    while (events.at(-1) !== 'PlanReset') events.push((await follower.next()).data.planEdits.__typename);
    follower.close();
    await typeAt(africa, ' goes on');
    await appears(americas, planId, 'americas-editor', ' goes on');
    await typeAt(americas, ' both ways');
    await appears(africa, planId, 'africa-editor', ' both ways');
    expect(await regions().areEqual(planId)).toBe(true);
  });
}
