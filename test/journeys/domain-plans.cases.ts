import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import * as Y from 'yjs';
import { nextUpdate } from '../next-update.ts';
import { titleOf } from '../plan-writer.ts';
import { af, am, oneOff, soon, stage } from './domain-stage.ts';
import { networkUpdates, planLive, unified } from './operations.ts';

const text = (words: string) => [{ locale: 'en', text: words }];
const period = { periodStart: '2027-01-01', periodEnd: '2027-12-31', sourceLocale: 'en' };
const rolesIn = (networkId: string) => `{ network(id: "${networkId}") { viewerRoles } }`;

/** A plan of two networks is made by somebody who edits in both: the coordinator of Africa, whose organisation joins the Americas. */
async function joinBoth() {
  const { act, until } = stage;
  const apply = { networkId: am, organisationId: 'org:s07', motivation: 'To write one plan (sample).' };
  const sponsors = { sponsorOrganisationIds: ['org:s01', 'org:s03'] };
  const { id: membershipId } = await act(
    'africa-coordinator',
    'applyForMembership',
    { ...apply, ...sponsors },
    'membership { id }',
  );
  for (const sponsor of ['americas-coordinator', 'americas-rep']) {
    await act(sponsor, 'answerSponsorship', { membershipId, answer: 'CONFIRMED' }, 'membership { id }');
  }
  await act('americas-coordinator', 'checkApplicant', { membershipId }, 'membership { id }');
  for (const to of ['UNDER_REVIEW', 'ACTIVE']) {
    await act('americas-coordinator', 'reviewApplication', { membershipId, to }, 'membership { status }');
  }
  const grant = { seatId: 'seat:s07', role: 'MEMBER_EDITOR', networkId: am };
  await act('americas-coordinator', 'assignRole', grant, 'seat { id }');
  await until('africa-coordinator', rolesIn(am), ({ network }) => network.viewerRoles.includes('MEMBER_EDITOR'));
}

