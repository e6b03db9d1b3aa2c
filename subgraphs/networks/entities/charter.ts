import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Cursor, DateTime, LocaleTag } from '../../../kit/scalars.ts';
import { defineEnum, type Localized, PageInfo } from '../../../kit/types.ts';

export const charterStatuses = ['PROPOSED', 'APPLIED', 'REPLACED', 'WITHDRAWN'] as const;
export type CharterStatus = (typeof charterStatuses)[number];
export const CharterStatusEnum = defineEnum(
  'CharterStatus',
  charterStatuses,
  'PROPOSED: to be decided on. APPLIED: decided, and what the network says of itself now. REPLACED: a later one is. WITHDRAWN: given up.',
);

@Entity({ name: 'charter_proposal' })
@ObjectType({
  description:
    'A mission and objectives put to a network. They become its own by a decision about the Network that names `contentHash`, and by no other way.',
})
@Directive('@key(fields: "id")')
export class CharterProposal {
  @Field(() => ID, {
    description: 'Part of `canonicalText`: a decision on it is on no other proposal of the same words.',
  })
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Column('text', { name: 'network_id' })
  networkId!: string;

  @Field(() => CharterStatusEnum, { description: 'What has become of it.' })
  @Column('text', { name: 'status' })
  status!: CharterStatus;

  @Field(() => LocaleTag, { description: 'The language of record: in it the text is decided on.' })
  @Column('text', { name: 'record_locale' })
  recordLocale!: string;

  @Column('jsonb', { name: 'mission', nullable: true })
  mission!: Localized | null;

  @Column('jsonb', { name: 'objectives' })
  objectives!: Localized[];

  @Column('jsonb', { name: 'rationale', nullable: true })
  rationale!: Localized | null;

  @Field(() => String, {
    description: 'SHA-256 of `canonicalText` in UTF-8, in lower-case hex: what a decision names.',
  })
  @Column('text', { name: 'content_hash' })
  contentHash!: string;

  @Column('text', { name: 'decision_id', nullable: true })
  decisionId!: string | null;

  /** The decision's place in the network's feed, which says which of two is the later. */
  @Column('bigint', { name: 'decision_position', nullable: true })
  decisionPosition!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it was withdrawn, if that was said.' })
  @Column('text', { name: 'withdrawal_reason', nullable: true })
  withdrawalReason!: string | null;

  @Column('text', { name: 'proposed_by_seat_id', nullable: true })
  proposedBySeatId!: string | null;

  @Field(() => DateTime, { description: 'When it was put.' })
  @Column({ type: 'timestamptz', name: 'proposed_at', precision: 3 })
  proposedAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it became what the network says of itself.' })
  @Column({ type: 'timestamptz', name: 'applied_at', precision: 3, nullable: true })
  appliedAt!: Date | null;

  @Field(() => Int, { description: 'Goes up with each change: give it as `expectedVersion`.' })
  @Column('integer', { name: 'version' })
  version!: number;
}

@ObjectType({ description: 'A proposal in its place in the list.' })
export class CharterProposalEdge {
  @Field(() => CharterProposal, { description: 'The proposal.' })
  node!: CharterProposal;
  @Field(() => Cursor, { description: 'Resumes after it.' })
  cursor!: string;
}

@ObjectType({ description: 'Proposals, newest first.' })
export class CharterProposalConnection {
  @Field(() => [CharterProposalEdge], { description: 'This page.' })
  edges!: CharterProposalEdge[];
  @Field(() => PageInfo, { description: 'Whether there are more.' })
  pageInfo!: PageInfo;
}
