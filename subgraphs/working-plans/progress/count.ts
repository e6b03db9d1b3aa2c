import type { ActivityTree } from '../document/read.ts';
import type { Loaders } from '../loaders.ts';
import type { PlanView } from '../view.ts';
import type { Counted } from './progress.ts';

export const activitiesOf = (view: PlanView): ActivityTree[] =>
  view.tree.objectives.flatMap(({ outcomes }) => outcomes.flatMap(({ activities }) => activities));

/** Activities with the statuses that they and their milestones have; one statement a kind, however many. */
export const countActivities = (
  loaders: Loaders,
  view: PlanView,
  activities: readonly ActivityTree[] = activitiesOf(view),
): Promise<Counted[]> =>
  Promise.all(
    activities.map(async (node): Promise<Counted> => {
      const { id } = view.plan;
      const { status } = await loaders.activityState(id, node.key);
      const milestones = await Promise.all(node.milestones.map(({ key }) => loaders.milestoneState(id, key)));
      return { node, status, milestones: milestones.map((one) => one.status) };
    }),
  );
