import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Transaction } from '../../../kit/database/open.ts';
import { answer } from '../../../kit/types.ts';
import { openDecision } from '../commands/decisions/open.ts';
import { takePosition } from '../commands/decisions/position.ts';
import {
  advanceDecision,
  concludeDecision,
  startDecisionRound,
  withdrawDecision,
} from '../commands/decisions/steps.ts';
import type { DiscussionsContext } from '../context.ts';
import {
  AdvanceDecisionInput,
  ConcludeDecisionInput,
  OpenDecisionInput,
  StartDecisionRoundInput,
  TakePositionInput,
  WithdrawDecisionInput,
} from '../decision-inputs.ts';
import { DecisionPayload } from './payloads.ts';

/** Runs a command in a transaction, then answers with the decision as it is now, whatever this request has read of it before. */
const answerDecision = (
  { database, loaders, live }: DiscussionsContext,
  command: (tx: Transaction) => Promise<string>,
) =>
  answer('decision', async () => {
    const id = await database.transaction(command);
    live.decisionChanged();
    for (const loader of [loaders.decision, loaders.rounds, loaders.positions]) loader.clear(id);
    return loaders.decision.load(id);
  });

@Resolver()
export class DecisionStepsResolver {
  @Mutation(() => DecisionPayload, {
    description:
      'By a coordinator or steering member of every network named; of what a group decides, also by its lead. It begins as DRAFT.',
  })
  openDecision(@Arg('input', () => OpenDecisionInput) input: OpenDecisionInput, @Ctx() context: DiscussionsContext) {
    return answerDecision(context, (tx) => openDecision(tx, context.actor, input, context.rules));
  }

  @Mutation(() => DecisionPayload, {
    description:
      'To the next step: DRAFT, CLARIFYING, REACTIONS, and of a round with an objection to INTEGRATING_OBJECTIONS. By those who may open it.',
  })
  advanceDecision(
    @Arg('input', () => AdvanceDecisionInput) input: AdvanceDecisionInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerDecision(context, (tx) => advanceDecision(tx, context.actor, input));
  }

  @Mutation(() => DecisionPayload, {
    description:
      'Lets positions be taken: after REACTIONS or INTEGRATING_OBJECTIONS; under MAJORITY and LAZY_CONSENSUS at any time ' +
      'before. By those who may open the decision.',
  })
  startDecisionRound(
    @Arg('input', () => StartDecisionRoundInput) input: StartDecisionRoundInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerDecision(context, (tx) => startDecisionRound(tx, context.actor, input, context.rules));
  }

  @Mutation(() => DecisionPayload, {
    description:
      'For your organisation, from a seat that represents it or sits in the steering committee. The last one taken before the ' +
      'round closes counts.',
  })
  takePosition(@Arg('input', () => TakePositionInput) input: TakePositionInput, @Ctx() context: DiscussionsContext) {
    return answerDecision(context, (tx) => takePosition(tx, context.actor, input, context.rules));
  }

  @Mutation(() => DecisionPayload, {
    description:
      'Once the round has closed: ADOPTED or NOT_ADOPTED, as the positions come to. By a coordinator or steering member of one ' +
      'of its networks, or the group’s lead. A round that nobody concludes within 14 days expires.',
  })
  concludeDecision(
    @Arg('input', () => ConcludeDecisionInput) input: ConcludeDecisionInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerDecision(context, (tx) => concludeDecision(tx, context.actor, input, context.rules));
  }

  @Mutation(() => DecisionPayload, { description: 'Before it is concluded, by those who may open it.' })
  withdrawDecision(
    @Arg('input', () => WithdrawDecisionInput) input: WithdrawDecisionInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerDecision(context, (tx) => withdrawDecision(tx, context.actor, input, context.rules));
  }
}
