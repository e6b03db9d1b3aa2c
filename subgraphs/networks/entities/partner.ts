import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Visibility } from '../../../kit/context.ts';
import { defineEnum, type Provenance, VisibilityEnum } from '../../../kit/types.ts';

export const partnerStatuses = ['PENDING', 'ACTIVE', 'SUSPENDED', 'REVOKED'] as const;
export type PartnerStatus = (typeof partnerStatuses)[number];
export const PartnerStatusEnum = defineEnum('PartnerStatus', partnerStatuses);

@Entity({ name: 'partner' })
@ObjectType({ description: 'An organisation whose systems read updates with a key of their own.' })
@Directive('@key(fields: "id")')
export class Partner {
  @Field(() => ID)
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Field(() => String)
  @Column('text', { name: 'name' })
  name!: string;

  @Field(() => PartnerStatusEnum)
  @Column('text', { name: 'status' })
  status!: PartnerStatus;

  @Field(() => [String])
  @Column('text', { name: 'scopes', array: true })
  scopes!: string[];

  @Column('text', { name: 'network_ids', array: true })
  networkIds!: string[];

  @Field(() => VisibilityEnum, { description: 'The most closed visibility it may read.' })
  @Column('text', { name: 'max_visibility' })
  maxVisibility!: Visibility;

  @Column('text', { name: 'provenance' })
  provenance!: Provenance;
}

/** A partner's key `n4u_<region>_<id>_<secret>`, of which only the sha256 of the whole text is kept, in hex. */
@Entity({ name: 'partner_token' })
export class PartnerToken {
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Column('text', { name: 'partner_id' })
  partnerId!: string;

  @Column('text', { name: 'key_sha256' })
  keySha256!: string;

  @Column('text', { name: 'label' })
  label!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  /** To the minute. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  /** Of its partner's, those that it has too; null: all. */
  @Column('text', { name: 'scopes', array: true, nullable: true })
  scopes!: string[] | null;

  /** Its expiry has been counted as a change of rights. */
  @Column('boolean', { name: 'lapsed' })
  lapsed!: boolean;
}