test('a plan goes from its template to adopted by two networks', async () => {
  const { see, act, refused, decide, heard, audited } = stage;
  const inside = ['americas-rep', 'africa-rep', 'steering-member'];
  const outside = ['observer', 'partner', 'operator'];
  const start = {
    ...{ networkIds: [am, af], templateId: 'template:annual', title: text('Joint plan of 2027 (sample)') },
    ...{ ...period, visibility: 'PUBLIC' },
    expertGroups: [{ thematicArea: 'FIREARMS', bodyId: 'body:am-3' }],
  };
  expect(await refused('africa-coordinator', 'createPlan', start)).toContain('ForbiddenError');
  await joinBoth();
  const tree = 'id version status networks { slug } objectives { id outcomes { activities { id } } }';
  const plan = await act('africa-coordinator', 'createPlan', start, `plan { ${tree} }`);
  const { id } = plan;
  expect(plan).toMatchObject({ status: 'DRAFT', networks: [{ slug: 'net4u-africa' }, { slug: 'net4u-americas' }] });
  expect(plan.objectives).toHaveLength(5);

  const page = `query ($id: ID!) { workingPlan(id: $id) { status contentHash progress { activitiesTotal }
    objectives { networks { slug } outcomes { activities { title { text } responsible { name } } } }
    versions(first: 5) { edges { node { kind contentHash adoptedByDecisionIds } } } }
    network(id: "${af}") { workingPlans { id } } }`;
  const expectNothing = async () => {
    for (const who of outside) {
      const { workingPlan, network } = await see(who, page, { id });
      const listed = (network.workingPlans ?? []).some((one: { id: string }) => one.id === id);
      expect({ who, workingPlan, listed }).toEqual({ who, workingPlan: null, listed: false });
      expect({ who, heard: await heard(who, id) }).toEqual({ who, heard: [] });
    }
  };
  await expectNothing();

  // Both regions write in it; what one network owns alone, the other's editor does not touch.
  const [first, second] = plan.objectives;
  const own = { objectiveId: first.id, expectedVersion: plan.version, networkIds: [am] };
  await act('africa-coordinator', 'setObjectiveNetworks', own, 'objective { networks { slug } }');
  const activityOf = (objective: typeof first) => objective.outcomes[0].activities[0].id;
  const fill = (objective: typeof first, responsibleId: string) => ({ id: activityOf(objective), responsibleId });
  await act('americas-editor', 'upsertActivity', fill(first, 'org:s02'), 'activity { id }');
  await act('africa-editor', 'upsertActivity', fill(second, 'org:s08'), 'activity { id }');
  expect(await refused('africa-editor', 'upsertActivity', fill(first, 'org:s08'))).toContain('ForbiddenError');

  const { version } = (await see('africa-coordinator', `{ workingPlan(id: "${id}") { version } }`)).workingPlan;
  const submit = (expectedVersion: number) =>
    act('africa-coordinator', 'submitPlanForReview', { planId: id, expectedVersion }, 'plan { version contentHash }');
  const early = await submit(version);
  expect(await refused('americas-editor', 'upsertActivity', fill(first, 'org:s01'))).toContain('ConflictError');
  const note = 'Name who answers for the second objective (sample).';
  const back = await act('americas-coordinator', 'requestPlanChanges', { planId: id, note }, 'plan { version status }');
  expect(back.status).toBe('CHANGES_REQUESTED');
  await act('africa-editor', 'upsertActivity', fill(second, 'org:s09'), 'activity { id }');
  const { contentHash } = await submit(back.version);
  expect(contentHash).not.toBe(early.contentHash);

  const about = { subject: { typename: 'WorkingPlan', id } };
  const inAmericas = { ...about, by: 'americas-coordinator', voices: ['americas-rep'], networkIds: [am] };
  const inAfrica = { ...about, by: 'africa-coordinator', voices: ['africa-rep', 'steering-member'], networkIds: [af] };
  const wrong = oneOff(contentHash);
  const americas = await decide({ ...inAmericas, contentHash });
  const africa = await decide({ ...inAfrica, contentHash });
  const americasOff = await decide({ ...inAmericas, contentHash: wrong });
  const africaOff = await decide({ ...inAfrica, contentHash: wrong });
  const adopt = (decisionIds: string[], hash = contentHash) => ({ planId: id, contentHash: hash, decisionIds });
  for (const who of ['americas-coordinator', 'steering-member']) {
    expect(await refused(who, 'adoptPlan', adopt([americas, africa], wrong))).toContain('ConflictError');
    expect(await refused(who, 'adoptPlan', adopt([americasOff, africaOff], wrong))).toContain('ConflictError');
    expect(await refused(who, 'adoptPlan', adopt([americasOff, africa]))).toContain('ConflictError');
    expect(await refused(who, 'adoptPlan', adopt([americas, africaOff]))).toContain('ConflictError');
    expect(await refused(who, 'adoptPlan', adopt([americas]))).toContain(af);
  }
  expect(await refused('africa-rep', 'adoptPlan', adopt([americas, africa]))).toContain('ForbiddenError');
  await expectNothing();
  await act('steering-member', 'adoptPlan', adopt([americas, africa]), 'plan { status }');

  for (const who of [...inside, 'observer', 'partner']) {
    const { workingPlan, network } = await see(who, page, { id });
    expect(workingPlan).toMatchObject({ status: 'ADOPTED', contentHash, progress: { activitiesTotal: 10 } });
    expect(workingPlan.objectives[1].outcomes[0].activities[0].responsible.name).toBe('Sample Organisation UG-3');
    expect(network.workingPlans).toContainEqual({ id });
  }
  const { workingPlan } = await see('africa-rep', page, { id });
  expect(workingPlan.versions.edges[0].node).toEqual({
    ...{ kind: 'ADOPTED', contentHash },
    adoptedByDecisionIds: [americas, africa].sort(),
  });
  const adopted = ['PLAN_ADOPTED net4u-africa', 'PLAN_ADOPTED net4u-americas'];
  for (const who of ['observer', 'partner']) expect(await heard(who, id)).toEqual(adopted);
  for (const [who, slug] of [
    ['africa-rep', 'net4u-africa'],
    ['americas-rep', 'net4u-americas'],
  ] as const) {
    const steps = ['CHANGES_REQUESTED', 'CREATED', 'SUBMITTED', 'SUBMITTED', 'VERSION_CREATED', 'VERSION_CREATED'];
    expect(await heard(who, id)).toEqual([...adopted, ...steps.map((step) => `PLAN_${step} ${slug}`)]);
  }
  for (const [who, networkId] of [
    ['americas-coordinator', am],
    ['steering-member', af],
  ] as const) {
    expect(await audited(who, networkId, id)).toEqual([`PLAN_ADOPTED version 2 ${contentHash}`]);
  }
});

