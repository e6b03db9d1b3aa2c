import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { DateTime, LocaleTag } from '../../../kit/scalars.ts';
import { type TranslationState, TranslationStateEnum } from '../../../kit/types.ts';
import { connectionOf } from './connection.ts';

@Entity({ name: 'post' })
@ObjectType({
  description: 'A contribution to a thread, in plain text. A deleted one keeps its place, without its text.',
})
@Directive('@key(fields: "id")')
export class Post {
  @Field(() => ID)
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Column('text', { name: 'thread_id' })
  threadId!: string;

  /** 1, 2, 3 ... within the thread, in the order of commits. */
  @Column('integer', { name: 'position' })
  position!: number;

  @Column('text', { name: 'author_seat_id', nullable: true })
  authorSeatId!: string | null;

  @Column('text', { name: 'text' })
  text!: string;

  @Field(() => LocaleTag)
  @Column('text', { name: 'original_locale' })
  originalLocale!: string;

  @Column('text', { name: 'reply_to_id', nullable: true })
  replyToId!: string | null;

  @Column('text', { name: 'mention_seat_ids', array: true })
  mentionSeatIds!: string[];

  @Field(() => DateTime)
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true })
  @Column({ type: 'timestamptz', name: 'edited_at', precision: 3, nullable: true })
  editedAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When its text was taken away, by its author or by redaction.',
  })
  @Column({ type: 'timestamptz', name: 'deleted_at', precision: 3, nullable: true })
  deletedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When a safety officer took its text away.' })
  @Column({ type: 'timestamptz', name: 'redacted_at', precision: 3, nullable: true })
  redactedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why it was redacted, in the words of the safety officer.' })
  @Column('text', { name: 'redaction_reason', nullable: true })
  redactionReason!: string | null;

  @Field(() => Int, {
    description: 'Goes up with each change of its text: what `expectedVersion` and translations refer to.',
  })
  @Column('integer', { name: 'version' })
  version!: number;

  /** The thread's `changeCount` when it last changed in any way since it was written; 0 before that. */
  @Column('integer', { name: 'change' })
  change!: number;

  /** Networks of the thread that the author spoke in: their safety officers may read its earlier versions. */
  @Column('text', { name: 'author_network_ids', array: true })
  authorNetworkIds!: string[];
}

@Entity({ name: 'post_revision' })
@ObjectType({ description: 'A text that a post had before it was edited.' })
export class PostRevision {
  @PrimaryColumn('text', { name: 'post_id' })
  postId!: string;

  @Field(() => Int)
  @PrimaryColumn('integer', { name: 'version' })
  version!: number;

  @Field(() => String)
  @Column('text', { name: 'text' })
  text!: string;

  @Field(() => DateTime)
  @Column({ type: 'timestamptz', name: 'written_at', precision: 3 })
  writtenAt!: Date;
}

@Entity({ name: 'post_translation' })
@ObjectType({ description: 'A post in another language, given by a person.' })
export class PostTranslation {
  @PrimaryColumn('text', { name: 'post_id' })
  postId!: string;

  @Field(() => LocaleTag)
  @PrimaryColumn('text', { name: 'locale' })
  locale!: string;

  @Field(() => String)
  @Column('text', { name: 'text' })
  text!: string;

  @Field(() => Int, { description: '`Post.version` that it was made from.' })
  @Column('integer', { name: 'source_version' })
  sourceVersion!: number;

  @Field(() => Int, { description: 'Goes up with each change of the translation.' })
  @Column('integer', { name: 'version' })
  version!: number;

  @Column('text', { name: 'seat_id' })
  seatId!: string;

  @Field(() => DateTime)
  @Column({ type: 'timestamptz', name: 'written_at', precision: 3 })
  writtenAt!: Date;

  /** Set where it is shown. */
  @Field(() => TranslationStateEnum)
  state!: TranslationState;
}

@ObjectType({ description: 'How many seats have answered a post with the same sign.' })
export class Reaction {
  @Field(() => String, { description: 'agree, thanks, celebrate, seen, question or disagree.' })
  key!: string;
  @Field(() => Int)
  count!: number;
  seatIds!: string[];
}

export const PostConnection = connectionOf(
  () => Post,
  'Post',
  'Posts, oldest first: new ones only ever come after the last page.',
);
