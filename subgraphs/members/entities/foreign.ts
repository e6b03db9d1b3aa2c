import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { CountryCode } from '../../../kit/scalars.ts';
import { type StakeholderType, StakeholderTypeEnum } from './organisation.ts';

/** Types that another subgraph owns: their key, and what resolvers/network.ts adds to them. */
@ObjectType()
@Directive('@key(fields: "code", resolvable: false)')
export class Country {
  @Field(() => CountryCode)
  code!: string;
}

@ObjectType()
@Directive('@key(fields: "id")')
export class Network {
  @Field(() => ID)
  id!: string;
  /** Of networks; known where a field asks for it. */
  @Field(() => [Country])
  @Directive('@external')
  countries?: Country[];
}

@ObjectType()
@Directive('@key(fields: "id")')
export class Body {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
export class Count {
  @Field(() => String, { description: 'A StakeholderType, a CountryCode, or a LocaleTag.' })
  key!: string;
  @Field(() => Int)
  value!: number;
}

@ObjectType({
  description:
    'ACTIVE members counted. Organisations whose type, country or languages are unknown or protected are in no group.',
})
export class DiversitySummary {
  networkId!: string;
  @Field(() => [Count])
  @Directive('@listSize(assumedSize: 10)')
  byStakeholderType!: Count[];
  @Field(() => [Count])
  @Directive('@listSize(assumedSize: 20)')
  byCountry!: Count[];
}

@ObjectType({ description: 'Members of one kind in one country. A gap is where there are none.' })
export class DiversityCell {
  @Field(() => Country)
  country!: Country;
  @Field(() => StakeholderTypeEnum)
  stakeholderType!: StakeholderType;
  @Field(() => Int, { description: 'ACTIVE members; protected ones are not counted.' })
  members!: number;
}
