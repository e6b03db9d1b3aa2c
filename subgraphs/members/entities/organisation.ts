import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineEnum, type Localized, type Provenance, ProvenanceEnum } from '../../../kit/types.ts';
import type { MembershipStatus } from './membership.ts';

export const stakeholderTypes = ['CIVIL_SOCIETY', 'ACADEMIA', 'PRIVATE_SECTOR'] as const;
export type StakeholderType = (typeof stakeholderTypes)[number];
export const StakeholderTypeEnum = defineEnum('StakeholderType', stakeholderTypes);

export const relations = [
  'MEMBER',
  'MEMBER_AND_COORDINATOR_SEAT',
  'FOUNDING_CONSULTATION_PARTICIPANT',
  'AFFILIATION_OF_PARTICIPANT',
  'CO_ORGANISER',
  'UN_LIAISON',
  'OBSERVER',
  'SAFETY_OFFICE',
  'APPLICANT',
] as const;
export type Relation = (typeof relations)[number];
export const RelationEnum = defineEnum(
  'OrganisationRelation',
  relations,
  'How the organisation came into the records. Whether it is a member now is said by its memberships alone.',
);

/** What policy needs to know of an organisation's memberships; filled by the loader in the organisation's own statement. */
export interface Standing {
  networkId: string;
  status: MembershipStatus;
  appliedBySeatId: string | null;
  appliedByPersonId: string | null;
}

/** Columns without `@Field` are shown, if at all, by a field resolver that asks the policy first. */
@ObjectType({ description: 'An organisation: a member of a network, an applicant, or one that a source names.' })
@Directive('@key(fields: "id")')
@Entity('organisation')
export class Organisation {
  @Field(() => ID)
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  name!: string;

  /** The name folded for search and order: no accents, lower case. */
  @Column('text', { name: 'sort_name' })
  sortName!: string;

  @Column('text', { name: 'short_name', nullable: true })
  shortName!: string | null;

  @Column('text', { name: 'stakeholder_type', nullable: true })
  stakeholderType!: StakeholderType | null;

  @Column('text', { nullable: true })
  country!: string | null;

  @Column('text')
  relation!: Relation;

  /** The network the relation is to, as the source says. */
  @Column('text', { name: 'relation_network_id', nullable: true })
  relationNetworkId!: string | null;

  @Column('text', { nullable: true })
  website!: string | null;

  @Column('jsonb', { nullable: true })
  about!: Localized | null;

  @Column('text', { array: true })
  languages!: string[];

  @Column('text', { name: 'thematic_tags', array: true })
  thematicTags!: string[];

  @Column('boolean', { name: 'safety_locked' })
  safetyLocked!: boolean;

  @Field(() => ProvenanceEnum)
  @Column('text')
  provenance!: Provenance;

  @Column('text', { name: 'source_url', nullable: true })
  sourceUrl!: string | null;

  @Field(() => Int)
  @Column('integer')
  version!: number;

  standing!: Standing[];
}

export const foldName = (name: string): string => name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
