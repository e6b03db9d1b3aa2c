import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Visibility } from '../../../kit/context.ts';
import { defineEnum, type Localized, type Provenance, ProvenanceEnum, VisibilityEnum } from '../../../kit/types.ts';
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
  membershipId: string;
  networkId: string;
  status: MembershipStatus;
  appliedBySeatId: string | null;
  appliedByPersonId: string | null;
  /** OIDC `sub` of whom the network has invited. */
  invitedSubject: string | null;
  /** Organisations asked to sponsor an application that is not yet decided. */
  sponsorIds: string[];
}

/** What of a profile an organisation shows to whom it likes; the rest is on the floor, or nobody's. */
export const profileFields = ['shortName', 'about', 'website', 'contactMailbox', 'languages', 'thematicTags'] as const;
export type ProfileField = (typeof profileFields)[number];
export const ProfileFieldEnum = defineEnum(
  'OrganisationField',
  profileFields,
  'Parts of a profile of which the organisation says who reads them; NETWORK where it says nothing.',
);

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

  /** Of the organisation's own choice: a mailbox of a role, never a person's address. */
  @Column('text', { name: 'contact_mailbox', nullable: true })
  contactMailbox!: string | null;

  @Column('jsonb', { nullable: true })
  about!: Localized | null;

  /** The language of record of `about`. */
  @Column('text', { name: 'about_source' })
  aboutSource!: string;

  /** Locales of `about` whose source text has changed since. */
  @Column('text', { name: 'about_stale', array: true })
  aboutStale!: string[];

  /** What differs from NETWORK. */
  @Column('jsonb', { name: 'field_visibility' })
  fieldVisibility!: Partial<Record<ProfileField, Visibility>>;

  @Column('text', { array: true })
  languages!: string[];

  @Column('text', { name: 'thematic_tags', array: true })
  thematicTags!: string[];

  @Column('boolean', { name: 'safety_locked' })
  safetyLocked!: boolean;

  @Column('text', { name: 'locked_by_seat_id', nullable: true })
  lockedBySeatId!: string | null;

  @Column('text', { name: 'lock_reason', nullable: true })
  lockReason!: string | null;

  @Field(() => ProvenanceEnum)
  @Column('text')
  provenance!: Provenance;

  @Column('text', { name: 'source_url', nullable: true })
  sourceUrl!: string | null;

  @Field(() => Int, { description: 'Grows with each change of the record.' })
  @Column('integer')
  version!: number;

  standing!: Standing[];

  /** Bodies in which its seats sit, filled where something of it is shown to a GROUP. */
  bodyIds!: string[];
}

@ObjectType({ description: 'Who reads a part of a profile.' })
export class FieldVisibility {
  @Field(() => ProfileFieldEnum)
  field!: ProfileField;
  @Field(() => VisibilityEnum)
  visibility!: Visibility;
}

export const foldName = (name: string): string => name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
