import { Arg, Ctx, Directive, Field, Mutation, ObjectType, Resolver } from 'type-graphql';
import { answer, MutationProblem } from '../../../kit/types.ts';
import { addPlanLocale, deletePlanNode, movePlanNode, restorePlanNode } from '../commands/nodes/arrange.ts';
import { setIndicatorActual } from '../commands/nodes/indicator-actual.ts';
import { setMilestoneStatus } from '../commands/nodes/milestone-status.ts';
import { setObjectiveNetworks } from '../commands/nodes/objective-networks.ts';
import { updatePlanDetails, upsertNode } from '../commands/nodes/upsert.ts';
import type { PlansContext } from '../context.ts';
import { BudgetLine, Indicator, Milestone, Risk } from '../entities/details.ts';
import { Activity, Objective, Outcome } from '../entities/nodes.ts';
import {
  MovePlanNodeInput,
  PlanDetailsInput,
  PlanLocaleInput,
  PlanNodeInput,
  UpsertActivityInput,
  UpsertBudgetLineInput,
  UpsertIndicatorInput,
  UpsertMilestoneInput,
  UpsertObjectiveInput,
  UpsertOutcomeInput,
  UpsertRiskInput,
} from '../inputs/nodes.ts';
import { IndicatorActualInput, MilestoneStatusInput, ObjectiveNetworksInput } from '../inputs/plans.ts';
import { afresh } from '../loaders.ts';
import { findNode, findPlan } from './find.ts';
import { ActivityPayload, PlanPayload } from './plans.ts';

// biome-ignore lint/suspicious/noExplicitAny: the constructor of any node's type
type Type = new (...args: any[]) => object;

/** `{ <name> problems }` */
function payloadOf(name: string, type: Type) {
  @ObjectType(`${type.name}Payload`)
  class Payload {
    @Field(() => [MutationProblem])
    @Directive('@listSize(assumedSize: 1)')
    problems!: (typeof MutationProblem)[];
  }
  Field(() => type, { nullable: true })(Payload.prototype, name);
  return Payload;
}
const ObjectivePayload = payloadOf('objective', Objective);
const OutcomePayload = payloadOf('outcome', Outcome);
const MilestonePayload = payloadOf('milestone', Milestone);
const IndicatorPayload = payloadOf('indicator', Indicator);
const BudgetLinePayload = payloadOf('budgetLine', BudgetLine);
const RiskPayload = payloadOf('risk', Risk);

/** The node as it is once the command has answered. */
const answerNode = (context: PlansContext, name: string, type: Type, command: () => Promise<string>) =>
  answer(name, async () => {
    const id = await command();
    context.loaders = afresh(context);
    return findNode(context.loaders, id, type);
  });

const answerPlan = (context: PlansContext, command: () => Promise<string>) =>
  answer('plan', async () => {
    const id = await command();
    context.loaders = afresh(context);
    return findPlan(context.loaders, id);
  });

const live = 'All who have the plan open see it at once. Refused with a ConflictError while the plan is not a draft.';

/** Edits of a plan for those who do not edit the document itself. */
@Resolver()
export class PlanNodeResolver {
  @Mutation(() => ObjectivePayload, { description: `Adds or changes an objective. ${live}` })
  upsertObjective(@Arg('input', () => UpsertObjectiveInput) input: UpsertObjectiveInput, @Ctx() context: PlansContext) {
    const { plans, actor } = context;
    return answerNode(context, 'objective', Objective, () => upsertNode(plans, actor, 'objective', input));
  }

  @Mutation(() => OutcomePayload, { description: `Adds or changes an outcome. ${live}` })
  upsertOutcome(@Arg('input', () => UpsertOutcomeInput) input: UpsertOutcomeInput, @Ctx() context: PlansContext) {
    const { plans, actor } = context;
    return answerNode(context, 'outcome', Outcome, () => upsertNode(plans, actor, 'outcome', input));
  }

  @Mutation(() => ActivityPayload, { description: `Adds or changes an activity. ${live}` })
  upsertActivity(@Arg('input', () => UpsertActivityInput) input: UpsertActivityInput, @Ctx() context: PlansContext) {
    const { plans, actor } = context;
    return answerNode(context, 'activity', Activity, () => upsertNode(plans, actor, 'activity', input));
  }

  @Mutation(() => MilestonePayload, { description: `Adds or changes a milestone. ${live}` })
  upsertMilestone(@Arg('input', () => UpsertMilestoneInput) input: UpsertMilestoneInput, @Ctx() context: PlansContext) {
    const { plans, actor } = context;
    return answerNode(context, 'milestone', Milestone, () => upsertNode(plans, actor, 'milestone', input));
  }

