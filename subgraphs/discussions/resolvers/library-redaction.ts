import { Arg, Ctx, Directive, Field, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import { answer, MutationProblem } from '../../../kit/types.ts';
import { redactRecord } from '../commands/library-redaction.ts';
import type { DiscussionsContext } from '../context.ts';
import { RedactRecordInput } from '../library-inputs.ts';

@ObjectType()
export class RecordRedactionPayload {
  @Field(() => Int, { nullable: true, description: 'In how many places the words were; 0 also of a call sent again.' })
  places!: number | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@Resolver()
export class LibraryRedactionResolver {
  @Mutation(() => RecordRedactionPayload, {
    description:
      'Takes words out of a meeting with its minutes, a statement, an item of the library or a decision with its reasons, and out of what threads quote of it, ' +
      'for good; ▇▇▇ stands in their place. By the safety officer of one of its networks, also of a record that he does not read.',
  })
  redactRecord(@Arg('input', () => RedactRecordInput) input: RedactRecordInput, @Ctx() context: DiscussionsContext) {
    return answer('places', async () => {
      const places = await context.database.transaction((tx) => redactRecord(tx, context.actor, input));
      context.live.threadChanged();
      context.live.decisionChanged();
      context.refresh();
      return places;
    });
  }
}
