import { Field, ID, InputType, Int } from 'type-graphql';
import { LocaleTag } from '../../kit/scalars.ts';
import { LocalizedInput } from '../../kit/types.ts';

const mutationId = 'Yours to choose: the same one sent again does nothing more.';

@InputType({ description: 'One objective.' })
export class CharterObjectiveInput {
  @Field(() => [LocalizedInput], {
    description: 'At most 1,000 characters in each language, one of them the language of record.',
  })
  text!: LocalizedInput[];
}

@InputType({ description: 'The whole of mission and objectives, as they are to be.' })
export class ProposeCharterInput {
  @Field(() => ID, { description: mutationId })
  clientMutationId!: string;
  @Field(() => ID, { description: 'Whose they are to be.' })
  networkId!: string;
  @Field(() => LocaleTag, { description: 'The language of record: in it the text is decided on.' })
  recordLocale!: string;
  @Field(() => [LocalizedInput], {
    nullable: true,
    description: 'At most 4,000 characters in each language, one of them the language of record. Left out: no mission.',
  })
  mission?: LocalizedInput[] | null;
  @Field(() => [CharterObjectiveInput], { description: 'At most 20, in their order.' })
  objectives!: CharterObjectiveInput[];
  @Field(() => [LocalizedInput], {
    nullable: true,
    description: 'Why the change; not part of what is decided. At most 4,000 characters in each language.',
  })
  rationale?: LocalizedInput[] | null;
}

@InputType({
  description: 'A proposal, or the charter in force, in another language; takes the place of an earlier translation.',
})
export class TranslateCharterInput {
  @Field(() => ID, { description: mutationId })
  clientMutationId!: string;
  @Field(() => ID, { description: 'PROPOSED or APPLIED.' })
  proposalId!: string;
  @Field(() => Int, { description: '`CharterProposal.version` as you saw it.' })
  expectedVersion!: number;
  @Field(() => LocaleTag, { description: 'The language you translated into.' })
  locale!: string;
  @Field(() => String, { nullable: true, description: 'Where the proposal has a mission.' })
  mission?: string | null;
  @Field(() => [String], { description: 'As many as the proposal has, in the same order.' })
  objectives!: string[];
}

@InputType({ description: 'Gives a proposal up.' })
export class WithdrawCharterProposalInput {
  @Field(() => ID, { description: mutationId })
  clientMutationId!: string;
  @Field(() => ID, { description: 'A proposal that is PROPOSED.' })
  proposalId!: string;
  @Field(() => Int, { description: '`CharterProposal.version` as you saw it.' })
  expectedVersion!: number;
  @Field(() => String, { nullable: true, description: 'At most 1,000 characters.' })
  reason?: string | null;
}

@InputType({ description: 'Makes a proposal what the network says of itself, by the decision that adopted it.' })
export class ApplyCharterInput {
  @Field(() => ID, { description: mutationId })
  clientMutationId!: string;
  @Field(() => ID, { description: 'A proposal that is PROPOSED.' })
  proposalId!: string;
  @Field(() => ID, { description: "The network's decision about the Network." })
  decisionId!: string;
  @Field(() => String, { description: '`CharterProposal.contentHash`, as the decision names it.' })
  contentHash!: string;
}
