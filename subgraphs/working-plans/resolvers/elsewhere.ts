import { Arg, Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import type { PlansContext } from '../context.ts';
import type { ActivityTree } from '../document/read.ts';
import { Activity, countriesOf } from '../entities/nodes.ts';
import { type PlanStatus, PlanStatusEnum } from '../entities/plan.ts';
import { Body, Country, Network, Organisation } from '../entities/stubs.ts';
import { WorkingPlan } from '../entities/working-plan.ts';
import type { Loaders } from '../loaders.ts';
import { ActivityStatusEnum, type ActivityStatusName } from '../statuses.ts';
import type { PlanView } from '../view.ts';

/** What this subgraph adds to the entities of others. */
async function activitiesWhere(
  loaders: Loaders,
  matches: (activity: ActivityTree, view: PlanView) => boolean,
): Promise<Activity[]> {
  return (await loaders.all()).flatMap((view) =>
    view.tree.objectives
      .flatMap(({ outcomes }) => outcomes.flatMap(({ activities }) => activities))
      .filter((activity) => matches(activity, view))
      .map((activity) => new Activity(view, activity)),
  );
}

@Resolver(() => Network)
export class NetworkResolver {
  @FieldResolver(() => [WorkingPlan], { nullable: true, description: 'Those you may read, newest first.' })
  @Directive('@listSize(assumedSize: 5)')
  async workingPlans(
    @Root() network: Network,
    @Arg('status', () => PlanStatusEnum, { nullable: true }) status: PlanStatus | null,
    @Ctx() { loaders }: PlansContext,
  ): Promise<WorkingPlan[]> {
    const views = await loaders.plansOf(network.id);
    return views.filter(({ plan }) => !status || plan.status === status).map((view) => new WorkingPlan(view));
  }
}

@Resolver(() => Organisation)
export class OrganisationResolver {
  @FieldResolver(() => [Activity], {
    nullable: true,
    description: 'Activities it is responsible for, of the plans you may read.',
  })
  @Directive('@listSize(assumedSize: 10)')
  async responsibilities(
    @Root() organisation: Organisation,
    @Arg('status', () => ActivityStatusEnum, { nullable: true }) status: ActivityStatusName | null,
    @Ctx() context: PlansContext,
  ): Promise<Activity[]> {
    const own = await activitiesWhere(context.loaders, ({ responsible }) => responsible === organisation.id);
    if (!status) return own;
    const statuses = await Promise.all(own.map((activity) => activity.status(context)));
    return own.filter((_, index) => statuses[index] === status);
  }
}

@Resolver(() => Body)
export class BodyResolver {
  @FieldResolver(() => [Activity], {
    nullable: true,
    description: 'Activities of this expert group, of the plans you may read.',
  })
  @Directive('@listSize(assumedSize: 10)')
  activities(@Root() body: Body, @Ctx() { loaders }: PlansContext): Promise<Activity[]> {
    return activitiesWhere(loaders, (activity, view) => view.bodyOf(activity) === body.id);
  }
}

@Resolver(() => Country)
export class CountryResolver {
  @FieldResolver(() => [Activity], {
    nullable: true,
    description: 'Activities in this country, of the plans you may read.',
  })
  @Directive('@listSize(assumedSize: 10)')
  activities(@Root() country: Country, @Ctx() { loaders }: PlansContext): Promise<Activity[]> {
    return activitiesWhere(loaders, (activity) => countriesOf(activity).includes(country.code));
  }
}
