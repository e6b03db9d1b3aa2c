import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Visibility } from '../../../kit/context.ts';
import { defineEnum, type Provenance, type ThematicArea } from '../../../kit/types.ts';

export const planStatuses = [
  'DRAFT',
  'UNDER_REVIEW',
  'CHANGES_REQUESTED',
  'ADOPTED',
  'SUPERSEDED',
  'ARCHIVED',
] as const;
export type PlanStatus = (typeof planStatuses)[number];
export const PlanStatusEnum = defineEnum('PlanStatus', planStatuses);

/** Which body works on a thematic area in this plan; its lead leads the objectives of that area. */
export type ExpertGroups = Partial<Record<ThematicArea, string>>;

/** What of a plan is not in its document: whatever gives rights, and where the log stands. */
@Entity('plan')
export class Plan {
  @PrimaryColumn('text')
  id!: string;
  @Column('text', { name: 'network_ids', array: true })
  networkIds!: string[];
  @Column('text')
  status!: PlanStatus;
  @Column('text')
  visibility!: Visibility;
  @Column('text', { name: 'source_locale' })
  sourceLocale!: string;
  @Column('jsonb', { name: 'expert_groups' })
  expertGroups!: ExpertGroups;
  /** The number of the last edit; a bigint, so Postgres's driver gives text. */
  @Column('bigint', { transformer: { from: Number, to: (value: number) => value } })
  seq!: number;
  @Column('int')
  epoch!: number;
  @Column('int')
  version!: number;
  /** The region that decides its status and epoch; null: this one. */
  @Column('text', { name: 'home_region', nullable: true })
  homeRegion!: string | null;
  /** The adopted plan that this one is to replace. */
  @Column('text', { nullable: true })
  amends!: string | null;
  @Column('text')
  provenance!: Provenance;
  @Column('text', { name: 'source_url', nullable: true })
  sourceUrl!: string | null;
  @Column('text', { name: 'created_by', nullable: true })
  createdBy!: string | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
