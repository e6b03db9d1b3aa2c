import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { Cursor, DateTime } from '../../../kit/scalars.ts';
import { defineEnum, PageInfo, type Provenance, ProvenanceEnum } from '../../../kit/types.ts';
import { type MembershipStatus, membershipStatuses } from '../states.ts';

export type { MembershipStatus };
export const MembershipStatusEnum = defineEnum('MembershipStatus', membershipStatuses);

@ObjectType({ description: "An organisation's membership of a network, from the first application on." })
@Directive('@key(fields: "id")')
@Entity('membership')
export class Membership {
  @Field(() => ID)
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'organisation_id' })
  organisationId!: string;

  @Column('text', { name: 'network_id' })
  networkId!: string;

  @Field(() => MembershipStatusEnum, { description: 'Where it stands now.' })
  @Column('text')
  status!: MembershipStatus;

  @Column('text', { nullable: true })
  since!: string | null;

  @Column('text', { name: 'sponsor_organisation_id', nullable: true })
  sponsorOrganisationId!: string | null;

  @Column('text', { nullable: true })
  motivation!: string | null;

  @Column('text', { name: 'applied_by_seat_id', nullable: true })
  appliedBySeatId!: string | null;

  @Column('text', { name: 'applied_by_person_id', nullable: true })
  appliedByPersonId!: string | null;

  /** OIDC `sub` of whom the network has invited. */
  @Column('text', { name: 'invited_subject', nullable: true })
  invitedSubject!: string | null;

  @Column('timestamptz', { name: 'invited_until', nullable: true })
  invitedUntil!: Date | null;

  /** When the network has made sure of who applies. */
  @Column('timestamptz', { name: 'checked_at', nullable: true })
  checkedAt!: Date | null;

  @Column('text', { name: 'checked_by_seat_id', nullable: true })
  checkedBySeatId!: string | null;

  @Column('text', { name: 'check_note', nullable: true })
  checkNote!: string | null;

  /** When the application was last declined, or withdrawn: from then on its data is kept for 90 days. */
  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;

  @Column('timestamptz', { name: 'appealed_at', nullable: true })
  appealedAt!: Date | null;

  @Column('timestamptz', { name: 'erased_at', nullable: true })
  erasedAt!: Date | null;

  @Field(() => ProvenanceEnum)
  @Column('text')
  provenance!: Provenance;

  @Column('text', { name: 'source_url', nullable: true })
  sourceUrl!: string | null;

  @Field(() => Int, { description: 'Grows with each step.' })
  @Column('integer')
  version!: number;

  /** Organisations asked to sponsor it, while it is not yet decided; filled by the loader. */
  sponsorIds!: string[];
}

export const sponsorAnswers = ['CONFIRMED', 'REFUSED'] as const;
export type SponsorAnswer = (typeof sponsorAnswers)[number];
export const SponsorAnswerEnum = defineEnum('SponsorAnswer', sponsorAnswers);

@ObjectType({ description: 'What a member of the network says of an application it was asked to sponsor.' })
@Entity('sponsorship')
export class Sponsorship {
  @PrimaryColumn('text', { name: 'membership_id' })
  membershipId!: string;

  @PrimaryColumn('text', { name: 'organisation_id' })
  organisationId!: string;

  @Field(() => DateTime)
  @Column('timestamptz', { name: 'asked_at' })
  askedAt!: Date;

  @Field(() => SponsorAnswerEnum, { nullable: true, description: 'Null until it answers.' })
  @Column('text', { nullable: true })
  answer!: SponsorAnswer | null;

  @Field(() => DateTime, { nullable: true })
  @Column('timestamptz', { name: 'answered_at', nullable: true })
  answeredAt!: Date | null;

  @Column('text', { name: 'answered_by_seat_id', nullable: true })
  answeredBySeatId!: string | null;

  @Field(() => String, { nullable: true, description: 'Why, in its own words.' })
  @Column('text', { nullable: true })
  note!: string | null;
}

@ObjectType({ description: 'One step of a membership.' })
@Entity('membership_event')
export class MembershipEvent {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Column('text', { name: 'membership_id' })
  membershipId!: string;

  @Column('text', { name: 'network_id' })
  networkId!: string;

  /** Its place among the steps of its network: from 1, without holes, in the order of commits. */
  @Column('bigint')
  position!: string;

  /** Taken by the applicant, not by those who handle the application. */
  @Field(() => Boolean, { description: 'A step of the applicant: an answer, an appeal, a withdrawal.' })
  @Column('boolean', { name: 'by_applicant' })
  byApplicant!: boolean;

  @Field(() => DateTime, { nullable: true, description: 'Null where the source gives no day.' })
  @Column('timestamptz', { nullable: true })
  at!: Date | null;

  @Field(() => MembershipStatusEnum, { nullable: true })
  @Column('text', { name: 'from_status', nullable: true })
  from!: MembershipStatus | null;

  @Field(() => MembershipStatusEnum)
  @Column('text', { name: 'to_status' })
  to!: MembershipStatus;

  @Column('text', { name: 'by_seat_id', nullable: true })
  bySeatId!: string | null;

  @Column('text', { nullable: true })
  note!: string | null;

  @Column('text', { name: 'decision_id', nullable: true })
  decisionId!: string | null;
}

@ObjectType()
export class MembershipEdge {
  @Field(() => Membership)
  node!: Membership;
  @Field(() => Cursor)
  cursor!: string;
}

@ObjectType()
export class MembershipConnection {
  @Field(() => [MembershipEdge])
  edges!: MembershipEdge[];
  @Field(() => PageInfo)
  pageInfo!: PageInfo;
  @Field(() => Int)
  totalCount!: number;
}
