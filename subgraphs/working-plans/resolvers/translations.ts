import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import { type Connection, checkFirst, toConnection } from '../../../kit/page.ts';
import { Cursor, DateTime, LocaleTag } from '../../../kit/scalars.ts';
import { answer, PageInfo, type TranslationState, TranslationStateEnum } from '../../../kit/types.ts';
import { confirmTranslation } from '../commands/translations.ts';
import type { PlansContext } from '../context.ts';
import { WorkingPlan } from '../entities/working-plan.ts';
import { idOfNode } from '../history/entries.ts';
import { afresh } from '../loaders.ts';
import { mayOpenDocument } from '../policy.ts';
import { type TextState, textStates } from '../translations/states.ts';
import { findPlan } from './find.ts';
import { PlanPayload } from './plans.ts';

@ObjectType({ description: 'A text of a plan in another language than its own.' })
export class PlanTranslation {
  @Field(() => ID, { description: "The node; the plan's own id for its title and preamble." })
  nodeId!: string;
  @Field(() => String)
  field!: string;
  @Field(() => LocaleTag)
  locale!: string;
  @Field(() => String, { description: "In the plan's source locale." })
  source!: string;
  @Field(() => String)
  text!: string;
  @Field(() => TranslationStateEnum, {
    nullable: true,
    description: 'STALE: the source was changed after it. Null: not translated yet.',
  })
  state!: TranslationState | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'When the source was last changed; null: never since it was made.',
  })
  sourceChangedAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When the translation was last changed, or confirmed.' })
  changedAt!: Date | null;
}

@ObjectType()
export class PlanTranslationEdge {
  @Field(() => PlanTranslation)
  node!: PlanTranslation;
  @Field(() => Cursor)
  cursor!: string;
}

@ObjectType()
export class PlanTranslationConnection {
  @Field(() => [PlanTranslationEdge])
  edges!: PlanTranslationEdge[];
  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@ObjectType({ description: 'How much of a plan there is in a language.' })
export class TranslationCoverage {
  @Field(() => LocaleTag)
  locale!: string;
  @Field(() => Int, { description: 'Texts that there are in the source locale.' })
  total!: number;
  @Field(() => Int, { description: 'Translated, and not changed in the source since.' })
  current!: number;
  @Field(() => Int)
  stale!: number;
  @Field(() => Int)
  missing!: number;
}

@InputType()
export class ConfirmTranslationInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID, { description: "The node; the plan's own id for its title and preamble." })
  nodeId!: string;
  @Field(() => String)
  field!: string;
  @Field(() => LocaleTag)
  locale!: string;
}

@Resolver(() => WorkingPlan)
export class PlanTranslationsResolver {
  @FieldResolver(() => [TranslationCoverage], {
    nullable: true,
    description: 'For each other language of the plan; null for readers from outside the owner networks.',
  })
  @Directive('@listSize(assumedSize: 3)')
  async translationCoverage(
    @Root() { view }: WorkingPlan,
    @Ctx() { actor, loaders }: PlansContext,
  ): Promise<TranslationCoverage[] | null> {
    if (!mayOpenDocument(actor, view.plan)) return null;
    const touches = await loaders.touches.load(view.plan.id);
    const others = view.tree.locales.filter((locale) => locale !== view.plan.sourceLocale);
    return others.map((locale) => {
      const states = textStates(view, touches, locale);
      const count = (wanted: TranslationState | null) => states.filter(({ state }) => state === wanted).length;
      const [stale, missing] = [count('STALE'), count(null)];
      const total = states.length;
      return Object.assign(new TranslationCoverage(), {
        locale,
        total,
        stale,
        missing,
        current: total - stale - missing,
      });
    });
  }

  @FieldResolver(() => PlanTranslationConnection, {
    nullable: true,
    description:
      "Each text of the plan in one language, in the plan's order; null for readers from outside the owner networks.",
  })
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)')
  async translations(
    @Root() { view }: WorkingPlan,
    @Arg('locale', () => LocaleTag) locale: string,
    @Arg('needed', () => Boolean, { nullable: true, description: 'Only those that are STALE or not there yet.' })
    needed: boolean | null,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null,
    @Ctx() { plans, actor, loaders }: PlansContext,
  ): Promise<Connection<PlanTranslation> | null> {
    checkFirst(first);
    if (!mayOpenDocument(actor, view.plan)) return null;
    const cursors = plans.deadlineCursors(`${view.plan.id}/translations`);
    const start = after == null ? null : cursors.decode(after);
    const all = textStates(view, await loaders.touches.load(view.plan.id), locale);
    // After the text that was given last; where its node is gone, from the beginning: nothing is left out.
    const from =
      start === null ? 0 : all.findIndex(({ nodeKey, field }) => nodeKey === start[0] && field === start[1]) + 1;
    const rest = all.slice(from).filter(({ state }) => !needed || state === null || state === 'STALE');
    const { edges, pageInfo } = toConnection<TextState, readonly [string, string]>(
      rest.slice(0, first + 1),
      first,
      after,
      cursors,
      ({ nodeKey, field }) => [nodeKey, field],
    );
    return {
      pageInfo,
      edges: edges.map(({ cursor, node: { nodeKey, kind: _kind, ...text } }) => ({
        cursor,
        node: Object.assign(new PlanTranslation(), text, { nodeId: idOfNode(view.plan.id, nodeKey) }),
      })),
    };
  }
}

@Resolver()
export class ConfirmTranslationResolver {
  @Mutation(() => PlanPayload, {
    description: 'Says that a translation is still right although its source has changed: it is no longer STALE.',
  })
  confirmTranslation(
    @Arg('input', () => ConfirmTranslationInput) input: ConfirmTranslationInput,
    @Ctx() context: PlansContext,
  ) {
    return answer('plan', async () => {
      const id = await confirmTranslation(context.plans, context.actor, input);
      context.loaders = afresh(context);
      return findPlan(context.loaders, id);
    });
  }
}
