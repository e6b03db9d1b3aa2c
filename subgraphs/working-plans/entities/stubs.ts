import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { CountryCode } from '../../../kit/scalars.ts';

/** Entities of other subgraphs, by key alone. */
@ObjectType()
@Directive('@key(fields: "id")')
export class Network {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
@Directive('@key(fields: "id")')
export class Organisation {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
@Directive('@key(fields: "id")')
export class Seat {
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
@Directive('@key(fields: "code")')
export class Country {
  @Field(() => CountryCode)
  code!: string;
}

export const stub = <T extends object>(type: new () => T, key: T): T => Object.assign(new type(), key);
