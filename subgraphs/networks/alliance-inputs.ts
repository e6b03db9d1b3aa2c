import { Field, ID, InputType, Int } from 'type-graphql';
import type { Visibility } from '../../kit/context.ts';
import { CountryCode, PartialDate } from '../../kit/scalars.ts';
import { LocalizedInput, VisibilityEnum } from '../../kit/types.ts';
import {
  type ExternalPartnerKind,
  ExternalPartnerKindEnum,
  type PartnerRelation,
  PartnerRelationEnum,
} from './entities/alliance.ts';
import { SourceInput } from './review-inputs.ts';

const once = 'Yours to choose: the same one sent again has one effect and one answer.';

@InputType({ description: 'Without an id: a new one. With one: all of it is replaced.' })
export class UpsertExternalPartnerInput {
  @Field(() => ID, { description: once })
  clientMutationId!: string;
  @Field(() => ID, { description: 'The network that it works with.' })
  networkId!: string;
  @Field(() => ID, { nullable: true, description: 'The partner to replace.' })
  id?: string | null;
  @Field(() => Int, { nullable: true, description: 'With an id: its version.' })
  expectedVersion?: number | null;
  @Field(() => ExternalPartnerKindEnum, {
    description: 'What it is. An alliance or mechanism of one country names that country.',
  })
  kind!: ExternalPartnerKind;
  @Field(() => [PartnerRelationEnum], { description: 'What joins it with the network.' })
  relations!: PartnerRelation[];
  @Field(() => [LocalizedInput], { description: 'At most 200 characters in each language.' })
  name!: LocalizedInput[];
  @Field(() => [LocalizedInput], { nullable: true, description: 'At most 4,000 characters in each language.' })
  description?: LocalizedInput[] | null;
  @Field(() => [CountryCode], { nullable: true, description: 'Where it works.' })
  countries?: string[] | null;
  @Field(() => String, { nullable: true, description: 'http or https.' })
  website?: string | null;
  @Field(() => ID, { nullable: true, description: 'Its record among the organisations, if it has one.' })
  organisationId?: string | null;
  @Field(() => ID, { nullable: true, description: 'Its system that reads updates with a key, if it has one.' })
  partnerId?: string | null;
  @Field(() => PartialDate, { nullable: true, description: 'Since when they work together.' })
  since?: string | null;
  @Field(() => PartialDate, { nullable: true, description: 'Until when they did.' })
  until?: string | null;
  @Field(() => VisibilityEnum, {
    defaultValue: 'NETWORK',
    description: 'PUBLIC needs a source with an address. Never GROUP or SEAT_ONLY.',
  })
  visibility?: Visibility;
  @Field(() => String, { nullable: true, description: 'http or https.' })
  sourceUrl?: string | null;
}

@InputType({ description: 'Without an id: a new one, of your network. With one: all but its networks is replaced.' })
export class UpsertProgrammeInput {
  @Field(() => ID, { description: once })
  clientMutationId!: string;
  @Field(() => ID, { description: 'In whose name: a network that you lead. One to replace is one of its own.' })
  networkId!: string;
  @Field(() => ID, { nullable: true, description: 'The programme to replace.' })
  id?: string | null;
  @Field(() => Int, { nullable: true, description: 'With an id: its version.' })
  expectedVersion?: number | null;
  @Field(() => String, { nullable: true, description: 'At most 40 characters.' })
  shortName?: string | null;
  @Field(() => [LocalizedInput], { description: 'At most 200 characters in each language.' })
  name!: LocalizedInput[];
  @Field(() => [LocalizedInput], { nullable: true, description: 'At most 4,000 characters in each language.' })
  description?: LocalizedInput[] | null;
  @Field(() => ID, { nullable: true, description: 'The organisation that runs it.' })
  organisationId?: string | null;
  @Field(() => PartialDate, { nullable: true, description: 'Its beginning.' })
  startedOn?: string | null;
  @Field(() => PartialDate, { nullable: true, description: 'Its end.' })
  endedOn?: string | null;
  @Field(() => PartialDate, { nullable: true, description: 'When the source spoke of it as running.' })
  lastKnownRunningOn?: string | null;
  @Field(() => SourceInput, { description: 'With an address.' })
  source!: SourceInput;
}

@InputType({ description: 'Whether a network works under a programme.' })
export class TagProgrammeInput {
  @Field(() => ID, { description: once })
  clientMutationId!: string;
  @Field(() => ID, { description: 'The network that works under it, or does no longer.' })
  networkId!: string;
  @Field(() => ID, { description: 'The programme.' })
  programmeId!: string;
  @Field(() => Boolean, { description: 'False takes the tag away.' })
  tagged!: boolean;
}
