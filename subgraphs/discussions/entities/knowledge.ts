import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Visibility } from '../../../kit/context.ts';
import { DateOnly, DateTime } from '../../../kit/scalars.ts';
import {
  defineEnum,
  type Provenance,
  ProvenanceEnum,
  type ThematicArea,
  ThematicAreaEnum,
  VisibilityEnum,
} from '../../../kit/types.ts';
import { connectionOf } from './connection.ts';
import type { WebLink } from './meeting.ts';
import { TranslatedRecord } from './translated.ts';

export const knowledgeKinds = [
  'GOOD_PRACTICE',
  'ACHIEVEMENT',
  'CHALLENGE',
  'COMMON_AREA',
  'SOLUTION',
  'RESEARCH',
  'TRAINING_MATERIAL',
] as const;
export type KnowledgeKind = (typeof knowledgeKinds)[number];
export const KnowledgeKindEnum = defineEnum('KnowledgeKind', knowledgeKinds);

export const knowledgeStatuses = ['DRAFT', 'PEER_READING', 'PUBLISHED', 'RETIRED'] as const;
export type KnowledgeStatus = (typeof knowledgeStatuses)[number];
export const KnowledgeStatusEnum = defineEnum(
  'KnowledgeStatus',
  knowledgeStatuses,
  'DRAFT: seen by its organisation and those who lead its networks. PEER_READING: its networks read it and say what they think. ' +
    'PUBLISHED: for whom it is meant. RETIRED: no longer recommended, still readable.',
);

export const readingVerdicts = ['RECOMMENDS', 'SUGGESTS_CHANGES'] as const;
export type ReadingVerdict = (typeof readingVerdicts)[number];
export const ReadingVerdictEnum = defineEnum('ReadingVerdict', readingVerdicts);

export type KnowledgeField = 'title' | 'summary' | 'body';
export const knowledgeLimits: Record<KnowledgeField, number> = { title: 300, summary: 2_000, body: 50_000 }; // characters

@Entity({ name: 'knowledge_item' })
@ObjectType({
  description: 'A practice, achievement, challenge, solution, research or material that others can learn from.',
})
@Directive('@key(fields: "id")')
export class KnowledgeItem extends TranslatedRecord<KnowledgeField> {
  @Field(() => ID)
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Column('text', { name: 'network_ids', array: true })
  networkIds!: string[];

  @Column('text', { name: 'body_id', nullable: true })
  bodyId!: string | null;

  @Field(() => VisibilityEnum, { description: 'Who may read it now.' })
  @Column('text', { name: 'visibility' })
  visibility!: Visibility;

  @Field(() => VisibilityEnum, { description: 'Who may read it once it is published.' })
  @Column('text', { name: 'publication_visibility' })
  publicationVisibility!: Visibility;

  /** False: only its organisation and who leads one of its networks see it. */
  @Column('boolean', { name: 'shown' })
  shown!: boolean;

  @Field(() => KnowledgeStatusEnum)
  @Column('text', { name: 'status' })
  status!: KnowledgeStatus;

  @Field(() => Int, {
    description: 'Goes up with each change of text, translation, facts or status; not with readings and reuse.',
  })
  @Column('integer', { name: 'version' })
  version!: number;

  @Field(() => KnowledgeKindEnum)
  @Column('text', { name: 'kind' })
  kind!: KnowledgeKind;

  @Field(() => Int, { description: 'Goes up with each change of the text in the language of record.' })
  override sourceRevision!: number;

  @Column('text', { name: 'organisation_id' })
  organisationId!: string;

  /** Whether readers outside the organisation are told whose it is. */
  @Column('boolean', { name: 'named' })
  named!: boolean;

  @Column('text', { name: 'written_by_seat_id', nullable: true })
  writtenBySeatId!: string | null;

  @Field(() => [String])
  @Column('text', { name: 'tags', array: true })
  tags!: string[];

  @Field(() => [String], {
    description: 'Articles of the Convention and its Protocols: UNTOC:31, TIP:9, SOM:15, FP:14.',
  })
  @Column('text', { name: 'articles', array: true })
  articles!: string[];

