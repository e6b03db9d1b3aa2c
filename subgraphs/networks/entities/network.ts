import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { LocaleTag, PartialDate } from '../../../kit/scalars.ts';
import { defineEnum, type Localized, type Provenance, ProvenanceEnum } from '../../../kit/types.ts';

export const networkStatuses = ['FORMING', 'ACTIVE', 'DORMANT', 'CLOSED'] as const;
export type NetworkStatus = (typeof networkStatuses)[number];
export const NetworkStatusEnum = defineEnum(
  'NetworkStatus',
  networkStatuses,
  'FORMING: not founded yet. ACTIVE: at work. DORMANT: pausing. CLOSED: it has ended; its records stay and nothing of it changes, unless it is taken up again as DORMANT.',
);

export const datePrecisions = ['YEAR', 'MONTH', 'DAY'] as const;
export type DatePrecision = (typeof datePrecisions)[number];
export const DatePrecisionEnum = defineEnum('DatePrecision', datePrecisions, 'How precise the source of a date is.');

@Entity({ name: 'network' })
@ObjectType({ description: 'A regional network of civil society for the implementation of UNTOC.' })
@Directive('@key(fields: "id")')
@Directive('@key(fields: "slug")')
export class Network {
  @Field(() => ID, { description: 'Never changes.' })
  @PrimaryColumn('text', { name: 'id' })
  id!: string;

  @Field(() => String, { description: 'Its name in addresses; never changes.' })
  @Column('text', { name: 'slug' })
  slug!: string;

  @Column('jsonb', { name: 'name' })
  name!: Localized;

  @Field(() => String, { description: 'The part of the world it works in: AFRICA, AMERICAS.' })
  @Column('text', { name: 'region' })
  region!: string;

  @Field(() => NetworkStatusEnum, { description: 'Where it stands between forming and having ended.' })
  @Column('text', { name: 'status' })
  status!: NetworkStatus;

  @Field(() => PartialDate, { nullable: true, description: 'As precise as the source gives it.' })
  @Column('text', { name: 'founded_on', nullable: true })
  foundedOn!: string | null;

  /** Codes, in the order of the source. */
  @Column('text', { name: 'countries', array: true })
  countryCodes!: string[];

  @Field(() => Int, {
    nullable: true,
    description: 'How many countries the source states, where that is not the number of those it names.',
  })
  @Column('integer', { name: 'country_count_stated', nullable: true })
  countryCountStated!: number | null;

  @Column('text', { name: 'parent_id', nullable: true })
  parentId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Where to write to the network: the mailbox of a role, never of a person.',
  })
  @Column('text', { name: 'contact_mailbox', nullable: true })
  contactMailbox!: string | null;

  /** The proposal that its mission and objectives come from. */
  @Column('text', { name: 'charter_id', nullable: true })
  charterId!: string | null;

  /** The language of record of mission and objectives. */
  @Column('text', { name: 'charter_locale', nullable: true })
  charterLocale!: string | null;

  @Column('jsonb', { name: 'mission', nullable: true })
  mission!: Localized | null;

  @Column('jsonb', { name: 'objectives' })
  objectives!: Localized[];

  @Field(() => [LocaleTag], { description: 'The languages it works in, the first one first.' })
  @Column('text', { name: 'working_languages', array: true })
  workingLanguages!: string[];

  @Field(() => String, { nullable: true, description: 'IANA name; null while the network has not chosen one.' })
  @Column('text', { name: 'time_zone', nullable: true })
  timeZone!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The data-residency region where its records are written; null while the network has not chosen one.',
  })
  @Column('text', { name: 'home_region', nullable: true })
  homeRegion!: string | null;

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

/** YEAR for 2022, MONTH for 2023-06, DAY for 2023-06-15. */
export const precisionOf = (date: string): DatePrecision => datePrecisions[date.split('-').length - 1] as DatePrecision;
