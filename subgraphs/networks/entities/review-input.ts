import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Visibility } from '../../../kit/context.ts';
import { DateTime } from '../../../kit/scalars.ts';
import { defineEnum, VisibilityEnum } from '../../../kit/types.ts';
import type { Words } from '../words.ts';

export const reviewInputStatuses = ['NOT_STARTED', 'COLLECTING', 'READY', 'SUBMITTED'] as const;
export type ReviewInputStatus = (typeof reviewInputStatuses)[number];
export const ReviewInputStatusEnum = defineEnum(
  'ReviewInputStatus',
  reviewInputStatuses,
  'SUBMITTED: handed to the State, or to the office that gathers for it.',
);

@Entity({ name: 'review_input' })
@ObjectType({
  description: "What a network has to say about one article in a country's review: one line of its input kit.",
})
export class ReviewInput {
  @Field(() => ID, { description: 'Never changes.' })
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Column('text', { name: 'review_id' })
  reviewId!: string;

  @Column('text', { name: 'network_id' })
  networkId!: string;

  @Field(() => String, { description: 'As in `UNTOC:5`.' })
  @Column('text', { name: 'article' })
  article!: string;

  @Field(() => ReviewInputStatusEnum, { description: 'Where it stands.' })
  @Column('text', { name: 'status' })
  status!: ReviewInputStatus;

  @Column('jsonb', { name: 'text', nullable: true })
  texts!: Words | null;

  @Column('text', { name: 'organisation_id', nullable: true })
  organisationId!: string | null;

  @Field(() => VisibilityEnum, { description: 'Who may see it.' })
  @Column('text', { name: 'visibility' })
  visibility!: Visibility;

  @Column('text', { name: 'changed_by', nullable: true })
  changedBySeatId!: string | null;

  @Field(() => DateTime, { description: 'When it was last written.' })
  @Column('timestamptz', { name: 'changed_at' })
  changedAt!: Date;

  @Field(() => Int, { description: 'Goes up with each change: give it as `expectedVersion`.' })
  @Column('integer', { name: 'version' })
  version!: number;
}

@ObjectType({ description: 'One article of the questionnaire, with what the network has for it so far.' })
export class ReviewChecklistItem {
  @Field(() => String, { description: 'As in `UNTOC:5`.' })
  article!: string;
  @Field(() => ReviewInputStatusEnum, { description: 'NOT_STARTED where nothing is there that you may see.' })
  status!: ReviewInputStatus;
  @Field(() => ReviewInput, { nullable: true, description: 'What the network has, if you may see it.' })
  input!: ReviewInput | null;
}
