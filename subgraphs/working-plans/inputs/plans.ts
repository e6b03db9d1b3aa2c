import { Field, ID, InputType, Int } from 'type-graphql';
import type { Visibility } from '../../../kit/context.ts';
import { DateOnly, LocaleTag } from '../../../kit/scalars.ts';
import { LocalizedInput, type ThematicArea, ThematicAreaEnum, VisibilityEnum } from '../../../kit/types.ts';
import {
  ActivityStatusEnum,
  type ActivityStatusName,
  MilestoneStatusEnum,
  type MilestoneStatusName,
} from '../statuses.ts';

@InputType({ description: 'The body whose theme this is: its lead leads the objectives of that theme.' })
export class ExpertGroupInput {
  @Field(() => ThematicAreaEnum)
  thematicArea!: ThematicArea;
  @Field(() => ID)
  bodyId!: string;
}

@InputType()
export class CreatePlanInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => [ID], { description: 'Its owners; you must be an editor of each.' })
  networkIds!: string[];
  @Field(() => [LocalizedInput], { description: "Its locales are the plan's; the source locale is among them." })
  title!: LocalizedInput[];
  @Field(() => DateOnly)
  periodStart!: string;
  @Field(() => DateOnly)
  periodEnd!: string;
  @Field(() => LocaleTag)
  sourceLocale!: string;
  @Field(() => VisibilityEnum, { description: 'Once adopted: PUBLIC, PARTNERS, ALL_NETWORKS or NETWORK.' })
  visibility!: Visibility;
  @Field(() => [ExpertGroupInput], { nullable: true })
  expertGroups!: ExpertGroupInput[] | null;
  @Field(() => ID, { nullable: true, description: 'One of `planTemplates`, to start from.' })
  templateId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'A plan whose document you may open, to start from: its structure and texts in your locales, without statuses, actuals and what was deleted.',
  })
  copyOf?: string | null;
}

@InputType()
export class ActivityStatusInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  activityId!: string;
  @Field(() => Int, { description: '`Activity.version` as you saw it.' })
  expectedVersion!: number;
  @Field(() => ActivityStatusEnum)
  status!: ActivityStatusName;
  @Field(() => String, {
    nullable: true,
    description: 'Needed for DEFERRED and CANCELLED, and for COMPLETED without evidence.',
  })
  note!: string | null;
}

@InputType()
export class MilestoneStatusInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  milestoneId!: string;
  @Field(() => Int, { description: '`Milestone.version` as you saw it.' })
  expectedVersion!: number;
  @Field(() => MilestoneStatusEnum)
  status!: MilestoneStatusName;
  @Field(() => DateOnly, { nullable: true, description: 'With REACHED; absent: today (UTC).' })
  reachedOn!: string | null;
  @Field(() => [String], {
    nullable: true,
    description: 'What shows it: texts or web addresses, in place of those there. Absent: left as they are.',
  })
  evidence!: string[] | null;
}

@InputType()
export class IndicatorActualInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  indicatorId!: string;
  @Field(() => Int, { description: '`Indicator.version` as you saw it.' })
  expectedVersion!: number;
  @Field(() => String, { nullable: true, description: 'What was measured; null or absent takes it back.' })
  actual!: string | null;
}

@InputType()
export class ObjectiveNetworksInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  objectiveId!: string;
  @Field(() => Int, { description: '`WorkingPlan.version` as you saw it.' })
  expectedVersion!: number;
  @Field(() => [ID], { description: "One at least of the plan's networks; all of them is how it begins." })
  networkIds!: string[];
}
