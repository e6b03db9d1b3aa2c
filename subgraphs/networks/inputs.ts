import { Field, ID, InputType, Int } from 'type-graphql';
import { CountryCode, DateOnly, LocaleTag, PartialDate } from '../../kit/scalars.ts';
import { LocalizedInput, type ThematicArea, ThematicAreaEnum } from '../../kit/types.ts';
import { type BodyKind, BodyKindEnum } from './entities/body.ts';
import { type NetworkStatus, NetworkStatusEnum } from './entities/network.ts';
import { type UpdateType, UpdateTypeEnum } from './entities/update.ts';

const mutationId = 'Yours to choose: the same one sent again does nothing more.';

@InputType({ description: 'A new network.' })
export class CreateNetworkInput {
  @Field(() => ID, { description: mutationId })
  clientMutationId!: string;
  @Field(() => String, { description: 'Its name in addresses: words of a-z and 0-9 with - between. Never changes.' })
  slug!: string;
  @Field(() => [LocalizedInput], { description: 'At most 200 characters in each language.' })
  name!: LocalizedInput[];
  @Field(() => String, { description: 'The part of the world it works in, in capitals: AFRICA.' })
  region!: string;
  @Field(() => [CountryCode], { description: 'Those it works in, as far as they are known.' })
  countries!: string[];
  @Field(() => Int, {
    nullable: true,
    description: 'How many countries a source states, where that is not the number of those it names.',
  })
  countryCountStated?: number | null;
  @Field(() => [LocaleTag], { description: 'The first one first.' })
  workingLanguages!: string[];
  @Field(() => String, { description: 'An IANA name: Africa/Kampala.' })
  timeZone!: string;
  @Field(() => String, { description: 'The data-residency region where its records are written: africa.' })
  homeRegion!: string;
  @Field(() => PartialDate, { nullable: true, description: 'When it was founded, as precisely as is known.' })
  foundedOn?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The network that it is part of, as a national alliance is of a regional one.',
  })
  parentId?: string | null;
  @Field(() => String, { nullable: true, description: 'The mailbox of a role, never of a person.' })
  contactMailbox?: string | null;
}

@InputType({
  description: 'What is left out stays as it is. Mission and objectives change by decision: see proposeCharter.',
})
export class UpdateNetworkInput {
  @Field(() => ID, { description: mutationId })
  clientMutationId!: string;
  @Field(() => ID, { description: 'Of the network.' })
  id!: string;
  @Field(() => Int, { description: '`Network.version` as you saw it.' })
  expectedVersion!: number;
  @Field(() => [LocalizedInput], { nullable: true, description: 'In all its languages.' })
  name?: LocalizedInput[] | null;
  @Field(() => [CountryCode], { nullable: true, description: 'All of them.' })
  countries?: string[] | null;
  @Field(() => Int, { nullable: true, description: 'What a source states; 0 removes it.' })
  countryCountStated?: number | null;
  @Field(() => [LocaleTag], { nullable: true, description: 'All of them, the first one first.' })
  workingLanguages?: string[] | null;
  @Field(() => String, { nullable: true, description: 'An IANA name.' })
  timeZone?: string | null;
  @Field(() => String, { nullable: true, description: 'Where it has none yet: once chosen it stays.' })
  homeRegion?: string | null;
  @Field(() => NetworkStatusEnum, {
    nullable: true,
    description:
      'FORMING becomes ACTIVE, with foundedOn; ACTIVE and DORMANT become one another; each may be CLOSED; CLOSED becomes DORMANT.',
  })
  status?: NetworkStatus | null;
  @Field(() => PartialDate, {
    nullable: true,
    description: 'When it was founded, as precisely as is known: 2022, 2023-06 or 2023-06-15.',
  })
  foundedOn?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'The mailbox of a role, never of a person; an empty text removes it.',
  })
  contactMailbox?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The public page that says so. Needed where what a source says (founding, number of countries) is to change.',
  })
  sourceUrl?: string | null;
}

