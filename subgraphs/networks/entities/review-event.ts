import { Directive, Field, ObjectType } from 'type-graphql';
import { Column, Entity } from 'typeorm';
import { Cursor, LocaleTag, PartialDate } from '../../../kit/scalars.ts';
import { defineEnum, type Localized, PageInfo } from '../../../kit/types.ts';
import { Checked } from './recorded.ts';

export const reviewEventKinds = ['CONSTRUCTIVE_DIALOGUE', 'PREPARATION_DAY', 'WORKING_GROUP', 'COP_SESSION'] as const;
export type ReviewEventKind = (typeof reviewEventKinds)[number];
export const ReviewEventKindEnum = defineEnum(
  'ReviewEventKind',
  reviewEventKinds,
  'A constructive dialogue and the day that prepares it; the working group that it follows, which is closed to organisations; a session of the Conference of the Parties.',
);

export const reviewTopics = [
  'FIREARMS',
  'TECHNICAL_ASSISTANCE',
  'INTERNATIONAL_COOPERATION',
  'TRAFFICKING_IN_PERSONS',
  'SMUGGLING_OF_MIGRANTS',
] as const;
export type ReviewTopic = (typeof reviewTopics)[number];
export const ReviewTopicEnum = defineEnum('ReviewTopic', reviewTopics, 'The working groups, by what they are about.');

export const reviewEventStatuses = ['EXPECTED', 'ANNOUNCED', 'HELD', 'POSTPONED', 'CANCELLED'] as const;
export type ReviewEventStatus = (typeof reviewEventStatuses)[number];
export const ReviewEventStatusEnum = defineEnum(
  'ReviewEventStatus',
  reviewEventStatuses,
  'EXPECTED: nobody has announced it yet, and its date may move.',
);

export const attendanceModes = ['IN_PERSON', 'ONLINE', 'HYBRID'] as const;
export type AttendanceMode = (typeof attendanceModes)[number];
export const AttendanceModeEnum = defineEnum('AttendanceMode', attendanceModes, 'How one may take part.');

export const deadlineKinds = ['APPLICATION', 'REGISTRATION', 'STATEMENT', 'WRITTEN_INPUT', 'ENGAGEMENT'] as const;
export type DeadlineKind = (typeof deadlineKinds)[number];
export const DeadlineKindEnum = defineEnum(
  'ReviewDeadlineKind',
  deadlineKinds,
  'What is due. ENGAGEMENT: an engagement that is still open.',
);

/** As it stands in the row of its event. */
export interface StoredDeadline {
  kind: Exclude<DeadlineKind, 'ENGAGEMENT'>;
  dueOn: string;
  timeZone: string;
  sourceUrl: string | null;
}

@Entity({ name: 'review_event' })
@ObjectType({
  description: 'An event of the Review Mechanism that organisations may apply to, speak at or prepare for.',
})
@Directive('@key(fields: "id")')
export class ReviewEvent extends Checked {
  @Field(() => ReviewEventKindEnum, { description: 'What sort it is.' })
  @Column('text', { name: 'kind' })
  kind!: ReviewEventKind;

  @Field(() => [ReviewTopicEnum], { description: 'What it is about.' })
  @Column('text', { name: 'topics', array: true })
  topics!: ReviewTopic[];

  @Field(() => ReviewEventStatusEnum, { description: 'Where it stands.' })
  @Column('text', { name: 'status' })
  status!: ReviewEventStatus;

  @Column('jsonb', { name: 'title' })
  title!: Localized;

  @Field(() => PartialDate, { description: 'As precise as the source gives it.' })
  @Column('text', { name: 'starts_on' })
  startsOn!: string;

  @Field(() => PartialDate, { nullable: true, description: 'Its last day, where that is another one.' })
  @Column('text', { name: 'ends_on', nullable: true })
  endsOn!: string | null;

  @Field(() => String, { description: 'IANA name: the days are counted there.' })
  @Column('text', { name: 'time_zone' })
  timeZone!: string;

  @Field(() => String, { nullable: true, description: 'Hours at that place, as the source gives them.' })
  @Column('text', { name: 'hours', nullable: true })
  hours!: string | null;

  @Field(() => AttendanceModeEnum, { nullable: true, description: 'How one may take part.' })
  @Column('text', { name: 'mode', nullable: true })
  mode!: AttendanceMode | null;

  @Field(() => String, { nullable: true, description: 'Where it is held.' })
  @Column('text', { name: 'place', nullable: true })
  place!: string | null;

  @Field(() => [LocaleTag], { description: 'Languages it is held in; empty where the source says nothing.' })
  @Column('text', { name: 'languages', array: true })
  languages!: string[];

  @Field(() => String, { nullable: true, description: 'How many took part, in the words of the source.' })
  @Column('text', { name: 'participants_stated', nullable: true })
  participantsStated!: string | null;

  @Column('jsonb', { name: 'deadlines' })
  storedDeadlines!: StoredDeadline[];
}

@ObjectType({ description: 'An event in a page.' })
export class ReviewEventEdge {
  @Field(() => ReviewEvent, { description: 'The record.' })
  node!: ReviewEvent;
  @Field(() => Cursor, { description: 'Give it as `after` for what comes after.' })
  cursor!: string;
}

@ObjectType({ description: 'A page of events.' })
export class ReviewEventConnection {
  @Field(() => [ReviewEventEdge], { description: 'At most 100.' })
  edges!: ReviewEventEdge[];
  @Field(() => PageInfo, { description: 'Whether there is more.' })
  pageInfo!: PageInfo;
}
