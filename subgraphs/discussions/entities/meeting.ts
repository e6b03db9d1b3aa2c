import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Visibility } from '../../../kit/context.ts';
import { DateTime, LocaleTag } from '../../../kit/scalars.ts';
import { defineEnum, type Localized, type Provenance, ProvenanceEnum, VisibilityEnum } from '../../../kit/types.ts';
import { connectionOf } from './connection.ts';

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
export const MeetingStatusEnum = defineEnum(
  'MeetingStatus',
  meetingStatuses,
  'DRAFT: seen by its conveners alone. SCHEDULED: announced, answers are taken. OPEN: the agenda is fixed. CLOSED, then ' +
    'MINUTES_DRAFT and MINUTES_ADOPTED. CANCELLED: it will not be held.',
);

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

@ObjectType({ description: 'What is talked about, and for how long.' })
export class AgendaItem {
  @Field(() => ID)
  id!: string;
  titles!: Localized;
  @Field(() => Int, { nullable: true })
  minutesAllotted!: number | null;
  presenterSeatId?: string | null;
  threadId?: string | null;
  /** RFC 3339 with Z, as it lies in the row. */
  startsAt?: string | null;
  /** Set where it is shown: its presenter is as visible as who comes to the meeting. */
  meeting!: Meeting;
}

export const externalRoles = ['SPEAKER', 'PANELLIST', 'MODERATOR', 'HOST', 'OBSERVER', 'TRAINER'] as const;
export type ExternalRole = (typeof externalRoles)[number];
export const ExternalRoleEnum = defineEnum(
  'ExternalRole',
  externalRoles,
  'What somebody without an account does at a meeting.',
);

@ObjectType({
  description: 'Somebody without an account, by office: a prosecutor’s office, a ministry. Never a person.',
})
export class ExternalParticipant {
  @Field(() => ID)
  id!: string;
  @Field(() => ExternalRoleEnum)
  role!: ExternalRole;
  offices!: Localized;
  country!: string | null;
}

@ObjectType({ description: 'Something on the web that belongs to a record: a recording, a related event, a source.' })
export class WebLink {
  @Field(() => String, { description: 'https or http.' })
  url!: string;
  titles!: Localized;
  @Field(() => String, {
    nullable: true,
    description: 'What it shows, in words, for those who cannot see or load it; a recording always has one.',
  })
  textAlternative!: string | null;
}

@ObjectType({ description: 'A meeting’s time as clocks show it in one time zone.' })
export class LocalTimes {
  @Field(() => String, { description: 'IANA name.' })
  timeZone!: string;
  @Field(() => String, {
    nullable: true,
    description: '2026-12-01T18:00:00+03:00; of a meeting of which only days are known, 2026-12-01.',
  })
  startsAt!: string | null;
  @Field(() => String, { nullable: true })
  endsAt!: string | null;
}

@ObjectType({
  description: 'A file to be fetched with the same bearer token; what it holds is what you may see when you fetch it.',
})
export class MeetingFile {
  @Field(() => String, { description: 'A path at the address of the graph.' })
  url!: string;
  @Field(() => String)
  name!: string;
  @Field(() => String)
  mediaType!: string;
}

@Entity({ name: 'attendance_alias' })
export class AttendanceAlias {
  @PrimaryColumn('text', { name: 'meeting_id' })
  meetingId!: string;

  @PrimaryColumn('text', { name: 'alias' })
  alias!: string;

  @Column('text', { name: 'rsvp' })
  rsvp!: Rsvp;
}

@Entity({ name: 'attendance' })
@ObjectType({ description: 'An organisation at a meeting, or somebody under an alias.' })
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

  @Field(() => String, {
    nullable: true,
    description: 'Of who came under none of the organisations: then there is no organisation.',
  })
  alias?: string | null;
}

@Entity({ name: 'meeting' })
@ObjectType({ description: 'A meeting of one network, of a body of it, or of several networks together.' })
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
  agendaItems!: Omit<AgendaItem, 'meeting'>[];

  @Field(() => Int, {
    description: 'Goes up with each change of the meeting, its agenda or its status; not with answers and attendance.',
  })
  @Column('integer', { name: 'version' })
  version!: number;

  /** Of a draft false, also when it is given up: only its conveners ever see it. */
  @Column('boolean', { name: 'announced' })
  announced!: boolean;

  /** Of a draft: the networks whose conveners agreed to it as it is. */
  @Column('text', { name: 'agreed_network_ids', array: true })
  agreedNetworkIds!: string[];

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'host_city', nullable: true })
  hostCity!: string | null;

  @Column('text', { name: 'host_country', nullable: true })
  hostCountryCode!: string | null;

  @Column('text', { name: 'join_info', nullable: true })
  joinText!: string | null;

  @Column('text', { name: 'co_organiser_ids', array: true })
  coOrganiserIds!: string[];

  @Column('jsonb', { name: 'external_participants' })
  externals!: ExternalParticipant[];

  @Column('jsonb', { name: 'links' })
  webLinks!: WebLink[];

  @Column('text', { name: 'material_ids', array: true })
  materialIds!: string[];

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'cancellation_reason', nullable: true })
  cancellationReason!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was announced; null of what entered the records later.',
  })
  @Column({ type: 'timestamptz', name: 'scheduled_at', precision: 3, nullable: true })
  scheduledAt!: Date | null;

  @Field(() => DateTime, { nullable: true })
  @Column({ type: 'timestamptz', name: 'opened_at', precision: 3, nullable: true })
  openedAt!: Date | null;

  @Field(() => DateTime, { nullable: true })
  @Column({ type: 'timestamptz', name: 'closed_at', precision: 3, nullable: true })
  closedAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'When a safety officer took words out of it for good; the hashes of its minutes are still those of the words decided on.',
  })
  @Column({ type: 'timestamptz', name: 'redacted_at', precision: 3, nullable: true })
  redactedAt!: Date | null;

  @Field(() => ProvenanceEnum)
  @Column('text', { name: 'provenance' })
  provenance!: Provenance;

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'source_url', nullable: true })
  sourceUrl!: string | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;
}

export const MeetingConnection = connectionOf(
  () => Meeting,
  'Meeting',
  'Meetings, latest first; those without a time yet before all others.',
);
