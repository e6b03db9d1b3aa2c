import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { Cursor } from '../../../kit/scalars.ts';
import {
  type ConflictError,
  type ForbiddenError,
  MutationProblem,
  PageInfo,
  type ValidationError,
} from '../../../kit/types.ts';
import { Membership } from './membership.ts';
import { Organisation } from './organisation.ts';
import { Person } from './person.ts';
import { Seat } from './seat.ts';

@ObjectType({ description: 'Who is signed in.' })
export class Viewer {
  @Field(() => Seat, { nullable: true, description: 'The seat of this session; null for a person without one.' })
  seat!: Seat | null;
  @Field(() => Person, { nullable: true })
  person!: Person | null;
  @Field(() => [Seat], { description: 'All seats of the person, to choose another one from.' })
  @Directive('@listSize(assumedSize: 3)')
  seats!: Seat[];
}

@ObjectType()
export class OrganisationEdge {
  @Field(() => Organisation)
  node!: Organisation;
  @Field(() => Cursor)
  cursor!: string;
}

@ObjectType()
export class OrganisationConnection {
  @Field(() => [OrganisationEdge])
  edges!: OrganisationEdge[];
  @Field(() => PageInfo)
  pageInfo!: PageInfo;
  @Field(() => Int)
  totalCount!: number;
}

type Problems = (ValidationError | ConflictError | ForbiddenError)[];

@ObjectType()
export class MembershipPayload {
  @Field(() => Membership, { nullable: true })
  membership!: Membership | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: Problems;
}

@ObjectType()
export class SeatPayload {
  @Field(() => Seat, { nullable: true })
  seat!: Seat | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: Problems;
}

@ObjectType()
export class OrganisationPayload {
  @Field(() => Organisation, { nullable: true })
  organisation!: Organisation | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: Problems;
}
