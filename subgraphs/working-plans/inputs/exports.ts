import { Field, ID, InputType, Int } from 'type-graphql';
import { Base64, LocaleTag } from '../../../kit/scalars.ts';
import { ExportFormatEnum } from '../entities/export.ts';
import type { ExportFormat } from '../exports/render.ts';

@InputType({ description: 'An organisation, body or network, and what it is called in the file.' })
export class ExportNameInput {
  @Field(() => ID)
  id!: string;
  @Field(() => String, { description: '1 to 300 characters.' })
  name!: string;
}

@InputType()
export class ExportPlanInput {
  @Field(() => ID, {
    description: 'Of your choice, 1 to 200 characters: the same call again does nothing more and answers as before.',
  })
  clientMutationId!: string;
  @Field(() => ID)
  planId!: string;
  @Field(() => ExportFormatEnum)
  format!: ExportFormat;
  @Field(() => LocaleTag, {
    description:
      "Headings are in English, Spanish, French or Portuguese; texts that the plan lacks in it are in the plan's source locale.",
  })
  locale!: string;
  @Field(() => Int, {
    nullable: true,
    description:
      '`PlanVersion.number`: what that version says, without statuses. Absent: the plan as it stands, with them.',
  })
  version?: number | null;
  @Field(() => [ExportNameInput], {
    nullable: true,
    description:
      'What organisations, bodies and networks are to be called, as you read them in the graph: names belong to other parts of it. One that is not named stands by its id. At most 1,000.',
  })
  names?: ExportNameInput[] | null;
}

@InputType()
export class ImportPlanInput {
  @Field(() => ID, {
    description: 'Of your choice, 1 to 200 characters: the same call again does nothing more and answers as before.',
  })
  clientMutationId!: string;
  @Field(() => ID)
  planId!: string;
  @Field(() => Base64, { description: 'An XLSX file of at most 180 KiB.' })
  file!: string;
  @Field(() => LocaleTag, {
    description: 'The language that the texts of the file are in: one of `WorkingPlan.locales`.',
  })
  locale!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'The name of the sheet; absent: the first one whose headings are known, all columns before the annual work plan.',
  })
  sheet?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'Only say what would be done.' })
  dryRun?: boolean | null;
  @Field(() => [ExportNameInput], {
    nullable: true,
    description: 'Names of organisations and bodies as the file has them, with their ids.',
  })
  names?: ExportNameInput[] | null;
}
