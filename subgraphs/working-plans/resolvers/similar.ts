import { Arg, Ctx, Directive, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { ApiError } from '../../../kit/errors.ts';
import { LocaleTag } from '../../../kit/scalars.ts';
import type { PlansContext } from '../context.ts';
import { Activity } from '../entities/nodes.ts';

@ObjectType({ description: 'An activity of another plan that says much of what this one says.' })
export class SimilarActivity {
  @Field(() => Activity)
  activity!: Activity;
  @Field(() => Float, {
    description: 'From 0.2 to 1: how much of their words they have in common, and whether their theme is the same.',
  })
  score!: number;
  @Field(() => LocaleTag, { description: 'The language in which the two were compared.' })
  locale!: string;
  @Field(() => Boolean, { description: 'Whether their objectives have the same theme.' })
  sameTheme!: boolean;
}

@Resolver(() => Activity)
export class SimilarResolver {
  @FieldResolver(() => [SimilarActivity], {
    description:
      'Of other plans that you may read, of whichever network, the most similar first: somebody may have done it already, or want to do it together. What was typed in the last half minute may not count yet.',
  })
  @Directive('@cost(weight: 30)')
  @Directive('@listSize(assumedSize: 5, slicingArguments: ["first"], requireOneSlicingArgument: false)')
  async similar(
    @Root() { of, head }: Activity,
    @Arg('first', () => Int, { defaultValue: 5, description: '1 to 20.' }) first: number,
    @Ctx() { loaders }: PlansContext,
  ): Promise<SimilarActivity[]> {
    if (first < 1 || first > 20) throw new ApiError('BAD_USER_INPUT', 'first: between 1 and 20.');
    const found = await loaders.similar.load({ planId: of.id, key: head.key, first });
    const activities = await Promise.all(
      found.map(({ planId, key }) => loaders.projection.activity.load(`${planId}/${key}`)),
    );
    return found.flatMap(({ score, locale, sameTheme }, index) => {
      const activity = activities[index];
      if (!activity) return []; // deleted since its words were read
      return [
        Object.assign(new SimilarActivity(), { activity: Activity.found(activity, loaders), score, locale, sameTheme }),
      ];
    });
  }
}
