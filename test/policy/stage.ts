import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Member } from '../people.ts';
import { startWorld, type World } from '../world.ts';
import { group, net, otherGroup } from './actors.ts';
import { done } from './send.ts';
import type { Who } from './table.ts';

/** Who of the sample personas plays each role. Each holds that one role in the network, once the stage is set. */
export const personas: Record<Who, string> = {
  rep: 'africa-rep',
  editor: 'africa-editor',
  lead: 'expert-lead',
  steering: 'steering-member',
  coordinator: 'africa-coordinator',
  liaison: 'un-liaison',
  observer: 'observer',
  partner: 'partner',
  operator: 'operator',
  officer: 'safety-officer',
  stranger: 'americas-coordinator',
};
const organisations: Partial<Record<Who, string>> = {
  rep: 'org:s09',
  editor: 'org:s08',
  lead: 'org:s06',
  steering: 'org:s10',
  coordinator: 'org:s07',
  liaison: 'org:sample-un',
  observer: 'org:sample-observer',
  officer: 'org:sample-safety',
  stranger: 'org:s01',
};
export const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
export const en = (text: string) => [{ locale: 'en', text }];

/** Copies a row with other values in it. */
const copy = (table: string, changes: object, where: string) =>
  `INSERT INTO ${table} SELECT (jsonb_populate_record(r, '${JSON.stringify(changes)}')).* FROM ${table} r WHERE ${where}`;
const role = (id: string, seatId: string, name: string, bodyId: string | null) =>
  copy(
    'members.role_assignment',
    { id, seat_id: seatId, role: name, network_id: net, body_id: bodyId },
    "seat_id = 'seat:s12'",
  );

/** Before anybody asks anything, so that nobody has been resolved with other rights yet. */
const rights = [
  copy('networks.body', { id: group, network_id: net }, "id = 'body:am-5'"),
  copy('networks.body', { id: otherGroup, network_id: net }, "id = 'body:am-5'"),
  "DELETE FROM members.role_assignment WHERE seat_id = 'seat:s10' AND role = 'MEMBER_REP'",
  copy(
    'members.membership',
    { id: 'membership:stage', network_id: net },
    "organisation_id = 'org:s06' AND status = 'ACTIVE'",
  ),
  role('role:stage-1', 'seat:s09', 'MEMBER_REP', group),
  role('role:stage-2', 'seat:s08', 'MEMBER_EDITOR', group),
  role('role:stage-3', 'seat:s06', 'EXPERT_GROUP_LEAD', group),
  'UPDATE members.rights SET version = version + 1',
  `UPDATE networks.partner SET network_ids = '{${net}}' WHERE id = 'partner:sample'`,
  copy('networks.partner', { id: 'partner:stage', network_ids: [net] }, "id = 'partner:sample'"),
  copy('networks.partner', { id: 'partner:ended', network_ids: [net], status: 'REVOKED' }, "id = 'partner:sample'"),
];

/** Records in the network, each for questions of the matrix. */
export interface Stage {
  world: World;
  as(who: Who): Promise<Member>;
  sql(text: string, values?: unknown[]): Promise<unknown[]>;
  threads: Record<'public' | 'network' | 'group' | 'another group', string>;
  post: string;
  plans: Record<'draft' | 'adopted' | 'public', string>;
  /** Objectives: of the group's theme, and of another one. */
  objectives: Record<'led' | 'other', string>;
  /** Of an organisation in the other objective, by who sits there; `led` and `any` are of an organisation that nobody here is of. */
  activities: Partial<Record<Who | 'led' | 'any', string>>;
  suggestions: Record<'led' | 'other', string>;
  decision: { id: string; contentHash: string };
  meeting: string;
  guidelines: string;
  membership: string;
  /** The partner's endpoint; nothing is pushed to it. */
  webhook: string;
  /** Exports of the directory, by who asked for it. */
  exports: Record<'steering' | 'coordinator', string>;
  stop(): Promise<void>;
}