  @Field(() => [ThematicAreaEnum])
  @Column('text', { name: 'thematic_areas', array: true })
  thematicAreas!: ThematicArea[];

  @Column('text', { name: 'countries', array: true })
  countryCodes!: string[];

  @Column('jsonb', { name: 'links' })
  webLinks!: WebLink[];

  @Column('text', { name: 'activity_ids', array: true })
  activityIds!: string[];

  @Field(() => DateOnly, { nullable: true, description: 'When somebody should look whether it still holds.' })
  @Column('text', { name: 'review_on', nullable: true })
  reviewOn!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When somebody last found that it still holds.' })
  @Column({ type: 'timestamptz', name: 'reviewed_at', precision: 3, nullable: true })
  reviewedAt!: Date | null;

  @Field(() => ProvenanceEnum)
  @Column('text', { name: 'provenance' })
  provenance!: Provenance;

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'source_url', nullable: true })
  sourceUrl!: string | null;

  @Field(() => DateTime)
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true })
  @Column({ type: 'timestamptz', name: 'published_at', precision: 3, nullable: true })
  publishedAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When a safety officer took words out of it for good; they stand as ▇▇▇.',
  })
  @Column({ type: 'timestamptz', name: 'redacted_at', precision: 3, nullable: true })
  redactedAt!: Date | null;
}

@Entity({ name: 'knowledge_reading' })
@ObjectType({ description: 'What another organisation of its networks thinks of an item it has read: one each.' })
export class KnowledgeReading {
  @PrimaryColumn('text', { name: 'item_id' })
  itemId!: string;

  @PrimaryColumn('text', { name: 'organisation_id' })
  organisationId!: string;

  @Field(() => Int, {
    description: '`KnowledgeItem.sourceRevision` as it was read; one of an earlier text does not count.',
  })
  @Column('integer', { name: 'source_revision' })
  sourceRevision!: number;

  @Field(() => ReadingVerdictEnum)
  @Column('text', { name: 'verdict' })
  verdict!: ReadingVerdict;

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'note', nullable: true })
  note!: string | null;

  @Column('text', { name: 'seat_id' })
  seatId!: string;

  @Field(() => DateTime)
  @Column({ type: 'timestamptz', name: 'read_at', precision: 3 })
  readAt!: Date;
}

@Entity({ name: 'knowledge_reuse' })
@ObjectType({ description: 'An organisation has put an item to use.' })
export class ReuseRecord {
  @PrimaryColumn('text', { name: 'item_id' })
  itemId!: string;

  @PrimaryColumn('text', { name: 'organisation_id' })
  organisationId!: string;

  @Column('text', { name: 'network_id' })
  networkId!: string;

  @Column('text', { name: 'activity_id', nullable: true })
  activityId!: string | null;

  @Field(() => String, { nullable: true, description: 'What they made of it.' })
  @Column('text', { name: 'note', nullable: true })
  note!: string | null;

  @Column('text', { name: 'seat_id', nullable: true })
  seatId!: string | null;

  @Field(() => DateTime)
  @Column({ type: 'timestamptz', name: 'reused_at', precision: 3 })
  reusedAt!: Date;
}

@ObjectType({ description: 'Organisations of one network that put an item to use.' })
export class ReuseCount {
  networkId!: string;
  @Field(() => Int)
  organisations!: number;
}

@ObjectType({ description: 'Who put an item to use, besides the organisation it comes from: each organisation once.' })
export class KnowledgeReuse {
  @Field(() => Int, { description: 'In all networks.' })
  organisations!: number;
  @Field(() => Int, { description: 'In networks other than the item’s own: what has travelled between regions.' })
  acrossNetworks!: number;
  @Field(() => [ReuseCount])
  @Directive('@listSize(assumedSize: 3)')
  networks!: ReuseCount[];
  @Field(() => [ReuseRecord], {
    description:
      'Latest first, at most 100: for readers of the item’s networks; others find those of networks they read.',
  })
  @Directive('@listSize(assumedSize: 10)')
  records!: ReuseRecord[];
}

export const KnowledgeConnection = connectionOf(
  () => KnowledgeItem,
  'Knowledge',
  'Items of the library, newest first.',
);
