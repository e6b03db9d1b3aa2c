import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { DateTime } from '../../../kit/scalars.ts';
import { MutationProblem } from '../../../kit/types.ts';
import { Network } from './foreign.ts';
import type { Problems } from './problems.ts';

@ObjectType({
  description:
    "An operator's reading of a network in an emergency: what its members read, group threads too, for some minutes. It stands in the network's audit log with its reason from the moment it begins.",
})
export class BreakGlass {
  @Field(() => ID)
  id!: string;
  @Field(() => Network)
  network!: Network;
  @Field(() => DateTime)
  openedAt!: Date;
  @Field(() => DateTime)
  endsAt!: Date;
  @Field(() => DateTime, { nullable: true, description: 'When somebody ended it before its time.' })
  closedAt!: Date | null;
}

@ObjectType()
export class BreakGlassPayload {
  @Field(() => BreakGlass, { nullable: true })
  breakGlass!: BreakGlass | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: Problems;
}
