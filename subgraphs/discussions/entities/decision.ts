import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Visibility } from '../../../kit/context.ts';
import { DateTime } from '../../../kit/scalars.ts';
import { defineEnum, type Localized, VisibilityEnum } from '../../../kit/types.ts';
import { connectionOf } from './connection.ts';
import type { AnchorTypename } from './thread.ts';

export const decisionMethods = ['CONSENT', 'MAJORITY', 'LAZY_CONSENSUS'] as const;
export type DecisionMethod = (typeof decisionMethods)[number];
export const DecisionMethodEnum = defineEnum(
  'DecisionMethod',
  decisionMethods,
  'CONSENT: adopted when the quorum is reached, someone consents and nobody objects. MAJORITY: adopted when the quorum is ' +
    'reached and there are more YES than NO. LAZY_CONSENSUS: adopted when nobody objects; only here silence counts.',
);

export const decisionStatuses = [
  'DRAFT',
  'CLARIFYING',
  'REACTIONS',
  'CONSENT_ROUND',
  'INTEGRATING_OBJECTIONS',
  'ADOPTED',
  'NOT_ADOPTED',
  'WITHDRAWN',
  'EXPIRED',
] as const;
export type DecisionStatus = (typeof decisionStatuses)[number];
export const DecisionStatusEnum = defineEnum(
  'DecisionStatus',
  decisionStatuses,
  'Positions are taken in CONSENT_ROUND, whatever the method. The last four are final; EXPIRED is a round that nobody concluded.',
);
/** What a decision can end as. */
export type DecisionOutcome = 'ADOPTED' | 'NOT_ADOPTED' | 'WITHDRAWN' | 'EXPIRED';

export const positions = ['CONSENT', 'OBJECT', 'STAND_ASIDE', 'YES', 'NO', 'ABSTAIN'] as const;
export type Position = (typeof positions)[number];
export const PositionEnum = defineEnum(
  'Position',
  positions,
  'CONSENT, OBJECT and STAND_ASIDE under CONSENT and LAZY_CONSENSUS; YES, NO and ABSTAIN under MAJORITY.',
);

@Entity({ name: 'decision' })
@ObjectType({
  description:
    'A question put to the organisations of one or more networks. Each organisation has one position; in a decision of ' +
    'several networks each network counts its own, and it is adopted only when it is in all.',
})
@Directive('@key(fields: "id")')
export class Decision {
  @Field(() => ID)
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Column('text', { name: 'network_ids', array: true })
  networkIds!: string[];

  /** The body whose own decision it is. */
  @Column('text', { name: 'body_id', nullable: true })
  bodyId!: string | null;

  @Field(() => VisibilityEnum)
  @Column('text', { name: 'visibility' })
  visibility!: Visibility;

  @Column('text', { name: 'subject_typename' })
  subjectTypename!: AnchorTypename;

  @Column('text', { name: 'subject_id' })
  subjectId!: string;

  @Column('jsonb', { name: 'titles' })
  titles!: Localized;

  @Field(() => String, { description: 'SHA-256 in hex of the exact text that is decided on.' })
  @Column('text', { name: 'content_hash' })
  contentHash!: string;

  @Field(() => DecisionMethodEnum)
  @Column('text', { name: 'method' })
  method!: DecisionMethod;

  @Field(() => Int, {
    nullable: true,
    description: 'How many organisations must take a position in each network; null under LAZY_CONSENSUS.',
  })
  @Column('integer', { name: 'quorum', nullable: true })
  quorum!: number | null;

  @Field(() => DecisionStatusEnum)
  @Column('text', { name: 'status' })
  status!: DecisionStatus;

  @Field(() => Int, { description: 'Goes up with each change of status, text or round; not with positions.' })
  @Column('integer', { name: 'version' })
  version!: number;

  @Field(() => Int, { description: 'The number of the newest round; 0 before the first.' })
  @Column('integer', { name: 'round' })
  round!: number;

  @Column('text', { name: 'opened_by_seat_id' })
  openedBySeatId!: string;

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'withdrawal_reason', nullable: true })
  withdrawalReason!: string | null;

  @Field(() => DateTime)
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it reached a final status.' })
  @Column({ type: 'timestamptz', name: 'concluded_at', precision: 3, nullable: true })
  concludedAt!: Date | null;
}

@Entity({ name: 'decision_round' })
@ObjectType({ description: 'A time in which positions are taken, on one exact text. A new text is a new round.' })
export class DecisionRound {
  @PrimaryColumn('text', { name: 'decision_id' })
  decisionId!: string;

  @Field(() => Int)
  @PrimaryColumn('integer', { name: 'number' })
  number!: number;

  @Field(() => String, { description: 'The text that the positions of this round are on.' })
  @Column('text', { name: 'content_hash' })
  contentHash!: string;

  @Field(() => DateTime)
  @Column({ type: 'timestamptz', name: 'opens_at', precision: 3 })
  opensAt!: Date;

  @Field(() => DateTime, { description: 'From this moment no position is taken, and the decision can be concluded.' })
  @Column({ type: 'timestamptz', name: 'closes_at', precision: 3 })
  closesAt!: Date;

  @Field(() => String, {
    nullable: true,
    description: 'Why it is open for less than five working days, each whole in every time zone; null if it is not.',
  })
  @Column('text', { name: 'short_reason', nullable: true })
  shortReason!: string | null;

  @Column('text', { name: 'started_by_seat_id' })
  startedBySeatId!: string;

  /** Set where a round is shown: its positions are as visible as those of its decision. */
  decision!: Decision;
}

@Entity({ name: 'decision_position' })
@ObjectType({ description: 'The position of an organisation in a round.' })
export class PositionRecord {
  @PrimaryColumn('text', { name: 'decision_id' })
  decisionId!: string;

  @PrimaryColumn('integer', { name: 'round' })
  round!: number;

  @PrimaryColumn('text', { name: 'organisation_id' })
  organisationId!: string;

  @Field(() => PositionEnum)
  @Column('text', { name: 'position' })
  position!: Position;

  @Field(() => String, { nullable: true, description: 'Plain text; an objection always has one.' })
  @Column('text', { name: 'reason', nullable: true })
  reason!: string | null;

  @Column('text', { name: 'seat_id' })
  seatId!: string;

  /** Those of the decision in which the organisation had a voice when it took the position. */
  @Column('text', { name: 'network_ids', array: true })
  networkIds!: string[];

  @Field(() => DateTime)
  @Column({ type: 'timestamptz', name: 'taken_at', precision: 3 })
  takenAt!: Date;
}

@ObjectType({ description: 'The positions of the newest round, counted in one network, each organisation once.' })
export class Tally {
  networkId!: string;
  @Field(() => Int, { description: 'Organisations that took a position.' })
  responded!: number;
  @Field(() => Int, { description: 'CONSENT or YES.' })
  inFavour!: number;
  @Field(() => Int, { description: 'OBJECT or NO.' })
  against!: number;
  @Field(() => Int, { description: 'STAND_ASIDE or ABSTAIN.' })
  abstaining!: number;
  @Field(() => Boolean)
  quorumReached!: boolean;
  @Field(() => Boolean, {
    description:
      'What the positions come to as they stand. The decision is adopted when this is so in each of its networks.',
  })
  adopts!: boolean;
}

export const DecisionConnection = connectionOf(() => Decision, 'Decision', 'Decisions, newest first.');
