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

  @Field(() => MembershipStatusEnum)
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

  @Field(() => ProvenanceEnum)
  @Column('text')
  provenance!: Provenance;

  @Column('text', { name: 'source_url', nullable: true })
  sourceUrl!: string | null;

  @Field(() => Int)
  @Column('integer')
  version!: number;
}

@ObjectType({ description: 'One step of a membership.' })
@Entity('membership_event')
export class MembershipEvent {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Column('text', { name: 'membership_id' })
  membershipId!: string;

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
