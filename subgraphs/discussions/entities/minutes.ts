import { Field, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { DateTime, LocaleTag } from '../../../kit/scalars.ts';
import type { Localized } from '../../../kit/types.ts';
import type { Meeting } from './meeting.ts';

@Entity({ name: 'minutes' })
@ObjectType({
  description: 'What was written down of a meeting. A version is never changed: a correction is a new one.',
})
export class Minutes {
  @PrimaryColumn('text', { name: 'meeting_id' })
  meetingId!: string;

  @Field(() => Int, { description: '1, 2, 3 …' })
  @PrimaryColumn('integer', { name: 'number' })
  number!: number;

  @Column('jsonb', { name: 'texts' })
  texts!: Localized;

  @Field(() => LocaleTag, { description: 'The language of record.' })
  @Column('text', { name: 'source_locale' })
  originalLocale!: string;

  @Field(() => Boolean, {
    description: 'Whether the text says who said what. Such minutes are never seen outside the networks or the group.',
  })
  @Column('boolean', { name: 'attributed' })
  attributed!: boolean;

  @Field(() => String, {
    description:
      'What a decision names to adopt them: SHA-256 in hex of the UTF-8 JSON `{"<locale>":"<text>",…}`, locales in order, no spaces.',
  })
  @Column('text', { name: 'content_hash' })
  contentHash!: string;

  @Column('text', { name: 'written_by_seat_id' })
  writtenBySeatId!: string;

  @Field(() => DateTime)
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column('text', { name: 'decision_ids', array: true })
  decisionIds!: string[];

  @Field(() => DateTime, { nullable: true, description: 'null: not adopted.' })
  @Column({ type: 'timestamptz', name: 'adopted_at', precision: 3, nullable: true })
  adoptedAt!: Date | null;

  /** Set where minutes are shown. */
  meeting!: Meeting;
}
