import type { FeedEvent } from '../../kit/feed/publish.ts';
import type { ThematicArea } from '../../kit/types.ts';
import type { Plan, PlanStatus } from './entities/plan.ts';
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

export function planCreated(plan: Plan, thematicAreas: ThematicArea[]): FeedEvent {
  const data: PlanCreated = { planId: plan.id, status: plan.status, version: plan.version };
  return {
    networkIds: plan.networkIds,
    // a draft is its networks' own, whatever it is to become
    visibility: isPublished(plan) ? plan.visibility : 'NETWORK',
    type: 'PLAN_CREATED',
    eventType: 'org.net4u.plan.created.v1',
    subject: `workingplan/${plan.id}`,
    thematicAreas,
    data: { ...data },
    occurredAt: plan.createdAt,
  };
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
