import { Arg, Ctx, Directive, Field, ID, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { answer, MutationProblem } from '../../../kit/types.ts';
import { setActivityStatus } from '../commands/activity-status.ts';
import { createPlan } from '../commands/create-plan.ts';
import type { PlansContext } from '../context.ts';
import { Activity } from '../entities/nodes.ts';
import { type PlanStatus, PlanStatusEnum } from '../entities/plan.ts';
import { WorkingPlan } from '../entities/working-plan.ts';
import { ActivityStatusInput, CreatePlanInput } from '../inputs/plans.ts';
import { afresh } from '../loaders.ts';
import { findActivity, findPlan } from './find.ts';

@ObjectType()
export class PlanPayload {
  @Field(() => WorkingPlan, { nullable: true })
  plan!: WorkingPlan | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@ObjectType()
export class ActivityPayload {
  @Field(() => Activity, { nullable: true })
  activity!: Activity | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@Resolver()
export class PlanResolver {
  @Query(() => WorkingPlan, { nullable: true })
  workingPlan(@Arg('id', () => ID) id: string, @Ctx() { loaders }: PlansContext): Promise<WorkingPlan | null> {
    return findPlan(loaders, id);
  }

  @Query(() => [WorkingPlan], { description: 'Those you may read, newest first.' })
  @Directive('@listSize(assumedSize: 5)')
  async workingPlans(
    @Arg('networkId', () => ID, { nullable: true }) networkId: string | null,
    @Arg('status', () => PlanStatusEnum, { nullable: true }) status: PlanStatus | null,
    @Ctx() { loaders }: PlansContext,
  ): Promise<WorkingPlan[]> {
    return (await loaders.plans(networkId ?? null, status ?? null)).map((view) => new WorkingPlan(view));
  }

  @Mutation(() => PlanPayload)
  createPlan(@Arg('input', () => CreatePlanInput) input: CreatePlanInput, @Ctx() context: PlansContext) {
    const { plans, actor } = context;
    return answer('plan', async () => {
      const id = await plans.database.transaction((tx) => createPlan(tx, actor, input, plans));
      return findPlan(afresh(context), id);
    });
  }

  @Mutation(() => ActivityPayload)
  setActivityStatus(@Arg('input', () => ActivityStatusInput) input: ActivityStatusInput, @Ctx() context: PlansContext) {
    return answer('activity', async () => {
      const id = await setActivityStatus(context.plans, context.actor, input);
      context.loaders = afresh(context);
      return findActivity(context.loaders, id);
    });
  }
}
