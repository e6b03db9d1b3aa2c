import { Directive, Field, ObjectType } from 'type-graphql';
import { CountryCode } from '../../../kit/scalars.ts';

@ObjectType({ description: 'A country by its ISO 3166-1 code, or ZZ for the sample records of no country.' })
@Directive('@key(fields: "code")')
export class Country {
  @Field(() => CountryCode)
  code!: string;
}
