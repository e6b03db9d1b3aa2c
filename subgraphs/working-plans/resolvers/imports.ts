import { Arg, Ctx, Directive, Field, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import { answer, MutationProblem } from '../../../kit/types.ts';
import { importPlan } from '../commands/imports/import-plan.ts';
import type { PlansContext } from '../context.ts';
import { WorkingPlan } from '../entities/working-plan.ts';
import { ImportPlanInput } from '../inputs/exports.ts';
import { afresh } from '../loaders.ts';
import { findPlan } from './find.ts';

@ObjectType({ description: 'A cell, or row, that cannot be taken.' })
export class ImportProblem {
  @Field(() => Int, { description: 'As the spreadsheet counts it, from 1.' })
  row!: number;
  @Field(() => String, { nullable: true, description: 'The heading, as the file has it.' })
  column!: string | null;
  @Field(() => String, { description: 'What is wrong, in English.' })
  message!: string;
}

@ObjectType({ description: 'What an import did, or with `dryRun` would do.' })
export class PlanImport {
  @Field(() => WorkingPlan, { nullable: true, description: 'As it is now.' })
  plan!: WorkingPlan | null;
  @Field(() => String, { description: 'The sheet that was read.' })
  sheet!: string;
  @Field(() => Int, { description: 'Nodes that were added; 0 for a call that is repeated.' })
  created!: number;
  @Field(() => Int, { description: 'Nodes that were there and are other now.' })
  changed!: number;
  @Field(() => [ImportProblem], {
    description: 'Why nothing was taken: each row and column at fault, at most 200. Empty when all was.',
  })
  @Directive('@listSize(assumedSize: 20)')
  rowProblems!: ImportProblem[];
}

@ObjectType({ description: 'What an import did, or why it did not begin.' })
export class ImportPayload {
  @Field(() => PlanImport, {
    nullable: true,
    description: 'Also where rows have problems: then nothing was taken, and it names them.',
  })
  import!: PlanImport | null;
  @Field(() => [MutationProblem], { description: 'Why nothing was done; empty when all was.' })
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@Resolver()
export class ImportResolver {
  @Mutation(() => ImportPayload, {
    description:
      'Takes a spreadsheet into a plan that is a draft: one with the columns that an XLSX export has, or an annual work plan as UNDP has it, with headings in any of the four languages. Nodes are found by their codes, else by their texts; what is not found is added, an empty cell leaves what is there, and nothing is deleted. All rows are taken, as one edit that everybody sees at once, or none.',
  })
  importPlan(@Arg('input', () => ImportPlanInput) input: ImportPlanInput, @Ctx() context: PlansContext) {
    return answer('import', async () => {
      const { planId, problems, ...done } = await importPlan(context.plans, context.actor, input);
      context.loaders = afresh(context);
      return Object.assign(new PlanImport(), {
        ...done,
        plan: await findPlan(context.loaders, planId),
        rowProblems: problems.map((one) => Object.assign(new ImportProblem(), one)),
      });
    });
  }
}
