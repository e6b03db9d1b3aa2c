import { Directive, Field, ObjectType } from 'type-graphql';
import { Column, Entity } from 'typeorm';
import type { Visibility } from '../../../kit/context.ts';
import { PartialDate } from '../../../kit/scalars.ts';
import { defineEnum, type Localized, VisibilityEnum } from '../../../kit/types.ts';
import { Checked, Sourced } from './recorded.ts';

export const externalPartnerKinds = [
  'ORGANISATION',
  'UN_ENTITY',
  'NATIONAL_ALLIANCE',
  'NATIONAL_MECHANISM',
  'REGIONAL_MECHANISM',
] as const;
export type ExternalPartnerKind = (typeof externalPartnerKinds)[number];
export const ExternalPartnerKindEnum = defineEnum(
  'ExternalPartnerKind',
  externalPartnerKinds,
  'NATIONAL_ALLIANCE: organisations of one country that work together on the Convention. The mechanisms: what brought organisations together before, in a country or a region.',
);

export const partnerRelations = ['CO_ORGANISER', 'IMPLEMENTING', 'FUNDING', 'COOPERATION', 'EXCHANGE'] as const;
export type PartnerRelation = (typeof partnerRelations)[number];
export const PartnerRelationEnum = defineEnum('PartnerRelation', partnerRelations, 'What joins it with the network.');

@Entity({ name: 'external_partner' })
@ObjectType({
  description:
    'An organisation, alliance or mechanism that works with a network and is no member of it. Systems that read updates with a key are `Partner`.',
})
@Directive('@key(fields: "id")')
export class ExternalPartner extends Sourced {
  @Column('text', { name: 'network_id' })
  networkId!: string;

  @Field(() => ExternalPartnerKindEnum, { description: 'What sort it is.' })
  @Column('text', { name: 'kind' })
  kind!: ExternalPartnerKind;

  @Field(() => [PartnerRelationEnum], { description: 'What joins it with the network.' })
  @Column('text', { name: 'relations', array: true })
  relations!: PartnerRelation[];

  @Column('jsonb', { name: 'name' })
  name!: Localized;

  @Column('jsonb', { name: 'description', nullable: true })
  descriptions!: Localized | null;

  @Column('text', { name: 'countries', array: true })
  countryCodes!: string[];

  @Field(() => String, { nullable: true, description: 'Its own page.' })
  @Column('text', { name: 'website', nullable: true })
  website!: string | null;

  @Column('text', { name: 'organisation_id', nullable: true })
  organisationId!: string | null;

  @Column('text', { name: 'partner_id', nullable: true })
  partnerId!: string | null;

  @Field(() => PartialDate, { nullable: true, description: 'Since when.' })
  @Column('text', { name: 'since', nullable: true })
  since!: string | null;

  @Field(() => PartialDate, {
    nullable: true,
    description: 'Null while they work together, or while nothing is known.',
  })
  @Column('text', { name: 'until', nullable: true })
  until!: string | null;

  @Field(() => VisibilityEnum, { description: 'Who may see it.' })
  @Column('text', { name: 'visibility' })
  visibility!: Visibility;
}

@Entity({ name: 'programme' })
@ObjectType({
  description:
    'A programme or project of others that networks work under. That it stands here does not say that it still runs.',
})
@Directive('@key(fields: "id")')
export class Programme extends Checked {
  @Field(() => String, { nullable: true, description: 'As in SE4U.' })
  @Column('text', { name: 'short_name', nullable: true })
  shortName!: string | null;

  @Column('jsonb', { name: 'name' })
  name!: Localized;

  @Column('jsonb', { name: 'description', nullable: true })
  descriptions!: Localized | null;

  @Column('text', { name: 'organisation_id', nullable: true })
  organisationId!: string | null;

  @Column('text', { name: 'network_ids', array: true })
  networkIds!: string[];

  @Field(() => PartialDate, { nullable: true, description: 'Its beginning.' })
  @Column('text', { name: 'started_on', nullable: true })
  startedOn!: string | null;

  @Field(() => PartialDate, { nullable: true, description: 'Null while it runs, or while nothing is known.' })
  @Column('text', { name: 'ended_on', nullable: true })
  endedOn!: string | null;

  @Field(() => PartialDate, { nullable: true, description: 'When a source last spoke of it as running.' })
  @Column('text', { name: 'last_known_running_on', nullable: true })
  lastKnownRunningOn!: string | null;
}
