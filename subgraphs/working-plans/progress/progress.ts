import type { ActivityTree } from '../document/read.ts';
import type { ActivityStatusName, MilestoneStatusName } from '../statuses.ts';

/** An activity as its progress is counted. */
export interface Counted {
  node: Pick<ActivityTree, 'key' | 'code' | 'startsOn' | 'endsOn' | 'responsible' | 'dependsOn'>;
  status: ActivityStatusName;
  /** Of its milestones. */
  milestones: readonly MilestoneStatusName[];
}

/** Neither done nor given up. */
export const isOpenStatus = (status: ActivityStatusName): boolean => status !== 'COMPLETED' && status !== 'CANCELLED';

export const isBegun = (status: ActivityStatusName): boolean =>
  status === 'IN_PROGRESS' || status === 'AT_RISK' || status === 'BLOCKED';

/**
 * How far an activity is: 100 once it is COMPLETED; until then the part of its milestones that are reached, those that were dropped left out, and 95 at most; without
 * milestones 50 while it is under way. Null for one that is CANCELLED: it does not count.
 */
export function percentOf({ status, milestones }: Pick<Counted, 'status' | 'milestones'>): number | null {
  if (status === 'CANCELLED') return null;
  if (status === 'COMPLETED') return 100;
  const counted = milestones.filter((one) => one !== 'DROPPED');
  if (counted.length === 0) return isBegun(status) ? 50 : 0;
  return Math.min(95, Math.floor((counted.filter((one) => one === 'REACHED').length * 100) / counted.length));
}

export interface Progress {
  activitiesTotal: number;
  completed: number;
  atRisk: number;
  milestonesReached: number;
  milestonesTotal: number;
  percent: number | null;
  inProgress: number;
  cancelled: number;
  deferred: number;
  late: number;
}

/** @param today YYYY-MM-DD: what ended before it, and is open, is late */
export function progressOf(activities: readonly Counted[], today: string): Progress {
  const count = (is: (one: Counted) => boolean) => activities.filter(is).length;
  const milestones = activities.flatMap((one) => one.milestones);
  const percents = activities.flatMap((one) => percentOf(one) ?? []);
  return {
    activitiesTotal: activities.length,
    completed: count(({ status }) => status === 'COMPLETED'),
    atRisk: count(({ status }) => status === 'AT_RISK' || status === 'BLOCKED'),
    milestonesReached: milestones.filter((one) => one === 'REACHED').length,
    milestonesTotal: milestones.length,
    percent: percents.length === 0 ? null : Math.round(percents.reduce((sum, one) => sum + one, 0) / percents.length),
    inProgress: count(({ status }) => isBegun(status)),
    cancelled: count(({ status }) => status === 'CANCELLED'),
    deferred: count(({ status }) => status === 'DEFERRED'),
    late: count((one) => isLate(one, today)),
  };
}

export const isLate = ({ node, status }: Pick<Counted, 'node' | 'status'>, today: string): boolean =>
  isOpenStatus(status) && status !== 'DEFERRED' && node.endsOn !== null && node.endsOn < today;
