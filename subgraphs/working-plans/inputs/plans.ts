import { Field, ID, InputType, Int } from 'type-graphql';
import type { Visibility } from '../../../kit/context.ts';
import { DateOnly, LocaleTag } from '../../../kit/scalars.ts';
import { LocalizedInput, type ThematicArea, ThematicAreaEnum, VisibilityEnum } from '../../../kit/types.ts';
import { ActivityStatusEnum, type ActivityStatusName } from '../statuses.ts';

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
