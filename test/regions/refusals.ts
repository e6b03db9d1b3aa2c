import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type * as Y from 'yjs';
import { createProcessHints } from '../../kit/hints.ts';
import { runLinkKey } from '../../subgraphs/networks/link-keys.ts';
import { planLive } from '../journeys/operations.ts';
import { createMember } from '../people.ts';
import { planId, titleOf } from '../plan-writer.ts';
import { until } from '../processes.ts';
import { createPlan, openAt, type Region, type Regions, titleIn, typeAt } from './region.ts';

/** Writes an edit into a region's log past everything that would refuse it. */
const plant = (
  region: Region,
  plan: string,
  { of, originSeq, update }: { of: string; originSeq: number | null; update: Uint8Array },
) =>
  region.rows(
    `WITH head AS (UPDATE working_plans.plan SET seq = seq + 1 WHERE id = '${plan}' RETURNING seq, epoch)
     INSERT INTO working_plans.plan_edit (plan_id, seq, epoch, edit_id, seat_id, update, region, origin_seq)
     SELECT '${plan}', seq, epoch, 'planted' || seq, 'seat:nobody', '\\x${Buffer.from(update).toString('hex')}', '${of}', ${originSeq} FROM head`,
  );
/** As an operator does on the command line. */
const operate = (region: Region, ...args: string[]) =>
  region.processes.startCompiled(['link-key', ...args], region.settings);
/** The same work in this process. */
const issue = (issuer: Region, region: string, ...networkIds: string[]) => {
  const { DATABASE_URL: url = '', GATEWAY_SECRET: secret = '' } = issuer.settings;
  return runLinkKey({ url, secret, hints: createProcessHints() }, issuer.name, { region, networkIds });
};

export function describeRefusals(regions: () => Regions): void {
  test('what a peer forges goes into quarantine with an alarm, and the rest flows', async () => {
    const { americas, africa } = regions();
    const plan = await createPlan(africa, 'africa', 'Honest');
    await until(async () => (await titleIn(americas, plan, 'africa-editor').catch(() => '')) === 'Honest');
    const forge = async (client: number, of: string, originSeq: number | null, change: (doc: Y.Doc) => void) => {
      const { doc } = await openAt(americas, plan, 'africa-editor');
      doc.clientID = client;
      let update = new Uint8Array();
      doc.once('update', (made: Uint8Array) => {
        update = new Uint8Array(made);
      });
      change(doc);
      await plant(africa, plan, { of, originSeq, update });
    };
    const type = (text: string) => (doc: Y.Doc) => titleOf(doc).insert(0, text);
    await forge(2 ** 24 + 5, 'africa', null, type('with an id of ours '));
    await forge(2 * 2 ** 24 + 7, 'americas', 999, type('as if it were ours '));
    await forge(3 * 2 ** 24 + 9, 'europe', 1, type('of a region that nobody is linked with '));
    await forge(2 * 2 ** 24 + 11, 'africa', null, (doc) => doc.getMap('rights').set('all', true));
    expect(await typeAt(africa, ' and on', plan)).toBeUndefined();
    await until(async () => (await titleIn(americas, plan, 'africa-editor')).endsWith(' and on'));
    const found = await americas.rows(
      `SELECT reason, state FROM working_plans.link_item WHERE plan_id = '${plan}' ORDER BY reason`,
    );
    expect(found).toEqual(
      ['FORBIDDEN', 'NOT_OURS', 'UNKNOWN_REGION', 'UPDATE_MALFORMED'].map((reason) => ({ reason, state: 'REFUSED' })),
    );
    expect(await titleIn(americas, plan, 'africa-editor')).toBe('Honest and on');
    const alarms = () => americas.working.output().split('was put into quarantine').length - 1;
    await until(() => alarms() >= 4); // what a process says comes by a pipe, after the rows
    expect(alarms()).toBe(4);
  });

  test('a link key opens the plans of its networks and no other door; revoked, nothing comes through it', async () => {
    const { americas, africa } = regions();
    const key = await issue(africa, 'americas', 'net:africa', 'net:americas');
    expect(key).toMatch(/^n4u_africa_[\w-]+$/);
    const partner = createMember(africa.url, key);
    const listed = await partner.ask('{ replicatedPlans(region: "x") { plans { id } } }');
    expect(listed.data.replicatedPlans.plans.map(({ id }: { id: string }) => id)).toContain(planId);
    expect(
      (await partner.ask('query ($id: ID!) { workingPlan(id: $id) { title { text } } }', { id: planId })).data,
    ).toEqual({
      workingPlan: null,
    });
    for (const operation of ['JoinPlan', 'PushPlanEdits']) {
      const variables = { planId, epoch: 1, editId: 'x', update: 'AAA=' };
      expect((await partner.ask(planLive, variables, operation)).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    }
    const other = createMember(africa.url, await issue(africa, 'asia', 'net:africa'));
    const few = await other.ask('{ replicatedPlans(region: "x") { plans { networkIds } } }');
    for (const { networkIds } of few.data.replicatedPlans.plans) expect(networkIds).toEqual(['net:africa']);
    expect(await other.ask('query ($id: ID!) { replicatedDocument(planId: $id) { epoch } }', { id: planId })).toEqual({
      data: { replicatedDocument: null },
    });
    const editor = await africa.as('africa-editor');
    const refused = await editor.ask('{ replicatedPlans(region: "x") { region } }');
    expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');

    const revoked = operate(africa, 'americas', '--revoke');
    expect([await revoked.ended(), revoked.output()]).toEqual([
      0,
      expect.stringMatching(/^\d+ keys of americas ended/),
    ]);
    const isOpen = "SELECT FROM working_plans.link_peer WHERE region = 'africa' AND connected";
    await until(async () => (await americas.rows(isOpen)).length === 0); // it takes effect within a second, on services that have turns
    await typeAt(africa, ' unheard');
    await typeAt(americas, ' heard');
    await until(async () => (await titleIn(africa)).includes(' heard'));
    await pause(2_500); // longer than between two looks of a link that works
    expect(await titleIn(americas)).not.toContain(' unheard');

    const anew = await issue(africa, 'americas', 'net:africa', 'net:americas');
    await writeFile(join(americas.dataDir, 'links', 'africa'), anew);
    await until(async () => (await titleIn(americas)).includes(' unheard'));
    expect(await regions().areEqual(planId)).toBe(true);
  });
}
