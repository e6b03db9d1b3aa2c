import { Arg, Ctx, Directive, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { type Connection, checkFirst, toConnection } from '../../../kit/page.ts';
import { Cursor, DateOnly } from '../../../kit/scalars.ts';
import { PageInfo, type ThematicArea, ThematicAreaEnum } from '../../../kit/types.ts';
import type { PlansContext } from '../context.ts';
import { Activity } from '../entities/nodes.ts';
import { type PlanStatus, PlanStatusEnum } from '../entities/plan.ts';
import { Body, Country, Network, Organisation } from '../entities/stubs.ts';
import { WorkingPlan } from '../entities/working-plan.ts';
import type { Loaders } from '../loaders.ts';
import { type FoundHead, positionOf } from '../projection/read.ts';
import { ActivityStatusEnum, type ActivityStatusName } from '../statuses.ts';

// What this subgraph adds to the entities of others. Activities come from the projection: newest plan first, then in the plan's order.
const toActivities = (found: readonly FoundHead[], loaders: Loaders): Activity[] =>
  found.map((one) => Activity.found(one, loaders));

@Resolver(() => Network)
export class NetworkResolver {
  @FieldResolver(() => [WorkingPlan], { nullable: true, description: 'Those you may read, newest first.' })
  @Directive('@listSize(assumedSize: 5)')
  async workingPlans(
    @Root() network: Network,
    @Arg('status', () => PlanStatusEnum, { nullable: true }) status: PlanStatus | null,
    @Ctx() { loaders }: PlansContext,
  ): Promise<WorkingPlan[]> {
    return (await loaders.plans(network.id, status ?? null)).map((view) => new WorkingPlan(view));
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
    const { loaders } = context;
    const own = toActivities(await loaders.projection.ofOrganisation.load(organisation.id), loaders);
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
  async activities(@Root() body: Body, @Ctx() { loaders }: PlansContext): Promise<Activity[]> {
    return toActivities(await loaders.projection.ofBody.load(body.id), loaders);
  }
}

@Resolver(() => Country)
export class CountryResolver {
  @FieldResolver(() => [Activity], {
    nullable: true,
    description: 'Activities in this country, of the plans you may read.',
  })
  @Directive('@listSize(assumedSize: 10)')
  async activities(@Root() country: Country, @Ctx() { loaders }: PlansContext): Promise<Activity[]> {
    return toActivities(await loaders.projection.ofCountry.load(country.code), loaders);
  }
}

@ObjectType()
export class ActivityEdge {
  @Field(() => Activity)
  node!: Activity;
  @Field(() => Cursor)
  cursor!: string;
}

@ObjectType({ description: 'Activities of the plans you may read: what ends first comes first, what has no end last.' })
export class ActivityConnection {
  @Field(() => [ActivityEdge])
  edges!: ActivityEdge[];
  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@Resolver()
export class ActivitiesResolver {
  @Query(() => ActivityConnection, {
    description: 'Activities of all plans you may read, those that fit every condition given.',
  })
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)')
  async activities(
    @Arg('networkId', () => ID, { nullable: true, description: 'A network that owns their objective.' })
    networkId: string | null,
    @Arg('responsibleId', () => ID, { nullable: true }) responsibleId: string | null,
    @Arg('thematicArea', () => ThematicAreaEnum, { nullable: true, description: "Their objective's." })
    thematicArea: ThematicArea | null,
    @Arg('status', () => ActivityStatusEnum, { nullable: true }) status: ActivityStatusName | null,
    @Arg('dueBefore', () => DateOnly, { nullable: true, description: 'Ending before this day.' })
    dueBefore: string | null,
    @Arg('unfinished', () => Boolean, {
      nullable: true,
      description: 'Neither COMPLETED nor CANCELLED: with `dueBefore: <today>`, what is late.',
    })
    unfinished: boolean | null,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null,
    @Ctx() { plans, loaders }: PlansContext,
  ): Promise<Connection<Activity>> {
    checkFirst(first);
    const filter = { networkId, responsibleId, thematicArea, status, dueBefore, unfinished };
    const start = after === null || after === undefined ? null : plans.activityCursors.decode(after);
    const found = await loaders.projection.page(filter, start, first + 1);
    const { edges, pageInfo } = toConnection(found, first, after, plans.activityCursors, positionOf);
    return {
      edges: edges.map(({ node, cursor }) => ({ node: Activity.found(node, loaders), cursor })),
      pageInfo,
    };
  }
}