/** @param env settings besides */
export async function setStage(env: Record<string, string> = {}): Promise<Stage> {
  const boundless = ['seat', 'partner', 'person'].map((kind) => `${kind}=1000000000`).join();
  const world = await startWorld({ COST_BUDGETS: boundless, RATE_LIMITS: 'off', ...env });
  const owner = new pg.Client(world.databaseUrl);
  await owner.connect();
  const stop = async () => {
    await owner.end();
    await world.stop();
  };
  try {
    for (const statement of rights) await owner.query(statement);
    const as = (who: Who) => world.people.as(personas[who]);
    const sql = async (text: string, values: unknown[] = []) => (await owner.query(text, values)).rows;
    return { world, as, sql, stop, ...(await makeRecords(as, sql)) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeRecords(as: Stage['as'], sql: Stage['sql']) {
  const [rep, coordinator, steering] = await Promise.all([as('rep'), as('coordinator'), as('steering')]);
  const hook = { url: 'https://hooks.example.org/', filter: { types: [] } };
  const { endpoint } = await done(await as('partner'), 'createWebhook', hook, 'endpoint { id }');
  const thread = async (member: Member, visibility: string, bodyId?: string) => {
    const anchor = bodyId ? { typename: 'Body', id: bodyId } : { typename: 'Network', id: net };
    const words = { title: en('A thread'), body: 'Words', locale: 'en' };
    const input = { networkIds: [net], visibility, anchor, ...words, ...(bodyId && { bodyId }) };
    const pick = 'thread { id posts(first: 1) { edges { node { id } } } }';
    return (await done(member, 'startThread', input, pick)).thread;
  };
  const network = await thread(rep, 'NETWORK');
  const threads = {
    public: (await thread(rep, 'PUBLIC')).id,
    network: network.id,
    group: (await thread(rep, 'GROUP', group)).id,
    'another group': (await thread(rep, 'GROUP', group)).id,
  };
  await sql('UPDATE discussions.thread SET body_id = $2 WHERE id = $1', [threads['another group'], otherGroup]);
  const plan = async (visibility: string) => {
    const period = { periodStart: '2027-01-01', periodEnd: '2027-12-31' };
    const groups = { expertGroups: [{ thematicArea: 'TRAFFICKING_IN_PERSONS', bodyId: group }] };
    const input = {
      networkIds: [net],
      title: en(`Plan ${visibility}`),
      sourceLocale: 'en',
      visibility,
      ...period,
      ...groups,
    };
    return (await done(coordinator, 'createPlan', input, 'plan { id }')).plan.id as string;
  };
  const plans = { draft: await plan('PUBLIC'), adopted: await plan('NETWORK'), public: await plan('PUBLIC') };
  await sql("UPDATE working_plans.plan SET status = 'ADOPTED' WHERE id = ANY($1)", [[plans.adopted, plans.public]]);
  const nodes = await makeNodes(coordinator, rep, plans.draft);
  const contentHash = hashOf('the text');
  const opened = await done(
    coordinator,
    'openDecision',
    {
      networkIds: [net],
      subject: { typename: 'Network', id: net },
      title: en('Shall we?'),
      contentHash,
      method: 'MAJORITY',
      quorum: 1,
    },
    'decision { id version }',
  );
  const { id } = opened.decision;
  await done(coordinator, 'startDecisionRound', { decisionId: id, expectedVersion: opened.decision.version });
  const day = 86_400_000;
  const at = { startsAt: new Date(Date.now() + 7 * day).toISOString(), timeZone: 'Africa/Kampala' };
  const held = { networkIds: [net], kind: 'NETWORK', title: en('A meeting'), languages: ['en'], ...at };
  const { meeting } = await done(coordinator, 'scheduleMeeting', held, 'meeting { id }');
  const text = { networkId: net, title: 'Guidelines', body: 'Text', recordLocale: 'en' };
  const { guidelines } = await done(coordinator, 'draftGuidelines', text, 'guidelines { id }');
  const applicant = { organisationName: 'Sample applicant', stakeholderType: 'ACADEMIA', country: 'UG' };
  const applied = {
    networkId: net,
    ...applicant,
    motivation: 'To take part',
    thematicTags: ['tag'],
    languages: ['en'],
  };
  const { membership } = await done(coordinator, 'applyForMembership', applied, 'membership { id }');
  const asked = async (member: Member) =>
    (await done(member, 'requestDirectoryExport', { networkId: net, reason: 'For a test' }, 'export { id }')).export.id;
  return {
    threads,
    post: network.posts.edges[0].node.id as string,
    plans,
    ...nodes,
    decision: { id: id as string, contentHash },
    meeting: meeting.id as string,
    guidelines: guidelines.id as string,
    membership: membership.id as string,
    webhook: endpoint.id as string,
    exports: { steering: await asked(steering), coordinator: await asked(coordinator) },
  };
}

async function makeNodes(coordinator: Member, rep: Member, planId: string) {
  const objective = async (thematicArea: string) =>
    (await done(coordinator, 'upsertObjective', { planId, thematicArea, title: en(thematicArea) }, 'objective { id }'))
      .objective.id as string;
  const objectives = { led: await objective('TRAFFICKING_IN_PERSONS'), other: await objective('FIREARMS') };
  const outcome = async (objectiveId: string) =>
    (await done(coordinator, 'upsertOutcome', { objectiveId, statement: en('An outcome') }, 'outcome { id }')).outcome
      .id;
  const outcomes = { led: await outcome(objectives.led), other: await outcome(objectives.other) };
  const activity = async (outcomeId: string, responsibleId: string) =>
    (await done(coordinator, 'upsertActivity', { outcomeId, responsibleId, title: en('Work') }, 'activity { id }'))
      .activity.id as string;
  const activities: Stage['activities'] = {
    led: await activity(outcomes.led, 'org:s12'),
    any: await activity(outcomes.other, 'org:s12'),
  };
  await Promise.all(
    Object.entries(organisations).map(async ([who, organisation]) => {
      activities[who as Who] = await activity(outcomes.other, organisation);
    }),
  );
  const suggest = async (nodeId: string, was: string) => {
    const input = { nodeId, field: 'title', locale: 'en', proposedText: 'Better', baseHash: hashOf(was) };
    return (await done(rep, 'proposeSuggestion', input, 'suggestion { id }')).suggestion.id as string;
  };
  const suggestions = {
    led: await suggest(objectives.led, 'TRAFFICKING_IN_PERSONS'),
    other: await suggest(objectives.other, 'FIREARMS'),
  };
  return { objectives, activities, suggestions };
}
