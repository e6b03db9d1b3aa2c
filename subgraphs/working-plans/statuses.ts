import type { EntityManager } from 'typeorm';
import type { Machine } from '../../kit/machine.ts';
import { defineEnum } from '../../kit/types.ts';

export const activityStatuses = [
  'PROPOSED',
  'PLANNED',
  'IN_PROGRESS',
  'AT_RISK',
  'BLOCKED',
  'COMPLETED',
  'CANCELLED',
  'DEFERRED',
] as const;
export type ActivityStatusName = (typeof activityStatuses)[number];
export const ActivityStatusEnum = defineEnum('ActivityStatus', activityStatuses);

export const milestoneStatuses = ['PENDING', 'REACHED', 'MISSED', 'DROPPED'] as const;
export type MilestoneStatusName = (typeof milestoneStatuses)[number];
export const MilestoneStatusEnum = defineEnum('MilestoneStatus', milestoneStatuses);

export interface ActivityState {
  status: ActivityStatusName;
  note: string | null;
  version: number;
}
export interface MilestoneState {
  status: MilestoneStatusName;
  reachedOn: string | null;
  evidence: string[];
  version: number;
}
export interface IndicatorState {
  actual: string | null;
  version: number;
}

/** What an activity, milestone or indicator is before anyone has said otherwise. */
export const newActivity: ActivityState = { status: 'PROPOSED', note: null, version: 1 };
export const newMilestone: MilestoneState = { status: 'PENDING', reachedOn: null, evidence: [], version: 1 };
export const newIndicator: IndicatorState = { actual: null, version: 1 };

const done = ['evidence or a reason'] as const;
const leave = { DEFERRED: ['a note'], CANCELLED: ['a note'] } as const;

/** The life of an activity. Any status may become DEFERRED or CANCELLED; what was deferred is taken up again as PLANNED. */
export const activityMachine: Machine<ActivityStatusName> = {
  PROPOSED: { PLANNED: [], ...leave },
  PLANNED: { IN_PROGRESS: [], ...leave },
  IN_PROGRESS: { AT_RISK: [], BLOCKED: [], COMPLETED: done, ...leave },
  AT_RISK: { IN_PROGRESS: [], BLOCKED: [], COMPLETED: done, ...leave },
  BLOCKED: { IN_PROGRESS: [], AT_RISK: [], COMPLETED: done, ...leave },
  COMPLETED: leave,
  CANCELLED: { DEFERRED: ['a note'] },
  DEFERRED: { PLANNED: [], CANCELLED: ['a note'] },
};

/** Statuses of many plans' nodes, in one statement. */
export async function readActivityStates(manager: EntityManager, planIds: readonly string[]) {
  const rows: (ActivityState & { planId: string; nodeKey: string })[] = await manager.query(
    'SELECT plan_id AS "planId", node_key AS "nodeKey", status, note, version FROM activity_status WHERE plan_id = ANY($1)',
    [planIds],
  );
  return rows;
}

export async function readMilestoneStates(manager: EntityManager, planIds: readonly string[]) {
  const rows: (MilestoneState & { planId: string; nodeKey: string })[] = await manager.query(
    `SELECT plan_id AS "planId", node_key AS "nodeKey", status, to_char(reached_on, 'YYYY-MM-DD') AS "reachedOn", evidence, version
     FROM milestone_status WHERE plan_id = ANY($1)`,
    [planIds],
  );
  return rows;
}

export async function readIndicatorStates(manager: EntityManager, planIds: readonly string[]) {
  const rows: (IndicatorState & { planId: string; nodeKey: string })[] = await manager.query(
    'SELECT plan_id AS "planId", node_key AS "nodeKey", actual, version FROM indicator_actual WHERE plan_id = ANY($1)',
    [planIds],
  );
  return rows;
}