test('a third network is created and works with unchanged clients', async () => {
  const { see, act, until, heard, audited } = stage;
  const slug = 'net4u-pacific';
  const others = ['net4u-americas', 'net4u-africa'];
  const readOthers = async () => {
    const seen = [];
    for (const other of others) seen.push(await see('un-liaison', unified, { slug: other }, 'Unified'));
    return seen;
  };
  const before = await readOthers();
  expect((await see('un-liaison', unified, { slug }, 'Unified')).network).toBeNull();

  // The operator makes it and admits who founds it; from then on it is theirs.
  const facts = { region: 'PACIFIC', homeRegion: 'local', timeZone: 'Pacific/Fiji', workingLanguages: ['en'] };
  const made = { slug, name: text('NET4U Pacific (sample)'), countries: ['FJ', 'WS'], ...facts };
  const { id: networkId } = await act('operator', 'createNetwork', made, 'network { id status }');
  expect(await heard('observer', networkId)).toEqual([`NETWORK_CREATED ${slug}`]);
  const founder = 'guest:founder';
  const invitation = { networkId, subject: founder, organisationName: 'Sample Organisation FJ-1', country: 'FJ' };
  const kind = { stakeholderType: 'CIVIL_SOCIETY', languages: ['en'] };
  const invited = await act('operator', 'inviteOrganisation', { ...invitation, ...kind }, 'membership { id }');
  const apply = { membershipId: invited.id, motivation: 'To begin (sample).', yourName: 'Sample Persona 50' };
  await act(founder, 'acceptInvitation', apply, 'membership { status }');
  for (const to of ['UNDER_REVIEW', 'ACTIVE']) {
    await act('operator', 'reviewApplication', { membershipId: invited.id, to }, 'membership { status }');
  }
  const { viewer } = await until(founder, '{ viewer { seat { id } } }', (data) => data.viewer.seat);
  const role = { seatId: viewer.seat.id, role: 'COORDINATOR', networkId };
  await act('operator', 'assignRole', role, 'seat { id }');
  await until(founder, rolesIn(networkId), ({ network }) => network.viewerRoles.includes('COORDINATOR'));
  const begin = { id: networkId, expectedVersion: 1, status: 'ACTIVE', foundedOn: '2026' };
  await act(founder, 'updateNetwork', begin, 'network { status }');
  const group = { networkId, kind: 'EXPERT_GROUP', thematicArea: 'FIREARMS', name: text('Firearms') };
  await act(founder, 'upsertBody', group, 'body { id }');

  // The operations that client programs rely on, as they stand in schema/operations.
  const updates = (await stage.as(founder)).follow(
    networkUpdates,
    { filter: { networks: [networkId] } },
    'NetworkUpdates',
  );
  const heartbeat = (await updates.next()).data.networkUpdates;
  const plan = await act(
    founder,
    'createPlan',
    {
      networkIds: [networkId],
      templateId: 'template:annual',
      title: text('First plan'),
      ...period,
      visibility: 'NETWORK',
    },
    'plan { id }',
  );
  const thread = {
    ...{
      clientMutationId: 'first-thread',
      networkIds: [networkId],
      visibility: 'NETWORK',
      body: 'Welcome',
      locale: 'en',
    },
    ...{ anchor: { typename: 'Network', id: networkId }, title: text('A first thread') },
  };
  const { startThread } = await see(founder, networkUpdates, { input: thread }, 'StartThread');
  expect(startThread).toMatchObject({ thread: { title: { text: 'A first thread' } }, problems: [] });
  const hour = { startsAt: soon(12), timeZone: 'Pacific/Fiji', languages: ['en'] };
  const meeting = { networkIds: [networkId], kind: 'NETWORK', title: text('First meeting'), ...hour };
  await act(founder, 'scheduleMeeting', meeting, 'meeting { id }');
  for (const type of ['PLAN_CREATED', 'THREAD_STARTED', 'MEETING_SCHEDULED']) {
    const said = await nextUpdate(updates);
    expect(said).toMatchObject({
      type,
      source: `/networks/${slug}`,
      network: { slug, memberships: { totalCount: 1 } },
    });
  }
  updates.close();
  const { networkUpdatesPage } = await see(
    founder,
    networkUpdates,
    { after: heartbeat.cursor, first: 10, filter: { networks: [networkId] } },
    'NetworkUpdatesPage',
  );
  expect(networkUpdatesPage.edges).toHaveLength(3);

  const { network } = await see(founder, unified, { slug }, 'Unified');
  expect(network).toMatchObject({
    ...{
      id: networkId,
      slug,
      foundedOn: '2026',
      foundedPrecision: 'YEAR',
      countries: [{ code: 'FJ' }, { code: 'WS' }],
    },
    bodies: [{ kind: 'EXPERT_GROUP', thematicArea: 'FIREARMS', seats: [] }],
    memberships: { totalCount: 1, edges: [{ node: { organisation: { name: 'Sample Organisation FJ-1' } } }] },
    workingPlans: [{ id: plan.id, networks: [{ slug }] }],
    threads: { edges: [{ node: { title: { text: 'A first thread' } } }] },
    meetings: [{ kind: 'NETWORK', title: { text: 'First meeting' } }],
  });
  expect(network.workingPlans[0].objectives).toHaveLength(5);

  const opened = (await see(founder, planLive, { id: plan.id }, 'OpenPlan')).workingPlan.document;
  const joined = (await see(founder, planLive, { planId: plan.id }, 'JoinPlan')).joinPlan;
  const edits = (await stage.as(founder)).follow(planLive, { planId: plan.id, after: opened.cursor }, 'PlanEdits');
  const doc = new Y.Doc();
  Y.applyUpdateV2(doc, Buffer.from(opened.update, 'base64'));
  doc.clientID = joined.clientId;
  let update = '';
  doc.once('update', (bytes: Uint8Array) => {
    update = Buffer.from(bytes).toString('base64');
  });
  titleOf(doc).insert(0, 'The ');
  const push = { planId: plan.id, epoch: joined.epoch, editId: randomUUID(), update };
  const { pushPlanEdits } = await see(founder, planLive, push, 'PushPlanEdits');
  const edit = (await edits.next()).data.planEdits;
  edits.close();
  expect(edit).toMatchObject({
    cursor: pushPlanEdits.cursor,
    seat: { organisation: { name: 'Sample Organisation FJ-1' } },
  });
  expect((await see(founder, unified, { slug }, 'Unified')).network.workingPlans[0].title.text).toBe('The First plan');

  // To others it is a network like any other: its record is public, its work is its own.
  expect(await readOthers()).toEqual(before);
  for (const outsider of ['americas-rep', 'observer', 'partner', 'operator']) {
    const seen = (await see(outsider, unified, { slug }, 'Unified')).network;
    expect({ outsider, name: seen.name.text }).toEqual({ outsider, name: 'NET4U Pacific (sample)' });
    const work = [...(seen.workingPlans ?? []), ...(seen.threads?.edges ?? []), ...(seen.meetings ?? [])];
    expect([seen.memberships.totalCount, work]).toEqual([1, []]);
    expect(await heard(outsider, plan.id)).toEqual([]);
  }
  expect(await audited(founder, networkId, viewer.seat.id)).toEqual(['ROLE_ASSIGNED COORDINATOR']);
  expect(await audited('americas-coordinator', networkId, viewer.seat.id)).toEqual([]);
});
