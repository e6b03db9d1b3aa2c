import { Arg, Ctx, Directive, Field, ID, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { answer, MutationProblem } from '../../../kit/types.ts';
import { adoptPlan } from '../commands/life/adopt.ts';
import { amendPlan, archivePlan } from '../commands/life/amend.ts';
import { requestChanges, submitPlan } from '../commands/life/review.ts';
import { savePlanVersion } from '../commands/life/versions.ts';
import type { PlansContext } from '../context.ts';
import { PlanTemplate } from '../entities/template.ts';
import { PlanVersion } from '../entities/version.ts';
import { createLifeLoaders } from '../life-loaders.ts';
import { afresh } from '../loaders.ts';
import { readTemplates } from '../templates.ts';
import { findPlan } from './find.ts';
import { PlanPayload } from './plans.ts';
import { findVersionReference } from './versions.ts';

@ObjectType()
export class PlanVersionPayload {
  @Field(() => PlanVersion, { nullable: true })
  version!: PlanVersion | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

/** Everything is read anew after the command: the rest of the answer is of after it. */
function forget(context: PlansContext): void {
  context.loaders = afresh(context);
  context.life = createLifeLoaders(context.plans.database.source);
}

const answerPlan = (context: PlansContext, command: () => Promise<string>) =>
  answer('plan', async () => {
    const id = await command();
    forget(context);
    return findPlan(context.loaders, id);
  });

const repeatable = 'Under which a call that is sent again, since its answer was lost, is done once.';

@Resolver()
export class LifeResolver {
  @Query(() => [PlanTemplate], { description: 'The templates that ship with this server.' })
  @Directive('@listSize(assumedSize: 5)')
  planTemplates(): PlanTemplate[] {
    return readTemplates().map((template) => new PlanTemplate(template));
  }

  @Mutation(() => PlanPayload, {
    description:
      'Freezes a DRAFT, or a plan with CHANGES_REQUESTED, for review: UNDER_REVIEW. Writes the version that is reviewed; its `contentHash` is what decisions are about. For coordinators.',
  })
  submitPlanForReview(
    @Arg('planId', () => ID) planId: string,
    @Arg('expectedVersion', () => Int, { description: '`WorkingPlan.version` as you saw it.' }) expectedVersion: number,
    @Arg('clientMutationId', () => ID, { nullable: true, description: repeatable }) clientMutationId: string | null,
    @Ctx() context: PlansContext,
  ) {
    const { plans, actor } = context;
    return answerPlan(context, () => submitPlan(plans, actor, planId, { expectedVersion, clientMutationId }));
  }

  @Mutation(() => PlanPayload, {
    description: 'Gives a plan UNDER_REVIEW back to its editors: CHANGES_REQUESTED. For steering and coordinators.',
  })
  requestPlanChanges(
    @Arg('planId', () => ID) planId: string,
    @Arg('note', () => String, { description: 'What should change: 1 to 2,000 characters.' }) note: string,
    @Arg('clientMutationId', () => ID, { nullable: true, description: repeatable }) clientMutationId: string | null,
    @Ctx() context: PlansContext,
  ) {
    const { plans, actor } = context;
    return answerPlan(context, () => requestChanges(plans, actor, planId, { note, clientMutationId }));
  }

  @Mutation(() => PlanPayload, {
    description:
      'Adopts a plan UNDER_REVIEW by decision: every network that owns it has ADOPTED this very text. ConflictError for another hash; DECISION_NOT_YET_KNOWN when a decision has not arrived within 2 s: try again. What it amends becomes SUPERSEDED. For steering and coordinators.',
  })
  adoptPlan(
    @Arg('planId', () => ID) planId: string,
    @Arg('decisionIds', () => [ID], { description: 'One of each network, or one that several took together.' })
    decisionIds: string[],
    @Arg('contentHash', () => String, { description: '`WorkingPlan.contentHash`, as the decisions have it.' })
    contentHash: string,
    @Ctx() context: PlansContext,
  ) {
    const { plans, actor } = context;
    return answerPlan(context, () => adoptPlan(plans, actor, planId, { decisionIds, contentHash }));
  }

  @Mutation(() => PlanPayload, {
    description:
      'A new DRAFT with the text of an ADOPTED plan, to take its place once it is adopted itself; the one there is, if there is one already. For steering and coordinators.',
  })
  amendPlan(@Arg('planId', () => ID) planId: string, @Ctx() context: PlansContext) {
    return answerPlan(context, () => amendPlan(context.plans, context.actor, planId));
  }

  @Mutation(() => PlanPayload, { description: 'Puts an ADOPTED plan away: ARCHIVED. For steering and coordinators.' })
  archivePlan(
    @Arg('planId', () => ID) planId: string,
    @Arg('clientMutationId', () => ID, { nullable: true, description: repeatable }) clientMutationId: string | null,
    @Ctx() context: PlansContext,
  ) {
    const { plans, actor } = context;
    return answerPlan(context, () => archivePlan(plans, actor, planId, { clientMutationId }));
  }

  @Mutation(() => PlanVersionPayload, {
    description:
      'Keeps a plan that is not yet adopted, as it is now, under a name. For editors, steering and coordinators.',
  })
  savePlanVersion(
    @Arg('planId', () => ID) planId: string,
    @Arg('label', () => String, { description: '1 to 200 characters.' }) label: string,
    @Arg('clientMutationId', () => ID) clientMutationId: string,
    @Ctx() context: PlansContext,
  ) {
    const { plans, actor } = context;
    return answer('version', async () => {
      const id = await savePlanVersion(plans, actor, planId, { label, clientMutationId });
      forget(context);
      return findVersionReference(id, context);
    });
  }
}
