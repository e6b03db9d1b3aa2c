import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { DateTime } from '../../../kit/scalars.ts';
import { defineEnum } from '../../../kit/types.ts';

export const attachmentKinds = ['FILE', 'LINK'] as const;
export type AttachmentKind = (typeof attachmentKinds)[number];
export const AttachmentKindEnum = defineEnum(
  'AttachmentKind',
  attachmentKinds,
  'FILE: kept here, to be fetched with your bearer token. LINK: something elsewhere on the web, such as a video.',
);

/** Without its bytes, which are read only when the file is fetched. */
@Entity({ name: 'attachment' })
@ObjectType({ description: 'A file or a link that belongs to a post.' })
export class Attachment {
  @Field(() => ID)
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Field(() => AttachmentKindEnum)
  @Column('text', { name: 'kind' })
  kind!: AttachmentKind;

  @Column('text', { name: 'thread_id' })
  threadId!: string;

  /** Null until a post takes it. */
  @Column('text', { name: 'post_id', nullable: true })
  postId!: string | null;

  @Column('integer', { name: 'position' })
  position!: number;

  @Column('text', { name: 'seat_id', nullable: true })
  seatId!: string | null;

  @Field(() => String, { description: 'Of a file with the ending that its content calls for; of a link its title.' })
  @Column('text', { name: 'name' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'As its bytes say, whatever its name says. Of a link unknown.' })
  @Column('text', { name: 'media_type', nullable: true })
  mediaType!: string | null;

  @Field(() => Int, { nullable: true, name: 'bytes', description: 'Of a file as it is kept.' })
  @Column('integer', { name: 'size', nullable: true })
  size!: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'What it shows, in words, for those who cannot see it or cannot load it. Images and links have one.',
  })
  @Column('text', { name: 'text_alternative', nullable: true })
  textAlternative!: string | null;

  /** Of a link. */
  @Column('text', { name: 'url', nullable: true })
  link!: string | null;

  @Field(() => String, { nullable: true, description: 'Of a link: the same for a poor connection.' })
  @Column('text', { name: 'low_bandwidth_url', nullable: true })
  lowBandwidthUrl!: string | null;

  @Field(() => DateTime)
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;
}

@Entity({ name: 'upload' })
@ObjectType('AttachmentUpload', {
  description: 'A file on its way: its parts may come in any order, over any number of connections, within a day.',
})
export class Upload {
  @Field(() => ID)
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Column('text', { name: 'thread_id' })
  threadId!: string;

  @Column('text', { name: 'seat_id' })
  seatId!: string;

  @Field(() => String)
  @Column('text', { name: 'name' })
  name!: string;

  @Field(() => Int, { name: 'bytes' })
  @Column('integer', { name: 'size' })
  size!: number;

  @Column('text', { name: 'text_alternative', nullable: true })
  textAlternative!: string | null;

  @Column('text', { name: 'attachment_id', nullable: true })
  attachmentId!: string | null;

  @Field(() => DateTime)
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  /** Set where it is shown. */
  @Field(() => Int, { description: 'Bytes of each part but the last.' })
  partBytes!: number;

  @Field(() => [Int], { description: 'Numbers of the parts that have not come yet, from 0.' })
  @Directive('@listSize(assumedSize: 80)')
  missingParts!: number[];
}
