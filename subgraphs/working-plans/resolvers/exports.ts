import { Arg, Ctx, Directive, Field, ID, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { answer, MutationProblem } from '../../../kit/types.ts';
import { findExport } from '../commands/exports/find.ts';
import { requestExport } from '../commands/exports/request.ts';
import type { PlansContext } from '../context.ts';
import { ExportJob } from '../entities/export.ts';
import { ExportPlanInput } from '../inputs/exports.ts';

@ObjectType({ description: 'The job that makes the file, or why there is none.' })
export class ExportPayload {
  @Field(() => ExportJob, { nullable: true, description: 'Ask for it again by `exportJob` until it is DONE.' })
  job!: ExportJob | null;
  @Field(() => [MutationProblem], { description: 'Why nothing was done; empty when all was.' })
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@Resolver()
export class ExportResolver {
  @Mutation(() => ExportPayload, {
    description: 'Asks for a plan as a file. It is made in the background: ask `exportJob` how far it is.',
  })
  exportPlan(@Arg('input', () => ExportPlanInput) input: ExportPlanInput, @Ctx() { plans, actor }: PlansContext) {
    return answer('job', async () => {
      const id = await requestExport(plans, actor, input);
      const job = await findExport(plans, actor, id);
      return job && new ExportJob(job);
    });
  }

  @Query(() => ExportJob, {
    nullable: true,
    description:
      'A file that you asked for; null when it is not yours, is no longer kept, or holds what you may no longer read.',
  })
  async exportJob(@Arg('id', () => ID) id: string, @Ctx() { plans, actor }: PlansContext): Promise<ExportJob | null> {
    const job = await findExport(plans, actor, id);
    return job && new ExportJob(job);
  }
}
