import { Directive, Field, ObjectType } from 'type-graphql';
import { MutationProblem } from '../../../kit/types.ts';
import { Body } from '../entities/body.ts';
import { Network } from '../entities/network.ts';

@ObjectType()
export class NetworkPayload {
  @Field(() => Network, { nullable: true })
  network!: Network | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@ObjectType()
export class BodyPayload {
  @Field(() => Body, { nullable: true })
  body!: Body | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}
