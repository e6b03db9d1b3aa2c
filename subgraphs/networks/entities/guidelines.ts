import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Visibility } from '../../../kit/context.ts';
import { DateOnly, DateTime, LocaleTag } from '../../../kit/scalars.ts';
import {
  defineEnum,
  type Provenance,
  ProvenanceEnum,
  type TranslationState,
  TranslationStateEnum,
  VisibilityEnum,
} from '../../../kit/types.ts';

export const guidelineStatuses = ['DRAFT', 'CONSULTATION', 'ADOPTED', 'SUPERSEDED', 'WITHDRAWN'] as const;
export type GuidelineStatus = (typeof guidelineStatuses)[number];
export const GuidelineStatusEnum = defineEnum(
  'GuidelineStatus',
  guidelineStatuses,
  'DRAFT: being written. CONSULTATION: the text stands still while members discuss and decide on it; it goes back to DRAFT to be changed. ' +
    'ADOPTED: in force. SUPERSEDED: a later edition is in force. WITHDRAWN: given up before it was adopted.',
);

@Entity({ name: 'guidelines' })
@ObjectType({
  description:
    'One edition of a text by which a network works, as its operating guidelines. What was adopted never changes: a change is a new edition.',
})
@Directive('@key(fields: "id")')
export class Guidelines {
  @Field(() => ID, { description: 'Of this edition.' })
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Column('text', { name: 'network_id' })
  networkId!: string;

  /** The id of the first edition. */
  @Column('text', { name: 'series_id' })
  seriesId!: string;

  @Field(() => Int, { description: 'From 1; one more than that of the edition it is to supersede.' })
  @Column('integer', { name: 'edition' })
  edition!: number;

  @Column('text', { name: 'supersedes_id', nullable: true })
  supersedesId!: string | null;

  @Field(() => GuidelineStatusEnum, { description: 'Where it stands between being written and being replaced.' })
  @Column('text', { name: 'status' })
  status!: GuidelineStatus;

  @Field(() => VisibilityEnum, {
    description: 'Who may read it once it is adopted. Until then, and if it is withdrawn, its network alone does.',
  })
  @Column('text', { name: 'visibility' })
  visibility!: Visibility;

  @Field(() => LocaleTag, { description: 'The language of record: in it the text is decided on.' })
  @Column('text', { name: 'record_locale' })
  recordLocale!: string;

  @Column('text', { name: 'title' })
  recordTitle!: string;

  @Column('text', { name: 'body' })
  recordBody!: string;

  @Field(() => String, {
    description: 'SHA-256 of `canonicalText` in UTF-8, in lower-case hex: what a decision names.',
  })
  @Column('text', { name: 'content_hash' })
  contentHash!: string;

  @Field(() => DateOnly, { nullable: true, description: 'The day by which members are asked to have commented.' })
  @Column('date', { name: 'consultation_ends_on', nullable: true })
  consultationEndsOn!: string | null;

  @Field(() => DateOnly, { nullable: true, description: 'The day of the decision, in UTC.' })
  @Column('date', { name: 'adopted_on', nullable: true })
  adoptedOn!: string | null;

  @Column('text', { name: 'adopted_by_decision_id', nullable: true })
  adoptedByDecisionId!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it was last taken back to be changed, or withdrawn.' })
  @Column('text', { name: 'note', nullable: true })
  note!: string | null;

  @Column('text', { name: 'drafted_by_seat_id', nullable: true })
  draftedBySeatId!: string | null;

  @Field(() => DateTime, { description: 'When it was begun.' })
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'When its text, status or visibility last changed.' })
  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3 })
  updatedAt!: Date;

  @Field(() => ProvenanceEnum, { description: 'Where the record comes from.' })
  @Column('text', { name: 'provenance' })
  provenance!: Provenance;

  @Field(() => String, { nullable: true, description: 'Where the text was published, if it was.' })
  @Column('text', { name: 'source_url', nullable: true })
  sourceUrl!: string | null;

  @Field(() => Int, { description: 'Goes up with each change: give it as `expectedVersion`.' })
  @Column('integer', { name: 'version' })
  version!: number;
}

@Entity({ name: 'guidelines_revision' })
@ObjectType({ description: 'A text as it was put to the members, kept word for word in the language of record.' })
export class GuidelinesRevision {
  @PrimaryColumn('text', { name: 'guidelines_id' })
  guidelinesId!: string;

  @Field(() => Int, { description: 'From 1, in the order in which they were circulated.' })
  @PrimaryColumn('integer', { name: 'number' })
  number!: number;

  @Field(() => LocaleTag, { description: 'The language of record at that time.' })
  @Column('text', { name: 'record_locale' })
  recordLocale!: string;

  @Field(() => String, { description: 'Its title then.' })
  @Column('text', { name: 'title' })
  title!: string;

  @Field(() => String, { description: 'Its text then.' })
  @Column('text', { name: 'body' })
  body!: string;

  @Field(() => String, { description: 'As in `Guidelines.contentHash` then.' })
  @Column('text', { name: 'content_hash' })
  contentHash!: string;

  @Column('text', { name: 'circulated_by_seat_id', nullable: true })
  circulatedBySeatId!: string | null;

  @Field(() => DateTime, { description: 'When it was put to the members.' })
  @Column({ type: 'timestamptz', name: 'circulated_at', precision: 3 })
  circulatedAt!: Date;
}

@Entity({ name: 'guidelines_translation' })
@ObjectType({ description: 'Guidelines in another language than that of record.' })
export class GuidelinesTranslation {
  @PrimaryColumn('text', { name: 'guidelines_id' })
  guidelinesId!: string;

  @Field(() => LocaleTag, { description: 'Its language.' })
  @PrimaryColumn('text', { name: 'locale' })
  locale!: string;

  @Field(() => String, { description: 'The title in that language.' })
  @Column('text', { name: 'title' })
  title!: string;

  @Field(() => String, { description: 'The text in that language.' })
  @Column('text', { name: 'body' })
  body!: string;

  @Field(() => String, { description: '`Guidelines.contentHash` of the text that it translates.' })
  @Column('text', { name: 'source_hash' })
  sourceHash!: string;

  @Column('text', { name: 'translated_by_seat_id', nullable: true })
  translatedBySeatId!: string | null;

  @Field(() => DateTime, { description: 'When it was given.' })
  @Column({ type: 'timestamptz', name: 'translated_at', precision: 3 })
  translatedAt!: Date;

  @Field(() => TranslationStateEnum, { description: 'STALE when the text of record has changed since.' })
  state!: TranslationState;
}
