import DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import { loadListByKey } from '../../kit/load.ts';
import { readSuggestionPages, type SuggestionPage } from './commands/suggestions/rows.ts';
import type { PlanStatus } from './entities/plan.ts';
import { createHistoryLoaders } from './history/loaders.ts';
import type { Plans } from './plans.ts';
import { createProjectionReader } from './projection/read.ts';
import { createSimilarLoader } from './similar/find.ts';
import {
  type ActivityState,
  type IndicatorState,
  type MilestoneState,
  newActivity,
  newIndicator,
  newMilestone,
  readActivityStates,
  readIndicatorStates,
  readMilestoneStates,
} from './statuses.ts';
import { readTouches } from './translations/touches.ts';
import { type Place, type PlanView, splitId, viewFor } from './view.ts';

/** A node of a plan that the actor may read. */
export interface Found extends Place {
  view: PlanView;
}

/** A strategy of others that an activity serves. */
export interface StrategyRow {
  id: string;
  planId: string;
  nodeKey: string;
  title: string;
  url: string | null;
  country: string | null;
  addedBy: string;
  addedAt: Date;
}

export type Loaders = ReturnType<typeof createLoaders>;

/** A request's loaders: each is one statement, however many keys; what the actor may not read is not there. */
export function createLoaders(plans: Plans, actor: Actor) {
  const { rooms } = plans;
  const { source } = plans.database;
  const plan = new DataLoader<string, PlanView | null>(async (ids) => {
    const open = await rooms.open(ids);
    return ids.map((id) => viewFor(actor, open.get(id)));
  });
  const activityStates = statesByPlan(readActivityStates, source);
  const milestoneStates = statesByPlan(readMilestoneStates, source);
  const indicatorStates = statesByPlan(readIndicatorStates, source);
  const projection = createProjectionReader(source, plans.projection, actor);

  /** By plan, the oldest first. */
  const strategies = loadListByKey<string, StrategyRow>(
    (planIds) =>
      source.query(
        `SELECT id, plan_id AS "planId", node_key AS "nodeKey", title, url, country, added_by AS "addedBy", added_at AS "addedAt"
         FROM plan_strategy WHERE plan_id = ANY ($1) ORDER BY added_at, id`,
        [planIds],
      ),
    ({ planId }) => planId,
  );

  return {
    plan,
    strategies,
    /** Activities of all plans, found without opening a plan. */
    projection,
    history: createHistoryLoaders(source),
    /** Settled when they are read, and not remembered: some may be outdated by now. */
    suggestions: new DataLoader((pages: readonly SuggestionPage[]) => readSuggestionPages(source.manager, pages), {
      cache: false,
    }),
    /** When each text of a plan was last written, by `textKey`. */
    touches: new DataLoader((planIds: readonly string[]) => readTouches(plans, planIds), { cache: false }),
    /** Activities that say much of what another one says. */
    similar: createSimilarLoader(plans, projection.plans),
    /** The plans the actor may read, newest first: of this network and of this status where they are given. Only these are opened. */
    async plans(networkId: string | null, status: PlanStatus | null): Promise<PlanView[]> {
      const heads = [...(await projection.plans()).values()].filter(
        (head) => (!networkId || head.networkIds.includes(networkId)) && (!status || head.status === status),
      );
      const views = await Promise.all(heads.map(({ id }) => plan.load(id)));
      return views.filter((view) => view !== null);
    },
    /** A node by its global id. */
    async node(id: string): Promise<Found | null> {
      const [planId, key] = splitId(id) ?? [];
      const view = planId === undefined ? null : await plan.load(planId);
      const place = view?.places.get(key ?? '');
      return view && place ? { ...place, view } : null;
    },
    async activityState(planId: string, nodeKey: string): Promise<ActivityState> {
      return (await activityStates.load(planId)).get(nodeKey) ?? newActivity;
    },
    async indicatorState(planId: string, nodeKey: string): Promise<IndicatorState> {
      return (await indicatorStates.load(planId)).get(nodeKey) ?? newIndicator;
    },
    async milestoneState(planId: string, nodeKey: string): Promise<MilestoneState> {
      return (await milestoneStates.load(planId)).get(nodeKey) ?? newMilestone;
    },
  };
}

/** Loaders that have not seen how things were before a mutation. */
export const afresh = ({ plans, actor }: { plans: Plans; actor: Actor }): Loaders => createLoaders(plans, actor);

function statesByPlan<T extends { planId: string; nodeKey: string }>(
  read: (manager: DataSource['manager'], planIds: readonly string[]) => Promise<T[]>,
  source: DataSource,
) {
  return new DataLoader<string, Map<string, T>>(async (planIds) => {
    const byPlan = new Map<string, Map<string, T>>(planIds.map((id) => [id, new Map()]));
    for (const row of await read(source.manager, planIds)) byPlan.get(row.planId)?.set(row.nodeKey, row);
    return planIds.map((id) => byPlan.get(id)!);
  });
}
