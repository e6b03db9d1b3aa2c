import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';
import { BudgetLine, Indicator, Milestone, Risk } from '../entities/details.ts';
import { Activity, Objective, Outcome } from '../entities/nodes.ts';
import { WorkingPlan } from '../entities/working-plan.ts';
import type { Found, Loaders } from '../loaders.ts';

/** From ids to what the actor may see of them: null for what is not there and what is not theirs alike. */
export async function findPlan(loaders: Loaders, id: string): Promise<WorkingPlan | null> {
  const view = await loaders.plan.load(id);
  return view && new WorkingPlan(view);
}

/** Fields of an activity that the projection has, or another table. */
const withoutDocument: ReadonlySet<string> = new Set([
  '__typename',
  'id',
  'position',
  'code',
  'status',
  'statusNote',
  'version',
  'responsible',
  'expertGroup',
  'partners',
  'countries',
  'startsOn',
  'endsOn',
  'visibility',
]);

/** An activity as others refer to it: found without opening its plan where nothing is asked that needs the document. */
export async function findActivityReference(
  loaders: Loaders,
  id: string,
  info: GraphQLResolveInfo,
): Promise<Activity | null> {
  const asked = info.fieldNodes.flatMap((field) => fieldsOf(field.selectionSet, info));
  if (!asked.every((field) => withoutDocument.has(field))) return findActivity(loaders, id);
  const found = await loaders.projection.activity.load(id);
  return found && Activity.found(found, loaders);
}

/** Names of the fields asked of an entity that is an activity. */
function fieldsOf(selections: SelectionSetNode | undefined, info: GraphQLResolveInfo): string[] {
  return (selections?.selections ?? []).flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value];
    const part = selection.kind === Kind.INLINE_FRAGMENT ? selection : info.fragments[selection.name.value];
    const on = part?.typeCondition?.name.value ?? 'Activity';
    return on === 'Activity' || on === '_Entity' ? fieldsOf(part?.selectionSet, info) : [];
  });
}

export async function findActivity(loaders: Loaders, id: string): Promise<Activity | null> {
  return (await findNode(loaders, id, Activity)) as Activity | null;
}

const types = {
  objective: ({ view, objective }: Found) => new Objective(view, objective!),
  outcome: ({ view, outcome }: Found) => new Outcome(view, outcome!),
  activity: ({ view, activity }: Found) => Activity.inView(view, activity!),
  milestone: ({ view, node }: Found) => node.kind === 'milestone' && new Milestone(view, node),
  indicator: ({ view, node }: Found) => node.kind === 'indicator' && new Indicator(view, node),
  budgetLine: ({ view, node }: Found) => node.kind === 'budgetLine' && new BudgetLine(view, node),
  risk: ({ view, node }: Found) => node.kind === 'risk' && new Risk(view, node),
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
