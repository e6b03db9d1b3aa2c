import { createUnionType, Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Visibility } from '../../../kit/context.ts';
import { DateTime } from '../../../kit/scalars.ts';
import { defineEnum, type Localized, type Provenance, ProvenanceEnum, VisibilityEnum } from '../../../kit/types.ts';
import { connectionOf } from './connection.ts';
import { Decision } from './decision.ts';
import { KnowledgeItem } from './knowledge.ts';
import { Meeting } from './meeting.ts';
import { Statement } from './statement.ts';
import { Activity, Body, Guidelines, Network, Objective, Outcome, ReviewEngagement, WorkingPlan } from './stubs.ts';

export const threadStatuses = ['OPEN', 'RESOLVED', 'LOCKED', 'ARCHIVED'] as const;
export type ThreadStatus = (typeof threadStatuses)[number];
export const ThreadStatusEnum = defineEnum(
  'ThreadStatus',
  threadStatuses,
  'OPEN and RESOLVED threads take posts; LOCKED and ARCHIVED ones can only be read.',
);

export const anchorTypes = {
  Network,
  Body,
  WorkingPlan,
  Objective,
  Outcome,
  Activity,
  Meeting,
  Decision,
  Guidelines,
  ReviewEngagement,
  Statement,
  KnowledgeItem,
};
export const ThreadAnchor = createUnionType({
  name: 'ThreadAnchor',
  description: 'What a thread or a decision is about.',
  types: () => Object.values(anchorTypes) as [typeof Network, ...(typeof anchorTypes)[keyof typeof anchorTypes][]],
});
export type AnchorTypename = keyof typeof anchorTypes;

@Entity({ name: 'thread' })
@ObjectType({ description: 'A discussion among the members of one or more networks.' })
@Directive('@key(fields: "id")')
export class Thread {
  @Field(() => ID)
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Column('text', { name: 'network_ids', array: true })
  networkIds!: string[];

  /** The body it belongs to; the audience of a GROUP thread. */
  @Column('text', { name: 'body_id', nullable: true })
  bodyId!: string | null;

  @Column('text', { name: 'anchor_typename' })
  anchorTypename!: AnchorTypename;

  @Column('text', { name: 'anchor_id' })
  anchorId!: string;

  @Field(() => String, { nullable: true, description: 'The field of the anchor that the thread hangs on.' })
  @Column('text', { name: 'anchor_field', nullable: true })
  anchorField!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The text it was written against, kept if that text moves; dropped when text is redacted from the plan.',
  })
  @Column('text', { name: 'anchor_quote', nullable: true })
  anchorQuote!: string | null;

  @Column('jsonb', { name: 'titles', nullable: true })
  titles!: Localized | null;

  @Column('text', { name: 'source_locale' })
  sourceLocale!: string;

  @Field(() => ThreadStatusEnum)
  @Column('text', { name: 'status' })
  status!: ThreadStatus;

  @Field(() => VisibilityEnum)
  @Column('text', { name: 'visibility' })
  visibility!: Visibility;

  @Column('text', { name: 'started_by_seat_id', nullable: true })
  startedBySeatId!: string | null;

  @Field(() => ProvenanceEnum)
  @Column('text', { name: 'provenance' })
  provenance!: Provenance;

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'source_url', nullable: true })
  sourceUrl!: string | null;

  /** The position of its newest post. Posts take theirs under this row's lock, so positions have no holes and never arrive out of order. */
  @Field(() => Int, { description: 'Also of posts whose text was taken away.' })
  @Column('integer', { name: 'post_count' })
  postCount!: number;

  /** How often its posts were edited, deleted, redacted, translated or reacted to. Counted under this row's lock, as positions are. */
  @Column('integer', { name: 'change_count' })
  changeCount!: number;

  @Field(() => DateTime)
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Field(() => DateTime)
  @Column({ type: 'timestamptz', name: 'last_activity_at', precision: 3 })
  lastActivityAt!: Date;
}

export const ThreadConnection = connectionOf(
  () => Thread,
  'Thread',
  'Threads, latest activity first. One that gets a post while you page moves to the front: you never meet it twice.',
);
