import type { Member } from '../people.ts';
import { group, net } from './actors.ts';
import { type Sent, send, verdictOf } from './send.ts';
import { en, hashOf, type Stage } from './stage.ts';
import type { Who } from './table.ts';

/** Answers a question of the matrix by what the gateway lets a person do; a list where several operations are about the same. */
type Call = (member: Member, who: Who, stage: Stage) => Promise<boolean | boolean[]>;

/** Sends a mutation as far as its right is asked: what keeps an allowed one from being done is no ForbiddenError. */
const may =
  (name: string, values: (stage: Stage, who: Who) => Record<string, unknown>, pick?: string): Call =>
  async (member, who, stage) =>
    verdictOf(await send(member, name, values(stage, who), pick)) === 'allowed';

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
type Data = any;

/** @param found whether what was asked for is there */
const reads =
  (query: (stage: Stage) => string, found: (data: Data) => boolean): Call =>
  async (member, _who, stage) => {
    const { data, errors = [] } = await member.ask(query(stage));
    if (errors.some(({ extensions }) => extensions?.code !== 'FORBIDDEN')) throw new Error(JSON.stringify(errors));
    return data != null && found(data);
  };
const readsThread = (which: keyof Stage['threads']) =>
  reads(
    ({ threads }) =>
      `{ thread(id: "${threads[which]}") { title { text } posts(first: 1) { edges { node { body { text } } } } } }`,
    ({ thread }) => thread !== null && thread.posts.edges.length === 1,
  );
const all =
  (...calls: Call[]): Call =>
  async (...given) =>
    (await Promise.all(calls.map((call) => call(...given)))).flat();

const never = '0'.repeat(64);
const stale = 1_000;
const long = 'x'.repeat(2_001);
const decision = (bodyId?: string) => () => ({
  networkIds: [net],
  subject: { typename: 'Network', id: net },
  title: en('Shall we do it?'),
  contentHash: hashOf('another text'),
  method: 'MAJORITY',
  quorum: 1,
  ...(bodyId && { bodyId }),
});
/** A term that ends before it begins is refused to who may assign the role. */
const assign = (role: string, bodyId?: string) =>
  may('assignRole', () => ({
    ...{ seatId: 'seat:s12', role, networkId: net, startsOn: '2027-01-01', endsOn: '2026-01-01' },
    ...(bodyId && { bodyId }),
  }));
const askToRedact = (typename: string, of: (stage: Stage) => string) =>
  may('askToRedact', (stage) => ({ networkId: net, typename, id: of(stage), reason: 'For a test' }), 'networkId');
const step = (to: string) =>
  may('reviewApplication', ({ membership }) => ({ membershipId: membership, to, expectedVersion: stale }));
const exportOf = (which: keyof Stage['plans']) =>
  may('exportPlan', ({ plans }) => ({ planId: plans[which], format: 'CSV', locale: 'en' }), 'job { id }');
const status = (of: (who: Who) => Who | 'led' | 'any') =>
  may('setActivityStatus', ({ activities }, who) => ({
    activityId: activities[of(who)] ?? activities.any,
    expectedVersion: stale,
    status: 'PLANNED',
  }));
const approve = (own: boolean): Call =>
  may('approveDirectoryExport', ({ exports }, who) => ({
    id: (who === 'steering') === own ? exports.steering : exports.coordinator,
  }));

