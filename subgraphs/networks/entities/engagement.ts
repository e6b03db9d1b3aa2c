import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Visibility } from '../../../kit/context.ts';
import { Cursor, DateOnly, DateTime } from '../../../kit/scalars.ts';
import { defineEnum, type Localized, PageInfo, VisibilityEnum } from '../../../kit/types.ts';
import type { Words } from '../words.ts';
import { Sourced } from './recorded.ts';

export const reviewTracks = ['COUNTRY_REVIEW', 'GENERAL_REVIEW', 'CONSTRUCTIVE_DIALOGUE'] as const;
export type ReviewTrack = (typeof reviewTracks)[number];
export const ReviewTrackEnum = defineEnum(
  'ReviewTrack',
  reviewTracks,
  'COUNTRY_REVIEW: by desk, of one State. GENERAL_REVIEW: in the plenary of the Conference of the Parties. CONSTRUCTIVE_DIALOGUE: after a working group, with organisations.',
);

export const engagementKinds = [
  'BRIEFING_TO_FOCAL_POINT',
  'INPUT_TO_QUESTIONNAIRE',
  'CONSTRUCTIVE_DIALOGUE_APPLICATION',
  'CONSTRUCTIVE_DIALOGUE_STATEMENT',
  'COP_STATEMENT',
  'SIDE_EVENT',
  'PILOT_INITIATIVE',
] as const;
export type EngagementKind = (typeof engagementKinds)[number];
export const EngagementKindEnum = defineEnum(
  'EngagementKind',
  engagementKinds,
  'What is done towards a government or the Conference.',
);

export const engagementStatuses = [
  'PLANNED',
  'SUBMITTED',
  'ACKNOWLEDGED',
  'ACCEPTED',
  'DECLINED',
  'DELIVERED',
  'WITHDRAWN',
] as const;
export type EngagementStatus = (typeof engagementStatuses)[number];
export const EngagementStatusEnum = defineEnum(
  'EngagementStatus',
  engagementStatuses,
  'DECLINED, DELIVERED and WITHDRAWN are the end. What is held without being asked for (a briefing, a side event, a pilot initiative) may be delivered from any earlier status.',
);

@Entity({ name: 'review_engagement' })
@ObjectType({
  description:
    'What a network did towards a government or the Conference: whom it briefed, applied to or spoke to, when, and what was answered.',
})
@Directive('@key(fields: "id")')
export class ReviewEngagement extends Sourced {
  @Column('text', { name: 'network_id' })
  networkId!: string;

  @Column('text', { name: 'body_id', nullable: true })
  bodyId!: string | null;

  @Column('text', { name: 'review_id', nullable: true })
  reviewId!: string | null;

  @Column('text', { name: 'event_id', nullable: true })
  eventId!: string | null;

  @Column('text', { name: 'country', nullable: true })
  countryCode!: string | null;

  @Field(() => ReviewTrackEnum, { description: 'Which track of the review it belongs to.' })
  @Column('text', { name: 'track' })
  track!: ReviewTrack;

  @Field(() => EngagementKindEnum, { description: 'What sort it is.' })
  @Column('text', { name: 'kind' })
  kind!: EngagementKind;

  @Field(() => EngagementStatusEnum, { description: 'Where it stands.' })
  @Column('text', { name: 'status' })
  status!: EngagementStatus;

  @Column('jsonb', { name: 'summary', nullable: true })
  summaries!: Words | null;

  @Field(() => String, {
    nullable: true,
    description: 'The office that is briefed or asked; never the name of a person.',
  })
  @Column('text', { name: 'office', nullable: true })
  office!: string | null;

  @Column('jsonb', { name: 'answer', nullable: true })
  answers!: Words | null;

  @Column('text', { name: 'answer_visibility' })
  answerVisibility!: Visibility;

  @Field(() => DateOnly, { nullable: true, description: "The last day, counted in the network's time zone." })
  @Column('text', { name: 'due_on', nullable: true })
  dueOn!: string | null;

  @Field(() => DateOnly, { nullable: true, description: 'When it was handed in.' })
  @Column('text', { name: 'submitted_on', nullable: true })
  submittedOn!: string | null;

  @Field(() => DateOnly, { nullable: true, description: 'When it was accepted or declined.' })
  @Column('text', { name: 'answered_on', nullable: true })
  answeredOn!: string | null;

  @Field(() => DateOnly, { nullable: true, description: 'When it took place.' })
  @Column('text', { name: 'delivered_on', nullable: true })
  deliveredOn!: string | null;

  @Field(() => VisibilityEnum, { description: 'Who may see it.' })
  @Column('text', { name: 'visibility' })
  visibility!: Visibility;

  @Column('text', { name: 'organisation_ids', array: true })
  organisationIds!: string[];

  @Field(() => DateTime, { description: 'When it was recorded.' })
  @Column('timestamptz', { name: 'recorded_at' })
  recordedAt!: Date;

  @Column('text', { name: 'recorded_by_seat_id', nullable: true })
  recordedBySeatId!: string | null;

  @Column('text', { name: 'recorded_by_organisation', nullable: true })
  recordedByOrganisationId!: string | null;
}

@Entity({ name: 'engagement_step' })
@ObjectType({ description: "One entry of an engagement's history." })
export class EngagementStep {
  @PrimaryColumn('text', { name: 'engagement_id' })
  engagementId!: string;

  @Field(() => Int, { description: 'Its place in the history, from 1.' })
  @PrimaryColumn('integer', { name: 'number' })
  number!: number;

  @Field(() => EngagementStatusEnum, { nullable: true, description: 'Null of the first.' })
  @Column('text', { name: 'from_status', nullable: true })
  from!: EngagementStatus | null;

  @Field(() => EngagementStatusEnum, { description: 'What it came to.' })
  @Column('text', { name: 'to_status' })
  to!: EngagementStatus;

  @Field(() => DateOnly, { description: 'When it happened.' })
  @Column('text', { name: 'happened_on' })
  on!: string;

  @Column('jsonb', { name: 'note', nullable: true })
  notes!: Localized | null;

  @Field(() => DateTime, { description: 'When it was recorded.' })
  @Column('timestamptz', { name: 'recorded_at' })
  recordedAt!: Date;

  @Column('text', { name: 'seat_id', nullable: true })
  seatId!: string | null;
}

@ObjectType({ description: 'An engagement in a page.' })
export class ReviewEngagementEdge {
  @Field(() => ReviewEngagement, { description: 'The record.' })
  node!: ReviewEngagement;
  @Field(() => Cursor, { description: 'Give it as `after` for what comes after.' })
  cursor!: string;
}

@ObjectType({ description: 'A page of engagements.' })
export class ReviewEngagementConnection {
  @Field(() => [ReviewEngagementEdge], { description: 'At most 100.' })
  edges!: ReviewEngagementEdge[];
  @Field(() => PageInfo, { description: 'Whether there is more.' })
  pageInfo!: PageInfo;
}
