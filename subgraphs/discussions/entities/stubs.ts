import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { CountryCode } from '../../../kit/scalars.ts';

/** Entities of other subgraphs: here they are only their key, and what discussions hang on them. */

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
@Directive('@key(fields: "id")')
export class Seat {
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
export class WorkingPlan {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
@Directive('@key(fields: "id")')
export class Objective {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
@Directive('@key(fields: "id")')
export class Outcome {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
@Directive('@key(fields: "id")')
export class Activity {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
@Directive('@key(fields: "id")')
export class Guidelines {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
@Directive('@key(fields: "id")')
export class ReviewEngagement {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
@Directive('@key(fields: "code", resolvable: false)')
export class Country {
  @Field(() => CountryCode)
  code!: string;
}

export const stubs = {
  Network,
  Body,
  Seat,
  Organisation,
  WorkingPlan,
  Objective,
  Outcome,
  Activity,
  Guidelines,
  ReviewEngagement,
};

/** An instance, since a union tells its members by their class. */
export const stub = <T extends { id: string }>(type: new () => T, id: string): T => Object.assign(new type(), { id });
