import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { DateOnly } from '../../../kit/scalars.ts';
import {
  defineEnum,
  type Localized,
  type Provenance,
  ProvenanceEnum,
  type ThematicArea,
  ThematicAreaEnum,
} from '../../../kit/types.ts';

export const bodyKinds = ['STEERING_COMMITTEE', 'COORDINATION_TEAM', 'EXPERT_GROUP', 'TASK_FORCE'] as const;
export type BodyKind = (typeof bodyKinds)[number];
export const BodyKindEnum = defineEnum('BodyKind', bodyKinds);

export const bodyStatuses = ['ACTIVE', 'CLOSED'] as const;
export type BodyStatus = (typeof bodyStatuses)[number];
export const BodyStatusEnum = defineEnum('BodyStatus', bodyStatuses, 'CLOSED: kept for the record; it works no more.');

@Entity({ name: 'body' })
@ObjectType({ description: 'A committee or group of a network.' })
@Directive('@key(fields: "id")')
export class Body {
  @Field(() => ID, { description: 'Never changes.' })
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Column('text', { name: 'network_id' })
  networkId!: string;

  @Field(() => BodyKindEnum, { description: 'What sort of body it is.' })
  @Column('text', { name: 'kind' })
  kind!: BodyKind;

  @Field(() => ThematicAreaEnum, { nullable: true, description: 'What an expert group is expert in.' })
  @Column('text', { name: 'thematic_area', nullable: true })
  thematicArea!: ThematicArea | null;

  @Column('jsonb', { name: 'name' })
  name!: Localized;

  @Column('jsonb', { name: 'mandate', nullable: true })
  mandate!: Localized | null;

  @Field(() => Int, { nullable: true, description: 'How many seats it has, taken or not.' })
  @Column('integer', { name: 'seats_total', nullable: true })
  seatsTotal!: number | null;

  @Field(() => Int, { nullable: true, description: 'How long a term of office lasts, in months.' })
  @Column('integer', { name: 'term_months', nullable: true })
  termMonths!: number | null;

  @Field(() => DateOnly, { nullable: true, description: 'The first day on which it works no more.' })
  @Column('date', { name: 'closed_on', nullable: true })
  closedOn!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it was closed, if that was said.' })
  @Column('text', { name: 'closing_reason', nullable: true })
  closingReason!: string | null;

  @Field(() => ProvenanceEnum, { description: 'Where the record comes from.' })
  @Column('text', { name: 'provenance' })
  provenance!: Provenance;

  @Field(() => String, { nullable: true, description: 'The public page that says so.' })
  @Column('text', { name: 'source_url', nullable: true })
  sourceUrl!: string | null;

  @Field(() => Int, { description: 'Goes up with each change: give it as `expectedVersion`.' })
  @Column('integer', { name: 'version' })
  version!: number;
}

@Entity({ name: 'body_term' })
@ObjectType({ description: 'A term of office of a body. Terms of one body do not overlap.' })
export class BodyTerm {
  @PrimaryColumn('text', { name: 'body_id' })
  bodyId!: string;

  @Field(() => Int, { description: 'From 1, in the order in which they were recorded.' })
  @PrimaryColumn('integer', { name: 'number' })
  number!: number;

  @Field(() => DateOnly, { description: 'Its first day.' })
  @Column('date', { name: 'starts_on' })
  startsOn!: string;

  @Field(() => DateOnly, { nullable: true, description: 'Its last day; null while none is set.' })
  @Column('date', { name: 'ends_on', nullable: true })
  endsOn!: string | null;

  @Column('text', { name: 'decision_id', nullable: true })
  decisionId!: string | null;
}

export const statusOf = ({ closedOn }: Body): BodyStatus => (closedOn === null ? 'ACTIVE' : 'CLOSED');
