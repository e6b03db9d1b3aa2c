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
import { checkFirst, toConnection } from '../../../kit/page.ts';
import { Cursor, DateOnly, DateTime, LocaleTag } from '../../../kit/scalars.ts';
import { answer, LocalizedText, localize, MutationProblem } from '../../../kit/types.ts';
import { upsertReviewEvent } from '../commands/review-events.ts';
import type { NetworksContext } from '../context.ts';
import { ReviewEngagement } from '../entities/engagement.ts';
import {
  type DeadlineKind,
  DeadlineKindEnum,
  ReviewEvent,
  ReviewEventConnection,
  type ReviewEventKind,
  ReviewEventKindEnum,
} from '../entities/review-event.ts';
import { maySeeNetworks, reachOf } from '../policy.ts';
import { UpsertReviewEventInput } from '../review-inputs.ts';
import { endOfDay } from '../zones.ts';

@ObjectType({ description: 'A last day for something.' })
export class ReviewDeadline {
  @Field(() => DeadlineKindEnum, { description: 'What is due.' })
  kind!: DeadlineKind;
  @Field(() => DateOnly, { description: 'The last day.' })
  dueOn!: string;
  @Field(() => String, { description: 'IANA name of the zone in which that day is counted.' })
  timeZone!: string;
  @Field(() => DateTime, { description: 'The moment at which that day is over there.' })
  dueAt!: Date;
  @Field(() => String, { nullable: true, description: 'Where it can be read.' })
  sourceUrl!: string | null;
  @Field(() => ReviewEvent, { nullable: true, description: 'The event it is a deadline of.' })
  event!: ReviewEvent | null;
  @Field(() => ReviewEngagement, { nullable: true, description: 'The engagement that is due.' })
  engagement!: ReviewEngagement | null;
}

@ObjectType({ description: 'The event as it now is, or what stood in the way.' })
export class ReviewEventPayload {
  @Field(() => ReviewEvent, { nullable: true, description: 'Null when there is a problem.' })
  event!: ReviewEvent | null;
  @Field(() => [MutationProblem], { description: 'Empty when it was done.' })
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

const paged = '@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)';
const most = 200; // deadlines

/** The first and the last day that a date as precise as its source may mean. */
const firstDay = (column: string) => `${column} || substr('-01-01', length(${column}) - 3)`;
const lastDay = (column: string) => `${column} || substr('-12-31', length(${column}) - 3)`;

const deadlinesOf = (event: ReviewEvent): ReviewDeadline[] =>
  event.storedDeadlines
    .map((deadline) =>
      Object.assign(new ReviewDeadline(), deadline, {
        dueAt: endOfDay(deadline.dueOn, deadline.timeZone),
        event,
        engagement: null,
      }),
    )
    .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime());

@Resolver(() => ReviewEvent)
export class ReviewEventResolver {
  @Query(() => ReviewEvent, { nullable: true, description: 'By id; null when there is none.' })
  async reviewEvent(
    @Ctx() { actor, loaders }: NetworksContext,
    @Arg('id', () => ID) id: string,
  ): Promise<ReviewEvent | null> {
    return maySeeNetworks(actor) ? loaders.reviewEvent.load(id) : null;
  }

  @Query(() => ReviewEventConnection, { description: 'The calendar of the Review Mechanism, the earliest first.' })
  @Directive(paged)
  async reviewEvents(
    @Ctx() { actor, database, cursors }: NetworksContext,
    @Arg('kind', () => ReviewEventKindEnum, { nullable: true }) kind: ReviewEventKind | null | undefined,
    @Arg('from', () => DateOnly, { nullable: true, description: 'Not over before this day.' }) from:
      | string
      | null
      | undefined,
    @Arg('until', () => DateOnly, { nullable: true, description: 'Begun by this day.' }) until:
      | string
      | null
      | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null | undefined,
    @Arg('after', () => Cursor, { nullable: true }) after?: string | null,
  ): Promise<ReviewEventConnection> {
    const size = checkFirst(first ?? 20);
    const place = after ? cursors.reviewEvents.decode(after) : null;
    const query = database.source.manager.createQueryBuilder(ReviewEvent, 'e').where(String(maySeeNetworks(actor)));
    if (kind) query.andWhere('e.kind = :kind', { kind });
    if (from) query.andWhere(`${lastDay('coalesce(e.ends_on, e.starts_on)')} >= :from`, { from });
    if (until) query.andWhere(`${firstDay('e.starts_on')} <= :until`, { until });
    if (place) query.andWhere('(e.starts_on, e.id) > (:day, :id)', { day: place[0], id: place[1] });
    const rows = await query
      .orderBy('e.starts_on')
      .addOrderBy('e.id')
      .limit(size + 1)
      .getMany();
    return toConnection(rows, size, after, cursors.reviewEvents, ({ startsOn, id }) => [startsOn, id]);
  }

  @Query(() => [ReviewDeadline], {
    description:
      'Deadlines of the calendar in these days, the next first; with a network, those of its open engagements too. At most 200.',
  })
  @Directive('@listSize(assumedSize: 50)')
  async reviewDeadlines(
    @Ctx() { actor, database, loaders }: NetworksContext,
    @Arg('from', () => DateOnly, { description: 'The first day.' }) from: string,
    @Arg('until', () => DateOnly, { description: 'The last day.' }) until: string,
    @Arg('networkId', () => ID, { nullable: true }) networkId?: string | null,
  ): Promise<ReviewDeadline[]> {
    if (!maySeeNetworks(actor)) return [];
    const events = await database.source.manager
      .createQueryBuilder(ReviewEvent, 'e')
      .where("e.status <> 'CANCELLED'")
      .andWhere(
        "EXISTS (SELECT FROM jsonb_array_elements(e.deadlines) d WHERE d ->> 'dueOn' BETWEEN :from AND :until)",
        { from, until },
      )
      .orderBy('e.starts_on')
      .limit(most)
      .getMany();
    const found = events.flatMap(deadlinesOf).filter(({ dueOn }) => dueOn >= from && dueOn <= until);
    const network = networkId == null ? null : await loaders.network.load(networkId);
    if (network) {
      const timeZone = network.timeZone ?? 'UTC';
      const due = await loaders.dueEngagements(network.id, reachOf(actor), from, until, most);
      for (const engagement of due) {
        const dueOn = engagement.dueOn as string;
        const rest = { dueOn, timeZone, dueAt: endOfDay(dueOn, timeZone), sourceUrl: null, event: null };
        found.push(Object.assign(new ReviewDeadline(), { ...rest, kind: 'ENGAGEMENT' as const, engagement }));
      }
    }
    return found.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime()).slice(0, most);
  }

  @Mutation(() => ReviewEventPayload, { description: 'By a coordinator or the steering committee of any network.' })
  upsertReviewEvent(
    @Ctx() { actor, database, loaders }: NetworksContext,
    @Arg('input', () => UpsertReviewEventInput) input: UpsertReviewEventInput,
  ): Promise<ReviewEventPayload> {
    return answer('event', async () => {
      const id = await database.transaction((tx) => upsertReviewEvent(tx, actor, input));
      return loaders.reviewEvent.clear(id).load(id);
    });
  }

  @FieldResolver(() => LocalizedText, { description: 'What it is called.' })
  title(
    @Root() { title }: ReviewEvent,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(title, locale);
  }

  @FieldResolver(() => [ReviewDeadline], { description: 'The next first.' })
  @Directive('@listSize(assumedSize: 3)')
  deadlines(@Root() event: ReviewEvent): ReviewDeadline[] {
    return deadlinesOf(event);
  }
}
