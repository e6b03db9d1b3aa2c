import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
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

@Entity({ name: 'body' })
@ObjectType({ description: 'A committee or group of a network.' })
@Directive('@key(fields: "id")')
export class Body {
  @Field(() => ID)
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Column('text', { name: 'network_id' })
  networkId!: string;

  @Field(() => BodyKindEnum)
  @Column('text', { name: 'kind' })
  kind!: BodyKind;

  @Field(() => ThematicAreaEnum, { nullable: true })
  @Column('text', { name: 'thematic_area', nullable: true })
  thematicArea!: ThematicArea | null;

  @Column('jsonb', { name: 'name' })
  name!: Localized;

  @Column('jsonb', { name: 'mandate', nullable: true })
  mandate!: Localized | null;

  @Field(() => Int, { nullable: true })
  @Column('integer', { name: 'seats_total', nullable: true })
  seatsTotal!: number | null;

  @Field(() => Int, { nullable: true })
  @Column('integer', { name: 'term_months', nullable: true })
  termMonths!: number | null;

  @Field(() => ProvenanceEnum)
  @Column('text', { name: 'provenance' })
  provenance!: Provenance;

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'source_url', nullable: true })
  sourceUrl!: string | null;

  @Field(() => Int)
  @Column('integer', { name: 'version' })
  version!: number;
}
