import { Arg, Ctx, Directive, Field, FieldResolver, ID, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { LocaleTag } from '../../../kit/scalars.ts';
import {
  answer,
  LocalizedText,
  MutationProblem,
  type TranslationState,
  TranslationStateEnum,
} from '../../../kit/types.ts';
import { articlesOf, upsertReviewInput } from '../commands/review-inputs.ts';
import type { NetworksContext } from '../context.ts';
import { Organisation, stub } from '../entities/foreign.ts';
import { Network } from '../entities/network.ts';
import { CountryReview } from '../entities/review.ts';
import { ReviewChecklistItem, ReviewInput } from '../entities/review-input.ts';
import { maySeeOf } from '../policy.ts';
import { UpsertReviewInputInput } from '../review-inputs.ts';
import { readWords, stateOfWords } from '../words.ts';

@ObjectType({ description: 'The line as it now is, or what stood in the way.' })
export class ReviewInputPayload {
  @Field(() => ReviewInput, { nullable: true, description: 'Null when there is a problem.' })
  input!: ReviewInput | null;
  @Field(() => [MutationProblem], { description: 'Empty when it was done.' })
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@Resolver(() => ReviewInput)
export class ReviewInputResolver {
  @Mutation(() => ReviewInputPayload, { description: 'By leaders, group leads and editors of the network.' })
  upsertReviewInput(
    @Ctx() { actor, database, loaders }: NetworksContext,
    @Arg('input', () => UpsertReviewInputInput) input: UpsertReviewInputInput,
  ): Promise<ReviewInputPayload> {
    return answer('input', async () => {
      const id = await database.transaction((tx) => upsertReviewInput(tx, actor, input));
      const line = await loaders.reviewInput.clear(id).load(id);
      return line && maySeeOf(actor, { ...line, bodyId: null }) ? line : null;
    });
  }

  @FieldResolver(() => LocalizedText, { nullable: true, description: 'What the network has to say.' })
  text(
    @Root() { texts }: ReviewInput,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return readWords(texts, locale);
  }

  @FieldResolver(() => TranslationStateEnum, {
    nullable: true,
    description: 'What there is of the text in a language; null for nothing.',
  })
  translation(@Root() { texts }: ReviewInput, @Arg('locale', () => LocaleTag) locale: string): TranslationState | null {
    return stateOfWords(texts, locale);
  }

  @FieldResolver(() => Network, { description: 'Whose line it is.' })
  network(@Root() { networkId }: ReviewInput, @Ctx() { loaders }: NetworksContext): Promise<Network | null> {
    return loaders.network.load(networkId);
  }

  @FieldResolver(() => Organisation, { nullable: true, description: 'Who sees to it.' })
  organisation(@Root() { organisationId }: ReviewInput): Organisation | null {
    return organisationId === null ? null : stub(Organisation, organisationId);
  }
}

@Resolver(() => CountryReview)
export class ReviewKitResolver {
  @FieldResolver(() => [ReviewChecklistItem], {
    description: 'The articles of the questionnaire, with what one network has for each, as far as you may see it.',
  })
  @Directive('@listSize(assumedSize: 15)')
  async checklist(
    @Root() review: CountryReview,
    @Ctx() { actor, loaders }: NetworksContext,
    @Arg('networkId', () => ID) networkId: string,
  ): Promise<ReviewChecklistItem[]> {
    const [cluster, lines] = await Promise.all([
      loaders.cluster.load(review.clusterCode),
      loaders.reviewInputs.load(review.id),
    ]);
    const own = lines.filter((line) => line.networkId === networkId && maySeeOf(actor, { ...line, bodyId: null }));
    return (cluster ? articlesOf(cluster, review) : []).map((article) => {
      const input = own.find((line) => line.article === article) ?? null;
      return Object.assign(new ReviewChecklistItem(), { article, status: input?.status ?? 'NOT_STARTED', input });
    });
  }

  @FieldResolver(() => [ReviewInput], {
    description: 'What any network has for it, as far as you may see it; by article.',
  })
  @Directive('@listSize(assumedSize: 20)')
  async inputs(@Root() { id }: CountryReview, @Ctx() { actor, loaders }: NetworksContext): Promise<ReviewInput[]> {
    const lines = await loaders.reviewInputs.load(id);
    return lines.filter((line) => maySeeOf(actor, { ...line, bodyId: null }));
  }
}