export const calls: Record<string, Record<string, Call>> = {
  'read PUBLIC': {
    any: all(
      readsThread('public'),
      reads(
        () => '{ networks { id } }',
        ({ networks }) => networks.length > 0,
      ),
      reads(
        ({ plans }) => `{ workingPlan(id: "${plans.public}") { title { text } } }`,
        ({ workingPlan }) => workingPlan !== null,
      ),
    ),
  },
  'read NETWORK directory': {
    any: reads(
      () => `{ network(id: "${net}") { bodies { id seats { id } } } }`,
      ({ network }) => network.bodies.some(({ seats }: { seats: object[] | null }) => (seats?.length ?? 0) > 0),
    ),
  },
  'read GROUP threads': {
    'own group': readsThread('group'),
    'another group': readsThread('another group'),
    'what was reported': reads(
      () => `{ postReports(networkId: "${net}", first: 1) { edges { node { id } } } }`,
      ({ postReports }) => postReports.edges.length > 0,
    ),
  },
  'read NETWORK threads': { any: readsThread('network') },
  'read a draft plan': {
    any: reads(
      ({ plans }) => `{ workingPlan(id: "${plans.draft}") { title { text } document { update } } }`,
      ({ workingPlan }) => workingPlan !== null && workingPlan.document !== null,
    ),
  },
  'edit a draft plan': {
    'the plan': may(
      'updatePlanDetails',
      ({ plans }, who) => ({ planId: plans.draft, title: en(`By ${who}`) }),
      'plan { id }',
    ),
    'own objective': may(
      'upsertActivity',
      ({ activities }, who) => ({ id: activities.led, title: en(`By ${who}`) }),
      'activity { id }',
    ),
    suggest: may(
      'proposeSuggestion',
      ({ objectives }, who) => ({
        nodeId: objectives.other,
        field: 'title',
        locale: 'en',
        proposedText: `Firearms, says ${who}`,
        baseHash: hashOf('FIREARMS'),
      }),
      'suggestion { id }',
    ),
  },
  'set activity status': {
    'of the own organisation': status((who) => who),
    'own objective': status(() => 'led'),
    'any other': status(() => 'any'),
  },
  'accept suggestions': {
    'own objective': may('acceptSuggestion', ({ suggestions }) => ({ id: suggestions.led, note: long })),
    'any other': may('acceptSuggestion', ({ suggestions }) => ({ id: suggestions.other, note: long })),
  },
  'submit plan for review': {
    any: may('submitPlanForReview', ({ plans }) => ({ planId: plans.draft, expectedVersion: stale })),
  },
  'adopt what is decided': {
    any: all(
      may('adoptPlan', ({ plans }) => ({ planId: plans.draft, decisionIds: ['decision:none'], contentHash: never })),
      may('adoptGuidelines', ({ guidelines }) => ({ id: guidelines, decisionId: 'decision:none', contentHash: never })),
      may('adoptMinutes', ({ meeting }) => ({
        ...{ meetingId: meeting, expectedVersion: stale },
        ...{ decisionIds: ['decision:none'], contentHash: never },
      })),
    ),
  },
  'take a position': {
    any: may('takePosition', ({ decision: { id, contentHash } }) => ({ decisionId: id, contentHash, position: 'YES' })),
  },
  'start a thread, post': {
    any: all(
      may(
        'startThread',
        () => ({
          ...{ networkIds: [net], visibility: 'NETWORK', anchor: { typename: 'Network', id: net } },
          ...{ title: en('Another thread'), body: 'Words', locale: 'en' },
        }),
        'thread { id }',
      ),
      may('post', ({ threads }) => ({ threadId: threads.network, body: 'More words', locale: 'en' }), 'post { id }'),
    ),
  },
  'open a decision': {
    'of the network': may('openDecision', decision()),
    'in the own group': may('openDecision', decision(group)),
  },
  'decide membership': {
    prepare: step('UNDER_REVIEW'),
    admit: step('ACTIVE'),
    block: all(step('DECLINED'), step('SUSPENDED')),
  },
  'assign roles': {
    any: all(assign('OBSERVER'), assign('COORDINATOR'), assign('SAFETY_OFFICER')),
    'within groups': all(assign('MEMBER_REP', group), assign('MEMBER_EDITOR'), assign('EXPERT_GROUP_LEAD', group)),
  },
  'partner keys': {
    issue: all(
      may('issuePartnerKey', () => ({ partnerId: 'partner:stage', label: 'A key' }), 'partner { id }'),
      may('admitPartner', () => ({ name: 'Another', networkIds: [net] }), 'partner { id }'),
      may('setPartnerStatus', () => ({ partnerId: 'partner:stage', status: 'ACTIVE' }), 'partner { id }'),
    ),
    revoke: all(
      may('revokePartnerKey', () => ({ partnerId: 'partner:stage', keyId: 'token:none' })),
      may('setPartnerStatus', () => ({ partnerId: 'partner:ended', status: 'SUSPENDED' })),
    ),
    'rotate own': may('rotatePartnerKey', () => ({}), 'partner { id }'),
  },
  webhooks: {
    keep: may('createWebhook', () => ({ partnerId: 'partner:sample', url: 'http://refused.example/' })),
    stop: may('pauseWebhook', ({ webhook }) => ({ id: webhook, expectedVersion: stale })),
  },
  'export plan': { 'a draft': exportOf('draft'), adopted: exportOf('adopted'), public: exportOf('public') },
  'export the directory': {
    'ask for it': may('requestDirectoryExport', () => ({ networkId: net, reason: 'For a test' }), 'export { id }'),
    'agree to another’s': approve(false),
    'agree to one’s own': approve(true),
  },
  'freeze a seat': {
    unasked: may('freezeSeat', () => ({ seatId: 'seat:s11', reason: 'For a test' })),
    ask: may('askToFreezeSeat', () => ({ seatId: 'seat:s12', reason: 'For a test' })),
    // The officer, who needs not be asked, tries another one, so that the request of this one stays open.
    'when asked': may('freezeSeat', (_stage, who) => ({
      seatId: who === 'officer' ? 'seat:s11' : 'seat:s12',
      reason: 'For a test',
    })),
  },
  'redact text': {
    unasked: all(
      may('redactPost', ({ post }) => ({ postId: post, reason: 'For a test' })),
      may('redactPlanText', ({ plans }) => ({ planId: plans.draft, text: 'no such words', reason: 'For a test' })),
    ),
    ask: all(
      askToRedact('Thread', ({ threads }) => threads.public),
      askToRedact('WorkingPlan', ({ plans }) => plans.public),
    ),
    // The officer, who needs not be asked, tries others, so that the requests of these stay open.
    'when asked': all(
      may('redactThread', ({ threads }, who) => ({
        threadId: who === 'officer' ? threads.group : threads.public,
        reason: 'For a test',
      })),
      may('redactPlanText', ({ plans }, who) => ({
        planId: who === 'officer' ? plans.adopted : plans.public,
        text: 'no such words',
        reason: 'For a test',
      })),
    ),
  },
  'break the glass': {
    any: may('openBreakGlass', () => ({ networkId: net, minutes: 5, reason: 'A test of what the operator may do' })),
  },
};

/** Who else is told: without it there would be nothing for a safety officer to read. */
export const report = (member: Member, { post }: Stage): Promise<Sent> =>
  send(member, 'reportPost', { postId: post, reason: 'For a test' });
