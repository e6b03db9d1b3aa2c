import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ID,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { Visibility } from '../../../kit/context.ts';
import { checkFirst, toConnection } from '../../../kit/page.ts';
import { Cursor, LocaleTag } from '../../../kit/scalars.ts';
import {
  answer,
  LocalizedText,
  localize,
  MutationProblem,
  type TranslationState,
  TranslationStateEnum,
  VisibilityEnum,
} from '../../../kit/types.ts';
import { recordEngagement, setEngagementStatus, updateEngagement } from '../commands/engagements.ts';
import type { NetworksContext } from '../context.ts';
import { RecordEngagementInput, SetEngagementStatusInput, UpdateEngagementInput } from '../engagement-inputs.ts';
import { Body } from '../entities/body.ts';
import { Country } from '../entities/country.ts';
import {
  type EngagementKind,
  EngagementKindEnum,
  type EngagementStatus,
  EngagementStatusEnum,
  EngagementStep,
  ReviewEngagement,
  ReviewEngagementConnection,
  type ReviewTrack,
  ReviewTrackEnum,
} from '../entities/engagement.ts';
import { Organisation, Seat, stub } from '../entities/foreign.ts';
import { Network } from '../entities/network.ts';
import { CountryReview } from '../entities/review.ts';
import { ReviewEvent } from '../entities/review-event.ts';
import { maySeeAnswer, maySeeInside, maySeeOf, reachOf } from '../policy.ts';
import type { EngagementOwner } from '../review-loaders.ts';
import { readWords, stateOfWords } from '../words.ts';

@ObjectType({ description: 'The engagement as it now is, or what stood in the way.' })
export class EngagementPayload {
  @Field(() => ReviewEngagement, { nullable: true, description: 'Null when there is a problem.' })
  engagement!: ReviewEngagement | null;
  @Field(() => [MutationProblem], { description: 'Empty when it was done.' })
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

const paged = '@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)';

interface PageArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
  track?: ReviewTrack | null | undefined;
  kind?: EngagementKind | null | undefined;
  status?: EngagementStatus | null | undefined;
}

/** A page of those that the reader may see, the one recorded last first. */
async function pageEngagements(
  { actor, loaders, cursors }: NetworksContext,
  owner: EngagementOwner,
  id: string,
  { first, after, track = null, kind = null, status = null }: PageArguments,
): Promise<ReviewEngagementConnection> {
  const size = checkFirst(first ?? 20);
  const place = after ? cursors.engagements.decode(after) : null;
  const page = { reach: reachOf(actor), track, kind, status, limit: size + 1, after: place };
  const rows = await loaders.engagements(owner, page).load(id);
  return toConnection(rows, size, after, cursors.engagements, (row) => [row.recordedAt.toISOString(), row.id]);
}

/** The one way to an engagement, for root fields, references and nested fields alike: null where there is none or the actor may not see it. */
export async function readEngagement(
  { actor, loaders }: NetworksContext,
  id: string,
): Promise<ReviewEngagement | null> {
  const engagement = await loaders.engagement.load(id);
  return engagement && maySeeOf(actor, engagement) ? engagement : null;
}

@Resolver(() => ReviewEngagement)
export class ReviewEngagementResolver {
  @Query(() => ReviewEngagement, { nullable: true, description: 'By id; null when there is none that you may see.' })
  reviewEngagement(@Ctx() context: NetworksContext, @Arg('id', () => ID) id: string): Promise<ReviewEngagement | null> {
    return readEngagement(context, id);
  }

  @Mutation(() => EngagementPayload, { description: 'By leaders, group leads and editors of the network.' })
  recordEngagement(
    @Ctx() context: NetworksContext,
    @Arg('input', () => RecordEngagementInput) input: RecordEngagementInput,
  ): Promise<EngagementPayload> {
    return answer('engagement', async () => {
      const id = await context.database.transaction((tx) => recordEngagement(tx, context.actor, input));
      return readAnew(context, id);
    });
  }

