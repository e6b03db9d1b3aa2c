import { Indicator, Milestone } from '../entities/details.ts';
import { Activity, Objective, Outcome } from '../entities/nodes.ts';
import { WorkingPlan } from '../entities/working-plan.ts';
import type { Found, Loaders } from '../loaders.ts';

/** From ids to what the actor may see of them: null for what is not there and what is not theirs alike. */
export async function findPlan(loaders: Loaders, id: string): Promise<WorkingPlan | null> {
  const view = await loaders.plan.load(id);
  return view && new WorkingPlan(view);
}

export async function findActivity(loaders: Loaders, id: string): Promise<Activity | null> {
  return (await findNode(loaders, id, Activity)) as Activity | null;
}

const types = {
  objective: ({ view, objective }: Found) => new Objective(view, objective!),
  outcome: ({ view, outcome }: Found) => new Outcome(view, outcome!),
  activity: ({ view, activity }: Found) => new Activity(view, activity!),
  milestone: ({ view, node }: Found) => node.kind === 'milestone' && new Milestone(view, node),
  indicator: ({ view, node }: Found) => node.kind === 'indicator' && new Indicator(view, node),
};

/** The node with this global id, if it is of that type. */
// biome-ignore lint/suspicious/noExplicitAny: the constructor of any of the types above
export async function findNode(loaders: Loaders, id: string, type: new (...args: any[]) => unknown) {
  const found = await loaders.node(id);
  const kind = found?.node.kind;
  if (!found || !kind || !(kind in types)) return null;
  const node = types[kind as keyof typeof types](found);
  return node instanceof type ? node : null;
}
