import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ID,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { CountryCode, LocaleTag, PartialDate } from '../../../kit/scalars.ts';
import { answer, LocalizedText, localize, MutationProblem } from '../../../kit/types.ts';
import { upsertReviewCluster } from '../commands/clusters.ts';
import { recordCountryReview, setReviewStage, updateCountryReview } from '../commands/reviews.ts';
import type { NetworksContext } from '../context.ts';
import { Country } from '../entities/country.ts';
import { Seat, stub } from '../entities/foreign.ts';
import { Network } from '../entities/network.ts';
import {
  CountryReview,
  type Instrument,
  InstrumentEnum,
  ReviewCluster,
  type ReviewStage,
  ReviewStageChange,
  ReviewStageCount,
  ReviewStageEnum,
  reviewStages,
} from '../entities/review.ts';
import { maySeeInside, maySeeNetworks } from '../policy.ts';
import {
  RecordCountryReviewInput,
  SetReviewStageInput,
  UpdateCountryReviewInput,
  UpsertReviewClusterInput,
} from '../review-inputs.ts';
import { expectedBy } from '../review-times.ts';

@ObjectType({ description: 'The review as it now is, or what stood in the way.' })
export class CountryReviewPayload {
  @Field(() => CountryReview, { nullable: true, description: 'Null when there is a problem.' })
  review!: CountryReview | null;
  @Field(() => [MutationProblem], { description: 'Empty when it was done.' })
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@ObjectType({ description: 'The cluster as it now is, or what stood in the way.' })
export class ReviewClusterPayload {
  @Field(() => ReviewCluster, { nullable: true, description: 'Null when there is a problem.' })
  cluster!: ReviewCluster | null;
  @Field(() => [MutationProblem], { description: 'Empty when it was done.' })
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@Resolver(() => ReviewCluster)
export class ReviewClusterResolver {
  @Query(() => [ReviewCluster], {
    description: 'The clusters of articles as far as sources tell them; by phase, then by code.',
  })
  @Directive('@listSize(assumedSize: 4)')
  async reviewClusters(@Ctx() { actor, database }: NetworksContext): Promise<ReviewCluster[]> {
    if (!maySeeNetworks(actor)) return [];
    const order = { phase: { direction: 'ASC', nulls: 'LAST' }, code: 'ASC' } as const;
    return database.source.manager.find(ReviewCluster, { order });
  }

  @Mutation(() => ReviewClusterPayload, { description: 'By a coordinator or the steering committee of any network.' })
  upsertReviewCluster(
    @Ctx() { actor, database, loaders }: NetworksContext,
    @Arg('input', () => UpsertReviewClusterInput) input: UpsertReviewClusterInput,
  ): Promise<ReviewClusterPayload> {
    return answer('cluster', async () => {
      await database.transaction((tx) => upsertReviewCluster(tx, actor, input));
      return loaders.cluster.clear(input.code).load(input.code);
    });
  }

  @FieldResolver(() => LocalizedText, { description: 'What the articles are about.' })
  title(
    @Root() { title }: ReviewCluster,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(title, locale);
  }
}

@Resolver(() => CountryReview)
export class CountryReviewResolver {
  @Query(() => CountryReview, { nullable: true, description: 'By id; null when there is none.' })
  async countryReview(
    @Ctx() { actor, loaders }: NetworksContext,
    @Arg('id', () => ID) id: string,
  ): Promise<CountryReview | null> {
    return maySeeNetworks(actor) ? loaders.review.load(id) : null;
  }

  @Query(() => [CountryReview], { description: 'Those that are tracked here; by country, cluster and instrument.' })
  @Directive('@listSize(assumedSize: 100)')
  async countryReviews(
    @Ctx() { actor, database, loaders }: NetworksContext,
    @Arg('country', () => CountryCode, { nullable: true }) country?: string | null,
    @Arg('stage', () => ReviewStageEnum, { nullable: true }) stage?: ReviewStage | null,
    @Arg('clusterCode', () => String, { nullable: true }) clusterCode?: string | null,
    @Arg('instrument', () => InstrumentEnum, { nullable: true }) instrument?: Instrument | null,
    @Arg('networkId', () => ID, { nullable: true, description: 'Of the countries that this network lists.' })
    networkId?: string | null,
  ): Promise<CountryReview[]> {
    if (!maySeeNetworks(actor)) return [];
    const listed = networkId == null ? null : ((await loaders.network.load(networkId))?.countryCodes ?? []);
    const query = database.source.manager.createQueryBuilder(CountryReview, 'r').where('true');
    if (country) query.andWhere('r.country = :country', { country });
    if (listed) query.andWhere('r.country = ANY (:listed)', { listed });
    if (stage) query.andWhere('r.stage = :stage', { stage });
    if (clusterCode) query.andWhere('r.cluster_code = :clusterCode', { clusterCode });
    if (instrument) query.andWhere('r.instrument = :instrument', { instrument });
    return query.orderBy('r.country').addOrderBy('r.cluster_code').addOrderBy('r.instrument').getMany();
  }

