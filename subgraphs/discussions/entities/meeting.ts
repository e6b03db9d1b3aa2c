import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Visibility } from '../../../kit/context.ts';
import { DateTime, LocaleTag } from '../../../kit/scalars.ts';
import { defineEnum, type Localized, type Provenance, ProvenanceEnum, VisibilityEnum } from '../../../kit/types.ts';

export const meetingStatuses = [
  'DRAFT',
  'SCHEDULED',
  'OPEN',
  'CLOSED',
  'MINUTES_DRAFT',
  'MINUTES_ADOPTED',
  'CANCELLED',
] as const;
export type MeetingStatus = (typeof meetingStatuses)[number];
export const MeetingStatusEnum = defineEnum('MeetingStatus', meetingStatuses);

export const meetingKinds = [
  'NETWORK',
  'STEERING_COMMITTEE',
  'EXPERT_GROUP',
  'JOINT_CROSS_REGION',
  'TRAINING',
  'CONSTRUCTIVE_DIALOGUE_PREP',
] as const;
export type MeetingKind = (typeof meetingKinds)[number];
export const MeetingKindEnum = defineEnum('MeetingKind', meetingKinds);

export const rsvps = ['INVITED', 'GOING', 'REMOTE', 'DECLINED', 'ATTENDED', 'ABSENT'] as const;
export type Rsvp = (typeof rsvps)[number];
export const RsvpEnum = defineEnum('Rsvp', rsvps);

@ObjectType()
export class AgendaItem {
  @Field(() => ID)
  id!: string;
  titles!: Localized;
  @Field(() => Int, { nullable: true })
  minutesAllotted!: number | null;
}

@Entity({ name: 'attendance' })
@ObjectType({ description: 'An organisation at a meeting.' })
export class Attendance {
  @PrimaryColumn('text', { name: 'meeting_id' })
  meetingId!: string;

  @PrimaryColumn('text', { name: 'organisation_id' })
  organisationId!: string;

  @Column('text', { name: 'seat_id', nullable: true })
  seatId!: string | null;

  @Field(() => RsvpEnum)
  @Column('text', { name: 'rsvp' })
  rsvp!: Rsvp;

  @Field(() => ProvenanceEnum)
  @Column('text', { name: 'provenance' })
  provenance!: Provenance;
}

@Entity({ name: 'meeting' })
@ObjectType()
@Directive('@key(fields: "id")')
export class Meeting {
  @Field(() => ID)
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Column('text', { name: 'network_ids', array: true })
  networkIds!: string[];

  @Column('text', { name: 'body_id', nullable: true })
  bodyId!: string | null;

  @Field(() => MeetingKindEnum)
  @Column('text', { name: 'kind' })
  kind!: MeetingKind;

  @Field(() => MeetingStatusEnum)
  @Column('text', { name: 'status' })
  status!: MeetingStatus;

  @Field(() => VisibilityEnum)
  @Column('text', { name: 'visibility' })
  visibility!: Visibility;

  @Column('jsonb', { name: 'titles' })
  titles!: Localized;

  @Field(() => DateTime, { nullable: true })
  @Column({ type: 'timestamptz', name: 'starts_at', precision: 3, nullable: true })
  startsAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'MINUTE, or DAY: then startsAt and endsAt are 00:00Z of the first and last day.',
  })
  @Column('text', { name: 'starts_at_precision', nullable: true })
  startsAtPrecision!: 'DAY' | 'MINUTE' | null;

  @Field(() => DateTime, { nullable: true })
  @Column({ type: 'timestamptz', name: 'ends_at', precision: 3, nullable: true })
  endsAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'IANA name; null where the source states no time of day.' })
  @Column('text', { name: 'time_zone', nullable: true })
  timeZone!: string | null;

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'place', nullable: true })
  place!: string | null;

  @Field(() => String, { nullable: true, description: 'As the source says it: "24", "more than 20".' })
  @Column('text', { name: 'participants_stated', nullable: true })
  participantsStated!: string | null;

  @Field(() => [LocaleTag])
  @Column('text', { name: 'languages', array: true })
  languages!: string[];

  @Field(() => Boolean, { nullable: true, description: 'null where it is not known.' })
  @Column('boolean', { name: 'interpretation', nullable: true })
  interpretation!: boolean | null;

  @Column('jsonb', { name: 'agenda_items' })
  agendaItems!: { id: string; titles: Localized; minutesAllotted: number | null }[];

  @Field(() => ProvenanceEnum)
  @Column('text', { name: 'provenance' })
  provenance!: Provenance;

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'source_url', nullable: true })
  sourceUrl!: string | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;
}
