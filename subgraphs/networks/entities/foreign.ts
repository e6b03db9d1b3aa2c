import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** Entities of other subgraphs: here they are only their key. */

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
export class Decision {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
@Directive('@key(fields: "id")')
export class Meeting {
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
export class Activity {
  @Field(() => ID)
  id!: string;
}

export const stub = <T extends { id: string }>(type: new () => T, id: string): T => Object.assign(new type(), { id });

export const stubOrNull = <T extends { id: string }>(type: new () => T, id: string | null): T | null =>
  id === null ? null : stub(type, id);
