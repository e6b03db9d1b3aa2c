import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ID,
  InputType,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import { CountryCode, DateTime } from '../../../kit/scalars.ts';
import { answer } from '../../../kit/types.ts';
import { addStrategy, removeStrategy } from '../commands/strategies/strategies.ts';
import type { PlansContext } from '../context.ts';
import { Activity } from '../entities/nodes.ts';
import { Country, Seat, stub } from '../entities/stubs.ts';
import { afresh, type StrategyRow } from '../loaders.ts';
import { mayReadInternals } from '../policy.ts';
import { splitId } from '../view.ts';
import { findActivity } from './find.ts';
import { ActivityPayload } from './plans.ts';

@ObjectType({ description: 'A national or regional strategy of others that an activity serves.' })
export class StrategyLink {
  constructor(readonly row: StrategyRow) {}

  @Field(() => ID)
  id(): string {
    return this.row.id;
  }
  @Field(() => String, { description: 'As its authors call it.' })
  title(): string {
    return this.row.title;
  }
  @Field(() => String, { nullable: true, description: 'Where it can be read.' })
  url(): string | null {
    return this.row.url || null;
  }
  @Field(() => Country, { nullable: true, description: 'Null: of several countries.' })
  country(): Country | null {
    return this.row.country ? stub(Country, { code: this.row.country }) : null;
  }
  @Field(() => Seat, { nullable: true, description: 'Who named it; for readers of the owner networks.' })
  async addedBy(@Ctx() { actor, loaders }: PlansContext): Promise<Seat | null> {
    const view = await loaders.plan.load(this.row.planId);
    return view && mayReadInternals(actor, view.plan) ? stub(Seat, { id: this.row.addedBy }) : null;
  }
  @Field(() => DateTime)
  addedAt(): Date {
    return this.row.addedAt;
  }
}

@InputType()
export class AddStrategyLinkInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  activityId!: string;
  @Field(() => String, { description: 'As its authors call it; 1 to 300 characters.' })
  title!: string;
  @Field(() => String, { nullable: true, description: 'http or https.' })
  url?: string | null;
  @Field(() => CountryCode, { nullable: true, description: 'Whose it is; absent: of several countries.' })
  country?: string | null;
}

@InputType()
export class RemoveStrategyLinkInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  id!: string;
}

@Resolver(() => Activity)
export class ActivityStrategiesResolver {
  @FieldResolver(() => [StrategyLink], { description: 'National and regional strategies that it serves; at most 20.' })
  @Directive('@listSize(assumedSize: 3)')
  async strategies(@Root() { of, head }: Activity, @Ctx() { loaders }: PlansContext): Promise<StrategyLink[]> {
    const rows = await loaders.strategies.load(of.id);
    return rows.filter(({ nodeKey }) => nodeKey === head.key).map((row) => new StrategyLink(row));
  }
}

@Resolver()
export class StrategyResolver {
  @Mutation(() => ActivityPayload, {
    description:
      'Says which strategy an activity serves; also once the plan is adopted: it is no part of what was decided on.',
  })
  addStrategyLink(@Arg('input', () => AddStrategyLinkInput) input: AddStrategyLinkInput, @Ctx() context: PlansContext) {
    return this.answer(context, async () => {
      await addStrategy(context.plans, context.actor, input);
      return input.activityId;
    });
  }

  @Mutation(() => ActivityPayload, { description: 'Takes such a link away.' })
  removeStrategyLink(
    @Arg('input', () => RemoveStrategyLinkInput) input: RemoveStrategyLinkInput,
    @Ctx() context: PlansContext,
  ) {
    return this.answer(context, () => removeStrategy(context.plans, context.actor, input));
  }

  private answer(context: PlansContext, command: () => Promise<string>) {
    return answer('activity', async () => {
      const id = await command();
      context.loaders = afresh(context);
      return splitId(id) && findActivity(context.loaders, id);
    });
  }
}
