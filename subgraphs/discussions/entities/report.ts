import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { DateTime } from '../../../kit/scalars.ts';
import { connectionOf } from './connection.ts';

@Entity({ name: 'post_report' })
@ObjectType({ description: 'Somebody told the safety officers of a post.' })
export class PostReport {
  @Field(() => ID)
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Field(() => ID, {
    description: 'Of the post, also where you do not read its thread: you can redact it all the same.',
  })
  @Column('text', { name: 'post_id' })
  postId!: string;

  @Column('text', { name: 'seat_id' })
  seatId!: string;

  @Field(() => String)
  @Column('text', { name: 'reason' })
  reason!: string;

  @Field(() => String, {
    nullable: true,
    description: 'What the post said when it was reported; forgotten when the report is closed or the post redacted.',
  })
  @Column('text', { name: 'reported_text', nullable: true })
  reportedText!: string | null;

  @Field(() => DateTime)
  @Column({ type: 'timestamptz', name: 'reported_at', precision: 3 })
  reportedAt!: Date;

  @Field(() => DateTime, { nullable: true })
  @Column({ type: 'timestamptz', name: 'closed_at', precision: 3, nullable: true })
  closedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'What was done about it.' })
  @Column('text', { name: 'outcome', nullable: true })
  outcome!: string | null;
}

export const PostReportConnection = connectionOf(() => PostReport, 'PostReport', 'Reports, newest first.');
