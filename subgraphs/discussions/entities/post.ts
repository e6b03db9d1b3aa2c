import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Cursor, DateTime, LocaleTag } from '../../../kit/scalars.ts';
import { PageInfo } from '../../../kit/types.ts';

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

  @Field(() => DateTime, { nullable: true })
  @Column({ type: 'timestamptz', name: 'deleted_at', precision: 3, nullable: true })
  deletedAt!: Date | null;
}

@ObjectType()
export class PostEdge {
  @Field(() => Post)
  node!: Post;
  @Field(() => Cursor)
  cursor!: string;
}

@ObjectType({ description: 'Posts, oldest first: new ones only ever come after the last page.' })
export class PostConnection {
  @Field(() => [PostEdge])
  edges!: PostEdge[];
  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}
