import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { CountryCode } from '../../../kit/scalars.ts';

/** Types that another subgraph owns: their key, and what resolvers/network.ts adds to them. */
@ObjectType()
@Directive('@key(fields: "id")')
export class Network {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
@Directive('@key(fields: "id")')
export class Body {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
@Directive('@key(fields: "code", resolvable: false)')
export class Country {
  @Field(() => CountryCode)
  code!: string;
}

@ObjectType()
export class Count {
  @Field(() => String, { description: 'A StakeholderType, or a CountryCode.' })
  key!: string;
  @Field(() => Int)
  value!: number;
}

@ObjectType({
  description: 'ACTIVE members counted. Organisations whose type or country is unknown or protected are in no group.',
})
export class DiversitySummary {
  @Field(() => [Count])
  @Directive('@listSize(assumedSize: 10)')
  byStakeholderType!: Count[];
  @Field(() => [Count])
  @Directive('@listSize(assumedSize: 20)')
  byCountry!: Count[];
}