@InputType({ description: 'Makes a network part of another, or takes it out.' })
export class SetParentNetworkInput {
  @Field(() => ID, { description: mutationId })
  clientMutationId!: string;
  @Field(() => ID, { description: 'Of the network.' })
  id!: string;
  @Field(() => Int, { description: '`Network.version` as you saw it.' })
  expectedVersion!: number;
  @Field(() => ID, { nullable: true, description: 'Left out: it is part of none.' })
  parentId?: string | null;
}

@InputType({ description: 'Without an id: a new body. With one: all fields are replaced.' })
export class UpsertBodyInput {
  @Field(() => ID, { description: mutationId })
  clientMutationId!: string;
  @Field(() => ID, { description: 'Whose body it is.' })
  networkId!: string;
  @Field(() => ID, { nullable: true, description: 'Of a body that is there.' })
  id?: string | null;
  @Field(() => Int, { nullable: true, description: 'With an id: refuses the change if the body has moved on.' })
  expectedVersion?: number | null;
  @Field(() => BodyKindEnum, { description: 'What sort of body it is.' })
  kind!: BodyKind;
  @Field(() => ThematicAreaEnum, { nullable: true, description: 'An expert group has one.' })
  thematicArea?: ThematicArea | null;
  @Field(() => [LocalizedInput], { description: 'At most 200 characters in each language.' })
  name!: LocalizedInput[];
  @Field(() => [LocalizedInput], { nullable: true, description: 'At most 4,000 characters in each language.' })
  mandate?: LocalizedInput[] | null;
  @Field(() => Int, { nullable: true, description: '1 to 1,000.' })
  seatsTotal?: number | null;
  @Field(() => Int, { nullable: true, description: '1 to 600.' })
  termMonths?: number | null;
}

/** What every further change of a body names. */
@InputType()
class BodyChangeInput {
  @Field(() => ID, { description: mutationId })
  clientMutationId!: string;
  @Field(() => ID, { description: 'Of the body.' })
  id!: string;
  @Field(() => Int, { description: '`Body.version` as you saw it.' })
  expectedVersion!: number;
}

@InputType({ description: 'Records a term of office, or corrects one.' })
export class SetBodyTermInput extends BodyChangeInput {
  @Field(() => Int, { nullable: true, description: 'Of a term that is there: its days are replaced.' })
  number?: number | null;
  @Field(() => DateOnly, { description: 'Its first day.' })
  startsOn!: string;
  @Field(() => DateOnly, {
    nullable: true,
    description: 'Its last day. Left out: as many months later as `Body.termMonths` says, or open.',
  })
  endsOn?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: "The election: the network's decision about this Body, which it has adopted.",
  })
  decisionId?: string | null;
}

@InputType({ description: 'Closes a body for good, or until it is opened again.' })
export class CloseBodyInput extends BodyChangeInput {
  @Field(() => DateOnly, {
    nullable: true,
    description: 'The first day on which it works no more; left out: today, in the time zone of the network.',
  })
  closedOn?: string | null;
  @Field(() => String, { nullable: true, description: 'At most 1,000 characters.' })
  reason?: string | null;
}

@InputType({ description: 'Opens a closed body again.' })
export class ReopenBodyInput extends BodyChangeInput {}

@InputType({ description: 'An absent list leaves all in, an empty one none. What is unknown matches nothing.' })
export class NetworkUpdateFilter {
  @Field(() => [ID], { nullable: true })
  networks?: string[] | null;
  @Field(() => [UpdateTypeEnum], { nullable: true })
  types?: UpdateType[] | null;
  @Field(() => [ThematicAreaEnum], { nullable: true, description: 'Updates about any of them.' })
  thematicAreas?: ThematicArea[] | null;
  @Field(() => [CountryCode], { nullable: true, description: 'Updates about any of them.' })
  countries?: string[] | null;
}