  @Mutation(() => EngagementPayload, {
    description: 'By leaders of the network, the lead of its group, and the organisation that recorded it.',
  })
  updateEngagement(
    @Ctx() context: NetworksContext,
    @Arg('input', () => UpdateEngagementInput) input: UpdateEngagementInput,
  ): Promise<EngagementPayload> {
    return answer('engagement', async () => {
      const id = await context.database.transaction((tx) => updateEngagement(tx, context.actor, input));
      return readAnew(context, id);
    });
  }

  @Mutation(() => EngagementPayload, { description: 'By whom may change it: to a status that follows.' })
  setEngagementStatus(
    @Ctx() context: NetworksContext,
    @Arg('input', () => SetEngagementStatusInput) input: SetEngagementStatusInput,
  ): Promise<EngagementPayload> {
    return answer('engagement', async () => {
      const id = await context.database.transaction((tx) => setEngagementStatus(tx, context.actor, input));
      return readAnew(context, id);
    });
  }

  @FieldResolver(() => Network, { description: 'The network that engages.' })
  network(@Root() { networkId }: ReviewEngagement, @Ctx() { loaders }: NetworksContext): Promise<Network | null> {
    return loaders.network.load(networkId);
  }

  @FieldResolver(() => Body, { nullable: true, description: 'The body it belongs to.' })
  body(@Root() { bodyId }: ReviewEngagement, @Ctx() { loaders }: NetworksContext): Promise<Body | null> | null {
    return bodyId === null ? null : loaders.body.load(bodyId);
  }

  @FieldResolver(() => CountryReview, { nullable: true, description: 'The review it is about.' })
  review(
    @Root() { reviewId }: ReviewEngagement,
    @Ctx() { loaders }: NetworksContext,
  ): Promise<CountryReview | null> | null {
    return reviewId === null ? null : loaders.review.load(reviewId);
  }

  @FieldResolver(() => ReviewEvent, { nullable: true, description: 'The dialogue or session it is for.' })
  event(
    @Root() { eventId }: ReviewEngagement,
    @Ctx() { loaders }: NetworksContext,
  ): Promise<ReviewEvent | null> | null {
    return eventId === null ? null : loaders.reviewEvent.load(eventId);
  }

  @FieldResolver(() => Country, { nullable: true, description: 'The State it is addressed to.' })
  country(@Root() { countryCode: code }: ReviewEngagement): Country | null {
    return code === null ? null : Object.assign(new Country(), { code });
  }

  @FieldResolver(() => LocalizedText, { nullable: true, description: 'What it is about.' })
  summary(
    @Root() { summaries }: ReviewEngagement,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return readWords(summaries, locale);
  }

  @FieldResolver(() => LocalizedText, { nullable: true, description: 'What was answered, for those who may read it.' })
  answer(
    @Root() engagement: ReviewEngagement,
    @Ctx() { actor }: NetworksContext,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return maySeeAnswer(actor, engagement) ? readWords(engagement.answers, locale) : null;
  }

  @FieldResolver(() => TranslationStateEnum, {
    nullable: true,
    description: 'What there is of the summary in a language; null for nothing.',
  })
  summaryTranslation(
    @Root() { summaries }: ReviewEngagement,
    @Arg('locale', () => LocaleTag) locale: string,
  ): TranslationState | null {
    return stateOfWords(summaries, locale);
  }

  @FieldResolver(() => TranslationStateEnum, {
    nullable: true,
    description: 'What there is of the answer in a language; null for nothing that you may read.',
  })
  answerTranslation(
    @Root() engagement: ReviewEngagement,
    @Ctx() { actor }: NetworksContext,
    @Arg('locale', () => LocaleTag) locale: string,
  ): TranslationState | null {
    return maySeeAnswer(actor, engagement) ? stateOfWords(engagement.answers, locale) : null;
  }

  @FieldResolver(() => VisibilityEnum, { nullable: true, description: 'Who may read the answer; null if you may not.' })
  answerVisibility(@Root() engagement: ReviewEngagement, @Ctx() { actor }: NetworksContext): Visibility | null {
    return maySeeAnswer(actor, engagement) ? engagement.answerVisibility : null;
  }

