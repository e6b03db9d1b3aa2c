import type { Actor, Visibility } from '../../kit/context.ts';
import { maySee } from '../../kit/visibility.ts';
import * as meetings from '../../subgraphs/discussions/meeting-policy.ts';
import * as discussions from '../../subgraphs/discussions/policy.ts';
import * as statements from '../../subgraphs/discussions/statement-policy.ts';
import * as accounts from '../../subgraphs/members/account-policy.ts';
import * as directory from '../../subgraphs/members/policy/directory.ts';
import * as seats from '../../subgraphs/members/policy/seats.ts';
import * as members from '../../subgraphs/members/policy.ts';
import * as networks from '../../subgraphs/networks/policy.ts';
import * as plans from '../../subgraphs/working-plans/policy.ts';
import { group, net, otherGroup, partnerId } from './actors.ts';

/** The answers of all pure functions that a question is put to, by their names: they must be one. */
export type Answers = Record<string, boolean>;
type Questions = Record<string, (actor: Actor) => Answers>;

const circle = (visibility: Visibility, bodyId: string | null = null) => ({ visibility, networkIds: [net], bodyId });
const inNetwork = (visibility: Visibility, bodyId: string | null = null) => ({ visibility, networkId: net, bodyId });
const plan = (status: 'DRAFT' | 'ADOPTED', visibility: Visibility = 'PUBLIC') => ({
  networkIds: [net],
  status,
  visibility,
  expertGroups: { TRAFFICKING_IN_PERSONS: group },
});
const draft = plan('DRAFT');
const led = { networkIds: [net], thematicArea: 'TRAFFICKING_IN_PERSONS' } as const;
const other = { networkIds: [net], thematicArea: 'FIREARMS' } as const;
const governed = { hasCommittee: true, hasCoordinator: true };
const seat = { id: 'seat:x', personId: 'person:x', organisationId: 'org:x', homeNetworkIds: [net], networkIds: [net] };
const partner = { id: partnerId, networkIds: [net] };
const another = { networkId: net, requestedByPersonId: 'person:x' };
const asked = { askedByPersonId: 'person:x', askedBySeatId: 'seat:x' };
const meeting = { ...circle('NETWORK'), kind: 'NETWORK' } as const;
const groupMeeting = { ...circle('NETWORK', group), kind: 'EXPERT_GROUP' } as const;

const reads =
  (visibility: Visibility, bodyId: string | null = null) =>
  (a: Actor) => ({
    'discussions.mayRead': discussions.mayRead(a, circle(visibility, bodyId)),
    'networks.maySeeOf': networks.maySeeOf(a, inNetwork(visibility, bodyId)),
  });

