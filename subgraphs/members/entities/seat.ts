import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Role, roles, type Visibility } from '../../../kit/context.ts';
import { DateTime, PartialDate } from '../../../kit/scalars.ts';
import { defineEnum, type Provenance, ProvenanceEnum } from '../../../kit/types.ts';

export const displayModes = ['ORGANISATION_ONLY', 'SEAT_ALIAS', 'NAMED'] as const;
export type DisplayMode = (typeof displayModes)[number];
export const DisplayModeEnum = defineEnum(
  'DisplayMode',
  displayModes,
  "What others read in displayName: the organisation; the organisation and the seat's alias; or, for the few who may know, the person's name.",
);
export const RoleEnum = defineEnum('Role', roles);

@ObjectType({
  description:
    'A chair that an organisation holds. The seat is what other people see; the person in it is a separate, protected record.',
})
@Directive('@key(fields: "id")')
@Entity('seat')
export class Seat {
  @Field(() => ID)
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'organisation_id' })
  organisationId!: string;

  @Column('text')
  alias!: string;

  @Field(() => DisplayModeEnum)
  @Column('text', { name: 'display_mode' })
  displayMode!: DisplayMode;

  /** Null: the seat is vacant. */
  @Column('text', { name: 'person_id', nullable: true })
  personId!: string | null;

  @Field(() => ProvenanceEnum)
  @Column('text')
  provenance!: Provenance;

  @Column('text', { name: 'source_url', nullable: true })
  sourceUrl!: string | null;

  @Column('text', { name: 'preferred_locale' })
  preferredLocale!: string;

  /** IANA. */
  @Column('text', { name: 'time_zone' })
  timeZone!: string;

  @Column('text', { array: true })
  expertise!: string[];

  @Column('text', { name: 'expertise_visibility' })
  expertiseVisibility!: Visibility;

  @Field(() => Int, { description: 'Grows with each change of the seat itself, not with its roles.' })
  @Column('integer')
  version!: number;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Since when the seat is no more; what it wrote keeps its name.',
  })
  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  @Column('timestamptz', { name: 'frozen_at', nullable: true })
  frozenAt!: Date | null;

  @Column('text', { name: 'frozen_by_seat_id', nullable: true })
  frozenBySeatId!: string | null;

  @Column('text', { name: 'freeze_reason', nullable: true })
  freezeReason!: string | null;

  /** Networks in which the seat holds a role now, also while its organisation is suspended there; filled by the loader. */
  networkIds!: string[];

  /** Those of them that its organisation belongs to; filled by the loader. */
  homeNetworkIds!: string[];
}

export const offerAnswers = ['ACCEPTED', 'DECLINED', 'WITHDRAWN'] as const;
export type OfferAnswer = (typeof offerAnswers)[number];

@ObjectType({
  description: 'A seat that is held open for the reader of this, until it is accepted or the offer expires.',
})
@Entity('seat_offer')
export class SeatOffer {
  @Field(() => ID)
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'seat_id' })
  seatId!: string;

  /** OIDC `sub` of whom it is offered to. */
  @Column('text')
  subject!: string;

  @Column('text', { name: 'offered_by_seat_id', nullable: true })
  offeredBySeatId!: string | null;

  @Field(() => DateTime)
  @Column('timestamptz', { name: 'offered_at' })
  offeredAt!: Date;

  @Field(() => DateTime)
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('text', { nullable: true })
  answer!: OfferAnswer | null;

  @Column('timestamptz', { name: 'answered_at', nullable: true })
  answeredAt!: Date | null;
}

@ObjectType({ description: 'A role that a seat holds in a network, or in one of its bodies.' })
@Entity('role_assignment')
export class RoleAssignment {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'seat_id' })
  seatId!: string;

  @Field(() => RoleEnum)
  @Column('text')
  role!: Role;

  @Column('text', { name: 'network_id' })
  networkId!: string;

  @Column('text', { name: 'body_id', nullable: true })
  bodyId!: string | null;

  @Field(() => PartialDate, { nullable: true, description: 'As precise as the source; null where it gives no date.' })
  @Column('text', { name: 'starts_on', nullable: true })
  startsOn!: string | null;

  @Field(() => PartialDate, { nullable: true, description: 'The last day, month or year, included.' })
  @Column('text', { name: 'ends_on', nullable: true })
  endsOn!: string | null;

  @Field(() => ID, { nullable: true })
  @Column('text', { name: 'granted_by_decision_id', nullable: true })
  grantedByDecisionId!: string | null;

  @Column('text', { name: 'granted_by_seat_id', nullable: true })
  grantedBySeatId!: string | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  @Column('text', { name: 'revoked_by_seat_id', nullable: true })
  revokedBySeatId!: string | null;
}
