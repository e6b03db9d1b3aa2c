import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { CountryCode, DateOnly, DateTime, PartialDate } from '../../../kit/scalars.ts';
import { defineEnum, type Localized } from '../../../kit/types.ts';
import { Checked, Recorded } from './recorded.ts';

export const instruments = ['UNTOC', 'TIP', 'SOM', 'FP'] as const;
export type Instrument = (typeof instruments)[number];
export const InstrumentEnum = defineEnum(
  'ReviewedInstrument',
  instruments,
  'The Convention (UNTOC) and its Protocols: trafficking in persons (TIP), smuggling of migrants (SOM), firearms (FP).',
);

/** In the order of a review; a stage is after all that stand before it. */
export const reviewStages = [
  'NOT_STARTED',
  'FOCAL_POINT_APPOINTED',
  'EXPERTS_APPOINTED',
  'SELF_ASSESSMENT',
  'WRITTEN_FEEDBACK',
  'DIALOGUE',
  'LIST_OF_OBSERVATIONS',
  'SUMMARY_PUBLISHED',
  'WORKING_GROUP_FOLLOW_UP',
  'GENERAL_REVIEW_AT_COP',
  'CLOSED',
] as const;
export type ReviewStage = (typeof reviewStages)[number];
export const ReviewStageEnum = defineEnum(
  'ReviewStage',
  reviewStages,
  'How far a country review has come, in this order. A review may pass over stages of which nothing is known.',
);

@Entity({ name: 'review_cluster' })
@ObjectType({
  description:
    'Articles of the Convention and its Protocols that are reviewed together. Which articles belong to a cluster is recorded, not built in.',
})
@Directive('@key(fields: "id")')
export class ReviewCluster extends Checked {
  @Field(() => String, { description: 'As in I, II, III, IV; never changes.' })
  @Column('text', { name: 'code' })
  code!: string;

  @Column('jsonb', { name: 'title' })
  title!: Localized;

  @Field(() => [String], { description: 'Instrument and article, as in `UNTOC:5`.' })
  @Column('text', { name: 'articles', array: true })
  articles!: string[];

  @Field(() => Int, { nullable: true, description: 'Its place among the phases of the review; null while not known.' })
  @Column('integer', { name: 'phase', nullable: true })
  phase!: number | null;
}

@Entity({ name: 'country_review' })
@ObjectType({
  description:
    'The review of one country under one cluster, as far as public sources tell. It names offices of the State, never persons.',
})
@Directive('@key(fields: "id")')
export class CountryReview extends Recorded {
  @Column('text', { name: 'country' })
  countryCode!: string;

  @Field(() => InstrumentEnum, { description: 'The Convention, or the Protocol.' })
  @Column('text', { name: 'instrument' })
  instrument!: Instrument;

  @Field(() => String, { description: 'The code of its cluster, as in I.' })
  @Column('text', { name: 'cluster_code' })
  clusterCode!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'Which of the three groups of States with staggered starts it is in.',
  })
  @Column('integer', { name: 'review_group', nullable: true })
  reviewGroup!: number | null;

  @Field(() => PartialDate, { nullable: true, description: 'When the review of its group began.' })
  @Column('text', { name: 'started_on', nullable: true })
  startedOn!: string | null;

  @Field(() => ReviewStageEnum, { description: 'How far it has come.' })
  @Column('text', { name: 'stage' })
  stage!: ReviewStage;

  @Field(() => PartialDate, { nullable: true, description: 'Since when, as precisely as the source says.' })
  @Column('text', { name: 'stage_since', nullable: true })
  stageSince!: string | null;

  @Field(() => [CountryCode], {
    description: 'The States that review it, two at most: one of its own regional group, one of another.',
  })
  @Column('text', { name: 'reviewing_states', array: true })
  reviewingStates!: string[];

  @Field(() => String, {
    nullable: true,
    description: 'The office that coordinates the review for the State; never the name of a person.',
  })
  @Column('text', { name: 'focal_point_office', nullable: true })
  governmentFocalPointOffice!: string | null;

  @Field(() => String, { nullable: true, description: 'Where the stage can be read.' })
  @Column('text', { name: 'source_url', nullable: true })
  publicSourceUrl!: string | null;

  @Field(() => String, { nullable: true, description: 'What the stage is taken from where that has no address.' })
  @Column('text', { name: 'source_note', nullable: true })
  sourceNote!: string | null;

  @Field(() => DateOnly, { description: 'When somebody last looked whether this is still so.' })
  @Column('text', { name: 'checked_on' })
  checkedOn!: string;

  @Column('text', { name: 'recorded_by_network', nullable: true })
  recordedByNetworkId!: string | null;
}

@Entity({ name: 'review_stage_change' })
@ObjectType({
  description: 'One entry of the history of a country review: which stage it was recorded in, and from what.',
})
export class ReviewStageChange {
  @PrimaryColumn('text', { name: 'review_id' })
  reviewId!: string;

  @Field(() => Int, { description: 'Its place in the history, from 1.' })
  @PrimaryColumn('integer', { name: 'number' })
  number!: number;

  @Field(() => ReviewStageEnum, { nullable: true, description: 'Null of the first.' })
  @Column('text', { name: 'from_stage', nullable: true })
  from!: ReviewStage | null;

  @Field(() => ReviewStageEnum, { description: 'What it came to.' })
  @Column('text', { name: 'to_stage' })
  to!: ReviewStage;

  @Field(() => PartialDate, { nullable: true, description: 'Since when.' })
  @Column('text', { name: 'since', nullable: true })
  since!: string | null;

  @Field(() => Boolean, { description: 'It put right what was recorded before, and so may lead back.' })
  @Column('boolean', { name: 'correction' })
  correction!: boolean;

  @Field(() => String, { nullable: true, description: 'The public page that says so.' })
  @Column('text', { name: 'source_url', nullable: true })
  sourceUrl!: string | null;

  @Field(() => String, { nullable: true, description: 'A citation, where the source has no address.' })
  @Column('text', { name: 'source_note', nullable: true })
  sourceNote!: string | null;

  @Field(() => DateOnly, { description: 'When the source was looked at.' })
  @Column('text', { name: 'checked_on' })
  checkedOn!: string;

  @Field(() => DateTime, { description: 'When it was recorded.' })
  @Column('timestamptz', { name: 'recorded_at' })
  recordedAt!: Date;

  @Column('text', { name: 'network_id', nullable: true })
  networkId!: string | null;

  @Column('text', { name: 'seat_id', nullable: true })
  seatId!: string | null;
}

@ObjectType({ description: 'How many country reviews stand at a stage.' })
export class ReviewStageCount {
  @Field(() => ReviewStageEnum, { description: 'How far it has come.' })
  stage!: ReviewStage;
  @Field(() => Int, { description: 'How many.' })
  count!: number;
}
