import { Arg, Ctx, Directive, Field, FieldResolver, ID, Int, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { type Connection, checkFirst, toConnection } from '../../../kit/page.ts';
import { Cursor, LocaleTag } from '../../../kit/scalars.ts';
import { answer, MutationProblem, PageInfo, Problem } from '../../../kit/types.ts';
import { acceptSuggestion } from '../commands/suggestions/accept.ts';
import { proposeSuggestion } from '../commands/suggestions/propose.ts';
import { rejectSuggestion, withdrawSuggestion } from '../commands/suggestions/resolve.ts';
import { findSuggestion } from '../commands/suggestions/rows.ts';
import { hashText, liveText, nodeOfId } from '../commands/suggestions/texts.ts';
import type { PlansContext } from '../context.ts';
import { PlanText, Suggestion, type SuggestionStatus, SuggestionStatusEnum } from '../entities/suggestion.ts';
import { WorkingPlan } from '../entities/working-plan.ts';
import { ProposeSuggestionInput, ResolveSuggestionInput, WithdrawSuggestionInput } from '../inputs/suggestions.ts';
import { mayOpenDocument } from '../policy.ts';
import type { PlanView } from '../view.ts';
import { findPlan } from './find.ts';

@ObjectType()
export class SuggestionEdge {
  @Field(() => Suggestion)
  node!: Suggestion;
  @Field(() => Cursor)
  cursor!: string;
}

@ObjectType()
export class SuggestionConnection {
  @Field(() => [SuggestionEdge])
  edges!: SuggestionEdge[];
  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@ObjectType()
export class SuggestionPayload {
  @Field(() => Suggestion, { nullable: true })
  suggestion!: Suggestion | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

/** A suggestion by its id; null for who may not open its plan's document. */
export async function resolveSuggestionReference(
  { id }: { id: string },
  { plans, actor }: PlansContext,
): Promise<Suggestion | null> {
  try {
    return new Suggestion((await findSuggestion(plans, actor, id)).suggestion);
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/** As it is once the command has answered. */
const answerWith = (context: PlansContext, command: () => Promise<string>) =>
  answer('suggestion', async () => {
    const { suggestion } = await findSuggestion(context.plans, context.actor, await command());
    return new Suggestion(suggestion);
  });

@Resolver(() => Suggestion)
export class SuggestionResolver {
  @FieldResolver(() => WorkingPlan, { nullable: true })
  plan(@Root() { row }: Suggestion, @Ctx() { loaders }: PlansContext): Promise<WorkingPlan | null> {
    return findPlan(loaders, row.planId);
  }

  @Mutation(() => SuggestionPayload, {
    description:
      'Proposes a text in place of one that stands in the plan, while it is a draft or under review. At most 100 open ones a seat and 500 a plan.',
  })
  proposeSuggestion(
    @Arg('input', () => ProposeSuggestionInput) input: ProposeSuggestionInput,
    @Ctx() context: PlansContext,
  ) {
    return answerWith(context, () => proposeSuggestion(context.plans, context.actor, input));
  }

  @Mutation(() => SuggestionPayload, {
    description:
      'Writes the proposed text into the document, as your edit, and marks the suggestion ACCEPTED: both or neither. Of rich text, what stays keeps its formatting, and new lines are plain paragraphs. Accepting under review changes the document after it was submitted: its content hash is no longer the submitted version’s, and for adoption the plan must be submitted again. PLAN_FULL.',
  })
  acceptSuggestion(
    @Arg('input', () => ResolveSuggestionInput) input: ResolveSuggestionInput,
    @Ctx() context: PlansContext,
  ) {
    return answerWith(context, () => acceptSuggestion(context.plans, context.actor, input));
  }

  @Mutation(() => SuggestionPayload)
  rejectSuggestion(
    @Arg('input', () => ResolveSuggestionInput) input: ResolveSuggestionInput,
    @Ctx() context: PlansContext,
  ) {
    return answerWith(context, () => rejectSuggestion(context.plans, context.actor, input));
  }

  @Mutation(() => SuggestionPayload, { description: 'For the seat that made it.' })
  withdrawSuggestion(
    @Arg('input', () => WithdrawSuggestionInput) input: WithdrawSuggestionInput,
    @Ctx() context: PlansContext,
  ) {
    return answerWith(context, () => withdrawSuggestion(context.plans, context.actor, input));
  }
}

/** What this part adds to a plan. `view` is the plan as its entity holds it. */
@Resolver(() => WorkingPlan)
export class PlanSuggestionsResolver {
  @FieldResolver(() => SuggestionConnection, {
    nullable: true,
    description: 'Newest first; null for readers from outside the owner networks.',
  })
  @Directive(
    '@listSize(assumedSize: 20, slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)',
  )
  async suggestions(
    @Root() { view }: { view: PlanView },
    @Arg('status', () => SuggestionStatusEnum, { nullable: true }) status: SuggestionStatus | null,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null,
    @Ctx() { plans, actor, loaders }: PlansContext,
  ): Promise<Connection<Suggestion> | null> {
    checkFirst(first);
    const { plan, room } = view;
    if (!mayOpenDocument(actor, plan)) return null;
    const cursors = plans.suggestionCursors(plan.id);
    const before = after == null ? null : cursors.decode(after);
    const rows = await loaders.suggestions.load({ room, status: status ?? null, before, limit: first + 1 });
    const found = rows.map((row) => new Suggestion(row));
    return toConnection(found, first, after, cursors, ({ row }) => row.number);
  }

  @FieldResolver(() => PlanText, {
    nullable: true,
    description:
      'One text of the document, for who is to suggest another; null when there is none, or you may not open the document.',
  })
  text(
    @Root() { view }: { view: PlanView },
    @Arg('nodeId', () => ID) nodeId: string,
    @Arg('field', () => String) field: string,
    @Arg('locale', () => LocaleTag) locale: string,
    @Ctx() { actor }: PlansContext,
  ): PlanText | null {
    const [planId, nodeKey] = nodeOfId(nodeId);
    if (planId !== view.plan.id || !mayOpenDocument(actor, view.plan)) return null;
    const text = liveText(view.room.doc, { nodeKey, field, locale });
    return text === null ? null : Object.assign(new PlanText(), { text, hash: hashText(text) });
  }
}
