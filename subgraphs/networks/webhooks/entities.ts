import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Vector } from '../../../kit/feed/vector.ts';
import { CountryCode, DateTime } from '../../../kit/scalars.ts';
import { defineEnum, type ThematicArea, ThematicAreaEnum } from '../../../kit/types.ts';
import { type UpdateType, UpdateTypeEnum } from '../entities/update.ts';

export const webhookModes = ['STRUCTURED', 'BINARY'] as const;
export type WebhookMode = (typeof webhookModes)[number];
export const WebhookModeEnum = defineEnum(
  'WebhookMode',
  webhookModes,
  'Of CloudEvents 1.0 over HTTP. STRUCTURED: the whole event is the body, and signed. BINARY: the body is its data; what else it says is in headers (`ce-…`), which are not signed, but its id.',
);

export const webhookStates = ['ACTIVE', 'PAUSED', 'DISABLED'] as const;
export type WebhookState = (typeof webhookStates)[number];
export const WebhookStateEnum = defineEnum(
  'WebhookState',
  webhookStates,
  'PAUSED: by you. DISABLED: by us; `disabledReason` says why. Nothing is sent in either, nor lost: its place stays.',
);

export const webhookDisablings = ['GONE', 'FAILING', 'RESYNC_REQUIRED', 'SECRET_UNREADABLE'] as const;
export type WebhookDisabling = (typeof webhookDisablings)[number];
export const WebhookDisablingEnum = defineEnum(
  'WebhookDisabledReason',
  webhookDisablings,
  'GONE: it answered 410. FAILING: it took nothing for long. RESYNC_REQUIRED: its place is older than 30 days, or of before a restore from backup: say with replayWebhook where to go on. ' +
    'SECRET_UNREADABLE: the installation has lost the key under which secrets are kept: rotate it.',
);

export const webhookFailures = [
  'STATUS',
  'REDIRECT',
  'TIMEOUT',
  'CONNECTION_FAILED',
  'TLS_FAILED',
  'DNS_FAILED',
  'ADDRESS_REFUSED',
] as const;
export type WebhookFailure = (typeof webhookFailures)[number];
export const WebhookFailureEnum = defineEnum(
  'WebhookFailure',
  webhookFailures,
  'STATUS: it answered with another status than 2xx. REDIRECT: with 3xx, which is not followed. TIMEOUT: no answer in time. CONNECTION_FAILED, TLS_FAILED, DNS_FAILED: there was nobody to ask. ' +
    'ADDRESS_REFUSED: its name leads, also or only, to an address that is not of the public internet.',
);

@ObjectType({ description: 'Which updates are pushed. Null means all, an empty list none.' })
export class WebhookFilter {
  @Field(() => [ID], { nullable: true })
  networks?: string[] | null;
  @Field(() => [UpdateTypeEnum], { nullable: true })
  types?: UpdateType[] | null;
  @Field(() => [ThematicAreaEnum], { nullable: true })
  thematicAreas?: ThematicArea[] | null;
  @Field(() => [CountryCode], { nullable: true })
  countries?: string[] | null;
}

@Entity({ name: 'webhook_endpoint' })
@ObjectType({ description: 'Where a partner has updates pushed to, in the order of each network, each at least once.' })
export class WebhookEndpoint {
  @Field(() => ID)
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Column('text', { name: 'partner_id' })
  partnerId!: string;

  @Field(() => String)
  @Column('text', { name: 'url' })
  url!: string;

  @Field(() => WebhookModeEnum)
  @Column('text', { name: 'mode' })
  mode!: WebhookMode;

  @Field(() => WebhookFilter)
  @Column('jsonb', { name: 'filter' })
  filter!: WebhookFilter;

  @Field(() => WebhookStateEnum)
  @Column('text', { name: 'state' })
  state!: WebhookState;

  @Field(() => DateTime)
  @Column('timestamptz', { name: 'state_since' })
  stateSince!: Date;

  @Field(() => WebhookDisablingEnum, { nullable: true, description: 'Of a DISABLED one.' })
  @Column('text', { name: 'disabled_reason', nullable: true })
  disabledReason!: WebhookDisabling | null;

