import { Field, ID, InputType, Int } from 'type-graphql';
import { CountryCode, LocaleTag } from '../../kit/scalars.ts';
import { LocalizedInput, type ThematicArea, ThematicAreaEnum } from '../../kit/types.ts';
import { type BodyKind, BodyKindEnum } from './entities/body.ts';
import { type NetworkStatus, NetworkStatusEnum } from './entities/network.ts';
import { type UpdateType, UpdateTypeEnum } from './entities/update.ts';

@InputType()
export class CreateNetworkInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => String)
  slug!: string;
  @Field(() => [LocalizedInput])
  name!: LocalizedInput[];
  @Field(() => String)
  region!: string;
  @Field(() => [CountryCode])
  countries!: string[];
  @Field(() => [LocaleTag])
  workingLanguages!: string[];
  @Field(() => String)
  timeZone!: string;
  @Field(() => String)
  homeRegion!: string;
}

@InputType({ description: 'What is left out stays as it is.' })
export class UpdateNetworkInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  id!: string;
  @Field(() => Int)
  expectedVersion!: number;
  @Field(() => [LocalizedInput], { nullable: true })
  name?: LocalizedInput[] | null;
  @Field(() => [LocalizedInput], { nullable: true, description: 'An empty list removes it.' })
  mission?: LocalizedInput[] | null;
  @Field(() => [CountryCode], { nullable: true })
  countries?: string[] | null;
  @Field(() => NetworkStatusEnum, { nullable: true })
  status?: NetworkStatus | null;
}

@InputType({ description: 'Without an id: a new body. With one: all fields are replaced.' })
export class UpsertBodyInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  networkId!: string;
  @Field(() => ID, { nullable: true })
  id?: string | null;
  @Field(() => Int, { nullable: true, description: 'With an id: refuses the change if the body has moved on.' })
  expectedVersion?: number | null;
  @Field(() => BodyKindEnum)
  kind!: BodyKind;
  @Field(() => ThematicAreaEnum, { nullable: true })
  thematicArea?: ThematicArea | null;
  @Field(() => [LocalizedInput])
  name!: LocalizedInput[];
  @Field(() => [LocalizedInput], { nullable: true })
  mandate?: LocalizedInput[] | null;
  @Field(() => Int, { nullable: true })
  seatsTotal?: number | null;
  @Field(() => Int, { nullable: true })
  termMonths?: number | null;
}

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