  @Query(() => [ReviewStageCount], {
    description: 'How many of the reviews that are tracked here stand at each stage; in the order of stages.',
  })
  @Directive('@listSize(assumedSize: 11)')
  async reviewStageCounts(
    @Ctx() { actor, database }: NetworksContext,
    @Arg('clusterCode', () => String, { nullable: true }) clusterCode?: string | null,
  ): Promise<ReviewStageCount[]> {
    if (!maySeeNetworks(actor)) return [];
    const rows: ReviewStageCount[] = await database.source.query(
      'SELECT stage, count(*)::int AS count FROM country_review WHERE $1::text IS NULL OR cluster_code = $1 GROUP BY stage',
      [clusterCode ?? null],
    );
    return reviewStages.map((stage) =>
      Object.assign(new ReviewStageCount(), { stage, count: rows.find((row) => row.stage === stage)?.count ?? 0 }),
    );
  }

  @Mutation(() => CountryReviewPayload, {
    description:
      'By a coordinator or the steering committee of a network that lists the country, or of any if none does.',
  })
  recordCountryReview(
    @Ctx() { actor, database, loaders }: NetworksContext,
    @Arg('input', () => RecordCountryReviewInput) input: RecordCountryReviewInput,
  ): Promise<CountryReviewPayload> {
    return answer('review', async () => {
      const id = await database.transaction((tx) => recordCountryReview(tx, actor, input));
      return loaders.review.clear(id).load(id);
    });
  }

  @Mutation(() => CountryReviewPayload, { description: 'By whom may record it. Not for the stage.' })
  updateCountryReview(
    @Ctx() { actor, database, loaders }: NetworksContext,
    @Arg('input', () => UpdateCountryReviewInput) input: UpdateCountryReviewInput,
  ): Promise<CountryReviewPayload> {
    return answer('review', async () => {
      const id = await database.transaction((tx) => updateCountryReview(tx, actor, input));
      return loaders.review.clear(id).load(id);
    });
  }

  @Mutation(() => CountryReviewPayload, {
    description: 'By whom may record it. Forward; back only as a correction with an address.',
  })
  setReviewStage(
    @Ctx() { actor, database, loaders }: NetworksContext,
    @Arg('input', () => SetReviewStageInput) input: SetReviewStageInput,
  ): Promise<CountryReviewPayload> {
    return answer('review', async () => {
      const id = await database.transaction((tx) => setReviewStage(tx, actor, input));
      return loaders.review.clear(id).load(id);
    });
  }

  @FieldResolver(() => Country, { description: 'The State under review.' })
  country(@Root() { countryCode: code }: CountryReview): Country {
    return Object.assign(new Country(), { code });
  }

  @FieldResolver(() => ReviewCluster, {
    nullable: true,
    description: 'The articles it is about, with those of other instruments.',
  })
  cluster(@Root() { clusterCode }: CountryReview, @Ctx() { loaders }: NetworksContext): Promise<ReviewCluster | null> {
    return loaders.cluster.load(clusterCode);
  }

  @FieldResolver(() => PartialDate, {
    nullable: true,
    description:
      'By when the rules of the Mechanism would have it leave its stage; null where they name no time, or it cannot be counted.',
  })
  expectedBy(@Root() review: CountryReview): string | null {
    return expectedBy(review);
  }

  @FieldResolver(() => [ReviewStageChange], { description: 'How it came to its stage, the first first.' })
  @Directive('@listSize(assumedSize: 12)')
  history(@Root() { id }: CountryReview, @Ctx() { loaders }: NetworksContext): Promise<ReviewStageChange[]> {
    return loaders.reviewHistory.load(id);
  }

  @FieldResolver(() => Network, { nullable: true, description: 'The network that began to track it.' })
  recordedBy(
    @Root() { recordedByNetworkId: id }: CountryReview,
    @Ctx() { loaders }: NetworksContext,
  ): Promise<Network | null> | null {
    return id === null ? null : loaders.network.load(id);
  }
}

@Resolver(() => ReviewStageChange)
export class ReviewStageChangeResolver {
  @FieldResolver(() => Network, { nullable: true, description: 'In whose name it was recorded.' })
  network(
    @Root() { networkId }: ReviewStageChange,
    @Ctx() { loaders }: NetworksContext,
  ): Promise<Network | null> | null {
    return networkId === null ? null : loaders.network.load(networkId);
  }

  @FieldResolver(() => Seat, {
    nullable: true,
    description: "Who recorded it: for readers of that network's own records.",
  })
  seat(@Root() { networkId, seatId }: ReviewStageChange, @Ctx() { actor }: NetworksContext): Seat | null {
    if (networkId === null || seatId === null) return null;
    return maySeeInside(actor, { networkId, visibility: 'NETWORK', bodyId: null }) ? stub(Seat, seatId) : null;
  }
}

@Resolver(() => Country)
export class ReviewedCountryResolver {
  @FieldResolver(() => [CountryReview], {
    description: 'Its reviews that are tracked here; by cluster and instrument.',
  })
  @Directive('@listSize(assumedSize: 8)')
  async reviews(@Root() { code }: Country, @Ctx() { actor, loaders }: NetworksContext): Promise<CountryReview[]> {
    return maySeeNetworks(actor) ? loaders.reviewsOfCountry.load(code) : [];
  }
}
