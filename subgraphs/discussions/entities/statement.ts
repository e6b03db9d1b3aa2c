import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Visibility } from '../../../kit/context.ts';
import { DateTime, LocaleTag } from '../../../kit/scalars.ts';
import { defineEnum, type Provenance, ProvenanceEnum, VisibilityEnum } from '../../../kit/types.ts';
import { connectionOf } from './connection.ts';
import { TranslatedRecord } from './translated.ts';

export const statementStatuses = ['DRAFT', 'CIRCULATED', 'CONSENTED', 'PUBLISHED', 'WITHDRAWN'] as const;
export type StatementStatus = (typeof statementStatuses)[number];
export const StatementStatusEnum = defineEnum(
  'StatementStatus',
  statementStatuses,
  'DRAFT: seen by those who draft for its networks. CIRCULATED: its exact text has a hash, and every reader of its networks sees ' +
    'it. CONSENTED: every network decided for that hash. PUBLISHED, and perhaps WITHDRAWN.',
);

export type StatementField = 'title' | 'body';
/** A hundred texts of it fit into one row of Postgres with ease. */
export const statementLimits: Record<StatementField, number> = { title: 300, body: 20_000 }; // characters

@Entity({ name: 'statement' })
@ObjectType({ description: 'What one or more networks say with one voice.' })
@Directive('@key(fields: "id")')
export class Statement extends TranslatedRecord<StatementField> {
  @Field(() => ID)
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Column('text', { name: 'network_ids', array: true })
  networkIds!: string[];

  /** A statement is of networks: always null. */
  @Column('text', { name: 'body_id', nullable: true })
  bodyId!: string | null;

  @Field(() => VisibilityEnum, { description: 'Who may read it now.' })
  @Column('text', { name: 'visibility' })
  visibility!: Visibility;

  @Field(() => VisibilityEnum, { description: 'Who may read it once it is published.' })
  @Column('text', { name: 'publication_visibility' })
  publicationVisibility!: Visibility;

  /** False: only who may draft for one of its networks sees it. */
  @Column('boolean', { name: 'circulated' })
  circulated!: boolean;

  @Field(() => StatementStatusEnum)
  @Column('text', { name: 'status' })
  status!: StatementStatus;

  @Field(() => Int, {
    description: 'Goes up with each change of text, translation or status; not with endorsements and checks.',
  })
  @Column('integer', { name: 'version' })
  version!: number;

  @Field(() => [LocaleTag], {
    description: 'The languages of the text that was circulated; other translations are not decided on.',
  })
  @Column('text', { name: 'hashed_locales', array: true })
  contentLocales!: string[];

  @Field(() => String, {
    nullable: true,
    description:
      'SHA-256 in hex of `canonicalText`: what decisions, checks and endorsements name. null before it is circulated.',
  })
  @Column('text', { name: 'content_hash', nullable: true })
  contentHash!: string | null;

  @Field(() => String, { nullable: true, description: 'Where it is to be heard: a session, a dialogue, a meeting.' })
  @Column('text', { name: 'forum', nullable: true })
  forum!: string | null;

  @Column('text', { name: 'engagement_id', nullable: true })
  engagementId!: string | null;

  @Column('text', { name: 'drafted_by_seat_id', nullable: true })
  draftedBySeatId!: string | null;

  /** Who has written its text, the first draft or a later one. */
  @Column('text', { name: 'written_by_seat_ids', array: true })
  writtenBySeatIds!: string[];

  @Column('text', { name: 'decision_ids', array: true })
  decisionIds!: string[];

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'withdrawal_reason', nullable: true })
  withdrawalReason!: string | null;

  @Field(() => ProvenanceEnum)
  @Column('text', { name: 'provenance' })
  provenance!: Provenance;

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'source_url', nullable: true })
  sourceUrl!: string | null;

  @Field(() => DateTime)
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When its present text was circulated.' })
  @Column({ type: 'timestamptz', name: 'circulated_at', precision: 3, nullable: true })
  circulatedAt!: Date | null;

  @Field(() => DateTime, { nullable: true })
  @Column({ type: 'timestamptz', name: 'consented_at', precision: 3, nullable: true })
  consentedAt!: Date | null;

  @Field(() => DateTime, { nullable: true })
  @Column({ type: 'timestamptz', name: 'published_at', precision: 3, nullable: true })
  publishedAt!: Date | null;

  @Field(() => DateTime, { nullable: true })
  @Column({ type: 'timestamptz', name: 'withdrawn_at', precision: 3, nullable: true })
  withdrawnAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When a safety officer took words out of it for good; its hash is still that of the words decided on.',
  })
  @Column({ type: 'timestamptz', name: 'redacted_at', precision: 3, nullable: true })
  redactedAt!: Date | null;
}

/** An organisation that endorses a text, or disagrees with it. The latter is counted and shown to nobody. */
@Entity({ name: 'statement_stance' })
export class StatementStance {
  @PrimaryColumn('text', { name: 'statement_id' })
  statementId!: string;

  @PrimaryColumn('text', { name: 'organisation_id' })
  organisationId!: string;

  @Column('text', { name: 'stance' })
  stance!: 'ENDORSES' | 'DISSENTS';

  @Column('text', { name: 'content_hash' })
  contentHash!: string;

  @Column('text', { name: 'seat_id' })
  seatId!: string;

  @Column({ type: 'timestamptz', name: 'taken_at', precision: 3 })
  takenAt!: Date;
}

@Entity({ name: 'statement_check' })
@ObjectType({ description: 'Somebody has read the text for what could endanger people, on behalf of a network.' })
export class SafetyCheck {
  @PrimaryColumn('text', { name: 'statement_id' })
  statementId!: string;

  @PrimaryColumn('text', { name: 'network_id' })
  networkId!: string;

  @Field(() => Boolean, { description: 'By the network’s safety officer, whose word stands over a second person’s.' })
  @PrimaryColumn('boolean', { name: 'by_officer' })
  byOfficer!: boolean;

  @Field(() => String, { description: 'The text that was read; of another text it says nothing.' })
  @Column('text', { name: 'content_hash' })
  contentHash!: string;

  @Field(() => Boolean)
  @Column('boolean', { name: 'passed' })
  passed!: boolean;

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'note', nullable: true })
  note!: string | null;

  @Column('text', { name: 'seat_id' })
  seatId!: string;

  @Field(() => DateTime)
  @Column({ type: 'timestamptz', name: 'checked_at', precision: 3 })
  checkedAt!: Date;
}

export const StatementConnection = connectionOf(() => Statement, 'Statement', 'Statements, newest first.');
