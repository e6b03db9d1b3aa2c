import { Directive, Field, ObjectType } from 'type-graphql';
import { MutationProblem } from '../../../kit/types.ts';
import { Body } from '../entities/body.ts';
import { CharterProposal } from '../entities/charter.ts';
import { Guidelines } from '../entities/guidelines.ts';
import { Network } from '../entities/network.ts';

@ObjectType({ description: 'What a change came to.' })
export class NetworkPayload {
  @Field(() => Network, { nullable: true, description: 'As it is now; null if there are problems.' })
  network!: Network | null;
  @Field(() => [MutationProblem], { description: 'Why nothing was done; empty if it was.' })
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@ObjectType({ description: 'What a change came to.' })
export class BodyPayload {
  @Field(() => Body, { nullable: true, description: 'As it is now; null if there are problems.' })
  body!: Body | null;
  @Field(() => [MutationProblem], { description: 'Why nothing was done; empty if it was.' })
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@ObjectType({ description: 'What a change came to.' })
export class GuidelinesPayload {
  @Field(() => Guidelines, { nullable: true, description: 'As it is now; null if there are problems.' })
  guidelines!: Guidelines | null;
  @Field(() => [MutationProblem], { description: 'Why nothing was done; empty if it was.' })
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@ObjectType({ description: 'What a change came to.' })
export class CharterProposalPayload {
  @Field(() => CharterProposal, { nullable: true, description: 'As it is now; null if there are problems.' })
  proposal!: CharterProposal | null;
  @Field(() => [MutationProblem], { description: 'Why nothing was done; empty if it was.' })
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}