  @Mutation(() => IndicatorPayload, { description: `Adds or changes an indicator. ${live}` })
  upsertIndicator(@Arg('input', () => UpsertIndicatorInput) input: UpsertIndicatorInput, @Ctx() context: PlansContext) {
    const { plans, actor } = context;
    return answerNode(context, 'indicator', Indicator, () => upsertNode(plans, actor, 'indicator', input));
  }

  @Mutation(() => BudgetLinePayload, { description: `Adds or changes a budget line. ${live}` })
  upsertBudgetLine(
    @Arg('input', () => UpsertBudgetLineInput) input: UpsertBudgetLineInput,
    @Ctx() context: PlansContext,
  ) {
    const { plans, actor } = context;
    return answerNode(context, 'budgetLine', BudgetLine, () => upsertNode(plans, actor, 'budgetLine', input));
  }

  @Mutation(() => RiskPayload, { description: `Adds or changes a risk. ${live}` })
  upsertRisk(@Arg('input', () => UpsertRiskInput) input: UpsertRiskInput, @Ctx() context: PlansContext) {
    const { plans, actor } = context;
    return answerNode(context, 'risk', Risk, () => upsertNode(plans, actor, 'risk', input));
  }

  @Mutation(() => PlanPayload, { description: `Changes the plan's title, preamble and period. ${live}` })
  updatePlanDetails(@Arg('input', () => PlanDetailsInput) input: PlanDetailsInput, @Ctx() context: PlansContext) {
    return answerPlan(context, () => updatePlanDetails(context.plans, context.actor, input));
  }

  @Mutation(() => PlanPayload, {
    description: `Moves a node, with all below it, among its siblings or below another parent. ${live}`,
  })
  movePlanNode(@Arg('input', () => MovePlanNodeInput) input: MovePlanNodeInput, @Ctx() context: PlansContext) {
    return answerPlan(context, () => movePlanNode(context.plans, context.actor, input));
  }

  @Mutation(() => PlanPayload, {
    description: `Takes a node and all below it out of the plan; what others type into it meanwhile is kept. ${live}`,
  })
  deletePlanNode(@Arg('input', () => PlanNodeInput) input: PlanNodeInput, @Ctx() context: PlansContext) {
    return answerPlan(context, () => deletePlanNode(context.plans, context.actor, input));
  }

  @Mutation(() => PlanPayload, { description: `Puts a deleted node back, with what is below it. ${live}` })
  restorePlanNode(@Arg('input', () => PlanNodeInput) input: PlanNodeInput, @Ctx() context: PlansContext) {
    return answerPlan(context, () => restorePlanNode(context.plans, context.actor, input));
  }

  @Mutation(() => PlanPayload, { description: `Gives every text of the plan one more locale. ${live}` })
  addPlanLocale(@Arg('input', () => PlanLocaleInput) input: PlanLocaleInput, @Ctx() context: PlansContext) {
    return answerPlan(context, () => addPlanLocale(context.plans, context.actor, input));
  }

  @Mutation(() => MilestonePayload, {
    description:
      'Says whether a milestone was reached, and what shows it; also once the plan is adopted. By those who may set the status of its activity. MILESTONE_REACHED is said in the networks.',
  })
  setMilestoneStatus(
    @Arg('input', () => MilestoneStatusInput) input: MilestoneStatusInput,
    @Ctx() context: PlansContext,
  ) {
    const { plans, actor } = context;
    return answerNode(context, 'milestone', Milestone, () => setMilestoneStatus(plans, actor, input));
  }

  @Mutation(() => IndicatorPayload, {
    description:
      'Says what was measured; also once the plan is adopted. By those who may set the status of its activity.',
  })
  setIndicatorActual(
    @Arg('input', () => IndicatorActualInput) input: IndicatorActualInput,
    @Ctx() context: PlansContext,
  ) {
    const { plans, actor } = context;
    return answerNode(context, 'indicator', Indicator, () => setIndicatorActual(plans, actor, input));
  }

  @Mutation(() => ObjectivePayload, {
    description:
      "Says which of the plan's networks own an objective: their editors type in it. By steering and coordinators of a network that owns it; none takes it from another network.",
  })
  setObjectiveNetworks(
    @Arg('input', () => ObjectiveNetworksInput) input: ObjectiveNetworksInput,
    @Ctx() context: PlansContext,
  ) {
    const { plans, actor } = context;
    return answerNode(context, 'objective', Objective, () => setObjectiveNetworks(plans, actor, input));
  }
}