export const questions: Record<string, Questions> = {
  'read PUBLIC': {
    any: (a) => ({
      ...reads('PUBLIC')(a),
      maySee: maySee(a, { visibility: 'PUBLIC', networkIds: [net] }),
      'networks.maySeeNetworks': networks.maySeeNetworks(a),
      'plans.mayRead': plans.mayRead(a, plan('ADOPTED')),
    }),
  },
  'read NETWORK directory': {
    any: (a) => ({
      'members.mayReadNetwork': members.mayReadNetwork(a, net),
      'members.mayFollowMemberships': members.mayFollowMemberships(a, net),
      'members.maySeeRole': seats.maySeeRole(a, { seatId: 'seat:x', networkId: net }),
      'discussions.mayReadAttendance': discussions.mayReadAttendance(a, circle('PUBLIC'), 'org:x'),
    }),
  },
  'read GROUP threads': {
    'own group': reads('GROUP', group),
    'another group': reads('GROUP', otherGroup),
    'what was reported': (a) => ({ 'discussions.mayReadReports': discussions.mayReadReports(a, net) }),
  },
  'read NETWORK threads': { any: reads('NETWORK') },
  'read a draft plan': {
    any: (a) => ({
      'plans.mayRead': plans.mayRead(a, draft),
      'plans.mayOpenDocument': plans.mayOpenDocument(a, draft),
      'plans.mayReadInternals': plans.mayReadInternals(a, plan('ADOPTED')),
    }),
  },
  'edit a draft plan': {
    'the plan': (a) => ({
      'plans.mayEditPlan': plans.mayEditPlan(a, draft),
      'plans.mayEditStructure': plans.mayEditStructure(a, other),
      'plans.mayEditObjective': plans.mayEditObjective(a, draft, other),
      'plans.mayKeepVersion': plans.mayKeepVersion(a, draft),
      'plans.mayCreatePlan': plans.mayCreatePlan(a, [net]),
    }),
    'own objective': (a) => ({
      'plans.mayEditObjective': plans.mayEditObjective(a, draft, led),
      'plans.mayEditSomewhere': plans.mayEditSomewhere(a, draft),
    }),
    suggest: (a) => ({ 'plans.maySuggest': plans.maySuggest(a, draft, other) }),
  },
  'set activity status': {
    'of the own organisation': (a) => ({
      'plans.maySetActivityStatus': plans.maySetActivityStatus(a, draft, {
        objective: other,
        responsible: a.organisationId ?? null,
      }),
    }),
    'own objective': (a) => ({
      'plans.maySetActivityStatus': plans.maySetActivityStatus(a, draft, { objective: led, responsible: 'org:x' }),
    }),
    'any other': (a) => ({
      'plans.maySetActivityStatus': plans.maySetActivityStatus(a, draft, { objective: other, responsible: 'org:x' }),
    }),
  },
  'accept suggestions': {
    'own objective': (a) => ({ 'plans.mayResolveSuggestion': plans.mayResolveSuggestion(a, draft, led) }),
    'any other': (a) => ({
      'plans.mayResolveSuggestion': plans.mayResolveSuggestion(a, draft, other),
      'plans.mayResolveSuggestion of the plan': plans.mayResolveSuggestion(a, draft, null),
    }),
  },
  'submit plan for review': { any: (a) => ({ 'plans.maySubmit': plans.maySubmit(a, draft) }) },
  'adopt what is decided': {
    any: (a) => ({
      'plans.mayConclude': plans.mayConclude(a, draft),
      'networks.mayChangeNetwork': networks.mayChangeNetwork(a, net),
      'discussions.mayAdoptMinutes': meetings.mayAdoptMinutes(a, meeting),
      'discussions.mayAdoptMinutes of a group': meetings.mayAdoptMinutes(a, groupMeeting),
      'discussions.mayLeadStatement': statements.mayLeadStatement(a, circle('NETWORK')),
    }),
  },
  'take a position': {
    any: (a) => ({
      'discussions.voiceIn': discussions.voiceIn(a, circle('NETWORK')).length > 0,
      'discussions.mayTakeStance': statements.mayTakeStance(a, circle('NETWORK')),
    }),
  },
  'start a thread, post': {
    any: (a) => ({
      'discussions.mayStartThread': discussions.mayStartThread(a, circle('NETWORK')),
      'discussions.mayPost': discussions.mayPost(a, circle('NETWORK')),
    }),
  },
  'open a decision': {
    'of the network': (a) => ({ 'discussions.mayGuideDecision': discussions.mayGuideDecision(a, circle('NETWORK')) }),
    'in the own group': (a) => ({
      'discussions.mayGuideDecision': discussions.mayGuideDecision(a, circle('NETWORK', group)),
    }),
  },
  'decide membership': {
    prepare: (a) => ({ 'members.mayMoveMembership': members.mayMoveMembership(a, net, 'UNDER_REVIEW', governed) }),
    admit: (a) => ({ 'members.mayMoveMembership': members.mayMoveMembership(a, net, 'ACTIVE', governed) }),
    block: (a) => ({
      'members.mayMoveMembership to DECLINED': members.mayMoveMembership(a, net, 'DECLINED', governed),
      'members.mayMoveMembership to SUSPENDED': members.mayMoveMembership(a, net, 'SUSPENDED', governed),
    }),
  },
  'assign roles': {
    any: (a) => ({
      'members.mayChangeAnyRole': seats.mayChangeAnyRole(a, net),
      ...Object.fromEntries(
        (['STEERING_COMMITTEE', 'COORDINATOR', 'UN_LIAISON', 'OBSERVER', 'SAFETY_OFFICER'] as const).map((role) => [
          `members.mayChangeRole ${role}`,
          seats.mayChangeRole(a, role, net, governed),
        ]),
      ),
    }),
    'within groups': (a) =>
      Object.fromEntries(
        (['MEMBER_REP', 'MEMBER_EDITOR', 'EXPERT_GROUP_LEAD'] as const).map((role) => [
          `members.mayChangeRole ${role}`,
          seats.mayChangeRole(a, role, net, governed),
        ]),
      ),
  },
  'partner keys': {
    issue: (a) => ({ 'networks.mayIssueKey': networks.mayIssueKey(a, partner) }),
    revoke: (a) => ({ 'networks.mayRevokeKey': networks.mayRevokeKey(a, partner) }),
    'rotate own': (a) => ({ 'networks.mayRotateKey': networks.mayRotateKey(a, partner) }),
  },
  webhooks: {
    keep: (a) => ({ 'networks.mayKeepWebhooks': networks.mayKeepWebhooks(a, partner) }),
    stop: (a) => ({ 'networks.mayStopWebhooks': networks.mayStopWebhooks(a, partner) }),
  },
  'export plan': {
    'a draft': (a) => ({ 'plans.mayExport': plans.mayExport(a, draft) }),
    adopted: (a) => ({ 'plans.mayExport': plans.mayExport(a, plan('ADOPTED', 'NETWORK')) }),
    public: (a) => ({ 'plans.mayExport': plans.mayExport(a, plan('ADOPTED')) }),
  },
  'export the directory': {
    'ask for it': (a) => ({ 'members.mayExportDirectory': directory.mayExportDirectory(a, net) }),
    'agree to another’s': (a) => ({ 'members.mayApproveDirectory': directory.mayApproveDirectory(a, another) }),
    'agree to one’s own': (a) => ({
      'members.mayApproveDirectory': directory.mayApproveDirectory(a, {
        networkId: net,
        requestedByPersonId: a.personId ?? 'person:x',
      }),
    }),
  },
  'freeze a seat': {
    unasked: (a) => ({ 'members.mayFreeze': seats.mayFreeze(a, seat) }),
    ask: (a) => ({ 'members.mayAskToFreeze': seats.mayAskToFreeze(a, seat) }),
    'when asked': (a) => ({ 'members.mayFreeze': seats.mayFreeze(a, seat, { askedByPersonId: 'person:x' }) }),
  },
  'redact text': {
    unasked: (a) => ({
      'plans.mayRedact': plans.mayRedact(a, draft),
      'discussions.mayRedact': discussions.mayRedact(a, circle('NETWORK')),
      'discussions.mayRedact of a group': discussions.mayRedact(a, circle('GROUP', group)),
      'members.mayEraseReason': accounts.mayEraseReason(a, net),
    }),
    ask: (a) => ({ 'members.mayAskToRedact': accounts.mayAskToRedact(a, net) }),
    'when asked': (a) => ({
      'plans.mayRedact': plans.mayRedact(a, draft, asked),
      'discussions.mayRedact': discussions.mayRedact(a, circle('NETWORK'), asked),
    }),
  },
  'break the glass': { any: (a) => ({ 'members.mayBreakGlass': accounts.mayBreakGlass(a) }) },
};
