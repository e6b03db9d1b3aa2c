import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Cursor, DateOnly, DateTime } from '../../../kit/scalars.ts';
import { defineEnum, LocalizedText, PageInfo } from '../../../kit/types.ts';
import { type WarningKind, warningKinds } from '../progress/warnings.ts';
import { Organisation } from './stubs.ts';

@ObjectType({ description: 'How far activities are, counted from their statuses and those of their milestones.' })
export class PlanProgress {
  @Field(() => Int, { description: 'Of any status.' })
  activitiesTotal!: number;
  @Field(() => Int, { description: 'COMPLETED.' })
  completed!: number;
  @Field(() => Int, { description: 'AT_RISK or BLOCKED.' })
  atRisk!: number;
  @Field(() => Int, { description: 'REACHED.' })
  milestonesReached!: number;
  @Field(() => Int, { description: 'Of any status.' })
  milestonesTotal!: number;
  @Field(() => Int, {
    nullable: true,
    description: 'The mean of `ActivityProgress.percent`; null where no activity counts.',
  })
  percent!: number | null;
  @Field(() => Int, { description: 'IN_PROGRESS, AT_RISK or BLOCKED.' })
  inProgress!: number;
  @Field(() => Int, { description: 'CANCELLED: they do not count for `percent`.' })
  cancelled!: number;
  @Field(() => Int, { description: 'DEFERRED.' })
  deferred!: number;
  @Field(() => Int, { description: 'Open, not DEFERRED, and due to have ended before today (UTC).' })
  late!: number;
}

@ObjectType({ description: 'How far one activity is.' })
export class ActivityProgress {
  @Field(() => Int, {
    nullable: true,
    description:
      '100 when it is COMPLETED; before that the part of its milestones that are reached, 95 at most; without milestones 50 while it is under way. Null: CANCELLED.',
  })
  percent!: number | null;
  @Field(() => Int, { description: 'REACHED.' })
  milestonesReached!: number;
  @Field(() => Int, { description: 'Without those that were DROPPED.' })
  milestonesTotal!: number;
  @Field(() => Boolean, { description: 'Open, not DEFERRED, and due to have ended before today (UTC).' })
  isLate!: boolean;
}

export const PlanWarningKindEnum = defineEnum(
  'PlanWarningKind',
  warningKinds,
  'OWNER_OVERLOADED: one organisation is responsible for more open activities than it is likely to manage. DEADLINES_TOGETHER: too many of its deadlines lie within a few days. WITHOUT_OWNER, WITHOUT_END: nobody is responsible, or nothing says until when. OUTSIDE_PERIOD: a date lies outside the plan. ENDS_BEFORE_DEPENDENCY: it is to end before something that it waits for.',
);

@ObjectType({ description: 'Something in a plan that may not hold.' })
export class PlanWarning {
  @Field(() => PlanWarningKindEnum, { description: 'What may not hold.' })
  kind!: WarningKind;
  @Field(() => Organisation, { nullable: true, description: 'Whose activities they are, where it is about one owner.' })
  organisation!: Organisation | null;
  @Field(() => Int, { description: 'How many activities it is about.' })
  count!: number;
  @Field(() => [ID], { description: 'Those activities, in the order of the plan; at most 100.' })
  activityIds!: string[];
  @Field(() => DateOnly, { nullable: true, description: 'Of DEADLINES_TOGETHER: the first of them.' })
  from!: string | null;
  @Field(() => DateOnly, { nullable: true, description: 'Of DEADLINES_TOGETHER: the last of them.' })
  to!: string | null;
}

export const deadlineKinds = ['ACTIVITY', 'MILESTONE'] as const;
export const DeadlineKindEnum = defineEnum('DeadlineKind', deadlineKinds, 'What ends on a day.');

@ObjectType({ description: 'The end of an activity, or the day of a milestone.' })
export class PlanDeadline {
  @Field(() => DeadlineKindEnum, { description: 'The end of an activity, or a milestone.' })
  kind!: (typeof deadlineKinds)[number];
  @Field(() => ID, { description: 'The activity, or milestone.' })
  nodeId!: string;
  @Field(() => ID, { description: 'The activity, also of a milestone.' })
  activityId!: string;
  @Field(() => String, { description: 'Its code: 1.2.3.' })
  activityCode!: string;
  @Field(() => LocalizedText, { description: 'Of the activity, or milestone.' })
  title!: LocalizedText;
  @Field(() => DateOnly, { description: 'The last day.' })
  dueOn!: string;
  @Field(() => DateTime, {
    nullable: true,
    description: 'When that day is over in the time zone asked for; null for a year before 1900 or after 2999.',
  })
  dueAt!: Date | null;
  @Field(() => Organisation, { nullable: true, description: 'Whose activity it is.' })
  responsible!: Organisation | null;
  @Field(() => String, { description: 'An ActivityStatus, or a MilestoneStatus.' })
  status!: string;
  @Field(() => Boolean, { description: 'Whether nothing is left to do: COMPLETED or CANCELLED, REACHED or DROPPED.' })
  isOver!: boolean;
  @Field(() => Boolean, { description: 'Not over, and its day is, in the time zone asked for.' })
  isLate!: boolean;
}

@ObjectType({ description: 'A deadline in a list.' })
export class PlanDeadlineEdge {
  @Field(() => PlanDeadline, { description: 'The deadline.' })
  node!: PlanDeadline;
  @Field(() => Cursor, { description: 'The list goes on after it.' })
  cursor!: string;
}

@ObjectType({ description: 'Deadlines, the earliest first.' })
export class PlanDeadlineConnection {
  @Field(() => [PlanDeadlineEdge], { description: 'One page.' })
  edges!: PlanDeadlineEdge[];
  @Field(() => PageInfo, { description: 'Whether there are more.' })
  pageInfo!: PageInfo;
}
