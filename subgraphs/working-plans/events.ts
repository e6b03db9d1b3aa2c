import type { FeedEvent } from '../../kit/feed/publish.ts';
import type { ThematicArea } from '../../kit/types.ts';
import type { PlanTree } from './document/read.ts';
import type { Plan, PlanStatus } from './entities/plan.ts';
import type { VersionKind, VersionRecord } from './entities/version.ts';
import { isPublished } from './policy.ts';
import type { ActivityStatusName } from './statuses.ts';

/** `data` of PLAN_CREATED; said once in each owner network. */
export interface PlanCreated {
  planId: string;
  status: PlanStatus;
  version: number;
}

/** `data` of ACTIVITY_STATUS_CHANGED; `version` is the status's, after the change. */
export interface ActivityStatusChanged {
  activityId: string;
  planId: string;
  from: ActivityStatusName;
  to: ActivityStatusName;
  version: number;
}

/** `data` of MILESTONE_REACHED; `version` is the milestone's, after the change. */
export interface MilestoneReached {
  milestoneId: string;
  activityId: string;
  planId: string;
  reachedOn: string;
  version: number;
}

/** `data` of PLAN_SUBMITTED, PLAN_CHANGES_REQUESTED and PLAN_ARCHIVED: the plan's row after the change. */
export type PlanMoved = PlanCreated;

/** `data` of PLAN_ADOPTED. */
export interface PlanAdopted extends PlanMoved {
  /** The adopted version's number. */
  number: number;
  decisionIds: string[];
  /** The plan that it amends, if that is SUPERSEDED by this. */
  supersedes: string | null;
}

/** `data` of PLAN_VERSION_CREATED. */
export interface PlanVersionCreated {
  planId: string;
  number: number;
  kind: VersionKind;
}

/** `data` of PLAN_TEXT_REDACTED: that text went, never which. Whoever keeps copies of the plan reads it anew. */
export interface PlanTextRedacted {
  planId: string;
  /** Begun without the text. */
  epoch: number;
  /** The objective, outcome or activity in which it was, or the plan's own id; null: anywhere in the plan. */
  nodeId: string | null;
}

/** The themes that a plan has objectives for. */
export const areasOf = ({ objectives }: PlanTree): ThematicArea[] => [
  ...new Set(objectives.flatMap(({ thematicArea }) => thematicArea ?? [])),
];

/** An event about a plan, said once in each owner network. A draft is its networks' own, whatever it is to become. */
const about = (
  plan: Plan,
  thematicAreas: ThematicArea[],
  what: Pick<FeedEvent, 'type' | 'eventType'>,
  data: object,
): FeedEvent => ({
  networkIds: plan.networkIds,
  visibility: isPublished(plan) ? plan.visibility : 'NETWORK',
  ...what,
  subject: `workingplan/${plan.id}`,
  thematicAreas,
  data: { ...data },
});

const rowOf = ({ id, status, version }: Plan): PlanCreated => ({ planId: id, status, version });

export const planCreated = (plan: Plan, areas: ThematicArea[]): FeedEvent => ({
  ...about(plan, areas, { type: 'PLAN_CREATED', eventType: 'org.net4u.plan.created.v1' }, rowOf(plan)),
  occurredAt: plan.createdAt,
});

/** The plans of these three: as they are after the change. */
export const planSubmitted = (plan: Plan, areas: ThematicArea[]): FeedEvent =>
  about(plan, areas, { type: 'PLAN_SUBMITTED', eventType: 'org.net4u.plan.submitted.v1' }, rowOf(plan));

export const planArchived = (plan: Plan, areas: ThematicArea[]): FeedEvent =>
  about(plan, areas, { type: 'PLAN_ARCHIVED', eventType: 'org.net4u.plan.archived.v1' }, rowOf(plan));

/** Given back to its editors; the note is read in the graph. */
export const planChangesRequested = (plan: Plan, areas: ThematicArea[]): FeedEvent =>
  about(plan, areas, { type: 'PLAN_CHANGES_REQUESTED', eventType: 'org.net4u.plan.changes-requested.v1' }, rowOf(plan));

export const planTextRedacted = (plan: Plan, areas: ThematicArea[], data: PlanTextRedacted): FeedEvent =>
  about(plan, areas, { type: 'PLAN_TEXT_REDACTED', eventType: 'org.net4u.plan.text-redacted.v1' }, data);

export function planAdopted(
  plan: Plan,
  areas: ThematicArea[],
  by: Pick<PlanAdopted, 'number' | 'decisionIds' | 'supersedes'>,
): FeedEvent {
  const data: PlanAdopted = { ...rowOf(plan), ...by };
  return about(plan, areas, { type: 'PLAN_ADOPTED', eventType: 'org.net4u.plan.adopted.v1' }, data);
}

export function planVersionCreated(plan: Plan, areas: ThematicArea[], { number, kind }: VersionRecord): FeedEvent {
  const data: PlanVersionCreated = { planId: plan.id, number, kind };
  return about(plan, areas, { type: 'PLAN_VERSION_CREATED', eventType: 'org.net4u.plan.version-created.v1' }, data);
}

/** Said in the networks that own the activity's objective. Of a plan not yet adopted it stays with them, whatever the plan is to become. */
export function activityStatusChanged(
  plan: Plan,
  about: { networkIds: readonly string[]; thematicArea: ThematicArea | null; countries: readonly string[] },
  change: ActivityStatusChanged,
): FeedEvent {
  return {
    networkIds: about.networkIds,
    visibility: isPublished(plan) ? plan.visibility : 'NETWORK',
    type: 'ACTIVITY_STATUS_CHANGED',
    eventType: 'org.net4u.activity.status-changed.v1',
    subject: `activity/${change.activityId}`,
    thematicAreas: about.thematicArea ? [about.thematicArea] : [],
    countries: about.countries,
    data: { ...change },
  };
}

/** Said in the same networks as the status of its activity, and as widely. */
export function milestoneReached(
  plan: Plan,
  about: { networkIds: readonly string[]; thematicArea: ThematicArea | null; countries: readonly string[] },
  change: MilestoneReached,
): FeedEvent {
  return {
    networkIds: about.networkIds,
    visibility: isPublished(plan) ? plan.visibility : 'NETWORK',
    type: 'MILESTONE_REACHED',
    eventType: 'org.net4u.milestone.reached.v1',
    subject: `milestone/${change.milestoneId}`,
    thematicAreas: about.thematicArea ? [about.thematicArea] : [],
    countries: about.countries,
    data: { ...change },
  };
}