  @FieldResolver(() => [Organisation], {
    description: "Who takes part for the network: for readers of the network's own records, or the group's.",
  })
  @Directive('@listSize(assumedSize: 5)')
  organisations(@Root() engagement: ReviewEngagement, @Ctx() { actor }: NetworksContext): Organisation[] {
    return maySeeInside(actor, engagement) ? engagement.organisationIds.map((id) => stub(Organisation, id)) : [];
  }

  @FieldResolver(() => Seat, {
    nullable: true,
    description: "Who recorded it: for readers of the network's own records.",
  })
  recordedBy(@Root() engagement: ReviewEngagement, @Ctx() { actor }: NetworksContext): Seat | null {
    const { recordedBySeatId: id } = engagement;
    return id !== null && maySeeInside(actor, engagement) ? stub(Seat, id) : null;
  }

  @FieldResolver(() => [EngagementStep], {
    description:
      "How it came to its status, the first first: for readers of the network's own records, or the group's.",
  })
  @Directive('@listSize(assumedSize: 5)')
  async history(
    @Root() engagement: ReviewEngagement,
    @Ctx() { actor, loaders }: NetworksContext,
  ): Promise<EngagementStep[]> {
    return maySeeInside(actor, engagement) ? loaders.engagementSteps.load(engagement.id) : [];
  }
}

/** What a mutation has just changed. */
function readAnew(context: NetworksContext, id: string): Promise<ReviewEngagement | null> {
  context.loaders.engagement.clear(id);
  return readEngagement(context, id);
}

@Resolver(() => EngagementStep)
export class EngagementStepResolver {
  @FieldResolver(() => LocalizedText, { nullable: true, description: 'A word on it.' })
  note(
    @Root() { notes }: EngagementStep,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(notes, locale);
  }

  @FieldResolver(() => Seat, { nullable: true, description: 'Who recorded it.' })
  seat(@Root() { seatId }: EngagementStep): Seat | null {
    return seatId === null ? null : stub(Seat, seatId);
  }
}

@Resolver(() => Network)
export class NetworkEngagementsResolver {
  @FieldResolver(() => ReviewEngagementConnection, {
    description: 'What it did towards governments, as far as you may see it; the one recorded last first.',
  })
  @Directive(paged)
  reviewEngagements(
    @Root() { id }: Network,
    @Ctx() context: NetworksContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null | undefined,
    @Arg('after', () => Cursor, { nullable: true }) after?: string | null,
    @Arg('track', () => ReviewTrackEnum, { nullable: true }) track?: ReviewTrack | null,
    @Arg('kind', () => EngagementKindEnum, { nullable: true }) kind?: EngagementKind | null,
    @Arg('status', () => EngagementStatusEnum, { nullable: true }) status?: EngagementStatus | null,
  ): Promise<ReviewEngagementConnection> {
    return pageEngagements(context, 'networkId', id, { first, after, track, kind, status });
  }
}

@Resolver(() => CountryReview)
export class ReviewedEngagementsResolver {
  @FieldResolver(() => ReviewEngagementConnection, {
    description: 'What networks did about it, as far as you may see it; the one recorded last first.',
  })
  @Directive(paged)
  engagements(
    @Root() { id }: CountryReview,
    @Ctx() context: NetworksContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null | undefined,
    @Arg('after', () => Cursor, { nullable: true }) after?: string | null,
  ): Promise<ReviewEngagementConnection> {
    return pageEngagements(context, 'reviewId', id, { first, after });
  }
}

@Resolver(() => ReviewEvent)
export class EventEngagementsResolver {
  @FieldResolver(() => ReviewEngagementConnection, {
    description:
      'Applications and statements of networks to it, as far as you may see them; the one recorded last first.',
  })
  @Directive(paged)
  engagements(
    @Root() { id }: ReviewEvent,
    @Ctx() context: NetworksContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null | undefined,
    @Arg('after', () => Cursor, { nullable: true }) after?: string | null,
  ): Promise<ReviewEngagementConnection> {
    return pageEngagements(context, 'eventId', id, { first, after });
  }
}