  /** Sealed (secrets.ts). */
  @Column('text', { name: 'secret' })
  secret!: string;

  @Column('text', { name: 'previous_secret', nullable: true })
  previousSecret!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Until then the secret before this one signs too.' })
  @Column('timestamptz', { name: 'previous_until', nullable: true })
  previousSecretUntil!: Date | null;

  /** What it has taken, or passed. */
  @Column('jsonb', { name: 'place' })
  place!: Vector;

  /** Of the installation, when its place was set. */
  @Column('integer', { name: 'epoch' })
  epoch!: number;

  @Field(() => Int, { description: 'How often it took an update, doubles counted.' })
  @Column('integer', { name: 'delivered' })
  deliveredCount!: number;

  @Field(() => Int, { description: 'How often it did not.' })
  @Column('integer', { name: 'failed' })
  failedCount!: number;

  @Field(() => Int, { description: 'How often in vain the next update was tried so far.' })
  @Column('integer', { name: 'attempts' })
  attempts!: number;

  @Field(() => DateTime, { nullable: true, description: 'Since when nothing was taken although it was tried.' })
  @Column('timestamptz', { name: 'failing_since', nullable: true })
  failingSince!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When the next update is tried again.' })
  @Column('timestamptz', { name: 'retry_at', nullable: true })
  retryAt!: Date | null;

  @Field(() => DateTime, { nullable: true })
  @Column('timestamptz', { name: 'last_attempt_at', nullable: true })
  lastAttemptAt!: Date | null;

  @Field(() => DateTime, { nullable: true })
  @Column('timestamptz', { name: 'last_success_at', nullable: true })
  lastSuccessAt!: Date | null;

  @Field(() => Int, { nullable: true, description: 'HTTP status of the last attempt; null if nobody answered.' })
  @Column('integer', { name: 'last_status', nullable: true })
  lastStatus!: number | null;

  @Field(() => WebhookFailureEnum, { nullable: true, description: 'Of the last attempt; null if it was taken.' })
  @Column('text', { name: 'last_error', nullable: true })
  lastError!: WebhookFailure | null;

  @Field(() => DateTime)
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Field(() => Int, { description: 'To send back as `expectedVersion`.' })
  @Column('integer', { name: 'version' })
  version!: number;
}

@Entity({ name: 'webhook_dead_letter' })
@ObjectType({ description: 'An update that an endpoint did not take in all the time it was tried. Kept for 30 days.' })
export class WebhookDeadLetter {
  @Field(() => ID)
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Field(() => ID)
  @Column('text', { name: 'endpoint_id' })
  endpointId!: string;

  @Field(() => ID)
  @Column('text', { name: 'network_id' })
  networkId!: string;

  @Field(() => String, { description: '`NetworkUpdate.sequence`.' })
  @Column('bigint', { name: 'position' })
  sequence!: string;

  @Field(() => ID, { description: '`NetworkUpdate.id`.' })
  @Column('text', { name: 'event_id' })
  updateId!: string;

  @Field(() => UpdateTypeEnum)
  @Column('text', { name: 'type' })
  type!: UpdateType;

  @Field(() => WebhookFailureEnum, { description: 'Of the last attempt.' })
  @Column('text', { name: 'error' })
  error!: WebhookFailure;

  @Field(() => Int, { nullable: true, description: 'HTTP status of the last attempt; null if nobody answered.' })
  @Column('integer', { name: 'last_status', nullable: true })
  status!: number | null;

  @Field(() => Int)
  @Column('integer', { name: 'attempts' })
  attempts!: number;

  @Field(() => DateTime, { description: 'When it was tried first.' })
  @Column('timestamptz', { name: 'failing_since' })
  failingSince!: Date;

  @Field(() => DateTime, { description: 'When it was given up.' })
  @Column('timestamptz', { name: 'died_at' })
  diedAt!: Date;

  @Field(() => Boolean, { description: 'You have asked for it again, and it is about to be sent.' })
  @Column('boolean', { name: 'is_asked_for' })
  isAskedFor!: boolean;
}
